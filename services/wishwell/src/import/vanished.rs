//! What a directory no longer has, and what is paused though it offers it, in the words of whoever imported it.

use wishwell_import::{Absence, PausedHere, Stage, Standing, UploadSummary, Vanished};

use super::named;
use crate::lang::Lang;
use crate::table::{Align, Table, printable, terminal_width};

/// Entries that are named of each kind; all of them are in the report.
const NAMED_MAX: usize = 20;

/// Counts and names; nothing when there is nothing to tell.
pub(super) fn told(summary: &UploadSummary, lang: Lang) -> String {
    let mut page = String::new();
    if !summary.vanished.is_empty() {
        page += &format!("\n{}", counts(summary, lang));
        let with = |standing| summary.vanished.iter().filter(move |one| one.standing == standing);
        let on_offer = lang.pick("no longer in the directory, still on offer:", "目录中已没有、但仍在提供：");
        page += &list(on_offer, with(Standing::OnOffer).map(|one| vanished(one, lang)), lang);
        let paused = lang.pick("no longer in the directory, paused now:", "目录中已没有、现已暂停：");
        page += &list(paused, with(Standing::PausedNow).map(|one| vanished(one, lang)), lang);
    }
    let paused = lang.pick(
        "on offer in the directory, paused here by an earlier edition or by somebody:",
        "目录中在提供、但在本平台已暂停（由先前的目录或由人）：",
    );
    page + &list(paused, summary.paused.iter().map(|one| shown(one, lang)), lang)
}

fn counts(summary: &UploadSummary, lang: Lang) -> String {
    let mut table = Table::new([
        (lang.pick("here before", "原有"), Align::Left),
        (lang.pick("all", "合计"), Align::Right),
        (lang.pick("in the directory", "目录中有"), Align::Right),
        (lang.pick("no longer", "已没有"), Align::Right),
        (lang.pick("on offer", "仍在提供"), Align::Right),
        (lang.pick("not offered", "未提供"), Align::Right),
        (lang.pick("paused now", "现已暂停"), Align::Right),
    ]);
    for (stage, here) in
        [(Stage::Organizations, summary.organizations_here), (Stage::Resources, summary.resources_here)]
    {
        let numbers = [here.here, here.in_directory, here.vanished, here.on_offer, here.off, here.paused_now];
        let [all, in_directory, gone, on_offer, off, paused] = numbers.map(|number| number.to_string());
        table.row([named(stage, lang).to_owned(), all, in_directory, gone, on_offer, off, paused]);
    }
    table.render(terminal_width())
}

fn list(what: &str, lines: impl Iterator<Item = String>, lang: Lang) -> String {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut page = format!("\n{what}\n");
    for line in lines.iter().take(NAMED_MAX) {
        page += &format!("  {}\n", printable(line));
    }
    match (lines.len().saturating_sub(NAMED_MAX), lang) {
        (0, _) => {}
        (more, Lang::En) => page += &format!("  and {more} more, in the report\n"),
        (more, Lang::Zh) => page += &format!("  另有 {more} 项，见报告\n"),
    }
    page
}

fn vanished(one: &Vanished, lang: Lang) -> String {
    let absence = match one.absence {
        Absence::Missing => lang.pick("missing", "目录未提及"),
        Absence::NotImported => lang.pick("its rows gave no resource", "目录有该行，但未成为资源"),
        Absence::Ended => lang.pick("said to have ended", "目录注明已停止"),
    };
    format!("{} {} · {} · {} · {absence}", named(one.stage, lang), one.key, one.title, one.name)
}

fn shown(one: &PausedHere, lang: Lang) -> String {
    format!("{} {} · {} · {}", named(Stage::Resources, lang), one.key, one.title, one.name)
}
