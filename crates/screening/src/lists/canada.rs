//! Canada's consolidated autonomous sanctions list. Since 24 August 2026 its elements have an English and a French name,
//! `LastName-NomDeFamille`, and so have some of its values, `Russia / Russie`.

use super::{Parsed, Refused, un::counted, xml};
use crate::{
    entry::{Entry, Quality},
    names::Kind,
};

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries: Vec<Entry> = vec![];
    xml::each(file, text, &["record"], |line, e| {
        let get = |name: &str| {
            let is = |c: &&xml::Element| c.name.split('-').next() == Some(name);
            e.children.iter().find(is).map(|c| crate::entry::tidy(&c.text)).unwrap_or_default()
        };
        let english = |name: &str| get(name).split(" / ").next().unwrap_or_default().to_owned();
        let (last, given) = (get("LastName"), get("GivenName"));
        let thing = [get("EntityOrShip"), get("Entity")].into_iter().find(|n| !n.is_empty());
        let (kind, name) = match &thing {
            Some(name) => (Kind::Organization, name.clone()),
            None => (Kind::Person, format!("{given} {last}")),
        };
        if name.trim().is_empty() {
            return Err(Refused::new(file, line, "an entry without a name"));
        }
        let id = [english("Country"), get("Schedule"), get("Item")].join("-");
        let mut entry = Entry::new(id, kind, &name);
        for alias in get("Aliases").split(';').flat_map(|part| aliases(part, kind)) {
            entry.alias(&alias, Quality::Alias);
        }
        entry.birth(&get("DateOfBirthOrShipBuildDate"));
        entry.birth(&get("DateOfBirth"));
        entry.number(&get("ShipIMONumber"));
        // Regimes are named by country: not necessarily the person's.
        entry.programs = vec![english("Country")];
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<record>"], entries.len())?;
    Ok(Parsed::new(entries, None))
}

/// The names of a part without semicolons. A comma stands between two of them, or in one: `Family, Given`, `Trading House, LLC`.
fn aliases(part: &str, kind: Kind) -> Vec<String> {
    // `Russian: …` says what language a name is in.
    let part = part.rsplit_once(':').map_or(part, |(_, name)| name);
    let names: Vec<&str> = part.split(',').map(str::trim).filter(|n| !n.is_empty()).collect();
    match names.as_slice() {
        [first, second]
            if [first, second].iter().any(|n| n.split_whitespace().count() == 1) && !initials(second) =>
        {
            let whole = if kind == Kind::Person { [*second, *first] } else { [*first, *second] };
            vec![whole.join(" ")]
        }
        names => names.iter().map(|n| (*n).to_owned()).collect(),
    }
}

fn initials(name: &str) -> bool {
    name.split_whitespace().all(|word| word.trim_end_matches('.').chars().count() == 1)
}
