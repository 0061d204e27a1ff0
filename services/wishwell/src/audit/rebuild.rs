//! `wishwell rebuild`: do the tables follow from the log? They are made again from it, in a new store, and compared.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use wishwell_domain::ids::{LogPosition, ReferralId, TenantId};
use wishwell_domain::limits::LOG_PAGE_EVENTS_MAX;
use wishwell_store::{Durability, SqliteStore, Store, StoreError};

use super::verify::word;
use super::{Audited, open, refused};
use crate::cli::AuditArgs;
use crate::config::{Variables, language};
use crate::exit::{Exit, Failure, say};
use crate::lang::Lang;
use crate::progress::Progress;

/// Most differences that are shown.
const DIFFERENCES_SHOWN_MAX: usize = 50;

/// Makes all tables again, in a file that is gone afterwards, and compares.
pub(crate) async fn run(arguments: &AuditArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let audited = open(arguments, variables, lang).await?;
    let scratch = tempfile::tempdir().map_err(|error| {
        let summary = lang.pick("there is no room for a second store", "没有空间存放第二个存储");
        let what = lang.pick(&error.to_string(), &format!("无法新建临时目录：{error}")).to_owned();
        Failure::one(Exit::Storage, summary, what, lang.pick("set TMPDIR", "请设置 TMPDIR")).told_in(lang)
    })?;
    let path = scratch.path().join("rebuilt.db");
    let rebuilt = SqliteStore::open(&path, Durability::Relaxed).await.map_err(|error| refused(&audited, &error))?;
    let mut page = String::new();
    let mut wrong = 0;
    for tenant in audited.store.tenants().await.map_err(|error| refused(&audited, &error))? {
        let (events, differences) =
            compare(&audited, rebuilt.as_ref(), &tenant).await.map_err(|error| refused(&audited, &error))?;
        page += &match (lang, differences.is_empty()) {
            (Lang::En, true) => format!("{tenant}: {events} events make the same tables\n"),
            (Lang::En, false) => format!("{tenant}: {events} events make OTHER tables\n"),
            (Lang::Zh, true) => format!("{tenant}：由 {events} 个事件重建的各表完全一致\n"),
            (Lang::Zh, false) => format!("{tenant}：由 {events} 个事件重建的各表不一致\n"),
        };
        for difference in differences.iter().take(DIFFERENCES_SHOWN_MAX) {
            page += &format!("  {difference}\n");
        }
        wrong += differences.len();
    }
    rebuilt.close().await;
    audited.store.close().await;
    if wrong == 0 {
        return Ok(page);
    }
    say(&page);
    let what = match lang {
        Lang::En => format!("{wrong} entities or movements are not as the log says"),
        Lang::Zh => format!("有 {wrong} 个实体或变动与日志不符"),
    };
    let remedy = lang.pick(
        "stop writing while this runs; if it stays so, keep a copy of the store and report this",
        "比对期间请停止写入；如仍不一致，请保留一份存储并报告此问题",
    );
    let summary = lang.pick("the tables do not follow from the log", "各表与日志不符");
    Err(Failure::one(Exit::Failed, summary, what, remedy).told_in(lang))
}

/// Answers the number of events and the names of what differs.
async fn compare(audited: &Audited, rebuilt: &dyn Store, tenant: &TenantId) -> Result<(i64, Vec<String>), StoreError> {
    let lang = audited.lang;
    let end = audited.store.position(tenant).await?;
    let progress = Progress::new();
    progress.begin(&format!("{} {tenant}", lang.pick("rebuilding", "重建")), u64::try_from(end.0).unwrap_or_default());
    let mut position = LogPosition(0);
    while position < end {
        let events = audited.store.events(tenant, position, LOG_PAGE_EVENTS_MAX).await?;
        if events.is_empty() {
            break;
        }
        position = rebuilt.restore(tenant, &events).await?;
        progress.at(u64::try_from(position.0).unwrap_or_default());
    }
    progress.begin(&format!("{} {tenant}", lang.pick("comparing", "比对")), 0);
    let (stored, made) = (audited.store.everything(tenant).await?, rebuilt.everything(tenant).await?);
    let mut differences = differing(&stored, &made, String::clone, lang);
    let (stored, made) = (audited.store.movements(tenant).await?, rebuilt.movements(tenant).await?);
    let of_referral = |id: &ReferralId| match lang {
        Lang::En => format!("what {} moved", id.name()),
        Lang::Zh => format!("{} 的变动", id.name()),
    };
    differences.extend(differing(&stored, &made, of_referral, lang));
    // The sums of what was made again are those of the ledger that was logged.
    for discrepancy in rebuilt.verify(tenant).await?.discrepancies {
        let (name, figure) = (&discrepancy.name, word(discrepancy.figure, lang));
        differences.push(match lang {
            Lang::En => format!("{name}: {figure} does not add up"),
            Lang::Zh => format!("{name}：{figure}不符"),
        });
    }
    progress.end();
    Ok((position.0, differences))
}

/// What is not the same in the tables and in those that were made again, by name.
fn differing<K: Ord + Hash, V: PartialEq>(
    stored: &HashMap<K, V>,
    made: &HashMap<K, V>,
    name: impl Fn(&K) -> String,
    lang: Lang,
) -> Vec<String> {
    let keys: BTreeSet<&K> = stored.keys().chain(made.keys()).collect();
    let differing = keys.into_iter().filter_map(|key| match (stored.get(key), made.get(key)) {
        (Some(stored), Some(made)) if stored == made => None,
        (Some(_), Some(_)) => Some(format!("{} {}", name(key), lang.pick("differs", "不一致"))),
        (Some(_), None) => Some(format!("{} {}", name(key), lang.pick("is in the tables only", "只在表中"))),
        (None, _) => Some(format!("{} {}", name(key), lang.pick("is in the log only", "只在日志中"))),
    });
    differing.collect()
}
