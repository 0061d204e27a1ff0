//! Which place a wish shows, and what the pool hears of it.

use std::collections::BTreeSet;

use uuid::Uuid;
use wishwell_domain::ids::{CategoryCode, DivisionCode, Version};
use wishwell_domain::limits::{WISH_ANONYMITY_HOUSEHOLDS_MIN, WISH_SHARERS_KEPT_MAX};
use wishwell_domain::need::{Need, NeedState, Wish};
use wishwell_domain::publication::{InPool, Lack, Publication, SharedPlace, Sharing, Tiding, coarse_place};

use crate::fixtures;

const TOP: &str = "64";
const CITY: &str = "6401";
const DISTRICT: &str = "640104";
const STREET: &str = "640104001";
const NEXT_STREET: &str = "640104002";
const OTHER_DISTRICT: &str = "640106";

fn code(text: &str) -> DivisionCode {
    DivisionCode::parse("division", text).unwrap()
}

fn category(text: &str) -> CategoryCode {
    CategoryCode::parse("category", text).unwrap()
}

/// Street first, then all above; codes of the made-up tree are paths.
fn chain(division: &DivisionCode) -> Vec<DivisionCode> {
    let text = division.as_str();
    [9, 6, 4, 2].into_iter().filter(|digits| *digits <= text.len()).map(|digits| code(&text[..digits])).collect()
}

/// So many households of a division that lack all of these, numbered from `first`.
fn lacking(first: u128, count: u128, division: &str, categories: &[&str]) -> Vec<Lack> {
    let of = |number: u128| {
        categories.iter().map(move |text| Lack {
            who: Uuid::from_u128(number),
            category: category(text),
            division: code(division),
        })
    };
    (first..first + count).flat_map(of).collect()
}

/// What household 0 of the street shows for a wish of these categories.
fn place(categories: &[&str], others: &[Lack]) -> Option<String> {
    let codes: Vec<CategoryCode> = categories.iter().map(|text| category(text)).collect();
    let wanted: BTreeSet<&CategoryCode> = codes.iter().collect();
    coarse_place(Uuid::nil(), &chain(&code(STREET)), &wanted, others, chain).map(|shared| shared.place.to_string())
}

#[test]
fn a_wish_shows_the_smallest_division_that_ten_households_would_show() {
    assert_eq!(place(&["a"], &[]), None, "alone");
    assert_eq!(place(&["a"], &lacking(1, 8, STREET, &["a"])), None, "nine");
    assert_eq!(place(&["a"], &lacking(1, 9, STREET, &["a"])).as_deref(), Some(STREET), "ten");
    assert_eq!(place(&["a"], &lacking(0, 9, STREET, &["a"])), None, "its own household counts once");
    assert_eq!(place(&["a"], &lacking(1, 9, "640104001777", &["a"])).as_deref(), Some(STREET), "a community of it");
    assert_eq!(place(&["a"], &lacking(1, 9, NEXT_STREET, &["a"])).as_deref(), Some(DISTRICT));
    assert_eq!(place(&["a"], &lacking(1, 9, DISTRICT, &["a"])).as_deref(), Some(DISTRICT));
    assert_eq!(place(&["a"], &lacking(1, 9, OTHER_DISTRICT, &["a"])).as_deref(), Some(CITY));
    assert_eq!(place(&["a"], &lacking(1, 9, "6402", &["a"])).as_deref(), Some(TOP));
    assert_eq!(place(&["a"], &lacking(1, 99, "11", &["a"])), None, "nothing is above both");
    assert_eq!(place(&["a"], &lacking(1, 99, STREET, &["b"])), None, "another category");
}

#[test]
fn households_that_show_a_smaller_place_hide_nobody_in_a_larger_one() {
    // Twenty of the next street show their street; whoever shows the district is none of them.
    let others = lacking(1, 20, NEXT_STREET, &["a"]);
    assert_eq!(place(&["a"], &others), None);
    let some_left = [others.clone(), lacking(100, 9, OTHER_DISTRICT, &["a"])].concat();
    assert_eq!(place(&["a"], &some_left).as_deref(), Some(CITY));
    let ten_there = [others, lacking(100, 10, OTHER_DISTRICT, &["a"])].concat();
    assert_eq!(place(&["a"], &ten_there), None, "ten show that district");
}

#[test]
fn items_of_one_wish_need_households_that_lack_them_all() {
    let apart = [lacking(1, 9, STREET, &["a"]), lacking(11, 9, STREET, &["b"])].concat();
    assert_eq!(place(&["a", "b"], &apart), None);
    assert_eq!(place(&["a"], &apart).as_deref(), Some(STREET));
    assert_eq!(place(&["a", "b"], &lacking(1, 9, STREET, &["a", "b", "c"])).as_deref(), Some(STREET));
}

/// Whatever the population: everybody who shows a place shows it with nine others at least, and nobody could show less.
#[test]
fn in_any_population_ten_households_at_least_show_the_same() {
    let divisions = [STREET, NEXT_STREET, "640104003", "640106001", "640106002", DISTRICT, OTHER_DISTRICT, "640201001"];
    for seed in 0..200_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut dice = |sides: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % sides as u64).unwrap()
        };
        let count = 1 + dice(80);
        let living: Vec<&str> = (0..count).map(|_| divisions[dice(divisions.len())]).collect();
        let lacks: Vec<Lack> =
            (0_u128..).zip(&living).flat_map(|(number, at)| lacking(number, 1, at, &["a"])).collect();
        let (codes, mut shown) = (category("a"), Vec::new());
        let wanted = BTreeSet::from([&codes]);
        for (number, at) in (0_u128..).zip(&living) {
            let shared = coarse_place(Uuid::from_u128(number), &chain(&code(at)), &wanted, &lacks, chain);
            assert!(shared.as_ref().is_none_or(|shared| shared.households.contains(&Uuid::from_u128(number))));
            shown.push(shared);
        }
        for (place, at) in shown.iter().zip(&living) {
            let Some(SharedPlace { place, households }) = place else { continue };
            assert!(chain(&code(at)).contains(place), "seed {seed}");
            let alike = shown.iter().filter(|other| other.as_ref().is_some_and(|other| other.place == *place)).count();
            assert!(alike >= WISH_ANONYMITY_HOUSEHOLDS_MIN, "seed {seed}: {alike} show {place}");
            assert_eq!(households.len(), alike, "seed {seed}: those that show it are those that share it");
        }
    }
}

fn wished() -> Need {
    let at = "2026-11-02T00:00:00Z".parse().unwrap();
    let wish = Wish {
        title: "a desk".into(),
        consented_at: at,
        consent_given_by: "guardian".into(),
        published_at: at,
        place: None,
        lot: Some(Uuid::from_u128(7)),
    };
    let publication = Some(Publication::first(at));
    Need { wish: Some(wish), publication, version: Version(3), state: NeedState::Open, ..fixtures::need() }
}

fn tiding(lot: u128, state: InPool) -> Tiding {
    Tiding { lot: Some(Uuid::from_u128(lot)), state }
}

#[test]
fn the_pool_hears_of_a_wish_while_it_is_one_and_once_when_it_ends() {
    assert_eq!(wished().tidings(), [tiding(7, InPool::Listed)]);
    let mut covered = wished();
    covered.items.iter_mut().for_each(|item| item.referred = item.asked());
    assert_eq!(covered.tidings(), [tiding(7, InPool::Gone)]);
    let mut ended = wished();
    assert!(ended.unpublish() && !ended.unpublish());
    ended.version = Version(4);
    assert_eq!(ended.tidings(), [tiding(7, InPool::Gone)]);
    ended.version = Version(5);
    assert_eq!(ended.tidings(), [], "what happens to it later is nothing to the pool");
    assert_eq!(Need { wish: None, publication: None, ..wished() }.tidings(), []);
}

#[test]
fn a_publication_that_follows_another_is_told_under_its_own_name_and_the_other_under_the_old_one() {
    let before = wished();
    let mut anew = wished();
    anew.publication = Some(Publication::ended(anew.publication, before.wish.as_ref().unwrap(), before.version));
    anew.wish.as_mut().unwrap().lot = Some(Uuid::from_u128(8));
    anew.version = Version(4);
    anew.note_tidings(&before);
    assert_eq!(anew.tidings(), [tiding(7, InPool::Gone), tiding(8, InPool::Listed)]);
    let mut later = anew.clone();
    later.version = Version(5);
    later.urgency = wishwell_domain::need::Urgency::Low;
    later.note_tidings(&anew);
    assert_eq!(later.tidings(), [tiding(8, InPool::Listed)], "the old one has gone once");
}

/// What a change is, the change, and whether the pool shows it.
type Change<'c> = (&'c str, &'c dyn Fn(&mut Need), bool);

#[test]
fn the_pool_hears_of_what_it_shows_and_of_nothing_else() {
    let covered = |need: &mut Need| need.items.iter_mut().for_each(|item| item.referred = item.asked());
    let changes: [Change<'_>; 12] = [
        ("nothing", &|_| {}, false),
        ("title", &|need| need.wish.as_mut().unwrap().title = "two desks".to_owned(), true),
        ("who consented", &|need| need.wish.as_mut().unwrap().consent_given_by = "herself".to_owned(), false),
        ("exact place", &|need| need.place = None, false),
        ("division", &|need| need.division = None, false),
        ("what is sealed", &|need| need.personal = None, false),
        (
            "how far",
            &|need| need.mobility.max_travel_metres = need.mobility.max_travel_metres.map(|far| far + 1),
            false,
        ),
        ("whether at all", &|need| need.mobility.max_travel_metres = None, true),
        ("delivery", &|need| need.mobility.delivery = !need.mobility.delivery, true),
        ("minors", &|need| need.involves_minors = !need.involves_minors, false),
        ("quantity", &|need| need.items[0].quantity += 1, true),
        ("covered", &covered, true),
    ];
    let mut before = wished();
    before.mobility.max_travel_metres = Some(500);
    for (what, change, told) in changes {
        let mut after = before.clone();
        change(&mut after);
        after.version = Version(before.version.0 + 1);
        after.note_tidings(&before);
        assert_eq!(!after.tidings().is_empty(), told, "{what}");
    }
    // What becomes of a wish that is covered is nothing to the pool: that help arrives, or that it is taken back.
    covered(&mut before);
    let mut served = before.clone();
    served.items.iter_mut().for_each(|item| (item.referred, item.served) = (0, item.asked()));
    let mut taken_back = before.clone();
    taken_back.unpublish();
    for (what, mut after) in [("served", served), ("taken back", taken_back)] {
        after.version = Version(before.version.0 + 1);
        after.note_tidings(&before);
        assert_eq!(after.tidings(), [], "{what}");
    }
}

#[test]
fn what_is_published_again_hides_among_those_who_shared_its_place_then_and_lack_the_same_now() {
    let shared = SharedPlace { place: code(STREET), households: (0..12).map(Uuid::from_u128).collect() };
    let digest = |who: Uuid| u64::try_from(who.as_u128()).unwrap() * 7 % 13;
    let first = Sharing::first(&shared, digest);
    assert!(first.by.is_sorted() && first.by.len() == 12);
    let lacking = |who: std::ops::Range<u128>| who.map(|who| digest(Uuid::from_u128(who)));
    let again = first.again(lacking(2..12)).unwrap();
    assert_eq!((&again.place, again.by.len()), (&first.place, 10));
    assert_eq!(first.again(lacking(3..12)), None, "nine");
    // Those who came since do not count, and neither do those who lacked nothing in between.
    assert_eq!(first.again([100, 101, 102].into_iter().chain(lacking(3..12))), None);
    assert_eq!(again.again(lacking(0..11)), None);
    assert_eq!(again.again(lacking(0..12)), Some(again.clone()));
    let many = SharedPlace { households: (0..999).map(Uuid::from_u128).collect(), ..shared };
    let kept = Sharing::first(&many, |who| u64::MAX - u64::try_from(who.as_u128()).unwrap()).by;
    assert_eq!(kept.len(), WISH_SHARERS_KEPT_MAX);
    assert_eq!(kept[0], u64::MAX - 998, "those with the lowest digests");
}
