//! What leaves say of resources, against what rows say: never stricter, and never below the score.

use proptest::prelude::*;
use wishwell_domain::geo::{Point, UnitVector};
use wishwell_domain::ids::LogPosition;

use super::worlds::{Dice, random_asking, random_world};
use crate::assess::{Eligible, Memo};
use crate::bounds::Bounds;
use crate::context::{Asked, Context};
use crate::query::Scratch;
use crate::score::ScoringRules;
use crate::snapshot::area::{AreaSet, Polygon};
use crate::snapshot::{ResourceRef, Snapshot};

#[test]
fn what_an_entry_fails_its_resource_fails_and_its_bound_is_never_below_the_score() {
    let (rules, mut scratch, mut memo) = (ScoringRules::default(), Scratch::default(), Memo::default());
    let (mut passed, mut failing) = (0, 0);
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let spread = dice.pick(&[5, 60, 900]);
        let snapshot = Snapshot::build(&random_world(&mut dice, 40, spread), LogPosition(1));
        let asking = random_asking(&mut dice, spread);
        let asked = Asked::new(&asking.query(), &snapshot.tables).expect("a valid query");
        let context = Context::new(&asked, &snapshot.tables, &rules);
        let bounds = Bounds::new(&context);
        memo.begin(&context);
        scratch.memo.begin(&context);
        let forest = &snapshot.base.forest;
        for leaf in forest.nodes.iter().filter(|node| node.kind.is_leaf()) {
            let entries = &forest.leaves[leaf.first as usize];
            let metres = bounds.relative_to(leaf).map(|relative| entries.metres_at_least(relative, leaf.radius));
            let of_entries = bounds.of_entries(entries, metres.as_ref());
            let screened = context.screen(entries, metres.as_ref());
            for (at, entry) in entries.entries().iter().take(usize::from(leaf.count)).enumerate() {
                let metres = metres.map(|metres| metres[at]);
                let eligible = memo.eligible(&context, entries.program(at));
                let screened = screened[at] + u32::from(eligible == Eligible::No);
                let resource = ResourceRef(entry.row());
                let row = snapshot.row(resource).expect("a row");
                let hit = snapshot.judge(&context, asked.category, resource, row, &mut scratch);
                let outside = u8::from(snapshot.levels_below(resource, asked.category).is_none());
                let failures = hit.assessment.failed.len() - outside;
                assert!(screened <= u32::from(failures), "{entry:?}: {screened}, {:?}", hit.assessment);
                let certain = if eligible == Eligible::Unknown { bounds.certain } else { 0 };
                let bound = of_entries[at] - certain;
                let score = context.terms(row, hit.distance, entry.levels(), &hit.assessment).sum();
                assert!(bound >= score, "{entry:?} at {metres:?}: {bound} below {score}");
                assert!(metres.is_none_or(|metres| metres <= hit.distance as f32), "{metres:?}: {}", hit.distance);
                if failures > 0 {
                    failing += 1;
                    passed += u32::from(screened == 0);
                }
            }
        }
    }
    assert!(passed < failing / 2, "{passed} of {failing} that fail something are not seen to");
}

proptest! {
    #[test]
    fn an_area_serves_nobody_beyond_its_reach(
        place in (-900_000_000..=900_000_000_i32, -1_800_000_000..=1_800_000_000_i32),
        corner in (-900_000_000..=900_000_000_i32, -1_800_000_000..=1_800_000_000_i32),
        size in prop_oneof![1..=2_000_000_i32, 1..=1_700_000_000_i32],
        nearby in any::<bool>(),
        within in proptest::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 8),
    ) {
        let point = |latitude: i64, longitude: i64| Point {
            latitude_e7: i32::try_from(latitude.clamp(-900_000_000, 900_000_000)).expect("in range"),
            longitude_e7: i32::try_from(longitude.clamp(-1_800_000_000, 1_800_000_000)).expect("in range"),
        };
        let place = point(place.0.into(), place.1.into());
        let start = if nearby { (i64::from(place.latitude_e7), i64::from(place.longitude_e7)) } else { (corner.0.into(), corner.1.into()) };
        let size = i64::from(size);
        let corners = [(0, 0), (0, size), (size, size), (size, 0)].map(|(north, east)| point(start.0 + north, start.1 + east));
        let set = AreaSet::new(0, Vec::new(), vec![Polygon::new(&corners)]);
        let vector = UnitVector::from(place);
        if let Some(reach) = set.reach_metres(&vector) {
            for (north, east) in within {
                let part = |part: f64| (size as f64 * part) as i64;
                let inside = point(start.0 + part(north), start.1 + part(east));
                let metres = place.distance_metres(&inside);
                prop_assert!(metres <= reach, "{inside:?} is {metres} m from {place:?}, reach {reach} m");
            }
        }
    }
}
