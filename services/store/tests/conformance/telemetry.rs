//! What a store tells about itself: operations by name, and never what they were about.

use std::sync::{Arc, Mutex};

use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::fmt::format::FmtSpan;
use wishwell_domain::beneficiary::{Sealed, WrappedKey};
use wishwell_domain::event::Change;
use wishwell_domain::ids::LogPosition;
use wishwell_store::{BeneficiaryFilter, Mutation, NeedFilter, OrganizationFilter, PageRequest};

use crate::fixture::Fixture;
use crate::samples::{self, context, create, request, update};

const CANARY: &str = "canary";

/// Collects what is told.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<u8>>>);

impl Told {
    /// Writes down what is of this level or above, spans too.
    pub fn subscriber(&self, level: tracing::Level) -> impl tracing::Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(level)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_name_operation_and_collection_and_carry_no_values_on_sqlite() {
    check(Fixture::sqlite().await, "sqlite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_name_operation_and_collection_and_carry_no_values_on_postgres() {
    check(Fixture::postgres().await, "postgresql").await;
}

async fn check(fixture: Fixture, system: &str) {
    let fixture = fixture.grounded().await;
    let told = Told::default();
    use_everything(&fixture).with_subscriber(told.subscriber(tracing::Level::TRACE)).await;
    let told = told.text();
    for name in ["WRITE events", "SELECT needs", "SELECT beneficiaries", "SELECT sealing_keys", "SELECT catalog"] {
        assert!(told.contains(name), "no span {name} in {told}");
    }
    assert!(told.contains(&format!("db.system.name=\"{system}\"")), "{told}");
    let marked = told.lines().find(|line| line.to_lowercase().contains(CANARY));
    assert_eq!(marked, None, "a value was told");
    for id in [samples::beneficiary(5, None).id.as_uuid(), samples::need(6, None).id.as_uuid()] {
        assert!(!told.contains(&id.to_string()), "an identifier was told");
    }
}

/// Writes and reads values that are marked, and has some of them refused.
async fn use_everything(fixture: &Fixture) {
    let marked = |what: &str| format!("{CANARY} {what}");
    let (store, tenant) = (&fixture.store, fixture.tenant());
    let mut beneficiary = samples::beneficiary(5, None);
    beneficiary.personal = Some(Sealed(marked("sealed").into_bytes()));
    beneficiary.identity_digest = Some(marked("digest"));
    beneficiary.external = samples::external(&marked("external"));
    let mut need = samples::need(6, Some(5));
    need.wish.as_mut().unwrap().title = marked("wish");
    let mutations = vec![
        create(Change::Beneficiary(beneficiary.clone())),
        Mutation::PutKey { subject: marked("subject"), key: WrappedKey(marked("key").into_bytes()) },
        create(Change::Need(Box::new(need.clone()))),
    ];
    store.write(&request(1, 1), mutations).await.unwrap();

    let mut taken_back = need.clone();
    assert!(taken_back.unpublish());
    need.items[0].quantity = 0;
    store.write(&context(), vec![update(Change::Need(Box::new(need.clone())), None)]).await.unwrap_err();
    need.items[0].category = samples::category_code("canary-category");
    store.write(&context(), vec![update(Change::Need(Box::new(need)), None)]).await.unwrap_err();
    store.write(&context(), vec![create(Change::Beneficiary(beneficiary.clone()))]).await.unwrap_err();

    let page = PageRequest { after: None, limit: 10 };
    let filter = BeneficiaryFilter { identity_digest: Some(marked("digest")), ..BeneficiaryFilter::default() };
    store.list_beneficiaries(&tenant, &filter, &page).await.unwrap();
    let filter = OrganizationFilter { name_contains: Some(marked("name\0")), ..OrganizationFilter::default() };
    store.list_organizations(&tenant, &filter, &page).await.unwrap_err();
    store.list_needs(&tenant, &NeedFilter::default(), &page).await.unwrap();
    store.key(&tenant, &marked("subject")).await.unwrap();
    store.load_catalog(&tenant, &|_| {}).await.unwrap();
    store.events(&tenant, LogPosition(0), 100).await.unwrap();
    let taken_back = update(Change::Need(Box::new(taken_back)), None);
    store.write(&context(), vec![taken_back, Mutation::EraseBeneficiary { id: beneficiary.id }]).await.unwrap();
}
