//! What the scenarios of the loop have in common: a category of its own, something to give, somebody in need, and the steps
//! between the two.

use std::time::{Duration, Instant};

use tonic::Status;
use wishwell_api::v1;

use crate::told::{point, quantity, text, told};
use crate::{Served, external};

/// An internal service of the demo.
pub const HOTLINE: &str = "demo-hotline";
/// The case worker of the demo, who works in 640104 and 6402.
pub const CASE_WORKER: &str = "demo-case-worker";
/// The partner of the demo, who acts for [`NEAR`].
pub const PARTNER: &str = "demo-partner";
/// The operator of the demo.
pub const OPERATOR: &str = "demo-operator";
/// The auditor of the demo.
pub const AUDITOR: &str = "demo-auditor";
/// The visitor of the demo.
pub const VISITOR: &str = "demo-visitor";
/// The organization of the demo's partner.
pub const NEAR: &str = "org-xq-nuanyang";
/// An organization that nobody logs in for.
pub const FAR: &str = "org-xq-xinqiao";
/// A category that the demo does not have, so that its needs and resources stay out of it.
pub const TRUNK: &str = "test.trunk";
/// A street of Xingqing, in which needs are.
pub const STREET: &str = "640104001";
/// How long the server may take to do something by itself, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The demo, with [`TRUNK`] in it.
pub async fn demo() -> Served {
    let served = Served::demo().await;
    category(&served, OPERATOR).await;
    served
}

/// Puts [`TRUNK`] into the catalogue. Answers the position of the log that was reached: whoever asks with it sees all that was written
/// before, which a question that names none need not.
pub async fn category(served: &Served, key: &'static str) -> i64 {
    let category = v1::Category { code: TRUNK.to_owned(), title: text("trunk"), ..v1::Category::default() };
    let request = v1::BatchUpsertCategoriesRequest { categories: vec![category], request_id: String::new() };
    told(served.catalog(key).batch_upsert_categories(request).await).expect("put").log_position
}

/// So many pieces in stock of an organization of the demo; none is an unknown number.
#[must_use]
pub fn stock(organization: &str, total: Option<i64>) -> v1::CapacityPool {
    v1::CapacityPool {
        organization_external: Some(external("demo", organization)),
        title: "trunks".to_owned(),
        kind: v1::CapacityKind::Stock.into(),
        unit: "piece".to_owned(),
        total,
        ..v1::CapacityPool::default()
    }
}

/// Visits of an organization of the demo, so many in each week.
#[must_use]
pub fn weekly(organization: &str, total: i64) -> v1::CapacityPool {
    v1::CapacityPool {
        kind: v1::CapacityKind::Slots.into(),
        unit: "visit".to_owned(),
        period: v1::CapacityPeriod::Week.into(),
        time_zone: "Asia/Shanghai".to_owned(),
        ..stock(organization, Some(total))
    }
}

/// Money of an organization of the demo.
#[must_use]
pub fn budget(organization: &str, fen: i64) -> v1::CapacityPool {
    v1::CapacityPool {
        kind: v1::CapacityKind::Budget.into(),
        unit: "fen".to_owned(),
        currency: "CNY".to_owned(),
        ..stock(organization, Some(fen))
    }
}

/// Creates a pool; its name.
pub async fn pool(served: &Served, pool: v1::CapacityPool) -> String {
    let request = v1::CreateCapacityPoolRequest { capacity_pool: Some(pool), request_id: String::new() };
    told(served.catalog(OPERATOR).create_capacity_pool(request).await).expect("created").capacity_pool.unwrap().name
}

/// What a resource draws of a pool for each unit.
#[must_use]
pub fn draw(pool: &str, quantity_per_unit: i64) -> v1::CapacityDraw {
    v1::CapacityDraw { pool: pool.to_owned(), quantity_per_unit, ..v1::CapacityDraw::default() }
}

/// A trunk that is brought to everywhere, from this latitude.
#[must_use]
pub fn trunk(organization: &str, draws: Vec<v1::CapacityDraw>, latitude: f64) -> v1::Resource {
    v1::Resource {
        organization_external: Some(external("demo", organization)),
        title: text("a trunk"),
        content: "a trunk".to_owned(),
        responsible_party: "the centre".to_owned(),
        service_standard: "within a week".to_owned(),
        categories: vec![TRUNK.to_owned()],
        place: point(latitude, 106.20),
        areas: vec![v1::ServiceArea { everywhere: Some(v1::EverywhereArea {}), ..v1::ServiceArea::default() }],
        modes: vec![v1::DeliveryMode::Delivery.into()],
        draws,
        ..v1::Resource::default()
    }
}

/// Creates a resource; its name.
pub async fn resource(served: &Served, resource: v1::Resource) -> String {
    let request = v1::CreateResourceRequest { resource: Some(resource), request_id: String::new() };
    told(served.catalog(OPERATOR).create_resource(request).await).expect("created").resource.expect("one").name
}

/// A pool with a trunk drawing on it.
pub async fn trunks(served: &Served, organization: &str, total: Option<i64>) -> (String, String) {
    let pool = pool(served, stock(organization, total)).await;
    let resource = resource(served, trunk(organization, vec![draw(&pool, 1)], 38.401)).await;
    (pool, resource)
}

/// A need of so many trunks.
#[must_use]
pub fn wanting(pieces: i64) -> v1::Need {
    v1::Need {
        items: vec![v1::NeedItem {
            category: TRUNK.to_owned(),
            quantity: quantity(pieces, "piece"),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        channel: v1::Channel::Hotline.into(),
        mobility: Some(v1::Mobility { delivery: true, ..v1::Mobility::default() }),
        place: point(38.40, 106.20),
        division: STREET.to_owned(),
        ..v1::Need::default()
    }
}

/// A need that several may share.
#[must_use]
pub fn sharing(pieces: i64) -> v1::Need {
    let mut need = wanting(pieces);
    need.items[0].splittable = true;
    need
}

/// A need that is published under this title.
#[must_use]
pub fn wishing(pieces: i64, title: &str) -> v1::Need {
    let wish = v1::Wish {
        title: title.to_owned(),
        consent_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        consent_given_by: "herself".to_owned(),
        publish_time: None,
        division: String::new(),
    };
    v1::Need { wish: Some(wish), ..sharing(pieces) }
}

/// Submits a need.
pub async fn submit(served: &Served, need: v1::Need) -> v1::Need {
    let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
    told(served.needs(HOTLINE).submit_need(request).await).expect("submitted").need.expect("one")
}

/// Nine households of [`STREET`] that lack a trunk and publish nothing: beside them a wish for one shows its street.
pub async fn neighbours(served: &Served) -> Vec<v1::Need> {
    let mut silent = Vec::with_capacity(9);
    for _ in 0..9 {
        silent.push(submit(served, wanting(1)).await);
    }
    silent
}

/// A need as it is now.
pub async fn stored_need(served: &Served, name: &str) -> v1::Need {
    let request = v1::GetNeedRequest { name: name.to_owned(), ..Default::default() };
    told(served.needs(HOTLINE).get_need(request).await).expect("there").need.expect("one")
}

/// Units of the first item of a need: referred, served.
pub async fn units(served: &Served, need: &str) -> (i64, i64) {
    let need = stored_need(served, need).await;
    (need.items[0].referred_units, need.items[0].served_units)
}

/// A pool as it is now.
pub async fn stored_pool(served: &Served, name: &str) -> v1::CapacityPool {
    let request = v1::GetCapacityPoolRequest { name: name.to_owned(), ..Default::default() };
    told(served.catalog(OPERATOR).get_capacity_pool(request).await).expect("there").capacity_pool.expect("one")
}

/// Figures of a pool: pending, committed, consumed, remaining.
pub async fn figures(served: &Served, pool: &str) -> (i64, i64, i64, Option<i64>) {
    let pool = stored_pool(served, pool).await;
    (pool.pending, pool.committed, pool.consumed, pool.remaining)
}

/// The first item of a need offered to a resource.
#[must_use]
pub fn to(need: &str, resource: &str) -> v1::ReferralOffer {
    v1::ReferralOffer {
        need: need.to_owned(),
        item_ordinal: 1,
        resource: resource.to_owned(),
        ..v1::ReferralOffer::default()
    }
}

/// Offers.
///
/// # Errors
/// The refusal as it came.
pub async fn offer(served: &Served, key: &'static str, offer: v1::ReferralOffer) -> Result<v1::Referral, Status> {
    let request = v1::CreateReferralRequest { offer: Some(offer), request_id: String::new() };
    told(served.referrals(key).create_referral(request).await).map(|answer| answer.referral.expect("one"))
}

/// Offers the first item of a need to the best who was not asked before.
///
/// # Errors
/// The refusal as it came.
pub async fn auto_refer(served: &Served, need: &str) -> Result<v1::Referral, Status> {
    let request = v1::AutoReferRequest { need: need.to_owned(), item_ordinal: 1, ..Default::default() };
    told(served.referrals(HOTLINE).auto_refer(request).await).map(|answer| answer.referral.expect("one"))
}

/// A referral as somebody sees it.
///
/// # Errors
/// The refusal as it came.
pub async fn seen(served: &Served, key: &'static str, name: &str) -> Result<v1::Referral, Status> {
    seen_from(served, key, name, 0).await
}

/// The same with what was written up to a position of the log.
pub async fn seen_from(
    served: &Served,
    key: &'static str,
    name: &str,
    min_position: i64,
) -> Result<v1::Referral, Status> {
    let request = v1::GetReferralRequest { name: name.to_owned(), min_position, ..Default::default() };
    told(served.referrals(key).get_referral(request).await).map(|answer| answer.referral.expect("one"))
}

/// All referrals of a need, oldest first.
pub async fn referrals(served: &Served, need: &str) -> Vec<v1::Referral> {
    let filter = v1::ReferralFilter { need: need.to_owned(), ..Default::default() };
    let request = v1::ListReferralsRequest { filter: Some(filter), page_size: 1_000, ..Default::default() };
    let mut listed = told(served.referrals(HOTLINE).list_referrals(request).await).expect("listed").referrals;
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    listed
}

/// The referral of a need that follows another one, once the server has made it.
///
/// # Panics
/// When it does not come about.
pub async fn following(served: &Served, need: &str, previous: &str) -> v1::Referral {
    let started = Instant::now();
    loop {
        if let Some(found) = referrals(served, need).await.into_iter().find(|referral| referral.previous == previous) {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "nobody else was asked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The referral once it was escalated.
///
/// # Panics
/// When it is not.
pub async fn escalated(served: &Served, name: &str) -> v1::Referral {
    let started = Instant::now();
    loop {
        let now = seen(served, OPERATOR, name).await.expect("there");
        if now.escalate_time.is_some() {
            return now;
        }
        assert!(started.elapsed() < PATIENCE, "{name} was never escalated");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A step, with what is said with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many units, or all.
    Accept(Option<i64>),
    /// Because no time suits.
    Decline,
    /// Because it is not wanted.
    Withdraw,
    /// Without more.
    Start,
    /// So many units, or all.
    Deliver(Option<i64>),
    /// With a rating.
    Confirm(Option<i32>),
    /// Because it did not arrive.
    Dispute,
    /// For another reason.
    Cancel,
    /// For another reason, when so many units had arrived.
    CancelAfter(i64),
    /// Because nobody was reached.
    Fail,
    /// Because nobody was reached any more, when so many units had arrived.
    FailAfter(i64),
    /// Because nobody was reached any more, of what is disputed: so many units had arrived, and so many of the others are there still.
    SettleAfter(i64, i64),
}

/// Calls one step's method.
macro_rules! call {
    ($served:expr, $key:expr, $method:ident, $request:ident { $($fields:tt)* }) => {
        told($served.referrals($key).$method(v1::$request { $($fields)*, ..Default::default() }).await)
            .map(|answer| answer.referral.expect("one"))
    };
}

impl Step {
    /// Every step, as plain as can be.
    pub const ALL: [Self; 9] = [
        Self::Accept(None),
        Self::Decline,
        Self::Withdraw,
        Self::Start,
        Self::Deliver(None),
        Self::Confirm(None),
        Self::Dispute,
        Self::Cancel,
        Self::Fail,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Decline => "decline",
            Self::Withdraw => "withdraw",
            Self::Start => "start",
            Self::Deliver(_) => "deliver",
            Self::Confirm(_) => "confirm",
            Self::Dispute => "dispute",
            Self::Cancel | Self::CancelAfter(_) => "cancel",
            Self::Fail | Self::FailAfter(_) | Self::SettleAfter(..) => "fail",
        }
    }

    /// What had arrived until it ended early, where that is said.
    const fn arrived(self) -> Option<i64> {
        match self {
            Self::CancelAfter(units) | Self::FailAfter(units) | Self::SettleAfter(units, _) => Some(units),
            _ => None,
        }
    }

    /// What is there still where a dispute is settled, where that is said.
    const fn returned(self) -> Option<i64> {
        if let Self::SettleAfter(_, units) = self { Some(units) } else { None }
    }

    /// Takes the step of a referral as the caller with this key.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn take(self, served: &Served, key: &'static str, referral: &str) -> Result<v1::Referral, Status> {
        self.take_at(served, key, referral, "").await
    }

    /// As [`Step::take`], only while the referral has this etag.
    ///
    /// # Errors
    /// The refusal as it came.
    pub async fn take_at(
        self,
        served: &Served,
        key: &'static str,
        referral: &str,
        etag: &str,
    ) -> Result<v1::Referral, Status> {
        use v1::StepReason as Because;
        let (name, etag) = (referral.to_owned(), etag.to_owned());
        match self {
            Self::Accept(quantity) => {
                call!(served, key, accept_referral, AcceptReferralRequest { name, etag, quantity })
            }
            Self::Decline => {
                let reason = Because::NoSuitableTime.into();
                call!(served, key, decline_referral, DeclineReferralRequest { name, etag, reason })
            }
            Self::Withdraw => {
                let reason = Because::NotWanted.into();
                call!(served, key, withdraw_referral, WithdrawReferralRequest { name, etag, reason })
            }
            Self::Start => call!(served, key, start_referral, StartReferralRequest { name, etag }),
            Self::Deliver(quantity) => {
                call!(served, key, deliver_referral, DeliverReferralRequest { name, etag, quantity })
            }
            Self::Confirm(rating) => {
                call!(served, key, confirm_referral, ConfirmReferralRequest { name, etag, rating })
            }
            Self::Dispute => {
                let reason = Because::NotDelivered.into();
                call!(served, key, dispute_referral, DisputeReferralRequest { name, etag, reason })
            }
            Self::Cancel | Self::CancelAfter(_) => {
                let (reason, quantity) = (Because::Other.into(), self.arrived());
                call!(served, key, cancel_referral, CancelReferralRequest { name, etag, reason, quantity })
            }
            Self::Fail | Self::FailAfter(_) | Self::SettleAfter(..) => {
                let (reason, quantity, returned_quantity) =
                    (Because::NotReachable.into(), self.arrived(), self.returned());
                call!(
                    served,
                    key,
                    fail_referral,
                    FailReferralRequest { name, etag, reason, quantity, returned_quantity }
                )
            }
        }
    }
}
