//! Opening the store that the configuration names, with the master key that is its own, and its refusals in words that help.

use std::path::Path;
use std::sync::Arc;

use wishwell_domain::ids::TenantId;
use wishwell_matching::MasterKey;
use wishwell_store::{Durability, PostgresOptions, PostgresStore, Schema, SqliteStore, Store, StoreError};

use crate::config::{Database, folder_of};
use crate::exit::{Exit, Failure};
use crate::lang::Lang;

/// Keys of a tenant that a master key is tried on: one of them alone might be damaged.
const KEYS_TRIED: usize = 8;

/// Opens the store that is served.
pub(crate) async fn open(database: &Database, relaxed: bool) -> Result<Arc<dyn Store>, Failure> {
    open_with(database, relaxed, Schema::BroughtUpToDate).await
}

/// Opens a store that is looked into, perhaps while another version serves it: it stays as it is.
pub(crate) async fn open_as_it_is(database: &Database) -> Result<Arc<dyn Store>, Failure> {
    open_with(database, false, Schema::AsItIs).await
}

async fn open_with(database: &Database, relaxed: bool, schema: Schema) -> Result<Arc<dyn Store>, Failure> {
    let durability = if relaxed { Durability::Relaxed } else { Durability::Full };
    let opened = match database {
        Database::Sqlite(path) => {
            check_folder(path)?;
            match schema {
                Schema::BroughtUpToDate => SqliteStore::open(path, durability).await,
                Schema::AsItIs => SqliteStore::open_as_it_is(path, durability).await,
            }
        }
        Database::Postgres(url) => {
            PostgresStore::connect(url, PostgresOptions { durability, schema, ..PostgresOptions::default() }).await
        }
    };
    opened.map_err(|error| failure(&database.shown(), &error, Lang::En))
}

fn check_folder(path: &Path) -> Result<(), Failure> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    Err(Failure::one(
        Exit::Storage,
        format!("the store sqlite:{} cannot be opened", path.display()),
        format!("there is no folder {}", folder.display()),
        format!("mkdir -p {}", folder.display()),
    ))
}

/// Refuses a master key that opens none of the keys that were tried, of any tenant: it would lock everybody out, and seal what is new so that
/// nobody else can read it. Of a tenant alone whose keys do not open, the log is told.
pub(crate) async fn must_open_keys(
    store: &dyn Store,
    master_key: &MasterKey,
    shown: &str,
    lang: Lang,
) -> Result<(), Failure> {
    let unusable = |error| failure(shown, &error, lang);
    let (mut fits, mut locked) = (false, Vec::new());
    for tenant in store.tenants().await.map_err(unusable)? {
        let keys = master_key.tenant(&tenant);
        let wrapped = store.some_keys(&tenant, KEYS_TRIED).await.map_err(unusable)?;
        if wrapped.iter().any(|(subject, key)| keys.unwrap_key(subject, key).is_ok()) {
            fits = true;
        } else if !wrapped.is_empty() {
            locked.push((tenant, wrapped.len()));
        }
    }
    let told = |lang: Lang| {
        let of_tenant = |(tenant, keys): &(TenantId, usize)| match lang {
            Lang::En => format!("none of {keys} keys of tenant {tenant} opens with it"),
            Lang::Zh => format!("租户 {tenant} 的 {keys} 个密钥都不能用它打开"),
        };
        locked.iter().map(of_tenant).collect::<Vec<_>>()
    };
    if fits || locked.is_empty() {
        told(Lang::En)
            .iter()
            .for_each(|what| tracing::error!(what, "the master key does not belong to a tenant's data"));
        return Ok(());
    }
    Err(Failure::one(
        Exit::Configuration,
        lang.pick(
            &format!("the master key does not belong to the store {shown}"),
            &format!("主密钥不是存储 {shown} 的主密钥"),
        ),
        told(lang).join(lang.pick("; ", "；")),
        lang.pick(
            "start with the master key that the store was written with, or look whether the store is the right one",
            "请用写入该存储时的主密钥启动，或检查存储是否选对",
        ),
    )
    .told_in(lang))
}

/// Refuses to go on without a master key where something is sealed: a new one would open none of it.
pub(crate) async fn must_need_no_key(
    store: &dyn Store,
    key_file: &Path,
    shown: &str,
    lang: Lang,
) -> Result<(), Failure> {
    let unusable = |error| failure(shown, &error, lang);
    for tenant in store.tenants().await.map_err(unusable)? {
        if !store.some_keys(&tenant, 1).await.map_err(unusable)?.is_empty() {
            let file = key_file.display();
            return Err(Failure::one(
                Exit::Configuration,
                lang.pick(
                    &format!("the master key of the store {shown} is missing"),
                    &format!("缺少存储 {shown} 的主密钥"),
                ),
                lang.pick(
                    &format!("{file} is not there, and what is sealed in the store opens with that key alone"),
                    &format!("没有 {file}，而存储中加密的内容只有这把密钥能打开"),
                ),
                lang.pick("put it back from its backup: a new one opens nothing", "请从备份放回：新密钥什么也打不开"),
            )
            .told_in(lang));
        }
    }
    Ok(())
}

/// What a store's refusal means to whoever starts the process, or looks at it.
pub(crate) fn failure(shown: &str, error: &StoreError, lang: Lang) -> Failure {
    let (exit, remedy) = match error {
        StoreError::Corrupt(_) => (
            Exit::Storage,
            lang.pick(
                "keep the file as it is and restore a backup beside it; docs/operations.md says how. `wishwell doctor` looks at it",
                "请保留该文件不动，并在旁边恢复备份；做法见 docs/operations.md。可用 `wishwell doctor` 检查",
            ),
        ),
        StoreError::AnotherProgram { .. } => (
            Exit::Storage,
            lang.pick(
                "name another file: --data-dir FOLDER for development, database_url = \"sqlite:FOLDER/wishwell.db\" for a deployment",
                "请另选文件：开发模式用 --data-dir 目录，部署用 database_url = \"sqlite:目录/wishwell.db\"",
            ),
        ),
        StoreError::NewerSchema { .. } => (
            Exit::Storage,
            lang.pick("start the version that wrote it, or a later one", "请启动写入它的版本，或更新的版本"),
        ),
        StoreError::OlderSchema { .. } => (
            Exit::Storage,
            lang.pick(
                "use the version that serves it, or start this one, which brings it up to date (back it up before)",
                "请用提供服务的那个版本；或启动本版本，它会升级存储（请先备份）",
            ),
        ),
        StoreError::CannotWrite(_) => (
            Exit::Storage,
            lang.pick(
                "look at free space (`df -h`), and at who owns the file and its folder",
                "请查看剩余空间（`df -h`），以及文件和目录归谁所有",
            ),
        ),
        StoreError::Unavailable(_) => (
            Exit::Unavailable,
            lang.pick(
                "look whether the database runs and lets this user in, or whether another process holds the file",
                "请查看数据库是否在运行、是否允许该用户连接，或是否有其他进程占用该文件",
            ),
        ),
        _ => (Exit::Defect, lang.pick("please report this", "请报告此问题")),
    };
    let summary = lang.pick(&format!("the store {shown} cannot be used"), &format!("存储 {shown} 无法使用")).to_owned();
    let what = lang.pick(&error.to_string(), &format!("存储无法使用：{error}")).to_owned();
    Failure::one(exit, summary, what, remedy).told_in(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_folder_is_named_with_the_command_that_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("wishwell.db");
        let failure = open(&Database::Sqlite(path), false).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Storage);
        assert!(failure.problems[0].remedy.starts_with("mkdir -p "), "{failure}");
    }

    #[test]
    fn another_programs_file_is_answered_with_how_to_name_ones_own() {
        let error = StoreError::AnotherProgram { path: "theirs.db".to_owned(), has: "notes".to_owned() };
        let failure = failure("sqlite:theirs.db", &error, Lang::En);
        assert_eq!(failure.exit, Exit::Storage);
        assert!(failure.problems[0].what.contains("another program") && failure.problems[0].what.contains("notes"));
        assert!(failure.problems[0].remedy.contains("database_url"), "{failure}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_store_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wishwell.db");
        let contents = "not a database ".repeat(100);
        std::fs::write(&path, &contents).unwrap();
        let failure = open(&Database::Sqlite(path.clone()), false).await.unwrap_err();
        assert_eq!(failure.exit, Exit::Storage, "{failure}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), contents);
    }
}
