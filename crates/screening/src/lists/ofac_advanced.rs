//! The advanced form of the US Treasury's lists: parties, their names part by part, and what is known of them, by
//! numbers that reference tables at the beginning of the file explain.

use std::collections::{HashMap, HashSet};

use super::{Parsed, Refused, un::counted, xml};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

/// Reference tables that are needed: the element of a value, by the element that holds it.
const TABLES: [&str; 8] = [
    "PartyType",
    "PartySubType",
    "NamePartType",
    "Script",
    "FeatureType",
    "DetailReference",
    "Country",
    "SanctionsType",
];

/// What numbers mean.
#[derive(Default)]
struct References {
    /// Table and number → text.
    words: HashMap<(&'static str, String), String>,
    /// Type of party of each subtype.
    parties: HashMap<String, String>,
}

impl References {
    fn read(&mut self, sets: &xml::Element) {
        for value in sets.children.iter().flat_map(|set| &set.children) {
            let Some(table) = TABLES.iter().find(|t| **t == value.name) else { continue };
            let id = value.attribute("ID").to_owned();
            if *table == "PartySubType" {
                self.parties.insert(id.clone(), value.attribute("PartyTypeID").to_owned());
            }
            self.words.insert((table, id), crate::entry::tidy(&value.text));
        }
    }

    fn word(&self, table: &'static str, id: &str) -> &str {
        self.words.get(&(table, id.to_owned())).map_or("", String::as_str)
    }

    fn kind(&self, sub_type: &str) -> Option<Kind> {
        let party = self.parties.get(sub_type).map_or("", String::as_str);
        Some(match (self.word("PartySubType", sub_type), self.word("PartyType", party)) {
            ("Vessel", _) => Kind::Vessel,
            ("Aircraft", _) => Kind::Aircraft,
            ("Individual", _) | (_, "Individual") => Kind::Person,
            ("Entity", _) | (_, "Entity") => Kind::Organization,
            _ => return None,
        })
    }
}

/// What stands outside the parties, and to whom it belongs.
#[derive(Default)]
struct Beside {
    /// Number of an identity → place of its entry.
    identities: HashMap<String, usize>,
    /// Number of a profile → place of its entry.
    profiles: HashMap<String, usize>,
    /// Number of a location → its country, by name.
    locations: HashMap<String, String>,
    /// Entries and the locations that say a country of theirs.
    lives: Vec<(usize, String)>,
    /// Identities and numbers of their documents.
    documents: Vec<(u64, String, String)>,
}

pub(super) fn read(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries: Vec<Entry> = vec![];
    let mut published = None;
    let mut known = References::default();
    let mut beside = Beside::default();
    let mut parties = 0;
    let mut sanctioned: HashSet<usize> = HashSet::new();
    let wanted =
        ["DateOfIssue", "ReferenceValueSets", "Location", "IDRegDocument", "DistinctParty", "SanctionsEntry"];
    xml::each(file, text, &wanted, |line, e| {
        match e.name.as_str() {
            "DateOfIssue" => {
                published.get_or_insert(
                    day(&e)
                        .map_or_else(String::new, |d| format!("{:04}-{:02}-{:02}", d.year, d.month, d.day)),
                );
            }
            "ReferenceValueSets" => known.read(&e),
            "Location" => {
                let country = e.child("LocationCountry").map_or("", |c| c.attribute("CountryID"));
                let mut country = known.word("Country", country).to_owned();
                // A nationality may be written out instead.
                if country.is_empty() {
                    let parts = e.all("LocationPart").flat_map(|p| p.all("LocationPartValue"));
                    country = parts.last().map(|v| v.get("Value")).unwrap_or_default();
                }
                beside.locations.insert(e.attribute("ID").to_owned(), country);
            }
            "IDRegDocument" => {
                let identity = e.attribute("IdentityID").to_owned();
                beside.documents.push((line, identity, e.get("IDRegistrationNo")));
            }
            "DistinctParty" => {
                parties += 1;
                let before = entries.len();
                for profile in e.all("Profile") {
                    entries.push(self::profile(file, line, profile, &known, &mut beside, entries.len())?);
                }
                if entries.len() == before {
                    return Err(Refused::new(file, line, "a party without a profile"));
                }
            }
            _ => {
                let place = beside.profiles.get(e.attribute("ProfileID"));
                let Some((place, entry)) = place.and_then(|p| Some((*p, entries.get_mut(*p)?))) else {
                    let why = "sanctions on a party that the file does not hold: parties are missing";
                    return Err(Refused::new(file, line, why));
                };
                sanctioned.insert(place);
                for measure in e.all("SanctionsMeasure") {
                    let program = measure.get("Comment");
                    let kind = known.word("SanctionsType", measure.attribute("SanctionsTypeID"));
                    let is_program = kind.is_empty() || kind == "Program";
                    if is_program && !program.is_empty() && !entry.programs.contains(&program) {
                        entry.programs.push(program);
                    }
                }
            }
        }
        Ok(())
    })?;
    let mut warnings = vec![];
    for (line, identity, number) in &beside.documents {
        let place = beside.identities.get(identity);
        match place.and_then(|p| entries.get_mut(*p)) {
            Some(entry) => entry.number(number),
            None => {
                let why = "a document of a party that the file does not hold: parties are missing";
                warnings.push(Refused::new(file, *line, why));
            }
        }
    }
    // One stray document is a slip of the publisher; many are a file in pieces.
    if warnings.len() > 1 + beside.documents.len() / 1000 {
        return Err(warnings.swap_remove(0));
    }
    for (place, location) in &beside.lives {
        if let (Some(entry), Some(country)) = (entries.get_mut(*place), beside.locations.get(location)) {
            entry.country(country);
        }
    }
    let free = entries.len() - sanctioned.len();
    let why = || format!("{free} parties have no entry of sanctions");
    match free {
        0 => {}
        _ if free * 10 > entries.len() => {
            return Err(Refused::new(file, 0, format!("{}: parts of the file are missing", why())));
        }
        _ => warnings.push(Refused::new(file, 0, why())),
    }
    counted(file, text, &["<DistinctParty ", "<DistinctParty>"], parties)?;
    Ok(Parsed { warnings, ..Parsed::new(entries, published) })
}

/// One person, organisation, vessel or aircraft.
fn profile(
    file: &str,
    line: u64,
    profile: &xml::Element,
    known: &References,
    beside: &mut Beside,
    place: usize,
) -> Result<Entry, Refused> {
    let refused = |why: &str| Refused::new(file, line, why);
    let id = profile.attribute("ID");
    if id.is_empty() {
        return Err(refused("a party without a number"));
    }
    if known.words.is_empty() {
        return Err(refused("a party before the reference tables: parts are missing or moved"));
    }
    let kind = known.kind(profile.attribute("PartySubTypeID"));
    let kind = kind.ok_or_else(|| refused("a party of no known type"))?;
    let mut names: Vec<(String, Quality)> = vec![];
    for identity in profile.all("Identity") {
        beside.identities.insert(identity.attribute("ID").to_owned(), place);
        let primary = identity.attribute("Primary") != "false";
        for alias in identity.all("Alias") {
            let quality = match () {
                () if alias.attribute("LowQuality") == "true" => Quality::Weak,
                () if primary && alias.attribute("Primary") == "true" => Quality::Main,
                () => Quality::Alias,
            };
            for name in alias.all("DocumentedName") {
                let (name, latin) = whole(name, identity, known);
                // The same name in another script is another name of it.
                let other = quality == Quality::Main && !latin;
                names.push((name, if other { Quality::Alias } else { quality }));
            }
        }
    }
    names.retain(|(name, _)| name.chars().any(char::is_alphanumeric));
    if !names.iter().any(|(_, q)| *q == Quality::Main)
        && let Some(first) = names.first_mut()
    {
        first.1 = Quality::Main;
    }
    names.sort_by_key(|(_, quality)| *quality != Quality::Main);
    let mut names = names.into_iter();
    let Some((main, _)) = names.next() else { return Err(refused("a party without a name")) };
    if beside.profiles.insert(id.to_owned(), place).is_some() {
        return Err(refused("the number of a party occurs twice"));
    }
    let mut entry = Entry::new(id, kind, &main);
    for (name, quality) in names {
        // One main name: a second script or spelling of it is an alias.
        entry.alias(&name, if quality == Quality::Main { Quality::Alias } else { quality });
    }
    for feature in profile.all("Feature") {
        let versions = feature.all("FeatureVersion");
        match known.word("FeatureType", feature.attribute("FeatureTypeID")) {
            "Birthdate" => {
                versions.flat_map(|v| v.all("DatePeriod")).for_each(|p| entry.birth(&period(p)));
            }
            "Gender" => {
                let details = versions.flat_map(|v| v.all("VersionDetail"));
                let said = |d: &xml::Element| {
                    let word = known.word("DetailReference", d.attribute("DetailReferenceID"));
                    Gender::parse(word).or_else(|| Gender::parse(&d.text))
                };
                entry.gender = entry.gender.or_else(|| details.filter_map(said).next());
            }
            "Nationality Country" | "Citizenship Country" | "Location" => {
                let locations = versions.flat_map(|v| v.all("VersionLocation"));
                beside.lives.extend(locations.map(|l| (place, l.attribute("LocationID").to_owned())));
            }
            _ => {}
        }
    }
    Ok(entry)
}

/// A name of several parts in the order it is spoken, the family name last, and whether it is in Latin letters.
fn whole(name: &xml::Element, identity: &xml::Element, known: &References) -> (String, bool) {
    let groups = || {
        let groups = identity.all("NamePartGroups").flat_map(|g| g.all("MasterNamePartGroup"));
        groups.flat_map(|m| m.all("NamePartGroup"))
    };
    let mut parts: Vec<(bool, &str)> = vec![];
    let mut latin = true;
    for value in name.all("DocumentedNamePart").flat_map(|p| p.all("NamePartValue")) {
        let group = value.attribute("NamePartGroupID");
        let kind =
            groups().find(|g| g.attribute("ID") == group).map_or("", |g| g.attribute("NamePartTypeID"));
        let family = matches!(known.word("NamePartType", kind), "Last Name" | "Maiden Name");
        parts.push((family, value.text.as_str()));
        let script = known.word("Script", value.attribute("ScriptID"));
        latin &= script.is_empty() || script == "Latin";
    }
    parts.sort_by_key(|(family, _)| *family);
    let words: Vec<&str> = parts.into_iter().map(|(_, text)| text).collect();
    (crate::entry::tidy(&words.join(" ")), latin)
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Day {
    year: u16,
    month: u8,
    day: u8,
}

fn day(e: &xml::Element) -> Option<Day> {
    let small = |name| e.get(name).parse().unwrap_or(0);
    Some(Day { year: e.get("Year").parse().ok()?, month: small("Month"), day: small("Day") })
}

/// A period of days as a birth date is written: a day, a month, a year, some years, about a year.
fn period(period: &xml::Element) -> String {
    let end = |name: &str, inner: &str| period.child(name).and_then(|e| e.child(inner)).and_then(day);
    let Some(from) = end("Start", "From").or_else(|| end("Start", "To")) else { return String::new() };
    let to = end("End", "To").or_else(|| end("End", "From")).unwrap_or(from);
    let about = ["Start", "End"]
        .iter()
        .any(|n| period.child(n).is_some_and(|e| e.attribute("Approximate") == "true"));
    match () {
        () if from.year != to.year => format!("{} to {}", from.year, to.year),
        () if about => format!("circa {}", from.year),
        () if from == to && from.day > 0 => format!("{:04}-{:02}-{:02}", from.year, from.month, from.day),
        () if from.month == to.month && from.month > 0 => format!("{:04}-{:02}", from.year, from.month),
        () => from.year.to_string(),
    }
}
