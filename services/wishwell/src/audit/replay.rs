//! `wishwell replay`: does the decision of a referral or of a round come out again?

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
use crate::progress::Progress;

/// Makes a decision again, from the log, and compares.
pub(crate) async fn run(arguments: &ReplayArgs, lang: Option<&str>, variables: Variables) -> Result<String, Failure> {
    let lang = language(lang, &variables)?;
    let key = master_key(&arguments.store, variables.clone())?;
    let audited = open(&arguments.store, variables).await?;
    let name = arguments.name.as_str();
    let unclear = |what: String| Failure::one(Exit::Usage, "what is to be decided again is not clear", what, "");
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
    let store = audited.store.as_ref();
    for tenant in tenants(audited).await? {
        if store.referral(&tenant, id).await.map_err(|error| refused(audited, &error))?.is_none() {
            continue;
        }
        return match replay(store, key, &tenant, id).await.map_err(|error| impossible(&id.name(), &error))? {
            None => Ok(format!("{} was not decided by the engine: somebody pledged it\n", id.name())),
            Some(replay) if replay.is_identical() => Ok(format!("{}identical\n", told(&replay.recorded))),
            Some(replay) if replay.is_identical_but_for_engine() => {
                let engine = &replay.replayed.engine_version;
                Ok(format!("{}identical, by engine {engine}\n", told(&replay.recorded)))
            }
            Some(replay) => {
                say(&difference(&replay));
                Err(Failure::one(Exit::Failed, "the decision does not come out again", why(&replay), ""))
            }
        };
    }
    Err(Failure::one(Exit::Failed, format!("{} cannot be decided again", id.name()), "there is no such referral", ""))
}

async fn round(audited: &Audited, key: &MasterKey, id: RoundId) -> Result<String, Failure> {
    let store = audited.store.as_ref();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    for tenant in tenants(audited).await? {
        if store.round(&tenant, id).await.map_err(|error| refused(audited, &error))?.is_none() {
            continue;
        }
        let replayed = replay_round(store, key, &tenant, id, threads).await;
        return match replayed.map_err(|error| impossible(&id.name(), &error))? {
            None => Ok(format!("{} has not been planned\n", id.name())),
            Some(replay) if replay.is_identical() => {
                Ok(format!("{} items, digest {}: identical\n", replay.items, replay.recorded))
            }
            Some(replay) => {
                say(&format!("recorded  {}\nreplayed  {}\n", replay.recorded, replay.replayed));
                Err(Failure::one(Exit::Failed, "the plan does not come out again", why_of_round(&replay), ""))
            }
        };
    }
    Err(Failure::one(Exit::Failed, format!("{} cannot be planned again", id.name()), "there is no such round", ""))
}

async fn tenants(audited: &Audited) -> Result<Vec<TenantId>, Failure> {
    audited.store.tenants().await.map_err(|error| refused(audited, &error))
}

fn impossible(name: &str, error: &Error) -> Failure {
    Failure::one(Exit::Storage, format!("{name} cannot be decided again"), error.to_string(), "")
}

fn why_of_round(replay: &RoundReplay) -> String {
    let (decided, decides) = replay.engines;
    if replay.erased {
        "facts it was planned upon are gone: somebody, or a need, was erased".to_owned()
    } else if decided != decides {
        format!("engine {decided} planned it, and this program has {decides}, which may plan otherwise")
    } else {
        "the log, the time and the rules are the same, and yet it comes out differently".to_owned()
    }
}

fn told(decision: &Decision) -> String {
    let rank = decision.rank.map(|rank| format!("rank {rank}, ")).unwrap_or_default();
    let score = decision.score.map_or_else(|| "no candidate".to_owned(), |score| format!("score {score}"));
    let prices = decision.prices.map(|round| format!(", prices of {}", round.name())).unwrap_or_default();
    format!(
        "at log position {}, {}, engine {}{prices}: {rank}{score}\n",
        decision.position.0, decision.evaluated_at, decision.engine_version
    )
}

fn why(replay: &Replay) -> String {
    let (decided, decides) = (&replay.recorded.engine_version, &replay.replayed.engine_version);
    if replay.erased {
        "facts it was decided upon are gone: the need or its beneficiary was erased".to_owned()
    } else if let Some(round) = replay.recorded.prices.filter(|_| replay.prices_gone) {
        format!("the prices it was decided by are not kept any more: those of {}", round.name())
    } else if decided != decides {
        format!("engine {decided} decided it, and this program has {decides}, which may decide otherwise")
    } else {
        "the log, the time and the rules are the same, and yet it comes out differently".to_owned()
    }
}

fn difference(replay: &Replay) -> String {
    let mut page = format!("recorded  {}replayed  {}", told(&replay.recorded), told(&replay.replayed));
    for (term, (before, now)) in ScoreTerm::ALL.iter().zip(replay.recorded.terms.iter().zip(&replay.replayed.terms)) {
        if before != now {
            page += &format!("  {term:?}: {before} was recorded, {now} comes out\n");
        }
    }
    page
}
