//! `wishwell replay`: does the decision of a referral or of a round come out again?

use std::fmt::Display;
use std::num::NonZero;

use wishwell_domain::Error;
use wishwell_domain::ids::{ReferralId, RoundId, TenantId};
use wishwell_domain::referral::Decision;
use wishwell_engine::ScoreTerm;
use wishwell_matching::MasterKey;
use wishwell_matching::replay::{Replay, RoundReplay, replay, replay_round};

use super::{Audited, master_key, open, refused};
use crate::cli::ReplayArgs;
use crate::config::{Variables, language};
use crate::exit::{Exit, Failure, say};
use crate::lang::Lang;
use crate::progress::Progress;

/// Most items of a round that are named because they come out otherwise.
const DIFFERENT_TOLD_MAX: usize = 20;

/// Makes a decision again, from the log, and compares.
pub(crate) async fn run(arguments: &ReplayArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let key = master_key(&arguments.store, variables.clone())?;
    let audited = open(&arguments.store, variables, lang).await?;
    let name = arguments.name.as_str();
    let unclear = |what: String| {
        let summary = lang.pick("what is to be decided again is not clear", "不清楚要重新决策什么");
        Failure::one(Exit::Usage, summary, what, "").told_in(lang)
    };
    // The log is read again, and a round is planned again.
    let what = lang.pick("replaying", "重演");
    let compared = if name.starts_with("rounds/") {
        let id = RoundId::parse_name("NAME", name).map_err(|violation| unclear(violation.to_string()))?;
        Progress::beside(what, round(&audited, &key, id)).await
    } else {
        let name = if name.contains('/') { name.to_owned() } else { format!("referrals/{name}") };
        let id = ReferralId::parse_name("NAME", &name).map_err(|violation| unclear(violation.to_string()))?;
        Progress::beside(what, referral(&audited, &key, id)).await
    };
    audited.store.close().await;
    compared
}

async fn referral(audited: &Audited, key: &MasterKey, id: ReferralId) -> Result<String, Failure> {
    let (store, lang) = (audited.store.as_ref(), audited.lang);
    for tenant in tenants(audited).await? {
        if store.referral(&tenant, id).await.map_err(|error| refused(audited, &error))?.is_none() {
            continue;
        }
        return match replay(store, key, &tenant, id).await.map_err(|error| impossible(&id.name(), &error, lang))? {
            None => {
                let pledged =
                    lang.pick("was not decided by the engine: somebody pledged it", "不是引擎决定的：有人认捐");
                Ok(format!("{} {pledged}\n", id.name()))
            }
            Some(replay) if replay.is_identical() => {
                Ok(format!("{}{}\n", told(&replay.recorded, lang), lang.pick("identical", "完全一致")))
            }
            Some(replay) if replay.is_identical_but_for_engine() => {
                let (decision, engine) = (told(&replay.recorded, lang), &replay.replayed.engine_version);
                Ok(format!("{decision}{} {engine}\n", lang.pick("identical, by engine", "完全一致，所用引擎")))
            }
            Some(replay) => {
                say(&difference(&replay, lang));
                let summary = lang.pick("the decision does not come out again", "重新决策的结果不同");
                Err(Failure::one(Exit::Failed, summary, why(&replay, lang), "").told_in(lang))
            }
        };
    }
    let what = lang.pick("there is no such referral", "没有这个转介");
    Err(Failure::one(Exit::Failed, not_again(&id.name(), lang), what, "").told_in(lang))
}

async fn round(audited: &Audited, key: &MasterKey, id: RoundId) -> Result<String, Failure> {
    let (store, lang) = (audited.store.as_ref(), audited.lang);
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    for tenant in tenants(audited).await? {
        if store.round(&tenant, id).await.map_err(|error| refused(audited, &error))?.is_none() {
            continue;
        }
        let replayed = replay_round(store, key, &tenant, id, threads).await;
        return match replayed.map_err(|error| impossible(&id.name(), &error, lang))? {
            None => Ok(format!("{} {}\n", id.name(), lang.pick("has not been planned", "尚未统筹"))),
            Some(replay) if replay.is_identical() => Ok(match lang {
                Lang::En => format!("{} items, digest {}: identical\n", replay.items, replay.recorded),
                Lang::Zh => format!("需求项 {} 个，摘要 {}：完全一致\n", replay.items, replay.recorded),
            }),
            Some(replay) => {
                say(&difference_of_round(&replay, lang));
                let summary = lang.pick("the plan does not come out again", "重新统筹的方案不同");
                Err(Failure::one(Exit::Failed, summary, why_of_round(&replay, lang), "").told_in(lang))
            }
        };
    }
    let what = lang.pick("there is no such round", "没有这个轮次");
    Err(Failure::one(Exit::Failed, not_again(&id.name(), lang), what, "").told_in(lang))
}

async fn tenants(audited: &Audited) -> Result<Vec<TenantId>, Failure> {
    audited.store.tenants().await.map_err(|error| refused(audited, &error))
}

fn impossible(name: &str, error: &Error, lang: Lang) -> Failure {
    let what = lang.pick(&error.to_string(), &format!("日志无法读回：{error}")).to_owned();
    Failure::one(Exit::Storage, not_again(name, lang), what, "").told_in(lang)
}

fn not_again(name: &str, lang: Lang) -> String {
    format!("{name} {}", lang.pick("cannot be decided again", "无法重新决策"))
}

fn why_of_round(replay: &RoundReplay, lang: Lang) -> String {
    let (decided, decides) = replay.engines;
    if replay.erased {
        let erased = "facts it was planned upon are gone: somebody, or a need, was erased";
        lang.pick(erased, "统筹所依据的事实已不在：有人或某个需求已被抹除").to_owned()
    } else if decided != decides {
        other_engine(&decided, &decides, lang)
    } else {
        for_no_reason(lang).to_owned()
    }
}

/// Both digests, and the items that come out otherwise, as far as they are kept.
fn difference_of_round(replay: &RoundReplay, lang: Lang) -> String {
    let (recorded, again) = (lang.pick("recorded", "原记录"), lang.pick("replayed", "新结果"));
    let mut page = format!("{recorded}  {}\n{again}  {}\n", replay.recorded, replay.replayed);
    for (need, item) in replay.different.iter().take(DIFFERENT_TOLD_MAX) {
        page += &match lang {
            Lang::En => format!("  {}, item {item}: comes out otherwise\n", need.name()),
            Lang::Zh => format!("  {}，第 {item} 项：结果不同\n", need.name()),
        };
    }
    let (more, items) = (replay.different.len().saturating_sub(DIFFERENT_TOLD_MAX), replay.items);
    match lang {
        _ if more == 0 => {}
        Lang::En => page += &format!("  and {more} more of {items}\n"),
        Lang::Zh => page += &format!("  共 {items} 项，另有 {more} 项结果不同\n"),
    }
    page
}

fn other_engine(decided: &impl Display, decides: &impl Display, lang: Lang) -> String {
    match lang {
        Lang::En => format!("engine {decided} decided it, and this program has {decides}, which may decide otherwise"),
        Lang::Zh => format!("当时由引擎 {decided} 决定，本程序的引擎为 {decides}，结果可能不同"),
    }
}

fn for_no_reason(lang: Lang) -> &'static str {
    let strange = "the log, the time and the rules are the same, and yet it comes out differently";
    lang.pick(strange, "日志、时间和规则都相同，结果却不同")
}

fn told(decision: &Decision, lang: Lang) -> String {
    let (position, at, engine) = (decision.position.0, decision.evaluated_at, &decision.engine_version);
    let prices = decision.prices.map(|round| round.name());
    match lang {
        Lang::En => {
            let rank = decision.rank.map(|rank| format!("rank {rank}, ")).unwrap_or_default();
            let score = match decision.score {
                Some(score) => format!("score {score}"),
                None if decision.erased => "score and terms were taken out by an erasure".to_owned(),
                None => "no candidate".to_owned(),
            };
            let prices = prices.map(|round| format!(", prices of {round}")).unwrap_or_default();
            format!("at log position {position}, {at}, engine {engine}{prices}: {rank}{score}\n")
        }
        Lang::Zh => {
            let rank = decision.rank.map(|rank| format!("第 {rank} 位，")).unwrap_or_default();
            let score = match decision.score {
                Some(score) => format!("得分 {score}"),
                None if decision.erased => "得分和各项依据已因抹除而去除".to_owned(),
                None => "没有候选".to_owned(),
            };
            let prices = prices.map(|round| format!("，稀缺价格取自 {round}")).unwrap_or_default();
            format!("日志位置 {position}，{at}，引擎 {engine}{prices}：{rank}{score}\n")
        }
    }
}

fn why(replay: &Replay, lang: Lang) -> String {
    let (decided, decides) = (&replay.recorded.engine_version, &replay.replayed.engine_version);
    if replay.recorded.erased {
        let erased = "score and terms were taken out of it, and what it was decided upon is gone: the need or its beneficiary was erased";
        lang.pick(erased, "得分和各项依据已去除，决策所依据的事实也已不在：需求或救助对象已被抹除").to_owned()
    } else if replay.erased {
        let erased = "facts it was decided upon are gone: the need or its beneficiary was erased";
        lang.pick(erased, "决策所依据的事实已不在：需求或救助对象已被抹除").to_owned()
    } else if let Some(round) = replay.recorded.prices.filter(|_| replay.prices_gone) {
        let gone = "the prices it was decided by are not kept any more: those of";
        format!("{} {}", lang.pick(gone, "决策所用的稀缺价格已不再保存，取自"), round.name())
    } else if decided != decides {
        other_engine(decided, decides, lang)
    } else {
        for_no_reason(lang).to_owned()
    }
}

fn difference(replay: &Replay, lang: Lang) -> String {
    let (recorded, again) = (told(&replay.recorded, lang), told(&replay.replayed, lang));
    let mut page =
        format!("{}  {recorded}{}  {again}", lang.pick("recorded", "原记录"), lang.pick("replayed", "新结果"));
    for (term, (before, now)) in ScoreTerm::ALL.iter().zip(replay.recorded.terms.iter().zip(&replay.replayed.terms)) {
        if before != now {
            page += &match lang {
                Lang::En => format!("  {term:?}: {before} was recorded, {now} comes out\n"),
                Lang::Zh => format!("  {term:?}：原为 {before}，现为 {now}\n"),
            };
        }
    }
    page
}
