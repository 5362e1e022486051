//! Whether a document shows where somebody lives, as the policy asks: one of the kinds that are taken, recent enough, and of the
//! name and address that were declared.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    compare::{self, Agreement},
    country,
    document::{AddressDocumentType, DocumentReading, FieldName},
    finding::{Check, Code, Finding, Outcome},
    holder::SAME_NAME,
    policy::Policy,
};

/// Days after which a document no longer shows where somebody lives, where the policy does not say: a quarter of a year.
pub const MAX_AGE_DAYS: u32 = 92;

/// The least agreement of two addresses that are taken for one.
pub const SAME_ADDRESS: f64 = 0.85;

/// What is known of the person beforehand.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    pub name: Option<String>,
    /// In one line.
    pub address: Option<String>,
}

impl std::fmt::Debug for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Expected(…)")
    }
}

/// Everything that is asked of the document as a whole. Of one that could not be read nothing is said.
pub fn findings(
    policy: &Policy,
    reading: &DocumentReading,
    expected: &Expected,
    readable: bool,
    today: Date,
) -> Vec<Finding> {
    if !readable {
        let checks = [Check::DocumentAccepted, Check::NameCrosscheck, Check::AddressCrosscheck];
        return checks.map(|check| Finding::new(check, Outcome::NotAssessed)).into();
    }
    vec![accepted(policy, reading, today), name(reading, expected), address(reading, expected)]
}

/// [`Check::DocumentAccepted`]: its kind, its country and its age.
fn accepted(policy: &Policy, reading: &DocumentReading, today: Date) -> Finding {
    let check = Check::DocumentAccepted;
    let failed = Finding { score: Some(0.0), threshold: Some(1.0), ..Finding::new(check, Outcome::Fail) };
    let value = |name| reading.get(name).map(|field| field.value.as_str());
    if value(FieldName::DocumentSubtype).and_then(AddressDocumentType::parse).is_none() {
        let detail = "this is no utility bill, bank letter, tax notice or letter of an authority";
        return failed.because(Code::DocumentTypeNotAccepted, detail);
    }
    let issuer = value(FieldName::AddressCountry).and_then(country::of_documents);
    if let Some(taken) = &policy.accepted.countries {
        let Some(issuer) = issuer else {
            let detail = "no country was read from the document, and not every country's are taken";
            return Finding::not_assessed(check, Code::IssuingCountryUnknown, detail);
        };
        if !taken.iter().any(|code| country::of_documents(code) == Some(issuer)) {
            return failed
                .because(Code::IssuingCountryNotAccepted, "documents of this country are not taken");
        }
    }
    let days = policy.accepted.max_age_days.unwrap_or(MAX_AGE_DAYS);
    let Some(issued) = value(FieldName::IssuedAt).and_then(|day| day.parse::<Date>().ok()) else {
        return Finding::not_assessed(check, Code::NoDates, "no date of issue was read from the document");
    };
    let age = today.since(issued).map_or(i64::MAX, |span| i64::from(span.get_days()));
    if age > i64::from(days) {
        return failed
            .because(Code::DocumentTooOld, format!("the document was issued more than {days} days ago"));
    }
    Finding { score: Some(1.0), threshold: Some(1.0), ..Finding::new(check, Outcome::Clear) }
}

/// [`Check::NameCrosscheck`]: whether one of those whom the document names is the person.
fn name(reading: &DocumentReading, expected: &Expected) -> Finding {
    let read = reading.believed(FieldName::FullName).map(|field| field.value.as_str());
    let compared =
        |said: &String| read.map(|name| compare::name(said, name)).max_by(|a, b| a.score.total_cmp(&b.score));
    let best = expected.name.as_ref().and_then(compared);
    held(
        Check::NameCrosscheck,
        best,
        SAME_NAME,
        "no name was declared, or none was read",
        "the document names somebody else",
    )
}

/// [`Check::AddressCrosscheck`].
fn address(reading: &DocumentReading, expected: &Expected) -> Finding {
    let read = in_one_line(reading);
    let best = expected.address.as_ref().zip(read.as_ref()).map(|(said, read)| compare::address(said, read));
    let missing = "no address was declared, or none was read";
    held(Check::AddressCrosscheck, best, SAME_ADDRESS, missing, "the document bears another address")
}

fn held(check: Check, compared: Option<Agreement>, least: f64, missing: &str, differs: &str) -> Finding {
    let Some(agreement) = compared else { return Finding::not_assessed(check, Code::SingleSource, missing) };
    let finding = Finding::scored(check, agreement.score, least, Outcome::Fail);
    let finding = if finding.outcome == Outcome::Clear {
        finding
    } else {
        finding.because(Code::DeclaredDiffers, differs)
    };
    agreement.notes.into_iter().fold(finding, |finding, note| finding.because(note.code(), note.words()))
}

/// The address that was read, without its country, which is left out at home.
pub fn in_one_line(reading: &DocumentReading) -> Option<String> {
    use FieldName::{AddressExtra, City, PostalCode, State, Street};
    let parts = [Street, AddressExtra, PostalCode, City, State];
    let parts: Vec<&str> =
        parts.into_iter().filter_map(|name| Some(reading.get(name)?.value.as_str())).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        decision::{Decision, Facts, decide},
        document::{DocumentType, Field, Side, Source},
        policy::Accepted,
        weights::Weights,
    };

    const TODAY: Date = date(2026, 11, 30);

    fn bill(changed: &[(FieldName, &str)]) -> DocumentReading {
        let mut reading =
            DocumentReading { document_type: DocumentType::Other, ..DocumentReading::default() };
        let usual = [
            (FieldName::DocumentSubtype, "utility_bill"),
            (FieldName::IssuingAuthority, "Lumenor Énergie SA"),
            (FieldName::IssuedAt, "2026-10-13"),
            (FieldName::FullName, "Claire Fontanel"),
            (FieldName::FullName, "Julien Béraud"),
            (FieldName::Street, "12 rue des Lilas"),
            (FieldName::City, "PARIS"),
            (FieldName::PostalCode, "75011"),
            (FieldName::AddressCountry, "FR"),
        ];
        let others = usual.into_iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        for (name, value) in others.chain(changed.iter().copied()) {
            let (value, source, side) = (value.to_owned(), Source::Visual, Side::Front);
            reading.add(name, Field { value, source, side, confidence: 0.9, region: None });
        }
        reading
    }

    fn said(name: &str, address: &str) -> Expected {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Expected { name: some(name), address: some(address) }
    }

    fn judged(policy: &Policy, reading: &DocumentReading, expected: &Expected) -> (Decision, Vec<Code>) {
        let mut all = findings(policy, reading, expected, true, TODAY);
        assert!(all.iter().all(|f| f.reasons.iter().all(|r| f.check.may_say(&r.code))), "{all:?}");
        for check in [Check::DocumentReadable, Check::RequiredFields, Check::ImageManipulation] {
            all.push(Finding::new(check, Outcome::Clear));
        }
        let facts = Facts { document_type: DocumentType::Other, findings: &all, attempt: 1 };
        let assessment = decide(policy, &Weights::default(), &facts);
        (assessment.decision, assessment.reasons.into_iter().map(|r| r.code).collect())
    }

    #[test]
    fn the_persons_own_recent_bill_is_approved_and_anything_else_is_not() {
        let policy = Policy::default().for_address();
        let approved = (Decision::Approve, vec![]);
        let them = said("Claire Fontanel", "12, rue des Lilas, 75011 Paris");
        assert_eq!(judged(&policy, &bill(&[]), &them), approved);
        assert_eq!(judged(&policy, &bill(&[]), &said("Julien Beraud", "")), approved, "the other of the two");
        assert_eq!(judged(&policy, &bill(&[]), &Expected::default()), approved, "nothing was declared");
        for (reading, expected, reason) in [
            (bill(&[(FieldName::IssuedAt, "2026-08-01")]), them.clone(), Code::DocumentTooOld),
            (bill(&[(FieldName::DocumentSubtype, "")]), them.clone(), Code::DocumentTypeNotAccepted),
            (bill(&[]), said("Hannah Bret", "12 rue des Lilas 75011 Paris"), Code::DeclaredDiffers),
            (bill(&[]), said("Claire Fontanel", "14 rue des Lilas 75011 Paris"), Code::DeclaredDiffers),
            (bill(&[]), said("", "3 avenue Foch 69006 Lyon"), Code::DeclaredDiffers),
        ] {
            let (decision, reasons) = judged(&policy, &reading, &expected);
            assert_eq!(decision, Decision::Decline, "{reason}");
            assert!(reasons.contains(&reason), "{reasons:?}");
        }
        // Of what was not read a human judges, and nobody is approved.
        assert_eq!(judged(&policy, &bill(&[(FieldName::IssuedAt, "")]), &them).0, Decision::Review);
    }

    #[test]
    fn the_policys_own_age_and_countries_count() {
        let accepted = Accepted { max_age_days: Some(30), ..Accepted::default() };
        let strict = Policy { accepted, ..Policy::default() }.for_address();
        assert_eq!(judged(&strict, &bill(&[]), &Expected::default()).0, Decision::Decline);
        let accepted = Accepted { countries: Some(vec!["D".to_owned()]), ..Accepted::default() };
        let german = Policy { accepted, ..Policy::default() }.for_address();
        let refused = judged(&german, &bill(&[]), &Expected::default());
        assert!(refused.1.contains(&Code::IssuingCountryNotAccepted), "{refused:?}");
        assert_eq!(
            judged(&german, &bill(&[(FieldName::AddressCountry, "DE")]), &Expected::default()).0,
            Decision::Approve
        );
        let unknown = judged(&german, &bill(&[(FieldName::AddressCountry, "")]), &Expected::default());
        assert_eq!(unknown.0, Decision::Review, "{unknown:?}");
    }

    #[test]
    fn of_what_cannot_be_read_nothing_is_said() {
        let all = findings(&Policy::default(), &bill(&[]), &said("A B", "C"), false, TODAY);
        assert!(all.iter().all(|f| f.outcome == Outcome::NotAssessed) && all.len() == 3);
    }
}
