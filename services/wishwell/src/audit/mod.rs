//! Commands that look into a store and change nothing: does the ledger add up, does a decision come out again, do the tables follow
//! from the log?

mod rebuild;
mod replay;
mod verify;

use std::sync::Arc;

use wishwell_matching::MasterKey;
use wishwell_store::Store;

use crate::cli::AuditArgs;
use crate::config::{Database, Meant, ServeConfig, Variables, meant, read_key_file};
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::run::{MASTER_KEY_FILE, STORE_FILE, open_store_as_it_is};

pub(crate) use rebuild::run as rebuild;
pub(crate) use replay::run as replay;
pub(crate) use verify::run as verify;

/// The store that is looked into.
struct Audited {
    store: Arc<dyn Store>,
    shown: String,
    /// Whose look it is.
    lang: Lang,
}

/// Opens the store of a deployment's configuration when there is one, otherwise that of development mode.
async fn open(arguments: &AuditArgs, variables: Variables, lang: Lang) -> Result<Audited, Failure> {
    let database = match meant(arguments.data_dir.as_deref(), &arguments.serve, &variables)? {
        Meant::Deployment => ServeConfig::load(&arguments.serve, None, variables)?.database,
        Meant::Development(folder) => Database::Sqlite(folder.join(STORE_FILE)),
    };
    // A look must not make what it does not find.
    if let Database::Sqlite(path) = &database
        && !path.is_file()
    {
        let what = format!("{}{}", lang.pick("there is no file ", "没有文件 "), path.display());
        let remedy = lang.pick(
            "name the folder with --data-dir, or a deployment's store with --config or --database-url",
            "请用 --data-dir 指明目录，或用 --config、--database-url 指明部署的存储",
        );
        let summary = lang.pick("there is no store to look into", "没有可查看的存储");
        return Err(Failure::one(Exit::Storage, summary, what, remedy).told_in(lang));
    }
    Ok(Audited { store: open_store_as_it_is(&database).await?, shown: database.shown(), lang })
}

/// The master key of the same configuration.
fn master_key(arguments: &AuditArgs, variables: Variables) -> Result<MasterKey, Failure> {
    match meant(arguments.data_dir.as_deref(), &arguments.serve, &variables)? {
        Meant::Deployment => ServeConfig::load(&arguments.serve, None, variables).map(|config| config.master_key),
        Meant::Development(folder) => {
            let wrong = |problem| Failure::configuration("the master key cannot be read", vec![problem]);
            read_key_file(&folder.join(MASTER_KEY_FILE)).map_err(wrong)
        }
    }
}

/// What a store's refusal means here.
fn refused(audited: &Audited, error: &wishwell_store::StoreError) -> Failure {
    crate::run::store_failure(&audited.shown, error, audited.lang)
}
