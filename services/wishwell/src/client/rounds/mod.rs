//! `wishwell round`: allocates many open needs at once, follows the round to its end, and prints what it came to.

mod page;
mod summary;
pub(super) mod words;

use std::path::Path;
use std::time::Duration;

use wishwell_api::json::{to_json, to_json_pretty};
use wishwell_api::v1::{
    CancelRoundRequest, CreateRoundRequest, GetRoundRequest, GroupTag, ListRoundsRequest, Round, RoundRules,
    RoundScope, RoundState,
};
use wishwell_domain::text::LocalizedText;
use wishwell_gateway::round_picture::{ToldRound, scope_and_rules, scopes};

use super::words::{time, times};
use super::{Server, categories};
use crate::cli::{GroupArg, RoundArgs, RoundCancelArgs, RoundShowArgs, RoundsArgs};
use crate::config::ClientConfig;
use crate::exit::{Exit, Failure};
use crate::lang::Lang;
use crate::progress::Progress;
use crate::table::{Align, Table, terminal_width};

/// How often a round is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Largest page the server gives.
const PAGE_SIZE: i32 = 500;

/// Asks for a round and follows it to its end.
pub(crate) async fn run(arguments: &RoundArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let mut scope = RoundScope {
        divisions: arguments.divisions.clone(),
        group_tags: arguments.groups.iter().map(|group| GroupTag::from(*group).into()).collect(),
        ..RoundScope::default()
    };
    for category in &arguments.categories {
        scope.categories.push(categories::resolve(&server, category, config.lang).await?.code);
    }
    let rules = RoundRules { scope: Some(scope), ..RoundRules::default() };
    let round = Round { rules: Some(rules), dry_run: !arguments.commit, ..Round::default() };
    let request = CreateRoundRequest { round: Some(round), request_id: uuid::Uuid::new_v4().to_string() };
    let answer = server.matching().create_round(request).await;
    let created = answer
        .map_err(|status| server.refused(("the round cannot be asked for", "无法发起统筹轮次"), &status))?
        .into_inner()
        .round;
    let round = follow(&server, answered(created)?, config.lang).await?;
    print(&server, round, arguments.report.as_deref(), arguments.json, config.lang).await
}

/// Shows a round as it is.
pub(crate) async fn show(arguments: &RoundShowArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let round = get(&server, &super::referrals::full_name("rounds", &arguments.round)).await?;
    print(&server, round, arguments.report.as_deref(), arguments.json, config.lang).await
}

/// Calls a round off.
pub(crate) async fn cancel(arguments: &RoundCancelArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let request = CancelRoundRequest {
        name: super::referrals::full_name("rounds", &arguments.round),
        etag: String::new(),
        request_id: uuid::Uuid::new_v4().to_string(),
    };
    let answer = server.matching().cancel_round(request).await;
    let answer =
        answer.map_err(|status| server.refused(("the round cannot be called off", "无法取消这一轮"), &status))?;
    let round = answered(answer.into_inner().round)?;
    Ok(format!("{} · {}\n", round.name, words::state(round.state(), config.lang)))
}

/// Lists rounds, the newest last.
pub(crate) async fn list(arguments: &RoundsArgs, config: &ClientConfig) -> Result<String, Failure> {
    let server = Server::connect(config).await?;
    let mut rounds: Vec<Round> = Vec::new();
    let mut page_token = String::new();
    let mut older = 0;
    loop {
        let request =
            ListRoundsRequest { filter: None, page_size: PAGE_SIZE, page_token, ..ListRoundsRequest::default() };
        let answer = server.matching().list_rounds(request).await;
        let page = answer
            .map_err(|status| server.refused(("rounds cannot be listed", "无法列出统筹轮次"), &status))?
            .into_inner();
        rounds.extend(page.rounds);
        // The newest are on the last page.
        older += rounds.drain(..rounds.len().saturating_sub(arguments.limit)).count();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let left_out = match (older, config.lang) {
        (0, _) => String::new(),
        (_, Lang::En) => format!("… {older} older not shown: --limit N\n"),
        (_, Lang::Zh) => format!("… 更早的 {older} 轮未列出，可用 --limit N 多列\n"),
    };
    if arguments.json {
        let lines: Result<Vec<String>, _> = rounds.iter().map(to_json).collect();
        let lines = lines.map_err(|error| not_printable(&error))?;
        eprint!("{left_out}");
        return Ok(lines.into_iter().map(|line| line + "\n").collect());
    }
    let scopes = scopes(&server.catalog(), &rounds).await;
    let scopes = scopes.map_err(|status| {
        server.refused(("what the rounds are about cannot be named", "无法列出各轮的范围"), &status)
    })?;
    Ok(table(&rounds, &scopes, config.lang) + &left_out)
}

fn table(rounds: &[Round], scopes: &[Vec<LocalizedText>], lang: Lang) -> String {
    let asked_for = times("asked for", "发起时间", lang);
    let mut table = Table::new([
        (lang.pick("round", "轮次"), Align::Left),
        (&asked_for, Align::Left),
        (lang.pick("by", "操作人"), Align::Left),
        (lang.pick("about", "范围"), Align::Left),
        (lang.pick("state", "状态"), Align::Left),
        (lang.pick("items", "需求项"), Align::Right),
        (lang.pick("planned", "方案可满足"), Align::Right),
        (lang.pick("offers", "已转介"), Align::Right),
        (lang.pick("refused", "未成"), Align::Right),
    ]);
    for (round, scope) in rounds.iter().zip(scopes) {
        let progress = round.progress.unwrap_or_default();
        let all = round.reached.as_ref().and_then(|reached| reached.totals.as_ref()).and_then(|totals| totals.all);
        let served = all.map(|all| (all.served_items + all.partly_served_items).to_string()).unwrap_or_default();
        let dry = if round.dry_run { lang.pick(" (dry run)", "（试算）") } else { "" };
        table.row([
            round.name.clone(),
            time(round.create_time.as_ref()),
            round.requested_by.clone(),
            summary::about(scope, lang.pick("everything", "全部"), lang),
            format!("{}{dry}", words::state(round.state(), lang)),
            progress.items.to_string(),
            served,
            progress.made_offers.to_string(),
            progress.refused_offers.to_string(),
        ]);
    }
    table.render(terminal_width())
}

/// Looks at a round again and again until it has ended.
async fn follow(server: &Server, mut round: Round, lang: Lang) -> Result<Round, Failure> {
    let progress = Progress::new();
    let mut shown = RoundState::Unspecified;
    while round.end_time.is_none() {
        let figures = round.progress.unwrap_or_default();
        let planned = u64::try_from(figures.planned_offers).unwrap_or_default();
        if round.state() != shown {
            shown = round.state();
            let steps = if shown == RoundState::Committing { planned } else { 0 };
            progress.begin(words::state(shown, lang), steps);
        }
        progress.at(u64::try_from(figures.made_offers + figures.refused_offers).unwrap_or_default());
        tokio::time::sleep(LOOK).await;
        round = get(server, &round.name).await?;
    }
    progress.end();
    Ok(round)
}

async fn get(server: &Server, name: &str) -> Result<Round, Failure> {
    let request = GetRoundRequest { name: name.to_owned(), min_position: 0 };
    let answer = server.matching().get_round(request).await;
    answered(
        answer
            .map_err(|status| server.refused(("the round cannot be read", "无法读取这一轮"), &status))?
            .into_inner()
            .round,
    )
}

/// Prints a round, and writes its page where one is asked for. A round that has failed is printed and the exit code says so.
async fn print(
    server: &Server,
    round: Round,
    report: Option<&Path>,
    json: bool,
    lang: Lang,
) -> Result<String, Failure> {
    if round.state() == RoundState::Failed {
        let why = words::failure(round.failure(), lang);
        return Err(Failure::one(Exit::Failed, format!("{} has failed", round.name), why, ""));
    }
    let told = match round.reached {
        None => ToldRound { round, ..ToldRound::default() },
        Some(_) => {
            let told = ToldRound::of(&server.matching(), round).await;
            told.map_err(|status| {
                server.refused(("what the round came to cannot be read", "无法读取这一轮的结果"), &status)
            })?
        }
    };
    if let Some(file) = report {
        page::write(server, &told, file, lang).await?;
    }
    if json {
        return to_json_pretty(&told.round).map(|json| json + "\n").map_err(|error| not_printable(&error));
    }
    let named = told.named_report(&server.catalog(), summary::NAMED_MAX).await;
    let named = named.map_err(|status| {
        server.refused(("what the round speaks of cannot be read", "无法读取这一轮涉及的名称"), &status)
    })?;
    let mut page = summary::render(&told, &named, lang);
    let (scope, rules) = scope_and_rules(&server.catalog(), &told.round)
        .await
        .map_err(|status| server.refused(("the round's rules cannot be named", "无法写出这一轮的规则"), &status))?;
    page += &summary::made_by(&scope, &rules, lang);
    if let Some(file) = report {
        page += &format!("\n{}{}\n", lang.pick("report: ", "报告："), file.display());
    }
    Ok(page)
}

fn answered(round: Option<Round>) -> Result<Round, Failure> {
    round.ok_or_else(|| Failure::one(Exit::Defect, "the server answered without the round", "", ""))
}

fn not_printable(error: &impl std::fmt::Display) -> Failure {
    Failure::one(Exit::Defect, "the answer cannot be printed", error.to_string(), "")
}

impl From<GroupArg> for GroupTag {
    fn from(group: GroupArg) -> Self {
        match group {
            GroupArg::Elderly => Self::Elderly,
            GroupArg::Minor => Self::Minor,
            GroupArg::Disabled => Self::Disabled,
            GroupArg::InDifficulty => Self::InDifficulty,
            GroupArg::Veteran => Self::Veteran,
            GroupArg::SevereIllness => Self::SevereIllness,
        }
    }
}
