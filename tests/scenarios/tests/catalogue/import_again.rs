//! Two editions of a directory that nobody here wrote: what the later one has no more is named, and paused where that is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_test_support::{data_or_skip, process};

const OPERATOR: &str = "demo-operator";
/// Services of an edition, the first of the directory.
const SERVICES: usize = 200;

/// A text of CSV in records, as they stand.
fn records(text: &str) -> Vec<String> {
    let mut records = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '"';
        match (letter, quoted) {
            ('\n', false) => records.push(String::new()),
            _ => records.last_mut().unwrap().push(letter),
        }
    }
    records.retain(|record| !record.trim().is_empty());
    records
}

/// The fields of a record, as they stand.
fn fields(record: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for letter in record.trim_end_matches('\r').chars() {
        quoted ^= letter == '"';
        match (letter, quoted) {
            (',', false) => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(letter),
        }
    }
    fields
}

/// The tables of a part of the directory.
struct Edition(BTreeMap<&'static str, Vec<Vec<String>>>);

impl Edition {
    fn first(directory: &Path) -> Self {
        let mut tables = BTreeMap::new();
        for name in ["organizations.csv", "locations.csv", "services.csv", "services_at_location.csv"] {
            let text = String::from_utf8_lossy(&std::fs::read(directory.join(name)).unwrap()).into_owned();
            let mut rows: Vec<Vec<String>> = records(&text).iter().map(|record| fields(record)).collect();
            if name.starts_with("services") {
                rows.truncate(1 + SERVICES);
            }
            tables.insert(name, rows);
        }
        Self(tables)
    }

    fn column(&self, table: &str, name: &str) -> usize {
        self.0[table][0].iter().position(|column| column == name).expect("a column")
    }

    /// Removes the service of a resource, and its link to the place.
    fn without(&mut self, key: &str) {
        let service = self.service_of(key);
        self.0.get_mut("services_at_location.csv").unwrap().retain(|row| row[0] != key);
        self.0.get_mut("services.csv").unwrap().retain(|row| row[0] != service);
    }

    /// Says of the service of a resource that it is not given any more.
    fn ended(&mut self, key: &str) {
        let (service, status) = (self.service_of(key), self.column("services.csv", "status"));
        let rows = self.0.get_mut("services.csv").unwrap();
        rows.iter_mut().find(|row| row[0] == service).expect("a service")[status] = "inactive".to_owned();
    }

    fn service_of(&self, key: &str) -> String {
        let service = self.column("services_at_location.csv", "service_id");
        let row = self.0["services_at_location.csv"].iter().find(|row| row[0] == key).expect("a link");
        row[service].clone()
    }

    /// Whether a service says that it belongs to this organization, or to this service that stands for one.
    fn is_referred_to(&self, key: &str) -> bool {
        let organization = self.column("services.csv", "organization_id");
        self.0["services.csv"].iter().any(|row| row[0] != key && row[organization] == key)
    }

    fn written(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, rows) in &self.0 {
            let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
            std::fs::write(folder.path().join(name), lines.join("\n") + "\n").unwrap();
        }
        folder
    }
}

/// Imports, and gives the page and the lines of the report.
async fn import(served: &Served, directory: &Path, source: &str, more: &[&str]) -> (String, Vec<Value>) {
    let mut command = process::command();
    command.args(["import", "hsds", directory.to_str().expect("UTF-8"), "--source", source, "--lang", "en"]);
    command.args(["--report", "report.jsonl", "--server", &format!("http://{}", served.address)]).args(more);
    command.current_dir(served.process.folder());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the binary runs");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{page}{}", String::from_utf8_lossy(&output.stderr));
    let report = std::fs::read_to_string(served.process.folder().join("report.jsonl")).expect("a report");
    (page, report.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

/// The resources of a source: full names and whether they are paused, by key.
async fn resources(served: &Served, source: &str) -> BTreeMap<String, (String, bool)> {
    let request = v1::ListResourcesRequest { page_size: 1000, ..v1::ListResourcesRequest::default() };
    let listed = served.catalog(OPERATOR).list_resources(request).await.expect("resources").into_inner().resources;
    let keyed = listed.into_iter().filter_map(|one| Some((one.external.clone()?, one)));
    let of_source = keyed.filter(|(external, _)| external.source == source);
    let paused = |one: &v1::Resource| one.lifecycle() == v1::ResourceLifecycle::Paused;
    of_source.map(|(external, one)| (external.external_id, (one.name.clone(), paused(&one)))).collect()
}

async fn pause(served: &Served, name: &str) {
    let resource = v1::Resource { lifecycle: v1::ResourceLifecycle::Paused.into(), ..v1::Resource::default() };
    let request = v1::UpdateResourceRequest {
        name: name.to_owned(),
        resource: Some(resource),
        update_mask: Some(prost_types::FieldMask { paths: vec!["lifecycle".to_owned()] }),
        ..v1::UpdateResourceRequest::default()
    };
    served.catalog(OPERATOR).update_resource(request).await.expect("paused");
}

/// The numbers of the last row that begins with a name.
fn row(page: &str, name: &str) -> Vec<usize> {
    let line = page.lines().rfind(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some(name) && words.clone().count() > 4 && words.all(|word| word.parse::<usize>().is_ok())
    });
    line.unwrap_or_else(|| panic!("no row {name} in\n{page}"))
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// Keys of the report's lines of a type, with what stands in a field.
fn told(report: &[Value], kind: &str, field: &str) -> BTreeMap<String, String> {
    let lines = report.iter().filter(|line| line["type"] == kind && line["stage"] != "organizations");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    lines.map(|line| (text(&line["key"]), text(&line[field]))).collect()
}

fn keys<T>(of: &BTreeMap<String, T>) -> BTreeSet<&str> {
    of.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn what_a_later_edition_of_miami_has_no_more_is_named_and_paused_where_asked_for() {
    let miami = data_or_skip!("hsds_miami");
    let served = Served::start(&["--demo=false"], &[]).await;
    let mut edition = Edition::first(&miami);
    let first = edition.written();
    let (page, report) = import(&served, first.path(), "hsds:miami", &[]).await;
    assert!(!page.contains("no longer") && told(&report, "vanished", "name").is_empty(), "{page}");
    import(&served, first.path(), "hsds:elsewhere", &[]).await;
    let before = resources(&served, "hsds:miami").await;
    let elsewhere = resources(&served, "hsds:elsewhere").await;
    let alone = |key: &&String| !key.starts_with("service:") && !edition.is_referred_to(&edition.service_of(key));
    let at_places: Vec<&String> = before.keys().filter(alone).collect();
    let (gone, ended, stays) = (&at_places[..10], at_places[10], at_places[20]);
    pause(&served, &before[gone[0]].0).await;
    pause(&served, &before[stays].0).await;

    gone.iter().for_each(|key| edition.without(key));
    edition.ended(ended);
    let of_services: BTreeSet<String> = {
        let column = edition.column("services.csv", "organization_id");
        edition.0["services.csv"].iter().map(|row| row[column].clone()).collect()
    };
    let unused = |key: &String| !of_services.contains(key);
    let organizations = edition.0.get_mut("organizations.csv").unwrap();
    let at = organizations.iter().rposition(|row| unused(&row[0])).expect("an organization without services here");
    let organization = organizations.remove(at)[0].clone();
    let second = edition.written();
    let (page, report) = import(&served, second.path(), "hsds:miami", &[]).await;
    let all = before.len();
    assert_eq!(row(&page, "resources"), [all, all - 11, 11, 9, 1, 1], "{page}");
    assert_eq!(row(&page, "organizations")[2..], [1, 0, 1, 0], "{page}");
    let vanished = told(&report, "vanished", "absence");
    let mut expected: BTreeSet<&str> = gone.iter().map(|key| key.as_str()).collect();
    assert!(expected.iter().all(|key| vanished[*key] == "missing"), "{vanished:?}");
    assert_eq!(vanished[ended], "ended");
    expected.insert(ended);
    assert_eq!(keys(&vanished), expected);
    let named = page.split_once("no longer in the directory, still on offer:").expect("a list").1;
    let (on_offer, now) = named.split_once("no longer in the directory, paused now:").expect("a second list");
    for key in &gone[1..] {
        assert!(on_offer.contains(&format!("resources {key} · ")) && on_offer.contains(&before[*key].0), "{page}");
    }
    let named = report.iter().find(|line| line["stage"] == "organizations" && line["key"] == organization.as_str());
    assert_eq!(named.expect("the organization is named")["standing"], "paused", "nothing of it is on offer");
    assert!(now.contains(&format!("resources {ended} · ")), "{page}");
    assert_eq!(keys(&told(&report, "paused", "name")), BTreeSet::from([stays.as_str()]));
    let standing = resources(&served, "hsds:miami").await;
    let paused = |of: &BTreeMap<String, (String, bool)>| -> BTreeSet<String> {
        of.iter().filter(|(_, (_, paused))| *paused).map(|(key, _)| key.clone()).collect()
    };
    assert_eq!(paused(&standing), [gone[0], ended, stays].into_iter().cloned().collect(), "nothing else was paused");

    let (page, _) = import(&served, second.path(), "hsds:miami", &["--pause-vanished"]).await;
    assert_eq!(row(&page, "resources"), [all, all - 11, 11, 0, 2, 9], "{page}");
    let (page, _) = import(&served, second.path(), "hsds:miami", &["--pause-vanished"]).await;
    assert_eq!(row(&page, "resources"), [all, all - 11, 11, 0, 11, 0], "{page}");
    let standing = resources(&served, "hsds:miami").await;
    let expected: BTreeSet<String> = gone.iter().copied().chain([ended, stays]).cloned().collect();
    assert_eq!(paused(&standing), expected);
    assert_eq!(resources(&served, "hsds:elsewhere").await, elsewhere, "another source's are as they were");

    let (page, report) = import(&served, first.path(), "hsds:miami", &["--pause-vanished"]).await;
    assert!(page.contains("on offer in the directory, paused here") && !page.contains("no longer"), "{page}");
    assert_eq!(keys(&told(&report, "paused", "name")), expected.iter().map(String::as_str).collect::<BTreeSet<_>>());
    assert_eq!(paused(&resources(&served, "hsds:miami").await), expected, "who paused them is not known");
}

#[test]
fn nothing_can_be_paused_without_sending_anything() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = process::command();
    command.args(["import", "hsds", ".", "--dry-run", "--pause-vanished"]).current_dir(folder.path());
    let output = command.output().expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(2) && told.contains("--pause-vanished") && told.contains("cannot be used with"),
        "{told}"
    );
}
