//! `wishwell doctor`: one line for each thing that can be wrong, with what to do about it.

mod checks;
mod probe;
mod server;

use std::path::{Path, PathBuf};

use wishwell_matching::MasterKey;

use crate::cli::DoctorArgs;
use crate::config::{
    Database, DevConfig, Meant, ServeConfig, ServeFlags, Variables, folder_of, language, meant, read_key_file,
};
use crate::exit::{Exit, Failure, Problem};
use crate::progress::Progress;
use crate::run::{MASTER_KEY_FILE, STORE_FILE};
use server::Ports;

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
    subject: &'static str,
    what: String,
    remedy: String,
}

impl Finding {
    fn ok(subject: &'static str, what: impl Into<String>) -> Self {
        Self { state: State::Ok, subject, what: what.into(), remedy: String::new() }
    }

    fn warn(subject: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { state: State::Warn, subject, what: what.into(), remedy: remedy.into() }
    }

    fn fail(subject: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
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
    match patient(arguments, lang, variables) {
        Ok(patient) => {
            findings.extend(patient.findings.iter().cloned());
            let (key, of_key) = checks::master_key(patient.master_key);
            findings.push(of_key);
            let reading = checks::store(&patient.database, patient.relaxed, patient.makes_folder);
            let of_store = Progress::beside(words.pick("reading every page", "读取每一页"), reading).await;
            // How durable it is, and by which clock, is no reason not to open it.
            let keeps_it_shut = |finding: &Finding| ["store", "integrity"].contains(&finding.subject);
            let opens = of_store.iter().all(|finding| finding.state == State::Ok || !keeps_it_shut(finding));
            findings.extend(of_store);
            if opens {
                findings.extend(checks::key_of_store(&patient.database, &key).await);
            }
            findings.extend(checks::disk(&patient.database));
            findings.extend(server::examine(&patient.ports).await);
            findings.extend(checks::neighbours(patient.redis_url.as_deref(), patient.otlp_endpoint.as_deref()).await);
        }
        Err(problems) => findings
            .extend(problems.into_iter().map(|problem| Finding::fail("configuration", problem.what, problem.remedy))),
    }
    let page = render(&findings);
    let failed = findings.iter().filter(|finding| finding.state == State::Fail).count();
    if failed == 0 {
        return Ok(page);
    }
    crate::exit::say(&page);
    let what = format!("{failed} of {} checks failed", findings.len());
    Err(Failure::one(Exit::Failed, "not all is well", what, "follow the arrows above"))
}

fn render(findings: &[Finding]) -> String {
    let mut page = String::new();
    for finding in findings {
        let state = match finding.state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Fail => "FAIL",
        };
        let mut lines = finding.what.lines();
        page += &format!("{state}  {:13}  {}\n", finding.subject, lines.next().unwrap_or_default());
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
fn patient(arguments: &DoctorArgs, lang: Option<&str>, variables: Variables) -> Result<Patient, Vec<Problem>> {
    let meant = meant(arguments.data_dir.as_deref(), &arguments.serve, &variables);
    match meant.map_err(|failure| failure.problems)? {
        Meant::Deployment => deployment(arguments, lang, variables),
        Meant::Development(folder) => development(&folder, &arguments.serve, lang, variables),
    }
}

fn deployment(arguments: &DoctorArgs, lang: Option<&str>, variables: Variables) -> Result<Patient, Vec<Problem>> {
    let config = ServeConfig::load(&arguments.serve, lang, variables).map_err(|failure| failure.problems)?;
    let mut findings = vec![Finding::ok("configuration", "every setting is right")];
    if config.credentials.is_empty() {
        findings.push(Finding::warn(
            "principals",
            "nobody may call: there are no principals",
            "`wishwell key new` prints a key and its table",
        ));
    } else if config.demo_principals {
        findings.push(Finding::warn(
            "principals",
            "the demo keys are accepted, and they are public",
            "leave demo_principals out",
        ));
    } else {
        let tenants: Vec<String> = config.credentials.tenants().iter().map(ToString::to_string).collect();
        findings.push(Finding::ok("principals", format!("keys for {}", tenants.join(", "))));
    }
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
    lang: Option<&str>,
    variables: Variables,
) -> Result<Patient, Vec<Problem>> {
    let config = DevConfig::load(&flags.of_development(), lang, variables).map_err(|failure| failure.problems)?;
    let common = config.common;
    let what = format!("development mode in {}", folder.display());
    Ok(Patient {
        database: Database::Sqlite(folder.join(STORE_FILE)),
        makes_folder: true,
        master_key: KeySource::File(folder.join(MASTER_KEY_FILE)),
        ports: Ports { listen: common.listen, tls: false, pages: common.http_listen, admin: common.admin_listen },
        redis_url: None,
        otlp_endpoint: common.telemetry.otlp_endpoint,
        relaxed: common.relaxed_durability,
        findings: vec![Finding::ok("configuration", what)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_line_up_with_their_remedies_below() {
        let findings = [
            Finding::ok("configuration", "every setting is right"),
            Finding::warn("disk", "700 MiB free", "make room"),
            Finding::fail("store", "two\nlines", "restore it"),
        ];
        let expected = "\
ok    configuration  every setting is right
warn  disk           700 MiB free
                     -> make room
FAIL  store          two
                     lines
                     -> restore it
";
        assert_eq!(render(&findings), expected);
    }
}
