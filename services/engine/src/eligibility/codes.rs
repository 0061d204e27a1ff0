//! Texts that facts are compared with: where a fact has codes, others are mistakes that would turn everybody away, or nobody.

use super::program::{At, Comparison, Node, Program};
use super::{CompileError, catalogue};

/// Checks every text that is compared with a fact that has codes.
pub(super) fn check(program: &Program) -> Result<(), CompileError> {
    for placed in &program.nodes {
        match &placed.node {
            Node::Compare(Comparison::Equal | Comparison::NotEqual, left, right) => {
                one_of(program, *left, *right)?;
                one_of(program, *right, *left)?;
            }
            Node::InList(element, members) => {
                members.iter().try_for_each(|member| one_of(program, *element, *member))?;
            }
            Node::InFact(element, fact) => one_of_codes(program, *fact, *element)?,
            _ => {}
        }
    }
    Ok(())
}

/// Where one node is a fact that has codes and the other a text: whether it is one of them.
fn one_of(program: &Program, fact: At, text: At) -> Result<(), CompileError> {
    match program.nodes.get(usize::from(fact)).map(|placed| &placed.node) {
        Some(Node::Fact(fact)) => one_of_codes(program, *fact, text),
        _ => Ok(()),
    }
}

fn one_of_codes(program: &Program, fact: u8, text: At) -> Result<(), CompileError> {
    let Some(fact) = catalogue().get(usize::from(fact)).filter(|fact| !fact.codes.is_empty()) else { return Ok(()) };
    let Some(placed) = program.nodes.get(usize::from(text)) else { return Ok(()) };
    match &placed.node {
        Node::Text(text) if !fact.codes.contains(&&**text) => {
            let message = format!("{} is never {text:?}: it is one of {}", fact.key, fact.codes.join(", "));
            Err(CompileError::at(&program.source, usize::from(placed.start), message))
        }
        _ => Ok(()),
    }
}
