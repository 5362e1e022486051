//! The UN Security Council's consolidated list.

use super::{Parsed, Refused, xml};
use crate::{
    entry::{Birth, Entry, Gender, Quality},
    names::Kind,
};

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries = vec![];
    let root = xml::each(file, text, &["INDIVIDUAL", "ENTITY"], |line, e| {
        let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|n| e.get(n));
        let name = crate::entry::tidy(&parts.join(" "));
        let id = Some(e.get("REFERENCE_NUMBER")).filter(|i| !i.is_empty()).unwrap_or_else(|| e.get("DATAID"));
        if name.is_empty() || id.is_empty() {
            return Err(Refused::new(file, line, "an entry without a name or number"));
        }
        let individual = e.name == "INDIVIDUAL";
        let kind = if individual { Kind::Person } else { Kind::Organization };
        let mut entry = Entry::new(id, kind, &name);
        entry.alias(&e.get("NAME_ORIGINAL_SCRIPT"), Quality::Alias);
        for alias in e.all(if individual { "INDIVIDUAL_ALIAS" } else { "ENTITY_ALIAS" }) {
            let quality = if alias.get("QUALITY") == "Low" { Quality::Weak } else { Quality::Alias };
            // Some aliases are several, separated by semicolons.
            for name in alias.get("ALIAS_NAME").split(';') {
                entry.alias(name, quality);
            }
        }
        for birth in e.all("INDIVIDUAL_DATE_OF_BIRTH") {
            let (from, to) = (birth.get("FROM_YEAR"), birth.get("TO_YEAR"));
            let mut said = [birth.get("DATE"), birth.get("YEAR")].join(" ");
            // A month, or the whole date, stands in the note at times; beside ages, documents and other calendars.
            let note = birth.get("NOTE");
            if birth.get("DATE").is_empty() && Birth::is_all_of(&note) {
                said = format!("{note} {said}");
            }
            if birth.get("TYPE_OF_DATE") == "APPROXIMATELY" {
                said.push_str(" circa");
            }
            entry.birth(if from.is_empty() { said } else { format!("{from} to {to}") }.trim());
        }
        for country in e.all("NATIONALITY").flat_map(|n| n.all("VALUE")) {
            entry.country(&country.text);
        }
        for address in e.all("ENTITY_ADDRESS") {
            entry.country(&address.get("COUNTRY"));
        }
        for document in e.all("INDIVIDUAL_DOCUMENT") {
            entry.number(&document.get("NUMBER"));
        }
        entry.gender = Gender::parse(&e.get("GENDER"));
        entry.programs = vec![e.get("UN_LIST_TYPE")];
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<INDIVIDUAL>", "<ENTITY>"], entries.len())?;
    let published = root.attribute("dateGenerated").split('T').next().unwrap_or_default().to_owned();
    Ok(Parsed::new(entries, Some(published)))
}

/// Checks that as many entries were read as the file holds.
pub(super) fn counted(file: &str, text: &str, tags: &[&str], parsed: usize) -> Result<(), Refused> {
    let held: usize = tags.iter().map(|t| text.matches(t).count()).sum();
    if held > parsed {
        let why = format!("the file holds {held} entries and {parsed} were read");
        return Err(Refused::new(file, 0, why));
    }
    Ok(())
}
