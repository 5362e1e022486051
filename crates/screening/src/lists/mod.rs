//! The published files, each read in full or refused with the line that is wrong.

mod canada;
mod eu;
mod eu_csv;
mod generic;
mod ofac;
mod ofac_advanced;
mod uk;
mod uk_sanctions;
mod un;
mod xml;

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::entry::{Birth, Entry};

/// The supported formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `sdn.csv`, `alt.csv`, `add.csv` of the US Treasury, or the same for the consolidated list.
    OfacCsv,
    /// `sdn.xml`, `consolidated.xml`.
    OfacXml,
    /// `sdn_advanced.xml`, `cons_advanced.xml`.
    OfacAdvancedXml,
    /// `consolidated.xml` of the UN Security Council.
    UnXml,
    /// The EU's consolidated list, version 1.1, as XML.
    EuXml,
    /// The EU's consolidated list, version 1.0 or 1.1, as a table with semicolons.
    EuCsv,
    /// The UK Sanctions List as a table with `Unique ID` and `Name non-latin script`.
    UkSanctionsCsv,
    /// The UK Sanctions List as XML.
    UkSanctionsXml,
    /// The UK list before 2026 in one table with `Name 6`, `Name 1` … `Group ID`.
    UkCsv,
    /// The UK list in three tables: subjects, names, birth dates.
    UkTables,
    /// `sema-lmes.xml` of Canada.
    CanadaXml,
    /// A table with a header: `name`, and where there are such `id`, `type`, `aliases`, `birth_date`, `country`,
    /// `gender`, `program`.
    Csv,
    /// Lines of JSON: entities of the FollowTheMoney model, or objects with the columns of [`Self::Csv`].
    JsonLines,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OfacCsv => "ofac_csv",
            Self::OfacXml => "ofac_xml",
            Self::OfacAdvancedXml => "ofac_advanced_xml",
            Self::UnXml => "un_xml",
            Self::EuXml => "eu_xml",
            Self::EuCsv => "eu_csv",
            Self::UkSanctionsCsv => "uk_sanctions_csv",
            Self::UkSanctionsXml => "uk_sanctions_xml",
            Self::UkCsv => "uk_csv",
            Self::UkTables => "uk_tables",
            Self::CanadaXml => "canada_xml",
            Self::Csv => "csv",
            Self::JsonLines => "json_lines",
        }
    }
}

/// A list that was read in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub entries: Vec<Entry>,
    /// The publisher's date, where the file gives one.
    pub published: Option<String>,
    /// Warnings: what looks wrong but does not prevent the import.
    pub warnings: Vec<Refused>,
}

impl Parsed {
    fn new(entries: Vec<Entry>, published: Option<String>) -> Self {
        Self { entries, published: published.filter(|p| !p.is_empty()), warnings: vec![] }
    }
}

/// Why a file was refused, and the line that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {why}")]
pub struct Refused {
    pub file: String,
    pub line: u64,
    pub why: String,
}

impl Refused {
    pub(crate) fn new(file: &str, line: u64, why: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, why: why.into() }
    }
}

/// The files of one list, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Recognises the format of a list by the names and beginnings of its files.
pub fn recognize(files: &Files) -> Option<Format> {
    let head = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes.get(..4096.min(bytes.len())).unwrap_or_default()).into_owned()
    };
    if files.len() > 1 {
        if uk::tables(files).is_some() {
            return Some(Format::UkTables);
        }
        return ofac::parts(files).map(|_| Format::OfacCsv);
    }
    let (name, bytes) = files.first_key_value()?;
    let (name, head) = (name.to_lowercase(), head(bytes));
    let has = |what: &str| head.contains(what);
    Some(match () {
        () if has("<CONSOLIDATED_LIST") => Format::UnXml,
        () if has("<sdnList") => Format::OfacXml,
        () if has("<Sanctions") && has("<ReferenceValueSets") || has("ADVANCED_XML") => {
            Format::OfacAdvancedXml
        }
        () if has("Entity_LogicalId;") || has("Entity_logical_id;") => Format::EuCsv,
        () if has("fsd.ec.europa") || has("<export ") && has("sanctionEntity") => Format::EuXml,
        () if has("<data-set") || has("<record>") && has("<Schedule>") => Format::CanadaXml,
        () if has("<Designations") => Format::UkSanctionsXml,
        () if has(uk_sanctions::HALLMARK) && has("Unique ID") => Format::UkSanctionsCsv,
        () if has("Name 6") && has("Group ID") => Format::UkCsv,
        () if ofac::parts(files).is_some() => Format::OfacCsv,
        () if name.ends_with(".json")
            || name.ends_with(".jsonl")
            || name.ends_with(".ijson")
            || head.starts_with('{') =>
        {
            Format::JsonLines
        }
        () if name.ends_with(".csv") => Format::Csv,
        () => return None,
    })
}

/// Reads a list in full.
///
/// # Errors
/// [`Refused`] when a line does not fit the form, something is cut off, or fewer entries come out than the file
/// holds: half a list must not pass as a whole one.
pub fn parse(format: Format, files: &Files) -> Result<Parsed, Refused> {
    let one = || {
        let (name, bytes) = files.first_key_value().ok_or_else(|| Refused::new("", 0, "there is no file"))?;
        Ok::<_, Refused>((name.as_str(), text(bytes)))
    };
    let parsed = match format {
        Format::OfacCsv => ofac::csv(files)?,
        Format::OfacXml => one().and_then(|(name, text)| ofac::xml(name, &text))?,
        Format::OfacAdvancedXml => one().and_then(|(name, text)| ofac_advanced::read(name, &text))?,
        Format::UnXml => one().and_then(|(name, text)| un::read(name, &text))?,
        Format::EuXml => one().and_then(|(name, text)| eu::read(name, &text))?,
        Format::EuCsv => one().and_then(|(name, text)| eu_csv::read(name, &text))?,
        Format::UkSanctionsCsv => one().and_then(|(name, text)| uk_sanctions::csv(name, &text))?,
        Format::UkSanctionsXml => one().and_then(|(name, text)| uk_sanctions::read(name, &text))?,
        Format::UkCsv => one().and_then(|(name, text)| uk::single(name, &text))?,
        Format::UkTables => uk::read_tables(files)?,
        Format::CanadaXml => one().and_then(|(name, text)| canada::read(name, &text))?,
        Format::Csv => one().and_then(|(name, text)| generic::csv(name, &text))?,
        Format::JsonLines => one().and_then(|(name, text)| generic::json_lines(name, &text))?,
    };
    if parsed.entries.is_empty() {
        let file = files.keys().next().map_or("", String::as_str);
        return Err(Refused::new(file, 1, "the list has no entries"));
    }
    Ok(parsed)
}

/// A publisher's day in one spelling.
fn day(text: &str) -> Option<String> {
    let Birth { from, month, day, .. } = Birth::parse(text)?;
    Some(format!("{from}-{:02}-{:02}", month?, day?))
}

/// UTF-8, or Latin-1 as some publishers still write.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|b| char::from(*b)).collect()),
    }
}

/// The names of a table's columns, where it has some, and its records, each with the line it begins on.
type Table = (Vec<String>, Vec<(u64, csv::StringRecord)>);

fn records(file: &str, text: &str, has_header: bool) -> Result<Table, Refused> {
    delimited(file, text, has_header, b',')
}

/// [`records`] of a table above which there may be a line that begins with a word and says the publisher's date.
fn dated_records<'t>(file: &str, text: &'t str, begins: &str) -> Result<(Option<&'t str>, Table), Refused> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let head = first.get(..begins.len()).filter(|head| head.eq_ignore_ascii_case(begins));
    let Some(head) = head else { return Ok((None, records(file, text, true)?)) };
    let below = |line: u64| line + 1;
    let (header, rows) =
        records(file, rest, true).map_err(|refused| Refused { line: below(refused.line), ..refused })?;
    let rows = rows.into_iter().map(|(line, row)| (below(line), row)).collect();
    Ok((first.get(head.len()..), (header, rows)))
}

/// [`records`] of a table whose cells another character separates.
fn delimited(file: &str, text: &str, has_header: bool, delimiter: u8) -> Result<Table, Refused> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(has_header).delimiter(delimiter).from_reader(text.as_bytes());
    let wrong = |e: &csv::Error| {
        let line = e.position().map_or(0, csv::Position::line);
        let why = match e.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} columns where {expected_len} are expected: the file is cut off or damaged")
            }
            _ => "not a row of a table".to_owned(),
        };
        Refused::new(file, line, why)
    };
    let header = if has_header {
        reader.headers().map_err(|e| wrong(&e))?.iter().map(|h| h.trim().to_lowercase()).collect()
    } else {
        vec![]
    };
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(|e| wrong(&e))?;
        rows.push((record.position().map_or(0, csv::Position::line), record));
    }
    Ok((header, rows))
}

/// The places of columns that must be there.
fn columns<const N: usize>(file: &str, header: &[String], names: [&str; N]) -> Result<[usize; N], Refused> {
    let mut places = [0; N];
    for (place, name) in places.iter_mut().zip(names) {
        *place = header
            .iter()
            .position(|h| h == name)
            .ok_or_else(|| Refused::new(file, 1, format!("there is no column {name:?}")))?;
    }
    Ok(places)
}

#[cfg(test)]
mod tests;
