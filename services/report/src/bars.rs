//! Bars and dots in rows: words and figures are text that wraps, only the mark beside them is drawn, as wide as the screen allows.

use maud::{Markup, html};

use crate::svg::share;

/// Height of a row's drawing in pixels.
const HEIGHT: f64 = 14.0;

/// A part of a bar.
pub(crate) struct Segment {
    /// Its class in the style.
    pub(crate) class: &'static str,
    /// How much of the row's width it takes, 0 to 1.
    pub(crate) share: f64,
    /// What it says when pointed at.
    pub(crate) says: String,
}

/// A row: what it is about, its figure in words, and its bar.
pub(crate) struct Bar {
    /// What it is about.
    pub(crate) label: Markup,
    /// The figure.
    pub(crate) value: String,
    /// The bar, from the left.
    pub(crate) segments: Vec<Segment>,
}

/// Rows of bars, `short` or `long` by how much their labels say. The drawings repeat what the text beside them says, so who listens to the page is spared them.
pub(crate) fn bars(kind: &'static str, rows: &[Bar]) -> Markup {
    html! {
        ul class={ "bars " (kind) } {
            @for row in rows {
                li {
                    span class="label" { (row.label) }
                    span class="value" { (row.value) }
                    (bar(&row.segments))
                }
            }
        }
    }
}

fn bar(segments: &[Segment]) -> Markup {
    html! {
        svg class="bar" width="100%" height=(HEIGHT) aria-hidden="true" focusable="false" { (stacked(segments, HEIGHT)) }
    }
}

/// The parts of a bar one after the other.
pub(crate) fn stacked(segments: &[Segment], height: f64) -> Markup {
    let starts = segments.iter().scan(0.0, |end, segment| Some(std::mem::replace(end, *end + segment.share)));
    html! {
        rect class="track" x="0" y="0" width="100%" height=(height) {}
        @for (segment, start) in segments.iter().zip(starts).filter(|(segment, _)| segment.share > 0.0) {
            rect class=(segment.class) x=(share(start)) y="0" width=(share(segment.share)) height=(height) {
                title { (segment.says) }
            }
        }
    }
}

/// A dot's place on its scale.
pub(crate) struct Dot {
    /// Its class in the style.
    pub(crate) class: &'static str,
    /// Its place, 0 to 1.
    pub(crate) at: f64,
    /// What it says when pointed at.
    pub(crate) says: String,
}

/// A row of dots.
pub(crate) struct DotRow {
    /// Who it is about.
    pub(crate) label: String,
    /// The figure.
    pub(crate) value: String,
    /// The dots.
    pub(crate) dots: Vec<Dot>,
}

/// Rows of dots on one scale, with the band that all of them lie in and a line for everybody together; all places 0 to 1.
pub(crate) fn dots(rows: &[DotRow], band: Option<(f64, f64)>, everybody: Option<f64>) -> Markup {
    html! {
        ul class="bars dots" {
            @for row in rows {
                li {
                    span class="label" { (row.label) }
                    span class="value" { (row.value) }
                    svg class="bar" width="100%" height=(HEIGHT) aria-hidden="true" focusable="false" {
                        @if let Some((from, to)) = band {
                            rect class="band" x=(inset(from)) y="0" width=(share((to - from) * 0.96)) height=(HEIGHT) {}
                        }
                        line class="axis" x1="0" x2="100%" y1=(HEIGHT / 2.0) y2=(HEIGHT / 2.0) {}
                        @if let Some(at) = everybody {
                            line class="everybody" x1=(inset(at)) x2=(inset(at)) y1="0" y2=(HEIGHT) {}
                        }
                        @for dot in &row.dots {
                            circle class=(dot.class) cx=(inset(dot.at)) cy=(HEIGHT / 2.0) r="5" { title { (dot.says) } }
                        }
                    }
                }
            }
        }
    }
}

/// A place on a scale that leaves room for half a dot at both ends.
fn inset(at: f64) -> String {
    share(0.02 + at.clamp(0.0, 1.0) * 0.96)
}
