//! `wishwell doctor`: one line for each thing that can be wrong, with what to do about it.

mod certificates;
mod checks;
mod probe;
mod server;
mod subject;

use std::path::{Path, PathBuf};

use wishwell_domain::clock::Clock as _;
use wishwell_matching::{MasterKey, ServerTls};

use crate::cli::DoctorArgs;
use crate::config::{
    Database, DevConfig, Meant, ServeConfig, ServeFlags, Variables, folder_of, language, meant, read_key_file,
};
use crate::exit::{Exit, Failure, Problem};
use crate::lang::Lang;
use crate::progress::Progress;
use crate::run::{MASTER_KEY_FILE, STORE_FILE, SystemClock};
use crate::table::cells;
use server::Ports;
use subject::Subject;

/// Cells that the widest subject takes.
const SUBJECT_CELLS: usize = 13;

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// It works, and should be looked at.
    Warn,
    /// It does not work.
    Fail,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    state: State,
    subject: Subject,
    what: String,
    remedy: String,
}

impl Finding {
    fn ok(subject: Subject, what: impl Into<String>) -> Self {
        Self { state: State::Ok, subject, what: what.into(), remedy: String::new() }
    }

    fn warn(subject: Subject, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Warn, subject, what: what.into(), remedy: remedy.into() }
    }

    fn fail(subject: Subject, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Fail, subject, what: what.into(), remedy: remedy.into() }
    }
}

/// Where the master key comes from.
enum KeySource {
    Environment(MasterKey),
    File(PathBuf),
}

/// What is examined: a deployment's configuration, or development mode's folder.
struct Patient {
    database: Database,
    /// Whether the start makes its folder.
    makes_folder: bool,
    master_key: KeySource,
    ports: Ports,
    redis_url: Option<String>,
    otlp_endpoint: Option<String>,
    relaxed: bool,
    /// The findings about the configuration itself.
    findings: Vec<Finding>,
}

/// Examines, prints, and fails when something does not work.
pub(crate) async fn run(arguments: &DoctorArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let mut findings = Vec::new();
    // A language that is wrong is among the findings.
    let words = language(lang, &variables).unwrap_or_default();
    match patient(arguments, (lang, words), variables) {
        Ok(patient) => {
            findings.extend(patient.findings.iter().cloned());
            let (key, of_key) = checks::master_key(patient.master_key, words);
            findings.push(of_key);
            let reading = checks::store(&patient.database, patient.relaxed, patient.makes_folder, words);
            let of_store = Progress::beside(words.pick("reading every page", "读取每一页"), reading).await;
            // How durable it is, and by which clock, is no reason not to open it.
            let keeps_it_shut = |finding: &Finding| matches!(finding.subject, Subject::Store | Subject::Integrity);
            let opens = of_store.iter().all(|finding| finding.state == State::Ok || !keeps_it_shut(finding));
            findings.extend(of_store);
            if opens {
                findings.extend(checks::key_of_store(&patient.database, &key, words).await);
            }
            findings.extend(checks::disk(&patient.database, words));
            findings.extend(server::examine(&patient.ports, words).await);
            let (redis, traces) = (patient.redis_url.as_deref(), patient.otlp_endpoint.as_deref());
            findings.extend(checks::neighbours(redis, traces, words).await);
        }
        Err(problems) => findings.extend(
            problems.into_iter().map(|problem| Finding::fail(Subject::Configuration, problem.what, problem.remedy)),
        ),
    }
    let page = render(&findings, words);
    let failed = findings.iter().filter(|finding| finding.state == State::Fail).count();
    if failed == 0 {
        return Ok(page);
    }
    crate::exit::say(&page);
    let all = findings.len();
    let what = match words {
        Lang::En => format!("{failed} of {all} checks failed"),
        Lang::Zh => format!("{all} 项检查中有 {failed} 项未通过"),
    };
    let summary = words.pick("not all is well", "有检查未通过");
    let remedy = words.pick("follow the arrows above", "请按上面箭头所示处理");
    Err(Failure::one(Exit::Failed, summary, what, remedy).told_in(words))
}

fn render(findings: &[Finding], lang: Lang) -> String {
    let mut page = String::new();
    for finding in findings {
        let state = match finding.state {
            State::Ok => lang.pick("ok  ", "正常"),
            State::Warn => lang.pick("warn", "注意"),
            State::Fail => lang.pick("FAIL", "失败"),
        };
        let subject = finding.subject.word(lang);
        let gap = " ".repeat(SUBJECT_CELLS.saturating_sub(cells(subject)));
        let mut lines = finding.what.lines();
        page += &format!("{state}  {subject}{gap}  {}\n", lines.next().unwrap_or_default());
        for line in lines {
            page += &format!("{:21}{line}\n", "");
        }
        for line in finding.remedy.lines() {
            page += &format!("{:21}-> {line}\n", "");
        }
    }
    page
}

/// A configuration of `serve` when there is one; otherwise development mode, with the folder that is asked about.
fn patient(
    arguments: &DoctorArgs,
    (lang, words): (Option<&str>, Lang),
    variables: Variables,
) -> Result<Patient, Vec<Problem>> {
    let meant = meant(arguments.data_dir.as_deref(), &arguments.serve, &variables);
    match meant.map_err(|failure| failure.problems)? {
        Meant::Deployment => deployment(arguments, (lang, words), variables),
        Meant::Development(folder) => development(&folder, &arguments.serve, (lang, words), variables),
    }
}

fn deployment(
    arguments: &DoctorArgs,
    (lang, words): (Option<&str>, Lang),
    variables: Variables,
) -> Result<Patient, Vec<Problem>> {
    let config = ServeConfig::load(&arguments.serve, lang, variables).map_err(|failure| failure.problems)?;
    let right = words.pick("every setting is right", "各项设置都正确");
    let mut findings = vec![Finding::ok(Subject::Configuration, right)];
    if config.credentials.is_empty() {
        findings.push(Finding::warn(
            Subject::Principals,
            words.pick("nobody may call: there are no principals", "没有人能调用：没有任何调用方"),
            words
                .pick("`wishwell key new` prints a key and its table", "`wishwell key new` 会打印一个密钥和它的配置段"),
        ));
    } else if config.demo_principals {
        findings.push(Finding::warn(
            Subject::Principals,
            words.pick("the demo keys are accepted, and they are public", "接受演示密钥，而演示密钥是公开的"),
            words.pick("leave demo_principals out", "请去掉 demo_principals"),
        ));
    } else {
        let tenants: Vec<String> = config.credentials.tenants().iter().map(ToString::to_string).collect();
        let keys = match words {
            Lang::En => format!("keys for {}", tenants.join(", ")),
            Lang::Zh => format!("有这些租户的密钥：{}", tenants.join("、")),
        };
        findings.push(Finding::ok(Subject::Principals, keys));
    }
    let sign_in = config.web.as_ref().and_then(|web| web.sign_in.as_ref());
    let asked = sign_in.iter().flat_map(|sign_in| sign_in.issuers());
    findings.extend(checks::sign_in(asked, |issuer| config.credentials.believes(issuer), words));
    let ends = config.tls.as_ref().map_or(&[][..], ServerTls::ends);
    findings.extend(certificates::look(ends, SystemClock.now(), words));
    let common = config.common;
    Ok(Patient {
        database: config.database,
        makes_folder: false,
        master_key: config.master_key_file.map_or(KeySource::Environment(config.master_key), KeySource::File),
        ports: Ports {
            listen: common.listen,
            tls: config.tls.is_some(),
            pages: common.http_listen,
            admin: common.admin_listen,
        },
        redis_url: config.redis_url,
        otlp_endpoint: common.telemetry.otlp_endpoint,
        relaxed: common.relaxed_durability,
        findings,
    })
}

fn development(
    folder: &Path,
    flags: &ServeFlags,
    (lang, words): (Option<&str>, Lang),
    variables: Variables,
) -> Result<Patient, Vec<Problem>> {
    let config = DevConfig::load(&flags.of_development(), lang, variables).map_err(|failure| failure.problems)?;
    let common = config.common;
    let what = format!("{} {}", words.pick("development mode in", "开发模式，目录"), folder.display());
    Ok(Patient {
        database: Database::Sqlite(folder.join(STORE_FILE)),
        makes_folder: true,
        master_key: KeySource::File(folder.join(MASTER_KEY_FILE)),
        ports: Ports { listen: common.listen, tls: false, pages: common.http_listen, admin: common.admin_listen },
        redis_url: None,
        otlp_endpoint: common.telemetry.otlp_endpoint,
        relaxed: common.relaxed_durability,
        findings: vec![Finding::ok(Subject::Configuration, what)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_line_up_with_their_remedies_below() {
        let findings = [
            Finding::ok(Subject::Configuration, "every setting is right"),
            Finding::warn(Subject::Disk, "700 MiB free", "make room"),
            Finding::fail(Subject::Store, "two\nlines", "restore it"),
        ];
        let expected = "\
ok    configuration  every setting is right
warn  disk           700 MiB free
                     -> make room
FAIL  store          two
                     lines
                     -> restore it
";
        assert_eq!(render(&findings, Lang::En), expected);
        let expected = "\
正常  配置           every setting is right
注意  磁盘           700 MiB free
                     -> make room
失败  存储           two
                     lines
                     -> restore it
";
        assert_eq!(render(&findings, Lang::Zh), expected);
    }
}
