//! A query whose text depends on what is asked: text and values, for either database.

use std::fmt::Write;

use sqlx::{AssertSqlSafe, FromRow, postgres::PgRow, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Tx, on};

/// A value of a query.
pub(crate) enum Value {
    Number(i64),
    Flag(bool),
    Text(String),
    Id(Uuid),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Self::Id(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

/// A query in the making. Only text of this crate's own is pushed; what a caller sent is bound.
#[derive(Default)]
pub(crate) struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: vec![] }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.values.len());
        self
    }

    /// Values in brackets, with commas between them.
    pub(crate) fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.push("(");
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                self.push(", ");
            }
            self.bind(value);
        }
        self.push(")")
    }

    /// Every row.
    pub(crate) async fn fetch<T>(self, tx: &mut Tx) -> Result<Vec<T>, sqlx::Error>
    where
        T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
    {
        on!(tx, |c| {
            let mut query = sqlx::query_as(AssertSqlSafe(self.text));
            for value in self.values {
                query = match value {
                    Value::Number(value) => query.bind(value),
                    Value::Flag(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Id(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                };
            }
            query.fetch_all(c).await
        })
    }

    /// Without an answer.
    pub(crate) async fn execute(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        on!(tx, |c| {
            let mut query = sqlx::query(AssertSqlSafe(self.text));
            for value in self.values {
                query = match value {
                    Value::Number(value) => query.bind(value),
                    Value::Flag(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Id(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                };
            }
            query.execute(c).await.map(drop)
        })
    }
}
