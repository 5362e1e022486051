//! Documents read from real pictures with the installed weights.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use bonafide_checks::{
    document::read::{machine_readable_zone, read},
    image::{Picture, decode},
};
use bonafide_core::{
    document::{DocumentType, FieldName},
    finding::{Check, Outcome},
};
use bonafide_weights::load_for_tests;

/// A picture of the shared test data. Absent data fails the test unless `BONAFIDE_WITHOUT_TEST_DATA=1`.
fn picture(file: &str) -> Option<Picture> {
    let bytes = std::fs::read(bonafide_testkit::data::test_data(file)?).unwrap();
    Some(decode(&bytes).unwrap())
}

fn zone(file: &str) -> Option<Vec<String>> {
    let found = machine_readable_zone(load_for_tests(), &picture(file)?).unwrap();
    Some(found.map(|f| f.mrz.lines().to_vec()).unwrap_or_default())
}

#[test]
fn a_small_scan_of_a_card() {
    let Some(lines) = zone("mrz/images/konstantint_testdata_100_id-che.jpg") else { return };
    assert_eq!(
        lines,
        [
            "IDCHES0002068<8<<<<<<<<<<<<<<<",
            "8102287F1301014CHE<<<<<<<<<<<4",
            "VADIS<<QUO<<<<<<<<<<<<<<<<<<<<"
        ]
    );
}

#[test]
fn a_passport_on_its_side() {
    let Some(lines) = zone("mrz/images/konstantint_testdata_0_pass-lva.jpg") else { return };
    assert_eq!(
        lines,
        ["PALVAMOHAMADA<<FARIDA<<<<<<<<<<<<<<<<<<<<<<<", "LT00000004XXC8605102F1210314111111<11648<<86"]
    );
}

#[test]
fn no_zone_where_there_is_none() {
    let Some(lines) = zone("mrz/images/sivakumar-mahalingam_data_nomrz.jpg") else { return };
    assert_eq!(lines, [""; 0]);
}

#[test]
fn a_driving_licence_in_the_hand() {
    let Some(front) = picture("faces/doc_selfie/set_1_doc_front.png") else { return };
    let today = jiff::civil::date(2026, 11, 21);
    let out = read(load_for_tests(), &front, None, DocumentType::Unknown, today, 0.85);
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
