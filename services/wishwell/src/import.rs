//! `wishwell import`: a directory of services, cleaned, reported, and sent to a running server.

mod notes;
mod vanished;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_import::{
    Directory, FileCounts, Format, ImportError, OnVanished, Options, Outcomes, Plan, Progress as Sent, Reading,
    ReadingStage, Refusal, Report, Stage, Trust, UploadSummary, plan, read_beside, upload,
};

use crate::cli::{ImportArgs, ImportCommand};
use crate::client::{Server, in_a_line, refused, wrong_door};
use crate::config::{ClientConfig, ClientFlags};
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::progress::{DRAW_EVERY, Progress, shown};
use crate::table::{Align, Table, terminal_width};

/// Refusals of the server that are shown; all of them are in the report.
const REFUSALS_SHOWN_MAX: usize = 10;

/// Reads, reports and sends.
pub(crate) async fn run(
    command: &ImportCommand,
    client: impl Fn(&ClientFlags) -> Result<ClientConfig, Failure>,
) -> Result<String, Failure> {
    let (arguments, linksf) = match command {
        ImportCommand::Hsds(arguments) => (arguments, false),
        ImportCommand::Linksf(arguments) => (arguments, true),
    };
    let config = client(&arguments.client)?;
    // A server that is not there is told before minutes of reading.
    let server = if arguments.dry_run { None } else { Some(Server::connect(&config).await?) };
    let options = Options {
        source: arguments.source.clone(),
        time_zone: arguments.time_zone.clone(),
        category_prefix: arguments.category_prefix.clone(),
    };
    let (directory, mut report) = read(&arguments.path, options, config.lang).await?;
    check_format(&arguments.path, &directory, linksf, config.lang)?;
    let report_path = arguments.report.clone().unwrap_or_else(|| PathBuf::from("wishwell-import-report.jsonl"));
    report.write(&report_path).map_err(|error| failure(&report_path, &error, config.lang))?;
    let trust = if arguments.unverified { Trust::Applied } else { Trust::Verified };
    let planned = plan(&directory, trust);
    let gives = gives(&directory, &planned, config.lang);
    let Some(server) = server else {
        let page = head(&gives, &report, &report_path, config.lang);
        let nothing = config.lang.pick("\nNothing was sent: this was a dry run.\n", "\n演练模式：没有发送任何数据。\n");
        return Ok(page + nothing);
    };
    let summary = send(&server, planned, arguments, config.lang).await?;
    // Only now is it known what became of the rows, and of what was there before.
    if report.tell_of(&summary) {
        report.write(&report_path).map_err(|error| {
            let what = config.lang.pick(
                "the report does not tell what the server refused and what has vanished",
                "报告里没有写上服务器拒收的和目录中已消失的",
            );
            Failure::one(Exit::Storage, what, error.to_string(), "").told_in(config.lang)
        })?;
    }
    let page = head(&gives, &report, &report_path, config.lang)
        + &sent(&summary, config.lang)
        + &vanished::told(&summary, config.lang);
    if summary.refusals.is_empty() {
        return Ok(page);
    }
    // The table belongs to whoever reads the output also when the code says that not all is well.
    crate::exit::say(&page);
    Err(refusals(&summary, &report_path, config.lang))
}

/// Reads and cleans beside the thread that shows how far it is.
async fn read(path: &Path, options: Options, lang: Lang) -> Result<(Directory, Report), Failure> {
    let reading = Arc::new(Reading::default());
    let work = {
        let (path, reading) = (path.to_owned(), Arc::clone(&reading));
        tokio::task::spawn_blocking(move || read_beside(&path, &options, &reading))
    };
    let progress = Progress::new();
    let mut cleaning = false;
    let show = || match reading.stage() {
        ReadingStage::Reading { rows } => progress.at(rows),
        ReadingStage::Cleaning { done, total } => {
            if !std::mem::replace(&mut cleaning, true) {
                progress.begin(lang.pick("cleaning", "清洗"), total);
            }
            // Nested tables are taken apart, and have their rows, as they are cleaned.
            progress.of(total);
            progress.at(done);
        }
    };
    progress.begin(lang.pick("reading", "读取"), 0);
    let read = shown(Duration::ZERO, DRAW_EVERY, work, show).await;
    progress.end();
    let broken = lang.pick("reading broke off", "读取中断");
    let read = read.map_err(|error| Failure::one(Exit::Defect, broken, error.to_string(), "").told_in(lang))?;
    read.map_err(|error| failure(path, &error, lang))
}

async fn send(server: &Server, planned: Plan, arguments: &ImportArgs, lang: Lang) -> Result<UploadSummary, Failure> {
    let progress = Progress::new();
    let mut stage = None;
    let mut show = |sent: Sent| {
        if stage != Some(sent.stage) {
            stage = Some(sent.stage);
            progress.begin(named(sent.stage, lang), sent.total as u64);
        }
        progress.at(sent.done as u64);
    };
    let client = CatalogServiceClient::new(server.connection());
    let on_vanished = if arguments.pause_vanished { OnVanished::Pause } else { OnVanished::Keep };
    let summary = upload(client, planned, on_vanished, &mut show).await;
    progress.end();
    summary.map_err(|error| failure(&arguments.path, &error, lang))
}

fn check_format(path: &Path, directory: &Directory, linksf: bool, lang: Lang) -> Result<(), Failure> {
    let is_linksf = directory.format == Format::LinkSf;
    if is_linksf == linksf {
        return Ok(());
    }
    let right = if is_linksf { "linksf" } else { "hsds" };
    let (path, format) = (path.display(), directory.format.name());
    let what = match lang {
        Lang::En => format!("{path} is {format}"),
        Lang::Zh => format!("{path} 是 {format}"),
    };
    let summary = lang.pick("nothing was imported", "没有导入任何数据");
    Err(Failure::one(Exit::Usage, summary, what, format!("wishwell import {right} {path}")).told_in(lang))
}

fn failure(path: &Path, error: &ImportError, lang: Lang) -> Failure {
    let summary = match lang {
        Lang::En => format!("{} cannot be imported", path.display()),
        Lang::Zh => format!("无法导入 {}", path.display()),
    };
    match error {
        ImportError::Call { status, call, first, total } => {
            let refused = refused(summary, status, lang);
            // Whoever took something is the right one.
            let again = *total > 0 || wrong_door(status, lang).is_none();
            let once_more = lang.pick(
                "start the same import again: what was sent is not doubled",
                "请再次运行同一导入：已经发送的不会重复",
            );
            let remedy = if again { once_more } else { "" };
            let mut problems = refused.problems;
            if let Some(problem) = problems.first_mut() {
                // What is read before anything is sent has no entries.
                let entry = match (*total > 0, lang) {
                    (false, _) => String::new(),
                    (true, Lang::En) => format!(", entry {first} of {total}"),
                    (true, Lang::Zh) => format!("，第 {first} 条（共 {total} 条）"),
                };
                problem.what = format!("{call}{entry}{}{}", lang.pick(": ", "："), problem.what);
                problem.remedy = [problem.remedy.as_str(), remedy]
                    .iter()
                    .filter(|text| !text.is_empty())
                    .copied()
                    .collect::<Vec<_>>()
                    .join("\n");
            }
            Failure { problems, ..refused }
        }
        ImportError::Option { .. } | ImportError::TimeZoneRequired => {
            Failure::one(Exit::Usage, summary, error.to_string(), "").told_in(lang)
        }
        _ => Failure::one(Exit::Storage, summary, error.to_string(), "").told_in(lang),
    }
}

/// What was found and what it gives, in one line.
fn gives(directory: &Directory, planned: &Plan, lang: Lang) -> String {
    let (categories, organizations, resources) =
        (planned.categories.len(), planned.organizations.len(), planned.resources.len());
    let gives = match lang {
        Lang::En => format!("gives {categories} categories, {organizations} organizations, {resources} resources"),
        Lang::Zh => format!("得到类别 {categories} 个、机构 {organizations} 家、资源 {resources} 项"),
    };
    format!("{} · {} · {gives}", directory.format.name(), planned.source)
}

fn head(gives: &str, report: &Report, path: &Path, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("file", "文件"), Align::Left),
        (lang.pick("read", "读入"), Align::Right),
        (lang.pick("clean", "无误"), Align::Right),
        (lang.pick("repaired", "修正"), Align::Right),
        (lang.pick("merged", "合并"), Align::Right),
        (lang.pick("set aside", "搁置"), Align::Right),
        (lang.pick("refused", "被拒"), Align::Right),
    ]);
    let total = FileCounts { file: lang.pick("total", "合计").to_owned(), ..report.total() };
    for counts in report.counts.iter().chain(std::iter::once(&total)) {
        let FileCounts { file, read, clean, repaired, merged, set_aside, refused } = counts;
        let numbers = [read, clean, repaired, merged, set_aside, refused].map(ToString::to_string);
        let [read, clean, repaired, merged, set_aside, refused] = numbers;
        table.row([file.clone(), read, clean, repaired, merged, set_aside, refused]);
    }
    let told: String = report.notes.iter().map(|note| format!("{}\n", notes::told(note, lang))).collect();
    let every_row = lang.pick("every row that is not clean is in", "凡有修正、合并、搁置或被拒的行，都记录在");
    format!("{gives}\n\n{}{told}{every_row} {}\n", table.render(terminal_width()), path.display())
}

/// What is sent, in the words of whoever looks on.
fn named(stage: Stage, lang: Lang) -> &'static str {
    let name = stage.name();
    match stage {
        Stage::Existing => lang.pick(name, "已有数据"),
        Stage::Categories => lang.pick(name, "类别"),
        Stage::Organizations => lang.pick(name, "机构"),
        Stage::Resources => lang.pick(name, "资源"),
        Stage::Vanished => lang.pick(name, "已消失"),
    }
}

fn sent(summary: &UploadSummary, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("sent", "已发送"), Align::Left),
        (lang.pick("created", "新建"), Align::Right),
        (lang.pick("updated", "更新"), Align::Right),
        (lang.pick("unchanged", "未变"), Align::Right),
        (lang.pick("refused", "被拒"), Align::Right),
    ]);
    let rows: [(&str, Outcomes); 3] = [
        (named(Stage::Categories, lang), summary.categories),
        (named(Stage::Organizations, lang), summary.organizations),
        (named(Stage::Resources, lang), summary.resources),
    ];
    for (name, outcomes) in rows {
        let numbers = [outcomes.created, outcomes.updated, outcomes.unchanged, outcomes.refused].map(|n| n.to_string());
        let [created, updated, unchanged, refused] = numbers;
        table.row([name.to_owned(), created, updated, unchanged, refused]);
    }
    format!("\n{}", table.render(terminal_width()))
}

fn refusals(summary: &UploadSummary, report: &Path, lang: Lang) -> Failure {
    let count = summary.refusals.len();
    let shown = summary.refusals.iter().take(REFUSALS_SHOWN_MAX);
    let line = |refusal: &Refusal| {
        let (stage, why) = (named(refusal.stage, lang), in_a_line(&refusal.status(), lang));
        format!("{stage} {}{}{why}", refusal.key, lang.pick(": ", "："))
    };
    let lines: Vec<String> = shown.map(line).collect();
    let report = report.display();
    let (summary, remedy) = match lang {
        Lang::En => (
            format!("the server did not take {count} of the entries; all others are stored"),
            format!("all of them are in {report}"),
        ),
        Lang::Zh => (format!("服务器没有接收其中 {count} 条，其余都已保存"), format!("全部记录在 {report}（英文）")),
    };
    Failure::one(Exit::Failed, summary, lines.join("\n"), remedy).told_in(lang)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tonic::Status;
    use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

    use super::*;

    #[test]
    fn an_import_is_to_be_started_again_where_that_can_help() {
        let told = |call, total, status| {
            let error = ImportError::Call { call, first: 7, total, status: Box::new(status) };
            let failure = failure(Path::new("directory"), &error, Lang::En);
            let problem = failure.problems.first().unwrap();
            (problem.what.clone(), problem.remedy.clone())
        };
        let (what, remedy) = told("BatchUpsertResources", 76, Status::unavailable("away"));
        assert_eq!(what, "BatchUpsertResources, entry 7 of 76: away (Unavailable)");
        assert!(remedy.ends_with("start the same import again: what was sent is not doubled"), "{remedy}");
        let (what, remedy) = told("ListOrganizations", 0, Status::unknown("transport error"));
        assert_eq!(
            what, "ListOrganizations: transport error (Unknown)",
            "nothing was sent of which it could be an entry"
        );
        assert!(remedy.contains("https://") && !remedy.contains("again"), "{remedy}");
    }

    #[test]
    fn entries_that_the_server_refused_are_told_in_either_language() {
        let mut details = ErrorDetails::new();
        details.set_error_info("INVALID_FIELDS", "wishwell.v1", std::collections::HashMap::new());
        let violation = FieldViolation {
            reason: "TEXT_REQUIRED".to_owned(),
            ..FieldViolation::new("resources[0].title.zh", "must not be empty")
        };
        details.set_bad_request(vec![violation]);
        let said = "1 field violation(s), first: resources[0].title.zh: must not be empty";
        let status = Status::with_error_details(tonic::Code::InvalidArgument, said, details);
        let refusal = Refusal {
            stage: Stage::Resources,
            key: "r-1".to_owned(),
            message: said.to_owned(),
            code: status.code(),
            details: status.details().to_vec(),
        };
        let summary = UploadSummary { refusals: vec![refusal], ..UploadSummary::default() };
        let told = |lang| refusals(&summary, Path::new("report.jsonl"), lang).to_string();
        let (en, zh) = (told(Lang::En), told(Lang::Zh));
        assert!(en.contains(&format!("resources r-1: {said}\n")), "{en}");
        assert!(zh.starts_with("错误：服务器没有接收其中 1 条，其余都已保存\n"), "{zh}");
        assert!(zh.contains("资源 r-1：resources[0].title.zh：不能为空\n"), "{zh}");
    }
}
