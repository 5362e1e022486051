//! Documents read from real pictures with the installed weights.

use bonafide_checks::{
    document::read::{machine_readable_zone, read},
    image::{Picture, decode},
};
use bonafide_core::{
    document::{DocumentType, FieldName},
    finding::{Check, Code, Outcome},
};
use bonafide_models::load_for_tests;
use bonafide_specimen::{
    self as specimen, Fonts, Licence, Specimen,
    distort::{Shot, shoot},
};
use image::{RgbImage, imageops};
use jiff::civil::{Date, date};

use crate::real;

const TODAY: Date = date(2026, 11, 21);

fn zone(picture: &Picture) -> Vec<String> {
    let found = machine_readable_zone(load_for_tests(), picture).unwrap();
    found.map(|f| f.mrz.lines().to_vec()).unwrap_or_default()
}

/// A drawn page, photographed by hand with the camera `tilt` degrees off.
fn photographed(page: &RgbImage, tilt: f32) -> Picture {
    let jpeg = shoot(page, 1, &Shot { tilt, ..Shot::default() }, 0.5).unwrap();
    decode(&jpeg).unwrap()
}

#[test]
fn zones_of_specimens() {
    let fonts = Fonts::installed().unwrap();
    for person in [1, 2].map(Specimen::random) {
        let [front, back] = specimen::identity_card(&person, &fonts);
        for (page, lines) in [
            (specimen::passport(&person, &fonts), specimen::td3(&person).to_vec()),
            (back, specimen::td1(&person).to_vec()),
            (specimen::large_card(&person, &fonts), specimen::td2(&person).to_vec()),
            (front, vec![]),
        ] {
            assert_eq!(zone(&photographed(&page, 8.0)), lines);
        }
    }
}

/// A name line is mostly fillers, however short the name; the zone is found by its place and its line of digits.
#[test]
fn zones_of_people_with_short_names() {
    let fonts = Fonts::installed().unwrap();
    for (seed, (surname, given)) in
        [("LI", "NA"), ("O", "UNA"), ("KIM", "MINJI"), ("", "ANANYA"), ("ZARMINA", ""), ("SMITH", "JANE")]
            .into_iter()
            .enumerate()
    {
        let person = Specimen {
            surname: surname.into(),
            given_names: given.into(),
            ..Specimen::random(40 + seed as u64)
        };
        let page = specimen::passport(&person, &fonts);
        assert_eq!(zone(&photographed(&page, 6.0)), specimen::td3(&person), "{surname} {given}");
    }
}

#[test]
fn a_specimen_on_its_side() {
    let person = Specimen::random(3);
    let upright = photographed(&specimen::passport(&person, &Fonts::installed().unwrap()), 5.0);
    let turns: [fn(&RgbImage) -> RgbImage; 3] =
        [imageops::rotate90, imageops::rotate180, imageops::rotate270];
    for turn in turns {
        assert_eq!(zone(&Picture { rgb: turn(&upright.rgb) }), specimen::td3(&person));
    }
}

#[test]
fn fields_of_a_drawn_licence() {
    let licence = Licence::random(1);
    let person = &licence.holder;
    let [front, back] = specimen::licence(&licence, &Fonts::installed().unwrap()).unwrap();
    let (front, back) = (photographed(&front, 5.0), photographed(&back, 5.0));
    let out = read(load_for_tests(), &front, Some(&back), DocumentType::Unknown, TODAY, 0.85);
    let value = |name| out.reading.get(name).map(|f| f.value.clone());
    for (name, expected) in [
        (FieldName::DocumentNumber, person.document_number.clone()),
        (FieldName::BirthDate, person.birth_date.to_string()),
        (FieldName::ExpiresAt, person.expires.to_string()),
        (FieldName::Street, licence.street.clone()),
        (FieldName::City, licence.city.clone()),
        (FieldName::Class, licence.class.clone()),
    ] {
        assert_eq!(value(name), Some(expected), "{name:?}");
    }
    assert_eq!(out.reading.document_type, DocumentType::DriverLicense);
    let outcome = |check| out.findings.iter().find(|f| f.check == check).map(|f| f.outcome);
    assert_eq!(outcome(Check::IsIdentityDocument), Some(Outcome::Clear));
    assert_eq!(outcome(Check::DocumentReadable), Some(Outcome::Clear));
    assert!(out.portrait.is_some());
}

/// One row of 30 on driving licences of France and the Netherlands (cheminfo/mrz issue 54, ISO/IEC 18013-3 annex B), read and
/// held against the print.
#[test]
#[ignore = "needs real data: cases"]
fn driving_licences_with_a_zone_of_one_line() {
    for (file, line, last) in [
        ("cases/02-french-driving-licence-one-line/front.jpg", None, Some("LEFEBVRE")),
        ("cases/40-driving-licence-mrz/dl-fr.png", Some("D1FRA13AA123459331231LINDQV<<7"), Some("LINDQVIST")),
        ("cases/40-driving-licence-mrz/dl-nl.png", Some("D1NLD15094962111123VW87Z78NB84"), Some("Lindqvist")),
    ] {
        let out = read(load_for_tests(), &real(file), None, DocumentType::Unknown, TODAY, 0.85);
        if let Some(line) = line {
            assert_eq!(out.reading.mrz.as_deref(), Some(&[line.to_owned()][..]), "{file}");
        }
        assert_eq!(out.reading.mrz_valid, Some(true), "{file}");
        assert_eq!(out.reading.get(FieldName::LastName).map(|f| f.value.as_str()), last, "{file}");
        let outcome = |check| out.findings.iter().find(|f| f.check == check).map(|f| f.outcome);
        assert_eq!(outcome(Check::MrzCheckDigits), Some(Outcome::Clear), "{file}");
        assert_eq!(outcome(Check::DocumentNumberCrosscheck), Some(Outcome::Clear), "{file}");
        assert_ne!(outcome(Check::NameCrosscheck), Some(Outcome::Consider), "{file}");
    }
}

/// National zones, as the cases' own reports give the right answers.
#[test]
#[ignore = "needs real data: cases"]
fn national_zones_in_pictures() {
    use FieldName::{
        DocumentNumber, ExpiresAt, FirstName, FullName, Gender, IssuedAt, LastName, Nationality,
        PersonalNumber,
    };
    for (file, expected, absent) in [
        (
            "31-kenya-id-issue-date/ken.png",
            &[
                (DocumentNumber, "234567890"),
                (PersonalNumber, "31234567"),
                (IssuedAt, "2014-02-05"),
                (FullName, "MARTA ELIN LINDQVIST"),
            ][..],
            &[ExpiresAt, Nationality, LastName][..],
        ),
        ("32-no-expiry-vnm-per/vnm-noexp.png", &[(DocumentNumber, "001158012345")], &[ExpiresAt]),
        ("33-mexico-ine-sex/ine-f.png", &[(Gender, "female")], &[]),
        ("33-mexico-ine-sex/ine-m.png", &[(Gender, "male")], &[]),
        (
            "36-russian-internal-passport/rus-internal.png",
            &[
                (DocumentNumber, "3914123456"),
                (LastName, "LINDKVISTOVA"),
                (FirstName, "YANA"),
                (IssuedAt, "2015-12-18"),
            ],
            &[ExpiresAt],
        ),
        (
            "37-vietnam-12-digit-number/vnm.png",
            &[(DocumentNumber, "001093012345"), (ExpiresAt, "2030-09-06")],
            &[],
        ),
        ("01-td1-long-number-check-digit/belgian_2020.jpg", &[(DocumentNumber, "600012347613")], &[]),
    ] {
        let picture = real(&format!("cases/{file}"));
        let out = read(load_for_tests(), &picture, None, DocumentType::Unknown, TODAY, 0.85);
        for (name, value) in expected {
            assert_eq!(out.reading.get(*name).map(|f| f.value.as_str()), Some(*value), "{name} of {file}");
        }
        for name in absent {
            assert!(out.reading.get(*name).is_none(), "{name} of {file}");
        }
        assert_eq!(out.reading.mrz_valid, Some(true), "{file}");
        let finding = |check| out.findings.iter().find(|f| f.check == check).unwrap();
        assert_eq!(finding(Check::MrzCheckDigits).outcome, Outcome::Clear, "{file}");
        assert_ne!(finding(Check::DocumentNumberCrosscheck).outcome, Outcome::Consider, "{file}");
        if absent.contains(&ExpiresAt) {
            assert!(
                finding(Check::DocumentExpired).reasons.iter().any(|r| r.code == Code::NoTimeLimit),
                "{file}"
            );
        }
    }
}

/// Passports with one name and with short ones (cheminfo/mrz issue 9, Arg0s1080/mrz issue 1).
#[test]
#[ignore = "needs real data: cases"]
fn short_names_in_pictures() {
    for (file, first) in [
        ("given_only.jpg", "P<IND<<ANANYA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("short_kim_minji.jpg", "P<KORKIM<<MINJI<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("short_smith_jane.jpg", "P<GBRSMITH<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
    ] {
        let lines = zone(&real(&format!("cases/06-passport-with-one-name/{file}")));
        assert_eq!(lines.first().map(String::as_str), Some(first));
    }
    // The zone says that there is no surname, so none is asked for.
    let picture = real("cases/06-passport-with-one-name/given_only_narrow.jpg");
    let out = read(load_for_tests(), &picture, None, DocumentType::Passport, TODAY, 0.85);
    let required = bonafide_core::policy::Policy::default().required_fields(&out.reading);
    assert_eq!(required.outcome, Outcome::Clear, "{:?}", required.reasons);
}

/// ZsBT/mrz-java issues 13 and 15: a day that no calendar has, with right digits.
#[test]
#[ignore = "needs real data: cases"]
fn impossible_dates_in_pictures() {
    for file in ["birth.jpg", "expiry.jpg"] {
        let picture = real(&format!("cases/07-impossible-date-right-check-digits/{file}"));
        let out = read(load_for_tests(), &picture, None, DocumentType::Unknown, TODAY, 0.85);
        let dates = out.findings.iter().find(|f| f.check == Check::DateConsistency).unwrap();
        assert_eq!(dates.outcome, Outcome::Consider, "{file}");
        assert!(dates.reasons.iter().any(|r| r.code == Code::DateImpossible), "{file}");
    }
}

/// Letters whose set a PDF417 does not declare are less sure (zxing issue 1787: Croatian cards).
#[test]
#[ignore = "needs real data: cases"]
fn letters_of_barcodes() {
    for (file, last, first, sure) in [
        ("latin1_no_eci", "CÔTÉ-BÉLANGER", "FRANÇOISE", 0.9),
        ("utf8_no_eci", "CÔTÉ-BÉLANGER", "FRANÇOISE", 1.0),
        ("declared_by_encoder", "CÔTÉ-BÉLANGER", "FRANÇOISE", 0.9),
        ("croatian_declared", "ČOLAKOVIĆ", "ŠIME", 1.0),
        ("croatian_utf8_no_eci", "ČOLAKOVIĆ", "ŠIME", 1.0),
        // What stands there cannot be known; the name is there, and doubted.
        ("croatian_cp1250_no_eci", "ÈOLAKOVIÆ", "ŠIME", 0.5),
    ] {
        let picture = real(&format!("cases/12-pdf417-character-sets/{file}.png"));
        let out = read(load_for_tests(), &picture, None, DocumentType::Unknown, TODAY, 0.85);
        let of = |name| out.reading.get(name).map(|f| (f.value.as_str(), f.confidence));
        assert_eq!(of(FieldName::LastName), Some((last, sure)), "{file}");
        assert_eq!(of(FieldName::FirstName), Some((first, sure)), "{file}");
        assert_eq!(of(FieldName::PostalCode).map(|f| f.1), Some(1.0), "{file}");
    }
}

#[test]
#[ignore = "needs real data: mrz/images"]
fn a_small_scan_of_a_card() {
    assert_eq!(
        zone(&real("mrz/images/konstantint_testdata_100_id-che.jpg")),
        [
            "IDCHES0002068<8<<<<<<<<<<<<<<<",
            "8102287F1301014CHE<<<<<<<<<<<4",
            "VADIS<<QUO<<<<<<<<<<<<<<<<<<<<"
        ]
    );
}

#[test]
#[ignore = "needs real data: mrz/images"]
fn a_passport_on_its_side() {
    assert_eq!(
        zone(&real("mrz/images/konstantint_testdata_0_pass-lva.jpg")),
        ["PALVAMOHAMADA<<FARIDA<<<<<<<<<<<<<<<<<<<<<<<", "LT00000004XXC8605102F1210314111111<11648<<86"]
    );
}

#[test]
#[ignore = "needs real data: mrz/images"]
fn no_zone_where_there_is_none() {
    assert_eq!(zone(&real("mrz/images/sivakumar-mahalingam_data_nomrz.jpg")), [""; 0]);
}

/// How many real documents go to a human because no date of expiry was read, and because a name was not where it is printed.
#[test]
#[ignore = "needs real data: mrz/images"]
fn few_real_documents_are_for_a_human_because_something_is_unread() {
    let folder = std::fs::read_dir(bonafide_testkit::data::test_data("mrz/images")).unwrap();
    let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
    files.sort();
    let (mut readable, mut undated, mut covered) = (0, vec![], vec![]);
    for file in files {
        let picture = decode(&std::fs::read(&file).unwrap()).unwrap();
        let out = read(load_for_tests(), &picture, None, DocumentType::Unknown, TODAY, 0.85);
        let of = |check| out.findings.iter().find(|f| f.check == check).unwrap();
        if of(Check::DocumentReadable).outcome != Outcome::Clear {
            continue;
        }
        readable += 1;
        let name = file.file_name().unwrap().to_owned();
        if of(Check::DocumentExpired).outcome == Outcome::NotAssessed {
            undated.push(name.clone());
        }
        if of(Check::NameCrosscheck).reasons.iter().any(|r| matches!(r.code, Code::Missing(_))) {
            covered.push(name);
        }
    }
    // An old French card has its date on the back. The other is a zone alone, with wrong check digits.
    assert_eq!(undated, ["image-js_fixtures_id1.jpg"]);
    assert_eq!(covered, ["image-js_fixtures_id_fail.png"]);
    assert!(readable >= 48, "{readable}");
}

#[test]
#[ignore = "needs real data: faces/doc_selfie"]
fn a_driving_licence_in_the_hand() {
    let front = real("faces/doc_selfie/set_1_doc_front.png");
    let out = read(load_for_tests(), &front, None, DocumentType::Unknown, TODAY, 0.85);
    let value = |name| out.reading.get(name).map(|f| f.value.as_str());
    for (name, expected) in [
        (FieldName::DocumentNumber, "L1234-1234561-12"),
        (FieldName::LastName, "DOE"),
        (FieldName::FirstName, "JOHN LEE"),
        (FieldName::BirthDate, "1986-10-16"),
        (FieldName::Street, "123 ANYWHERE STREET"),
        (FieldName::City, "ANYTOWN"),
        (FieldName::PostalCode, "H3A 1S8"),
        (FieldName::Class, "5"),
        (FieldName::Gender, "male"),
        (FieldName::Height, "182 cm"),
        (FieldName::EyeColor, "brown"),
        (FieldName::RefNumber, "PDBT8A1QC"),
        (FieldName::IssuedAt, "2017-12-15"),
        (FieldName::ExpiresAt, "2025-10-16"),
        (FieldName::IssuingState, "QC"),
        (FieldName::IssuingCountry, "CAN"),
    ] {
        assert_eq!(value(name), Some(expected), "{name:?}");
    }
    assert_eq!(out.reading.document_type, DocumentType::DriverLicense);
    // The card's corners in the photograph, by eye.
    let corners = out.reading.corners.expect("located").0;
    for (found, seen) in corners.iter().zip([[71.0, 225.0], [592.0, 212.0], [594.0, 545.0], [74.0, 550.0]]) {
        let away = (found[0] - seen[0]).hypot(found[1] - seen[1]);
        assert!(away < 8.0, "{corners:?}");
    }
    let outcome = |check| out.findings.iter().find(|f| f.check == check).map(|f| f.outcome);
    assert_eq!(outcome(Check::IsIdentityDocument), Some(Outcome::Clear));
    assert_eq!(outcome(Check::DocumentReadable), Some(Outcome::Clear));
    assert_eq!(outcome(Check::DocumentExpired), Some(Outcome::Fail));
    assert_eq!(outcome(Check::MrzCheckDigits), Some(Outcome::NotAssessed));
    assert!(out.portrait.is_some());
}
