//! `wishwell replay`: does the decision of a referral come out again?

use wishwell_domain::ids::ReferralId;
use wishwell_domain::referral::Decision;
use wishwell_engine::ScoreTerm;
use wishwell_matching::replay::{Replay, replay};

use super::{master_key, open, refused};
use crate::cli::ReplayArgs;
use crate::config::Variables;
use crate::exit::{Exit, Failure, say};

/// Makes a decision again, from the log, and compares.
pub(crate) async fn run(arguments: &ReplayArgs, variables: Variables) -> Result<String, Failure> {
    let key = master_key(&arguments.store, variables.clone())?;
    let audited = open(&arguments.store, variables).await?;
    let name = &arguments.referral;
    let name = if name.contains('/') { name.clone() } else { format!("referrals/{name}") };
    let id = ReferralId::parse_name("REFERRAL", &name)
        .map_err(|violation| Failure::one(Exit::Usage, "the referral is not clear", violation.to_string(), ""))?;
    for tenant in audited.store.tenants().await.map_err(|error| refused(&audited, &error))? {
        let known = audited.store.referral(&tenant, id).await.map_err(|error| refused(&audited, &error))?;
        if known.is_none() {
            continue;
        }
        let replayed = replay(audited.store.as_ref(), &key, &tenant, id).await;
        let replayed = replayed.map_err(|error| {
            Failure::one(Exit::Storage, format!("{name} cannot be decided again"), error.to_string(), "")
        })?;
        audited.store.close().await;
        return match replayed {
            None => Ok(format!("{name} was not decided by the engine: somebody pledged it\n")),
            Some(replay) if replay.is_identical() => Ok(format!("{}identical\n", told(&replay.recorded))),
            Some(replay) => {
                say(&difference(&replay));
                Err(Failure::one(Exit::Failed, "the decision does not come out again", why(&replay), ""))
            }
        };
    }
    Err(Failure::one(Exit::Failed, format!("{name} cannot be decided again"), "there is no such referral", ""))
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
        "facts it was decided upon are gone: their beneficiary was erased".to_owned()
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
