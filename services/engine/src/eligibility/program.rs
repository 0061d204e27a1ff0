//! Compiled expressions: nodes in one array, children before parents.

use super::{BoundFacts, CompileError, Verdict, bounds, codes, lower, parse};
use crate::reason::FactSet;

/// Place of a node in its program.
pub(super) type At = u16;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Arithmetic on whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Bool(bool),
    Int(i64),
    Text(Box<str>),
    /// A fact by its place in the catalogue.
    Fact(u8),
    Not(At),
    And(At, At),
    Or(At, At),
    Conditional(At, At, At),
    Compare(Comparison, At, At),
    Negate(At),
    Arithmetic(Arithmetic, At, At),
    /// Membership in a list of literals.
    InList(At, Box<[At]>),
    /// Membership in a fact that is a list.
    InFact(At, u8),
    StartsWith(At, At),
}

/// A node with the bytes of the source it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) node: Node,
    pub(super) start: u16,
    pub(super) end: u16,
}

/// Stack for parsing: what the bounds let through takes less than a quarter of it, also where nothing is optimised. The caller's stack may be
/// a small one.
const PARSER_STACK_BYTES: usize = 16 * 1024 * 1024;

/// Parses and lowers on a thread of its own. An expression is compiled once, when it is put.
fn on_a_large_stack(source: &str) -> Result<Vec<Placed>, CompileError> {
    let compile = || {
        let (expression, places) = parse::parse(source)?;
        lower::lower(source, &expression, &places)
    };
    let failed = || CompileError::at(source, 0, "could not be compiled");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(PARSER_STACK_BYTES).spawn_scoped(scope, compile);
        thread.map_err(|_| failed())?.join().map_err(|_| failed())?
    })
}

/// A compiled expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub(super) source: Box<str>,
    pub(super) nodes: Box<[Placed]>,
    /// Whether anything in it can fail to have a value: division by zero, overflow.
    pub(super) has_arithmetic: bool,
    /// The facts it asks for, as bits.
    pub(super) asked: u64,
    /// What it comes to where none of them is known.
    pub(super) unasked: Option<bool>,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong, with line and column: too long, too deep, no CEL, a part of CEL that is not allowed, an unknown fact, a type that
    /// does not fit.
    pub fn compile(source: &str) -> Result<Self, CompileError> {
        bounds::check(source)?;
        let nodes = on_a_large_stack(source)?;
        let has_arithmetic = nodes.iter().any(|placed| matches!(placed.node, Node::Arithmetic(..) | Node::Negate(_)));
        let asked = nodes.iter().fold(0, |asked, placed| asked | asked_of(placed));
        let mut program = Self { source: source.into(), nodes: nodes.into(), has_arithmetic, asked, unasked: None };
        program.unasked = program.computed(&BoundFacts::nothing());
        Ok(program)
    }

    /// Compiles an expression that is written now: what it compares facts with has to be something that they can be. Expressions that are
    /// stored are compiled as they are, since they were taken before there was this rule, or that code.
    ///
    /// # Errors
    /// As [`Self::compile`], and a text that is none of the codes of the fact it is compared with.
    pub fn compile_new(source: &str) -> Result<Self, CompileError> {
        let program = Self::compile(source)?;
        codes::check(&program)?;
        Ok(program)
    }

    /// A program that decides nothing, for an expression that does not compile: the store holds checked ones only.
    pub(crate) fn always_unknown(source: &str) -> Self {
        Self { source: source.into(), nodes: [].into(), has_arithmetic: false, asked: 0, unasked: None }
    }

    /// The expression.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it is true whatever the facts.
    #[must_use]
    pub fn is_always_true(&self) -> bool {
        self.evaluate(&BoundFacts::nothing()) == Verdict::Eligible
    }

    /// The facts it asks for.
    #[must_use]
    pub fn facts(&self) -> FactSet {
        FactSet(self.asked)
    }

    /// The facts that a node and those below it ask for, as bits. They stand before it, and its bytes hold theirs.
    pub(super) fn asked_by(&self, at: At) -> u64 {
        let Some(whole) = self.nodes.get(usize::from(at)) else { return 0 };
        let within = |placed: &&Placed| placed.start >= whole.start && placed.end <= whole.end;
        self.nodes.iter().filter(within).fold(0, |asked, placed| asked | asked_of(placed))
    }

    /// Bytes held.
    pub(crate) fn memory_bytes(&self) -> usize {
        let inside: usize = self
            .nodes
            .iter()
            .map(|placed| match &placed.node {
                Node::Text(text) => text.len(),
                Node::InList(_, list) => size_of_val(&**list),
                _ => 0,
            })
            .sum();
        self.source.len() + size_of_val(&*self.nodes) + inside
    }
}

/// The fact that a node itself asks for, as a bit.
const fn asked_of(placed: &Placed) -> u64 {
    match placed.node {
        Node::Fact(at) | Node::InFact(_, at) => 1 << at,
        _ => 0,
    }
}
