//! From the syntax tree to a program: names, types and the allowed part of the language are checked on the way.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use wishwell_domain::fact_catalogue;
use wishwell_domain::limits::ELIGIBILITY_EXPRESSION_DEPTH_MAX;

use super::check::Type;
use super::program::{Arithmetic, At, Comparison, Node, Placed};
use super::{CompileError, catalogue};

/// Lowers a whole expression, which must be yes or no.
pub(super) fn lower(source: &str, expression: &IdedExpr, places: &SourceInfo) -> Result<Vec<Placed>, CompileError> {
    let mut lowering = Lowering { source, places, nodes: Vec::new(), depth: 0 };
    let root = lowering.expression(expression)?;
    lowering.expect(root, Type::Bool, "the rule")?;
    Ok(lowering.nodes)
}

struct Lowering<'a> {
    source: &'a str,
    places: &'a SourceInfo,
    nodes: Vec<Placed>,
    depth: usize,
}

/// A lowered node.
#[derive(Clone, Copy)]
struct Lowered {
    at: At,
    of: Type,
}

impl Lowering<'_> {
    fn expression(&mut self, expression: &IdedExpr) -> Result<Lowered, CompileError> {
        self.depth += 1;
        if self.depth > ELIGIBILITY_EXPRESSION_DEPTH_MAX {
            let message = format!("nested deeper than {ELIGIBILITY_EXPRESSION_DEPTH_MAX} levels");
            return Err(self.error(expression, message));
        }
        let lowered = match &expression.expr {
            Expr::Literal(literal) => self.literal(expression, literal),
            Expr::Ident(name) => self.fact(expression, name),
            Expr::Call(call) => self.call(expression, call),
            Expr::List(_) => Err(self.error(expression, "a list may only stand right of `in`")),
            Expr::Select(_) => Err(self.error(expression, "facts have no fields")),
            Expr::Comprehension(_) => Err(self.error(expression, "macros are not allowed")),
            Expr::Map(_) | Expr::Struct(_) => Err(self.error(expression, "maps and messages are not allowed")),
            Expr::Unspecified => Err(self.error(expression, "does not parse")),
        };
        self.depth -= 1;
        lowered
    }

    fn literal(&mut self, expression: &IdedExpr, literal: &LiteralValue) -> Result<Lowered, CompileError> {
        let (node, of) = match literal {
            LiteralValue::Boolean(value) => (Node::Bool(*value.inner()), Type::Bool),
            LiteralValue::Int(value) => (Node::Int(*value.inner()), Type::Int),
            LiteralValue::String(value) => (Node::Text(value.inner().into()), Type::Text),
            LiteralValue::Double(_) | LiteralValue::UInt(_) => {
                return Err(self.error(expression, "numbers must be whole and without suffix"));
            }
            LiteralValue::Bytes(_) | LiteralValue::Null => {
                return Err(self.error(expression, "only yes or no, whole numbers and texts are allowed"));
            }
        };
        self.push(expression, node, of, &[])
    }

    fn fact(&mut self, expression: &IdedExpr, name: &str) -> Result<Lowered, CompileError> {
        let fact = fact_catalogue::index_of(name).and_then(|at| Some((u8::try_from(at).ok()?, catalogue().get(at)?)));
        let Some((at, definition)) = fact else {
            return Err(self.error(expression, format!("no fact is called {name:?}")));
        };
        self.push(expression, Node::Fact(at), definition.fact_type.into(), &[])
    }

    fn call(&mut self, expression: &IdedExpr, call: &CallExpr) -> Result<Lowered, CompileError> {
        match (call.target.as_deref(), call.args.as_slice(), call.func_name.as_str()) {
            (None, [operand], operators::LOGICAL_NOT) => {
                let operand = self.typed(operand, Type::Bool, "the operand of !")?;
                self.push(expression, Node::Not(operand.at), Type::Bool, &[operand])
            }
            (None, [operand], operators::NEGATE) => {
                let operand = self.typed(operand, Type::Int, "the operand of -")?;
                self.push(expression, Node::Negate(operand.at), Type::Int, &[operand])
            }
            (None, [element, list], operators::IN) => self.membership(expression, element, list),
            (None, [condition, yes, no], operators::CONDITIONAL) => self.conditional(expression, condition, yes, no),
            (None, [left, right], operator) => self.binary(expression, operator, left, right),
            (Some(text), [prefix], "startsWith") => {
                let text = self.typed(text, Type::Text, "the text before startsWith")?;
                let prefix = self.typed(prefix, Type::Text, "the argument of startsWith")?;
                self.push(expression, Node::StartsWith(text.at, prefix.at), Type::Bool, &[text, prefix])
            }
            (_, _, name) => Err(self.not_allowed(expression, name)),
        }
    }

    fn binary(
        &mut self,
        expression: &IdedExpr,
        operator: &str,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Lowered, CompileError> {
        let word = operator.trim_matches('_');
        if let Some(comparison) = comparison(operator) {
            let left = self.expression(left)?;
            let right = self.typed(right, left.of, &format!("the right side of {word}"))?;
            let ordered = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
            if left.of == Type::Texts || ordered && left.of != Type::Int {
                return Err(self.error(expression, format!("{} cannot be compared by {word}", left.of.name())));
            }
            return self.push(expression, Node::Compare(comparison, left.at, right.at), Type::Bool, &[left, right]);
        }
        if let Some(arithmetic) = arithmetic(operator) {
            let left = self.typed(left, Type::Int, &format!("the left side of {word}"))?;
            let right = self.typed(right, Type::Int, &format!("the right side of {word}"))?;
            return self.push(expression, Node::Arithmetic(arithmetic, left.at, right.at), Type::Int, &[left, right]);
        }
        let is_and = match operator {
            operators::LOGICAL_AND => true,
            operators::LOGICAL_OR => false,
            other => return Err(self.not_allowed(expression, other)),
        };
        let left = self.typed(left, Type::Bool, &format!("the left side of {word}"))?;
        let right = self.typed(right, Type::Bool, &format!("the right side of {word}"))?;
        let node = if is_and { Node::And(left.at, right.at) } else { Node::Or(left.at, right.at) };
        self.push(expression, node, Type::Bool, &[left, right])
    }

    fn conditional(
        &mut self,
        expression: &IdedExpr,
        condition: &IdedExpr,
        yes: &IdedExpr,
        no: &IdedExpr,
    ) -> Result<Lowered, CompileError> {
        let condition = self.typed(condition, Type::Bool, "the condition before ?")?;
        let yes = self.expression(yes)?;
        let no = self.typed(no, yes.of, "the value after :")?;
        if yes.of == Type::Texts {
            return Err(self.error(expression, "a list may only stand right of `in`"));
        }
        let node = Node::Conditional(condition.at, yes.at, no.at);
        self.push(expression, node, yes.of, &[condition, yes, no])
    }

    fn membership(
        &mut self,
        expression: &IdedExpr,
        element: &IdedExpr,
        list: &IdedExpr,
    ) -> Result<Lowered, CompileError> {
        let element_at = self.expression(element)?;
        if let Expr::List(list) = &list.expr {
            if element_at.of == Type::Texts {
                return Err(self.error(element, "a list cannot be left of `in`"));
            }
            let members = list.elements.iter().map(|member| match member.expr {
                Expr::Literal(_) => self.typed(member, element_at.of, "a member of the list"),
                _ => Err(self.error(member, "members of a list must be literals")),
            });
            let members = members.collect::<Result<Vec<_>, _>>()?;
            let node = Node::InList(element_at.at, members.iter().map(|member| member.at).collect());
            return self.push(expression, node, Type::Bool, &[&[element_at], &members[..]].concat());
        }
        let right = self.typed(list, Type::Texts, "the right side of in")?;
        self.expect(element_at, Type::Text, "the left side of in")?;
        let Some(Placed { node: Node::Fact(fact), .. }) = self.nodes.get(usize::from(right.at)) else {
            return Err(self.error(list, "must be a list or a fact that is one"));
        };
        let node = Node::InFact(element_at.at, *fact);
        self.push(expression, node, Type::Bool, &[element_at, right])
    }

    fn typed(&mut self, expression: &IdedExpr, expected: Type, what: &str) -> Result<Lowered, CompileError> {
        let lowered = self.expression(expression)?;
        self.expect(lowered, expected, what)?;
        Ok(lowered)
    }

    fn expect(&self, lowered: Lowered, expected: Type, what: &str) -> Result<(), CompileError> {
        if lowered.of == expected {
            return Ok(());
        }
        let start = self.nodes.get(usize::from(lowered.at)).map_or(0, |placed| placed.start);
        let message = format!("{what} must be {}, not {}", expected.name(), lowered.of.name());
        Err(CompileError::at(self.source, usize::from(start), message))
    }

    fn push(
        &mut self,
        expression: &IdedExpr,
        node: Node,
        of: Type,
        children: &[Lowered],
    ) -> Result<Lowered, CompileError> {
        let (start, end) = self.span(expression, children);
        let short = |at: usize| u16::try_from(at).unwrap_or(u16::MAX);
        let at = At::try_from(self.nodes.len()).map_err(|_| self.error(expression, "too long"))?;
        self.nodes.push(Placed { node, start: short(start), end: short(end) });
        Ok(Lowered { at, of })
    }

    /// The bytes of a node with its children, widened until its brackets are balanced.
    fn span(&self, expression: &IdedExpr, children: &[Lowered]) -> (usize, usize) {
        let (mut start, mut end) = self.token(expression);
        for child in children.iter().filter_map(|child| self.nodes.get(usize::from(child.at))) {
            start = start.min(usize::from(child.start));
            end = end.max(usize::from(child.end));
        }
        balance(self.source, start, end)
    }

    fn token(&self, expression: &IdedExpr) -> (usize, usize) {
        let (start, last) = self.places.offset_for(expression.id).unwrap_or_default();
        let start = (start as usize).min(self.source.len());
        let mut end = (last as usize + 1).clamp(start, self.source.len());
        while !self.source.is_char_boundary(end) {
            end += 1;
        }
        (start, end)
    }

    fn error(&self, expression: &IdedExpr, message: impl Into<String>) -> CompileError {
        CompileError::at(self.source, self.token(expression).0, message)
    }

    fn not_allowed(&self, expression: &IdedExpr, name: &str) -> CompileError {
        self.error(expression, format!("{:?} is not allowed", name.trim_matches('_')))
    }
}

/// Widens `start..end` so that it opens as many brackets as it closes. Brackets in texts are rare enough to be counted too.
fn balance(source: &str, mut start: usize, mut end: usize) -> (usize, usize) {
    let bytes = source.as_bytes();
    let change = |byte: u8| match byte {
        b'(' | b'[' => 1,
        b')' | b']' => -1,
        _ => 0,
    };
    let (mut open, mut lowest) = (0_i32, 0_i32);
    for byte in bytes.get(start..end).unwrap_or_default() {
        open += change(*byte);
        lowest = lowest.min(open);
    }
    let mut unopened = -lowest;
    let mut unclosed = open - lowest;
    while unclosed > 0 && end < bytes.len() {
        unclosed += change(bytes[end]);
        end += 1;
    }
    while unopened > 0 && start > 0 {
        start -= 1;
        unopened -= change(bytes[start]);
    }
    (start, end)
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessOrEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn arithmetic(operator: &str) -> Option<Arithmetic> {
    Some(match operator {
        operators::ADD => Arithmetic::Add,
        operators::SUBSTRACT => Arithmetic::Subtract,
        operators::MULTIPLY => Arithmetic::Multiply,
        operators::DIVIDE => Arithmetic::Divide,
        operators::MODULO => Arithmetic::Remainder,
        _ => return None,
    })
}
