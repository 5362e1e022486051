//! Invented people: common European names put together at random, numbers and dates that fit each other.

use jiff::civil::{Date, date};

use super::random::Random;
use super::{STATE, Sex, Specimen, portrait};

const SURNAMES: [&str; 56] = [
    "ÅKESSON",
    "ALMEIDA",
    "ANDERSEN",
    "BAKKER",
    "BÉRANGER",
    "BJÖRKMAN",
    "BÖHM",
    "BRANKOVIĆ",
    "CĂLINESCU",
    "ČERNÝ",
    "CONTI",
    "D'ANGELO",
    "DE VRIES",
    "DĄBROWSKI",
    "DUBOIS",
    "ÉTIENNE",
    "FERREIRA",
    "FITZGERALD",
    "GARCÍA LÓPEZ",
    "GRØNDAHL",
    "GROß",
    "HÄMÄLÄINEN",
    "HORVÁTH",
    "IBÁÑEZ",
    "ILIESCU",
    "JANSSEN",
    "JÖRGENSEN",
    "KOVAČ",
    "KOWALCZYK",
    "LEFÈVRE",
    "LINDQVIST",
    "ŁUKASIK",
    "MÜLLER",
    "MUÑOZ",
    "NAGY",
    "NOVÁKOVÁ",
    "NUÑEZ",
    "O'BRIEN",
    "ÖZTÜRK",
    "PETROVIĆ",
    "PŘIBYL",
    "QUEIRÓS",
    "RASMUSSEN",
    "ROSSI",
    "SANTOS SILVA",
    "SCHÄFER",
    "ŠIMEK",
    "SØRENSEN",
    "SZABÓ",
    "THORVALDSEN",
    "ȚEPEȘ",
    "VAN DER BERG",
    "VÕSU",
    "WIŚNIEWSKA",
    "YILMAZ",
    "ŽUKAUSKAS",
];
const WOMEN: [&str; 20] = [
    "AGNIESZKA",
    "ÅSA",
    "BEATRIZ",
    "CHLOÉ",
    "DÓRA",
    "ELIF",
    "FRANÇOISE",
    "GRETA",
    "HÉLÈNE",
    "INÊS",
    "JÚLIA",
    "KATEŘINA",
    "LÍDIA",
    "MAŁGORZATA",
    "NOËLLE",
    "ÖZGE",
    "PAULA",
    "SINÉAD",
    "VĚRA",
    "ZOFIA",
];
const MEN: [&str; 20] = [
    "ANDRÉ",
    "BJØRN",
    "CĂTĂLIN",
    "DÁNIEL",
    "ÉMILE",
    "FRANTIŠEK",
    "GÖRAN",
    "HÅKON",
    "ISTVÁN",
    "JOÃO",
    "JÜRGEN",
    "KRZYSZTOF",
    "LOÏC",
    "MÁTYÁS",
    "NICOLÒ",
    "PÄR",
    "RAÚL",
    "SEÁN",
    "TOMÁŠ",
    "WŁADYSŁAW",
];
const PLACES: [&str; 10] = [
    "AMAUROT",
    "SAINT-ÉLOI",
    "NOVÝ MAX",
    "PORTO CLARO",
    "ÅSVIK",
    "GRÜNTAL",
    "VILA NOVA",
    "KÖSZEG",
    "ŁĄKA",
    "ANYDERBRIDGE",
];
/// Codes of ICAO 9303-3 section 5 for those who are not Utopians.
const NATIONALITIES: [&str; 12] =
    ["D", "FRA", "SWE", "POL", "PRT", "HUN", "GBR", "TUR", "CZE", "ESP", "NLD", "ROU"];

impl Specimen {
    /// An invented person with an invented document; the same seed gives the same. Their names fit into a
    /// machine readable zone of 30 characters, so the zone tells the whole name.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let sex = match random.whole(0, 19) {
            0 => Sex::Unspecified,
            n if n % 2 == 0 => Sex::Female,
            _ => Sex::Male,
        };
        let (surname, given_names) = names(&mut random, sex);
        let issued = past_date(&mut random, 2017, 2026);
        let years = if random.chance(0.3) { 5 } else { 10 };
        Self {
            surname,
            given_names,
            document_number: document_number(&mut random),
            personal_number: personal_number(&mut random),
            state: STATE.into(),
            nationality: if random.chance(0.7) { STATE } else { random.pick(&NATIONALITIES) }.into(),
            birth_date: past_date(&mut random, 1935, 2010),
            birth_place: random.pick(&PLACES).into(),
            sex,
            issued,
            expires: day_before(issued, years),
            authority: format!("CITY OF {}", random.pick(&PLACES)),
            portrait: portrait::drawn(random.next()),
        }
    }
}

fn names(random: &mut Random, sex: Sex) -> (String, String) {
    let list: &[&str] = match sex {
        Sex::Female => &WOMEN,
        Sex::Male => &MEN,
        Sex::Unspecified if random.chance(0.5) => &WOMEN,
        Sex::Unspecified => &MEN,
    };
    let surname = random.pick(&SURNAMES);
    let (first, second) = (random.pick(list), random.pick(list));
    let both = format!("{first} {second}");
    let fits =
        |given: &str| super::transliterate(surname).len() + 2 + super::transliterate(given).len() <= 30;
    let given = if first != second && random.chance(0.6) && fits(&both) { both } else { first.to_owned() };
    (surname.to_owned(), given)
}

fn document_number(random: &mut Random) -> String {
    // How states number: digits alone, one or two letters first, letters among the digits, eight places.
    let pattern =
        random.pick(&["#########", "@########", "@@#######", "@#@##@#@#", "@@#####@", "########", "@######"]);
    fill(random, pattern)
}

fn personal_number(random: &mut Random) -> String {
    let pattern = random.pick(&["", "", "##########", "######@####", "#######", "@######", "##############"]);
    fill(random, pattern)
}

fn fill(random: &mut Random, pattern: &str) -> String {
    // I, O and Q are left out, as states do that mix letters with digits.
    const LETTERS: [char; 23] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'R', 'S', 'T', 'U', 'V', 'W',
        'X', 'Y', 'Z',
    ];
    const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
    let of = |c| if c == '@' { random.pick(&LETTERS) } else { random.pick(&DIGITS) };
    pattern.chars().map(of).collect()
}

pub(super) fn past_date(random: &mut Random, from_year: i64, to_year: i64) -> Date {
    let year = i16::try_from(random.whole(from_year, to_year)).unwrap_or(2000);
    let month = i8::try_from(random.whole(1, 12)).unwrap_or(1);
    let day = i8::try_from(random.whole(1, 28)).unwrap_or(1);
    date(year, month, day)
}

fn day_before(day: Date, years: i16) -> Date {
    let same = date(day.year() + years, day.month(), day.day());
    same.yesterday().unwrap_or(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{td1, td2, td3};

    #[test]
    fn the_same_seed_gives_the_same_person() {
        let (a, b) = (Specimen::random(11), Specimen::random(11));
        assert_eq!((td3(&a), &a.portrait), (td3(&b), &b.portrait));
        assert_ne!(td3(&b), td3(&Specimen::random(12)));
    }

    #[test]
    fn zones_are_complete_and_in_the_alphabet() {
        for seed in 0..60 {
            let person = Specimen::random(seed);
            let lines: Vec<(String, usize)> = td1(&person)
                .map(|l| (l, 30))
                .into_iter()
                .chain(td2(&person).map(|l| (l, 36)))
                .chain(td3(&person).map(|l| (l, 44)))
                .collect();
            for (line, width) in lines {
                assert_eq!(line.len(), width, "{line}");
                assert!(
                    line.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<'),
                    "{line}"
                );
            }
            assert!(person.birth_date < person.issued && person.issued < person.expires);
            let [.., names] = td1(&person);
            let whole = super::super::transliterate(&person.given_names);
            assert!(names.contains(&whole), "{names} lacks {whole}");
        }
    }
}
