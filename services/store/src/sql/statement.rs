//! SQL text with its values. Text comes from the program alone, values travel apart: nothing can be injected.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sqlx::Arguments as _;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::types::Json;
use uuid::Uuid;
use wishwell_domain::ids::{ExternalId, TenantId};

use super::session::{Failure, TEXT_WITHOUT_NUL};
use crate::error::StoreError;

/// Whose SQL is spoken. Everything that differs between the two is in this file, or is the opening of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Room for JSON before it is written: most of it is an event, which would be moved several times while it grows.
const JSON_BYTES_EXPECTED: usize = 1_024;

/// A value of one of the column types that the schema uses.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Bool(bool),
    Text(Option<String>),
    Uuid(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
    /// As text, which is what both databases keep.
    Json(Option<String>),
    Texts(Vec<String>),
    Uuids(Vec<Uuid>),
    Ints(Vec<i64>),
    /// The values of a column in many rows, all of one type; PostgreSQL only.
    Column(Vec<Value>),
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(Some(text.into()))
    }

    pub(crate) fn opt_text(text: Option<impl Into<String>>) -> Self {
        Self::Text(text.map(Into::into))
    }

    /// An enumeration's name as serde spells it.
    pub(crate) fn word(word: impl Serialize) -> Result<Self, StoreError> {
        Self::opt_word(Some(word))
    }

    pub(crate) fn opt_word(word: Option<impl Serialize>) -> Result<Self, StoreError> {
        match word.map(serde_json::to_value).transpose() {
            Ok(None) => Ok(Self::Text(None)),
            Ok(Some(serde_json::Value::String(name))) => Ok(Self::text(name)),
            Ok(Some(_)) | Err(_) => Err(StoreError::Defect("an enumeration that is no single word".to_owned())),
        }
    }

    /// A structured value that SQL never looks into.
    pub(crate) fn json(value: &impl Serialize) -> Result<Self, StoreError> {
        Self::json_of(value, JSON_BYTES_EXPECTED)
    }

    /// As [`Self::json`], with room for so many bytes from the start.
    pub(crate) fn json_of(value: &(impl Serialize + ?Sized), expected: usize) -> Result<Self, StoreError> {
        let mut json = Vec::with_capacity(expected);
        let written = serde_json::to_writer(&mut json, value).map_err(|error| error.to_string());
        let text = written.and_then(|()| String::from_utf8(json).map_err(|error| error.to_string()));
        text.map(|json| Self::Json(Some(json)))
            .map_err(|error| StoreError::Defect(format!("not representable as JSON: {error}")))
    }

    pub(crate) fn time(time: Timestamp) -> Self {
        Self::Int(Some(time.as_microsecond()))
    }

    pub(crate) fn opt_time(time: Option<Timestamp>) -> Self {
        Self::Int(time.map(Timestamp::as_microsecond))
    }

    pub(crate) fn opt_date(date: Option<Date>) -> Self {
        Self::Text(date.map(|date| date.to_string()))
    }

    /// About so many bytes are sent of it.
    fn bytes_expected(&self) -> usize {
        match self {
            Self::Text(Some(text)) | Self::Json(Some(text)) => text.len() + 8,
            Self::Column(values) => values.iter().map(Self::bytes_expected).sum(),
            _ => 20,
        }
    }

    fn holds_nul(&self) -> bool {
        match self {
            Self::Text(Some(text)) => text.contains('\0'),
            value => value.spells_nul(),
        }
    }

    /// Whether it is JSON that spells U+0000 out.
    fn spells_nul(&self) -> bool {
        match self {
            Self::Json(Some(json)) => json_holds_nul(json),
            Self::Column(values) => values.iter().any(Self::spells_nul),
            _ => false,
        }
    }
}

/// Whether JSON text holds U+0000, which it spells `\u0000`. An even number of backslashes before it spells backslashes.
fn json_holds_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.as_bytes().get(..at).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

/// Rows for each of which a statement is run on SQLite: their values come after the first `at` of the others.
#[derive(Debug)]
pub(crate) struct ForEach {
    pub(crate) at: usize,
    pub(crate) rows: Vec<Vec<Value>>,
}

/// A statement under construction.
#[derive(Debug)]
pub(crate) struct Statement {
    dialect: Dialect,
    sql: String,
    values: Vec<Value>,
    for_each: Option<ForEach>,
    /// Columns of rows that are given one by one; SQLite only.
    given: Vec<&'static str>,
}

/// A statement for PostgreSQL whose values are written as they travel.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(super) sql: String,
    pub(super) arguments: PgArguments,
}

impl Statement {
    pub(crate) fn new(dialect: Dialect, sql: &'static str) -> Self {
        Self { dialect, sql: sql.to_owned(), values: Vec::new(), for_each: None, given: Vec::new() }
    }

    /// Statements that change rows as one, each with the number of rows that it must touch, if it must: otherwise none of them changes
    /// anything, and the failure is a conflict. PostgreSQL only: SQLite knows no such thing.
    pub(crate) fn all_of(statements: Vec<(Self, Option<u64>)>) -> Self {
        let mut all = Self::new(Dialect::Postgres, "WITH ");
        let mut demands = Vec::new();
        for (index, (statement, rows)) in statements.into_iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = write!(all.sql, "{comma}step_{index} AS (");
            push_renumbered(&mut all.sql, &statement.sql, all.values.len());
            all.sql.push_str(if rows.is_some() { " RETURNING 1)" } else { ")" });
            all.values.extend(statement.values);
            demands.extend(rows.map(|rows| (index, rows)));
        }
        all.push(" SELECT wishwell_demand(TRUE");
        for (index, rows) in demands {
            let _ = write!(all.sql, " AND (SELECT COUNT(*) FROM step_{index}) = ");
            all.bind(Value::Int(i64::try_from(rows).ok()));
        }
        all.push(")");
        all
    }

    /// Adds text.
    pub(crate) fn push(&mut self, sql: &'static str) -> &mut Self {
        if self.given.is_empty() {
            self.sql.push_str(sql);
        } else {
            push_of_given(&mut self.sql, sql, &self.given);
        }
        self
    }

    /// Adds names, separated by commas.
    pub(crate) fn push_names(&mut self, names: &[&'static str]) -> &mut Self {
        for (index, name) in names.iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " }).push(name);
        }
        self
    }

    /// Adds a placeholder and its value. Each value is used once and in order, so SQLite gets nameless placeholders: it
    /// looks named ones up one by one, which takes seconds for the ten thousand of a batch.
    pub(crate) fn bind(&mut self, value: Value) -> &mut Self {
        self.values.push(value);
        match self.dialect {
            Dialect::Sqlite if self.given.is_empty() => self.sql.push('?'),
            // Behind the values of the row.
            Dialect::Sqlite => drop(write!(self.sql, "?{}", self.given.len() + self.values.len())),
            // Writing to a String cannot fail.
            Dialect::Postgres => drop(write!(self.sql, "${}", self.values.len())),
        }
        self
    }

    /// Adds rows of values as a table: what an `INSERT` takes, or what a `WITH` names; once in a statement. PostgreSQL gets an array
    /// a column, and takes them apart row by row: by one function of all columns it would write each column down first. SQLite gets one
    /// row, and is asked once for each: a statement that was prepared before is run for another row in microseconds. Either way the text
    /// is the same however many rows there are and stays prepared. Values of a column are of one type.
    pub(crate) fn push_rows(&mut self, rows: Vec<Vec<Value>>) -> &mut Self {
        match self.dialect {
            Dialect::Sqlite => {
                self.push("VALUES (");
                for column in 0..rows.first().map_or(0, Vec::len) {
                    self.push(if column == 0 { "?" } else { ", ?" });
                }
                self.push(")");
                self.for_each = Some(ForEach { at: self.values.len(), rows });
            }
            Dialect::Postgres => {
                self.push("SELECT ");
                for (index, column) in columns(rows).into_iter().enumerate() {
                    self.push(if index == 0 { "unnest(" } else { "), unnest(" }).bind(Value::Column(column));
                }
                self.push(")");
            }
        }
        self
    }

    /// As [`Self::push_rows`] on PostgreSQL, for a table whose rows may be locked with those that it is joined to.
    pub(crate) fn push_lockable_rows(&mut self, rows: Vec<Vec<Value>>) -> &mut Self {
        self.push("SELECT * FROM unnest(");
        for (index, column) in columns(rows).into_iter().enumerate() {
            self.push(if index == 0 { "" } else { ", " }).bind(Value::Column(column));
        }
        self.push(")")
    }

    /// Starts a statement that joins with rows of values: from here on, its text speaks of `given.column` and ` FROM given`. PostgreSQL
    /// gets a `WITH given`; SQLite, which would make a table of that for each row, gets the row's values in the places of the names.
    pub(crate) fn push_given(&mut self, columns: &[&'static str], rows: Vec<Vec<Value>>) -> &mut Self {
        match self.dialect {
            Dialect::Sqlite => {
                self.given = columns.to_vec();
                self.for_each = Some(ForEach { at: 0, rows });
                self
            }
            Dialect::Postgres => {
                self.push("WITH given (").push_names(columns).push(") AS (").push_rows(rows).push(") ")
            }
        }
    }

    /// Adds `column IN (...)`; one placeholder however many values there are, so the text recurs and no bound is hit.
    pub(crate) fn push_in_texts(&mut self, column: &'static str, texts: Vec<String>) -> &mut Self {
        self.push(column);
        match self.dialect {
            Dialect::Sqlite => self.push(" IN (SELECT value FROM json_each(").bind(Value::Texts(texts)).push("))"),
            Dialect::Postgres => self.push(" = ANY (").bind(Value::Texts(texts)).push(")"),
        }
    }

    /// As [`Self::push_in_texts`].
    pub(crate) fn push_in_uuids(&mut self, column: &'static str, uuids: Vec<Uuid>) -> &mut Self {
        self.push(column);
        match self.dialect {
            Dialect::Sqlite => {
                self.push(" IN (SELECT unhex(value) FROM json_each(").bind(Value::Uuids(uuids)).push("))")
            }
            Dialect::Postgres => self.push(" = ANY (").bind(Value::Uuids(uuids)).push(")"),
        }
    }

    /// As [`Self::push_in_texts`].
    pub(crate) fn push_in_ints(&mut self, column: &'static str, ints: Vec<i64>) -> &mut Self {
        self.push(column);
        match self.dialect {
            Dialect::Sqlite => self.push(" IN (SELECT value FROM json_each(").bind(Value::Ints(ints)).push("))"),
            Dialect::Postgres => self.push(" = ANY (").bind(Value::Ints(ints)).push(")"),
        }
    }

    /// Adds `id IN (...)`, the ids that these external identities have in `table`. The identities come first and each is
    /// looked up: left to choose, SQLite reads the whole table in the order asked for.
    pub(crate) fn push_in_external(
        &mut self,
        table: &'static str,
        tenant: &TenantId,
        external: &[&ExternalId],
    ) -> &mut Self {
        self.push("id IN (SELECT wanted.id FROM ");
        let (source, external_id) = match self.dialect {
            Dialect::Sqlite => {
                let pair = |e: &&ExternalId| serde_json::json!([e.source, e.external_id]);
                let pairs = serde_json::Value::Array(external.iter().map(pair).collect());
                self.push("json_each(").bind(Value::text(pairs.to_string())).push(") AS given CROSS JOIN ");
                ("given.value ->> 0", "given.value ->> 1")
            }
            Dialect::Postgres => {
                let (sources, ids) = external.iter().map(|e| (e.source.clone(), e.external_id.clone())).unzip();
                self.push("unnest(").bind(Value::Texts(sources)).push(", ").bind(Value::Texts(ids));
                self.push(") AS given (source, external_id) JOIN ");
                ("given.source", "given.external_id")
            }
        };
        self.push(table).push(" AS wanted ON wanted.tenant = ").bind(Value::text(tenant.as_str()));
        self.push(" AND wanted.source = ").push(source).push(" AND wanted.external_id = ").push(external_id).push(")")
    }

    /// Adds a search for one external identity.
    pub(crate) fn push_external(&mut self, external: &ExternalId) -> &mut Self {
        self.push("source = ").bind(Value::text(&external.source));
        self.push(" AND external_id = ").bind(Value::text(&external.external_id))
    }

    /// Adds a search for a part of either of two columns; ASCII letters in either case, as `lower` does on SQLite and
    /// under PostgreSQL's collation "C".
    pub(crate) fn push_contains(&mut self, columns: [&'static str; 2], part: &str) -> &mut Self {
        let mut pattern = String::with_capacity(part.len() + 2);
        pattern.push('%');
        for c in part.chars() {
            if matches!(c, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c.to_ascii_lowercase());
        }
        pattern.push('%');
        for (open, column) in [("(lower(", columns[0]), (" OR lower(", columns[1])] {
            self.push(open).push(column).push(") LIKE ").bind(Value::text(pattern.clone())).push(" ESCAPE '\\'");
        }
        self.push(")")
    }

    /// Adds whether a column's text holds this.
    pub(crate) fn push_holds(&mut self, column: &'static str, part: String) -> &mut Self {
        self.push(match self.dialect {
            Dialect::Sqlite => "instr(",
            Dialect::Postgres => "strpos(",
        });
        self.push(column).push(", ").bind(Value::text(part)).push(") > 0")
    }

    /// Adds whom a logged need names, as the index of that has it. No other SQL looks into JSON.
    pub(crate) fn push_named_beneficiary(&mut self) -> &mut Self {
        self.push(match self.dialect {
            Dialect::Sqlite => "json_extract(payload, '$.after.beneficiary')",
            Dialect::Postgres => "((payload::json -> 'after') ->> 'beneficiary')",
        })
    }

    /// Adds the present in microseconds, told once for the whole statement: what is told anew for each row finds no index.
    pub(crate) fn push_now(&mut self) -> &mut Self {
        match self.dialect {
            Dialect::Sqlite => self.push("(SELECT microseconds FROM wishwell_now)"),
            Dialect::Postgres => self.push("(SELECT wishwell_now())"),
        }
    }

    /// Locks the rows read until the transaction ends. SQLite has one writer, which needs no such thing. Rows that only
    /// refer to these (their foreign keys) do not wait.
    pub(crate) fn push_for_update(&mut self) -> &mut Self {
        match self.dialect {
            Dialect::Sqlite => self,
            Dialect::Postgres => self.push(" FOR NO KEY UPDATE"),
        }
    }

    /// Keeps the rows read as they are until the transaction ends.
    pub(crate) fn push_for_share(&mut self) -> &mut Self {
        match self.dialect {
            Dialect::Sqlite => self,
            Dialect::Postgres => self.push(" FOR SHARE"),
        }
    }

    pub(crate) const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// PostgreSQL's driver or server refuses it by itself.
    fn refuse_nul(&self) -> Result<(), Failure> {
        let rows = self.for_each.iter().flat_map(|for_each| for_each.rows.iter().flatten());
        let holds_nul = self.values.iter().chain(rows).any(Value::holds_nul);
        if holds_nul { Err(Failure::Check(TEXT_WITHOUT_NUL.to_owned())) } else { Ok(()) }
    }

    /// For connections that read.
    pub(super) fn into_sqlite(self) -> Result<(String, SqliteArguments), Failure> {
        self.refuse_nul()?;
        if self.for_each.is_some() {
            return Err(StoreError::Defect("rows to write where only reading is done".to_owned()).into());
        }
        let mut arguments = SqliteArguments::default();
        for value in self.values {
            match value {
                Value::Int(int) => arguments.add(int),
                Value::Bool(truth) => arguments.add(truth),
                Value::Text(text) => arguments.add(text),
                Value::Json(json) => arguments.add(json),
                Value::Uuid(uuid) => arguments.add(uuid),
                Value::Bytes(bytes) => arguments.add(bytes),
                Value::Texts(texts) => arguments.add(Json(texts)),
                Value::Uuids(uuids) => {
                    arguments.add(Json(uuids.iter().map(|uuid| uuid.simple().to_string()).collect::<Vec<_>>()))
                }
                Value::Ints(ints) => arguments.add(Json(ints)),
                Value::Column(_) => return Err(mixed().into()),
            }
            .map_err(|error| StoreError::Defect(format!("a value cannot be bound: {error}")))?;
        }
        Ok((self.sql, arguments))
    }

    /// For [`super::direct`].
    pub(super) fn into_direct(self) -> Result<(String, Vec<Value>, Option<ForEach>), Failure> {
        self.refuse_nul()?;
        Ok((self.sql, self.values, self.for_each))
    }

    /// Ready to be sent to PostgreSQL.
    pub(super) fn into_bound(self) -> Result<Bound, Failure> {
        let mut arguments = PgArguments::default();
        arguments.reserve(self.values.len(), self.values.iter().map(Value::bytes_expected).sum());
        for value in self.values {
            // A NUL in a text the server refuses by itself; one that JSON spells out is nothing to it.
            if value.spells_nul() {
                return Err(Failure::Check(TEXT_WITHOUT_NUL.to_owned()));
            }
            match value {
                Value::Int(int) => arguments.add(int),
                Value::Bool(truth) => arguments.add(truth),
                Value::Text(text) => arguments.add(text),
                Value::Uuid(uuid) => arguments.add(uuid),
                Value::Bytes(bytes) => arguments.add(bytes),
                Value::Json(json) => arguments.add(json),
                Value::Texts(texts) => arguments.add(texts),
                Value::Uuids(uuids) => arguments.add(uuids),
                Value::Ints(ints) => arguments.add(ints),
                Value::Column(values) => add_array(&mut arguments, values)?,
            }
            .map_err(|error| StoreError::Defect(format!("a value cannot be bound: {error}")))?;
        }
        Ok(Bound { sql: self.sql, arguments })
    }
}

/// Adds text in which the places of a given row's columns are those of its values.
fn push_of_given(sql: &mut String, text: &str, given: &[&'static str]) {
    let text = text.replace(" FROM given", "");
    let mut parts = text.split("given.");
    sql.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(part.len());
        let (column, rest) = part.split_at(end);
        match given.iter().position(|known| *known == column) {
            Some(at) => drop(write!(sql, "?{}{rest}", at + 1)),
            // The database refuses it.
            None => drop(write!(sql, "given.{column}{rest}")),
        }
    }
}

/// Adds text whose placeholders count on from `before`.
fn push_renumbered(sql: &mut String, text: &str, before: usize) {
    let mut parts = text.split('$');
    sql.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let number = number.parse::<usize>().unwrap_or_default();
        let _ = write!(sql, "${}{rest}", number + before);
    }
}

/// Turns rows into columns.
fn columns(rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let mut columns = Vec::new();
    let count = rows.len();
    columns.resize_with(rows.first().map_or(0, Vec::len), || Vec::with_capacity(count));
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

fn mixed() -> StoreError {
    StoreError::Defect("values of several types where there is room for one".to_owned())
}

/// Adds the values of a column as an array of the first one's type.
fn add_array(
    arguments: &mut PgArguments,
    values: Vec<Value>,
) -> Result<Result<(), sqlx::error::BoxDynError>, StoreError> {
    macro_rules! array {
        ($variant:ident) => {{
            let own = |value| if let Value::$variant(own) = value { Ok(own) } else { Err(mixed()) };
            arguments.add(values.into_iter().map(own).collect::<Result<Vec<_>, _>>()?)
        }};
    }
    Ok(match values.first() {
        Some(Value::Int(_)) => array!(Int),
        Some(Value::Bool(_)) => array!(Bool),
        Some(Value::Text(_)) => array!(Text),
        Some(Value::Uuid(_)) => array!(Uuid),
        Some(Value::Bytes(_)) => array!(Bytes),
        Some(Value::Json(_)) => array!(Json),
        Some(Value::Texts(_) | Value::Uuids(_) | Value::Ints(_) | Value::Column(_)) | None => return Err(mixed()),
    })
}

/// What SQLite does for a statement in a store without rows, step by step.
#[cfg(test)]
pub(super) async fn steps_on_sqlite(statement: Statement) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("wishwell.db");
    crate::SqliteStore::open(&path, crate::Durability::Full).await.expect("a store").close().await;
    let file = rusqlite::Connection::open(&path).expect("its file");
    let (sql, _) = statement.into_sqlite().expect("a statement");
    let mut plan = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = plan.raw_query().mapped(|step| step.get("detail")).collect::<Result<_, _>>();
    steps.expect("its steps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_become_part_of_the_text() {
        let mut statement = Statement::new(Dialect::Sqlite, "SELECT 1 WHERE ");
        statement.push_contains(["a", "b"], "'; DROP TABLE needs; -- 100%_\\");
        assert_eq!(statement.sql, "SELECT 1 WHERE (lower(a) LIKE ? ESCAPE '\\' OR lower(b) LIKE ? ESCAPE '\\')");
    }

    #[test]
    fn statements_as_one_keep_their_values_apart() {
        let one = |value| {
            let mut statement = Statement::new(Dialect::Postgres, "DELETE FROM a WHERE b = ");
            statement.bind(Value::Int(Some(value))).push(" AND c = ").bind(Value::Int(None));
            statement
        };
        let all = Statement::all_of(vec![(one(1), Some(7)), (one(2), None), (one(3), Some(8))]);
        assert_eq!(
            all.sql,
            "WITH step_0 AS (DELETE FROM a WHERE b = $1 AND c = $2 RETURNING 1), \
             step_1 AS (DELETE FROM a WHERE b = $3 AND c = $4), \
             step_2 AS (DELETE FROM a WHERE b = $5 AND c = $6 RETURNING 1) \
             SELECT wishwell_demand(TRUE AND (SELECT COUNT(*) FROM step_0) = $7 AND (SELECT COUNT(*) FROM step_2) = $8)"
        );
        assert_eq!(all.values.len(), 8);
    }

    #[test]
    fn given_rows_are_joined_on_postgresql_and_stand_in_their_places_on_sqlite() {
        for (dialect, sql) in [
            (Dialect::Sqlite, "UPDATE a SET b = a.b + ?2, c = ?3 WHERE a.id = ?1 AND a.b + ?2 > 0"),
            (
                Dialect::Postgres,
                "WITH given (id, b) AS (SELECT unnest($1), unnest($2)) UPDATE a SET b = a.b + given.b, c = $3 FROM given \
                 WHERE a.id = given.id AND a.b + given.b > 0",
            ),
        ] {
            let mut statement = Statement::new(dialect, "");
            statement.push_given(&["id", "b"], vec![vec![Value::Uuid(None), Value::Int(None)]]);
            statement.push("UPDATE a SET b = a.b + given.b, c = ").bind(Value::Int(None));
            statement.push(" FROM given WHERE a.id = given.id AND a.b + given.b > 0");
            assert_eq!(statement.sql, sql);
        }
    }

    #[test]
    fn lists_take_one_placeholder_on_both() {
        for (dialect, sql) in
            [(Dialect::Sqlite, "x IN (SELECT unhex(value) FROM json_each(?))"), (Dialect::Postgres, "x = ANY ($1)")]
        {
            let mut statement = Statement::new(dialect, "");
            statement.push_in_uuids("x", vec![Uuid::nil(), Uuid::max()]);
            assert_eq!(statement.sql, sql);
        }
    }

    #[test]
    fn a_nul_is_found_and_a_spelled_out_escape_is_not() {
        for (text, expected) in [("a\0b", true), ("\0", true), ("a\\u0000b", false), ("\\\0", true), ("plain", false)] {
            let json = serde_json::to_string(text).unwrap_or_default();
            assert_eq!(json_holds_nul(&json), expected, "{json}");
        }
    }
}
