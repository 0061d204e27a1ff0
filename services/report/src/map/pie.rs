//! A circle divided by outcome.

use std::f64::consts::TAU;

use maud::{Markup, html};

use super::crowd::Circle;
use crate::picture::Outcome;
use crate::svg::number;

/// Parts from twelve o'clock on, clockwise: wholly served, partly served, not served.
pub(crate) fn pie(circle: &Circle, outcome: &Outcome) -> Markup {
    let total = outcome.total().max(1) as f64;
    let parts = [("served", outcome.served), ("partly", outcome.partly), ("unserved", outcome.unserved)];
    let mut from = 0.0;
    let slices: Vec<(&str, f64, f64)> = parts
        .into_iter()
        .filter(|(_, items)| *items > 0)
        .map(|(class, items)| {
            let to = from + items as f64 / total;
            (class, std::mem::replace(&mut from, to), to)
        })
        .collect();
    html! {
        @for (class, from, to) in &slices {
            @if slices.len() == 1 {
                circle class=(class) cx=(number(circle.x)) cy=(number(circle.y)) r=(number(circle.radius)) {}
            } @else {
                path class=(class) d=(slice(circle, *from, *to)) {}
            }
        }
        circle class="rim" cx=(number(circle.x)) cy=(number(circle.y)) r=(number(circle.radius)) {}
    }
}

fn slice(circle: &Circle, from: f64, to: f64) -> String {
    let point = |turn: f64| {
        let angle = turn * TAU;
        format!("{} {}", number(circle.x + circle.radius * angle.sin()), number(circle.y - circle.radius * angle.cos()))
    };
    let (middle, radius) = (format!("{} {}", number(circle.x), number(circle.y)), number(circle.radius));
    let large = u8::from(to - from > 0.5);
    format!("M{middle}L{}A{radius} {radius} 0 {large} 1 {}Z", point(from), point(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIRCLE: Circle = Circle { x: 10.0, y: 10.0, radius: 10.0 };

    #[test]
    fn slices_go_clockwise_from_the_top() {
        assert_eq!(slice(&CIRCLE, 0.0, 0.25), "M10 10L10 0A10 10 0 0 1 20 10Z");
        assert_eq!(slice(&CIRCLE, 0.25, 1.0), "M10 10L20 10A10 10 0 1 1 10 0Z");
    }

    #[test]
    fn one_outcome_alone_is_a_whole_circle() {
        let drawn = pie(&CIRCLE, &Outcome { served: 0, partly: 0, unserved: 3 }).into_string();
        assert!(!drawn.contains("<path") && drawn.contains(r#"class="unserved""#), "{drawn}");
    }
}
