//! `wishwell key`: API keys and master keys.

use std::io::{Read as _, Write as _};

use ring::rand::{SecureRandom as _, SystemRandom};
use tonic::metadata::{Ascii, MetadataValue};
use wishwell_domain::principal::Role;
use wishwell_matching::MasterKey;
use wishwell_matching::access::hash_key;

use crate::cli::{KeyCommand, KeyNewArgs};
use crate::config::{closest, format_key};
use crate::exit::{Exit, Failure};

/// What every API key begins with, so that scanners of repositories can find one that got out.
const KEY_PREFIX: &str = "wishwell_";
/// Random bytes of an API key.
const KEY_BYTES: usize = 32;

/// Makes or hashes a key; the answer goes to standard output.
pub(crate) fn run(command: &KeyCommand) -> Result<String, Failure> {
    match command {
        KeyCommand::New(arguments) => {
            let NewKey { key, table } = new_key(arguments)?;
            // Not where the table goes: that may be a file, which the key must not be in.
            let told =
                writeln!(std::io::stderr(), "# For the caller. It is shown this once and stored nowhere.\n{key}\n");
            told.map_err(|error| Failure::one(Exit::Storage, "the key cannot be shown", error.to_string(), ""))?;
            Ok(table)
        }
        KeyCommand::Hash => {
            let mut key = String::new();
            let read = std::io::stdin().read_to_string(&mut key);
            read.map_err(|error| Failure::one(Exit::Storage, "no key can be read", error.to_string(), "pipe it in"))?;
            let key = key.trim();
            if key.is_empty() || key.parse::<MetadataValue<Ascii>>().is_err() {
                let (what, remedy) =
                    ("there is no key, or more than one line", "pipe in the key alone, without the comment before it");
                return Err(Failure::one(Exit::Usage, "no key was hashed", what, remedy));
            }
            Ok(hash_key(key) + "\n")
        }
        KeyCommand::Master => MasterKey::random().map(|key| format_key(&key)).map_err(|_| no_randomness()),
    }
}

/// A key, and the table of the server's configuration that accepts it.
struct NewKey {
    key: String,
    table: String,
}

fn new_key(arguments: &KeyNewArgs) -> Result<NewKey, Failure> {
    let roles = Role::ALL.map(Role::name);
    if !roles.contains(&arguments.role.as_str()) {
        let remedy = match closest(&arguments.role, roles) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("one of {}", roles.join(", ")),
        };
        return Err(Failure::one(
            Exit::Usage,
            "no key was made",
            format!("there is no role {:?}", arguments.role),
            remedy,
        ));
    }
    let mut bytes = [0; KEY_BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| no_randomness())?;
    let key = bytes.iter().fold(KEY_PREFIX.to_owned(), |key, byte| format!("{key}{byte:02x}"));
    let extra = match arguments.role.as_str() {
        "partner" => "organization = \"organizations/UUID\"\n",
        "case_worker" => "divisions = [\"640104\"]\n",
        _ => "",
    };
    let table = format!(
        "# For the server's configuration.\n[[principals]]\ntenant = {}\nname = {}\nrole = {}\n{extra}key_sha256 = [{}]\n",
        quoted(&arguments.tenant),
        quoted(&arguments.name),
        quoted(&arguments.role),
        quoted(&hash_key(&key))
    );
    Ok(NewKey { key, table })
}

/// A string as TOML writes it, whatever is in it.
fn quoted(text: &str) -> toml::Value {
    toml::Value::from(text)
}

fn no_randomness() -> Failure {
    Failure::one(Exit::Defect, "no key was made", "the operating system gives no randomness", "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_comes_with_the_configuration_that_accepts_it() {
        let arguments =
            KeyNewArgs { tenant: "main".to_owned(), name: "de\u{7}sk \"1\"".to_owned(), role: "auditor".to_owned() };
        let NewKey { key, table } = new_key(&arguments).unwrap();
        assert!(key.starts_with(KEY_PREFIX) && key.len() == KEY_PREFIX.len() + 2 * KEY_BYTES, "{key}");
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(table.as_bytes()).unwrap();
        let principals = crate::config::read_principals(file.path()).unwrap();
        let credentials = wishwell_matching::Credentials::from_entries(&principals).unwrap();
        assert_eq!(credentials.principal(key.as_bytes()).unwrap().name, arguments.name);
        assert_ne!(new_key(&arguments).unwrap().key, key);
    }

    #[test]
    fn a_role_that_is_not_there_is_refused_with_a_suggestion() {
        let arguments = KeyNewArgs { tenant: "main".to_owned(), name: "desk".to_owned(), role: "operater".to_owned() };
        assert_eq!(new_key(&arguments).map(|new| new.table).unwrap_err().problems[0].remedy, "did you mean operator?");
    }
}
