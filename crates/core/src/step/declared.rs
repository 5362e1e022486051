//! What the person said of themselves against their document.

use jiff::civil::Date;

use super::{Person, StepData, person::NumberKind};
use crate::{
    compare, country,
    document::{DocumentReading, FieldName},
    finding::{Check, Code, Finding, Outcome},
    holder::{Holder, SAME_NAME},
};

/// [`Check::Declaration`]. Another surname or birth date than the document's fails; other given names, a name from before,
/// another nationality or number ask for a look, and so does a text that was not agreed with. Where the person was born and
/// where they live is compared too (`parts`) and decides nothing: print is short, and people move.
///
/// Without a document nothing can be said, and nobody is approved on their word alone.
pub fn declaration(given: &[StepData], reading: Option<&DocumentReading>) -> Finding {
    let check = Check::Declaration;
    let mut judged = match (reading, person(given)) {
        (None, _) => {
            let detail = "there is no document to compare with";
            Finding::not_assessed(check, Code::NothingToCompareWith, detail)
        }
        (Some(_), None) => Finding::new(check, Outcome::Clear),
        (Some(reading), Some(person)) => compared(person, reading),
    };
    if let Some(reading) = reading {
        let lived = given.iter().find_map(|data| match data {
            StepData::Contact(contact) => contact.address.as_ref(),
            _ => None,
        });
        if let Some((said, printed)) = lived.zip(printed_address(reading)) {
            let parts =
                [Some(&said.line1), said.city.as_ref(), said.region.as_ref(), said.postal_code.as_ref()];
            let said = parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
            part(&mut judged, "address", compare::address(&said, &printed).score >= SAME_NAME);
        }
    }
    let refused = given.iter().any(
        |data| matches!(data, StepData::Consent(answer) | StepData::Attestation(answer) if !answer.agreed),
    );
    if refused {
        let detail = "they did not agree with a text that they were asked to agree with";
        judged = worse(judged, Outcome::Consider).because(Code::AgreementRefused, detail);
    }
    judged
}

/// The same where an e-mail address or a phone number was given and no code came back from there.
pub fn unconfirmed(declared: Finding) -> Finding {
    let detail = "an e-mail address or a phone number was given and not confirmed";
    worse(declared, Outcome::Consider).because(Code::ContactUnconfirmed, detail)
}

/// The same where the caller named the person beforehand: another name or birth date than the document's fails. What was not
/// read of these clears nobody.
#[must_use]
pub fn of_identity(
    declared: Finding,
    name: &str,
    birth_date: Option<Date>,
    reading: Option<&DocumentReading>,
) -> Finding {
    let Some(reading) = reading else {
        return if declared.outcome == Outcome::Clear {
            let detail = "there is no document to compare with";
            Finding::not_assessed(Check::Declaration, Code::NothingToCompareWith, detail)
        } else {
            declared
        };
    };
    let named = Holder {
        name: Some(name.trim().to_owned()),
        birth_date: birth_date.map(|day| day.to_string()),
        ..Holder::default()
    };
    let same = named.compare(&Holder::of(reading));
    let mut finding = declared;
    if let Some(agreement) = same.name {
        finding.score = Some(finding.score.map_or(agreement, |before| before.min(agreement)));
        finding.threshold = Some(SAME_NAME);
        part(&mut finding, "declared_name", agreement >= SAME_NAME);
        if agreement < SAME_NAME {
            let detail = "the document is of somebody with another name than was declared";
            finding = worse(finding, Outcome::Fail).because(Code::DeclaredNameDiffers, detail);
        }
    }
    if let Some(agrees) = same.birth_date {
        part(&mut finding, "declared_birth_date", agrees);
        if !agrees {
            let detail = "the document is of somebody with another birth date than was declared";
            finding = worse(finding, Outcome::Fail).because(Code::DeclaredBirthDateDiffers, detail);
        }
    }
    let untold = [
        (same.name.is_none(), Code::NoName, "no name was read from the document"),
        (
            birth_date.is_some() && same.birth_date.is_none(),
            Code::NoBirthDate,
            "no birth date was read from the document",
        ),
    ];
    for (_, code, detail) in untold.into_iter().filter(|(missing, ..)| *missing) {
        if finding.outcome != Outcome::Fail {
            finding.outcome = Outcome::NotAssessed;
        }
        finding = finding.because(code, detail);
    }
    finding
}

/// A finding that is at least as bad. What could not be assessed stays so.
fn worse(finding: Finding, than: Outcome) -> Finding {
    match finding.outcome {
        Outcome::Clear => Finding { outcome: than, ..finding },
        Outcome::Consider if than == Outcome::Fail => Finding { outcome: than, ..finding },
        _ => finding,
    }
}

fn person(given: &[StepData]) -> Option<&Person> {
    given.iter().find_map(|data| match data {
        StepData::Person(person) => Some(person),
        _ => None,
    })
}

fn part(finding: &mut Finding, name: &str, agrees: bool) {
    finding.parts.insert(name.to_owned(), agrees);
}

/// Somebody under their name of today, or one from before.
fn holder(person: &Person, given: Option<&str>, last: &str) -> Holder {
    let given = match given {
        Some(given) => given.to_owned(),
        None => {
            let names = [person.first_name.as_deref(), person.middle_name.as_deref()];
            names.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
    Holder {
        name: Some(format!("{given} {last}").trim().to_owned()),
        given: Some(given).filter(|given| !given.is_empty()),
        surnames: vec![last.to_owned()],
        birth_date: Some(person.birth_date.to_string()),
    }
}

fn compared(person: &Person, reading: &DocumentReading) -> Finding {
    let check = Check::Declaration;
    let on_document = Holder::of(reading);
    let today = holder(person, None, &person.last_name).compare(&on_document);
    let is_same = |agreement: Option<f64>| agreement.is_some_and(|a| a >= SAME_NAME);
    let mut finding = Finding { score: today.name, ..Finding::new(check, Outcome::Clear) };
    finding.threshold = finding.score.map(|_| SAME_NAME);
    let former = person.former_names.iter().any(|former| {
        let before = holder(person, former.first_name.as_deref(), &former.last_name);
        is_same(before.compare(&on_document).name)
    });
    if let Some(agreement) = today.name {
        part(&mut finding, "name", agreement >= SAME_NAME);
    }
    match today.name {
        Some(agreement) if agreement >= SAME_NAME => {}
        None => {}
        Some(_) if former => {
            let detail = "the document bears a name that they had before; ask for one with the name of today";
            finding = worse(finding, Outcome::Consider).because(Code::FormerNameOnDocument, detail);
        }
        Some(_) if has_surname(&on_document, &person.last_name) => {
            let detail = "the given names are not those of the document";
            finding = worse(finding, Outcome::Consider).because(Code::DeclaredNameDiffers, detail);
        }
        Some(_) => {
            let detail = "the surname is not that of the document";
            finding = worse(finding, Outcome::Fail).because(Code::DeclaredNameDiffers, detail);
        }
    }
    if let Some(agrees) = today.birth_date {
        part(&mut finding, "birth_date", agrees);
        if !agrees {
            let detail = "the birth date is not that of the document";
            finding = worse(finding, Outcome::Fail).because(Code::DeclaredBirthDateDiffers, detail);
        }
    }
    finding = nationality(person, reading, finding);
    finding = number(person, reading, finding);
    let place = person.birth_place.as_deref().zip(value(reading, FieldName::BirthPlace));
    if let Some((said, printed)) = place {
        part(&mut finding, "birth_place", compare::name(said, printed).score >= SAME_NAME);
    }
    // What was not read cannot clear anybody, and hides nothing that was.
    let untold = [
        (today.name.is_none(), Code::NoName, "no name was read from the document"),
        (today.birth_date.is_none(), Code::NoBirthDate, "no birth date was read from the document"),
    ];
    for (_, code, detail) in untold.into_iter().filter(|(missing, ..)| *missing) {
        if finding.outcome != Outcome::Fail {
            finding.outcome = Outcome::NotAssessed;
        }
        finding = finding.because(code, detail);
    }
    finding
}

fn value(reading: &DocumentReading, name: FieldName) -> Option<&str> {
    reading.get(name).map(|field| field.value.trim()).filter(|value| !value.is_empty())
}

/// Whether a document names somebody by a surname; one that does not tell names apart, anywhere in the whole.
fn has_surname(on_document: &Holder, last: &str) -> bool {
    let whole = on_document.surnames.is_empty().then_some(on_document.name.as_ref()).flatten();
    let mut names = on_document.surnames.iter().chain(whole);
    names.any(|name| compare::name(last, name).score >= SAME_NAME)
}

fn nationality(person: &Person, reading: &DocumentReading, mut finding: Finding) -> Finding {
    let printed = value(reading, FieldName::Nationality).and_then(country::of_documents);
    let Some(printed) = printed.filter(|_| !person.nationalities.is_empty()) else { return finding };
    let agrees = person.nationalities.iter().any(|code| country::of_documents(code) == Some(printed));
    part(&mut finding, "nationality", agrees);
    if agrees {
        return finding;
    }
    let detail = "the document gives a nationality that they did not name";
    worse(finding, Outcome::Consider).because(Code::DeclaredNationalityDiffers, detail)
}

/// A number of the same kind and country that the document gives as well.
fn number(person: &Person, reading: &DocumentReading, mut finding: Finding) -> Finding {
    let issuer = reading.issuer.as_deref().and_then(country::of_documents);
    let kinds = [(NumberKind::Personal, FieldName::PersonalNumber), (NumberKind::Tax, FieldName::TaxNumber)];
    for (kind, field) in kinds {
        let Some(printed) = value(reading, field) else { continue };
        let printed: String = printed.chars().filter(char::is_ascii_alphanumeric).collect();
        let mut said = person
            .national_numbers
            .iter()
            .filter(|n| n.kind == kind && (issuer.is_none() || country::of_documents(&n.country) == issuer))
            .peekable();
        if said.peek().is_none() {
            continue;
        }
        let agrees = said.any(|number| number.plain().eq_ignore_ascii_case(&printed));
        part(&mut finding, field.as_str(), agrees);
        if !agrees {
            let detail = "a national number is not that of the document";
            finding = worse(finding, Outcome::Consider).because(Code::DeclaredNumberDiffers, detail);
        }
    }
    finding
}

fn printed_address(reading: &DocumentReading) -> Option<String> {
    let parts = [FieldName::Street, FieldName::City, FieldName::State, FieldName::PostalCode];
    let parts: Vec<&str> = parts.into_iter().filter_map(|name| value(reading, name)).collect();
    let apart = (!parts.is_empty()).then(|| parts.join(", "));
    apart.or_else(|| value(reading, FieldName::Address).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        document::{Field, Side, Source},
        step::{
            Answer, Contact,
            address::tests::toronto,
            answer::tests::yes,
            person::{FormerName, NationalNumber, tests::anna},
        },
    };

    fn document(fields: &[(FieldName, &str)]) -> DocumentReading {
        let mut reading = DocumentReading { issuer: Some("DEU".into()), ..DocumentReading::default() };
        for (name, value) in fields {
            let (value, source, side) = ((*value).to_owned(), Source::Mrz, Side::Front);
            reading.add(*name, Field { value, source, side, confidence: 1.0, region: None });
        }
        reading
    }

    fn passport(first: &str, last: &str, born: &str) -> DocumentReading {
        use FieldName::{BirthDate, FirstName, LastName, Nationality};
        document(&[(FirstName, first), (LastName, last), (BirthDate, born), (Nationality, "DEU")])
    }

    fn judged(person: Person, reading: &DocumentReading) -> (Outcome, Vec<Code>) {
        told(declaration(&[StepData::Person(person)], Some(reading)))
    }

    fn told(finding: Finding) -> (Outcome, Vec<Code>) {
        assert!(finding.reasons.iter().all(|r| finding.check.may_say(&r.code)), "{finding:?}");
        (finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect())
    }

    /// What comes of the caller's word for somebody.
    fn named(name: &str, born: Option<Date>, reading: Option<&DocumentReading>) -> (Outcome, Vec<Code>) {
        told(of_identity(declaration(&[], reading), name, born, reading))
    }

    #[test]
    fn whom_the_caller_named_the_document_names() {
        use FieldName::{BirthDate, FirstName, LastName};
        let (born, other) = (date(1974, 8, 12), date(1974, 8, 13));
        let passport = passport("ANNA MARIA", "ERIKSSON", "1974-08-12");
        for name in ["Anna Maria Eriksson", "anna eriksson", " Eriksson Anna Maria "] {
            for born in [None, Some(born)] {
                assert_eq!(named(name, born, Some(&passport)), (Outcome::Clear, vec![]), "{name} {born:?}");
            }
        }
        let differs = (Outcome::Fail, vec![Code::DeclaredNameDiffers]);
        assert_eq!(named("Hannah Bret", Some(born), Some(&passport)), differs);
        let differs = (Outcome::Fail, vec![Code::DeclaredBirthDateDiffers]);
        assert_eq!(named("Anna Maria Eriksson", Some(other), Some(&passport)), differs);
        let both = (Outcome::Fail, vec![Code::DeclaredNameDiffers, Code::DeclaredBirthDateDiffers]);
        assert_eq!(named("Hannah Bret", Some(other), Some(&passport)), both);

        // What was not read clears nobody.
        let nothing = (Outcome::NotAssessed, vec![Code::NothingToCompareWith]);
        assert_eq!(named("Anna Maria Eriksson", Some(born), None), nothing);
        let undated = document(&[(FirstName, "ANNA MARIA"), (LastName, "ERIKSSON")]);
        assert_eq!(named("Anna Maria Eriksson", None, Some(&undated)), (Outcome::Clear, vec![]));
        let unknown = (Outcome::NotAssessed, vec![Code::NoBirthDate]);
        assert_eq!(named("Anna Maria Eriksson", Some(born), Some(&undated)), unknown);
        let nameless = document(&[(BirthDate, "1974-08-12")]);
        assert_eq!(named("Anna", Some(born), Some(&nameless)), (Outcome::NotAssessed, vec![Code::NoName]));
        // And hides nothing that was read.
        let differs = (Outcome::Fail, vec![Code::DeclaredBirthDateDiffers, Code::NoName]);
        assert_eq!(named("Anna", Some(other), Some(&nameless)), differs);
    }

    #[test]
    fn who_says_what_the_document_says_is_clear() {
        for (first, last) in [
            ("ANNA MARIA", "MUELLER"),
            ("ANNA", "MULLER"),
            ("Anna M.", "Müller"),
            ("ANNA MARIA CLARA", "MÜLLER"),
        ] {
            assert_eq!(
                judged(anna(), &passport(first, last, "1974-08-12")),
                (Outcome::Clear, vec![]),
                "{first}"
            );
        }
        let whole =
            document(&[(FieldName::FullName, "Müller, Anna Maria"), (FieldName::BirthDate, "1974-08-12")]);
        assert_eq!(judged(anna(), &whole).0, Outcome::Clear);
        let one = Person { first_name: None, middle_name: None, last_name: "Suharto".into(), ..anna() };
        assert_eq!(judged(one, &passport("", "SUHARTO", "1974-08-12")).0, Outcome::Clear);
        let finding =
            declaration(&[StepData::Person(anna())], Some(&passport("ANNA", "MUELLER", "1974-08-12")));
        assert!(["name", "birth_date", "nationality"].iter().all(|p| finding.parts.get(*p) == Some(&true)));
    }

    #[test]
    fn another_surname_or_birth_date_fails_and_a_doubt_asks_for_a_look() {
        use Code::{DeclaredBirthDateDiffers, DeclaredNameDiffers, FormerNameOnDocument};
        for (first, last, born, expected) in [
            ("ANNA MARIA", "SCHNEIDER", "1974-08-12", (Outcome::Fail, vec![DeclaredNameDiffers])),
            ("ANNA MARIA", "MUELLER", "1974-12-08", (Outcome::Fail, vec![DeclaredBirthDateDiffers])),
            ("BERTA", "MUELLER", "1974-08-12", (Outcome::Consider, vec![DeclaredNameDiffers])),
            (
                "OTTO",
                "SCHNEIDER",
                "1980-01-01",
                (Outcome::Fail, vec![DeclaredNameDiffers, DeclaredBirthDateDiffers]),
            ),
        ] {
            assert_eq!(judged(anna(), &passport(first, last, born)), expected, "{first} {last} {born}");
        }
        let former =
            FormerName { first_name: None, last_name: "Schneider".into(), until: Some(date(2000, 1, 1)) };
        let married = Person { former_names: vec![former], ..anna() };
        assert_eq!(
            judged(married.clone(), &passport("ANNA MARIA", "SCHNEIDER", "1974-08-12")),
            (Outcome::Consider, vec![FormerNameOnDocument])
        );
        assert_eq!(judged(married, &passport("ANNA MARIA", "SCHNEIDER", "1975-08-12")).0, Outcome::Fail);
    }

    #[test]
    fn nationality_and_numbers_are_compared_where_both_are_known() {
        let passport = passport("ANNA MARIA", "MUELLER", "1974-08-12");
        let french = Person { nationalities: vec!["FR".into()], ..anna() };
        let differs = (Outcome::Consider, vec![Code::DeclaredNationalityDiffers]);
        assert_eq!(judged(french, &passport), differs);
        let both = Person { nationalities: vec!["FR".into(), "DE".into()], ..anna() };
        assert_eq!(judged(both, &passport).0, Outcome::Clear);
        let none = Person { nationalities: vec![], ..anna() };
        assert_eq!(judged(none, &passport).0, Outcome::Clear);
        let numbered = |country: &str, number: &str| Person {
            national_numbers: vec![NationalNumber {
                country: country.into(),
                kind: NumberKind::Personal,
                number: number.into(),
            }],
            ..anna()
        };
        let mut with_number = passport;
        let (value, source, side) = ("12 345-A".to_owned(), Source::Mrz, Side::Front);
        let field = Field { value, source, side, confidence: 1.0, region: None };
        with_number.add(FieldName::PersonalNumber, field);
        assert_eq!(judged(numbered("DE", "12345a"), &with_number).0, Outcome::Clear);
        assert_eq!(judged(numbered("FR", "99999"), &with_number).0, Outcome::Clear, "of another state");
        let differs = (Outcome::Consider, vec![Code::DeclaredNumberDiffers]);
        assert_eq!(judged(numbered("DE", "99999"), &with_number), differs);
    }

    #[test]
    fn nobody_is_clear_on_their_word_alone() {
        let nothing = (Outcome::NotAssessed, vec![Code::NothingToCompareWith]);
        assert_eq!(told(declaration(&[StepData::Person(anna())], None)), nothing);
        assert_eq!(told(declaration(&[], None)), nothing);
        let empty = DocumentReading::default();
        let unread = (Outcome::NotAssessed, vec![Code::NoName, Code::NoBirthDate]);
        assert_eq!(judged(anna(), &empty), unread);
        let undated = document(&[(FieldName::FirstName, "OTTO"), (FieldName::LastName, "SCHNEIDER")]);
        assert_eq!(judged(anna(), &undated).0, Outcome::Fail, "what was read speaks");
        let half = document(&[(FieldName::FirstName, "BERTA"), (FieldName::LastName, "MUELLER")]);
        assert_eq!(judged(anna(), &half).0, Outcome::NotAssessed);
    }

    #[test]
    fn what_was_refused_or_left_open_asks_for_a_look() {
        let passport = passport("ANNA MARIA", "MUELLER", "1974-08-12");
        let agreed = StepData::Consent(yes());
        assert_eq!(declaration(std::slice::from_ref(&agreed), Some(&passport)).outcome, Outcome::Clear);
        let refused = StepData::Attestation(Answer { agreed: false, ..yes() });
        let expected = (Outcome::Consider, vec![Code::AgreementRefused]);
        assert_eq!(told(declaration(&[agreed.clone(), refused], Some(&passport))), expected);
        let open = unconfirmed(declaration(std::slice::from_ref(&agreed), Some(&passport)));
        assert_eq!(told(open), (Outcome::Consider, vec![Code::ContactUnconfirmed]));
        assert_eq!(unconfirmed(declaration(&[agreed], None)).outcome, Outcome::NotAssessed);
    }

    #[test]
    fn an_address_is_compared_and_decides_nothing() {
        let lives = |street: &str| {
            use FieldName::{City, PostalCode, State, Street};
            let reading =
                document(&[(Street, street), (City, "TORONTO"), (State, "ON"), (PostalCode, "M5H 2N2")]);
            let contact = Contact { address: Some(toronto()), ..Contact::default() };
            let finding = declaration(&[StepData::Contact(contact)], Some(&reading));
            assert_eq!(finding.outcome, Outcome::Clear);
            finding.parts.get("address").copied()
        };
        assert_eq!(lives("100 QUEEN ST W"), Some(true));
        assert_eq!(lives("7 ELM AVENUE"), Some(false));
    }
}
