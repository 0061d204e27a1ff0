//! What can be looked at without a server: keys, store, disk, clock, neighbours.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wishwell_domain::clock::Clock as _;
use wishwell_matching::MasterKey;
use wishwell_store::{Inspection, inspect_postgres, inspect_sqlite};

use super::subject::Subject;
use super::{Finding, KeySource, folder_of, probe, read_key_file};
use crate::config::{Database, without_password};
use crate::exit::Problem;
use crate::lang::Lang;
use crate::run::{SystemClock, must_need_no_key, must_open_keys, open_store_as_it_is, store_failure};

/// Less free space is worth a warning.
const DISK_WARN_BYTES: u64 = 1 << 30;
/// Less free space is a failure: a checkpoint of the write-ahead log may need as much.
const DISK_FAIL_BYTES: u64 = 100 << 20;
/// A clock that differs by more is worth a warning.
const SKEW_WARN_MILLISECONDS: i64 = 1_000;
/// A clock that differs by more decides wrongly what is open and what has expired.
const SKEW_FAIL_MILLISECONDS: i64 = 60_000;

/// The user id of root.
const ROOT: u32 = 0;

/// What became of reading the master key.
pub(super) enum Key {
    Read(MasterKey),
    /// There is no such file.
    Missing(PathBuf),
    Unreadable,
}

/// The master key can be read, and by nobody who need not.
pub(super) fn master_key(source: KeySource, lang: Lang) -> (Key, Finding) {
    let subject = Subject::MasterKey;
    let path = match source {
        KeySource::Environment(key) => {
            let what = lang.pick("from WISHWELL_MASTER_KEY", "来自 WISHWELL_MASTER_KEY");
            return (Key::Read(key), Finding::ok(subject, what));
        }
        KeySource::File(path) => path,
    };
    let shown = path.display().to_string();
    let Ok(metadata) = std::fs::metadata(&path) else {
        let remedy = lang.pick(
            "`wishwell` makes one for development, `wishwell key master > FILE` for a deployment",
            "开发模式下 `wishwell` 会自动生成；部署时请用 `wishwell key master > 文件` 生成",
        );
        let finding = Finding::warn(subject, is_not_there(&shown, lang), remedy);
        return (Key::Missing(path), finding);
    };
    match read_key_file(&path) {
        Err(problem) => (Key::Unreadable, Finding::fail(subject, problem.what, problem.remedy)),
        Ok(key) => (Key::Read(key), who_may_read(&shown, metadata.permissions().mode(), metadata.uid(), lang)),
    }
}

/// Whether more than the owner may read the master key. A file of root's is read by the service through its group, as `deploy/systemd` has
/// it: without that bit it would not start.
fn who_may_read(shown: &str, mode: u32, owner: u32, lang: Lang) -> Finding {
    let subject = Subject::MasterKey;
    let through_group = owner == ROOT && mode & 0o040 != 0;
    let (right, more) = if through_group { ("640", mode & 0o037) } else { ("600", mode & 0o077) };
    if more == 0 {
        let alone = if through_group {
            lang.pick("for its owner and group alone", "仅属主和所属组可读")
        } else {
            lang.pick("for its owner alone", "仅属主可读")
        };
        return Finding::ok(subject, format!("{shown}{}{alone}", lang.pick(", ", "，")));
    }
    let who = if more & 0o007 != 0 {
        lang.pick("is open to others", "对其他用户开放")
    } else {
        lang.pick("is open to its group", "对所属组开放")
    };
    let what = match lang {
        Lang::En => format!("{shown} {who} (mode {:03o})", mode & 0o777),
        Lang::Zh => format!("{shown} {who}（权限 {:03o}）", mode & 0o777),
    };
    let mut remedy = format!("chmod {right} {shown}");
    if owner != ROOT && mode & 0o040 != 0 {
        remedy += &match lang {
            Lang::En => {
                format!("\nor, where the service reads it through its group: chown root {shown} && chmod 640 {shown}")
            }
            Lang::Zh => format!("\n如果服务是通过所属组读取它的：chown root {shown} && chmod 640 {shown}"),
        };
    }
    Finding::warn(subject, what, remedy)
}

fn is_not_there(shown: &str, lang: Lang) -> String {
    format!("{shown} {}", lang.pick("is not there yet", "尚不存在"))
}

/// The master key is the one that the store was written with. Of one that cannot be read that is said already.
pub(super) async fn key_of_store(database: &Database, key: &Key, lang: Lang) -> Vec<Finding> {
    let shown = database.shown();
    let looked = async {
        let store = open_store_as_it_is(database).await?;
        let fits = match key {
            Key::Read(key) => must_open_keys(store.as_ref(), key, &shown, lang).await,
            Key::Missing(path) => must_need_no_key(store.as_ref(), path, &shown, lang).await,
            Key::Unreadable => Ok(()),
        };
        store.close().await;
        fits
    };
    match looked.await {
        Ok(()) if matches!(key, Key::Read(_)) => {
            let opens = "opens what is sealed in the store, if anything is";
            vec![Finding::ok(Subject::MasterKey, lang.pick(opens, "能打开存储中加密的内容（如果有）"))]
        }
        Ok(()) => Vec::new(),
        Err(failure) => {
            let told = |problem: &Problem| {
                let what = format!("{}\n{}", failure.summary, problem.what);
                Finding::fail(Subject::MasterKey, what, problem.remedy.clone())
            };
            failure.problems.iter().map(told).collect()
        }
    }
}

/// The store is whole, of a version this program knows, and durable.
pub(super) async fn store(database: &Database, relaxed: bool, makes_folder: bool, lang: Lang) -> Vec<Finding> {
    let shown = database.shown();
    let subject = Subject::Store;
    let inspected = match database {
        Database::Sqlite(path) if path.is_dir() => {
            let what = format!("{shown} {}", lang.pick("is a folder", "是一个目录"));
            let remedy = lang.pick("name a file: sqlite:FOLDER/wishwell.db", "请写到文件：sqlite:目录/wishwell.db");
            return vec![Finding::fail(subject, what, remedy)];
        }
        Database::Sqlite(path) if !makes_folder && !folder_of(path).is_dir() => {
            let folder = folder_of(path).display();
            let what = format!("{} {folder}", lang.pick("there is no folder", "没有这个目录："));
            return vec![Finding::fail(subject, what, format!("mkdir -p {folder}"))];
        }
        Database::Sqlite(path) if !path.exists() => {
            let remedy = lang.pick("it is made at the first start", "首次启动时会创建");
            return vec![Finding::warn(subject, is_not_there(&shown, lang), remedy)];
        }
        Database::Sqlite(path) => inspect_sqlite(path).await,
        Database::Postgres(url) => inspect_postgres(url).await,
    };
    let found = match inspected {
        Ok(found) => found,
        Err(error) => {
            let failure = store_failure(&shown, &error, lang);
            let problems = failure.problems.into_iter();
            return problems.map(|problem| Finding::fail(subject, problem.what, problem.remedy)).collect();
        }
    };
    let mut findings = vec![schema(&shown, &found, lang), integrity(database, &found, lang)];
    findings.push(durability(&found, relaxed, lang));
    findings.extend(found.now.map(|now| clock(now, SystemClock.now(), lang)));
    findings
}

fn schema(shown: &str, found: &Inspection, lang: Lang) -> Finding {
    let (subject, known) = (Subject::Store, found.schema_known);
    let shown = lang
        .pick(&format!("{shown} ({})", found.backend_version), &format!("{shown}（{}）", found.backend_version))
        .to_owned();
    match found.schema_version {
        None => Finding::warn(
            subject,
            format!("{shown} {}", lang.pick("has no tables yet", "还没有数据表")),
            lang.pick("they are made at the first start", "首次启动时会创建"),
        ),
        Some(version) if version > known => {
            let what = match lang {
                Lang::En => format!("{shown} has tables of version {version}, this program knows {known}"),
                Lang::Zh => format!("{shown} 的数据表是版本 {version}，本程序只认识到 {known}"),
            };
            let remedy = "start the version that wrote it, or a later one";
            Finding::fail(subject, what, lang.pick(remedy, "请启动写入它的版本，或更新的版本"))
        }
        Some(version) if version < known => {
            let what = match lang {
                Lang::En => format!("{shown} has tables of version {version}, this program makes {known}"),
                Lang::Zh => format!("{shown} 的数据表是版本 {version}，本程序的是 {known}"),
            };
            let remedy = "the next start brings them up to date: make a backup before";
            Finding::warn(subject, what, lang.pick(remedy, "下次启动会升级：请先备份"))
        }
        Some(version) => {
            let what = lang
                .pick(&format!("{shown}, tables of version {version}"), &format!("{shown}，数据表版本 {version}"))
                .to_owned();
            Finding::ok(subject, what)
        }
    }
}

fn integrity(database: &Database, found: &Inspection, lang: Lang) -> Finding {
    let subject = Subject::Integrity;
    match database {
        Database::Postgres(_) => {
            let what = "PostgreSQL looks after its own pages (amcheck, checksums)";
            Finding::ok(subject, lang.pick(what, "PostgreSQL 自行检查数据页（amcheck、校验和）"))
        }
        Database::Sqlite(_) if found.defects.is_empty() => {
            let what = "every page and every reference was read";
            Finding::ok(subject, lang.pick(what, "每一页、每一处引用都已读过"))
        }
        Database::Sqlite(_) => {
            let remedy = lang.pick(
                "stop the server, keep the file, and restore a backup beside it (docs/operations.md)",
                "请停止服务器，保留该文件，并在旁边恢复备份（docs/operations.md）",
            );
            Finding::fail(subject, found.defects.join("\n"), remedy)
        }
    }
}

fn durability(found: &Inspection, relaxed: bool, lang: Lang) -> Finding {
    let subject = Subject::Durability;
    if !found.risks.is_empty() {
        let lost = lang.pick("answered writes may be lost: ", "已答复的写入可能丢失：");
        let what = format!("{lost}{}", found.risks.join(lang.pick(", ", "、")));
        let remedy = "switch it on, or accept the loss with relaxed_durability";
        return Finding::fail(subject, what, lang.pick(remedy, "请打开它，或用 relaxed_durability 表明接受丢失"));
    }
    if relaxed {
        let what = "relaxed: the last answered writes are lost when the power goes";
        let what = lang.pick(what, "已放宽：断电会丢失最后几次已答复的写入");
        return Finding::warn(subject, what, lang.pick("leave relaxed_durability out", "请去掉 relaxed_durability"));
    }
    let what = "full: an answered write survives a power cut";
    Finding::ok(subject, lang.pick(what, "完整：已答复的写入断电也不会丢失"))
}

/// Compares two clocks.
pub(super) fn clock(theirs: Timestamp, ours: Timestamp, lang: Lang) -> Finding {
    let subject = Subject::Clock;
    let skew = theirs.as_millisecond().abs_diff(ours.as_millisecond());
    let skew = i64::try_from(skew).unwrap_or(i64::MAX);
    let what = match lang {
        Lang::En => format!("this machine's clock differs from the database's by {skew} ms"),
        Lang::Zh => format!("本机时钟与数据库时钟相差 {skew} 毫秒"),
    };
    let remedy = lang.pick(
        "let both keep time with NTP (`timedatectl set-ntp true`)",
        "请让两者都用 NTP 对时（`timedatectl set-ntp true`）",
    );
    match skew {
        SKEW_FAIL_MILLISECONDS.. => Finding::fail(subject, what, remedy),
        SKEW_WARN_MILLISECONDS.. => Finding::warn(subject, what, remedy),
        _ => Finding::ok(subject, what),
    }
}

/// Each issuer whose tokens sign people in to pages is one whose tokens the service believes.
pub(super) fn sign_in<'i>(
    asked: impl Iterator<Item = &'i str>,
    believes: impl Fn(&str) -> bool,
    lang: Lang,
) -> Vec<Finding> {
    let of_one = |issuer| match (believes(issuer), lang) {
        (true, Lang::En) => Finding::ok(Subject::SignIn, format!("tokens of {issuer} are believed")),
        (true, Lang::Zh) => Finding::ok(Subject::SignIn, format!("接受 {issuer} 的令牌")),
        (false, Lang::En) => Finding::warn(
            Subject::SignIn,
            format!("{issuer} signs nobody in: it is none of the [[token_issuers]]"),
            "name it there, to the letter, or leave its provider out of sign_in_file (docs/operations.md#tokens)",
        ),
        (false, Lang::Zh) => Finding::warn(
            Subject::SignIn,
            format!("用 {issuer} 登录不会成功：它不在 [[token_issuers]] 中"),
            "请把它一字不差地写进去，或从 sign_in_file 中去掉这个身份系统（docs/operations.md#tokens）",
        ),
    };
    asked.map(of_one).collect()
}

/// There is room for more.
pub(super) fn disk(database: &Database, lang: Lang) -> Vec<Finding> {
    let Database::Sqlite(path) = database else { return Vec::new() };
    let folder = folder_of(path);
    let folder = if folder.is_dir() { folder } else { Path::new(".") };
    let Ok(room) = rustix::fs::statvfs(folder) else { return Vec::new() };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let (mebibytes, shown) = (free >> 20, folder.display());
    let what = match lang {
        Lang::En => format!("{mebibytes} MiB free in {shown}"),
        Lang::Zh => format!("{shown} 剩余 {mebibytes} MiB"),
    };
    let remedy = lang.pick("make room: a full disk refuses every write", "请腾出空间：磁盘满时无法写入");
    vec![match free {
        ..DISK_FAIL_BYTES => Finding::fail(Subject::Disk, what, remedy),
        DISK_FAIL_BYTES..DISK_WARN_BYTES => Finding::warn(Subject::Disk, what, remedy),
        _ => Finding::ok(Subject::Disk, what),
    }]
}

/// Redis and the receiver of traces can be reached. Neither is needed to answer rightly, so nothing here fails.
pub(super) async fn neighbours(redis_url: Option<&str>, otlp_endpoint: Option<&str>, lang: Lang) -> Vec<Finding> {
    let mut findings = Vec::new();
    let later = "without it replicas hear of each other's changes later";
    let redis = lang.pick(later, "没有它，各副本会晚一些得知彼此的改动");
    let traces = lang.pick("without it traces are dropped", "没有它，链路追踪数据会被丢弃");
    let neighbours = [(Subject::Redis, redis_url, 6379, redis), (Subject::Traces, otlp_endpoint, 4317, traces)];
    for (subject, url, port, remedy) in neighbours {
        let Some(url) = url else { continue };
        let shown = without_password(url);
        findings.push(match probe::reach(url, port, lang).await {
            Ok(()) => Finding::ok(subject, format!("{shown} {}", lang.pick("takes connections", "可以连接"))),
            Err(error) => Finding::warn(subject, format!("{shown}: {error}"), remedy),
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn clocks_that_differ_are_told_by_how_much() {
        let at = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap();
        for (theirs, state) in
            [(1_000_000, State::Ok), (1_000_999, State::Ok), (998_000, State::Warn), (1_060_000, State::Fail)]
        {
            assert_eq!(clock(at(theirs), at(1_000_000), Lang::En).state, state, "{theirs}");
        }
    }

    #[test]
    fn a_master_key_that_others_can_read_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert_eq!(master_key(KeySource::File(path.clone()), Lang::En).1.state, State::Warn);
        std::fs::write(&path, "12").unwrap();
        assert_eq!(master_key(KeySource::File(path.clone()), Lang::En).1.state, State::Fail);
        std::fs::write(&path, "ab".repeat(32)).unwrap();
        for (mode, state) in [(0o644, State::Warn), (0o600, State::Ok)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(master_key(KeySource::File(path.clone()), Lang::En).1.state, state);
        }
    }

    #[test]
    fn a_master_key_is_for_its_owner_or_for_the_group_of_a_service_when_it_is_roots() {
        let someone = 1000;
        for (mode, owner, state, en, remedy) in [
            (0o100_600, ROOT, State::Ok, "k, for its owner alone", ""),
            (0o100_640, ROOT, State::Ok, "k, for its owner and group alone", ""),
            (0o100_660, ROOT, State::Warn, "k is open to its group (mode 660)", "chmod 640 k"),
            (0o100_644, ROOT, State::Warn, "k is open to others (mode 644)", "chmod 640 k"),
            (0o100_604, ROOT, State::Warn, "k is open to others (mode 604)", "chmod 600 k"),
            (0o100_400, someone, State::Ok, "k, for its owner alone", ""),
            (
                0o100_640,
                someone,
                State::Warn,
                "k is open to its group (mode 640)",
                "chmod 600 k\nor, where the service reads it through its group: chown root k && chmod 640 k",
            ),
            (0o100_606, someone, State::Warn, "k is open to others (mode 606)", "chmod 600 k"),
        ] {
            let found = who_may_read("k", mode, owner, Lang::En);
            assert_eq!((found.state, found.what.as_str(), found.remedy.as_str()), (state, en, remedy), "{mode:o}");
        }
        let told = who_may_read("k", 0o100_640, someone, Lang::Zh).what;
        assert_eq!(told, "k 对所属组开放（权限 640）", "a group is not everybody");
    }

    #[test]
    fn an_issuer_whose_tokens_are_not_believed_signs_nobody_in() {
        let asked = ["https://id.example/realms/a", "https://id.example/realms/a/"];
        let found = |lang| sign_in(asked.into_iter(), |issuer| issuer == asked[0], lang);
        let states: Vec<_> = found(Lang::En).iter().map(|finding| finding.state).collect();
        assert_eq!(states, [State::Ok, State::Warn], "to the letter");
        assert!(found(Lang::En)[1].what.contains(asked[1]) && found(Lang::En)[1].remedy.contains("sign_in_file"));
        assert!(found(Lang::Zh).iter().all(|finding| is_chinese(&finding.what)));
        assert_eq!(sign_in([].into_iter(), |_| false, Lang::En), [], "keys alone open pages");
    }

    #[tokio::test]
    async fn a_store_that_is_not_there_is_not_made_by_looking() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let findings = store(&Database::Sqlite(path.clone()), false, true, Lang::En).await;
        assert_eq!(findings[0].state, State::Warn);
        assert!(!path.exists());
        std::fs::write(&path, "not a database ".repeat(100)).unwrap();
        assert_eq!(store(&Database::Sqlite(path), false, true, Lang::En).await[0].state, State::Fail);
    }

    /// What a finding says where Chinese is read: what comes from elsewhere, names of files and the like, is in it as it is.
    fn is_chinese(text: &str) -> bool {
        text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
    }

    #[tokio::test]
    async fn every_finding_is_chinese_where_chinese_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (there, path) = (folder.path().to_owned(), folder.path().join("wishwell.db"));
        let key = folder.path().join("master.key");
        let sqlite = |path: &Path| Database::Sqlite(path.to_owned());
        let mut findings = vec![master_key(KeySource::File(key.clone()), Lang::Zh).1];
        std::fs::write(&key, "ab".repeat(32)).unwrap();
        for mode in [0o644, 0o600] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            findings.push(master_key(KeySource::File(key.clone()), Lang::Zh).1);
        }
        for database in [sqlite(&there), sqlite(&there.join("missing/wishwell.db")), sqlite(&path)] {
            findings.extend(store(&database, false, false, Lang::Zh).await);
        }
        std::fs::write(&path, "not a database ".repeat(100)).unwrap();
        findings.extend(store(&sqlite(&path), false, true, Lang::Zh).await);
        std::fs::remove_file(&path).unwrap();
        wishwell_store::SqliteStore::open(&path, wishwell_store::Durability::Full).await.unwrap().close().await;
        findings.extend(store(&sqlite(&path), true, true, Lang::Zh).await);
        findings.extend(key_of_store(&sqlite(&path), &master_key(KeySource::File(key), Lang::Zh).0, Lang::Zh).await);
        findings.extend(disk(&sqlite(&path), Lang::Zh));
        let now = Timestamp::from_millisecond(1_000_000).unwrap();
        findings.push(clock(now, Timestamp::UNIX_EPOCH, Lang::Zh));
        let nobody = format!(
            "redis://127.0.0.1:{}",
            std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
        );
        findings.extend(neighbours(Some(&nobody), None, Lang::Zh).await);
        assert!(findings.len() > 12, "{findings:?}");
        for finding in &findings {
            let says_a_path_alone = finding.subject == Subject::Redis;
            assert!(is_chinese(&finding.what) || says_a_path_alone, "{finding:?}");
            let command = ["mkdir ", "chmod "].iter().any(|command| finding.remedy.starts_with(command));
            assert!(finding.remedy.is_empty() || command || is_chinese(&finding.remedy), "{finding:?}");
        }
    }
}
