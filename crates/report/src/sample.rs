//! A report to test and to measure with.

use std::collections::BTreeMap;

use bonafide_core::{
    document::{DocumentReading, DocumentType, Field, FieldName, Side, Source},
    evidence::EvidenceKind,
    finding::{Check, Code, Finding, Outcome},
    report::{By, Decision, Document, Line, Picture, Report, facts},
    review::Grounds,
    time::Timestamp,
    verification::Status,
};

/// 1 June 2026, noon.
const NOON: Timestamp = Timestamp(1_780_315_200_000);

/// Of somebody who was declined.
pub(crate) fn declined() -> Report {
    let reading = reading();
    let declared = BTreeMap::from([
        (FieldName::FullName, "Anna Maria Eriksson".to_owned()),
        (FieldName::BirthDate, "1974-08-12".to_owned()),
        (FieldName::Address, "12 High Street, Zenith, 10115, UT".to_owned()),
    ]);
    let mismatch = "the selfie and the portrait on the document show different people";
    let findings = vec![
        Finding::new(Check::IsIdentityDocument, Outcome::Clear).on(Side::Front),
        Finding::scored(Check::NameCrosscheck, 0.97, 0.85, Outcome::Consider),
        Finding::scored(Check::BirthDateCrosscheck, 1.0, 0.85, Outcome::Consider),
        Finding::scored(Check::MrzCheckDigits, 1.0, 1.0, Outcome::Fail),
        Finding::scored(Check::FaceMatch, 0.31, 0.5, Outcome::Fail).because(Code::FaceMismatch, mismatch),
        Finding::scored(Check::PassiveLiveness, 0.88, 0.43, Outcome::Fail),
        Finding::scored(Check::ImageQuality, 0.62, 0.7, Outcome::Consider)
            .on(Side::Front)
            .because(Code::Glare, "a reflection covers part of the document; tilt it away from the light"),
        Finding::not_assessed(Check::Registry, Code::NoProvider, "no licence registry is configured"),
    ];
    let history = [
        "created",
        "pending",
        "capturing",
        "evidence_given",
        "evidence_given",
        "processing",
        "checked",
        "declined",
    ];
    let mut reasons: Vec<_> =
        findings.iter().filter(|f| f.outcome == Outcome::Fail).flat_map(|f| f.reasons.clone()).collect();
    reasons.insert(
        0,
        bonafide_core::finding::Reason::new(
            Code::Failed(Check::FaceMatch),
            "the similarity 0.310 is below 0.500",
        ),
    );
    Report {
        organization: "Example Bank plc".into(),
        sandbox: false,
        verification: "01k97fqt08dn6a687jcqnxd1b6".parse().expect("an id"),
        user_id: Some("customer-4711".into()),
        status: Status::Declined,
        created_at: NOON,
        handed_in_at: Some(NOON.plus_secs(140)),
        completed_at: Some(NOON.plus_secs(152)),
        as_of: NOON.plus_secs(152),
        decision: Some(Decision {
            at: NOON.plus_secs(152),
            by: By::Checks,
            score: Some((0.58, 0.75)),
            reasons,
        }),
        document: Some(Document { document_type: DocumentType::Passport, issuer: Some("UTO".into()) }),
        facts: facts(Some(&reading), &declared),
        pictures: vec![
            picture(EvidenceKind::Portrait, 1),
            picture(EvidenceKind::Selfie, 2),
            picture(EvidenceKind::DocumentFront, 3),
            picture(EvidenceKind::DocumentBack, 4),
        ],
        damaged: vec![],
        findings,
        history: (0..)
            .zip(history)
            .map(|(n, event)| Line { at: NOON.plus_secs(20 * n), event: event.into() })
            .collect(),
    }
}

/// The same, approved by a reviewer.
pub(crate) fn approved() -> Report {
    let declined = declined();
    let reviewer = By::Reviewer {
        name: "reviewers-key".into(),
        grounds: Some(Grounds::ConfirmedOtherwise),
        note: Some("Called her at the bank's number.".into()),
    };
    Report {
        status: Status::Approved,
        decision: declined.decision.clone().map(|decision| Decision { by: reviewer, ..decision }),
        ..declined
    }
}

pub(crate) fn reading() -> DocumentReading {
    let mut reading = DocumentReading { document_type: DocumentType::Passport, ..DocumentReading::default() };
    for (name, source, value) in [
        (FieldName::LastName, Source::Mrz, "ERIKSSON"),
        (FieldName::LastName, Source::Visual, "ERIKSSON"),
        (FieldName::FirstName, Source::Mrz, "ANNA MARIA"),
        (FieldName::FirstName, Source::Visual, "ANNA MARIA"),
        (FieldName::BirthDate, Source::Mrz, "1974-08-12"),
        (FieldName::BirthDate, Source::Visual, "1974-08-12"),
        (FieldName::Gender, Source::Mrz, "female"),
        (FieldName::Nationality, Source::Mrz, "UTO"),
        (FieldName::DocumentNumber, Source::Mrz, "L898902C3"),
        (FieldName::DocumentNumber, Source::Visual, "L898902C8"),
        (FieldName::ExpiresAt, Source::Mrz, "2031-04-15"),
    ] {
        let value = value.to_owned();
        reading.add(name, Field { value, source, side: Side::Front, confidence: 0.98, region: None });
    }
    reading
}

fn picture(kind: EvidenceKind, seed: u64) -> Picture {
    let drawn = bonafide_specimen::drawn(seed);
    let (width, height) = drawn.dimensions();
    let jpeg = bonafide_specimen::to_jpeg(&drawn, 85).expect("a picture");
    Picture { kind, given_at: NOON.plus_secs(90), width, height, jpeg }
}
