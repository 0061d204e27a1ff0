//! A wishing pool with something in it: an empty page would be quick to make.

use wishwell_api::v1;
use wishwell_engine::synthetic::{Synthetic, SyntheticNeed};

use crate::wishwell::{Wishwell, keyed};

/// Needs submitted, each of a household of its own.
const NEEDS: usize = 1_500;
/// Those that are published; the others make places that enough share.
const WISHES: usize = 300;

/// Publishes wishes, those of an earlier run once more being the same. Blocks.
pub(super) fn fill(wishwell: &Wishwell, made: &Synthetic) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut needs = wishwell.needs();
        // Wishes last: who lacks the same is counted when they are published.
        let silent = (0..NEEDS - WISHES).map(|at| need(&made.need(at), at));
        let wishes = (NEEDS - WISHES..NEEDS).map(|at| v1::Need { wish: Some(wish(at)), ..need(&made.need(at), at) });
        for need in silent.chain(wishes) {
            let request = v1::SubmitNeedRequest { need: Some(need), request_id: String::new() };
            needs.submit_need(keyed(wishwell.key(), request)).await.expect("a need is taken");
        }
    });
}

fn need(made: &SyntheticNeed, at: usize) -> v1::Need {
    v1::Need {
        external: Some(v1::ExternalId { source: "bench".to_owned(), external_id: format!("pool-{at}") }),
        items: vec![v1::NeedItem {
            category: made.category.to_string(),
            quantity: Some(v1::Quantity { value: made.quantity, unit: made.unit.code().to_owned() }),
            ..v1::NeedItem::default()
        }],
        urgency: v1::Urgency::Normal.into(),
        division: made.division.to_string(),
        mobility: Some(v1::Mobility { delivery: true, home_visit: true, ..v1::Mobility::default() }),
        channel: v1::Channel::Import.into(),
        ..v1::Need::default()
    }
}

fn wish(at: usize) -> v1::Wish {
    v1::Wish {
        title: format!("心愿 {at}"),
        consent_time: Some(prost_types::Timestamp { seconds: 1_760_000_000, nanos: 0 }),
        consent_given_by: "本人".to_owned(),
        ..v1::Wish::default()
    }
}
