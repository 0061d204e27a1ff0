//! Settings and principals from a TOML file, every mistake with its line.

use std::path::Path;

use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{Deserialize as _, IntoDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use wishwell_domain::principal::Role;
use wishwell_matching::CredentialEntry;

use super::layers::{Layers, Source};
use super::settings::{self, Form, PRINCIPALS, SETTINGS, Setting};
use super::suggest::closest;
use crate::exit::Problem;

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const PRINCIPAL_KEYS: [&str; 6] = ["tenant", "name", "role", "organization", "divisions", "key_sha256"];

/// What a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    /// Settings and principals.
    Everything,
    /// Principals only.
    PrincipalsOnly,
}

/// Reads the file at `path`.
pub(crate) fn read(
    path: &Path,
    contents: Contents,
    layers: &mut Layers,
    principals: &mut Vec<CredentialEntry>,
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
        Ok(text) => FileReader { path: shown, text: &text, contents, problems }.read(layers, principals),
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
    fn read(mut self, layers: &mut Layers, principals: &mut Vec<CredentialEntry>) {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            self.problem(offset, &format!("is not TOML: {}", error.message()), "");
        }
        for (key, value) in table.get_ref() {
            let name: &str = key.get_ref();
            let setting = settings::by_key(name).filter(|setting| setting.in_file());
            match setting {
                _ if name == PRINCIPALS => self.principals(value, principals),
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
            Some(setting) if setting.in_file() => "this file holds [[principals]] and nothing else".to_owned(),
            Some(setting) => format!("give it as {} instead: it is not for files", setting.variable()),
            None => match closest(name, known.chain([PRINCIPALS])) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "deploy/wishwell.example.toml shows what there is".to_owned(),
            },
        };
        self.problem(key.span().start, &format!("`{name}` is no setting"), &remedy);
    }

    fn principals(&mut self, value: &Spanned<DeValue<'_>>, principals: &mut Vec<CredentialEntry>) {
        let Some(tables) = value.get_ref().as_array() else {
            return self.problem(value.span().start, "`principals` must be tables", "write each as [[principals]]");
        };
        for table in tables.iter() {
            match table.get_ref().as_table() {
                Some(entry) => {
                    if let Some(entry) = self.principal(entry, table.span().start) {
                        principals.push(entry);
                    }
                }
                None => self.problem(table.span().start, "`principals` must be tables", "write each as [[principals]]"),
            }
        }
    }

    fn principal(&mut self, table: &DeTable<'_>, at: usize) -> Option<CredentialEntry> {
        let before = self.problems.len();
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !PRINCIPAL_KEYS.contains(&name) {
                let remedy = closest(name, PRINCIPAL_KEYS).map(|meant| format!("did you mean `{meant}`?"));
                self.problem(
                    key.span().start,
                    &format!("`{name}` is no field of a principal"),
                    &remedy.unwrap_or_default(),
                );
            }
        }
        let tenant = self.text(table, "tenant", at);
        let name = self.text(table, "name", at);
        let role = self.text(table, "role", at).and_then(|role| self.role(table, &role));
        let organization = table.contains_key("organization").then(|| self.text(table, "organization", at)).flatten();
        let divisions =
            if table.contains_key("divisions") { self.texts(table, "divisions", at) } else { Some(Vec::new()) };
        let key_sha256 = self.texts(table, "key_sha256", at);
        if self.problems.len() > before {
            return None;
        }
        Some(CredentialEntry {
            tenant: tenant?,
            name: name?,
            role: role?,
            organization,
            divisions: divisions?,
            key_sha256: key_sha256?,
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

    fn text(&mut self, table: &DeTable<'_>, key: &str, at: usize) -> Option<String> {
        let Some(value) = table.get(key) else {
            self.problem(at, &format!("a principal lacks `{key}`"), "");
            return None;
        };
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.problem(value.span().start, &format!("`{key}` must be a text in quotes"), "");
        }
        text.map(ToOwned::to_owned)
    }

    fn texts(&mut self, table: &DeTable<'_>, key: &str, at: usize) -> Option<Vec<String>> {
        let Some(value) = table.get(key) else {
            self.problem(at, &format!("a principal lacks `{key}`"), "");
            return None;
        };
        let texts = value.get_ref().as_array().and_then(|array| {
            array.iter().map(|entry| entry.get_ref().as_str().map(ToOwned::to_owned)).collect::<Option<Vec<_>>>()
        });
        if texts.is_none() {
            self.problem(value.span().start, &format!("`{key}` must be a list of texts in quotes"), "");
        }
        texts
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
        let (mut layers, mut principals, mut problems) = (Layers::default(), Vec::new(), Vec::new());
        FileReader { path: "w.toml".to_owned(), text, contents, problems: &mut problems }
            .read(&mut layers, &mut principals);
        let problems = problems.into_iter().map(|problem| format!("{} | {}", problem.what, problem.remedy)).collect();
        (layers, principals, problems)
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
            ["w.toml, line 1: `listen` is no setting | this file holds [[principals]] and nothing else"]
        );
        assert_eq!(principals[0].role, Role::InternalService);
        assert_eq!(principals[0].divisions, Vec::<String>::new());
    }
}
