//! The report: what happened to every row of every input file. Nothing is dropped without a line here.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::error::ImportError;
use crate::note::Note;
use crate::options::REPORT_VALUE_CHARS_MAX;
use crate::reading::Reading;
use crate::rules::Rule;
use crate::upload::{Refusal, Stage, UploadSummary};
use crate::vanished::{PausedHere, Vanished, VanishedCounts};

/// What was done about a value or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The value was changed; the row is imported.
    Repaired,
    /// The value was left out; the row is imported without it.
    ValueSetAside,
    /// The row adds nothing to another row; that row is imported.
    Merged,
    /// The row is not imported.
    SetAside,
}

/// One line of the report: one rule applied to one field of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Input file, relative to the directory; for JSON with `#table` behind it, unless a line of the file is meant.
    pub file: String,
    /// Row: in CSV the header is row 1; in JSON the first object of a table is row 1, and the first line of a file line 1.
    pub row: u64,
    /// The row's key, empty when it has none.
    pub key: String,
    /// Column, empty when the whole row is meant.
    pub field: String,
    /// The value as it stands in the input, cut to the part in question.
    pub value: String,
    /// By which rule.
    pub rule: Rule,
    /// What was done.
    pub action: Action,
    /// What the value became, or the row that this one was merged into.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub to: String,
}

/// How the rows of one input file add up: `read = clean + repaired + merged + set_aside + refused`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileCounts {
    /// Input file.
    pub file: String,
    /// Rows read, without the header.
    pub read: u64,
    /// Imported as they are.
    pub clean: u64,
    /// Imported with at least one value repaired or left out.
    pub repaired: u64,
    /// Add nothing to another row.
    pub merged: u64,
    /// Not imported.
    pub set_aside: u64,
    /// Clean or repaired, but the server took nothing of what they were to become; known when everything is sent.
    pub refused: u64,
}

impl FileCounts {
    /// Whether the counts add up.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.read == self.clean + self.repaired + self.merged + self.set_aside + self.refused
    }
}

/// A column with values that Wishwell has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotCarried {
    /// Input file.
    pub file: String,
    /// Column.
    pub column: String,
    /// Rows with a value in it.
    pub values: u64,
}

/// An entry that the server did not take, with the rows that are not there because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// What it was to be.
    pub stage: Stage,
    /// Its key, or its code.
    pub key: String,
    /// What the server said.
    pub message: String,
    /// The rows of which nothing else became anything that the server took.
    pub rows: Vec<RefusedRow>,
}

/// A row that is counted as refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRow {
    /// Input file, as in [`Entry`].
    pub file: String,
    /// Row, as in [`Entry`].
    pub row: u64,
}

/// What an import did with its input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry for each rule applied, by file and row.
    pub entries: Vec<Entry>,
    /// Columns that were not carried over.
    pub not_carried: Vec<NotCarried>,
    /// What concerns the directory as a whole.
    pub notes: Vec<Note>,
    /// What the server did not take; known when everything is sent.
    pub refused: Vec<Refused>,
    /// What was here and is in the directory no more; known when everything is sent.
    pub vanished: Vec<Vanished>,
    /// How that adds up, by what it is; empty when nothing has vanished.
    pub vanished_counts: Vec<(Stage, VanishedCounts)>,
    /// What the directory offers and is paused here; known when everything is sent.
    pub paused: Vec<PausedHere>,
    /// Counts of each file.
    pub counts: Vec<FileCounts>,
    /// The rows that became something, by file and row.
    imported: Vec<Imported>,
}

/// A row that became something, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Imported {
    /// Which of the counts it is in.
    file: usize,
    number: u64,
    changed: bool,
    entries: Vec<(Stage, String)>,
}

impl Report {
    /// Tells what an upload has found out: what the server refused, what has vanished, what is paused. Whether there is anything to tell.
    pub fn tell_of(&mut self, summary: &UploadSummary) -> bool {
        self.refuse(&summary.refusals);
        self.vanished.clone_from(&summary.vanished);
        self.paused.clone_from(&summary.paused);
        if !self.vanished.is_empty() {
            let counts =
                [(Stage::Organizations, summary.organizations_here), (Stage::Resources, summary.resources_here)];
            self.vanished_counts = counts.into();
        }
        !(self.refused.is_empty() && self.vanished.is_empty() && self.paused.is_empty())
    }

    /// Counts rows as refused of which the server took nothing: every entry that they became a part of is among `refusals`.
    pub fn refuse(&mut self, refusals: &[Refusal]) {
        let first = self.refused.len();
        self.refused.extend(refusals.iter().map(|refusal| Refused {
            stage: refusal.stage,
            key: refusal.key.clone(),
            message: refusal.message.clone(),
            rows: Vec::new(),
        }));
        let at: HashMap<(Stage, String), usize> = (first..)
            .zip(&self.refused[first..])
            .map(|(at, refused)| ((refused.stage, refused.key.clone()), at))
            .collect();
        for row in &self.imported {
            let refused: Option<Vec<usize>> = row.entries.iter().map(|entry| at.get(entry).copied()).collect();
            let Some(refused) = refused else { continue };
            let counts = &mut self.counts[row.file];
            *(if row.changed { &mut counts.repaired } else { &mut counts.clean }) -= 1;
            counts.refused += 1;
            for at in refused {
                self.refused[at].rows.push(RefusedRow { file: counts.file.clone(), row: row.number });
            }
        }
        // A row is refused once.
        self.imported.retain(|row| !row.entries.iter().all(|entry| at.contains_key(entry)));
    }

    /// How often each rule was applied.
    #[must_use]
    pub fn by_rule(&self) -> BTreeMap<Rule, u64> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.rule).or_insert(0) += 1;
        }
        counts
    }

    /// All files together.
    #[must_use]
    pub fn total(&self) -> FileCounts {
        let mut total = FileCounts { file: "total".to_owned(), ..FileCounts::default() };
        for counts in &self.counts {
            total.read += counts.read;
            total.clean += counts.clean;
            total.repaired += counts.repaired;
            total.merged += counts.merged;
            total.set_aside += counts.set_aside;
            total.refused += counts.refused;
        }
        total
    }

    /// Writes the report as JSON Lines: entries, columns not carried, notes, what was refused, what has vanished and how that adds up,
    /// what is paused, rules with their text, counts of each file, total.
    ///
    /// # Errors
    /// [`ImportError::Io`] when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), ImportError> {
        let failed = |source| ImportError::Io { action: "write", path: path.to_owned(), source };
        let mut out = BufWriter::new(std::fs::File::create(path).map_err(failed)?);
        self.write_to(&mut out).and_then(|()| out.flush()).map_err(failed)
    }

    fn write_to(&self, out: &mut impl Write) -> std::io::Result<()> {
        for entry in &self.entries {
            line(out, &Line::Entry(entry))?;
        }
        for column in &self.not_carried {
            line(out, &Line::NotCarried(column))?;
        }
        for note in &self.notes {
            line(out, &Line::Note { text: &note.to_string() })?;
        }
        for refused in &self.refused {
            line(out, &Line::Refused(refused))?;
        }
        for vanished in &self.vanished {
            line(out, &Line::Vanished(vanished))?;
        }
        for (stage, counts) in &self.vanished_counts {
            line(out, &Line::VanishedCounts { stage: *stage, counts: *counts })?;
        }
        for paused in &self.paused {
            line(out, &Line::Paused(paused))?;
        }
        for (rule, times) in self.by_rule() {
            line(out, &Line::Rule { rule, text: rule.text(), times })?;
        }
        for counts in &self.counts {
            line(out, &Line::Counts(counts))?;
        }
        line(out, &Line::Total(&self.total()))
    }
}

/// A table for people: counts of each file.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.total();
        let width = self.counts.iter().map(|c| c.file.chars().count()).max().unwrap_or(0).max(5);
        writeln!(
            f,
            "{:width$}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>8}",
            "file", "read", "clean", "repaired", "merged", "set aside", "refused"
        )?;
        for c in self.counts.iter().chain(std::iter::once(&total)) {
            writeln!(
                f,
                "{:width$}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}  {:>8}",
                c.file, c.read, c.clean, c.repaired, c.merged, c.set_aside, c.refused
            )?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Entry(&'a Entry),
    NotCarried(&'a NotCarried),
    Note {
        text: &'a str,
    },
    Refused(&'a Refused),
    Vanished(&'a Vanished),
    VanishedCounts {
        stage: Stage,
        #[serde(flatten)]
        counts: VanishedCounts,
    },
    Paused(&'a PausedHere),
    Rule {
        rule: Rule,
        text: &'static str,
        times: u64,
    },
    Counts(&'a FileCounts),
    Total(&'a FileCounts),
}

/// Types of the lines of a report.
pub(crate) const LINES: [&str; 10] =
    ["entry", "not_carried", "note", "refused", "vanished", "vanished_counts", "paused", "rule", "counts", "total"];

fn line(out: &mut impl Write, line: &Line<'_>) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// Identifies one row of one input table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowId {
    table: usize,
    row: usize,
}

/// Keeps the book while rows are read and cleaned. A row that nobody has spoken for at the end is set aside as unused, so that
/// the counts always add up and no row can get lost.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    tables: Vec<TableLog>,
    entries: Vec<(RowId, Entry)>,
    /// What was entered, by field, value and rule: a row that several resources read is cleaned for each of them, and spoken of once.
    entered: HashSet<(RowId, String, String, Rule)>,
    /// What rows that are taken now become a part of.
    becoming: Option<(Stage, String)>,
    not_carried: Vec<NotCarried>,
    notes: Vec<Note>,
    reading: Arc<Reading>,
}

#[derive(Debug)]
struct TableLog {
    file: String,
    rows: Vec<RowLog>,
}

#[derive(Debug)]
struct RowLog {
    number: u64,
    key: String,
    taken: bool,
    changed: bool,
    merged: bool,
    set_aside: bool,
    /// What it became a part of; empty when that is nothing that is sent by itself.
    entries: Vec<(Stage, String)>,
}

impl Ledger {
    /// A new book that tells how many rows there are and are spoken for.
    pub(crate) fn watched(reading: Arc<Reading>) -> Self {
        Self { reading, ..Self::default() }
    }

    /// Opens an account for an input file.
    pub(crate) fn table(&mut self, file: &str) -> usize {
        self.tables.push(TableLog { file: file.to_owned(), rows: Vec::new() });
        self.tables.len() - 1
    }

    /// Notes that a row was read.
    pub(crate) fn row(&mut self, table: usize, number: u64, key: &str) -> RowId {
        self.reading.row();
        let log = &mut self.tables[table];
        let key = clip(key);
        let (taken, changed, merged, set_aside) = (false, false, false, false);
        log.rows.push(RowLog { number, key, taken, changed, merged, set_aside, entries: Vec::new() });
        RowId { table, row: log.rows.len() - 1 }
    }

    /// Rows that are taken from now on become a part of this entry.
    pub(crate) fn becomes(&mut self, stage: Stage, key: &str) {
        self.becoming = Some((stage, key.to_owned()));
    }

    /// The row is imported.
    pub(crate) fn take(&mut self, id: RowId) {
        let entry = self.becoming.clone();
        self.speak_for(id);
        let log = self.log(id);
        log.taken = true;
        if let Some(entry) = entry
            && log.entries.last() != Some(&entry)
        {
            log.entries.push(entry);
        }
    }

    /// The row is imported, and says something of many entries.
    pub(crate) fn take_for_all(&mut self, id: RowId) {
        self.speak_for(id);
        self.log(id).taken = true;
    }

    /// A value was changed.
    pub(crate) fn repair(&mut self, id: RowId, field: &str, value: &str, rule: Rule, to: &str) {
        self.log(id).changed = true;
        self.enter(id, field, value, rule, Action::Repaired, to);
    }

    /// A value was left out; the row stays.
    pub(crate) fn drop_value(&mut self, id: RowId, field: &str, value: &str, rule: Rule) {
        self.log(id).changed = true;
        self.enter(id, field, value, rule, Action::ValueSetAside, "");
    }

    /// The row adds nothing to another one.
    pub(crate) fn merge(&mut self, id: RowId, rule: Rule, into: RowId) {
        if self.log(id).merged {
            return;
        }
        self.speak_for(id);
        self.log(id).merged = true;
        let number = self.log(into).number;
        self.enter(id, "", "", rule, Action::Merged, &format!("row {number}"));
    }

    /// The row is not imported.
    pub(crate) fn set_aside(&mut self, id: RowId, field: &str, value: &str, rule: Rule) {
        self.speak_for(id);
        self.log(id).set_aside = true;
        self.enter(id, field, value, rule, Action::SetAside, "");
    }

    /// Whether the row is imported so far.
    pub(crate) fn is_taken(&self, id: RowId) -> bool {
        self.tables[id.table].rows[id.row].taken
    }

    /// Whether the row was set aside or merged.
    pub(crate) fn is_out(&self, id: RowId) -> bool {
        let log = &self.tables[id.table].rows[id.row];
        log.set_aside || log.merged
    }

    /// Notes something about the directory as a whole.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Notes a column that nobody asked for.
    pub(crate) fn not_carried(&mut self, file: &str, column: &str, values: u64) {
        self.not_carried.push(NotCarried { file: file.to_owned(), column: column.to_owned(), values });
    }

    /// Closes the book.
    pub(crate) fn finish(mut self) -> Report {
        let unused: Vec<RowId> =
            self.rows().filter(|id| !self.is_out(*id) && !self.tables[id.table].rows[id.row].taken).collect();
        for id in unused {
            let key = self.log(id).key.clone();
            self.set_aside(id, "", &key, Rule::RowUnused);
        }
        let imported = self.imported();
        let counts = self.tables.iter().map(TableLog::counts).collect();
        self.entries.sort_by(|(a, x), (b, y)| (a, &x.field, x.rule).cmp(&(b, &y.field, y.rule)));
        let entries = self.entries.into_iter().map(|(_, entry)| entry).collect();
        let (not_carried, notes) = (self.not_carried, self.notes);
        Report { entries, not_carried, notes, counts, imported, ..Report::default() }
    }

    /// The rows that are clean or repaired and became something that is sent.
    fn imported(&mut self) -> Vec<Imported> {
        let mut imported = Vec::new();
        for (file, table) in self.tables.iter_mut().enumerate() {
            for row in table.rows.iter_mut().filter(|row| !row.set_aside && !row.merged && !row.entries.is_empty()) {
                let entries = std::mem::take(&mut row.entries);
                imported.push(Imported { file, number: row.number, changed: row.changed, entries });
            }
        }
        imported
    }

    /// The first word on a row is one row further.
    fn speak_for(&self, id: RowId) {
        if !self.is_taken(id) && !self.is_out(id) {
            self.reading.spoken_for();
        }
    }

    fn rows(&self) -> impl Iterator<Item = RowId> {
        self.tables.iter().enumerate().flat_map(|(table, log)| (0..log.rows.len()).map(move |row| RowId { table, row }))
    }

    fn log(&mut self, id: RowId) -> &mut RowLog {
        &mut self.tables[id.table].rows[id.row]
    }

    fn enter(&mut self, id: RowId, field: &str, value: &str, rule: Rule, action: Action, to: &str) {
        let value = clip(value);
        if !self.entered.insert((id, field.to_owned(), value.clone(), rule)) {
            return;
        }
        let table = &self.tables[id.table];
        let row = &table.rows[id.row];
        let (file, key) = (table.file.clone(), row.key.clone());
        let entry = Entry { file, row: row.number, key, field: field.to_owned(), value, rule, action, to: clip(to) };
        self.entries.push((id, entry));
    }
}

impl TableLog {
    fn counts(&self) -> FileCounts {
        let mut counts = FileCounts { file: self.file.clone(), ..FileCounts::default() };
        for row in &self.rows {
            counts.read += 1;
            let fate = match row {
                RowLog { set_aside: true, .. } => &mut counts.set_aside,
                RowLog { merged: true, .. } => &mut counts.merged,
                RowLog { changed: true, .. } => &mut counts.repaired,
                _ => &mut counts.clean,
            };
            *fate += 1;
        }
        counts
    }
}

/// Cuts a value to what a report line shows.
pub(crate) fn clip(value: &str) -> String {
    match value.char_indices().nth(REPORT_VALUE_CHARS_MAX) {
        None => value.to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
    }
}
