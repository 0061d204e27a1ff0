//! Circles that would cover each other: drawn as one in an overview, pushed apart in a detail.

/// A circle: its middle and its radius, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Circle {
    /// Middle, from the left.
    pub(crate) x: f64,
    /// Middle, from the top.
    pub(crate) y: f64,
    /// Radius.
    pub(crate) radius: f64,
}

impl Circle {
    /// How far the middles are apart.
    pub(crate) fn apart(&self, other: &Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// Passes over all pairs until circles stand apart; what still touches after that is a crowd nobody can draw.
const PASSES_MAX: usize = 500;
/// Pixels between circles.
const GAP: f64 = 2.0;

/// Groups of points whose circles would cover each other by more than a fourth, each in ascending order, in the order of their first.
/// A group's circle is at the weighted mean of its points and as large as its weight asks, so it may draw others in.
pub(crate) fn gather(points: &[(f64, f64)], weights: &[f64], radius: impl Fn(f64) -> f64) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..points.len()).map(|point| vec![point]).collect();
    loop {
        let circles: Vec<Circle> = groups.iter().map(|group| around(group, points, weights, &radius)).collect();
        // Everybody joins the first whom they cover; the next pass sees the circles that come of it.
        let mut joins: Vec<usize> = (0..groups.len()).collect();
        for b in 0..circles.len() {
            for a in 0..b {
                if joins[a] == a && circles[a].apart(&circles[b]) < 0.75 * (circles[a].radius + circles[b].radius) {
                    joins[b] = a;
                    break;
                }
            }
        }
        if joins.iter().enumerate().all(|(group, joined)| group == *joined) {
            return groups;
        }
        let mut joined: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
        for (group, into) in groups.iter_mut().zip(&joins) {
            joined[*into].append(group);
        }
        joined.retain(|group| !group.is_empty());
        for group in &mut joined {
            group.sort_unstable();
        }
        groups = joined;
    }
}

/// The circle of a group.
pub(crate) fn around(group: &[usize], points: &[(f64, f64)], weights: &[f64], radius: impl Fn(f64) -> f64) -> Circle {
    let weight: f64 = group.iter().map(|point| weights[*point]).sum();
    let mean = |coordinate: fn(&(f64, f64)) -> f64| {
        let sum: f64 = group.iter().map(|point| coordinate(&points[*point]) * weights[*point]).sum();
        sum / weight.max(f64::MIN_POSITIVE)
    };
    Circle { x: mean(|point| point.0), y: mean(|point| point.1), radius: radius(weight) }
}

/// Pushes circles apart until none touches another, each as little as it takes, and keeps them within a width and a height.
pub(crate) fn spread(circles: &mut [Circle], width: f64, height: f64) {
    for _ in 0..PASSES_MAX {
        let mut moved = false;
        for b in 1..circles.len() {
            for a in 0..b {
                moved |= push(circles, a, b);
            }
        }
        for circle in circles.iter_mut() {
            let edge = circle.radius + GAP;
            circle.x = circle.x.clamp(edge, (width - edge).max(edge));
            circle.y = circle.y.clamp(edge, (height - edge).max(edge));
        }
        if !moved {
            return;
        }
    }
}

/// Pushes two circles apart by half of what they are too near, the smaller one more; whether it had to.
fn push(circles: &mut [Circle], a: usize, b: usize) -> bool {
    let apart = circles[a].apart(&circles[b]);
    let lacking = circles[a].radius + circles[b].radius + GAP - apart;
    if lacking <= 0.01 {
        return false;
    }
    // Two circles on one spot part in a direction that depends on which they are, so that a heap becomes a ring and not a row.
    let (east, south) = if apart < 0.01 {
        let angle = (a * 7 + b * 13) as f64;
        (angle.cos(), angle.sin())
    } else {
        ((circles[b].x - circles[a].x) / apart, (circles[b].y - circles[a].y) / apart)
    };
    let heavier = circles[a].radius.powi(2) / (circles[a].radius.powi(2) + circles[b].radius.powi(2));
    let step = lacking + 0.02;
    circles[a].x -= east * step * (1.0 - heavier);
    circles[a].y -= south * step * (1.0 - heavier);
    circles[b].x += east * step * heavier;
    circles[b].y += south * step * heavier;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_cover_each_other_is_gathered_and_the_rest_stands_alone() {
        let points = [(0.0, 0.0), (100.0, 0.0), (3.0, 0.0), (0.0, 4.0)];
        assert_eq!(gather(&points, &[1.0; 4], |_| 5.0), [vec![0, 2, 3], vec![1]]);
        assert_eq!(gather(&points, &[1.0; 4], |_| 0.5), [vec![0], vec![1], vec![2], vec![3]]);
        assert_eq!(gather(&[], &[], |_| 1.0), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn a_groups_circle_is_where_its_weight_is() {
        let circle = around(&[0, 1], &[(0.0, 0.0), (10.0, 20.0)], &[1.0, 3.0], |weight| weight);
        assert_eq!(circle, Circle { x: 7.5, y: 15.0, radius: 4.0 });
    }

    #[test]
    fn after_spreading_no_circle_touches_another_or_the_edge() {
        let heap = Circle { x: 20.0, y: 150.0, radius: 9.0 };
        let mut circles = vec![heap; 20];
        circles.push(Circle { x: 290.0, y: 299.0, radius: 30.0 });
        spread(&mut circles, 300.0, 300.0);
        for (b, second) in circles.iter().enumerate() {
            for first in &circles[..b] {
                assert!(first.apart(second) > first.radius + second.radius, "{first:?} {second:?}");
            }
            assert!(second.x >= second.radius && second.x + second.radius <= 300.0, "{second:?}");
            assert!(second.y >= second.radius && second.y + second.radius <= 300.0, "{second:?}");
        }
    }
}
