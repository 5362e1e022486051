//! The formats of single values.

use jiff::civil::Date;

/// What issuers print where there is nothing to say.
const PLACEHOLDERS: [&str; 13] = [
    "NONE",
    "UNAVL",
    "UNAVAIL",
    "UNAVAILABLE",
    "N/A",
    "NMN",
    "NMI",
    "AUCUN",
    "AUCUNE",
    // These four are names as well.
    "NO",
    "NA",
    "NULL",
    "UNK",
];
/// How many of them nobody is called: No (노) and Na (나) are common surnames in Korea.
const NOBODYS: usize = 9;

/// Text in upper case; `None` when it is empty or says that there is nothing.
pub(super) fn text(value: &str) -> Option<String> {
    unless(value, &PLACEHOLDERS)
}

/// The same of a name, which may be a word that means "nothing" elsewhere.
pub(super) fn name(value: &str) -> Option<String> {
    unless(value, PLACEHOLDERS.get(..NOBODYS).unwrap_or_default())
}

fn unless(value: &str, nothing: &[&str]) -> Option<String> {
    let value = value.trim().trim_end_matches([',', ';']).trim_end().to_uppercase();
    let says_something = value.chars().any(char::is_alphanumeric) && !nothing.contains(&value.as_str());
    says_something.then_some(value)
}

/// Suffixes of names that are no names themselves (codes of the standard: AMVA's list of 1999), as the last word of a name:
/// the name without it, and it. Some issuers print it behind the surname, others behind the given names.
pub(super) fn without_suffix(name: &str) -> Option<(String, String)> {
    let (rest, last) = name.trim().rsplit_once([' ', ','])?;
    let bare = last.trim_end_matches('.');
    let known = matches!(bare, "JR" | "SR" | "II" | "III" | "IV" | "VI" | "VII" | "VIII" | "IX")
        || matches!(bare.split_at_checked(1), Some((n, "ST" | "ND" | "RD" | "TH")) if n.bytes().all(|b| b.is_ascii_digit()));
    let rest = rest.trim_end_matches([',', ' ']);
    (known && !rest.is_empty()).then(|| (rest.to_owned(), bare.to_owned()))
}

/// A day: `MMDDCCYY` in the United States, `CCYYMMDD` in Canada and in version 1, told apart by the
/// first two digits, since no month is above 12 and no century below 18. Separators are allowed.
pub(super) fn date(value: &str) -> Option<Date> {
    let digits: Vec<i16> = value
        .trim()
        .chars()
        .filter(|c| !matches!(c, '-' | '/' | '.' | ' '))
        .map_while(|c| c.to_digit(10))
        .filter_map(|d| i16::try_from(d).ok())
        .take(8)
        .collect();
    let &[a, b, c, d, e, f, g, h] = digits.as_slice() else { return None };
    let year_first = a * 10 + b > 12;
    let (year, month, day) = if year_first {
        ([a, b, c, d], e * 10 + f, g * 10 + h)
    } else {
        ([e, f, g, h], a * 10 + b, c * 10 + d)
    };
    let year = year.iter().fold(0, |y, digit| y * 10 + digit);
    if !(1850..2200).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// ANSI D-20 codes 1, 2 and 9 ("not specified", which stands for the X on the card), and letters.
pub(super) fn gender(value: &str) -> Option<&'static str> {
    match value.trim().to_ascii_uppercase().as_str() {
        "1" | "M" | "MALE" => Some("male"),
        "2" | "F" | "FEMALE" => Some("female"),
        "9" | "X" => Some("non_binary"),
        _ => None,
    }
}

/// The ISO 3166-1 alpha-3 code.
pub(super) fn country(value: &str) -> Option<&'static str> {
    match value.trim() {
        "USA" | "US" | "U.S.A." => Some("USA"),
        "CAN" | "CA" | "CANADA" => Some("CAN"),
        "MEX" | "MX" => Some("MEX"),
        _ => None,
    }
}

/// Letters and digits. A ZIP+4 without its last four, printed as blanks or zeros, has five.
pub(super) fn postal_code(value: &str, country: Option<&str>) -> Option<String> {
    let value = value.to_ascii_uppercase();
    if country == Some("CAN") || value.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let code: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        return Some(code).filter(|c| !c.is_empty());
    }
    let mut parts = value.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
    let mut code = parts.next()?.to_owned();
    if let Some(more) = parts.next()
        && code.len() == 5
        && more.len() == 4
    {
        code.push_str(more);
    }
    if let Some(short) = code.strip_suffix("0000")
        && short.len() >= 5
    {
        code.truncate(short.len());
    }
    code.chars().any(|c| c != '0').then_some(code)
}

/// Numbers in a text, in order.
fn numbers(value: &str) -> Vec<u32> {
    value.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

/// `069 IN`, `175 CM`, feet and inches (`5'-04"`, `5-04`, `5 FT 4 IN`, `504`), or a bare number of
/// inches or centimetres, in the unit it was printed in.
pub(super) fn height(value: &str) -> Option<String> {
    let upper = value.trim().to_ascii_uppercase();
    let unit: String = upper.chars().filter(char::is_ascii_alphabetic).collect();
    let (inches, feet, number) = match *numbers(&upper).as_slice() {
        [feet @ 3..=8, inches @ 0..=11, ..] => return Some(format!("{} in", feet * 12 + inches)),
        [n] => (n % 100, n / 100, n),
        _ => return None,
    };
    match unit.as_str() {
        "CM" => in_range(number, 50..=275, "cm"),
        "IN" if number <= 108 => in_range(number, 20..=108, "in"),
        "" | "IN" | "FTIN" if (3..=8).contains(&feet) && inches < 12 => {
            Some(format!("{} in", feet * 12 + inches))
        }
        "" if (100..=275).contains(&number) => Some(format!("{number} cm")),
        "" => in_range(number, 20..=99, "in"),
        "FT" => in_range(number * 12, 36..=96, "in"),
        _ => None,
    }
}

/// A height in the element that holds centimetres, where some issuers print feet and inches all the same.
pub(super) fn centimetres(value: &str) -> Option<String> {
    match *numbers(value).as_slice() {
        [n @ 100..=275] => Some(format!("{n} cm")),
        _ => height(value),
    }
}

/// A number with the unit it was printed with, else the element's own.
pub(super) fn weight(value: &str, unit: &str) -> Option<String> {
    let upper = value.to_ascii_uppercase();
    let unit = match () {
        () if upper.contains("KG") => "kg",
        () if upper.contains("LB") => "lb",
        () => unit,
    };
    in_range(*numbers(&upper).first()?, 10..=999, unit)
}

fn in_range(number: u32, range: std::ops::RangeInclusive<u32>, unit: &str) -> Option<String> {
    range.contains(&number).then(|| format!("{number} {unit}"))
}

/// The first word of a colour code: some issuers pad it with other data.
fn code(value: &str) -> String {
    let word = value.split_whitespace().next().unwrap_or_default();
    word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

/// ANSI D-20 eye colours, the two-letter codes of older cards, and words.
pub(super) fn eye_colour(value: &str) -> Option<&'static str> {
    Some(match code(value).as_str() {
        "BLK" | "BK" | "BLACK" => "black",
        "BLU" | "BL" | "BLUE" => "blue",
        "BRO" | "BRN" | "BR" | "BN" | "BROWN" => "brown",
        "DIC" | "DICHROMATIC" => "dichromatic",
        "GRY" | "GRA" | "GY" | "GRAY" | "GREY" => "gray",
        "GRN" | "GRE" | "GN" | "GR" | "GREEN" => "green",
        "HAZ" | "HZL" | "HZ" | "HA" | "HAZEL" => "hazel",
        "MAR" | "MAROON" => "maroon",
        "PNK" | "PINK" => "pink",
        _ => return None,
    })
}

/// ANSI D-20 hair colours, the two-letter codes of older cards, and words.
pub(super) fn hair_colour(value: &str) -> Option<&'static str> {
    Some(match code(value).as_str() {
        "BAL" | "BALD" => "bald",
        "BLK" | "BK" | "BLACK" => "black",
        "BLN" | "BLD" | "BLO" | "BL" | "BLOND" | "BLONDE" => "blond",
        "BRO" | "BRN" | "BR" | "BN" | "BROWN" => "brown",
        "GRY" | "GRA" | "GR" | "GY" | "GRAY" | "GREY" => "gray",
        "RED" | "RD" | "AUBURN" => "red",
        "SDY" | "SANDY" => "sandy",
        "WHI" | "WH" | "WHITE" => "white",
        _ => return None,
    })
}

/// A name in parts, in upper case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) last: Option<String>,
    pub(super) first: Option<String>,
    pub(super) middle: Option<String>,
    pub(super) suffix: Option<String>,
}

/// Element DAA: `LAST,FIRST,MIDDLE,SUFFIX` (version 1; `$` or `@` between them in older forms), or the
/// whole name in the order it is spoken.
pub(super) fn full_name(value: &str) -> Name {
    // British Columbia writes both separators at once.
    let value = value.replace(",$", ",");
    let parts: Vec<&str> = value.split([',', '$', '@']).collect();
    if let [spoken] = parts.as_slice() {
        let spoken = spoken.to_uppercase();
        let (spoken, suffix) = match without_suffix(&spoken) {
            Some((rest, suffix)) => (rest, Some(suffix)),
            None => (spoken, None),
        };
        let words: Vec<&str> = spoken.split_whitespace().collect();
        return match words.as_slice() {
            [] => Name::default(),
            [last] => Name { last: name(last), suffix, ..Name::default() },
            [first, middle @ .., last] => {
                Name { last: name(last), first: name(first), middle: name(&middle.join(" ")), suffix }
            }
        };
    }
    let part = |i: usize| parts.get(i).and_then(|p| self::name(p));
    let mut name = Name { last: part(0), first: part(1), middle: part(2), suffix: part(3) };
    if name.middle.is_none() && parts.len() == 2 {
        (name.first, name.middle) = given_names(parts.get(1).copied().unwrap_or_default());
    }
    name
}

/// Element DCT: all given names, after commas or spaces.
pub(super) fn given_names(value: &str) -> (Option<String>, Option<String>) {
    let value = value.trim();
    let (first, rest) = value.split_once([',', '$']).or_else(|| value.split_once(' ')).unwrap_or((value, ""));
    (name(first), name(&rest.replace([',', '$'], " ")))
}
