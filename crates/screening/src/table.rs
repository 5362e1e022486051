//! A table of people (or companies, vessels, aircraft) whom somebody wants screened: every row is a whole question or is
//! named with what is wrong. A cell that is not understood must not make the question easier.

use std::{cmp::Reverse, fmt};

use csv::{ByteRecord, ReaderBuilder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    country,
    entry::{Birth, Gender},
    index::Query,
    names::{
        Kind, Name,
        token::{MAX_CHARS, MAX_TOKENS},
    },
};

/// The columns that are read; the first name is how we call them.
const COLUMNS: [&[&str]; 6] = [
    &["name", "full_name"],
    &["type", "kind"],
    &["birth_date", "date_of_birth", "dob"],
    &["country"],
    &["nationality"],
    &["gender", "sex"],
];

/// What somebody asks for, as they wrote it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub name: &'a str,
    /// Empty: any.
    pub kind: &'a str,
    pub birth_date: &'a str,
    /// Several are separated by semicolons.
    pub countries: [&'a str; 2],
    pub gender: &'a str,
}

/// What is wrong with a row, without repeating what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    pub column: &'static str,
    pub why: &'static str,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column, self.why)
    }
}

impl Asked<'_> {
    /// The question, or everything that keeps it from being one.
    ///
    /// # Errors
    /// See [`Wrong`].
    pub fn query(&self) -> Result<Query, Vec<Wrong>> {
        let mut wrong = vec![];
        let mut is = |column, why| wrong.push(Wrong { column, why });
        let name = self.name.trim();
        let words = |kind| Name::new(name, kind).tokens.len();
        let most = words(Kind::Person).max(words(Kind::Organization));
        match () {
            () if name.is_empty() => is("name", "it is empty"),
            () if most == 0 => is("name", "it has no letters"),
            () if name.chars().count() > MAX_CHARS => is("name", "it is longer than 300 characters"),
            () if most >= MAX_TOKENS => is("name", "it has more than 23 words"),
            () => {}
        }
        let kind = Kind::parse(self.kind);
        if kind.is_none() {
            is("type", "it is not person, organization, vessel or aircraft");
        }
        let birth = Birth::strict(self.birth_date);
        if birth.is_none() && !self.birth_date.trim().is_empty() {
            is("birth_date", "it is no date like 1962-05-17, 1962-05 or 1962");
        }
        let countries = self.countries.iter().flat_map(|cell| cell.split(';')).map(str::trim);
        let countries: Vec<String> = countries.filter(|c| !c.is_empty()).map(str::to_owned).collect();
        if countries.iter().any(|c| country::code(c).is_none()) {
            is("country", "no country is known by this name or code");
        }
        let gender = Gender::parse(self.gender);
        if gender.is_none() && !Gender::is_open(self.gender) {
            is("gender", "it is not female, male or x");
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let kind = kind.filter(|k| *k != Kind::Unknown);
        Ok(Query { name: name.to_owned(), kind, birth, countries, gender, numbers: vec![] })
    }
}

/// A row that is no heading.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it begins in the file; the first line is 1.
    pub line: u64,
    /// As it was written; empty where it could not be read.
    pub name: String,
    /// Of what the question is made of: the same for the same question, wherever it stands.
    pub sha256: String,
    pub query: Result<Query, Vec<Wrong>>,
}

/// A whole table.
#[derive(Debug, Clone)]
pub struct Table {
    pub rows: Vec<Row>,
    /// Columns that are not read.
    pub unused: Vec<String>,
}

/// Why a file is no table of names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("there is no column \"name\": the first line names the columns, separated by commas")]
    NoName,
    #[error("the columns {0:?} and {1:?} say the same; take one of them away")]
    Twice(String, String),
    #[error(
        "the column {0:?} is not known; if {1:?} is meant, call it that, and give it another name otherwise"
    )]
    Unclear(String, String),
    #[error("there are no rows under the names of the columns")]
    Empty,
}

/// The known word that another one looks like a misspelling of.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let far = |k: &&str| strsim::osa_distance(word, k);
    let close = known.iter().copied().filter(|k| {
        let shorter = word.len().min(k.len());
        shorter >= 4 && far(k) <= if shorter == 4 { 1 } else { 2 }
    });
    close.min_by_key(|k| (far(k), Reverse(k.len())))
}

/// Reads a table; `kind` is what a row without a type is about.
///
/// # Errors
/// See [`Unusable`].
pub fn read(bytes: &[u8], kind: Option<Kind>) -> Result<Table, Unusable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut records =
        ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes).into_byte_records();
    let header = records.next().and_then(Result::ok).ok_or(Unusable::NoName)?;
    let plain = |h: &[u8]| String::from_utf8_lossy(h).trim().to_lowercase().replace([' ', '-'], "_");
    let header: Vec<String> = header.iter().map(plain).collect();
    let known = COLUMNS.concat();
    let mut places: [Option<usize>; COLUMNS.len()] = [None; COLUMNS.len()];
    let mut unused = vec![];
    for (at, name) in header.iter().enumerate() {
        let Some(column) = COLUMNS.iter().position(|names| names.contains(&name.as_str())) else {
            if let Some(meant) = nearest(name, &known) {
                return Err(Unusable::Unclear(name.clone(), meant.to_owned()));
            }
            unused.push(name.clone());
            continue;
        };
        let Some(place) = places.get_mut(column) else { continue };
        if let Some(other) = place.replace(at).and_then(|before| header.get(before)) {
            return Err(Unusable::Twice(other.clone(), name.clone()));
        }
    }
    if places.first().copied().flatten().is_none() {
        return Err(Unusable::NoName);
    }
    let mut rows = vec![];
    for record in records {
        // A reader of bytes in memory, of rows of any length, fails at nothing.
        let Ok(record) = record else { continue };
        rows.push(row(&record, &header, &places, kind));
    }
    if rows.is_empty() { Err(Unusable::Empty) } else { Ok(Table { rows, unused }) }
}

fn row(
    record: &ByteRecord,
    header: &[String],
    places: &[Option<usize>; COLUMNS.len()],
    kind: Option<Kind>,
) -> Row {
    let line = record.position().map_or(0, csv::Position::line);
    let hash = |cells: &[&[u8]]| {
        let mut hash = Sha256::new();
        for cell in cells {
            hash.update((cell.len() as u64).to_be_bytes());
            hash.update(cell);
        }
        hex::encode(hash.finalize())
    };
    let cells = places.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
    let texts = cells.map(std::str::from_utf8);
    let wrong = |column, why| Err(vec![Wrong { column, why }]);
    let name = texts[0].unwrap_or_default().trim().to_owned();
    if record.len() != header.len() {
        let why = "it has another number of cells than the first line";
        let all: Vec<&[u8]> = record.iter().collect();
        return Row { line, name, sha256: hash(&all), query: wrong("row", why) };
    }
    let sha256 = hash(&cells);
    if texts.iter().any(Result::is_err) {
        return Row { line, name, sha256, query: wrong("row", "it is not UTF-8") };
    }
    let [name_cell, kind_cell, birth_date, country, nationality, gender] =
        texts.map(Result::unwrap_or_default);
    let asked =
        Asked { name: name_cell, kind: kind_cell, birth_date, countries: [country, nationality], gender };
    let mut query = asked.query();
    if let Ok(query) = &mut query
        && kind_cell.trim().is_empty()
    {
        query.kind = kind;
    }
    Row { line, name, sha256, query }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(table: &str) -> Vec<(u64, String)> {
        let read = read(table.as_bytes(), None).unwrap();
        let told = |wrong: &Vec<Wrong>| wrong.iter().map(Wrong::to_string).collect::<Vec<_>>().join("; ");
        read.rows.iter().filter_map(|row| Some((row.line, told(row.query.as_ref().err()?)))).collect()
    }

    #[test]
    fn every_cell_that_is_not_understood_is_named() {
        let table = "name,type,birth_date,country,gender,customer\n\
            Ana Eriksson,person,1974-08-12,Atlantis,female,1\n\
            Ana Eriksson,,1974,SWE;Iran,x,2\n\
            ,person,1974,SWE,f,3\n\
            ...,,,,,4\n\
            Bertil Svensson,persn,12.31.1974,Lilliput,mail,5\n\
            Bertil Svensson,person\n\
            \"Two\nLines\",,1700,,,7\n";
        assert_eq!(
            wrong(table),
            [
                (2, "country: no country is known by this name or code".to_owned()),
                (4, "name: it is empty".to_owned()),
                (5, "name: it has no letters".to_owned()),
                (
                    6,
                    "type: it is not person, organization, vessel or aircraft; birth_date: it is no date like \
                     1962-05-17, 1962-05 or 1962; country: no country is known by this name or code; gender: it is \
                     not female, male or x"
                        .to_owned()
                ),
                (7, "row: it has another number of cells than the first line".to_owned()),
                (8, "birth_date: it is no date like 1962-05-17, 1962-05 or 1962".to_owned()),
            ]
        );
        let table = read(table.as_bytes(), Some(Kind::Vessel)).unwrap();
        assert_eq!(table.unused, ["customer"]);
        let query = table.rows[1].query.as_ref().unwrap();
        assert_eq!((query.kind, query.countries.len()), (Some(Kind::Vessel), 2), "of the command line");
    }

    #[test]
    fn a_file_that_is_no_table_of_names_is_refused() {
        let refused = |table: &str| read(table.as_bytes(), None).unwrap_err();
        assert_eq!(refused(""), Unusable::NoName);
        assert_eq!(refused("Ana Eriksson\nBertil Svensson\n"), Unusable::NoName);
        assert_eq!(refused("name;birth_date\nAna;1974\n"), Unusable::NoName);
        assert_eq!(refused("name\n"), Unusable::Empty);
        assert_eq!(refused("name,Full Name\na,b\n"), Unusable::Twice("name".into(), "full_name".into()));
        let unclear = Unusable::Unclear("birthdate".into(), "birth_date".into());
        assert_eq!(refused("name,birthdate\na,1974\n"), unclear);
        let latin = read(b"name\nAndr\xe9 Eriksson\nAna\n", None).unwrap();
        assert_eq!(latin.rows[0].query.as_ref().unwrap_err()[0].why, "it is not UTF-8");
        assert!(latin.rows[1].query.is_ok());
        assert!(read("\u{feff}name\nAna\n".as_bytes(), None).is_ok(), "as spreadsheets write it");
    }

    #[test]
    fn a_row_is_known_by_its_question() {
        let of = |table: &str, row: usize| read(table.as_bytes(), None).unwrap().rows[row].sha256.clone();
        let ana = of("name,birth_date\nAna Eriksson,1974\n", 0);
        assert_eq!(of("id,birth_date,name\n7,,Bo\n8,1974,Ana Eriksson\n", 1), ana, "wherever it stands");
        assert_ne!(of("name,birth_date\nAna Eriksson,1975\n", 0), ana);
        assert_ne!(of("name,country\nAna Eriksson,1974\n", 0), ana);
    }
}
