//! The pool on a map: a circle for each division that somebody wishes in, which leads to its wishes.

use maud::{Markup, html};
use wishwell_report::{DivisionPlace, LinkedPlace, linked_map};

use super::Filter;
use super::summary::Summary;
use crate::pages::visit::Visit;

/// `own` are the places of a partner that looks, latitude and longitude in degrees.
pub(super) fn map(visit: &Visit, filter: &Filter, summary: &Summary, own: &[(f64, f64)]) -> Markup {
    let (divisions, places) = places(filter, summary);
    let elsewhere = summary.items.saturating_sub(places.iter().map(|place| place.count).sum());
    let drawn = linked_map(&divisions, &places, own, visit.language, visit.app.options().map_tiles.as_ref());
    html! {
        section class="pool-map" aria-labelledby="pool-map-title" {
            h2 id="pool-map-title" { (visit.say("心愿在哪里", "Where the wishes are")) }
            @if drawn.0.is_empty() {
                p class="note" { (visit.say("没有可以画在地图上的心愿。", "There is nothing to show on a map.")) }
            } @else {
                p class="note" {
                    (visit.say(
                        "圆的大小是心愿项数，位置是街道、乡镇、区县或市的中心，不是任何人的住址。点一个圆，只看那里的心愿。",
                        "The size of a circle is the number of items. It stands in the middle of a street, town, district or city, not at anybody's home. Choose one to see its wishes.",
                    ))
                }
                @if !own.is_empty() {
                    ul class="key" {
                        li { span class="swatch own" {} (visit.say("我们的服务点，离得近的心愿就在旁边", "places of ours: what is near stands beside them")) }
                    }
                }
                (drawn)
            }
            @if elsewhere > 0 {
                p class="note" {
                    (visit.say(
                        format!("另有 {elsewhere} 项不在图上，多是因为同样需要的家庭太少，写出地点会认出是谁。"),
                        format!("{elsewhere} more are not on the map, most because too few families lack the same to say where without saying who."),
                    ))
                }
            }
        }
    }
}

/// Divisions with their wishes. What is too many to tell apart the map draws as one and takes apart beside it.
fn places(filter: &Filter, summary: &Summary) -> (Vec<DivisionPlace>, Vec<LinkedPlace>) {
    let names = &summary.names;
    let (divisions, index) = names.on_map();
    let drawn = summary.at_division.iter().filter_map(|(code, count)| {
        let division = *index.get(code.as_str())?;
        names.divisions.get(code)?.centre.as_ref()?;
        Some(LinkedPlace { division, count: *count, address: filter.in_division(code).address() })
    });
    let drawn = drawn.collect();
    (divisions, drawn)
}
