//! A connection in use, and the rows that come over it: the only place that calls the drivers.

use futures::TryStreamExt as _;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::types::Value as Stored;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as WordError, StrDeserializer};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Column as _, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, Transaction};
use uuid::Uuid;

use super::direct;
use super::statement::{Bound, Dialect, Statement};
use super::writer::Writing;
use crate::error::StoreError;
use crate::{postgres, sqlite};

/// The rule that PostgreSQL has and that is kept on SQLite as well: no text holds U+0000.
pub(crate) const TEXT_WITHOUT_NUL: &str = "text_without_nul";

/// What can go wrong with a statement, before it is known which mutation it belonged to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A unique constraint, by name where the database tells.
    Unique(String),
    /// A foreign key, by name where the database tells.
    ForeignKey(String),
    /// A check constraint, by name.
    Check(String),
    /// One entity of several that go together is refused; which is the first is to be found out.
    Refused,
    /// Another transaction was in the way (serialization, deadlock, a race for a row): doing it all again is right.
    Conflict,
    /// Anything that needs no more context.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    /// For reads, where constraints cannot break.
    pub(crate) fn into_store_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Conflict => StoreError::Unavailable("a concurrent transaction was in the way".to_owned()),
            // In a text that is searched for.
            Self::Check(constraint) if constraint == TEXT_WITHOUT_NUL => {
                StoreError::ConstraintViolated { mutation: 0, constraint }
            }
            Self::Refused => StoreError::Defect("a refusal without a reason".to_owned()),
            Self::Unique(name) | Self::ForeignKey(name) | Self::Check(name) => {
                StoreError::Defect(format!("unexpected violation of {name}"))
            }
        }
    }
}

/// A connection with or without a transaction. Dropping a transaction takes it back.
pub(crate) enum Session {
    /// Sees one moment of the file.
    SqliteTransaction(Transaction<'static, Sqlite>),
    /// May write.
    SqliteWriting(Writing),
    SqliteStatement(PoolConnection<Sqlite>),
    PostgresTransaction(Transaction<'static, Postgres>),
    PostgresStatement(PoolConnection<Postgres>),
    /// Blocks the thread; only for [`super::direct`] and [`super::writer`].
    SqliteDirect(rusqlite::Connection),
}

enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    SqliteWriting(&'c Writing),
    Postgres(&'c mut PgConnection),
    SqliteDirect(&'c rusqlite::Connection),
}

impl Session {
    fn link(&mut self) -> Link<'_> {
        match self {
            Self::SqliteTransaction(transaction) => Link::Sqlite(transaction),
            Self::SqliteStatement(connection) => Link::Sqlite(connection),
            Self::SqliteWriting(writing) => Link::SqliteWriting(writing),
            Self::PostgresTransaction(transaction) => Link::Postgres(transaction),
            Self::PostgresStatement(connection) => Link::Postgres(connection),
            Self::SqliteDirect(connection) => Link::SqliteDirect(connection),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::SqliteTransaction(_) | Self::SqliteWriting(_) | Self::SqliteStatement(_) | Self::SqliteDirect(_) => {
                Dialect::Sqlite
            }
            Self::PostgresTransaction(_) | Self::PostgresStatement(_) => Dialect::Postgres,
        }
    }

    /// Starts a statement in this session's dialect.
    pub(crate) fn statement(&self, sql: &'static str) -> Statement {
        Statement::new(self.dialect(), sql)
    }

    /// Runs a statement; answers how many rows it touched.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, Failure> {
        self.execute_each(vec![(statement, None)]).await
    }

    /// Runs statements in order, each with how many rows it must touch if it must; answers how many they have touched.
    /// [`Failure::Conflict`] at the first that touches others.
    pub(crate) async fn execute_each(&mut self, statements: Vec<(Statement, Option<u64>)>) -> Result<u64, Failure> {
        match self.link() {
            Link::Postgres(connection) => {
                let mut touched = 0;
                for (statement, expected) in statements {
                    let Bound { sql, arguments } = statement.into_bound()?;
                    let query = sqlx::query_with(AssertSqlSafe(sql), arguments);
                    let rows = query.execute(&mut *connection).await.map_err(postgres::failure)?.rows_affected();
                    if expected.is_some_and(|expected| expected != rows) {
                        return Err(Failure::Conflict);
                    }
                    touched += rows;
                }
                Ok(touched)
            }
            Link::SqliteWriting(writing) => writing.execute(statements).await,
            Link::SqliteDirect(connection) => direct::execute_each(connection, statements),
            Link::Sqlite(_) => Err(StoreError::Defect("a session that only reads is to write".to_owned()).into()),
        }
    }

    /// Runs a statement that is ready; PostgreSQL only.
    pub(crate) async fn execute_bound(&mut self, bound: Bound) -> Result<(), Failure> {
        let Link::Postgres(connection) = self.link() else {
            return Err(StoreError::Defect("a statement that was made for another database".to_owned()).into());
        };
        let query = sqlx::query_with(AssertSqlSafe(bound.sql), bound.arguments);
        query.execute(connection).await.map(|_| ()).map_err(postgres::failure)
    }

    /// Runs a query and hands each row to `each` as it arrives; answers how many there were.
    pub(crate) async fn fetch(
        &mut self,
        statement: Statement,
        mut each: impl FnMut(&mut Fields<'_>) -> Result<(), StoreError> + Send,
    ) -> Result<usize, Failure> {
        let mut count = 0;
        match self.link() {
            Link::Sqlite(connection) => {
                let (sql, arguments) = statement.into_sqlite()?;
                let mut rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch(connection);
                while let Some(row) = rows.try_next().await.map_err(sqlite::failure)? {
                    each(&mut Fields { row: Row::Sqlite(&row), next: 0 })?;
                    count += 1;
                }
            }
            Link::Postgres(connection) => {
                let Bound { sql, arguments } = statement.into_bound()?;
                let mut rows = sqlx::query_with(AssertSqlSafe(sql), arguments).fetch(connection);
                while let Some(row) = rows.try_next().await.map_err(postgres::failure)? {
                    each(&mut Fields { row: Row::Postgres(&row), next: 0 })?;
                    count += 1;
                }
            }
            Link::SqliteWriting(writing) => count = writing.fetch(statement).await?.read(each)?,
            Link::SqliteDirect(connection) => {
                direct::fetch(connection, statement, |row| {
                    count += 1;
                    each(&mut Fields { row: Row::Direct(row), next: 0 })
                })?;
            }
        }
        Ok(count)
    }

    /// The first row of a query, read by `read`.
    pub(crate) async fn fetch_one<T: Send>(
        &mut self,
        statement: Statement,
        mut read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Option<T>, Failure> {
        let mut first = None;
        self.fetch(statement, |fields| {
            if first.is_none() {
                first = Some(read(fields)?);
            }
            Ok(())
        })
        .await?;
        Ok(first)
    }

    /// Every row of a query, read by `read`. For results whose size is bounded by the caller.
    pub(crate) async fn fetch_all<T: Send>(
        &mut self,
        statement: Statement,
        mut read: impl FnMut(&mut Fields<'_>) -> Result<T, StoreError> + Send,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        self.fetch(statement, |fields| {
            all.push(read(fields)?);
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Makes a transaction's changes last.
    pub(crate) async fn commit(self) -> Result<(), Failure> {
        match self {
            Self::SqliteWriting(writing) => writing.commit().await,
            Self::SqliteTransaction(transaction) => transaction.commit().await.map_err(sqlite::failure),
            Self::PostgresTransaction(transaction) => transaction.commit().await.map_err(postgres::failure),
            Self::SqliteStatement(_) | Self::PostgresStatement(_) | Self::SqliteDirect(_) => Ok(()),
        }
    }

    /// Ends a transaction without changes.
    pub(crate) async fn end(self) -> Result<(), Failure> {
        match self {
            Self::SqliteWriting(writing) => writing.end().await,
            Self::SqliteTransaction(transaction) => transaction.rollback().await.map_err(sqlite::failure),
            Self::PostgresTransaction(transaction) => transaction.rollback().await.map_err(postgres::failure),
            Self::SqliteStatement(_) | Self::PostgresStatement(_) | Self::SqliteDirect(_) => Ok(()),
        }
    }
}

#[derive(Clone, Copy)]
enum Row<'r> {
    Sqlite(&'r SqliteRow),
    Postgres(&'r PgRow),
    Direct(&'r rusqlite::Row<'r>),
    /// Names of columns and their values.
    Stored(&'r [String], &'r [Stored]),
}

/// Reads a row's columns one after the other, in the order in which the query names them.
pub(crate) struct Fields<'r> {
    row: Row<'r>,
    next: usize,
}

/// Takes the next column as `$type` from any driver.
macro_rules! take {
    ($fields:expr, $type:ty) => {{
        let index = $fields.next;
        $fields.next += 1;
        match $fields.row {
            Row::Sqlite(row) => row.try_get::<$type, _>(index).map_err(|error| $fields.corrupt(&error.to_string())),
            Row::Postgres(row) => row.try_get::<$type, _>(index).map_err(|error| $fields.corrupt(&error.to_string())),
            Row::Direct(row) => direct::get::<$type>(row, index).map_err(|error| $fields.corrupt(&error.to_string())),
            Row::Stored(_, row) => {
                direct::get_stored::<$type>(row, index).map_err(|error| $fields.corrupt(&error.to_string()))
            }
        }
    }};
}

impl<'r> Fields<'r> {
    /// The columns of a row that was copied.
    pub(super) const fn of_stored(columns: &'r [String], row: &'r [Stored]) -> Self {
        Self { row: Row::Stored(columns, row), next: 0 }
    }

    /// Says which column is unreadable, without its value.
    fn corrupt(&self, reason: &str) -> StoreError {
        let index = self.next.saturating_sub(1);
        let column = match self.row {
            Row::Sqlite(row) => row.columns().get(index).map(|column| column.name()),
            Row::Postgres(row) => row.columns().get(index).map(|column| column.name()),
            Row::Direct(row) => row.as_ref().column_name(index).ok(),
            Row::Stored(columns, _) => columns.get(index).map(String::as_str),
        };
        StoreError::Corrupt(format!("column {}: {reason}", column.unwrap_or("?")))
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreError> {
        take!(self, i64)
    }

    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>, StoreError> {
        take!(self, Option<i64>)
    }

    /// An integer of a narrower type.
    pub(crate) fn number<T: TryFrom<i64>>(&mut self) -> Result<T, StoreError> {
        T::try_from(self.int()?).map_err(|_| self.corrupt("number out of range"))
    }

    pub(crate) fn opt_number<T: TryFrom<i64>>(&mut self) -> Result<Option<T>, StoreError> {
        self.opt_int()?.map(T::try_from).transpose().map_err(|_| self.corrupt("number out of range"))
    }

    pub(crate) fn bool(&mut self) -> Result<bool, StoreError> {
        take!(self, bool)
    }

    pub(crate) fn str(&mut self) -> Result<&'r str, StoreError> {
        take!(self, &'r str)
    }

    pub(crate) fn opt_str(&mut self) -> Result<Option<&'r str>, StoreError> {
        take!(self, Option<&'r str>)
    }

    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        self.str().map(str::to_owned)
    }

    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        Ok(self.opt_str()?.map(str::to_owned))
    }

    pub(crate) fn uuid(&mut self) -> Result<Uuid, StoreError> {
        take!(self, Uuid)
    }

    pub(crate) fn opt_uuid(&mut self) -> Result<Option<Uuid>, StoreError> {
        take!(self, Option<Uuid>)
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        take!(self, Vec<u8>)
    }

    pub(crate) fn opt_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        take!(self, Option<Vec<u8>>)
    }

    /// Text of a checked form, such as a code.
    pub(crate) fn parse<T: std::str::FromStr>(&mut self) -> Result<T, StoreError> {
        self.str()?.parse().map_err(|_| self.corrupt("not of the form it must have"))
    }

    pub(crate) fn opt_parse<T: std::str::FromStr>(&mut self) -> Result<Option<T>, StoreError> {
        self.opt_str()?.map(str::parse).transpose().map_err(|_| self.corrupt("not of the form it must have"))
    }

    /// An enumeration's name as serde spells it.
    pub(crate) fn word<T: Deserialize<'r>>(&mut self) -> Result<T, StoreError> {
        let deserializer: StrDeserializer<'_, WordError> = self.str()?.into_deserializer();
        T::deserialize(deserializer).map_err(|_| self.corrupt("unknown word"))
    }

    pub(crate) fn opt_word<T: Deserialize<'r>>(&mut self) -> Result<Option<T>, StoreError> {
        let Some(word) = self.opt_str()? else { return Ok(None) };
        let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
        T::deserialize(deserializer).map(Some).map_err(|_| self.corrupt("unknown word"))
    }

    pub(crate) fn opt_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let json = self.opt_str()?;
        json.map(serde_json::from_str).transpose().map_err(|error| self.corrupt(&error.to_string()))
    }

    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.opt_json()?.ok_or_else(|| self.corrupt("is null"))
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(self.int()?).map_err(|_| self.corrupt("instant out of range"))
    }

    pub(crate) fn opt_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.opt_int()?.map(Timestamp::from_microsecond).transpose().map_err(|_| self.corrupt("instant out of range"))
    }

    pub(crate) fn date(&mut self) -> Result<Date, StoreError> {
        self.parse()
    }

    pub(crate) fn opt_date(&mut self) -> Result<Option<Date>, StoreError> {
        self.opt_parse()
    }
}
