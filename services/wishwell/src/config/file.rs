//! Settings, principals and token issuers from a TOML file, every mistake with its line.

mod issuers;

use std::path::Path;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{Deserialize as _, IntoDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wishwell_domain::principal::Role;
use wishwell_matching::{CredentialEntry, IssuerEntry};

use super::layers::{Layers, Source};
use super::settings::{self, Form, PRINCIPALS, SETTINGS, Setting, TOKEN_ISSUERS};
use super::suggest::closest;
use crate::exit::Problem;

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const PRINCIPAL_KEYS: [&str; 7] =
    ["tenant", "name", "role", "organization", "divisions", "key_sha256", "certificate_names"];

/// Who may call, as files name them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Callers {
    /// With keys or certificates of their own.
    pub(crate) principals: Vec<CredentialEntry>,
    /// Whose tokens are believed.
    pub(crate) issuers: Vec<IssuerEntry>,
}

/// What a table of principals is called in messages, and the forms of fields.
const PRINCIPAL: &str = "principal";
const TEXT: &str = "a text in quotes";
const TEXTS: &str = "a list of texts in quotes";

fn list(value: &DeValue<'_>) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|entry| entry.get_ref().as_str().map(ToOwned::to_owned)).collect()
}

/// What a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Settings and callers.
    Everything,
    /// Callers only: principals and token issuers.
    PrincipalsOnly,
}

/// Reads the file at `path`.
pub(crate) fn read(
    path: &Path,
    contents: Contents,
    layers: &mut Layers,
    callers: &mut Callers,
    problems: &mut Vec<Problem>,
) {
    let shown = path.display().to_string();
    let size = std::fs::metadata(path).map(|metadata| metadata.len());
    let text = match size {
        Ok(bytes) if bytes > FILE_BYTES_MAX => {
            let what = format!("{shown} has {bytes} bytes; at most {FILE_BYTES_MAX} are read");
            return problems.push(Problem::new(what, "name the right file"));
        }
        Ok(_) => std::fs::read_to_string(path),
        Err(error) => Err(error),
    };
    match text {
        Ok(text) => FileReader { path: shown, text: &text, contents, problems }.read(layers, callers),
        Err(error) => problems.push(Problem::new(
            format!("{shown} cannot be read: {error}"),
            "name a file that is there and may be read",
        )),
    }
}

struct FileReader<'a> {
    path: String,
    text: &'a str,
    contents: Contents,
    problems: &'a mut Vec<Problem>,
}

impl FileReader<'_> {
    fn read(mut self, layers: &mut Layers, callers: &mut Callers) {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            self.problem(offset, &format!("is not TOML: {}", error.message()), "");
        }
        for (key, value) in table.get_ref() {
            let name: &str = key.get_ref();
            let setting = settings::by_key(name).filter(|setting| setting.in_file());
            match setting {
                _ if name == PRINCIPALS => {
                    let read = self.tables(PRINCIPALS, value, Self::principal);
                    callers.principals.extend(read);
                }
                _ if name == TOKEN_ISSUERS => {
                    let read = self.tables(TOKEN_ISSUERS, value, Self::issuer);
                    callers.issuers.extend(read);
                }
                Some(setting) if self.contents == Contents::Everything => self.setting(setting, value, layers),
                _ => self.unknown(key),
            }
        }
    }

    fn setting(&mut self, setting: &'static Setting, value: &Spanned<DeValue<'_>>, layers: &mut Layers) {
        let line = self.line(value.span().start);
        let (text, form) = match (setting.form, value.get_ref()) {
            (Form::Text, DeValue::String(text)) => (Some(text.to_string()), "a text in quotes"),
            (Form::Switch, DeValue::Boolean(value)) => (Some(value.to_string()), "true or false"),
            (Form::Number, DeValue::Float(number)) => (Some(number.as_str().to_owned()), "a number"),
            (Form::Number, DeValue::Integer(number)) => (Some(number.as_str().to_owned()), "a number"),
            (Form::Text, _) => (None, "a text in quotes"),
            (Form::Switch, _) => (None, "true or false, without quotes"),
            (Form::Number, _) => (None, "a number, without quotes"),
        };
        match text {
            Some(text) => layers.give(setting, text, Source::File { path: self.path.clone(), line }),
            None => self.problem(value.span().start, &format!("{} must be {form}", setting.key), ""),
        }
    }

    fn unknown(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>) {
        let name: &str = key.get_ref();
        let everything = self.contents == Contents::Everything;
        let known = SETTINGS.iter().filter(|setting| setting.in_file() && everything).map(|setting| setting.key);
        let remedy = match settings::by_key(name) {
            Some(setting) if setting.in_file() => {
                "this file holds [[principals]], [[token_issuers]] and nothing else".to_owned()
            }
            Some(setting) => format!("give it as {} instead: it is not for files", setting.variable()),
            None => match closest(name, known.chain([PRINCIPALS, TOKEN_ISSUERS])) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "deploy/wishwell.example.toml shows what there is".to_owned(),
            },
        };
        self.problem(key.span().start, &format!("`{name}` is no setting"), &remedy);
    }

    /// The tables of an array of them, each as `read` takes it.
    fn tables<T>(
        &mut self,
        name: &str,
        value: &Spanned<DeValue<'_>>,
        read: impl Fn(&mut Self, &DeTable<'_>, usize) -> Option<T>,
    ) -> Vec<T> {
        let (what, remedy) = (format!("`{name}` must be tables"), format!("write each as [[{name}]]"));
        let Some(tables) = value.get_ref().as_array() else {
            self.problem(value.span().start, &what, &remedy);
            return Vec::new();
        };
        let mut entries = Vec::new();
        for table in tables.iter() {
            match table.get_ref().as_table() {
                Some(entry) => entries.extend(read(self, entry, table.span().start)),
                None => self.problem(table.span().start, &what, &remedy),
            }
        }
        entries
    }

    /// Refuses keys that a table does not have.
    fn known_keys(&mut self, table: &DeTable<'_>, of: &str, known: &[&'static str]) {
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let remedy = closest(name, known.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
                let what = format!("`{name}` is no field of a {of}");
                self.problem(key.span().start, &what, &remedy.unwrap_or_default());
            }
        }
    }

    fn principal(&mut self, table: &DeTable<'_>, at: usize) -> Option<CredentialEntry> {
        let before = self.problems.len();
        self.known_keys(table, PRINCIPAL, &PRINCIPAL_KEYS);
        let tenant = self.text(table, PRINCIPAL, "tenant", at);
        let name = self.text(table, PRINCIPAL, "name", at);
        let role = self.text(table, PRINCIPAL, "role", at).and_then(|role| self.role(table, &role));
        let organization = self.optional(table, "organization", |value| value.as_str().map(ToOwned::to_owned), TEXT);
        let divisions = self.optional(table, "divisions", list, TEXTS).unwrap_or_default();
        let certificate_names = self.optional(table, "certificate_names", list, TEXTS).unwrap_or_default();
        let by_certificate = !certificate_names.is_empty() && !table.contains_key("key_sha256");
        let key_sha256 = if by_certificate { Some(Vec::new()) } else { self.texts(table, PRINCIPAL, "key_sha256", at) };
        if self.problems.len() > before {
            return None;
        }
        Some(CredentialEntry {
            tenant: tenant?,
            name: name?,
            role: role?,
            organization,
            divisions,
            key_sha256: key_sha256?,
            certificate_names,
        })
    }

    fn role(&mut self, table: &DeTable<'_>, role: &str) -> Option<Role> {
        let text: StrDeserializer<'_, ValueError> = role.into_deserializer();
        let read = Role::deserialize(text).ok();
        if read.is_none() {
            let at = table.get("role").map_or(0, |value| value.span().start);
            let known = Role::ALL.map(Role::name);
            let remedy = match closest(role, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("one of {}", known.join(", ")),
            };
            self.problem(at, &format!("there is no role `{role}`"), &remedy);
        }
        read
    }

    fn text(&mut self, table: &DeTable<'_>, of: &str, key: &str, at: usize) -> Option<String> {
        self.lacking(table, of, key, at)?;
        self.optional(table, key, |value| value.as_str().map(ToOwned::to_owned), TEXT)
    }

    fn texts(&mut self, table: &DeTable<'_>, of: &str, key: &str, at: usize) -> Option<Vec<String>> {
        self.lacking(table, of, key, at)?;
        self.optional(table, key, list, TEXTS)
    }

    fn lacking(&mut self, table: &DeTable<'_>, of: &str, key: &str, at: usize) -> Option<()> {
        if !table.contains_key(key) {
            self.problem(at, &format!("a {of} lacks `{key}`"), "");
            return None;
        }
        Some(())
    }

    /// A field that need not be there, as `take` reads it; `form` says what it must be.
    fn optional<T>(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        take: impl Fn(&DeValue<'_>) -> Option<T>,
        form: &str,
    ) -> Option<T> {
        let value = table.get(key)?;
        let taken = take(value.get_ref());
        if taken.is_none() {
            self.problem(value.span().start, &format!("`{key}` must be {form}"), "");
        }
        taken
    }

    fn problem(&mut self, offset: usize, what: &str, remedy: &str) {
        let line = self.line(offset);
        self.problems.push(Problem::new(format!("{}, line {line}: {what}", self.path), remedy));
    }

    fn line(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read_text(text: &str, contents: Contents) -> (Layers, Vec<CredentialEntry>, Vec<String>) {
        let (mut layers, mut callers, mut problems) = (Layers::default(), Callers::default(), Vec::new());
        FileReader { path: "w.toml".to_owned(), text, contents, problems: &mut problems }
            .read(&mut layers, &mut callers);
        let problems = problems.into_iter().map(|problem| format!("{} | {}", problem.what, problem.remedy)).collect();
        (layers, callers.principals, problems)
    }

    #[test]
    fn settings_come_with_the_line_they_stand_on() {
        let text = "# Comment\nlisten = \"127.0.0.1:1\"\n\nrelaxed_durability = true\ntrace_sample_ratio = 0.5\n";
        let (layers, _, problems) = read_text(text, Contents::Everything);
        assert_eq!(problems, Vec::<String>::new());
        let given: Vec<_> =
            layers.iter().map(|(setting, given)| (setting.key, given.text.as_str(), given.source.clone())).collect();
        let line = |line| Source::File { path: "w.toml".to_owned(), line };
        assert_eq!(
            given,
            [
                ("listen", "127.0.0.1:1", line(2)),
                ("relaxed_durability", "true", line(4)),
                ("trace_sample_ratio", "0.5", line(5)),
            ]
        );
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_was_meant() {
        let text = "lisen = \"127.0.0.1:1\"\nrelaxed_durability = \"yes\"\nmaster_key = \"00\"\ncolour = 1\nlog_format = json\n\
                    [[principals]]\ntenant = \"a\"\nname = \"b\"\nrole = \"operater\"\nkey_sha256 = [\"c\"]\nkeys = 1\n\
                    [[principals]]\ntenant = 7\n";
        let (_, principals, problems) = read_text(text, Contents::Everything);
        assert_eq!(principals, []);
        let expected = [
            "w.toml, line 1: `lisen` is no setting | did you mean `listen`?",
            "w.toml, line 2: relaxed_durability must be true or false, without quotes",
            "w.toml, line 3: `master_key` is no setting | give it as WISHWELL_MASTER_KEY instead: it is not for files",
            "w.toml, line 4: `colour` is no setting | deploy/wishwell.example.toml shows what there is",
            "w.toml, line 9: there is no role `operater` | did you mean `operator`?",
            "w.toml, line 11: `keys` is no field of a principal",
            "w.toml, line 13: `tenant` must be a text in quotes",
        ];
        for expected in expected {
            assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}\n{problems:#?}");
        }
        assert!(
            problems.iter().any(|problem| problem.contains("line 5") && problem.contains("not TOML")),
            "{problems:#?}"
        );
    }

    #[test]
    fn principals_may_stand_in_a_file_of_their_own_and_nothing_else_may() {
        let text = "listen = \"x\"\n[[principals]]\ntenant = \"a\"\nname = \"hotline\"\nrole = \"internal_service\"\nkey_sha256 = [\"00\"]\n";
        let (_, principals, problems) = read_text(text, Contents::PrincipalsOnly);
        assert_eq!(
            problems,
            [
                "w.toml, line 1: `listen` is no setting | this file holds [[principals]], [[token_issuers]] and nothing else"
            ]
        );
        assert_eq!(principals[0].role, Role::InternalService);
        assert_eq!(principals[0].divisions, Vec::<String>::new());
    }
}
