//! Core types as columns. The driver traits cannot be implemented for them here (neither is ours) and
//! core stays free of SQL, so rows are read through this one conversion instead of a derive.

use std::ops::Deref;

use bonafide_core::{finding::Finding, id::Id, time::Timestamp, words::Vocabulary};
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

/// A word of one of the core's enums, as a column holds it. One that a newer program wrote is kept as it is, so that it is
/// written back unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word<T> {
    Known(T),
    Unknown(String),
}

impl<T: Vocabulary> Word<T> {
    /// What it means; `None` for a word of a newer program.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(_) => None,
        }
    }

    /// What is stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(word) => word.word(),
            Self::Unknown(word) => word,
        }
    }
}

impl<T: Vocabulary> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: PartialEq> PartialEq<T> for Word<T> {
    fn eq(&self, other: &T) -> bool {
        matches!(self, Self::Known(word) if word == other)
    }
}

impl<T: Vocabulary> Column for Word<T> {
    type Raw = String;
    fn from_raw(raw: String) -> Self {
        T::of_word(&raw).map_or(Self::Unknown(raw), Self::Known)
    }
}

/// A set of words in one column, with spaces between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words<T>(pub Vec<Word<T>>);

impl<T> Default for Words<T> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<T> Deref for Words<T> {
    type Target = [Word<T>];
    fn deref(&self) -> &[Word<T>] {
        &self.0
    }
}

impl<T: Vocabulary + PartialEq> Words<T> {
    pub fn has(&self, word: T) -> bool {
        self.0.iter().any(|w| *w == word)
    }

    pub(crate) fn to_text(&self) -> String {
        self.to_strings().join(" ")
    }
}

impl<T: Vocabulary> Words<T> {
    /// The set of these words.
    pub fn of(words: &[String]) -> Self {
        Self(words.iter().map(|word| Word::from_raw(word.clone())).collect())
    }

    pub fn to_strings(&self) -> Vec<String> {
        self.0.iter().map(|word| word.as_str().to_owned()).collect()
    }
}

impl<T: Vocabulary> Column for Words<T> {
    type Raw = String;
    fn from_raw(raw: String) -> Self {
        Self(raw.split_whitespace().map(|word| Word::from_raw(word.to_owned())).collect())
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

#[cfg(test)]
mod tests {
    use bonafide_core::{delivery::Chaos, verification::Status};

    use super::*;

    #[test]
    fn a_newer_programs_word_is_read_and_written_back() {
        let read = |text: &str| Word::<Status>::from_raw(text.to_owned());
        assert_eq!(
            (read("approved"), read("approved").known()),
            (Status::Approved.into(), Some(Status::Approved))
        );
        let newer = read("under_appeal");
        assert_eq!((newer.known(), newer.as_str()), (None, "under_appeal"));
        assert!(newer != Status::Approved);
        let chaos = Words::<Chaos>::from_raw("late upside_down".to_owned());
        assert!(chaos.has(Chaos::Late) && !chaos.has(Chaos::Doubled));
        assert_eq!(chaos.to_text(), "late upside_down");
        assert!(Words::<Chaos>::from_raw(String::new()).is_empty());
    }
}
