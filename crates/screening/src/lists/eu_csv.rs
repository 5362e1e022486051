//! The EU's consolidated list of financial sanctions as a table with semicolons: a row for each name, address, birth
//! date, citizenship or document, which repeats the columns of its bearer. Versions 1.0 and 1.1 name the columns
//! differently.

use std::collections::HashMap;

use super::{Parsed, Refused, columns, delimited};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

/// The columns of a version, in one order.
struct Layout {
    /// Must be there: number, type, the whole name.
    needed: [&'static str; 3],
    names: [&'static str; 3],
    reference: &'static str,
    /// May be there: date of the file, programme, gender, strength of the name and a remark on it.
    more: [&'static str; 5],
    /// Birth date; day, month, year; from, to; circa; calendar.
    birth: [&'static str; 8],
    countries: [&'static str; 2],
    /// Number of a document, its Latin spelling, whether it is known to be false.
    document: [&'static str; 3],
}

const V1_1: Layout = Layout {
    needed: ["entity_logicalid", "entity_subjecttype", "namealias_wholename"],
    names: ["namealias_firstname", "namealias_middlename", "namealias_lastname"],
    reference: "entity_eu_referencenumber",
    more: [
        "filegenerationdate",
        "entity_regulation_programme",
        "namealias_gender",
        "namealias_strong",
        "namealias_remark",
    ],
    birth: [
        "birthdate_birthdate",
        "birthdate_day",
        "birthdate_month",
        "birthdate_year",
        "birthdate_yearrangefrom",
        "birthdate_yearrangeto",
        "birthdate_circa",
        "birthdate_calendartype",
    ],
    countries: ["citizenship_countrydescription", "address_countrydescription"],
    document: ["identification_number", "identification_latinnumber", "identification_knownfalse"],
};

/// Some columns of this version occur once for each part of a row; the first is the bearer's.
const V1_0: Layout = Layout {
    needed: ["entity_logical_id", "subject_type", "naal_wholename"],
    names: ["naal_firstname", "naal_middlename", "naal_lastname"],
    reference: "eu_ref_num",
    more: ["date_file", "programme", "naal_gender", "", ""],
    birth: ["birt_date", "", "", "", "", "", "", ""],
    countries: ["citi_country", "addr_country"],
    document: ["iden_number", "", ""],
};

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (header, rows) = delimited(file, text, true, b';')?;
    let has = |name: &str| header.iter().any(|h| h == name);
    let layout = if has(V1_1.needed[0]) { V1_1 } else { V1_0 };
    let [id, kind, whole] = columns(file, &header, layout.needed)?;
    let place = |name: &str| header.iter().position(|h| h == name && !name.is_empty());
    let [dated, programme, gender, strong, remark] = layout.more.map(place);
    let (names, birth) = (layout.names.map(place), layout.birth.map(place));
    let (countries, document) = (layout.countries.map(place), layout.document.map(place));
    let reference = place(layout.reference);

    let mut published = None;
    let mut entries: Vec<(u64, Entry)> = vec![];
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, row) in &rows {
        let cell = |i: Option<usize>| i.and_then(|i| row.get(i)).unwrap_or_default().trim();
        if row.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        let number = cell(Some(id));
        if number.is_empty() || !number.bytes().all(|c| c.is_ascii_digit()) {
            return Err(Refused::new(file, *line, "a row without a number: columns are missing or moved"));
        }
        let kind = match cell(Some(kind)).to_lowercase().as_str() {
            "p" | "person" => Kind::Person,
            "e" | "enterprise" => Kind::Organization,
            _ => return Err(Refused::new(file, *line, "no known type: columns are missing or moved")),
        };
        if published.is_none() {
            published = Some(cell(dated).to_owned());
        }
        let at = *places.entry(number.to_owned()).or_insert_with(|| {
            // The number that the XML form has too.
            let id = if cell(reference).is_empty() { number } else { cell(reference) };
            entries.push((*line, Entry { names: vec![], ..Entry::new(id, kind, "") }));
            entries.len() - 1
        });
        let Some((_, entry)) = entries.get_mut(at) else { continue };
        if entry.kind != kind {
            return Err(Refused::new(file, *line, "a person and an organisation of one number"));
        }
        let parts = names.map(cell).join(" ");
        let name = if cell(Some(whole)).is_empty() { parts.as_str() } else { cell(Some(whole)) };
        let quality = match () {
            () if cell(strong) == "false" || cell(remark).to_lowercase().contains("low quality") => {
                Quality::Weak
            }
            () if !entry.names.iter().any(|n| n.quality == Quality::Main) => Quality::Main,
            () => Quality::Alias,
        };
        entry.alias(name, quality);
        entry.gender = entry.gender.or_else(|| Gender::parse(cell(gender)));
        entry.birth(&birth_date(birth.map(cell)));
        countries.iter().for_each(|c| entry.country(cell(*c)));
        let [document, latin, known_false] = document.map(cell);
        if known_false != "true" {
            // `AB123456 (passport)`.
            [document, latin].iter().for_each(|n| entry.number(n.split(" (").next().unwrap_or_default()));
        }
        let programme = cell(programme).to_owned();
        if !programme.is_empty() && !entry.programs.contains(&programme) {
            entry.programs.push(programme);
        }
    }
    if let Some((line, _)) = entries.iter().find(|(_, e)| e.names.is_empty()) {
        return Err(Refused::new(file, *line, "an entry without a name: rows are missing"));
    }
    let main_first = |(_, mut entry): (u64, Entry)| {
        // Where every name is weak, the first is the main one all the same.
        if !entry.names.iter().any(|n| n.quality == Quality::Main)
            && let Some(first) = entry.names.first_mut()
        {
            first.quality = Quality::Main;
        }
        entry.names.sort_by_key(|n| n.quality != Quality::Main);
        entry
    };
    Ok(Parsed::new(entries.into_iter().map(main_first).collect(), published))
}

/// The date as it is known best; nothing where it is one of another calendar.
pub(super) fn birth_date([date, day, month, year, from, to, circa, calendar]: [&str; 8]) -> String {
    match () {
        () if !matches!(calendar, "" | "GREGORIAN") => String::new(),
        () if !date.is_empty() => date.to_owned(),
        () if !from.is_empty() && !to.is_empty() => format!("{from} to {to}"),
        // Open at one end.
        () if !to.is_empty() => format!("1900 to {to}"),
        () if !from.is_empty() => format!("{from} to 2100"),
        () if year.is_empty() => String::new(),
        () if circa == "true" => format!("circa {year}"),
        () => [year, month, day].iter().take_while(|p| !p.is_empty()).copied().collect::<Vec<_>>().join("-"),
    }
}
