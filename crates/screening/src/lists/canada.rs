//! Canada's consolidated autonomous sanctions list.

use super::{Parsed, Refused, un::counted, xml};
use crate::{
    entry::{Entry, Quality},
    names::Kind,
};

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries: Vec<Entry> = vec![];
    xml::each(file, text, &["record"], |line, e| {
        let (last, given) = (e.get("LastName"), e.get("GivenName"));
        let thing = [e.get("EntityOrShip"), e.get("Entity")].into_iter().find(|n| !n.is_empty());
        let (kind, name) = match &thing {
            Some(name) => (Kind::Organization, name.clone()),
            None => (Kind::Person, format!("{given} {last}")),
        };
        if name.trim().is_empty() {
            return Err(Refused::new(file, line, "an entry without a name"));
        }
        let id = format!("{}-{}-{}", e.get("Country"), e.get("Schedule"), e.get("Item"));
        let mut entry = Entry::new(id, kind, &name);
        for alias in e.get("Aliases").split([';', ',']) {
            entry.alias(alias, Quality::Alias);
        }
        entry.birth(&e.get("DateOfBirthOrShipBuildDate"));
        entry.birth(&e.get("DateOfBirth"));
        // Regimes are named by country: not necessarily the person's.
        entry.programs = vec![e.get("Country")];
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<record>"], entries.len())?;
    Ok(Parsed::new(entries, None))
}
