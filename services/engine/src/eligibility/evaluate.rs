//! Evaluation in three values, after Kleene: what does not depend on the unknown is known.

use super::BoundFacts;
use super::facts::Slot;
use super::program::{Arithmetic, At, Comparison, Node, Program};
use crate::reason::FactSet;

/// What an expression says of a beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// True.
    Eligible,
    /// False.
    Ineligible {
        /// First byte, in the source, of the smallest part whose falsehood settles it.
        start: u16,
        /// Byte after its last.
        end: u16,
    },
    /// Not settled by the facts given.
    Unknown {
        /// Facts not given that still matter. Empty when the expression cannot be computed (a division by zero).
        missing: FactSet,
    },
}

/// The value of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value<'v> {
    Bool(bool),
    Int(i64),
    Text(&'v str),
    Unknown(u64),
}

impl Value<'_> {
    /// The facts whose absence makes it unknown.
    const fn missing(self) -> u64 {
        match self {
            Self::Unknown(missing) => missing,
            _ => 0,
        }
    }
}

impl Program {
    /// What the expression says, given the facts. Takes time in proportion to its length.
    #[must_use]
    pub fn evaluate(&self, facts: &BoundFacts<'_>) -> Verdict {
        let Some(root) = self.root() else { return Verdict::Unknown { missing: FactSet::default() } };
        match self.value(root, facts) {
            Value::Bool(true) => Verdict::Eligible,
            Value::Bool(false) => {
                let clause = self.false_clause(root, facts);
                let (start, end) =
                    self.nodes.get(usize::from(clause)).map_or((0, 0), |placed| (placed.start, placed.end));
                Verdict::Ineligible { start, end }
            }
            other => Verdict::Unknown { missing: FactSet(other.missing()) },
        }
    }

    /// Whether the expression is true; none where the facts do not settle it. What [`Self::evaluate`] says, without looking for why.
    #[must_use]
    pub(crate) fn holds(&self, facts: &BoundFacts<'_>) -> Option<bool> {
        // Most needs say little, and most rules ask for something else.
        if self.asked & facts.known == 0 { self.unasked } else { self.computed(facts) }
    }

    /// As [`Self::holds`], by computing it.
    pub(super) fn computed(&self, facts: &BoundFacts<'_>) -> Option<bool> {
        match self.value(self.root()?, facts) {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The node that is the whole expression.
    fn root(&self) -> Option<At> {
        self.nodes.len().checked_sub(1).and_then(|at| At::try_from(at).ok())
    }

    /// The smallest part whose falsehood makes the false node `at` false.
    fn false_clause(&self, at: At, facts: &BoundFacts<'_>) -> At {
        match self.nodes.get(usize::from(at)).map(|placed| &placed.node) {
            Some(Node::And(left, right)) => {
                let child = if self.value(*left, facts) == Value::Bool(false) { *left } else { *right };
                self.false_clause(child, facts)
            }
            _ => at,
        }
    }

    /// The facts that every part asks for which is false by itself, of a conjunction that is false.
    pub(crate) fn facts_of_false_clauses(&self, facts: &BoundFacts<'_>) -> FactSet {
        FactSet(self.root().map_or(0, |root| self.asked_by_false(root, facts)))
    }

    fn asked_by_false(&self, at: At, facts: &BoundFacts<'_>) -> u64 {
        match self.nodes.get(usize::from(at)).map(|placed| &placed.node) {
            Some(Node::And(left, right)) => {
                let is_false = |part: &At| self.value(*part, facts) == Value::Bool(false);
                let parts = [*left, *right].into_iter().filter(is_false);
                parts.fold(0, |asked, part| asked | self.asked_by_false(part, facts))
            }
            _ => self.asked_by(at),
        }
    }

    // Recursion is bounded: `lower` refuses trees deeper than the limit.
    fn value<'v>(&'v self, at: At, facts: &BoundFacts<'v>) -> Value<'v> {
        let Some(placed) = self.nodes.get(usize::from(at)) else { return Value::Unknown(0) };
        match &placed.node {
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => Value::Int(*value),
            Node::Text(value) => Value::Text(value),
            Node::Fact(fact) => fact_value(*fact, facts),
            Node::Not(operand) => match self.value(*operand, facts) {
                Value::Bool(value) => Value::Bool(!value),
                other => Value::Unknown(other.missing()),
            },
            Node::And(left, right) => self.junction(*left, *right, false, facts),
            Node::Or(left, right) => self.junction(*left, *right, true, facts),
            Node::Conditional(condition, yes, no) => self.conditional(*condition, *yes, *no, facts),
            Node::Compare(comparison, left, right) => {
                compare(*comparison, self.value(*left, facts), self.value(*right, facts))
            }
            Node::Negate(operand) => match self.value(*operand, facts) {
                Value::Int(value) => value.checked_neg().map_or(Value::Unknown(0), Value::Int),
                other => Value::Unknown(other.missing()),
            },
            Node::Arithmetic(arithmetic, left, right) => {
                calculate(*arithmetic, self.value(*left, facts), self.value(*right, facts))
            }
            Node::InList(element, list) => self.in_list(*element, list, facts),
            Node::InFact(element, fact) => in_fact(self.value(*element, facts), *fact, facts),
            Node::StartsWith(text, prefix) => match (self.value(*text, facts), self.value(*prefix, facts)) {
                (Value::Text(text), Value::Text(prefix)) => Value::Bool(text.starts_with(prefix)),
                (text, prefix) => Value::Unknown(text.missing() | prefix.missing()),
            },
        }
    }

    /// `&&` when `settling` is false, `||` when it is true: either side can settle it, in any order.
    fn junction<'v>(&'v self, left: At, right: At, settling: bool, facts: &BoundFacts<'v>) -> Value<'v> {
        let left = self.value(left, facts);
        if left == Value::Bool(settling) {
            return left;
        }
        match (left, self.value(right, facts)) {
            (_, right @ Value::Bool(value)) if value == settling => right,
            (Value::Bool(_), Value::Bool(_)) => Value::Bool(!settling),
            (left, right) => Value::Unknown(left.missing() | right.missing()),
        }
    }

    fn conditional<'v>(&'v self, condition: At, yes: At, no: At, facts: &BoundFacts<'v>) -> Value<'v> {
        match self.value(condition, facts) {
            Value::Bool(true) => self.value(yes, facts),
            Value::Bool(false) => self.value(no, facts),
            // A condition that cannot be computed settles nothing, and one with arithmetic may turn out to be of that kind.
            other if other.missing() == 0 || self.has_arithmetic => Value::Unknown(other.missing()),
            other => match (self.value(yes, facts), self.value(no, facts)) {
                (yes, no) if yes == no && !matches!(yes, Value::Unknown(_)) => yes,
                (yes, no) => Value::Unknown(other.missing() | yes.missing() | no.missing()),
            },
        }
    }

    fn in_list<'v>(&'v self, element: At, list: &[At], facts: &BoundFacts<'v>) -> Value<'v> {
        let element = self.value(element, facts);
        if let Value::Unknown(_) = element {
            return element;
        }
        Value::Bool(list.iter().any(|member| self.value(*member, facts) == element))
    }
}

fn fact_value<'v>(fact: u8, facts: &BoundFacts<'v>) -> Value<'v> {
    match facts.slots.get(usize::from(fact)) {
        Some(Slot::Bool(value)) => Value::Bool(*value),
        Some(Slot::Int(value)) => Value::Int(*value),
        Some(Slot::Text(value)) => Value::Text(value),
        _ => Value::Unknown(1 << fact),
    }
}

fn in_fact<'v>(element: Value<'v>, fact: u8, facts: &BoundFacts<'v>) -> Value<'v> {
    let slot = facts.slots.get(usize::from(fact)).copied().unwrap_or_default();
    let unknown_list = if matches!(slot, Slot::Texts(_) | Slot::Tags(_)) { 0 } else { 1 << fact };
    let Value::Text(text) = element else { return Value::Unknown(element.missing() | unknown_list) };
    let found = match slot {
        Slot::Texts(values) => values.iter().any(|value| value == text),
        Slot::Tags(tags) => tags.iter().any(|tag| tag.name() == text),
        _ => return Value::Unknown(unknown_list),
    };
    if found || facts.lists_are_complete { Value::Bool(found) } else { Value::Unknown(1 << fact) }
}

fn compare<'v>(comparison: Comparison, left: Value<'v>, right: Value<'v>) -> Value<'v> {
    let order = match (left, right) {
        (Value::Int(left), Value::Int(right)) => left.cmp(&right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(&right),
        (left, right) => return Value::Unknown(left.missing() | right.missing()),
    };
    Value::Bool(match comparison {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
    })
}

fn calculate<'v>(arithmetic: Arithmetic, left: Value<'v>, right: Value<'v>) -> Value<'v> {
    let (Value::Int(a), Value::Int(b)) = (left, right) else {
        return Value::Unknown(left.missing() | right.missing());
    };
    let result = match arithmetic {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::Divide => a.checked_div(b),
        Arithmetic::Remainder => a.checked_rem(b),
    };
    result.map_or(Value::Unknown(0), Value::Int)
}
