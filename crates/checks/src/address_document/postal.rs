//! An address out of the lines that it is printed in.

use bonafide_core::text::plain;

use super::{
    country::{Country, Cues},
    locality::{Locality, locality},
    people,
};

/// An address in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) street: String,
    /// A flat, a building, somebody else's door.
    pub(super) extra: Option<String>,
    pub(super) city: String,
    pub(super) state: Option<String>,
    pub(super) zip: String,
    pub(super) country: Country,
}

/// What some lines hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub(super) address: Address,
    /// Who lives there, by the lines above the street.
    pub(super) names: Vec<String>,
    /// Whether a title says that these are people.
    pub(super) titled: bool,
    /// Whether a company stands above the street.
    pub(super) company: bool,
    /// The lines of the names, the street and the town, first and last.
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) street_line: usize,
}

/// Words of streets: whole words, beginnings and ends of words.
static STREETS: &[&str] = &[
    "STREET",
    "ST",
    "ROAD",
    "RD",
    "AVENUE",
    "AVE",
    "LANE",
    "LN",
    "DRIVE",
    "DR",
    "BLVD",
    "BOULEVARD",
    "COURT",
    "CT",
    "CRESCENT",
    "CLOSE",
    "VIEW",
    "TERRACE",
    "WAY",
    "HIGHWAY",
    "SQUARE",
    "RUE",
    "CHEMIN",
    "PLACE",
    "IMPASSE",
    "ALLEE",
    "QUAI",
    "CHAUSSEE",
    "CALLE",
    "C",
    "AVENIDA",
    "AVDA",
    "PLAZA",
    "PASEO",
    "CARRER",
    "CAMINO",
    "VIA",
    "VIALE",
    "CORSO",
    "PIAZZA",
    "LARGO",
    "RUA",
    "PRACA",
    "TRAVESSA",
    "UL",
    "ULICA",
    "AL",
    "ALEJA",
    "OS",
    "OSIEDLE",
    "PL",
    "AM",
    "AN DER",
    "IM",
    "ROUTE",
    "COURS",
];
static ENDINGS: &[&str] = &[
    "STRASSE", "STR", "GASSE", "WEG", "PLATZ", "ALLEE", "DAMM", "RING", "UFER", "STRAAT", "LAAN", "PLEIN",
    "KADE", "GRACHT", "DIJK", "SINGEL", "GATAN", "VAGEN", "VEJ", "GADE", "VEIEN", "GATE", "KATU", "TIE",
    "DREEF", "HOF",
];

/// Words of what stands in an address beside the street.
static EXTRAS: &[&str] = &[
    "FLAT",
    "APT",
    "APARTMENT",
    "UNIT",
    "SUITE",
    "FLOOR",
    "ROOM",
    "C O",
    "CHEZ",
    "APPARTEMENT",
    "APPT",
    "BATIMENT",
    "BAT",
    "RESIDENCE",
    "ESCALIER",
    "ETAGE",
    "LIEU DIT",
    "HINTERHAUS",
    "VORDERHAUS",
    "WOHNUNG",
    "WHG",
    "STIEGE",
    "TOP",
    "STOCK",
    "POSTFACH",
    "PISO",
    "PUERTA",
    "ESCALERA",
    "SCALA",
    "INTERNO",
    "INT",
    "PIANO",
    "BOITE",
    "BTE",
    "BUS",
    "M",
    "LOK",
    "KLATKA",
    "T A V",
    "TAV",
    "VERDIEPING",
    "HOUSE",
    "BUILDING",
    "PO BOX",
    "BP",
];

/// Most lines of an address above its town.
const ABOVE: usize = 6;

/// The address among some lines that stand in a block. `None` where there is none.
pub(super) fn parse(lines: &[&str], cues: &Cues) -> Option<Found> {
    let found = (1..lines.len()).filter_map(|i| at(lines, i, cues));
    // Of two in one block, that of a person.
    found.max_by_key(|f| (!f.names.is_empty(), !f.company, std::cmp::Reverse(f.to)))
}

/// The address whose postal code is in line `i`.
fn at(lines: &[&str], i: usize, cues: &Cues) -> Option<Found> {
    let line = lines.get(i)?;
    let named = lines.get(i + 1).and_then(|next| Country::named(next));
    let (country, place) = town(line, named, cues)?;
    let from = i.saturating_sub(ABOVE);
    let mut above: Vec<&str> = lines.get(from..i)?.to_vec();
    // A code on a line of its own has its town above it; a town without a code above its own is none of these.
    let city = match place.city {
        Some(city) => city,
        None => {
            let at = post_town(&above)?;
            let city = above.get(at)?.trim_end_matches([',', '.']).to_owned();
            // Villages stand above the town, counties below it.
            above.truncate(at);
            city
        }
    };
    let street_at = street(&above)?;
    let street_text = above.get(street_at)?.trim().trim_end_matches(',').to_owned();
    let mut names = vec![];
    let (mut extra, mut company, mut titled) = (vec![], false, false);
    let mut first = street_at;
    for (n, text) in above.iter().enumerate().take(street_at).rev() {
        let of_line = people::names(text);
        if is_extra(text) {
            extra.insert(0, (*text).to_owned());
        } else if people::is_company(text) {
            company = true;
        } else if of_line.is_empty() {
            break;
        } else {
            titled |= people::is_titled(text);
            names.splice(0..0, of_line);
        }
        first = n;
    }
    extra.extend(above.iter().skip(street_at + 1).map(|text| (*text).to_owned()));
    let extra = (!extra.is_empty()).then(|| extra.join(", "));
    let to = if named.is_some() { i + 1 } else { i };
    let address = Address { street: street_text, extra, city, state: place.state, zip: place.zip, country };
    Some(Found { address, names, titled, company, from: from + first, to, street_line: from + street_at })
}

/// The country whose form a line has, of several the one that the page speaks for.
fn town(line: &str, named: Option<Country>, cues: &Cues) -> Option<(Country, Locality)> {
    let options = Country::ALL.into_iter().filter_map(|c| locality(line, c).map(|l| (c, l)));
    let weight = |(country, place): &(Country, Locality)| {
        let said = if named == Some(*country) { 20.0 } else { 0.0 };
        said + f32::from(place.telling) * 2.0 + cues.weight(*country)
    };
    options.max_by(|a, b| weight(a).total_cmp(&weight(b)))
}

/// Which of the lines above a code on a line of its own is the post town: the one in capitals, else the last.
fn post_town(above: &[&str]) -> Option<usize> {
    let shouted = |text: &&str| {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        letters > 2 && !text.chars().any(|c| c.is_lowercase() || c.is_ascii_digit())
    };
    let last = above.len().checked_sub(1).filter(|last| *last > 0)?;
    let mixed = above.iter().any(|text| text.chars().any(char::is_lowercase));
    let capital = above.iter().rposition(shouted).filter(|at| mixed && *at > 0);
    let at = capital.unwrap_or(last);
    let town = above.get(at).is_some_and(|text| !text.chars().any(|c| c.is_ascii_digit()));
    town.then_some(at)
}

/// Which of the lines above the town is the street: one with a word of streets and a number, else with a number, else with
/// such a word.
fn street(above: &[&str]) -> Option<usize> {
    let number = |text: &&str| text.chars().any(|c| c.is_ascii_digit());
    let word = |text: &&str| is_street(text);
    let dated = |text: &&str| text.contains(':') || text.matches(['/', '.']).count() > 1 && text.len() < 12;
    let place = |test: &dyn Fn(&&str) -> bool| above.iter().rposition(|text| test(text) && !dated(text));
    place(&|text| number(text) && word(text))
        .or_else(|| {
            place(&|text| {
                number(text) && !is_extra(text) && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
            })
        })
        .or_else(|| place(&|text| word(text) && !is_extra(text) && !people::is_company(text)))
        // "Lieu-dit le Bourg" has no number.
        .or_else(|| {
            above
                .len()
                .checked_sub(1)
                .filter(|last| *last > 0 && above.get(*last).is_some_and(|t| plain(t).starts_with("LIEU")))
        })
}

fn is_street(text: &str) -> bool {
    let plain = plain(text);
    let padded = format!(" {plain} ");
    let ends = plain.split(' ').any(|w| ENDINGS.iter().any(|e| w.len() > e.len() + 1 && w.ends_with(e)));
    // Where spaces were lost, a street begins with its word or ends with it.
    let squeezed: String = plain.chars().filter(|c| c.is_ascii_uppercase()).collect();
    let glued = STREETS.iter().any(|w| {
        w.len() > 3 && squeezed.len() > w.len() + 2 && (squeezed.starts_with(w) || squeezed.ends_with(w))
    });
    ends || glued || STREETS.iter().any(|w| padded.contains(&format!(" {w} ")))
}

fn is_extra(text: &str) -> bool {
    let plain = plain(text);
    let padded = format!(" {plain} ");
    let word = EXTRAS.iter().any(|w| match w.len() {
        // "m. 14" is a flat, and "M." a title.
        0..=2 => padded.starts_with(&format!(" {w} ")) && plain.contains(|c: char| c.is_ascii_digit()),
        _ => padded.contains(&format!(" {w} ")),
    });
    let glued = EXTRAS.iter().any(|w| {
        w.len() >= 3
            && plain.starts_with(w)
            && plain.get(w.len()..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()))
    });
    // "3º B", "2. Etage links"; a house's own name, as "Rose Court".
    let floor = text.contains(['º', 'ª'])
        || plain
            .split(' ')
            .any(|w| matches!(w, "ETAGE" | "OBERGESCHOSS" | "OG" | "EG" | "COURT" | "COTTAGE"));
    word || glued || floor
}

/// The address in one line, its parts divided by commas or strokes, and who lives there.
pub(super) fn parse_line(text: &str, cues: &Cues) -> Option<Found> {
    let parts: Vec<&str> = text
        .split([',', '·', '|', '•', ';'])
        .flat_map(|p| p.split(" - "))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    // A house number that stands behind a comma belongs to the street, and a state with its code to the town.
    let mut joined: Vec<String> = vec![];
    for part in parts {
        let number = part.len() <= 5 && part.starts_with(|c: char| c.is_ascii_digit());
        let coded = locality(part, Country::Us).is_some_and(|l| l.city.is_none())
            || locality(part, Country::Gb).is_some_and(|l| l.city.is_none());
        match joined.last_mut() {
            Some(last) if number || coded => last.push_str(&format!(", {part}")),
            _ => joined.push(part.to_owned()),
        }
    }
    let lines: Vec<&str> = joined.iter().map(String::as_str).collect();
    parse(&lines, cues)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str], cues: &[&str]) -> Found {
        parse(lines, &Cues::of(cues.iter().copied())).unwrap_or_else(|| panic!("{lines:?}"))
    }

    #[test]
    fn addresses_of_many_countries() {
        for (lines, hint, expected) in [
            (
                &["Mme Claire Fontanel", "Appartement 12", "12 rue des Lilas", "75011 PARIS"][..],
                "TVA facture",
                ["12 rue des Lilas", "Appartement 12", "PARIS", "", "75011", "FR"],
            ),
            (
                &["Mr Thomas Marsh", "Flat 4", "17 Mill Lane", "LEEDS", "LS6 2AB"],
                "",
                ["17 Mill Lane", "Flat 4", "LEEDS", "", "LS6 2AB", "GB"],
            ),
            (
                &["Mr Thomas Marsh", "17 Mill Lane", "Headingley", "LEEDS", "West Yorkshire", "LS6 2AB"],
                "",
                ["17 Mill Lane", "Headingley", "LEEDS", "", "LS6 2AB", "GB"],
            ),
            (
                &["Frau Sabine Vogt", "Rosenweg 8", "50667 Köln"],
                "Rechnung HRB",
                ["Rosenweg 8", "", "Köln", "", "50667", "DE"],
            ),
            (
                &["D. Javier Vidal Campos", "3º B", "Calle Mayor, 12", "28013 Madrid"],
                "Factura fecha",
                ["Calle Mayor, 12", "3º B", "Madrid", "", "28013", "ES"],
            ),
            (
                &["Sig. Matteo Moretti", "Via Garibaldi 7", "20121 Milano (MI)"],
                "",
                ["Via Garibaldi 7", "", "Milano", "MI", "20121", "IT"],
            ),
            (
                &["Mevr. Femke de Graaf", "Kerkstraat 21", "1017 AB Amsterdam"],
                "",
                ["Kerkstraat 21", "", "Amsterdam", "", "1017 AB", "NL"],
            ),
            (
                &["Madame Élise Wauters", "Rue du Beffroi 9", "bte 12", "7000 Mons"],
                "TVA RPM facture",
                ["Rue du Beffroi 9", "bte 12", "Mons", "", "7000", "BE"],
            ),
            (
                &["Pan Paweł Nowak", "ul. Długa 14", "31-042 Kraków"],
                "",
                ["ul. Długa 14", "", "Kraków", "", "31-042", "PL"],
            ),
            (
                &["Herrn Reto Caduff", "Seeweg 3", "8001 Zürich"],
                "CHF MWST",
                ["Seeweg 3", "", "Zürich", "", "8001", "CH"],
            ),
            (
                &["M. Julien Castaing", "9 place de la Halle", "44000 NANTES"],
                "TVA facture",
                ["9 place de la Halle", "", "NANTES", "", "44000", "FR"],
            ),
            (
                &["Jacob Larsen", "9 Oak Avenue", "Apt 4B", "Portland, OR 97205"],
                "",
                ["9 Oak Avenue", "Apt 4B", "Portland", "OR", "97205", "US"],
            ),
            (
                &["Megan MacLeod", "120 King Street West", "Toronto ON M5V 2T6"],
                "",
                ["120 King Street West", "", "Toronto", "ON", "M5V 2T6", "CA"],
            ),
            (
                &["Frau Eva Huber", "Mariahilfer Straße 1", "1060 Wien", "Österreich"],
                "",
                ["Mariahilfer Straße 1", "", "Wien", "", "1060", "AT"],
            ),
        ] {
            let found = of(lines, &[hint]);
            let a = &found.address;
            let got = [
                a.street.as_str(),
                a.extra.as_deref().unwrap_or(""),
                &a.city,
                a.state.as_deref().unwrap_or(""),
                &a.zip,
                a.country.code(),
            ];
            assert_eq!(got, expected, "{lines:?}");
            assert_eq!(found.names.len(), 1, "{lines:?}: {:?}", found.names);
            assert_eq!((found.from, found.company), (0, false), "{lines:?}");
        }
    }

    #[test]
    fn a_companys_address_is_told_from_a_persons() {
        let found = of(&["Northwick Water plc", "240 Castle Street", "BRISTOL", "BS1 4ND"], &[]);
        assert!(found.company && found.names.is_empty());
        let line =
            parse_line("Stadtwerke Lindental GmbH · Am Mühlbach 240 · 04109 Leipzig", &Cues::default())
                .unwrap();
        assert!(line.company && line.address.city == "Leipzig");
        let line = parse_line("17 Mill Lane, LEEDS, LS6 2AB", &Cues::default()).unwrap();
        assert_eq!((line.address.street.as_str(), line.address.city.as_str()), ("17 Mill Lane", "LEEDS"));
        let line = parse_line("Calle Mayor, 12, 28013 Madrid", &Cues::default()).unwrap();
        assert_eq!(line.address.street, "Calle Mayor, 12");
    }

    #[test]
    fn what_has_no_street_or_town_is_no_address() {
        for lines in
            [&["Total à payer", "75011 PARIS"][..], &["12 rue des Lilas"], &[], &["Consommation", "1284 kWh"]]
        {
            assert_eq!(parse(lines, &Cues::default()), None, "{lines:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_bearable(lines in proptest::collection::vec("\\PC{0,30}", 0..8)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let _ = parse(&lines, &Cues::default());
            let _ = parse_line(&lines.join(", "), &Cues::default());
        }
    }
}
