//! The operator's own lists: tables with a header, and lines of JSON.

use serde_json::Value;

use super::{Parsed, Refused, records};
use crate::{
    entry::{Birth, Entry, Gender, Quality},
    names::Kind,
    table,
};

/// The columns that are read, by their names; the first is how we call them.
const COLUMNS: [&[&str]; 11] = [
    &["name", "full_name", "caption"],
    &["id", "uid", "entity_number"],
    &["type", "kind", "schema"],
    &["aliases", "alias", "alt_names"],
    &["weak_aliases"],
    &["birth_date", "birth_dates", "date_of_birth", "dates_of_birth", "dob"],
    &["country", "countries", "nationality", "nationalities", "citizenships"],
    &["gender", "sex"],
    &["program", "programs", "sanctions", "dataset"],
    &["identifiers", "ids", "numbers"],
    &["first_seen", "last_seen", "last_change"],
];
/// Most warnings of one file; the rest is counted.
const MAX_WARNINGS: usize = 20;

/// Values of one cell, separated by semicolons.
fn several(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|v| !v.is_empty())
}

pub(super) fn csv(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (header, rows) = records(file, text, true)?;
    let header: Vec<String> = header.iter().map(|h| h.replace(' ', "_")).collect();
    let column = |names: &[&str]| header.iter().position(|h| names.contains(&h.as_str()));
    let [name, id, kind, aliases, weak, births, countries, gender, programs, numbers, _] =
        COLUMNS.map(column);
    let name = name.ok_or_else(|| Refused::new(file, 1, "there is no column \"name\""))?;
    let is_of_everything = kind.and_then(|i| header.get(i)).is_some_and(|h| h == "schema");
    let mut warnings = vec![];
    let known = COLUMNS.concat();
    for unused in header.iter().filter(|h| !known.contains(&h.as_str())) {
        let meant = table::nearest(unused, &known).map(|m| format!("; was {m} meant?")).unwrap_or_default();
        warnings.push(Refused::new(file, 1, format!("the column {unused:?} is not used{meant}")));
    }
    let mut entries = vec![];
    for (line, row) in &rows {
        let cell = |i: Option<usize>| i.and_then(|i| row.get(i)).unwrap_or_default().trim();
        if cell(Some(name)).is_empty() {
            return Err(Refused::new(file, *line, "a row without a name"));
        }
        let kind = match Kind::parse(cell(kind)) {
            Some(kind) => kind,
            // A table of everything that there is: wallets, securities and the like bear no names.
            None if is_of_everything => continue,
            None => {
                let why = "no known type; person, organization, vessel or aircraft";
                return Err(Refused::new(file, *line, why));
            }
        };
        let number = if cell(id).is_empty() { format!("line-{line}") } else { cell(id).to_owned() };
        let mut entry = Entry::new(number, kind, cell(Some(name)));
        several(cell(aliases)).for_each(|a| entry.alias(a, Quality::Alias));
        several(cell(weak)).for_each(|a| entry.alias(a, Quality::Weak));
        for birth in several(cell(births)) {
            if Birth::strict(birth).is_none() {
                warnings.push(Refused::new(file, *line, "a birth date is none, or only in part"));
            }
            entry.birth(birth);
        }
        several(cell(countries)).for_each(|c| entry.country(c));
        several(cell(numbers)).for_each(|n| entry.number(n));
        if Gender::parse(cell(gender)).is_none() && !Gender::is_open(cell(gender)) {
            warnings.push(Refused::new(file, *line, "no known gender; female or male"));
        }
        entry.programs = several(cell(programs)).map(str::to_owned).collect();
        entry.gender = Gender::parse(cell(gender));
        entries.push(entry);
    }
    let more = warnings.len().saturating_sub(MAX_WARNINGS);
    warnings.truncate(MAX_WARNINGS);
    if more > 0 {
        warnings.push(Refused::new(file, 0, format!("{more} more of the same kind")));
    }
    Ok(Parsed { warnings, ..Parsed::new(entries, None) })
}

pub(super) fn json_lines(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries = vec![];
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let value: Value = serde_json::from_str(text)
            .map_err(|_| Refused::new(file, line, "not an object of JSON: the file is cut off or damaged"))?;
        // Things that are no bearers of a name: addresses, ownerships and the like.
        let schema = value["schema"].as_str().or_else(|| value["type"].as_str()).unwrap_or_default();
        let Some(kind) = Kind::parse(schema) else { continue };
        let from = if value["properties"].is_object() { &value["properties"] } else { &value };
        let all = |names: &[&str]| -> Vec<String> {
            names
                .iter()
                .flat_map(|n| match &from[*n] {
                    Value::Array(values) => {
                        values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                    }
                    Value::String(value) => several(value).map(str::to_owned).collect(),
                    _ => vec![],
                })
                .collect()
        };
        let names = all(&["name", "full_name"]);
        let Some((main, others)) = names.split_first() else {
            return Err(Refused::new(file, line, "an entry without a name"));
        };
        let id = value["id"].as_str().map_or_else(|| format!("line-{line}"), str::to_owned);
        let mut entry = Entry::new(id, kind, main);
        others
            .iter()
            .chain(&all(&["alias", "aliases", "previousName"]))
            .for_each(|a| entry.alias(a, Quality::Alias));
        all(&["weakAlias", "weak_aliases"]).iter().for_each(|a| entry.alias(a, Quality::Weak));
        all(&["birthDate", "birth_date"]).iter().for_each(|b| entry.birth(b));
        all(&["nationality", "country", "citizenship"]).iter().for_each(|c| entry.country(c));
        all(&["passportNumber", "idNumber", "taxNumber", "identifiers"]).iter().for_each(|n| entry.number(n));
        entry.programs = all(&["topics", "program"]);
        entry.gender = all(&["gender"]).iter().find_map(|g| Gender::parse(g));
        entries.push(entry);
    }
    Ok(Parsed::new(entries, None))
}
