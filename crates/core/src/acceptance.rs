//! Whether a document that was read is one that the policy takes: its issuer, type, age and sides, and its holder's age.

use jiff::civil::Date;

use crate::{
    country,
    document::{DocumentReading, FieldName, Side},
    finding::{Check, Code, Finding, Outcome},
    policy::{DataSource, Policy, sides},
};

/// What is said of a back that is not there.
pub const NO_BACK: &str = "the back of the document is missing; turn it over and add it";

/// What was handed in, as far as acceptance goes.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    pub reading: &'a DocumentReading,
    /// Whether there is a picture of the back.
    pub back: bool,
    pub today: Date,
}

/// Everything that the policy says about the document as a whole.
pub fn findings(policy: &Policy, presented: &Presented<'_>) -> Vec<Finding> {
    let all = [Some(accepted(policy, presented)), minimum_age(policy, presented), back(policy, presented)];
    all.into_iter().flatten().collect()
}

/// [`Check::DocumentAccepted`]. A country that does not exist asks for a human: it may be misread. One that exists and is
/// not accepted fails, and so do types and ages.
fn accepted(policy: &Policy, presented: &Presented<'_>) -> Finding {
    let check = Check::DocumentAccepted;
    let (reading, wanted) = (presented.reading, &policy.accepted);
    let mut failed = Finding::new(check, Outcome::Fail);
    let mut unsure = Finding::new(check, Outcome::Consider);
    let mut untold = Finding::new(check, Outcome::NotAssessed);
    match reading.issuer.as_deref() {
        None => {
            let detail = "no issuing country was read from the document";
            untold = untold.because(Code::Missing(FieldName::IssuingCountry), detail);
        }
        Some(code) if !country::is_issuer(code) || (wanted.refuse_specimens && code == country::SPECIMEN) => {
            let detail = "no country issues documents under the code that this one names";
            unsure = unsure.because(Code::IssuingCountryUnknown, detail);
        }
        Some(code) if wanted.countries.as_ref().is_some_and(|all| !all.iter().any(|c| same(c, code))) => {
            let detail = "documents of this country are not taken";
            failed = failed.because(Code::IssuingCountryNotAccepted, detail);
        }
        Some(_) => {}
    }
    if wanted.types.as_ref().is_some_and(|all| !all.contains(&reading.document_type)) {
        failed = failed.because(Code::DocumentTypeNotAccepted, "documents of this type are not taken");
    }
    if let Some(days) = wanted.max_age_days {
        match day(reading, FieldName::IssuedAt) {
            None => untold = untold.because(Code::NoDates, "no date of issue was read from the document"),
            Some(issued) if since(issued, presented.today) > i64::from(days) => {
                let detail = format!("the document was issued more than {days} days ago");
                failed = failed.because(Code::DocumentTooOld, detail);
            }
            Some(_) => {}
        }
    }
    let score = |finding: Finding, score| Finding { score: Some(score), threshold: Some(1.0), ..finding };
    match () {
        () if !failed.reasons.is_empty() => score(failed, 0.0),
        () if !unsure.reasons.is_empty() => score(unsure, 0.0),
        () if !untold.reasons.is_empty() => untold,
        () => score(Finding::new(check, Outcome::Clear), 1.0),
    }
}

/// Whether two codes are one country: Germany has two.
fn same(a: &str, b: &str) -> bool {
    let long = |code: &str| if code == "D" { "DEU".to_owned() } else { code.to_owned() };
    long(a) == long(b)
}

/// [`Check::MinimumAge`], where the policy asks for one.
fn minimum_age(policy: &Policy, presented: &Presented<'_>) -> Option<Finding> {
    let check = Check::MinimumAge;
    let years = policy.minimum_age?;
    let Some(born) = day(presented.reading, FieldName::BirthDate) else {
        let detail = "no birth date was read from the document";
        return Some(Finding::not_assessed(check, Code::NoBirthDate, detail));
    };
    // Neither the score nor the words tell how old somebody is.
    let score = f64::from(u8::from(age(born, presented.today) >= i64::from(years)));
    let finding = Finding::scored(check, score, 1.0, Outcome::Fail);
    Some(match finding.outcome {
        Outcome::Clear => finding,
        _ => finding.because(Code::BelowMinimumAge, format!("the holder is younger than {years}")),
    })
}

/// [`Check::DocumentAsAsked`] of the back, where it has to be there and is not: the person is asked for it.
fn back(policy: &Policy, presented: &Presented<'_>) -> Option<Finding> {
    let missing = policy.accepted.both_sides && !presented.back && two_sided(policy, presented.reading);
    missing.then(|| {
        Finding::new(Check::DocumentAsAsked, Outcome::Fail)
            .on(Side::Back)
            .because(Code::BackNotCaptured, NO_BACK)
    })
}

/// Whether a document has a back that tells something. What somebody says of its type does not free it: that it is a page
/// of a book shows in its zone of two lines, which a policy may require anyway.
fn two_sided(policy: &Policy, reading: &DocumentReading) -> bool {
    let zone = reading.mrz.as_ref().is_some_and(|lines| lines.len() == 2);
    let asked = policy.requirements.iter().any(|r| {
        let of_zone = r.source == DataSource::Mrz && !r.requirements.fields.is_empty();
        r.document_type == reading.document_type && of_zone
    });
    sides(reading.document_type).contains(&Side::Back) || !(zone || asked)
}

fn day(reading: &DocumentReading, name: FieldName) -> Option<Date> {
    reading.get(name)?.value.parse().ok()
}

fn since(from: Date, to: Date) -> i64 {
    to.since(from).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

/// Full years. Whoever was born on 29 February is a year older on 1 March.
fn age(born: Date, today: Date) -> i64 {
    let before = (today.month(), today.day()) < (born.month(), born.day());
    i64::from(today.year() - born.year()) - i64::from(before)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        document::{DocumentType, Field, Source},
        policy::Accepted,
    };

    fn reading(document_type: DocumentType, issuer: &str, born: &str, issued: &str) -> DocumentReading {
        let issuer = Some(issuer.to_owned()).filter(|i| !i.is_empty());
        let mut reading = DocumentReading { document_type, issuer, ..Default::default() };
        for (name, value) in [(FieldName::BirthDate, born), (FieldName::IssuedAt, issued)] {
            let value = value.to_owned();
            let (source, side) = (Source::Visual, Side::Front);
            reading.add(name, Field { value, source, side, confidence: 1.0, region: None });
        }
        reading
    }

    fn passport(issuer: &str, born: &str) -> DocumentReading {
        let mrz = Some(vec![String::new(), String::new()]);
        DocumentReading { mrz, ..reading(DocumentType::Passport, issuer, born, "2020-01-01") }
    }

    fn nothing_asked() -> Policy {
        let accepted = Accepted::default();
        Policy { accepted, minimum_age: None, ..Policy::default() }
    }

    fn found(
        policy: &Policy,
        reading: &DocumentReading,
        back: bool,
        check: Check,
    ) -> Option<(Outcome, Vec<Code>)> {
        let presented = Presented { reading, back, today: date(2026, 11, 29) };
        let mut of = findings(policy, &presented).into_iter().filter(|f| f.check == check);
        let finding = of.next()?;
        assert!(of.next().is_none(), "one finding a check");
        assert!(finding.reasons.iter().all(|r| check.may_say(&r.code)), "{finding:?}");
        Some((finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect()))
    }

    fn accepted_as(wanted: Accepted, reading: &DocumentReading) -> (Outcome, Vec<Code>) {
        let policy = Policy { accepted: wanted, ..nothing_asked() };
        found(&policy, reading, true, Check::DocumentAccepted).unwrap()
    }

    #[test]
    fn a_country_that_does_not_exist_asks_for_a_human_whatever_the_policy_says() {
        let any = Accepted::default;
        assert_eq!(accepted_as(any(), &passport("FRA", "")), (Outcome::Clear, vec![]));
        assert_eq!(accepted_as(any(), &passport("UTO", "")), (Outcome::Clear, vec![]));
        for none in ["XYZ", "XXX", "FR"] {
            let expected = (Outcome::Consider, vec![Code::IssuingCountryUnknown]);
            assert_eq!(accepted_as(any(), &passport(none, "")), expected, "{none}");
        }
        let real = Accepted { refuse_specimens: true, ..any() };
        assert_eq!(accepted_as(real, &passport("UTO", "")).1, [Code::IssuingCountryUnknown]);
        assert_eq!(accepted_as(any(), &passport("", "")).0, Outcome::NotAssessed);
    }

    #[test]
    fn what_is_not_on_the_policys_list_fails() {
        let only = |codes: &[&str]| Accepted {
            countries: Some(codes.iter().map(|c| (*c).to_owned()).collect()),
            ..Accepted::default()
        };
        assert_eq!(accepted_as(only(&["FRA", "D"]), &passport("DEU", "")).0, Outcome::Clear);
        let france = accepted_as(only(&["CAN"]), &passport("FRA", ""));
        assert_eq!(france, (Outcome::Fail, vec![Code::IssuingCountryNotAccepted]));
        assert_eq!(accepted_as(only(&["CAN"]), &passport("XYZ", "")).0, Outcome::Consider);
        let types = Accepted { types: Some(vec![DocumentType::PassportCard]), ..Accepted::default() };
        let wrong = accepted_as(types, &passport("FRA", ""));
        assert_eq!(wrong, (Outcome::Fail, vec![Code::DocumentTypeNotAccepted]));
        let young = |days| Accepted { max_age_days: Some(days), ..Accepted::default() };
        assert_eq!(accepted_as(young(4000), &passport("FRA", "")).0, Outcome::Clear);
        assert_eq!(accepted_as(young(2000), &passport("FRA", "")).1, [Code::DocumentTooOld]);
        let undated = reading(DocumentType::Passport, "FRA", "", "");
        assert_eq!(accepted_as(young(4000), &undated), (Outcome::NotAssessed, vec![Code::NoDates]));
    }

    #[test]
    fn nobody_is_old_enough_without_a_birth_date() {
        let adult = Policy { minimum_age: Some(18), ..nothing_asked() };
        let of = |born: &str| found(&adult, &passport("FRA", born), true, Check::MinimumAge).unwrap();
        assert_eq!(of("2008-11-29"), (Outcome::Clear, vec![]));
        assert_eq!(of("2008-11-30"), (Outcome::Fail, vec![Code::BelowMinimumAge]));
        assert_eq!(of("2022-05-01").0, Outcome::Fail);
        assert_eq!(of("2030-05-01").0, Outcome::Fail);
        assert_eq!(of("unreadable"), (Outcome::NotAssessed, vec![Code::NoBirthDate]));
        assert_eq!(found(&nothing_asked(), &passport("FRA", ""), true, Check::MinimumAge), None);
    }

    #[test]
    fn a_card_needs_its_back_whatever_it_is_called() {
        let accepted = Accepted { both_sides: true, ..Accepted::default() };
        let both = Policy { accepted, ..nothing_asked() };
        let missing = Some((Outcome::Fail, vec![Code::BackNotCaptured]));
        let of = |reading: &DocumentReading, back| found(&both, reading, back, Check::DocumentAsAsked);
        // A passport without its zone is refused for that.
        for kind in DocumentType::ALL.into_iter().filter(|kind| *kind != DocumentType::Passport) {
            let card = reading(kind, "FRA", "", "");
            assert_eq!(of(&card, false), missing, "{kind}: no zone shows that it is a page");
            assert_eq!(of(&card, true), None);
        }
        assert_eq!(of(&passport("FRA", ""), false), None);
        assert_eq!(of(&reading(DocumentType::Passport, "FRA", "", ""), false), None);
        let card = DocumentReading { document_type: DocumentType::IdentificationCard, ..passport("FRA", "") };
        assert_eq!(of(&card, false), missing, "a larger card (TD2) has a zone of two lines too");
        assert_eq!(found(&nothing_asked(), &card, false, Check::DocumentAsAsked), None);
        let lenient = Policy { requirements: vec![], ..both };
        let book = reading(DocumentType::Passport, "FRA", "", "");
        assert_eq!(found(&lenient, &book, false, Check::DocumentAsAsked), missing);
    }
}
