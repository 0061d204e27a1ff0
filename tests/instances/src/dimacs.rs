//! The DIMACS format of minimum-cost flows (First DIMACS Implementation Challenge, 1991): `p min NODES ARCS`, `n NODE SUPPLY`,
//! `a FROM TO LOW CAPACITY COST`; `c` begins a comment.

use std::fmt::Write;

use wishwell_allocation::{Item, Level, Objective, Pool, Problem, ProblemError, ProblemParts, Segment, Split, limits};

use crate::words::{InstanceError, number};

/// Most nodes that are read.
pub const NODES_MAX: usize = limits::POOLS_MAX;
/// Most arcs that are read; each becomes an item.
pub const ARCS_MAX: usize = limits::ITEMS_MAX;
/// Most that an arc costs, either way, so that differences are distances of an allocation.
pub const COST_MAX: i64 = limits::DISTANCE_MAX as i64 / 2;

/// An arc of a minimum-cost flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arc {
    /// Node it leaves, counted from 0.
    pub from: u32,
    /// Node it enters, counted from 0.
    pub to: u32,
    /// Least it carries.
    pub low: u64,
    /// Most it carries, at least `low`.
    pub capacity: u64,
    /// What a unit costs.
    pub cost: i64,
}

/// A minimum-cost flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinCostFlow {
    /// Of each node: what it sends, negative where it takes.
    pub supply: Vec<i64>,
    /// Its arcs.
    pub arcs: Vec<Arc>,
}

/// A minimum-cost flow as an allocation, and the way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsAllocation {
    /// The allocation.
    pub problem: Problem,
    /// What the flow costs beside the allocation's distance.
    pub offset: i128,
    /// Units that all items ask for.
    pub asked: i128,
}

impl AsAllocation {
    /// What the flow costs whose allocation reaches this. Nothing, if there is no feasible flow: then not all items can be served.
    #[must_use]
    pub fn cost(&self, reached: &Objective) -> Option<i128> {
        (reached.0[0] == self.asked).then(|| self.offset - reached.0[2])
    }
}

impl MinCostFlow {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Line, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, InstanceError> {
        let mut flow = Self::default();
        let (mut arcs, mut last) = (None, 0);
        for (nth, line) in text.lines().enumerate() {
            last = nth + 1;
            let mut words = line.split_whitespace();
            match (words.next(), arcs) {
                (None | Some("c"), _) => continue,
                (Some("p"), None) => {
                    let word = words.next();
                    if word != Some("min") {
                        return Err(InstanceError::new(last, "min", word));
                    }
                    let nodes = number(last, words.next(), "the number of nodes", 1, NODES_MAX)?;
                    arcs = Some(number(last, words.next(), "the number of arcs", 0, ARCS_MAX)?);
                    flow.supply = vec![0; nodes];
                }
                (word, None) => return Err(InstanceError::new(last, "'p min NODES ARCS'", word)),
                (Some("n"), Some(_)) => {
                    let node = number(last, words.next(), "a node", 1, flow.supply.len())?;
                    let most = limits::UNITS_MAX as i64;
                    flow.supply[node - 1] = number(last, words.next(), "a supply", -most, most)?;
                }
                (Some("a"), Some(most)) if flow.arcs.len() < most => flow.arcs.push(flow.arc(last, &mut words)?),
                (word @ Some("a"), Some(_)) => return Err(InstanceError::new(last, "no further arc", word)),
                (word, Some(_)) => return Err(InstanceError::new(last, "'n' or 'a'", word)),
            }
            if let word @ Some(_) = words.next() {
                return Err(InstanceError::new(last, "the end of the line", word));
            }
        }
        match arcs {
            None => Err(InstanceError::new(last + 1, "'p min NODES ARCS'", None)),
            Some(arcs) if arcs > flow.arcs.len() => {
                Err(InstanceError::new(last + 1, format!("arc {} of {arcs}", flow.arcs.len() + 1), None))
            }
            Some(_) => Ok(flow),
        }
    }

    fn arc<'a>(&self, line: usize, words: &mut impl Iterator<Item = &'a str>) -> Result<Arc, InstanceError> {
        let from: u32 = number(line, words.next(), "a node", 1, self.supply.len() as u32)?;
        let to: u32 = number(line, words.next(), "a node", 1, self.supply.len() as u32)?;
        let low = number(line, words.next(), "a lower bound", 0, limits::UNITS_MAX)?;
        let capacity = words.next();
        let negative = capacity.and_then(|word| word.parse::<i64>().ok()).is_some_and(|capacity| capacity < 0);
        // A negative capacity means none: as much as all that is sent.
        let capacity = if negative { limits::UNITS_MAX } else { number(line, capacity, "a capacity", low, u64::MAX)? };
        let cost = number(line, words.next(), "a cost", -COST_MAX, COST_MAX)?;
        Ok(Arc { from: from - 1, to: to - 1, low, capacity: capacity.min(limits::UNITS_MAX), cost })
    }

    /// Writes it.
    #[must_use]
    pub fn write(&self) -> String {
        let mut text = format!("p min {} {}\n", self.supply.len(), self.arcs.len());
        for (node, supply) in self.supply.iter().enumerate().filter(|(_, supply)| **supply != 0) {
            let _ = writeln!(text, "n {} {supply}", node + 1);
        }
        for Arc { from, to, low, capacity, cost } in &self.arcs {
            let _ = writeln!(text, "a {} {} {low} {capacity} {cost}", from + 1, to + 1);
        }
        text
    }

    /// As an allocation of the same cost: an arc becomes an item of as many units as it may carry, which go to the pool of the node it
    /// enters, at the arc's cost, where it carries them, and to the pool of the node it leaves, for nothing, where it does not. A pool
    /// has room for what its node must take to be in balance (Orden, "The transhipment problem", Management Science 2, 1956). An
    /// arc that costs less than nothing is turned round: what it does not carry costs.
    ///
    /// # Errors
    ///
    /// What the problem refuses; supplies that do not add up to nothing; a node that must send more than its arcs can.
    pub fn problem(&self) -> Result<AsAllocation, ProblemError> {
        let refuse = |field: &str, rule: String| ProblemError { violations: vec![(field.to_owned(), rule)] };
        let sum = self.supply.iter().map(|supply| i128::from(*supply)).sum::<i128>();
        if sum != 0 {
            return Err(refuse("supply", format!("must add up to 0, got {sum}")));
        }
        // What no path can carry more than bounds arcs without a bound of their own.
        let sent = self.supply.iter().filter(|supply| **supply > 0).map(|supply| supply.unsigned_abs()).sum::<u64>();
        let low: u64 = self.arcs.iter().fold(0, |sum, arc| sum.saturating_add(arc.low));
        let most = if self.arcs.iter().any(|arc| arc.cost < 0) { u64::MAX } else { sent.saturating_add(low) };
        let mut room: Vec<i128> = self.supply.iter().map(|supply| -i128::from(*supply)).collect();
        let (mut offset, mut asked) = (0_i128, 0_i128);
        let mut parts = ProblemParts {
            levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
            first: vec![0],
            ..ProblemParts::default()
        };
        for arc in &self.arcs {
            let spare = arc.capacity.min(most) - arc.low.min(most);
            offset += i128::from(arc.low) * i128::from(arc.cost);
            room[arc.from as usize] += i128::from(arc.low);
            room[arc.to as usize] -= i128::from(arc.low);
            // An arc to its own node changes no balance: it carries all it can where that pays, else nothing.
            if spare == 0 || arc.from == arc.to {
                offset += i128::from(spare) * i128::from(arc.cost.min(0));
                continue;
            }
            offset += i128::from(spare) * i128::from(arc.cost.min(0));
            asked += i128::from(spare);
            room[arc.from as usize] += i128::from(spare);
            let carried = (arc.to, arc.cost.max(0).unsigned_abs() as u32);
            let kept = (arc.from, arc.cost.min(0).unsigned_abs() as u32);
            parts.items.push(Item { quantity: spare, tier: 0, worth: 1, group: None, split: Split::Any });
            for (pool, distance) in if arc.from < arc.to { [kept, carried] } else { [carried, kept] } {
                parts.arc_pool.push(pool);
                parts.arc_distance.push(distance);
            }
            parts.first.push(parts.arc_pool.len() as u32);
        }
        for (node, room) in room.into_iter().enumerate() {
            let units = u64::try_from(room).map_err(|_| {
                refuse(&format!("supply[{}]", node + 1), "must be at most what the node's arcs carry away".to_owned())
            })?;
            let segments = if units > 0 { vec![Segment { units, price: 0 }] } else { Vec::new() };
            parts.pools.push(Pool { segments, cap: None, partner: node as u32 });
        }
        Problem::new(parts).map(|problem| AsAllocation { problem, offset, asked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "c made up\np min 4 4\nn 1 3\nn 4 -3\na 1 2 0 2 3\na 2 3 0 2 1\na 3 4 0 2 1\na 1 4 0 2 2\n";

    #[test]
    fn what_is_written_is_read_again() {
        let flow = MinCostFlow::parse(SAMPLE).unwrap();
        assert_eq!(flow.supply, [3, 0, 0, -3]);
        assert_eq!(flow.arcs[1], Arc { from: 1, to: 2, low: 0, capacity: 2, cost: 1 });
        assert_eq!(MinCostFlow::parse(&flow.write()).unwrap(), flow);
    }

    #[test]
    fn an_error_says_the_line_and_what_was_expected_there() {
        let said = |text: &str| MinCostFlow::parse(text).unwrap_err().to_string();
        assert_eq!(said(""), "line 1: expected 'p min NODES ARCS', got nothing");
        assert_eq!(said("n 1 2"), "line 1: expected 'p min NODES ARCS', got 'n'");
        assert_eq!(said("p max 1 2"), "line 1: expected min, got 'max'");
        assert_eq!(said("p min 2 1\nn 3 1"), "line 2: expected a node, 1 to 2, got '3'");
        assert_eq!(said("p min 2 1\na 1 2 0 1"), "line 2: expected a cost, -536870912 to 536870912, got nothing");
        assert_eq!(said("p min 2 1\na 1 2 3 1 1").split(',').next().unwrap(), "line 2: expected a capacity");
        assert_eq!(said("p min 2 1\na 1 2 0 1 1 7"), "line 2: expected the end of the line, got '7'");
        assert_eq!(said("p min 2 1"), "line 2: expected arc 1 of 1, got nothing");
        assert_eq!(said("p min 2 0\na 1 2 0 1 1"), "line 2: expected no further arc, got 'a'");
        assert_eq!(said("p min 2 0\nx"), "line 2: expected 'n' or 'a', got 'x'");
    }

    /// What the cheapest flow costs, found by trying all.
    fn cheapest(flow: &MinCostFlow) -> Option<i128> {
        let mut all: Vec<(Vec<i64>, i128)> = vec![(flow.supply.clone(), 0)];
        for arc in &flow.arcs {
            let further = all.iter().flat_map(|(left, cost)| {
                (arc.low..=arc.capacity).map(move |units| {
                    let mut left = left.clone();
                    left[arc.from as usize] -= units as i64;
                    left[arc.to as usize] += units as i64;
                    (left, cost + i128::from(units) * i128::from(arc.cost))
                })
            });
            all = further.collect();
        }
        all.into_iter().filter(|(left, _)| left.iter().all(|units| *units == 0)).map(|(_, cost)| cost).min()
    }

    /// What the best allocation costs as a flow, found by trying all ways to serve every item wholly.
    fn best(allocation: &AsAllocation) -> Option<i128> {
        let parts = allocation.problem.parts();
        let mut all: Vec<Vec<(u32, u64)>> = vec![Vec::new()];
        for (item, of) in parts.items.iter().enumerate() {
            let arc = parts.first[item];
            let ways = (0..=of.quantity).map(|units| [(arc, units), (arc + 1, of.quantity - units)]);
            all = all.iter().flat_map(|so_far| ways.clone().map(|way| [so_far.as_slice(), &way].concat())).collect();
        }
        let fits = |flows: &Vec<(u32, u64)>| {
            parts.pools.iter().enumerate().all(|(pool, of)| {
                let into = flows.iter().filter(|(arc, _)| parts.arc_pool[*arc as usize] as usize == pool);
                into.map(|(_, units)| *units).sum::<u64>() <= of.segments.iter().map(|segment| segment.units).sum()
            })
        };
        let plans = all.into_iter().filter(fits).map(wishwell_allocation::Plan::new);
        plans.filter_map(|plan| allocation.cost(&Objective::of(&allocation.problem, &plan))).min()
    }

    #[test]
    fn the_allocation_of_a_flow_costs_what_the_flow_does() {
        let arc = |from, to, low, capacity, cost| Arc { from, to, low, capacity, cost };
        let flows = [
            MinCostFlow::parse(SAMPLE).unwrap(),
            MinCostFlow {
                supply: vec![2, -1, -1],
                arcs: vec![arc(0, 1, 1, 2, -3), arc(1, 2, 0, 2, 4), arc(2, 0, 0, 1, -5), arc(2, 2, 0, 2, -1)],
            },
            MinCostFlow {
                supply: vec![1, -1],
                arcs: vec![arc(1, 0, 0, 2, 1), arc(0, 1, 0, 3, -2), arc(0, 1, 1, 1, 7)],
            },
            MinCostFlow {
                supply: vec![2, 0, -2],
                arcs: vec![arc(0, 1, 0, 1, 1), arc(1, 2, 0, 2, 1), arc(0, 1, 0, 1, 0)],
            },
            MinCostFlow { supply: vec![2, -1, -1], arcs: vec![arc(0, 1, 0, 2, 1), arc(1, 2, 0, 0, 1)] },
        ];
        for (nth, flow) in flows.iter().enumerate() {
            assert_eq!(best(&flow.problem().unwrap()), cheapest(flow), "flow {nth}");
        }
        assert_eq!(cheapest(&flows[4]), None);
    }

    #[test]
    fn supplies_that_cannot_be_sent_are_refused() {
        let said = |text: &str| MinCostFlow::parse(text).unwrap().problem().unwrap_err().to_string();
        assert_eq!(said("p min 2 0\nn 1 1"), "supply: must add up to 0, got 1");
        assert_eq!(
            said("p min 2 1\nn 1 5\nn 2 -5\na 1 2 0 4 1"),
            "supply[1]: must be at most what the node's arcs carry away"
        );
    }
}
