//! Pictures to try the page with: the demo's divisions, and figures made up by a generator of a seed. Everything adds up.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wishwell_domain::text::LocalizedText;
use wishwell_report::{
    Amount, Certified, DivisionFigures, DivisionPlace, FairnessFigures, FairnessRow, Flow, GapFigures, LevelFigures,
    LevelKind, Outcome, ReasonFigures, RoundKind, RoundPicture, SupplyPlace, TierFigures,
};

/// Knuth's MMIX generator: enough for made-up figures, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

/// An item of a made-up need.
struct Item {
    division: usize,
    tier: u8,
    /// 0 served, 1 partly, 2 not.
    ended: usize,
    waited: u64,
    places: Vec<usize>,
}

const CATEGORIES: [(&str, &str, &str, &str); 8] = [
    ("居家无菌室", "Sterile room at home", "套", "set"),
    ("定期探访", "Regular visits", "次上门", "visit"),
    ("电动轮椅", "Electric wheelchair", "辆", "piece"),
    ("心理辅导", "Counselling", "次", "session"),
    ("课业辅导", "Tutoring", "小时", "hour"),
    ("助餐", "Meals", "餐", "meal"),
    ("适老化改造", "Home adaptation for old age", "户", "household"),
    ("冬衣", "Winter clothes", "件", "piece"),
];
const TIERS: [(&str, &str); 4] = [("特急", "emergency"), ("紧急", "urgent"), ("一般", "normal"), ("不急", "low")];
const GROUPS: [(&str, &str); 7] = [
    ("老年人", "Elderly"),
    ("未成年人", "Minors"),
    ("残疾人", "Disabled people"),
    ("困难群众", "In financial difficulty"),
    ("退役军人", "Veterans"),
    ("重病患者", "Severely ill"),
    ("未标注", "Without a tag"),
];
const REASONS: [(&str, &str, &str); 5] = [
    ("CAPACITY", "合适的资源已分给他人", "What fits went to others"),
    ("NO_CANDIDATE", "没有合适的资源", "No resource fits"),
    ("ONLY_UNKNOWN_CAPACITY", "合适的资源都没有说明余量", "What fits does not say how much it has"),
    ("WHOLE", "余量不足以整份满足", "What is left is too little for the whole"),
    ("CONTACTS", "机构本轮联系次数已满", "The organizations were asked often enough"),
];

fn name(pair: (&str, &str)) -> LocalizedText {
    LocalizedText::new(pair.0, pair.1)
}

/// The divisions of the demo.
pub(crate) fn divisions() -> Vec<DivisionPlace> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/demo/divisions.json");
    let demo: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut nth: BTreeMap<String, usize> = BTreeMap::new();
    let mut divisions = Vec::new();
    for division in demo["divisions"].as_array().unwrap() {
        let code = division["code"].as_str().unwrap().to_owned();
        let centre = &division["centre"];
        divisions.push(DivisionPlace {
            code: code.clone(),
            name: name((division["title"]["zh"].as_str().unwrap(), division["title"]["en"].as_str().unwrap())),
            parent: division["parent"].as_str().map(|parent| nth[parent]),
            centre: centre["latitude"].as_f64().zip(centre["longitude"].as_f64()),
        });
        nth.insert(code, nth.len());
    }
    divisions
}

/// A round over `items` items in the demo's divisions.
pub(crate) fn round(seed: u64, items: usize) -> RoundPicture {
    let mut random = Random(seed);
    let divisions = divisions();
    let leaves: Vec<usize> = (0..divisions.len()).filter(|nth| divisions[*nth].code.len() > 6).collect();
    let places = places(&mut random, &divisions, &leaves);
    let items: Vec<Item> = (0..items).map(|_| item(&mut random, &leaves, &divisions, &places)).collect();
    let outcome = outcome(items.iter());
    let flows = flows(&mut random, &items, &divisions, &places);
    let allocations = flows.iter().map(|flow| flow.allocations).sum();
    RoundPicture {
        name: "rounds/01a20a3f-2176-7214-80f3-0045186faf60".to_owned(),
        planned_at: "2026-11-28 15:40 Asia/Shanghai".to_owned(),
        kind: RoundKind::DryRun,
        scope: Vec::new(),
        rules: Vec::new(),
        needs: (items.len() as u64).div_ceil(3),
        outcome,
        offers: None,
        allocations,
        distance_metres: Some(3_420),
        tiers: tiers(&items),
        by_division: by_division(&items),
        fairness: fairness(&mut random, &items, &divisions),
        gaps: gaps(&mut random, &divisions),
        reasons: reasons(outcome.partly + outcome.unserved),
        levels: levels(&outcome),
        divisions,
        places,
        flows,
        optimal: true,
        certified: Certified::Verified,
        engine_version: "3".to_owned(),
    }
}

/// A round whose every name is `name`.
pub(crate) fn hostile(name: &str) -> RoundPicture {
    let plain = round(5, 120);
    let RoundPicture { mut divisions, mut places, mut tiers, mut reasons, mut gaps, mut fairness, .. } = plain.clone();
    let name = || LocalizedText::new(name, name);
    divisions.iter_mut().for_each(|division| division.name = name());
    places.iter_mut().for_each(|place| place.organization = name());
    tiers.iter_mut().for_each(|tier| tier.name = name());
    reasons.iter_mut().for_each(|reason| reason.text = name());
    for gap in &mut gaps {
        (gap.category, gap.unit) = (name(), name());
        gap.division = gap.division.as_ref().map(|_| name());
        gap.resource = gap.resource.as_ref().map(|_| name());
        gap.period = gap.period.as_ref().map(|_| name().en);
    }
    fairness.by_group.iter_mut().chain(&mut fairness.by_division).for_each(|row| row.name = name());
    RoundPicture {
        name: name().en,
        planned_at: name().en,
        engine_version: name().en,
        scope: vec![name(), name()],
        divisions,
        places,
        tiers,
        reasons,
        gaps,
        fairness,
        ..plain
    }
}

fn places(random: &mut Random, divisions: &[DivisionPlace], leaves: &[usize]) -> Vec<SupplyPlace> {
    let place = |nth: u64| {
        // Help is where people are: half of it in two towns.
        let division =
            &divisions[leaves[random.below(if nth.is_multiple_of(2) { 11 } else { leaves.len() as u64 }) as usize]];
        let shift = |random: &mut Random| (random.below(120) as f64 - 60.0) / 10_000.0;
        let point = division.centre.map(|(latitude, longitude)| (latitude + shift(random), longitude + shift(random)));
        SupplyPlace {
            organization: name((&format!("示例社会服务中心{nth}号"), &format!("Community Service {nth} (demo)"))),
            point: point.filter(|_| nth != 7),
        }
    };
    (0..34).map(place).collect()
}

fn item(random: &mut Random, leaves: &[usize], divisions: &[DivisionPlace], places: &[SupplyPlace]) -> Item {
    let skew = random.below(leaves.len() as u64).min(random.below(leaves.len() as u64)) as usize;
    let tier = [1, 2, 2, 3, 3, 3, 3, 4][random.below(8) as usize];
    let luck = random.below(100);
    let ended = match (tier, luck) {
        (1, ..=91) | (2, ..=83) | (3, ..=69) | (4, ..=47) => 0,
        (_, 92..) => 1,
        _ => 2,
    };
    let count = if ended == 2 { 0 } else { 1 + usize::from(random.below(6) == 0) };
    Item {
        division: leaves[skew],
        tier,
        ended,
        waited: random.below(40) * 86_400 + random.below(86_400),
        places: (0..count).map(|_| nearest(random, divisions[leaves[skew]].centre, places)).collect(),
    }
}

/// The nearest of a few places.
fn nearest(random: &mut Random, to: Option<(f64, f64)>, places: &[SupplyPlace]) -> usize {
    let few: Vec<usize> = (0..7).map(|_| random.below(places.len() as u64) as usize).collect();
    let far = |place: &usize| to.zip(places[*place].point).map_or(0.3, |(a, b)| (a.0 - b.0).hypot(a.1 - b.1));
    few.into_iter().min_by(|a, b| far(a).total_cmp(&far(b))).unwrap_or_default()
}

fn outcome<'a>(items: impl Iterator<Item = &'a Item>) -> Outcome {
    let mut sums = [0; 3];
    items.for_each(|item| sums[item.ended] += 1);
    Outcome { served: sums[0], partly: sums[1], unserved: sums[2] }
}

fn tiers(items: &[Item]) -> Vec<TierFigures> {
    (1..)
        .zip(TIERS)
        .map(|(tier, words)| TierFigures {
            tier,
            name: name(words),
            outcome: outcome(items.iter().filter(|item| item.tier == tier)),
        })
        .collect()
}

fn by_division(items: &[Item]) -> Vec<DivisionFigures> {
    let mut divisions: Vec<usize> = items.iter().map(|item| item.division).collect();
    divisions.sort_unstable();
    divisions.dedup();
    let of = |division: usize| outcome(items.iter().filter(|item| item.division == division));
    divisions.into_iter().map(|division| DivisionFigures { division: Some(division), outcome: of(division) }).collect()
}

fn flows(random: &mut Random, items: &[Item], divisions: &[DivisionPlace], places: &[SupplyPlace]) -> Vec<Flow> {
    let mut sums: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for item in items {
        for place in &item.places {
            *sums.entry((*place, item.division)).or_default() += 1;
        }
    }
    sums.into_iter()
        .map(|((place, division), allocations)| {
            let unit = CATEGORIES[random.below(CATEGORIES.len() as u64) as usize];
            let ends = places[place].point.zip(divisions[division].centre);
            Flow {
                place,
                division: Some(division),
                allocations,
                quantities: vec![Amount {
                    unit: name((unit.2, unit.3)),
                    units: allocations * (1 + random.below(4)),
                    per: 1,
                }],
                distance_metres: ends.map(|(a, b)| ((a.0 - b.0).hypot((a.1 - b.1) * 0.78) * 111_195.0) as u64),
            }
        })
        .collect()
}

fn fairness(random: &mut Random, items: &[Item], divisions: &[DivisionPlace]) -> FairnessFigures {
    let row = |random: &mut Random, who: LocalizedText, members: Vec<&Item>| {
        let mean = |wanted: &dyn Fn(&Item) -> bool| {
            let waited: Vec<u64> = members.iter().filter(|item| wanted(item)).map(|item| item.waited).collect();
            (!waited.is_empty()).then(|| waited.iter().sum::<u64>() / waited.len() as u64)
        };
        let sum = outcome(members.iter().copied());
        FairnessRow {
            name: who,
            items: sum.total(),
            share_permille: ((sum.served * 2 + sum.partly) * 500 / sum.total().max(1)) as u32,
            waiting_served_seconds: mean(&|item| item.ended != 2),
            waiting_unserved_seconds: mean(&|item| item.ended == 2),
            distance_metres: (sum.served > 0).then(|| 900 + random.below(7_000)),
        }
    };
    let overall = row(random, name(("全体", "Everybody")), items.iter().collect());
    let by_group = GROUPS
        .into_iter()
        .enumerate()
        .map(|(nth, words)| row(random, name(words), items.iter().skip(nth).step_by(nth + 2).collect()))
        .collect();
    let counties: Vec<usize> = (0..divisions.len()).filter(|nth| divisions[*nth].code.len() == 6).collect();
    let by_division = counties
        .into_iter()
        .map(|county| {
            let within = |item: &&Item| divisions[item.division].parent == Some(county);
            row(random, divisions[county].name.clone(), items.iter().filter(within).collect())
        })
        .filter(|row| row.items > 0)
        .collect();
    FairnessFigures { overall, by_group, by_division }
}

fn gaps(random: &mut Random, divisions: &[DivisionPlace]) -> Vec<GapFigures> {
    let counties: Vec<usize> = (0..divisions.len()).filter(|nth| divisions[*nth].code.len() == 6).collect();
    (0..16)
        .map(|nth| {
            let category = CATEGORIES[(nth * 3 + nth / 8) % CATEGORIES.len()];
            let county = counties[[0, 6, 7, 8, 2][nth % 5]];
            let has_resource = nth % 4 != 3;
            GapFigures {
                category: name((category.0, category.1)),
                division: (nth != 9).then(|| divisions[county].name.clone()),
                unit: name((category.2, category.3)),
                per: 1,
                tier: 1 + (nth / 5) as u8,
                tier_name: name(TIERS[nth / 5]),
                resource: has_resource.then(|| name(("上门服务（示例机构）", "Service at home (demo organization)"))),
                period: (has_resource && nth % 3 == 0).then(|| "2026-12-01".to_owned()),
                units: 1 + random.below(12),
                exact: nth % 6 != 5,
            }
        })
        .collect()
}

fn reasons(mut left: u64) -> Vec<ReasonFigures> {
    REASONS
        .into_iter()
        .enumerate()
        .map(|(nth, (code, zh, en))| {
            let items = if nth + 1 == REASONS.len() { left } else { left / 2 };
            left -= items;
            ReasonFigures { code: code.to_owned(), text: name((zh, en)), items }
        })
        .filter(|reason| reason.items > 0)
        .collect()
}

fn levels(outcome: &Outcome) -> Vec<LevelFigures> {
    let level = |kind, reached: i128, per| LevelFigures { kind, reached, bound: reached, per };
    let served = i128::from(outcome.served);
    vec![
        level(LevelKind::Tier(1), served * 252, 2520),
        level(LevelKind::Tier(2), served * 630, 2520),
        level(LevelKind::Tier(3), served * 1_120 + 360, 2520),
        level(LevelKind::Tier(4), served * 420, 2520),
        level(LevelKind::Guarantee, 14, 1),
        level(LevelKind::Distance, -1_284_330, 1),
        level(LevelKind::Load, -412, 1),
    ]
}
