//! Core types as columns. The driver traits cannot be implemented for them here (neither is ours) and
//! core stays free of SQL, so rows are read through this one conversion instead of a derive.

use bonafide_core::{finding::Finding, id::Id, time::Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

/// A value that is read from a column of type [`Self::Raw`].
pub(crate) trait Column {
    type Raw;
    fn from_raw(raw: Self::Raw) -> Self;
}

impl<C: Column> Column for Option<C> {
    type Raw = Option<C::Raw>;
    fn from_raw(raw: Self::Raw) -> Self {
        raw.map(C::from_raw)
    }
}

impl<T> Column for Id<T> {
    type Raw = Uuid;
    fn from_raw(raw: Uuid) -> Self {
        Self::from_uuid(raw)
    }
}

impl Column for Timestamp {
    type Raw = i64;
    fn from_raw(raw: i64) -> Self {
        Self(raw)
    }
}

impl Column for serde_json::Value {
    type Raw = Json<Self>;
    fn from_raw(raw: Self::Raw) -> Self {
        raw.0
    }
}

impl Column for Finding {
    type Raw = Json<Self>;
    fn from_raw(raw: Self::Raw) -> Self {
        raw.0
    }
}

macro_rules! plain { ($($ty:ty),*) => { $(impl Column for $ty {
    type Raw = Self;
    fn from_raw(raw: Self) -> Self {
        raw
    }
})* } }
plain!(String, Vec<u8>, Uuid, bool, i64, f64);

/// Makes a struct readable from the rows of both drivers: one column of the same name per field.
macro_rules! row {
    ($name:ident: $($field:ident),* $(,)?) => {
        $crate::column::row!(@ sqlx::sqlite::SqliteRow, $name, $($field),*);
        $crate::column::row!(@ sqlx::postgres::PgRow, $name, $($field),*);
    };
    (@ $row:ty, $name:ident, $($field:ident),*) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                use sqlx::Row;
                Ok(Self { $($field: $crate::column::Column::from_raw(row.try_get(stringify!($field))?)),* })
            }
        }
    };
}
pub(crate) use row;
