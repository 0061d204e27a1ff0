//! Whether the figures of a picture agree with each other.

use wishwell_domain::text::LocalizedText;

use crate::figures::count;
use crate::picture::{Outcome, RoundPicture};

/// Sums that should agree and do not, each in a sentence; none for a picture that adds up. The page shows them at its top: a report
/// whose figures contradict each other must say so before anything else.
#[must_use]
pub fn disagreements(picture: &RoundPicture) -> Vec<LocalizedText> {
    let mut found = Vec::new();
    let total = picture.outcome;
    let sum =
        |outcomes: &mut dyn Iterator<Item = Outcome>| outcomes.fold(Outcome::default(), |sum, each| sum.and(&each));
    let by_tier = sum(&mut picture.tiers.iter().map(|tier| tier.outcome));
    let by_division = sum(&mut picture.by_division.iter().map(|division| division.outcome));
    for (zh, en, parts) in [("各级", "tiers", by_tier), ("各区划", "divisions", by_division)] {
        let sides = [
            ("全部满足", "wholly served", parts.served, total.served),
            ("部分满足", "partly served", parts.partly, total.partly),
            ("未满足", "not served", parts.unserved, total.unserved),
        ];
        for (zh_what, en_what, part, whole) in sides.into_iter().filter(|(_, _, part, whole)| part != whole) {
            let (part, whole) = (count(part), count(whole));
            found.push(LocalizedText::new(
                format!("{zh}合计{zh_what} {part} 项，总数为 {whole} 项"),
                format!("the {en} add up to {part} items {en_what}, the total is {whole}"),
            ));
        }
    }
    let made = picture.offers.as_ref().map_or(picture.allocations, |offers| offers.made);
    let pairs = [
        ("已转介的次数", "offers made", made, picture.allocations),
        (
            "各条流向合计的分配数",
            "allocations over all flows",
            picture.flows.iter().map(|flow| flow.allocations).sum(),
            picture.allocations,
        ),
        (
            "各原因合计的需求项",
            "items over all reasons",
            picture.reasons.iter().map(|reason| reason.items).sum(),
            total.partly + total.unserved,
        ),
        ("公平性合计的需求项", "items that fairness counts", picture.fairness.overall.items, total.total()),
    ];
    for (zh, en, part, whole) in pairs.into_iter().filter(|(_, _, part, whole): &(_, _, u64, u64)| part != whole) {
        let (part, whole) = (count(part), count(whole));
        found.push(LocalizedText::new(
            format!("{zh}为 {part}，总数为 {whole}"),
            format!("{en}: {part}, the total is {whole}"),
        ));
    }
    found
}
