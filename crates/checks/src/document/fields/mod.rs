//! The visual inspection zone: values found by the labels beside or above them, whatever the layout.
//!
//! Every label in a line (in any of the languages of `labels.txt`, misread a little or not) is compared with
//! every piece of text that could be its value: the rest of its line, what stands to its right, what stands
//! below. A value must have the form of its field; of all pairs the closest are taken first, and no text is
//! taken twice. What has no label is placed by form and position: the numbers of driving licences, dates by
//! their order in time, names above the birth date, the address by its postal code.

pub(crate) mod dates;
mod folded;
mod items;
mod labelled;
mod labels;
mod months;
mod numbered;
mod page;
mod places;
mod unlabelled;
mod values;
mod words;

use std::collections::BTreeMap;

use bonafide_core::document::{DocumentType, Field, FieldName, Side, Source};
use jiff::civil::Date;

use self::{dates::Order, items::items, page::Page};
use super::ocr::Line;

pub(crate) use page::{ADDRESS_PARTS, has_address};
pub use places::Address;
pub use words::{Words, words};

/// The fields of the visual zone of one side.
pub fn extract(lines: &[Line], side: Side, today: Date) -> BTreeMap<FieldName, Field> {
    let words = words(lines, today);
    // The document shows which number is the day, or its country's custom tells.
    let order = dates::order_of(lines.iter().map(|l| l.text.as_str())).unwrap_or(match words.country {
        Some("USA" | "FSM" | "MHL" | "PLW") => Order::MonthFirst,
        _ => Order::DayFirst,
    });
    let mut page = Page {
        items: items(lines),
        found: BTreeMap::new(),
        taken: vec![],
        side,
        order,
        today,
        country: words.country,
    };
    page.labelled(words.document_type);
    // Passports number their fields in another order.
    if matches!(words.document_type, DocumentType::DriverLicense | DocumentType::Unknown) {
        page.numbered(words.document_type);
    }
    page.unlabelled_dates();
    page.unlabelled_sex();
    page.unlabelled_nationality();
    page.unlabelled_names(words.document_type);
    page.unlabelled_number(words.document_type);
    page.address(words.document_type);
    page.permits();
    if let Some(country) = words.country {
        page.found.entry(FieldName::IssuingCountry).or_insert_with(|| implied(country, side));
    }
    if let Some(state) = words.state {
        page.found.entry(FieldName::IssuingState).or_insert_with(|| implied(state, side));
    }
    page.found
}

fn implied(value: &str, side: Side) -> Field {
    Field { value: value.into(), source: Source::Visual, side, confidence: 0.6, region: None }
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::Quad;
    use jiff::civil::date;

    use super::*;
    use crate::document::ocr::Char;

    /// A line of print at a place, 20 pixels high, 10 pixels a character.
    fn line(x: f32, y: f32, text: &str) -> Line {
        let n = text.chars().count();
        let w = n as f32 * 10.0;
        let chars = text
            .chars()
            .enumerate()
            .map(|(i, c)| Char { c, confidence: 0.98, at: (i as f32 + 0.5) / n as f32 })
            .collect();
        let quad = Quad([[x, y], [x + w, y], [x + w, y + 20.0], [x, y + 20.0]]);
        Line { quad, text: text.into(), confidence: 0.98, chars }
    }

    fn values(lines: &[Line]) -> BTreeMap<FieldName, String> {
        extract(lines, Side::Front, date(2026, 11, 21)).into_iter().map(|(n, f)| (n, f.value)).collect()
    }

    #[test]
    fn a_licence_with_labels_in_the_line() {
        let got = values(&[
            line(20.0, 10.0, "Québec"),
            line(280.0, 10.0, "Permis de conduire"),
            line(280.0, 40.0, "L1234-1234561-12"),
            line(250.0, 44.0, "4d"),
            line(260.0, 95.0, "2"),
            line(280.0, 70.0, "DOE"),
            line(280.0, 95.0, "JOHN LEE"),
            line(280.0, 120.0, "Date de naissance (A-M-J) : 1986-10-16"),
            line(280.0, 145.0, "123 ANYWHERE STREET"),
            line(280.0, 170.0, "ANYTOWN"),
            line(280.0, 195.0, "H3A 1S8"),
            line(520.0, 205.0, "Sexe : M"),
            line(280.0, 225.0, "Classe(s) : 5"),
            line(520.0, 230.0, "Taille (cm) : 182"),
            line(520.0, 252.0, "Yeux : BRO"),
            line(280.0, 275.0, "N° de référence : P D B T 8 A 1 Q C"),
            line(280.0, 300.0, "Valide le : 2017-12-15 4b Expire le : 2025-10-16"),
        ]);
        for (name, value) in [
            (FieldName::DocumentNumber, "L1234-1234561-12"),
            (FieldName::LastName, "DOE"),
            (FieldName::FirstName, "JOHN LEE"),
            (FieldName::BirthDate, "1986-10-16"),
            (FieldName::Street, "123 ANYWHERE STREET"),
            (FieldName::City, "ANYTOWN"),
            (FieldName::PostalCode, "H3A 1S8"),
            (FieldName::Gender, "male"),
            (FieldName::Class, "5"),
            (FieldName::Height, "182 cm"),
            (FieldName::EyeColor, "brown"),
            (FieldName::RefNumber, "PDBT8A1QC"),
            (FieldName::IssuedAt, "2017-12-15"),
            (FieldName::ExpiresAt, "2025-10-16"),
            (FieldName::IssuingState, "QC"),
            (FieldName::IssuingCountry, "CAN"),
        ] {
            assert_eq!(got.get(&name).map(String::as_str), Some(value), "{name:?}");
        }
    }

    #[test]
    fn a_passport_with_labels_above() {
        let got = values(&[
            line(20.0, 10.0, "PASSPORT"),
            line(400.0, 40.0, "Passport No./Passeport N°"),
            line(400.0, 62.0, "L898902C3"),
            line(100.0, 40.0, "Surname/Nom"),
            line(100.0, 62.0, "ERIKSSON"),
            line(100.0, 90.0, "Given names/Prénoms"),
            line(100.0, 112.0, "ANNA MARIA"),
            line(100.0, 140.0, "Date of birth/Date de naissance"),
            line(100.0, 162.0, "12 AUG/AOÛT 74"),
            line(500.0, 140.0, "Sex/Sexe"),
            line(500.0, 162.0, "F"),
            line(100.0, 190.0, "Date of expiry/Date d'expiration"),
            line(100.0, 212.0, "15 APR/AVR 2012"),
        ]);
        for (name, value) in [
            (FieldName::DocumentNumber, "L898902C3"),
            (FieldName::LastName, "ERIKSSON"),
            (FieldName::FirstName, "ANNA MARIA"),
            (FieldName::BirthDate, "1974-08-12"),
            (FieldName::ExpiresAt, "2012-04-15"),
            (FieldName::Gender, "female"),
        ] {
            assert_eq!(got.get(&name).map(String::as_str), Some(value), "{name:?}");
        }
    }

    #[test]
    fn numbered_fields_of_a_european_licence() {
        let got = values(&[
            line(300.0, 10.0, "DRIVING LICENCE"),
            line(300.0, 40.0, "1. MORGAN"),
            line(300.0, 65.0, "2. SARAH MEREDYTH"),
            line(300.0, 90.0, "3. 11.03.1976 UNITED KINGDOM"),
            line(300.0, 115.0, "4a. 19.01.2013 4c. DVLA"),
            line(300.0, 140.0, "4b. 18.01.2033"),
            line(300.0, 165.0, "5. MORGA753116SM9IJ 35"),
        ]);
        assert_eq!(got.get(&FieldName::LastName).map(String::as_str), Some("MORGAN"));
        assert_eq!(got.get(&FieldName::FirstName).map(String::as_str), Some("SARAH MEREDYTH"));
        assert_eq!(got.get(&FieldName::BirthDate).map(String::as_str), Some("1976-03-11"));
        assert_eq!(got.get(&FieldName::ExpiresAt).map(String::as_str), Some("2033-01-18"));
        assert_eq!(got.get(&FieldName::DocumentNumber).map(String::as_str), Some("MORGA753116SM9IJ35"));
    }

    fn is(got: &BTreeMap<FieldName, String>, field: FieldName, value: Option<&str>) {
        assert_eq!(got.get(&field).map(String::as_str), value, "{field:?} of {got:#?}");
    }

    #[test]
    fn a_label_inside_a_value_is_no_label() {
        for (label, field, value) in [
            ("Authority / Autorité", FieldName::IssuingAuthority, "CITY OF AMAUROT"),
            ("Authority / Autorité", FieldName::IssuingAuthority, "GEMEENTE AMSTERDAM"),
            ("Authority / Autorité", FieldName::IssuingAuthority, "PRÉFECTURE DE POLICE"),
            ("Authority / Autorité", FieldName::IssuingAuthority, "LAND TRANSPORT AUTHORITY"),
            ("AUTORITÀ", FieldName::IssuingAuthority, "COMUNE DI ROMA"),
            ("Place of birth", FieldName::BirthPlace, "QUEZON CITY"),
            ("Lugar de nacimiento", FieldName::BirthPlace, "Ciudad Real"),
            ("Place of birth", FieldName::BirthPlace, "VILLE SAINT-LAURENT"),
            ("Surname/Nom", FieldName::LastName, "VAN DER BERG"),
            ("SURNAME", FieldName::LastName, "PAGE SMITH"),
            ("Given names/Prénoms", FieldName::FirstName, "BERAT KAYA"),
            ("Document No.", FieldName::DocumentNumber, "DD5124352"),
            ("Document No.", FieldName::DocumentNumber, "NO5124352"),
        ] {
            for title in ["IDENTITY CARD", "PASSPORT"] {
                let got = values(&[
                    line(100.0, 10.0, title),
                    line(100.0, 140.0, label),
                    line(100.0, 162.0, value),
                    line(100.0, 190.0, "Date of expiry/Date d'expiration"),
                    line(100.0, 212.0, "15 APR/AVR 2012"),
                ]);
                is(&got, field, Some(value));
                for part in ADDRESS_PARTS {
                    is(&got, part, None);
                }
                is(&got, FieldName::RefNumber, None);
            }
        }
    }

    #[test]
    fn a_caption_with_a_misread_half_is_a_label_still() {
        for above in ["Viranomainen Myndighet", "Vlranomaen Myndghet"] {
            let got = values(&[
                line(100.0, 10.0, "PASSPORT"),
                line(300.0, 118.0, above),
                line(300.0, 140.0, "Authonty Autorité"),
                line(300.0, 162.0, "Poliisi/Lappeenranta"),
            ]);
            is(&got, FieldName::IssuingAuthority, Some("Poliisi/Lappeenranta"));
        }
    }

    #[test]
    fn a_label_before_its_value_in_one_line_is_one() {
        let got = values(&[
            line(100.0, 10.0, "IDENTITY CARD"),
            line(100.0, 40.0, "SURNAME DOE"),
            line(100.0, 65.0, "NAME JOHN LEE"),
            line(100.0, 90.0, "SEX M"),
            line(200.0, 90.0, "HGT 182"),
            line(100.0, 115.0, "CITY AMAUROT"),
            line(100.0, 140.0, "PLACE OF BIRTH"),
            line(100.0, 162.0, "EYES BLUE"),
        ]);
        is(&got, FieldName::LastName, Some("DOE"));
        is(&got, FieldName::FirstName, Some("JOHN LEE"));
        is(&got, FieldName::Gender, Some("male"));
        is(&got, FieldName::Height, Some("182 cm"));
        is(&got, FieldName::City, Some("AMAUROT"));
        is(&got, FieldName::EyeColor, Some("blue"));
        is(&got, FieldName::BirthPlace, None);
    }

    #[test]
    fn names_and_authorities_of_a_numbered_licence() {
        let got = values(&[
            line(300.0, 10.0, "RIJBEWIJS"),
            line(300.0, 40.0, "1. VAN DER BERG"),
            line(300.0, 65.0, "2. JAN"),
            line(300.0, 90.0, "3. 11.03.1976 DELFT"),
            line(300.0, 115.0, "4a. 19.01.2013 4c. GEMEENTE DELFT"),
            line(300.0, 140.0, "4b. 18.01.2033"),
            line(300.0, 165.0, "5. 5401233678"),
        ]);
        is(&got, FieldName::LastName, Some("VAN DER BERG"));
        is(&got, FieldName::FirstName, Some("JAN"));
        is(&got, FieldName::City, None);
    }

    #[test]
    fn passports_and_visas_have_no_address_in_parts() {
        for (title, address) in [("PASSPORT", false), ("VISA", false), ("IDENTITY CARD", true)] {
            let got = values(&[
                line(100.0, 10.0, title),
                line(100.0, 40.0, "Surname/Nom"),
                line(100.0, 62.0, "ERIKSSON"),
                line(100.0, 90.0, "Nationality"),
                line(100.0, 112.0, "UTOPIAN"),
                line(100.0, 140.0, "City/Ville"),
                line(100.0, 162.0, "AMAUROT"),
                line(100.0, 190.0, "Sex/Sexe"),
                line(100.0, 212.0, "F"),
            ]);
            is(&got, FieldName::City, address.then_some("AMAUROT"));
        }
    }

    #[test]
    fn nothing_from_nothing() {
        assert!(values(&[]).is_empty());
        assert!(values(&[line(0.0, 0.0, ""), line(0.0, 0.0, "日本")]).is_empty());
    }
}
