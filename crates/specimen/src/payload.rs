//! The data of a licence in every form that issuers have given it: eleven versions of the card design standard, with their
//! separators, with blanks for them and without, and the tracks of a magnetic stripe, with their marks and without.

use jiff::civil::Date;

use super::random::Random;
use super::{Licence, Sex, transliterate};

/// How the data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Elements of a version of the standard, 1 to 11.
    Elements(u8),
    /// The same with a blank for each separator.
    Blanks(u8),
    /// The same with nothing for each separator.
    Unseparated(u8),
    /// Three tracks with their marks.
    Stripe,
    /// The same without marks, one a line.
    BareStripe,
    /// The same as British Columbia prints it as a PDF417.
    ColumbianStripe,
}

/// Issuers' numbers, and the abbreviation of each.
const ISSUERS: [(&str, &str); 6] = [
    ("636000", "VA"),
    ("636010", "FL"),
    ("636025", "PA"),
    ("636030", "MO"),
    ("636015", "TX"),
    ("636028", "BC"),
];
/// Surnames with identifiers of elements in them, and surnames that elsewhere say that there is none.
const TELLING: [&str; 14] = [
    "HOLLIDAY",
    "FRIDAY",
    "FARADAY",
    "MUNDAY",
    "HALLIDAY",
    "ADDAYE",
    "LANDAJUELA",
    "VANDACOSTA",
    "MADAN",
    "DAYTON",
    "TRINIDAD",
    "DABNEY",
    "NA",
    "NO",
];

impl Form {
    /// One of them.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x464f);
        let version = u8::try_from(random.whole(1, 11)).unwrap_or(10);
        match random.whole(0, 9) {
            0 => Self::Blanks(version),
            1..=2 => Self::Unseparated(version),
            3 => Self::Stripe,
            4 => Self::BareStripe,
            5 => Self::ColumbianStripe,
            _ => Self::Elements(version),
        }
    }
}

/// One card's data in some form, and what a reader should find in it, by the names of the product's fields.
#[derive(Debug, Clone)]
pub struct Payload {
    pub form: Form,
    pub text: String,
    pub fields: Vec<(&'static str, String)>,
}

impl Payload {
    /// An invented card's; the same seed gives the same.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5041);
        let mut licence = Licence::random(seed);
        if random.chance(0.3) {
            licence.holder.surname = random.pick(&TELLING).into();
        }
        let form = Form::random(seed);
        let (iin, state) = match form {
            Form::ColumbianStripe => ("636028", "BC"),
            _ => random.pick(&ISSUERS),
        };
        let height = random.whole(0, 3);
        match form {
            Form::Elements(version) => elements(&licence, form, (version, "\n"), (iin, state), height),
            Form::Blanks(version) => elements(&licence, form, (version, " "), (iin, state), height),
            Form::Unseparated(version) => elements(&licence, form, (version, ""), (iin, state), height),
            _ => stripe(&licence, form, (iin, state)),
        }
    }
}

fn plain(text: &str) -> String {
    transliterate(text).replace('<', " ")
}

/// First and middle names.
fn given(licence: &Licence) -> (String, String) {
    let (first, middle) =
        licence.holder.given_names.split_once(' ').unwrap_or((licence.holder.given_names.as_str(), ""));
    (plain(first), plain(middle))
}

/// What all forms say.
fn common(licence: &Licence, state: &str) -> Vec<(&'static str, String)> {
    let person = &licence.holder;
    let (first, middle) = given(licence);
    let sex = match person.sex {
        Sex::Female => "female",
        Sex::Male => "male",
        Sex::Unspecified => "non_binary",
    };
    let eyes = match licence.eyes.as_str() {
        "BRO" => "brown",
        "BLU" => "blue",
        "GRN" => "green",
        "HAZ" => "hazel",
        _ => "gray",
    };
    vec![
        ("last_name", plain(&person.surname)),
        ("first_name", first),
        ("middle_name", middle),
        ("birth_date", person.birth_date.to_string()),
        ("gender", sex.into()),
        ("street", licence.street.clone()),
        ("city", licence.city.clone()),
        ("state", state.into()),
        ("issuing_state", state.into()),
        ("eye_color", eyes.into()),
    ]
}

const fn sex(sex: Sex) -> char {
    match sex {
        Sex::Male => '1',
        Sex::Female => '2',
        Sex::Unspecified => '9',
    }
}

/// A height as issuers print it, and as it is reported: in inches, in feet and inches in two ways, and those in the element of
/// centimetres.
fn height(licence: &Licence, way: i64, version: u8) -> (String, String) {
    let inches = (f32::from(licence.height) / 2.54).round() as u32;
    let (feet, rest) = (inches / 12, inches % 12);
    let printed = match way {
        0 if version > 1 => {
            return (format!("DAU{:03} cm", licence.height), format!("{} cm", licence.height));
        }
        1 => format!("DAV{feet}-{rest:02}"),
        2 => format!("DAU{feet}'-{rest:02}\""),
        _ if version == 1 => format!("DAU{feet}{rest:02}"),
        _ => format!("DAU{inches:03} in"),
    };
    (printed, format!("{inches} in"))
}

fn elements(
    licence: &Licence,
    form: Form,
    (version, separator): (u8, &str),
    (iin, state): (&str, &str),
    way: i64,
) -> Payload {
    let person = &licence.holder;
    let canadian = state == "BC";
    let day = |d: Date| match version == 1 || canadian {
        true => d.strftime("%Y%m%d").to_string(),
        false => d.strftime("%m%d%Y").to_string(),
    };
    let (first, middle) = given(licence);
    let surname = plain(&person.surname);
    let none = |text: &str| if text.is_empty() { "NONE".to_owned() } else { text.to_owned() };
    let (height, reported) = height(licence, way, version);
    let mut all = vec![format!("DAQ{}", person.document_number)];
    match version {
        1 => all.push(format!("DAA{surname},{first},{middle}")),
        2..=3 => all.extend([format!("DCS{surname}"), format!("DCT{first},{middle}")]),
        _ => all.extend([
            format!("DCS{surname}"),
            "DDEN".into(),
            format!("DAC{first}"),
            "DDFN".into(),
            format!("DAD{}", none(&middle)),
            "DDGN".into(),
        ]),
    }
    match version {
        1 => all.extend([format!("DAR{}", licence.class), "DAS".into(), "DAT".into()]),
        _ => all.extend([format!("DCA{}", licence.class), "DCBNONE".into(), "DCDNONE".into()]),
    }
    all.extend([
        format!("DBD{}", day(person.issued)),
        format!("DBB{}", day(person.birth_date)),
        format!("DBA{}", day(person.expires)),
        format!("DBC{}", sex(person.sex)),
        height,
        format!("DAY{}", licence.eyes),
        format!("DAG{}", licence.street),
        format!("DAI{}", licence.city),
        format!("DAJ{state}"),
        format!("DAK{}  ", licence.postal_code),
    ]);
    if version > 1 {
        all.extend([
            format!("DCF{}01", person.document_number),
            format!("DCG{}", if canadian { "CAN" } else { "USA" }),
        ]);
    }
    if version >= 11 {
        all.extend(["DDAF", "DDM1", "DDO1"].map(str::to_owned));
    }
    let subfile = format!("DL{}{separator}", all.join(separator));
    let versions = if version == 1 { "01".to_owned() } else { format!("{version:02}00") };
    let text = format!("@\n\x1e\rANSI {iin}{versions}01DL0031{:04}{subfile}\r", subfile.len());
    let mut fields = common(licence, state);
    fields.extend([
        ("document_number", person.document_number.clone()),
        ("issued_at", person.issued.to_string()),
        ("expires_at", person.expires.to_string()),
        ("height", reported),
        ("class", licence.class.clone()),
    ]);
    fields.retain(|(_, value)| !value.is_empty());
    Payload { form, text, fields }
}

fn stripe(licence: &Licence, form: Form, (iin, state): (&str, &str)) -> Payload {
    let person = &licence.holder;
    let (first, middle) = given(licence);
    let (surname, city) = (plain(&person.surname), &licence.city);
    let columbian = form == Form::ColumbianStripe;
    let name = match columbian {
        true => format!("{surname},${first} {middle}").trim_end().to_owned(),
        false => format!("{surname}${first}${middle}").trim_end_matches('$').to_owned(),
    };
    let number = format!(
        "{:09}",
        person.document_number.bytes().fold(7u64, |n, b| (n * 31 + u64::from(b)) % 999_999_937)
    );
    let track1 = format!("{state}{city}^{name}^{}^", licence.street);
    let track2 =
        format!("{iin}{number}={}{}=", person.expires.strftime("%y%m"), person.birth_date.strftime("%Y%m%d"));
    let track3 = format!(
        "  {:<11}{:<2}{:10}{:4}{}{:03}{:03}{:3}{}",
        licence.postal_code.get(..5).unwrap_or_default(),
        licence.class,
        "",
        "",
        sex(person.sex),
        licence.height,
        70,
        "BRO",
        licence.eyes,
    );
    let text = match form {
        Form::BareStripe => format!("{track1}\n{track2}\n{track3}"),
        Form::ColumbianStripe => format!("%{track1}?;{track2}?_%{}?", track3.replacen("  ", "0A", 1)),
        _ => format!("%{track1}?;{track2}?#{}?", track3.replacen("  ", "!!", 1)),
    };
    // The month alone is coded; British Columbia's cards end on a birthday.
    let expires = match state == "BC" && person.expires.month() == person.birth_date.month() {
        true => person.expires.first_of_month().with().day(person.birth_date.day()).build(),
        false => Ok(person.expires.last_of_month()),
    };
    let expires = expires.unwrap_or_else(|_| person.expires.last_of_month());
    let mut fields = common(licence, state);
    fields.extend([
        ("document_number", number),
        ("expires_at", expires.to_string()),
        ("height", format!("{} cm", licence.height)),
        ("class", licence.class.clone()),
    ]);
    fields.retain(|(_, value)| !value.is_empty());
    Payload { form, text, fields }
}
