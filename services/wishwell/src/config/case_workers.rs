//! The file that says whom partners may ask about a referral.

use serde::Deserialize;
use wishwell_domain::text::LocalizedText;
use wishwell_gateway::{CaseWorkerContact, CaseWorkers};

use super::reader::Reader;
use super::{toml_file, values};
use crate::exit::Problem;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    contacts: Vec<Named>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    division: String,
    name: Name,
    phone: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    #[serde(default)]
    zh: String,
    #[serde(default)]
    en: String,
}

/// Reads the file, if one is named.
pub(super) fn read(reader: &mut Reader<'_>) -> CaseWorkers {
    let Some(path) = reader.read("contacts_file", values::path) else { return CaseWorkers::default() };
    let file: Option<File> = toml_file::read(reader, "contacts_file", &path, "docs/operations.md");
    let contacts = file.map(|file| file.contacts).unwrap_or_default().into_iter().map(|named| CaseWorkerContact {
        division: named.division,
        name: LocalizedText::new(named.name.zh, named.name.en),
        phone: named.phone,
    });
    CaseWorkers::new(contacts.collect()).unwrap_or_else(|wrong| {
        let told = wrong.into_iter().map(|what| Problem::new(format!("contacts_file {}: {what}", path.display()), ""));
        reader.problems.extend(told);
        CaseWorkers::default()
    })
}
