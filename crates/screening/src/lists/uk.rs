//! The sanctions list of the United Kingdom: as one table, or as tables of subjects, names and birth dates.

use std::collections::HashMap;

use super::{Files, Parsed, Refused, columns, dated_records, day, records, text};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

type Table<'f> = (&'f str, &'f [u8]);

/// The three tables by their names.
pub(super) fn tables(files: &Files) -> Option<(Table<'_>, Table<'_>, Option<Table<'_>>)> {
    let find = |ending: &str| {
        let found = files.iter().find(|(n, _)| n.to_lowercase().ends_with(ending));
        found.map(|(n, b)| (n.as_str(), b.as_slice()))
    };
    Some((find("subjects.csv")?, find("subject_names.csv")?, find("subject_dobs.csv")))
}

pub(super) fn kind_of(word: &str) -> Option<Kind> {
    Some(match word.trim().to_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" => Kind::Organization,
        "ship" => Kind::Vessel,
        _ => return None,
    })
}

pub(super) fn read_tables(files: &Files) -> Result<Parsed, Refused> {
    let Some(((file, subjects), names, births)) = tables(files) else {
        let file = files.keys().next().map_or("", String::as_str);
        return Err(Refused::new(file, 0, "subjects.csv and subject_names.csv are needed"));
    };
    let (header, rows) = records(file, &text(subjects), true)?;
    let [id, kind] = columns(file, &header, ["unique_id", "subject_type"])?;
    let mut entries: Vec<Entry> = vec![];
    let mut places = HashMap::new();
    for (line, row) in &rows {
        let cell = |i: usize| row.get(i).unwrap_or_default().trim();
        let kind =
            kind_of(cell(kind)).ok_or_else(|| Refused::new(file, *line, "no known type of subject"))?;
        if places.insert(cell(id).to_owned(), entries.len()).is_some() {
            return Err(Refused::new(file, *line, "the number of a subject occurs twice"));
        }
        entries.push(Entry { names: vec![], ..Entry::new(cell(id), kind, "") });
    }
    let (file, bytes) = names;
    let (header, rows) = records(file, &text(bytes), true)?;
    let wanted = [
        "unique_id",
        "name_type",
        "alias_strength",
        "full_name",
        "name_1",
        "name_2",
        "name_3",
        "name_4",
        "name_5",
        "name_6",
    ];
    let [id, kind, strength, full, parts @ ..] = columns(file, &header, wanted)?;
    for (line, row) in &rows {
        let cell = |i: usize| row.get(i).unwrap_or_default().trim();
        let entry = places.get(cell(id)).and_then(|i| entries.get_mut(*i));
        let entry = entry.ok_or_else(|| {
            Refused::new(file, *line, "a name of no subject: the tables are not of one day")
        })?;
        let quality = match (cell(kind), cell(strength)) {
            ("primary", _) => Quality::Main,
            (_, "low_quality_aka") => Quality::Weak,
            _ => Quality::Alias,
        };
        // In the order of a name: given names, then the family name (name 6).
        let whole = parts.iter().map(|i| cell(*i)).collect::<Vec<_>>().join(" ");
        let whole = if whole.trim().is_empty() { cell(full).to_owned() } else { whole };
        entry.alias(&whole, quality);
    }
    if let Some((file, bytes)) = births {
        let (header, rows) = records(file, &text(bytes), true)?;
        let [id, year, month, day] = columns(file, &header, ["unique_id", "year", "month", "day"])?;
        for (line, row) in &rows {
            let cell = |i: usize| row.get(i).unwrap_or_default().trim();
            let entry = places.get(cell(id)).and_then(|i| entries.get_mut(*i));
            let entry = entry.ok_or_else(|| Refused::new(file, *line, "a birth date of no subject"))?;
            entry.birth(format!("{}-{}-{}", cell(year), cell(month), cell(day)).trim_end_matches('-'));
        }
    }
    if let Some(nameless) = entries.iter().find(|e| e.names.is_empty()) {
        return Err(Refused::new(file, 0, format!("subject {} has no name", nameless.id)));
    }
    entries.iter_mut().for_each(|e| e.names.sort_by_key(|n| n.quality != Quality::Main));
    Ok(Parsed::new(entries, None))
}

/// The single table, whose first line may be the date of the last update.
pub(super) fn single(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (dated, (header, rows)) = dated_records(file, text, "last updated")?;
    let published = dated.and_then(|date| day(date.trim_start_matches(',')));
    let wanted = [
        "name 1",
        "name 2",
        "name 3",
        "name 4",
        "name 5",
        "name 6",
        "dob",
        "nationality",
        "group type",
        "alias type",
        "alias quality",
        "regime",
        "group id",
    ];
    let [n1, n2, n3, n4, n5, n6, dob, nationality, group, alias, quality, regime, id] =
        columns(file, &header, wanted)?;
    let gender = header.iter().position(|h| h == "gender");
    let mut entries: Vec<Entry> = vec![];
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, row) in &rows {
        let cell = |i: usize| row.get(i).unwrap_or_default().trim();
        let kind = kind_of(cell(group)).ok_or_else(|| Refused::new(file, *line, "no known group type"))?;
        let name = [n1, n2, n3, n4, n5, n6].map(cell).join(" ");
        if name.trim().is_empty() || cell(id).is_empty() {
            return Err(Refused::new(file, *line, "a row without a name or number"));
        }
        let at = *places.entry(cell(id).to_owned()).or_insert_with(|| {
            entries.push(Entry { names: vec![], ..Entry::new(cell(id), kind, "") });
            entries.len() - 1
        });
        let Some(entry) = entries.get_mut(at) else { continue };
        let quality = match (cell(alias).to_lowercase().as_str(), cell(quality).to_lowercase().as_str()) {
            ("primary name", _) => Quality::Main,
            (_, "low quality" | "low") => Quality::Weak,
            _ => Quality::Alias,
        };
        entry.alias(&name, quality);
        entry.birth(cell(dob));
        entry.country(cell(nationality).trim_start_matches(|c: char| !c.is_alphabetic()));
        if entry.programs.is_empty() {
            entry.programs.push(cell(regime).to_owned());
        }
        entry.gender = entry.gender.or_else(|| gender.and_then(|g| Gender::parse(cell(g))));
    }
    entries.iter_mut().for_each(|e| e.names.sort_by_key(|n| n.quality != Quality::Main));
    Ok(Parsed::new(entries, published))
}
