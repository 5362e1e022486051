//! The UK Sanctions List of the Foreign Office, since 28 January 2026 the only one of the United Kingdom: as one table with a row for
//! each name and address, and as XML.

use std::collections::HashMap;

use super::{Parsed, Refused, columns, dated_records, day, uk::kind_of, un::counted, xml};
use crate::entry::{Entry, Gender, Quality};

/// The first of a table's columns that no other form has.
pub(super) const HALLMARK: &str = "Name non-latin script";

/// The words are spelled in several ways; a name without any is the main one.
fn quality(kind: &str, strength: &str) -> Quality {
    match (kind.to_lowercase().as_str(), strength.to_lowercase()) {
        (_, strength) if strength.starts_with("low") => Quality::Weak,
        ("" | "primary name", _) => Quality::Main,
        _ => Quality::Alias,
    }
}

/// In another script it is an alias of the same strength.
fn in_its_script(quality: Quality) -> Quality {
    if quality == Quality::Main { Quality::Alias } else { quality }
}

/// The regime and what is imposed: `Asset freeze|Travel Ban`.
fn programs(entry: &mut Entry, regime: &str, imposed: &str) {
    for program in std::iter::once(regime).chain(imposed.split('|')).map(str::trim) {
        if !program.is_empty() && !entry.programs.iter().any(|p| p == program) {
            entry.programs.push(program.to_owned());
        }
    }
}

/// A ship's number is written with and without its letters.
fn imo(entry: &mut Entry, number: &str) {
    entry.number(number.trim().trim_start_matches(|c: char| c.is_ascii_alphabetic()));
}

pub(super) fn csv(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (dated, (header, rows)) = dated_records(file, text, "report date:")?;
    let wanted = [
        "unique id",
        "name 1",
        "name 2",
        "name 3",
        "name 4",
        "name 5",
        "name 6",
        "name type",
        "alias strength",
        "name non-latin script",
        "regime name",
        "designation type",
        "sanctions imposed",
        "d.o.b",
        "nationality(/ies)",
    ];
    let [id, n1, n2, n3, n4, n5, n6, kind, strength, script, regime, bearer, imposed, born, nationality] =
        columns(file, &header, wanted)?;
    let more = [
        "gender",
        "imo number",
        "passport number",
        "national identifier number",
        "business registration number (s)",
        "address country",
        "current believed flag of ship",
    ];
    let [gender, ship, numbers @ .., country, flag] = more.map(|name| header.iter().position(|h| h == name));

    let mut entries: Vec<Entry> = vec![];
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, row) in &rows {
        let cell = |i: usize| row.get(i).unwrap_or_default().trim();
        let Some(bearer) = kind_of(cell(bearer)) else {
            return Err(Refused::new(file, *line, "no known designation type: columns are missing or moved"));
        };
        let name = [n1, n2, n3, n4, n5, n6].map(cell).join(" ");
        if name.trim().is_empty() || cell(id).is_empty() {
            return Err(Refused::new(file, *line, "a row without a name or number"));
        }
        let at = *places.entry(cell(id).to_owned()).or_insert_with(|| {
            entries.push(Entry { names: vec![], ..Entry::new(cell(id), bearer, "") });
            entries.len() - 1
        });
        let Some(entry) = entries.get_mut(at) else { continue };
        let quality = quality(cell(kind), cell(strength));
        entry.alias(&name, quality);
        entry.alias(cell(script), in_its_script(quality));
        entry.birth(cell(born));
        entry.country(cell(nationality).trim_start_matches(|c: char| !c.is_alphabetic()));
        [country, flag].iter().flatten().for_each(|i| entry.country(cell(*i)));
        numbers.iter().flatten().for_each(|i| entry.number(cell(*i)));
        ship.iter().for_each(|i| imo(entry, cell(*i)));
        programs(entry, cell(regime), cell(imposed));
        entry.gender = entry.gender.or_else(|| gender.and_then(|i| Gender::parse(cell(i))));
    }
    entries.iter_mut().for_each(|e| e.names.sort_by_key(|n| n.quality != Quality::Main));
    Ok(Parsed::new(entries, dated.and_then(day)))
}

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let (mut entries, mut published): (Vec<Entry>, _) = (vec![], None);
    xml::each(file, text, &["Designation", "DateGenerated"], |line, e| {
        if e.name == "DateGenerated" {
            published = day(&e.text);
            return Ok(());
        }
        let Some(bearer) = kind_of(&e.get("IndividualEntityShip")) else {
            return Err(Refused::new(file, line, "an entry of no known type"));
        };
        let mut entry = Entry { names: vec![], ..Entry::new(e.get("UniqueID"), bearer, "") };
        for name in e.child("Names").into_iter().flat_map(|names| names.all("Name")) {
            let parts = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"].map(|part| name.get(part));
            entry.alias(&parts.join(" "), quality(&name.get("NameType"), &name.get("AliasStrength")));
        }
        entry.names.sort_by_key(|n| n.quality != Quality::Main);
        if entry.id.is_empty() || entry.names.is_empty() {
            return Err(Refused::new(file, line, "an entry without a name or number"));
        }
        let each = |name: &str| e.within(name).into_iter().map(|found| crate::entry::tidy(&found.text));
        each("NameNonLatinScript").for_each(|name| entry.alias(&name, Quality::Alias));
        each("DOB").for_each(|born| entry.birth(&born));
        ["Nationality", "AddressCountry"].into_iter().flat_map(each).for_each(|c| entry.country(&c));
        let numbers = ["PassportNumber", "NationalIdentifierNumber", "BusinessRegistrationNumber"];
        numbers.into_iter().flat_map(each).for_each(|number| entry.number(&number));
        each("IMONumber").for_each(|number| imo(&mut entry, &number));
        entry.gender = each("Gender").find_map(|gender| Gender::parse(&gender));
        programs(&mut entry, &e.get("RegimeName"), &e.get("SanctionsImposed"));
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<Designation>"], entries.len())?;
    Ok(Parsed::new(entries, published))
}
