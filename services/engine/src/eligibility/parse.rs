//! Parsing, by the `cel` crate's parser.

use cel::common::ast::SourceInfo;
use cel::parser::{Expression, Parser};

use super::CompileError;

/// The syntax tree and where its nodes are. The source passed [`super::bounds::check`].
pub(super) fn parse(source: &str) -> Result<(Expression, SourceInfo), CompileError> {
    Parser::new().error_recovery_limit(1).parse_with_source_info(source).map_err(|errors| {
        let first = errors.errors.into_iter().next();
        let Some(first) = first else { return CompileError::at(source, 0, "does not parse") };
        let position = |number: isize| u32::try_from(number.max(1)).unwrap_or(1);
        let message = first.msg.strip_prefix("Syntax error: ").unwrap_or(&first.msg);
        // The parser lists every token it would have taken; the offending one says enough.
        let message = message.split(" expecting ").next().unwrap_or(message).replace("'<EOF>'", "the end");
        let message = format!("syntax: {}", lower_case_start(&message));
        CompileError { line: position(first.pos.0), column: position(first.pos.1), message }
    })
}

fn lower_case_start(message: &str) -> String {
    let mut characters = message.trim_end_matches('.').chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
