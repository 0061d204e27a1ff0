//! How the process ends: exit codes, and failures told in one readable block with what to do about each.

use std::fmt::{self, Write as _};
use std::process::ExitCode;

use crate::lang::Lang;

/// Exit codes, documented in `docs/operations.md`. The larger ones are those of BSD's sysexits, which service managers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The work was done but not all of it is well: an import set everything aside, a check failed, a call was refused.
    Failed = 1,
    /// The command line is wrong. The same code that the parser of the command line uses.
    Usage = 2,
    /// Something else is out of reach: the server, the database, a port that is taken.
    Unavailable = 69,
    /// A defect of this program.
    Defect = 70,
    /// A file cannot be read or written, is damaged, or comes from a newer version.
    Storage = 74,
    /// The configuration is wrong. Starting again changes nothing.
    Configuration = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// One thing that is wrong, and what would put it right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// What is wrong, naming field and rule. No secret and nobody's personal data.
    pub(crate) what: String,
    /// What to do; empty when nothing useful can be said.
    pub(crate) remedy: String,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), remedy: remedy.into() }
    }
}

/// Why a command did not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The code to end with.
    pub(crate) exit: Exit,
    /// What could not be done, in one line.
    pub(crate) summary: String,
    /// In a sentence why, where that is not said by the problems; empty otherwise.
    pub(crate) why: String,
    /// What is wrong exactly, at least one.
    pub(crate) problems: Vec<Problem>,
    /// The language that it is told in.
    pub(crate) lang: Lang,
}

impl Failure {
    /// A failure with a single reason.
    pub(crate) fn one(
        exit: Exit,
        summary: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let problems = vec![Problem::new(what, remedy)];
        Self { exit, summary: summary.into(), why: String::new(), problems, lang: Lang::En }
    }

    /// Wrong configuration: every problem at once.
    pub(crate) fn configuration(summary: impl Into<String>, problems: Vec<Problem>) -> Self {
        let (exit, why) = (Exit::Configuration, String::new());
        Self { exit, summary: summary.into(), why, problems, lang: Lang::En }
    }

    /// The same, whose texts are in this language.
    pub(crate) fn told_in(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}{}", self.lang.pick("error: ", "错误："), self.summary)?;
        if !self.why.is_empty() {
            writeln!(f, "\n  {}", self.why)?;
        }
        let numbered = self.problems.len() > 1;
        for (index, problem) in self.problems.iter().enumerate() {
            let lead = if numbered { format!("{:>3}. ", index + 1) } else { "  ".to_owned() };
            let indent = " ".repeat(lead.len());
            let mut block = String::new();
            for (line_number, line) in problem.what.lines().enumerate() {
                let start = if line_number == 0 { &lead } else { &indent };
                writeln!(block, "{start}{line}")?;
            }
            for line in problem.remedy.lines() {
                writeln!(block, "{indent}-> {line}")?;
            }
            write!(f, "\n{block}")?;
        }
        Ok(())
    }
}

/// Writes to standard output. Whoever closed the pipe (`| head`) has seen enough.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_reads_as_one_block_with_a_remedy_for_each_problem() {
        let failure = Failure::configuration(
            "wishwell serve cannot start: 2 settings are wrong",
            vec![Problem::new("listen is wrong", "say 127.0.0.1:50051"), Problem::new("no key\nat all", "")],
        );
        assert_eq!(
            failure.to_string(),
            "error: wishwell serve cannot start: 2 settings are wrong\n\
             \n  1. listen is wrong\n     -> say 127.0.0.1:50051\n\
             \n  2. no key\n     at all\n"
        );
    }

    #[test]
    fn a_failure_that_is_told_in_chinese_begins_in_chinese() {
        let failure = Failure::one(Exit::Failed, "有检查未通过", "5 项检查中有 1 项未通过", "").told_in(Lang::Zh);
        assert_eq!(failure.to_string(), "错误：有检查未通过\n\n  5 项检查中有 1 项未通过\n");
    }
}
