//! The trade-off as a picture: panels of points and lines, as SVG that needs nothing else.

use std::fmt::Write as _;

/// Width and height of a panel with its margins, in pixels.
const PANEL: (f64, f64) = (520.0, 460.0);
/// Left, top, right and bottom margins.
const MARGIN: (f64, f64, f64, f64) = (56.0, 40.0, 16.0, 52.0);
/// Height of the legend's line.
const LEGEND: f64 = 22.0;

/// How a value becomes a place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scale {
    Linear,
    /// Equal ratios take equal room.
    Logarithmic,
}

/// One axis.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) label: &'static str,
    pub(super) scale: Scale,
    /// Ascending; the first and the last are the ends.
    pub(super) ticks: Vec<f64>,
}

/// A set of points.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) colour: &'static str,
    pub(super) joined: bool,
    /// x, y, and what is written beside.
    pub(super) points: Vec<(f64, f64, String)>,
}

/// A straight line across a panel.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    /// At a value of y.
    Across(f64, String),
    /// At a value of x.
    Down(f64, String),
}

/// One picture.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) rules: Vec<Rule>,
    pub(super) series: Vec<Series>,
}

/// Panels side by side, with one legend: that of the first panel.
pub(super) fn svg(panels: &[Panel], description: &str) -> String {
    let named: Vec<&Series> = panels
        .first()
        .map(|panel| panel.series.iter().filter(|series| !series.name.is_empty()).collect())
        .unwrap_or_default();
    let (width, height) = (PANEL.0 * panels.len() as f64, PANEL.1 + LEGEND * named.len() as f64 + 8.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        escaped(description)
    );
    for (panel, nth) in panels.iter().zip(0_u8..) {
        let _ = writeln!(text, "<g transform=\"translate({} 0)\">", PANEL.0 * f64::from(nth));
        draw(&mut text, panel);
        text.push_str("</g>\n");
    }
    for (series, nth) in named.iter().zip(0_u8..) {
        let y = PANEL.1 + LEGEND * (f64::from(nth) + 0.5);
        let _ = writeln!(
            text,
            "<circle cx=\"64\" cy=\"{y}\" r=\"4.5\" fill=\"{}\"/><text x=\"76\" y=\"{}\">{}</text>",
            series.colour,
            y + 4.0,
            escaped(&series.name)
        );
    }
    text.push_str("</svg>\n");
    text
}

fn draw(text: &mut String, panel: &Panel) {
    let (left, top) = (MARGIN.0, MARGIN.1);
    let (right, bottom) = (PANEL.0 - MARGIN.2, PANEL.1 - MARGIN.3);
    let x = |value: f64| left + share(&panel.x, value) * (right - left);
    let y = |value: f64| bottom - share(&panel.y, value) * (bottom - top);
    let _ = writeln!(
        text,
        "<text x=\"{left}\" y=\"22\" font-size=\"14\" font-weight=\"600\">{}</text>",
        escaped(&panel.title)
    );
    for tick in &panel.x.ticks {
        let at = x(*tick);
        line(text, (at, top, at, bottom), "#e6e6e6", "");
        let _ = writeln!(
            text,
            "<text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#444\">{tick}</text>",
            bottom + 16.0
        );
    }
    for tick in &panel.y.ticks {
        let at = y(*tick);
        line(text, (left, at, right, at), "#e6e6e6", "");
        let _ = writeln!(
            text,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#444\">{tick}</text>",
            left - 6.0,
            at + 4.0
        );
    }
    let middle = f64::midpoint(left, right);
    let _ = writeln!(
        text,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        bottom + 36.0,
        escaped(panel.x.label)
    );
    let middle = f64::midpoint(top, bottom);
    let _ = writeln!(
        text,
        "<text transform=\"translate(14 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
        escaped(panel.y.label)
    );
    for rule in &panel.rules {
        match rule {
            Rule::Across(value, label) => {
                let at = y(*value);
                line(text, (left, at, right, at), "#888", "5 4");
                let _ = writeln!(
                    text,
                    "<text x=\"{}\" y=\"{:.1}\" fill=\"#555\">{}</text>",
                    left + 4.0,
                    at - 4.0,
                    escaped(label)
                );
            }
            Rule::Down(value, label) => {
                let at = x(*value);
                line(text, (at, top, at, bottom), "#888", "5 4");
                let _ = writeln!(
                    text,
                    "<text transform=\"translate({:.1} {}) rotate(-90)\" fill=\"#555\">{}</text>",
                    at - 4.0,
                    bottom - 6.0,
                    escaped(label)
                );
            }
        }
    }
    for series in &panel.series {
        if series.joined {
            let path: Vec<String> =
                series.points.iter().map(|(a, b, _)| format!("{:.1},{:.1}", x(*a), y(*b))).collect();
            let _ = writeln!(
                text,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>",
                path.join(" "),
                series.colour
            );
        }
        for (a, b, label) in &series.points {
            let (a, b) = (x(*a), y(*b));
            let radius = if series.joined { 3.0 } else { 5.5 };
            let _ = writeln!(
                text,
                "<circle cx=\"{a:.1}\" cy=\"{b:.1}\" r=\"{radius}\" fill=\"{}\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"10.5\" \
                 fill=\"{}\">{}</text>",
                series.colour,
                a + 6.0,
                b + 12.0,
                series.colour,
                escaped(label)
            );
        }
    }
}

fn line(text: &mut String, (x1, y1, x2, y2): (f64, f64, f64, f64), colour: &str, dashes: &str) {
    let _ = writeln!(
        text,
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\"/>"
    );
}

/// Where a value is between the ends of an axis, 0 to 1; what is beyond is drawn at the end.
fn share(axis: &Axis, value: f64) -> f64 {
    let (Some(first), Some(last)) = (axis.ticks.first(), axis.ticks.last()) else { return 0.0 };
    let share = match axis.scale {
        Scale::Linear => (value - first) / (last - first),
        Scale::Logarithmic => (value / first).ln() / (last / first).ln(),
    };
    share.clamp(0.0, 1.0)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ratios_take_equal_room_on_a_logarithmic_axis_and_what_is_beyond_is_at_its_end() {
        let axis = |scale| Axis { label: "", scale, ticks: vec![10.0, 1_000.0] };
        let logarithmic = axis(Scale::Logarithmic);
        assert!((share(&logarithmic, 100.0) - 0.5).abs() < 1e-12);
        assert!((share(&axis(Scale::Linear), 505.0) - 0.5).abs() < 1e-12);
        assert_eq!([1.0, 5_000.0].map(|value| share(&logarithmic, value)), [0.0, 1.0]);
    }
}
