//! The lists of the Office of Foreign Assets Control of the US Treasury.

use std::collections::{HashMap, hash_map};

use super::{Files, Parsed, Refused, records, text, un::counted, xml};
use crate::{
    entry::{Entry, Gender, Quality},
    names::Kind,
};

/// How an empty value is written.
const NOTHING: &str = "-0-";

/// Primary file, alternate names, addresses, what did not fit into the remarks.
pub(super) struct Parts<'f> {
    primary: (&'f str, &'f [u8]),
    alt: Option<(&'f str, &'f [u8])>,
    add: Option<(&'f str, &'f [u8])>,
    comments: Option<(&'f str, &'f [u8])>,
}

/// Recognises the parts by their file names; `None` without the primary one.
pub(super) fn parts(files: &Files) -> Option<Parts<'_>> {
    let find = |endings: &[&str]| {
        let is = |name: &str| endings.iter().any(|e| name.to_lowercase().ends_with(e));
        files.iter().find(|(n, _)| is(n)).map(|(n, b)| (n.as_str(), b.as_slice()))
    };
    Some(Parts {
        primary: find(&["sdn.csv", "cons_prim.csv"])?,
        alt: find(&["alt.csv"]),
        add: find(&["add.csv"]),
        comments: find(&["comments.csv"]),
    })
}

/// The rows of a file without header; the mark of its end is not one.
fn rows(file: &str, bytes: &[u8], width: usize) -> Result<Vec<(u64, csv::StringRecord)>, Refused> {
    let text = text(bytes);
    let text = text.trim_end_matches(['\u{1a}', '\n', '\r']);
    let (_, rows) = records(file, text, false)?;
    for (line, row) in &rows {
        if row.len() != width {
            return Err(Refused::new(
                file,
                *line,
                format!("{} columns where {width} are expected", row.len()),
            ));
        }
        if row.get(0).is_none_or(|id| id.trim().parse::<u32>().is_err()) {
            return Err(Refused::new(
                file,
                *line,
                "the first column is no number: columns are missing or moved",
            ));
        }
    }
    Ok(rows)
}

fn said(row: &csv::StringRecord, column: usize) -> &str {
    let value = row.get(column).unwrap_or_default().trim();
    if value == NOTHING { "" } else { value }
}

pub(super) fn csv(files: &Files) -> Result<Parsed, Refused> {
    let Some(parts) = parts(files) else {
        let file = files.keys().next().map_or("", String::as_str);
        return Err(Refused::new(file, 0, "there is no sdn.csv or cons_prim.csv"));
    };
    // Remarks end in the middle of a word and go on there.
    let mut comments: HashMap<String, (u64, String)> = HashMap::new();
    if let Some((file, bytes)) = parts.comments {
        for (line, row) in rows(file, bytes, 2)? {
            let (_, comment) = comments.entry(said(&row, 0).to_owned()).or_insert((line, String::new()));
            comment.push_str(row.get(1).unwrap_or_default());
        }
    }
    let (file, bytes) = parts.primary;
    let (mut entries, mut warnings): (Vec<Entry>, Vec<Refused>) = (vec![], vec![]);
    let mut places: HashMap<String, usize> = HashMap::new();
    for (line, row) in rows(file, bytes, 12)? {
        let kind = match said(&row, 2).to_lowercase().as_str() {
            "individual" => Kind::Person,
            "" | "entity" => Kind::Organization,
            "vessel" => Kind::Vessel,
            "aircraft" => Kind::Aircraft,
            _ => {
                return Err(Refused::new(
                    file,
                    line,
                    "the third column is no type: columns are missing or moved",
                ));
            }
        };
        let (id, name) = (said(&row, 0).to_owned(), said(&row, 1));
        if name.is_empty() {
            return Err(Refused::new(file, line, "an entry without a name"));
        }
        let mut entry = Entry::new(id.clone(), kind, name);
        entry.programs = said(&row, 3).split("] [").map(str::to_owned).filter(|p| !p.is_empty()).collect();
        let (_, comment) = comments.remove(&id).unwrap_or_default();
        remarks(&mut entry, &[said(&row, 11), &comment].concat());
        // Seen in published files. Aliases and addresses go to the first; no name is lost.
        match places.entry(id) {
            hash_map::Entry::Occupied(_) => {
                warnings.push(Refused::new(file, line, "the number of an entry occurs twice"));
            }
            hash_map::Entry::Vacant(place) => drop(place.insert(entries.len())),
        }
        entries.push(entry);
    }
    if let (Some((file, _)), Some((line, _))) = (parts.comments, comments.into_values().min()) {
        return Err(Refused::new(
            file,
            line,
            "the rest of the remarks of no entry: the files are not of one day",
        ));
    }
    if let Some((file, bytes)) = parts.alt {
        for (line, row) in rows(file, bytes, 5)? {
            let entry = place(&places, &mut entries, file, line, &row)?;
            entry.alias(said(&row, 3), Quality::Alias);
        }
    }
    if let Some((file, bytes)) = parts.add {
        let rows = rows(file, bytes, 6)?;
        let mut lost = vec![];
        for (line, row) in &rows {
            match place(&places, &mut entries, file, *line, row) {
                Ok(entry) => entry.country(said(row, 4)),
                Err(refused) => lost.push(refused),
            }
        }
        // A stray address is a slip of the publisher; many are files of different days.
        if lost.len() > 1 + rows.len() / 1000 {
            return Err(lost.swap_remove(0));
        }
        warnings.extend(lost);
    }
    Ok(Parsed { warnings, ..Parsed::new(entries, None) })
}

fn place<'e>(
    places: &HashMap<String, usize>,
    entries: &'e mut [Entry],
    file: &str,
    line: u64,
    row: &csv::StringRecord,
) -> Result<&'e mut Entry, Refused> {
    let entry = places.get(said(row, 0)).and_then(|i| entries.get_mut(*i));
    entry.ok_or_else(|| {
        Refused::new(
            file,
            line,
            "belongs to an entry that is not in the primary file: the files are not of one day",
        )
    })
}

/// `DOB 10 Dec 1948; alt. DOB 1949; nationality Egypt; Gender Male; Passport 1084010 (Egypt); a.k.a. 'X'.`
fn remarks(entry: &mut Entry, remarks: &str) {
    for part in remarks.trim_end_matches('.').split(';') {
        let part = part.trim();
        let plain = part.strip_prefix("alt. ").unwrap_or(part);
        if let Some(date) = plain.strip_prefix("DOB ") {
            entry.birth(date);
        } else if let Some(country) =
            plain.strip_prefix("nationality ").or_else(|| plain.strip_prefix("citizen "))
        {
            entry.country(country);
        } else if let Some(gender) = plain.strip_prefix("Gender ") {
            entry.gender = Gender::parse(gender);
        } else if let Some(name) =
            ["a.k.a. ", "f.k.a. ", "n.k.a. "].iter().find_map(|p| plain.strip_prefix(p))
        {
            // Names that stand only here are the weak ones.
            entry.alias(name.trim_matches(['\'', '"', '.']), Quality::Weak);
        } else if let Some(number) = number(plain) {
            entry.number(number);
        }
    }
}

/// `Cedula No. 10234567 (Colombia)`, `C.U.R.P. LIXM850906MDFXXR03 (Mexico)`: the number.
fn number(part: &str) -> Option<&str> {
    const LABELS: [&str; 18] = [
        "No.", "No", "Number", "#", "Passport", "SSN", "ID", "Card", "Code", "C.U.R.P.", "R.F.C.", "D.N.I.",
        "C.U.I.T.", "C.U.I.P.", "I.F.E.", "NIT", "IMO", "RTN",
    ];
    const OTHERS: [&str; 3] = ["Phone", "Fax", "Currency"];
    let said = part.strip_suffix(')').and_then(|p| p.rsplit_once(" (")).map_or(part, |(said, _)| said);
    let (label, number) = said.trim().rsplit_once(' ')?;
    let is_label = label.split(' ').next_back().is_some_and(|last| LABELS.contains(&last));
    (is_label && !OTHERS.iter().any(|other| label.contains(other))).then_some(number)
}

pub(super) fn xml(file: &str, text: &str) -> Result<Parsed, Refused> {
    let mut entries = vec![];
    let mut published = None;
    xml::each(file, text, &["sdnEntry", "publshInformation"], |line, e| {
        if e.name == "publshInformation" {
            published = Some(e.get("Publish_Date")).filter(|d| !d.is_empty());
            return Ok(());
        }
        let kind = match e.get("sdnType").as_str() {
            "Individual" => Kind::Person,
            "Entity" => Kind::Organization,
            "Vessel" => Kind::Vessel,
            "Aircraft" => Kind::Aircraft,
            _ => return Err(Refused::new(file, line, "an entry of no known type")),
        };
        let name = |of: &xml::Element| format!("{} {}", of.get("firstName"), of.get("lastName"));
        let (id, main) = (e.get("uid"), name(&e));
        if id.is_empty() || main.trim().is_empty() {
            return Err(Refused::new(file, line, "an entry without a name or number"));
        }
        let mut entry = Entry::new(id, kind, &main);
        let under = |list: &str, item: &str| -> Vec<&xml::Element> {
            let found = e.child(list).map(|l| l.children.iter().filter(|c| c.name == item).collect());
            found.unwrap_or_default()
        };
        for aka in under("akaList", "aka") {
            let weak = aka.get("category") == "weak";
            entry.alias(&name(aka), if weak { Quality::Weak } else { Quality::Alias });
        }
        for birth in under("dateOfBirthList", "dateOfBirthItem") {
            entry.birth(&birth.get("dateOfBirth"));
        }
        for country in
            under("nationalityList", "nationality").into_iter().chain(under("citizenshipList", "citizenship"))
        {
            entry.country(&country.get("country"));
        }
        for address in under("addressList", "address") {
            entry.country(&address.get("country"));
        }
        for id in under("idList", "id") {
            match id.get("idType").as_str() {
                "Gender" => entry.gender = Gender::parse(&id.get("idNumber")),
                _ => entry.number(&id.get("idNumber")),
            }
        }
        entry.programs = under("programList", "program").iter().map(|p| p.text.trim().to_owned()).collect();
        entries.push(entry);
        Ok(())
    })?;
    counted(file, text, &["<sdnEntry>"], entries.len())?;
    Ok(Parsed::new(entries, published))
}
