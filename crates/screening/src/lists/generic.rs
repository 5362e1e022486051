//! The operator's own lists: tables with a header, and lines of JSON.

use serde_json::Value;

use super::{Parsed, Refused, records};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

fn kind_of(word: &str) -> Option<Kind> {
    Some(match word.trim().to_lowercase().as_str() {
        "person" | "individual" | "pep" => Kind::Person,
        "organization" | "organisation" | "entity" | "company" | "publicbody" => Kind::Organization,
        "vessel" | "ship" => Kind::Vessel,
        "aircraft" | "airplane" => Kind::Aircraft,
        "" | "unknown" | "legalentity" => Kind::Unknown,
        _ => return None,
    })
}

/// Values of one cell, separated by semicolons.
fn several(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|v| !v.is_empty())
}

pub(super) fn csv(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (header, rows) = records(file, text, true)?;
    let column = |names: &[&str]| header.iter().position(|h| names.contains(&h.replace(' ', "_").as_str()));
    let name = column(&["name", "full_name", "caption"])
        .ok_or_else(|| Refused::new(file, 1, "there is no column \"name\""))?;
    let id = column(&["id", "uid", "entity_number"]);
    let kind = column(&["type", "kind", "schema"]);
    let aliases = column(&["aliases", "alias", "alt_names"]);
    let weak = column(&["weak_aliases"]);
    let births = column(&["birth_date", "birth_dates", "date_of_birth", "dates_of_birth", "dob"]);
    let countries = column(&["country", "countries", "nationality", "nationalities", "citizenships"]);
    let gender = column(&["gender", "sex"]);
    let programs = column(&["program", "programs", "sanctions", "dataset"]);
    let numbers = column(&["identifiers", "ids", "numbers"]);
    let mut entries = vec![];
    for (line, row) in &rows {
        let cell = |i: Option<usize>| i.and_then(|i| row.get(i)).unwrap_or_default().trim();
        if cell(Some(name)).is_empty() {
            return Err(Refused::new(file, *line, "a row without a name"));
        }
        let kind = kind_of(cell(kind)).ok_or_else(|| {
            Refused::new(file, *line, "no known type; person, organization, vessel or aircraft")
        })?;
        let number = if cell(id).is_empty() { format!("line-{line}") } else { cell(id).to_owned() };
        let mut entry = Entry::new(number, kind, cell(Some(name)));
        several(cell(aliases)).for_each(|a| entry.alias(a, Quality::Alias));
        several(cell(weak)).for_each(|a| entry.alias(a, Quality::Weak));
        several(cell(births)).for_each(|b| entry.birth(b));
        several(cell(countries)).for_each(|c| entry.country(c));
        several(cell(numbers)).for_each(|n| entry.number(n));
        entry.programs = several(cell(programs)).map(str::to_owned).collect();
        entry.gender = Gender::parse(cell(gender));
        entries.push(entry);
    }
    Ok(Parsed::new(entries, None))
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
        let Some(kind) = kind_of(schema) else { continue };
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
