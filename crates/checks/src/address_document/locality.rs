//! The line of an address that names the town: how each country writes its postal code there.

use super::country::Country;

/// A town with its postal code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locality {
    pub(super) zip: String,
    /// Absent where the code stands on a line of its own.
    pub(super) city: Option<String>,
    pub(super) state: Option<String>,
    /// How much the form alone says for the country.
    pub(super) telling: u8,
}

/// How a country writes the line: a code before the town (9 a digit, A a letter, X either, a space that may be left out or, as `_`, may not), a code after
/// it, or a state and a code after it.
enum Form {
    Before { prefixes: &'static [&'static str], code: &'static str, telling: u8 },
    After { codes: &'static [&'static str], telling: u8 },
    State { codes: &'static [&'static str], states: &'static [(&'static str, &'static str)] },
}

const fn before(prefixes: &'static [&'static str], code: &'static str, telling: u8) -> Form {
    Form::Before { prefixes, code, telling }
}

fn form(country: Country) -> Form {
    match country {
        Country::At => before(&["A", "AT"], "9999", 0),
        Country::Be => before(&["B", "BE"], "9999", 0),
        Country::Ch => before(&["CH"], "9999", 0),
        Country::Dk => before(&["DK"], "9999", 0),
        Country::Lu => before(&["L", "LU"], "9999", 0),
        Country::No => before(&["N", "NO"], "9999", 0),
        Country::De => before(&["D", "DE"], "99999", 0),
        Country::Es => before(&["E", "ES"], "99999", 0),
        Country::Fi => before(&["FI", "FIN"], "99999", 0),
        Country::Fr => before(&["F", "FR"], "99999", 0),
        Country::It => before(&["I", "IT"], "99999", 0),
        Country::Nl => before(&["NL"], "9999 AA", 3),
        Country::Pl => before(&["PL"], "99-999", 3),
        Country::Pt => before(&["P", "PT"], "9999-999", 3),
        Country::Se => before(&["S", "SE"], "999_99", 1),
        Country::Gb => {
            let codes = &["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"];
            Form::After { codes, telling: 3 }
        }
        Country::Ie => Form::After { codes: &["A99 XXXX", "A9A XXXX"], telling: 2 },
        Country::Us => Form::State { codes: &["99999-9999", "99999"], states: US },
        Country::Ca => Form::State { codes: &["A9A 9A9"], states: CA },
        Country::Au => Form::State { codes: &["9999"], states: AU },
    }
}

/// Postal abbreviations with the names that are written out now and then.
static US: &[(&str, &str)] = &[
    ("AL", "ALABAMA"),
    ("AK", "ALASKA"),
    ("AZ", "ARIZONA"),
    ("AR", "ARKANSAS"),
    ("CA", "CALIFORNIA"),
    ("CO", "COLORADO"),
    ("CT", "CONNECTICUT"),
    ("DE", "DELAWARE"),
    ("DC", "DISTRICT OF COLUMBIA"),
    ("FL", "FLORIDA"),
    ("GA", "GEORGIA"),
    ("HI", "HAWAII"),
    ("ID", "IDAHO"),
    ("IL", "ILLINOIS"),
    ("IN", "INDIANA"),
    ("IA", "IOWA"),
    ("KS", "KANSAS"),
    ("KY", "KENTUCKY"),
    ("LA", "LOUISIANA"),
    ("ME", "MAINE"),
    ("MD", "MARYLAND"),
    ("MA", "MASSACHUSETTS"),
    ("MI", "MICHIGAN"),
    ("MN", "MINNESOTA"),
    ("MS", "MISSISSIPPI"),
    ("MO", "MISSOURI"),
    ("MT", "MONTANA"),
    ("NE", "NEBRASKA"),
    ("NV", "NEVADA"),
    ("NH", "NEW HAMPSHIRE"),
    ("NJ", "NEW JERSEY"),
    ("NM", "NEW MEXICO"),
    ("NY", "NEW YORK"),
    ("NC", "NORTH CAROLINA"),
    ("ND", "NORTH DAKOTA"),
    ("OH", "OHIO"),
    ("OK", "OKLAHOMA"),
    ("OR", "OREGON"),
    ("PA", "PENNSYLVANIA"),
    ("RI", "RHODE ISLAND"),
    ("SC", "SOUTH CAROLINA"),
    ("SD", "SOUTH DAKOTA"),
    ("TN", "TENNESSEE"),
    ("TX", "TEXAS"),
    ("UT", "UTAH"),
    ("VT", "VERMONT"),
    ("VA", "VIRGINIA"),
    ("WA", "WASHINGTON"),
    ("WV", "WEST VIRGINIA"),
    ("WI", "WISCONSIN"),
    ("WY", "WYOMING"),
    ("PR", "PUERTO RICO"),
];
static CA: &[(&str, &str)] = &[
    ("AB", "ALBERTA"),
    ("BC", "BRITISH COLUMBIA"),
    ("MB", "MANITOBA"),
    ("NB", "NEW BRUNSWICK"),
    ("NL", "NEWFOUNDLAND AND LABRADOR"),
    ("NS", "NOVA SCOTIA"),
    ("NT", "NORTHWEST TERRITORIES"),
    ("NU", "NUNAVUT"),
    ("ON", "ONTARIO"),
    ("PE", "PRINCE EDWARD ISLAND"),
    ("QC", "QUEBEC"),
    ("QC", "QUÉBEC"),
    ("SK", "SASKATCHEWAN"),
    ("YT", "YUKON"),
];
static AU: &[(&str, &str)] = &[
    ("NSW", "NEW SOUTH WALES"),
    ("VIC", "VICTORIA"),
    ("QLD", "QUEENSLAND"),
    ("SA", "SOUTH AUSTRALIA"),
    ("WA", "WESTERN AUSTRALIA"),
    ("TAS", "TASMANIA"),
    ("ACT", "AUSTRALIAN CAPITAL TERRITORY"),
    ("NT", "NORTHERN TERRITORY"),
];

/// The town of a line as one country writes it; `None` where the line has not that form.
pub(super) fn locality(line: &str, country: Country) -> Option<Locality> {
    let line = line.trim().trim_matches([',', ';', '.', '·', '|']).trim();
    match form(country) {
        Form::Before { prefixes, code, telling } => {
            let (rest, prefixed) = without_prefix(line, prefixes);
            let (zip, rest) = leading(rest, code)?;
            let (city, state) = town(rest, country)?;
            let telling = telling
                + if prefixed { 4 } else { 0 }
                + u8::from(state.is_some() && country == Country::It) * 3;
            Some(Locality { zip, city: Some(city), state, telling })
        }
        Form::After { codes, telling } => {
            let (rest, zip) = codes.iter().find_map(|code| trailing(line, code, true))?;
            let city = rest.trim_end_matches([',', '-', ' ']);
            let city = (!city.is_empty())
                .then(|| town(city, country))
                .map_or(Some(None), |t| t.map(|t| Some(t.0)))?;
            Some(Locality { zip, city, state: None, telling })
        }
        Form::State { codes, states } => {
            let (rest, zip) = codes.iter().find_map(|code| trailing(line, code, false))?;
            let rest = rest.trim_end_matches([',', '.', ' ', '(', ')']);
            let upper = rest.to_uppercase();
            let ends = |word: &str| {
                let before = upper.strip_suffix(word)?;
                let apart = before.is_empty() || before.ends_with(|c: char| !c.is_alphabetic());
                // Read without the space: "VancouverBC".
                let glued = word.len() <= 3
                    && rest.ends_with(word)
                    && rest.get(..before.len()).is_some_and(|b| b.ends_with(char::is_lowercase));
                (apart || glued).then_some(before.len())
            };
            let (at, state) = states
                .iter()
                .find_map(|(code, name)| ends(code).or_else(|| ends(name)).map(|at| (at, *code)))?;
            let city = rest.get(..at)?.trim_end_matches([',', ' ', '(']);
            let city = if city.is_empty() { None } else { Some(town(city, country)?.0) };
            Some(Locality { zip, city, state: Some(state.to_owned()), telling: 4 })
        }
    }
}

/// `D-10117 Berlin` without its country.
fn without_prefix<'a>(line: &'a str, prefixes: &[&str]) -> (&'a str, bool) {
    for prefix in prefixes {
        let rest =
            line.get(..prefix.len()).filter(|p| p.eq_ignore_ascii_case(prefix)).and(line.get(prefix.len()..));
        if let Some(rest) = rest.and_then(|r| r.strip_prefix(['-', '–', ' ']))
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            return (rest, true);
        }
    }
    (line, false)
}

/// The characters of a text that fit a code, in its canonical form, and how many bytes they take up.
fn fit(text: &str, code: &str) -> Option<(String, usize)> {
    let mut chars = text.char_indices().peekable();
    let mut out = String::new();
    let mut end = 0;
    for want in code.chars() {
        match want {
            ' ' => {
                // Read with or without the space.
                chars.next_if(|(_, c)| *c == ' ');
                out.push(' ');
            }
            '_' => {
                chars.next_if(|(_, c)| *c == ' ')?;
                out.push(' ');
            }
            '-' => {
                let (at, c) = chars.next_if(|(_, c)| matches!(c, '-' | '–' | ' ' | '.'))?;
                end = at + c.len_utf8();
                out.push('-');
            }
            _ => {
                let (at, c) = chars.next()?;
                let fits = match want {
                    '9' => c.is_ascii_digit(),
                    'X' => c.is_ascii_digit() || c.is_ascii_uppercase(),
                    _ => c.is_ascii_uppercase(),
                };
                if !fits {
                    return None;
                }
                end = at + 1;
                out.push(c);
            }
        }
    }
    Some((out, end))
}

/// A code at the beginning of a line, and what follows it.
fn leading<'a>(line: &'a str, code: &str) -> Option<(String, &'a str)> {
    let (zip, end) = fit(line, code)?;
    let rest = line.get(end..)?;
    // A longer number is no postal code.
    let apart = !rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with(['.', '/', ':', '\'']);
    let split = !rest.starts_with(char::is_uppercase)
        || code.ends_with('9')
        || rest.chars().nth(1).is_some_and(char::is_lowercase);
    (apart && split).then_some((zip, rest))
}

/// A code at the end of a line, and what stands before it. `apart`: a letter before it would be a part of it.
fn trailing<'a>(line: &'a str, code: &str, apart: bool) -> Option<(&'a str, String)> {
    let least = code.chars().filter(|c| *c != ' ').count();
    let starts = line.char_indices().map(|(at, _)| at).rev();
    for at in starts.take(least + 2).filter(|at| line.len() - at >= least) {
        let Some(tail) = line.get(at..) else { continue };
        let Some((zip, end)) = fit(tail, code) else { continue };
        let head = line.get(..at)?;
        let glued = |c: char| {
            c.is_ascii_digit() && zip.starts_with(|z: char| z.is_ascii_digit())
                || apart && c.is_ascii_uppercase()
        };
        if end == tail.len() && !head.ends_with(glued) {
            return Some((head, zip));
        }
    }
    None
}

/// Words that stand after numbers of four or five digits and are no towns.
static UNITS: &[&str] = &[
    "KWH", "KW", "M3", "EUR", "CHF", "PLN", "USD", "CAD", "GBP", "TTC", "HT", "TVA", "MWST", "UHR", "TAGE",
    "JOURS", "DAYS",
];

/// A town and, in brackets behind it, its province.
fn town(text: &str, country: Country) -> Option<(String, Option<String>)> {
    let text = text.trim().trim_matches([',', '-', '–', '·', '.']).trim();
    let (city, state) =
        match text.rsplit_once('(').and_then(|(city, rest)| Some((city, rest.strip_suffix(')')?))) {
            Some((city, state)) if !state.trim().is_empty() => (city.trim(), Some(state.trim().to_owned())),
            _ => match text.rsplit_once(' ') {
                Some((city, state))
                    if country == Country::It
                        && state.len() == 2
                        && state.bytes().all(|c| c.is_ascii_uppercase()) =>
                {
                    (city.trim(), Some(state.to_owned()))
                }
                _ => (text, None),
            },
        };
    let letters = city.chars().filter(|c| c.is_alphabetic()).count();
    let numbers = city.chars().filter(char::is_ascii_digit).count();
    let cedex = city.to_uppercase().contains("CEDEX") || city.to_uppercase().contains("WIEN");
    let first = city.chars().next()?;
    let unit = UNITS.contains(&city.to_uppercase().as_str());
    let town = letters >= 2 && city.chars().count() <= 45 && (numbers == 0 || cedex && numbers <= 2);
    (town && first.is_alphabetic() && !unit && !city.contains([':', '%', '€', '£', '$']))
        .then(|| (city.to_owned(), state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, country: Country) -> Option<(String, String, String)> {
        let l = locality(line, country)?;
        Some((l.zip, l.city.unwrap_or_default(), l.state.unwrap_or_default()))
    }

    fn some(zip: &str, city: &str, state: &str) -> Option<(String, String, String)> {
        Some((zip.into(), city.into(), state.into()))
    }

    #[test]
    fn each_country_in_its_own_form() {
        use Country::{At, Au, Be, Ca, Ch, De, Dk, Es, Fi, Fr, Gb, Ie, It, Lu, Nl, No, Pl, Pt, Se, Us};
        for (line, country, zip, city, state) in [
            ("75011 PARIS", Fr, "75011", "PARIS", ""),
            ("F-69003 Lyon", Fr, "69003", "Lyon", ""),
            ("31055 TOULOUSE CEDEX 4", Fr, "31055", "TOULOUSE CEDEX 4", ""),
            ("D-10117 Berlin", De, "10117", "Berlin", ""),
            ("1010 Wien", At, "1010", "Wien", ""),
            ("28013 Madrid", Es, "28013", "Madrid", ""),
            ("28220 Majadahonda (Madrid)", Es, "28220", "Majadahonda", "Madrid"),
            ("20121 Milano (MI)", It, "20121", "Milano", "MI"),
            ("00184 ROMA RM", It, "00184", "ROMA", "RM"),
            ("1017 AB Amsterdam", Nl, "1017 AB", "Amsterdam", ""),
            ("3511GC  UTRECHT", Nl, "3511 GC", "UTRECHT", ""),
            ("1348 Louvain-la-Neuve", Be, "1348", "Louvain-la-Neuve", ""),
            ("00-950 Warszawa", Pl, "00-950", "Warszawa", ""),
            ("9000 St. Gallen", Ch, "9000", "St. Gallen", ""),
            ("L-1855 Luxembourg", Lu, "1855", "Luxembourg", ""),
            ("1250-096 Lisboa", Pt, "1250-096", "Lisboa", ""),
            ("111 22 Stockholm", Se, "111 22", "Stockholm", ""),
            ("2100 København", Dk, "2100", "København", ""),
            ("0150 Oslo", No, "0150", "Oslo", ""),
            ("00100 Helsinki", Fi, "00100", "Helsinki", ""),
            ("LEEDS LS6 2AB", Gb, "LS6 2AB", "LEEDS", ""),
            ("SW1A 2AA", Gb, "SW1A 2AA", "", ""),
            ("EH39QG", Gb, "EH3 9QG", "", ""),
            ("Dublin, D02 X285", Ie, "D02 X285", "Dublin", ""),
            ("Springfield, IL 62704-1182", Us, "62704-1182", "Springfield", "IL"),
            ("Boston,MA02108", Us, "02108", "Boston", "MA"),
            ("Toronto ON M5V 2T6", Ca, "M5V 2T6", "Toronto", "ON"),
            ("Montréal (Québec) H3A 1S8", Ca, "H3A 1S8", "Montréal", "QC"),
            ("VancouverBCV6B 1A1", Ca, "V6B 1A1", "Vancouver", "BC"),
            ("Sydney NSW 2000", Au, "2000", "Sydney", "NSW"),
        ] {
            assert_eq!(of(line, country), some(zip, city, state), "{line}");
        }
    }

    #[test]
    fn numbers_that_are_no_postal_codes() {
        use Country::{Be, De, Fr, Gb, Us};
        for (line, country) in [
            ("12345 kWh", De),
            ("04821 to 05177", Fr),
            ("2026", Be),
            ("1 284 kWh", Fr),
            ("123456 Berlin", De),
            ("12.345 Berlin", De),
            ("Account 63318820", Us),
            ("20-45-77", Gb),
            ("75011", Fr),
        ] {
            assert_eq!(of(line, country), None, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_bearable(line in "\\PC{0,40}") {
            for country in Country::ALL {
                let _ = locality(&line, country);
            }
        }
    }
}
