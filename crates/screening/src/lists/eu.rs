//! The EU's consolidated list of financial sanctions, XML.

use super::{Parsed, Refused, eu_csv, un::counted, xml};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries = vec![];
    let root = xml::each(file, text, &["sanctionEntity"], |line, e| {
        let id =
            [e.attribute("euReferenceNumber"), e.attribute("logicalId")].into_iter().find(|i| !i.is_empty());
        let person = e
            .child("subjectType")
            .is_some_and(|t| t.attribute("code") == "person" || t.attribute("classificationCode") == "P");
        let kind = if person { Kind::Person } else { Kind::Organization };
        // The reliable ones first. In published files every name is `strong`; the remark says otherwise.
        let is_weak = |name: &xml::Element| {
            let remark = name.get("remark").to_lowercase();
            name.attribute("strong") == "false"
                || remark.contains("low quality")
                || remark.contains("weak alias")
        };
        let named = || e.all("nameAlias").filter(|n| !n.attribute("wholeName").trim().is_empty());
        let mut names = named().filter(|n| !is_weak(n)).chain(named().filter(|n| is_weak(n)));
        let (Some(id), Some(first)) = (id, names.next()) else {
            return Err(Refused::new(file, line, "an entry without a name or number"));
        };
        let mut entry = Entry::new(id, kind, first.attribute("wholeName"));
        for name in names {
            let quality = if is_weak(name) { Quality::Weak } else { Quality::Alias };
            entry.alias(name.attribute("wholeName"), quality);
        }
        entry.gender = e.all("nameAlias").find_map(|n| Gender::parse(n.attribute("gender")));
        for birth in e.all("birthdate") {
            let attributes = [
                "birthdate",
                "dayOfMonth",
                "monthOfYear",
                "year",
                "yearRangeFrom",
                "yearRangeTo",
                "circa",
                "calendarType",
            ];
            entry.birth(&eu_csv::birth_date(attributes.map(|name| birth.attribute(name))));
        }
        for place in e.all("citizenship").chain(e.all("address")) {
            entry.country(place.attribute("countryDescription"));
        }
        for id in e.all("identification").filter(|id| id.attribute("knownFalse") != "true") {
            entry.number(id.attribute("number"));
        }
        entry.programs = e.all("regulation").map(|r| r.attribute("programme").to_owned()).collect();
        entry.programs.dedup();
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<sanctionEntity ", "<sanctionEntity>"], entries.len())?;
    let published = root.attribute("generationDate").split('T').next().unwrap_or_default().to_owned();
    Ok(Parsed::new(entries, Some(published)))
}
