//! A deployment with many partners, each with an organization of its own.

use wishwell_api::v1;

use crate::deployment::{self, CALLERS};
use crate::referring::{OPERATOR, STREET, category};
use crate::told::{text, told};
use crate::{Served, external};

/// How long a server may take to end.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(10);

/// One of the partners.
#[derive(Debug, Clone)]
pub struct Partner {
    /// External id of its organization, of the source `demo`.
    pub external_id: String,
    /// Name of its organization.
    pub organization: String,
    /// Its key.
    pub key: &'static str,
}

/// Puts the division of [`STREET`], a category and so many verified organizations into an empty store.
pub async fn found(served: &Served, count: usize) -> Vec<Partner> {
    let division = |code: &str, parent: &str| v1::Division {
        code: code.to_owned(),
        edition: 2020,
        parent: parent.to_owned(),
        title: text(code),
        ..v1::Division::default()
    };
    let divisions =
        vec![division("64", ""), division("6401", "64"), division("640104", "6401"), division(STREET, "640104")];
    let request = v1::BatchUpsertDivisionsRequest { divisions, request_id: String::new() };
    told(served.catalog(OPERATOR).batch_upsert_divisions(request).await).expect("put");
    category(served, OPERATOR).await;
    let mut partners = Vec::with_capacity(count);
    for number in 0..count {
        let external_id = format!("partner-{number}");
        let organization = v1::Organization {
            external: Some(external("demo", &external_id)),
            title: text(&external_id),
            kind: v1::OrganizationKind::Charity.into(),
            division: "640104".to_owned(),
            ..v1::Organization::default()
        };
        let request = v1::CreateOrganizationRequest { organization: Some(organization), request_id: String::new() };
        let made = told(served.catalog(OPERATOR).create_organization(request).await).expect("created");
        let organization = made.organization.expect("one").name;
        let verify = v1::VerifyOrganizationRequest { name: organization.clone(), ..Default::default() };
        told(served.catalog(OPERATOR).verify_organization(verify).await).expect("verified");
        // Keys of clients live as long as the process.
        let key = Box::leak(format!("the-key-of-{external_id}").into_boxed_str());
        partners.push(Partner { external_id, organization, key });
    }
    partners
}

/// A folder in which `serve` lets these partners in.
#[must_use]
pub fn folder(partners: &[Partner]) -> tempfile::TempDir {
    let folder = deployment::folder(CALLERS);
    let keys: Vec<_> = partners.iter().map(|partner| (partner.organization.clone(), partner.key)).collect();
    deployment::add_partners(folder.path(), &keys);
    folder
}

/// A server over its own file with so many partners. Their keys are known to a server once their organizations are.
///
/// # Panics
/// When it does not start.
pub async fn served(count: usize) -> (Served, Vec<Partner>) {
    let url = "sqlite:wishwell.db";
    let mut first = deployment::serve(deployment::folder(CALLERS), url, &["--demo-principals"]).await;
    let partners = found(&first, count).await;
    first.process.terminate();
    assert!(first.process.wait_until_ended(DRAIN).await.success());
    let folder = first.process.into_folder();
    let keys: Vec<_> = partners.iter().map(|partner| (partner.organization.clone(), partner.key)).collect();
    deployment::add_partners(folder.path(), &keys);
    (deployment::serve(folder, url, &["--demo-principals"]).await, partners)
}
