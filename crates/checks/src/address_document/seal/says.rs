//! What a seal says of the person and where they live.

use bonafide_core::document::AddressDocumentType;
use jiff::civil::Date;

use super::content::Seal;
use crate::address_document::people;

/// Where somebody lives, as far as a seal says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) street: Option<String>,
    pub(super) extra: Option<String>,
    pub(super) zip: Option<String>,
    pub(super) city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub(super) country: Option<String>,
}

/// The same in the terms of a reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) kind: Option<AddressDocumentType>,
    /// Those who live there, or whom the account or the notice is of.
    pub(super) people: Vec<String>,
    /// Whether these are all of them, each in full.
    pub(super) all_people: bool,
    pub(super) place: Option<Place>,
    /// Whom it was sent to, and where, where that is said apart.
    pub(super) addressed: Vec<String>,
    pub(super) sent_to: Option<Place>,
    pub(super) issued: Option<Date>,
    /// When it was made.
    pub(super) signed_on: Option<Date>,
}

/// The identifiers of a person: in one, or title, given name and surname.
const LIVES: [&str; 4] = ["10", "11", "12", "13"];
const LIVES_TOO: [&str; 4] = ["1I", "1J", "1K", "1L"];
const ADDRESSED: [&str; 4] = ["14", "15", "16", "17"];
const ADDRESSED_TOO: [&str; 4] = ["1M", "1N", "1O", "1P"];

/// The identifiers of an address: three lines beside the street, the street, the postal code, the town, the country.
const SERVICE: [&str; 7] = ["20", "21", "23", "22", "24", "25", "26"];
const BILL: [&str; 7] = ["27", "28", "2A", "29", "2B", "2C", "2D"];
const HOME: [&str; 7] = ["6S", "6T", "6V", "6U", "6W", "6X", "6Y"];
/// Of a declaration: there are no other lines and no country.
const DECLARED: [&str; 7] = ["", "", "", "4O", "4P", "4Q", ""];

impl Said {
    pub(super) fn of(seal: &Seal) -> Self {
        let both =
            |ids: [[&str; 4]; 2]| ids.into_iter().flat_map(|ids| person(seal, ids)).collect::<Vec<_>>();
        let mut people = both([LIVES, LIVES_TOO]);
        let whole_line =
            |ids: &[&str]| ids.iter().filter_map(|id| seal.value(id)).flat_map(in_a_line).collect();
        let kind = seal.document_type.as_deref().and_then(kind);
        if people.is_empty() {
            people = match kind {
                Some(AddressDocumentType::BankLetter) => whole_line(&["30"]),
                Some(AddressDocumentType::TaxNotice) => whole_line(&["46", "48", "4N"]),
                _ => vec![],
            };
        }
        let named = ["10", "12", "13", "1I", "1K", "1L", "30", "46", "48", "4N"];
        let others = seal.value("1G") == Some("1");
        Self {
            kind,
            people,
            all_people: !others && !seal.is_cut(&named),
            place: [SERVICE, HOME, DECLARED]
                .into_iter()
                .find_map(|ids| place(seal, ids))
                .or_else(|| in_lines(seal)),
            addressed: both([ADDRESSED, ADDRESSED_TOO]),
            sent_to: place(seal, BILL),
            issued: seal.issued,
            signed_on: Some(seal.signed_on),
        }
    }
}

/// What kind of document that is; none for a proof that any issuer may make.
fn kind(document_type: &str) -> Option<AddressDocumentType> {
    match document_type {
        "01" | "09" => Some(AddressDocumentType::UtilityBill),
        "03" | "05" | "11" => Some(AddressDocumentType::BankLetter),
        "02" | "04" | "18" | "21" | "24" | "27" | "28" => Some(AddressDocumentType::TaxNotice),
        _ => None,
    }
}

fn person(seal: &Seal, [whole, _, given, surname]: [&str; 4]) -> Vec<String> {
    if let Some(line) = seal.value(whole) {
        return in_a_line(line);
    }
    let parts = [given, surname].into_iter().filter_map(|id| seal.value(id));
    let name = parts.collect::<Vec<_>>().join(" ");
    Some(name).filter(|name| !name.is_empty()).into_iter().collect()
}

/// Those whom a line names, without titles: `MME/SPECIMEN/NATACHA`, or as on an envelope. Issuers write given name and surname
/// in either order.
fn in_a_line(line: &str) -> Vec<String> {
    let parts: Vec<&str> = line.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [title, rest @ ..] if !rest.is_empty() && people::is_titled(title) => vec![rest.join(" ")],
        [one] => {
            Some(people::names(one)).filter(|all| !all.is_empty()).unwrap_or_else(|| vec![(*one).to_owned()])
        }
        [] => vec![],
        several => vec![several.join(" ")],
    }
}

fn place(seal: &Seal, [second, third, fifth, street, zip, city, country]: [&str; 7]) -> Option<Place> {
    let value = |id: &str| seal.value(id).filter(|_| !seal.is_cut(&[id])).map(str::to_owned);
    let extras: Vec<String> = [second, third, fifth].into_iter().filter_map(value).collect();
    let place = Place {
        street: value(street),
        extra: Some(extras.join(", ")).filter(|text| !text.is_empty()),
        zip: value(zip),
        city: value(city),
        country: value(country),
    };
    (place.street.is_some() || place.zip.is_some()).then_some(place)
}

/// The address in a tax notice: one value with strokes between its lines.
fn in_lines(seal: &Seal) -> Option<Place> {
    let whole = seal.value("4Y").filter(|_| !seal.is_cut(&["4Y"]))?;
    let lines: Vec<&str> = whole.split('/').map(str::trim).filter(|line| !line.is_empty()).collect();
    let at = lines.iter().position(|line| line.len() == 5 && line.bytes().all(|b| b.is_ascii_digit()))?;
    let (street, extras) = lines.get(..at)?.split_first()?;
    Some(Place {
        street: Some((*street).to_owned()),
        extra: Some(extras.join(", ")).filter(|text| !text.is_empty()),
        zip: lines.get(at).map(|zip| (*zip).to_owned()),
        city: lines.get(at + 1).map(|city| (*city).to_owned()),
        country: None,
    })
}

impl Place {
    /// In one line, without the country.
    pub(super) fn in_one_line(&self) -> String {
        let parts = [&self.street, &self.extra, &self.zip, &self.city];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_document::seal::published;

    fn said(text: &str) -> Said {
        Said::of(&Seal::parse(text).unwrap())
    }

    /// Of a seal with these data, and of this kind.
    fn with(kind: &str, data: &str) -> Said {
        let data = data.replace('|', "\u{1d}").replace('~', "\u{1e}");
        said(&format!("DC04FR99SP01247E247E{kind}01FR{data}\u{1f}MFRA"))
    }

    #[test]
    fn the_published_examples_name_people_and_places() {
        let proof = said(published::PROOF);
        assert_eq!(proof.people, ["SAMPLE ANGELA"]);
        assert_eq!((proof.kind, proof.all_people), (None, true));
        assert_eq!(proof.place.unwrap().in_one_line(), "7 PLACE DES SPECIMENS, BAT 2 ETG 3, 57000, METZ");
        let statement = said(published::STATEMENT);
        assert_eq!(statement.people, ["EXEMPLE HENRY", "SPECIMEN NATACHA"]);
        assert_eq!((statement.kind, statement.place), (Some(AddressDocumentType::BankLetter), None));
        let tax = said(published::TAX);
        assert_eq!(tax.people, ["RETI PATRICK", "RETI SOPHIE"]);
        assert_eq!(tax.place.unwrap().in_one_line(), "145 RUE JULLIARD, ZA SPECIMEN, 78320, LEVIS ST NOM");
        let bill = said(published::BILL);
        assert_eq!(
            (bill.kind, bill.people.as_slice()),
            (Some(AddressDocumentType::UtilityBill), &["SPECIMEN NATACHA".to_owned()][..])
        );
        assert_eq!(bill.place.unwrap().city, None, "a bill may leave it out");
    }

    #[test]
    fn names_come_in_three_ways_and_some_are_left_out() {
        for (data, people, all) in [
            ("11MME|12NATACHA|13SPECIMEN|", &["NATACHA SPECIMEN"][..], true),
            ("10MADAME NATACHA SPECIMEN|", &["NATACHA SPECIMEN"], true),
            ("10//SPECIMEN/NATACHA|", &["SPECIMEN NATACHA"], true),
            ("10M/EXEMPLE/HENRY|1IMME/SPECIMEN/NATACHA|", &["EXEMPLE HENRY", "SPECIMEN NATACHA"], true),
            ("1G110M/EXEMPLE/HENRY|", &["EXEMPLE HENRY"], false),
            ("1G010M/EXEMPLE/HENRY|", &["EXEMPLE HENRY"], true),
            ("10M/EXEMPLE/HEN~", &["EXEMPLE HEN"], false),
            ("10|22X|", &[], true),
        ] {
            let said = with("01", data);
            assert_eq!(
                (said.people.as_slice(), said.all_people),
                (&people.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()[..], all),
                "{data}"
            );
        }
        let elsewhere =
            with("01", "10M/EXEMPLE/HENRY|221 RUE A|247500014MME/SPECIMEN/NATACHA|292 RUE B|2B69003");
        assert_eq!(elsewhere.addressed, ["SPECIMEN NATACHA"]);
        assert_eq!(elsewhere.sent_to.unwrap().in_one_line(), "2 RUE B, 69003");
        let home = with("28", "46RETI PATRICK|6U3 RUE C|6W780006XVERSAILLES|6YFR");
        let place = home.place.unwrap();
        assert_eq!(
            (place.in_one_line().as_str(), place.country.as_deref()),
            ("3 RUE C, 78000, VERSAILLES", Some("FR"))
        );
        let declared = with("21", "4NRETI PATRICK|4O3 RUE C|4P780004QVERSAILLES|");
        assert_eq!(
            (declared.people.len(), declared.place.unwrap().in_one_line().as_str()),
            (1, "3 RUE C, 78000, VERSAILLES")
        );
        // A line that was cut is not the whole line.
        assert_eq!(with("01", &format!("22{}~2475011", "A".repeat(38))).place.unwrap().street, None);
        for (data, whole) in [
            ("4O3 RUE C~4P780004QVERSAILLES|", "78000, VERSAILLES"),
            ("4O3 RUE C|4P780004QVERSAI~", "3 RUE C, 78000"),
            ("4O3 RUE C~4QVERSAILLES|", ""),
            ("4Y3 RUE C/78000/VERSAI~", ""),
            ("4Y3 RUE C/78000/VERSAILLES|", "3 RUE C, 78000, VERSAILLES"),
        ] {
            let place = with("21", data).place.map(|place| place.in_one_line());
            assert_eq!(place.unwrap_or_default(), whole, "{data}");
        }
    }

    #[test]
    fn a_seal_of_another_perimeter_says_nothing_of_the_document() {
        let elsewhere = said(&published::TAX.replacen("2801FR", "2802FR", 1));
        let nothing = Said { kind: None, people: vec![], place: None, ..elsewhere.clone() };
        assert_eq!(elsewhere, nothing);
    }
}
