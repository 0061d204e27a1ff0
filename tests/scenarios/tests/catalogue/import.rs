//! Real directories that nobody here wrote, imported through the running server, and asked in their own words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use wishwell_api::v1;
use wishwell_scenarios::Served;
use wishwell_test_support::data_or_skip;
use wishwell_test_support::{process, terminal};

const OPERATOR: &str = "demo-operator";
/// Categories that are asked for by name.
const ASKED: usize = 30;

async fn command(served: &Served, arguments: &[&str]) -> Output {
    let mut command = process::command();
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WISHWELL_")) {
        command.env_remove(name);
    }
    command.args(arguments).args(["--lang", "en", "--server", &format!("http://{}", served.address)]);
    command.current_dir(served.process.folder());
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("the binary runs")
}

async fn said(served: &Served, arguments: &[&str]) -> String {
    let output = command(served, arguments).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The numbers of the table row that begins with a name.
fn row(page: &str, name: &str) -> Vec<u64> {
    let line = page.lines().rfind(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no row {name} in\n{page}"));
    let digits = |word: &str| word.replace(',', "").parse().ok();
    line.split_whitespace().filter_map(digits).collect()
}

/// Every line of a report.
fn report(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("a report");
    text.lines().map(|line| serde_json::from_str(line).expect("lines of JSON")).collect()
}

/// What was read is clean, repaired, merged, set aside or refused; each but the clean has its line.
fn assert_adds_up(report: &[Value]) {
    let count = |value: &Value, key: &str| value[key].as_u64().unwrap_or_else(|| panic!("{key} in {value}"));
    let counts: Vec<_> = report.iter().filter(|line| line["type"] == "counts").collect();
    assert!(!counts.is_empty());
    for line in counts {
        let parts: u64 =
            ["clean", "repaired", "merged", "set_aside", "refused"].iter().map(|key| count(line, key)).sum();
        assert_eq!(count(line, "read"), parts, "{line}");
        let file = line["file"].as_str().expect("a file");
        let rows: BTreeSet<_> = report
            .iter()
            .filter(|entry| entry["type"] == "entry" && entry["file"] == file)
            .chain(report.iter().filter_map(|line| line["rows"].as_array()).flatten().filter(|row| row["file"] == file))
            .map(|entry| entry["row"].to_string())
            .collect();
        let told = u64::try_from(rows.len()).unwrap();
        assert!(told >= parts - count(line, "clean") || file == "total", "{told} rows are told of {line}");
    }
}

async fn import(served: &Served, kind: &str, path: &Path, report: &str) -> String {
    said(served, &["import", kind, path.to_str().expect("UTF-8"), "--report", report]).await
}

async fn imported_twice(served: &Served, kind: &str, path: &Path) {
    let first = import(served, kind, path, "first.jsonl").await;
    let second = import(served, kind, path, "second.jsonl").await;
    for name in ["categories", "organizations", "resources"] {
        let (first, second) = (row(&first, name), row(&second, name));
        let [created, 0, 0, 0] = first[..] else { panic!("{name} of a first import: {first:?}") };
        assert_eq!(second, [0, 0, created, 0], "{name}: a second import changes nothing");
    }
    let folder = served.process.folder();
    assert_adds_up(&report(&folder.join("first.jsonl")));
    assert_eq!(report(&folder.join("first.jsonl")), report(&folder.join("second.jsonl")));
}

/// The titles of the categories that most resources have, of those titles that name one category only.
async fn most_used(served: &Served) -> Vec<String> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut request = v1::ListResourcesRequest { page_size: 500, ..v1::ListResourcesRequest::default() };
    loop {
        let page = served.catalog(OPERATOR).list_resources(request.clone()).await.expect("resources").into_inner();
        for code in page.resources.into_iter().flat_map(|resource| resource.categories) {
            *used.entry(code).or_default() += 1;
        }
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let mut titles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut request = v1::ListCategoriesRequest { page_size: 500, ..v1::ListCategoriesRequest::default() };
    loop {
        let page = served.catalog(OPERATOR).list_categories(request.clone()).await.expect("categories").into_inner();
        for category in page.categories {
            titles.entry(category.title.unwrap_or_default().en.to_lowercase()).or_default().push(category.code);
        }
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let single = titles.into_iter().filter(|(title, codes)| codes.len() == 1 && title.chars().count() <= 64);
    let mut single: Vec<_> =
        single.map(|(title, codes)| (used.get(&codes[0]).copied().unwrap_or_default(), title)).collect();
    single.sort();
    single.into_iter().rev().filter(|(count, _)| *count > 0).map(|(_, title)| title).collect()
}

/// Asks in a directory's own words; how many candidates each question found.
async fn ask(served: &Served, titles: &[String], place: &str) {
    let question = |title: &str| {
        let words = ["find", "--category", title, "--place", place, "--travel", "60", "--remote"];
        words.map(ToOwned::to_owned)
    };
    for title in titles {
        let asked = question(title);
        let mut words: Vec<&str> = asked.iter().map(String::as_str).collect();
        words.push("--json");
        let answer: Value = serde_json::from_str(&said(served, &words).await).expect("JSON");
        let candidates = answer["items"][0]["candidates"].as_array().cloned().unwrap_or_default();
        assert!(!candidates.is_empty(), "nothing was found for {title:?}: {answer}");
        let scores: Vec<_> = candidates.iter().map(|candidate| candidate["score"].as_i64()).collect();
        assert!(scores.is_sorted_by(|better, worse| better >= worse), "{title}: {scores:?}");
        assert!(
            candidates.iter().all(|candidate| candidate.get("capacity").is_none()),
            "{title}: capacity is not known"
        );
    }
    let asked = question(&titles[0]);
    let page = said(served, &asked.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(page.contains("unknown"), "capacity that is not known is shown as such:\n{page}");
}

#[tokio::test]
async fn miami_is_imported_whole_and_answers_needs_phrased_with_its_own_categories() {
    let folder = data_or_skip!("hsds_miami");
    let served = Served::start(&["--demo=false"], &[]).await;
    imported_twice(&served, "hsds", &folder).await;
    let titles = most_used(&served).await;
    assert!(titles.len() > ASKED, "{} categories can be asked for by name", titles.len());
    ask(&served, &titles[..ASKED], "25.7743,-80.1937").await;
}

#[tokio::test]
async fn linksf_is_imported_with_its_hours_and_answers_in_its_own_words() {
    let folder = data_or_skip!("linksf");
    let served = Served::start(&["--demo=false"], &[]).await;
    imported_twice(&served, "linksf", &folder.join("linksf_facilities.json")).await;
    let titles = most_used(&served).await;
    ask(&served, &titles[..titles.len().min(ASKED)], "37.7793,-122.4193").await;
    let request = v1::ListResourcesRequest { page_size: 500, ..v1::ListResourcesRequest::default() };
    let resources = served.catalog(OPERATOR).list_resources(request).await.expect("resources").into_inner().resources;
    let with_hours = resources.iter().filter(|resource| resource.schedule.is_some()).count();
    assert!(with_hours * 2 > resources.len(), "{with_hours} of {} have opening hours", resources.len());
}

/// Writes which category `A` is below.
fn taxonomy(folder: &Path, parent: &str) -> std::io::Result<()> {
    let rows = format!("A,Above,{parent},,Test - AIRS\nP,Top,,,Test - AIRS\n");
    std::fs::write(folder.join("taxonomy.csv"), format!("id,name,parent_id,parent_name,vocabulary\n{rows}"))
}

/// A directory of one service in two categories.
fn small() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("organizations.csv", "id,name\n1,One\n"),
        ("services.csv", "id,organization_id,name,description,application_process\n10,1,Help,Help of any kind,Call\n"),
        ("services_taxonomy.csv", "id,service_id,taxonomy_id\n1,10,A\n"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    taxonomy(folder.path(), "").unwrap();
    folder
}

/// What a terminal of 100 columns shows of an import, all at once and with what moves its cursor; `more` is for the shell.
async fn on_a_terminal(served: &Served, directory: &Path, lang: &str, more: &str) -> String {
    let (directory, address) = (directory.display(), served.address);
    let arguments = format!("import hsds '{directory}' --lang {lang} --server http://{address} {more}");
    let mut terminal = terminal::command(&arguments, served.process.folder());
    let output = tokio::task::spawn_blocking(move || terminal.output()).await.unwrap().expect("script runs");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}");
    shown
}

#[tokio::test]
async fn a_terminal_shows_how_far_an_import_is_in_the_language_of_its_reader_and_a_file_does_not() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let directory = small();
    // A name, a bar in brackets, and how many of how many.
    let counts = |after: &str| {
        let count = after.split_once("] ").and_then(|(_, rest)| rest.split_once('/'));
        count.is_some_and(|(done, _)| !done.is_empty() && done.bytes().all(|digit| digit.is_ascii_digit()))
    };
    let bars = |shown: &str, names: &[&str]| {
        let bar = |name: &&&str| shown.split(&format!("{name} [")).skip(1).any(counts);
        names.iter().filter(bar).count()
    };
    let (english, chinese) = (["categories", "organizations", "resources"], ["类别", "机构", "资源"]);
    let shown = on_a_terminal(&served, directory.path(), "en", "").await;
    assert_eq!((bars(&shown, &english), bars(&shown, &chinese)), (3, 0), "{shown:?}");
    assert!(shown.contains("reading ") && !shown.contains("读取"), "{shown:?}");
    let shown = on_a_terminal(&served, directory.path(), "zh", "").await;
    assert_eq!((bars(&shown, &english), bars(&shown, &chinese)), (0, 3), "{shown:?}");
    assert!(shown.contains("读取 ") && !shown.contains("reading"), "{shown:?}");
    // Drawn where errors go, and only when these go to a terminal.
    let shown = on_a_terminal(&served, directory.path(), "en", "2>errors.txt").await;
    let errors = std::fs::read_to_string(served.process.folder().join("errors.txt")).unwrap();
    assert_eq!((bars(&shown, &english), errors.as_str()), (0, ""), "{shown:?}");
    let path = directory.path().to_str().expect("UTF-8");
    let output = command(&served, &["import", "hsds", path, "--report", "piped.jsonl"]).await;
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[tokio::test]
async fn a_row_that_the_server_refuses_is_counted_apart_and_named() {
    let served = Served::start(&["--demo=false"], &[]).await;
    let folder = small();
    import(&served, "hsds", folder.path(), "first.jsonl").await;
    // What an operator hung below makes the category too deep where the directory moves it to.
    let below = (1..8).map(|depth: u32| v1::Category {
        code: format!("own.{depth}"),
        parent: if depth == 1 { "airs.A".to_owned() } else { format!("own.{}", depth - 1) },
        title: Some(v1::LocalizedText { zh: String::new(), en: format!("Own {depth}") }),
        ..v1::Category::default()
    });
    let request = v1::BatchUpsertCategoriesRequest { categories: below.collect(), request_id: String::new() };
    served.catalog(OPERATOR).batch_upsert_categories(request).await.expect("categories");
    taxonomy(folder.path(), "P").unwrap();
    let path = folder.path().to_str().expect("UTF-8");
    let output = command(&served, &["import", "hsds", path, "--report", "second.jsonl"]).await;
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!output.status.success(), "{page}");
    assert_eq!(row(&page, "taxonomy.csv"), [2, 1, 0, 0, 0, 1], "{page}");
    let second = report(&served.process.folder().join("second.jsonl"));
    assert_adds_up(&second);
    let refused: Vec<_> = second.iter().filter(|line| line["type"] == "refused").collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!((refused[0]["stage"].as_str(), refused[0]["key"].as_str()), (Some("categories"), Some("airs.A")));
    assert_eq!(refused[0]["rows"], serde_json::json!([{"file": "taxonomy.csv", "row": 2}]));
    let total = second.last().expect("a total");
    assert_eq!((total["type"].as_str(), total["refused"].as_u64()), (Some("total"), Some(1)));
}
