//! `wishwell key`: API keys and master keys.

use std::io::Read as _;

use ring::rand::{SecureRandom as _, SystemRandom};
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
        KeyCommand::New(arguments) => new_key(arguments),
        KeyCommand::Hash => {
            let mut key = String::new();
            let read = std::io::stdin().read_to_string(&mut key);
            read.map_err(|error| Failure::one(Exit::Storage, "no key can be read", error.to_string(), "pipe it in"))?;
            Ok(hash_key(key.trim()) + "\n")
        }
        KeyCommand::Master => MasterKey::random().map(|key| format_key(&key)).map_err(|_| no_randomness()),
    }
}

fn new_key(arguments: &KeyNewArgs) -> Result<String, Failure> {
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
    Ok(format!(
        "# For the caller. It is shown this once and stored nowhere.\n{key}\n\n\
         # For the server's configuration.\n[[principals]]\ntenant = {}\nname = {}\nrole = {}\n{extra}key_sha256 = [{}]\n",
        quoted(&arguments.tenant),
        quoted(&arguments.name),
        quoted(&arguments.role),
        quoted(&hash_key(&key))
    ))
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
    use std::io::Write as _;

    #[test]
    fn a_new_key_comes_with_the_configuration_that_accepts_it() {
        let arguments =
            KeyNewArgs { tenant: "main".to_owned(), name: "de\u{7}sk \"1\"".to_owned(), role: "auditor".to_owned() };
        let printed = new_key(&arguments).unwrap();
        let key = printed.lines().find(|line| line.starts_with(KEY_PREFIX)).unwrap();
        assert_eq!(key.len(), KEY_PREFIX.len() + 2 * KEY_BYTES);
        let table = printed.split_once("[[principals]]").unwrap().1;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        write!(file, "[[principals]]{table}").unwrap();
        let principals = crate::config::read_principals(file.path()).unwrap();
        let credentials = wishwell_matching::Credentials::from_entries(&principals).unwrap();
        assert_eq!(credentials.principal(key.as_bytes()).unwrap().name, arguments.name);
        assert_ne!(new_key(&arguments).unwrap(), printed);
    }

    #[test]
    fn a_role_that_is_not_there_is_refused_with_a_suggestion() {
        let arguments = KeyNewArgs { tenant: "main".to_owned(), name: "desk".to_owned(), role: "operater".to_owned() };
        assert_eq!(new_key(&arguments).unwrap_err().problems[0].remedy, "did you mean operator?");
    }
}
