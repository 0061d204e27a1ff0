//! The formats of J. E. Beasley's OR-Library (Journal of the Operational Research Society 41, 1990): dense assignment and generalised
//! assignment.

use wishwell_allocation::{Item, Level, Pool, Problem, ProblemParts, Segment, Split, limits};

use crate::words::{InstanceError, Words};

/// Most rows of an assignment: their square fits into a problem's arcs.
pub const ROWS_MAX: i64 = 8_000;

/// A dense assignment: `n`, then `n` rows of `n` costs. Each row takes one column, at the least sum of costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Rows, and columns.
    pub rows: usize,
    /// Row by row.
    pub costs: Vec<u32>,
}

impl Assignment {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// Line, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, InstanceError> {
        let mut words = Words::of(text);
        let rows = words.number("the number of rows", 1, ROWS_MAX)? as usize;
        let costs = words.numbers(rows * rows, "cost", 0, i64::from(limits::DISTANCE_MAX))?;
        words.end()?;
        Ok(Self { rows, costs: costs.into_iter().map(|cost| cost as u32).collect() })
    }

    /// As an allocation: rows are items of one unit, columns pools of one, costs distances. The least sum of costs is the distance.
    ///
    /// # Errors
    ///
    /// Whatever the problem refuses.
    pub fn problem(&self) -> Result<Problem, wishwell_allocation::ProblemError> {
        let rows = self.rows as u32;
        Problem::new(ProblemParts {
            levels: vec![Level::Tier(0), Level::Guarantee, Level::Distance, Level::Load],
            items: vec![Item { quantity: 1, tier: 0, worth: 1, group: None, split: Split::Any }; self.rows],
            pools: (0..rows)
                .map(|partner| Pool { segments: vec![Segment { units: 1, price: 0 }], cap: None, partner })
                .collect(),
            first: (0..=rows).map(|row| row * rows).collect(),
            arc_pool: (0..rows).flat_map(|_| 0..rows).collect(),
            arc_distance: self.costs.clone(),
            ..ProblemParts::default()
        })
    }
}

/// A generalised assignment: `m` agents, `n` jobs, `m * n` costs, `m * n` weights, `m` capacities. Each job goes to one agent, whose
/// jobs' weights keep to its capacity, at the least sum of costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralisedAssignment {
    /// Agents.
    pub agents: usize,
    /// Jobs.
    pub jobs: usize,
    /// Agent by agent.
    pub costs: Vec<i64>,
    /// Agent by agent.
    pub weights: Vec<i64>,
    /// Of each agent.
    pub capacities: Vec<i64>,
}

impl GeneralisedAssignment {
    /// Largest figure that is read.
    pub const FIGURE_MAX: i64 = 1 << 40;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// Line, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, InstanceError> {
        let mut words = Words::of(text);
        let agents = words.number("the number of agents", 1, ROWS_MAX)? as usize;
        let jobs = words.number("the number of jobs", 1, ROWS_MAX)? as usize;
        let costs = words.numbers(agents * jobs, "cost", -Self::FIGURE_MAX, Self::FIGURE_MAX)?;
        let weights = words.numbers(agents * jobs, "weight", 0, Self::FIGURE_MAX)?;
        let capacities = words.numbers(agents, "capacity", 0, Self::FIGURE_MAX)?;
        words.end()?;
        Ok(Self { agents, jobs, costs, weights, capacities })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_read_wherever_its_lines_break() {
        let read = Assignment::parse(" 2\n 5 6 7\n\n 8\n").unwrap();
        assert_eq!(read, Assignment { rows: 2, costs: vec![5, 6, 7, 8] });
        let problem = read.problem().unwrap();
        assert_eq!(problem.parts().first, [0, 2, 4]);
        assert_eq!(problem.parts().arc_pool, [0, 1, 0, 1]);
    }

    #[test]
    fn an_error_says_the_line_and_what_was_expected_there() {
        let said = |text: &str| Assignment::parse(text).unwrap_err().to_string();
        assert_eq!(said(""), "line 1: expected the number of rows, 1 to 8000, got nothing");
        assert_eq!(said("0"), "line 1: expected the number of rows, 1 to 8000, got '0'");
        assert_eq!(said("2\n1 2\n3\n"), "line 4: expected cost 4 of 4, 0 to 1073741824, got nothing");
        assert_eq!(said("2\n1 2\n3 -4"), "line 3: expected cost 4 of 4, 0 to 1073741824, got '-4'");
        assert_eq!(said("1\n1 2"), "line 2: expected the end, got '2'");
        assert_eq!(said("99999999999"), "line 1: expected the number of rows, 1 to 8000, got '99999999999'");
        let said = |text: &str| GeneralisedAssignment::parse(text).unwrap_err().to_string();
        assert_eq!(said("1 1\n1\nx\n"), "line 3: expected weight 1 of 1, 0 to 1099511627776, got 'x'");
        assert_eq!(said("1 1\n1\n1\n"), "line 4: expected capacity 1 of 1, 0 to 1099511627776, got nothing");
    }

    #[test]
    fn a_generalised_assignment_is_read_agent_by_agent() {
        let read = GeneralisedAssignment::parse("2 3\n1 2 3 4 5 6\n7 8 9 10 11 12\n13 14").unwrap();
        assert_eq!((read.agents, read.jobs), (2, 3));
        assert_eq!(read.costs, [1, 2, 3, 4, 5, 6]);
        assert_eq!(read.weights, [7, 8, 9, 10, 11, 12]);
        assert_eq!(read.capacities, [13, 14]);
    }
}
