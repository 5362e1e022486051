//! Whether the sources of one document agree with each other: what is printed, the machine readable
//! zone, the barcode.

use bonafide_core::{
    document::{DocumentReading, FieldName, Source},
    finding::{Check, Code, Finding, Outcome, least, reaches},
};

use super::compare::{self, Agreement, Note};

/// What the person or the caller says about the holder, to hold the document against.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declared {
    pub name: Option<String>,
    /// ISO 8601 day.
    pub birth_date: Option<String>,
    pub address: Option<String>,
    pub document_number: Option<String>,
}

/// One source's word on one thing.
struct Said {
    value: String,
    declared: bool,
}

/// The four cross-checks of one document by itself; see [`crosschecks_with`].
pub fn crosschecks(reading: &DocumentReading, threshold: f64) -> Vec<Finding> {
    crosschecks_with(reading, &Declared::default(), threshold)
}

/// The four cross-checks: document number, name, birth date, address. Each is the least agreement (0..1)
/// between any two that give the value: what is printed, the machine readable zone, the barcode, the declared
/// data. Below the threshold a person should look. With fewer than two a check is not assessed. The reasons
/// say what was forgiven and what differs.
pub fn crosschecks_with(reading: &DocumentReading, declared: &Declared, threshold: f64) -> Vec<Finding> {
    type Say = fn(&DocumentReading, Source) -> Option<String>;
    type Compare = fn(&str, &str) -> Agreement;
    let checks: [(Check, &str, Say, &Option<String>, Compare); 4] = [
        (
            Check::DocumentNumberCrosscheck,
            "document number",
            document_number,
            &declared.document_number,
            compare::number,
        ),
        (Check::NameCrosscheck, "name", full_name, &declared.name, compare::name),
        (
            Check::BirthDateCrosscheck,
            "birth date",
            |r, s| one(r, s, FieldName::BirthDate),
            &declared.birth_date,
            compare::date,
        ),
        (Check::AddressCrosscheck, "address", full_address, &declared.address, compare::address),
    ];
    checks
        .map(|(check, what, say, declared, compare)| {
            let read =
                [Source::Visual, Source::Mrz, Source::Barcode].into_iter().filter_map(|s| say(reading, s));
            let mut said: Vec<Said> = read.map(|value| Said { value, declared: false }).collect();
            said.extend(declared.iter().map(|d| Said { value: d.clone(), declared: true }));
            let found = finding(check, what, &said, compare, threshold);
            if check == Check::NameCrosscheck {
                beside_the_print(with_the_surname(found, reading, threshold), reading)
            } else {
                found
            }
        })
        .into()
}

/// What stands around a name, and how many of these have to be read for a name between them to be missed.
const AROUND: [FieldName; 4] =
    [FieldName::DocumentNumber, FieldName::BirthDate, FieldName::IssuedAt, FieldName::ExpiresAt];
const ENOUGH_AROUND: usize = 2;

/// A surname that a zone or barcode gives and that cannot be read where it is printed, though what is around it can: it may be
/// covered, and another's under what covers it. Of given names alone this says nothing: they stand in too many ways.
fn beside_the_print(finding: Finding, reading: &DocumentReading) -> Finding {
    if !is_covered(reading) {
        return finding;
    }
    let mut finding = Finding { outcome: Outcome::Consider, ..finding };
    finding.reasons.retain(|reason| reason.code != Code::SingleSource);
    finding.because(Code::Missing(FieldName::LastName), "the surname cannot be read where it is printed")
}

fn is_covered(reading: &DocumentReading) -> bool {
    use FieldName::{FirstName, FullName, LastName};
    let printed = |name| one(reading, Source::Visual, name);
    let coded = |name| [Source::Mrz, Source::Barcode].into_iter().find_map(|s| one(reading, s, name));
    let words = |text: String| text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).count();
    // Both in one line are read as one of them.
    let both =
        printed(FirstName).zip(coded(FirstName)).is_some_and(|(print, code)| words(print) > words(code));
    let around = AROUND.into_iter().filter(|name| printed(*name).is_some()).count();
    let unread = printed(LastName).is_none() && printed(FullName).is_none() && !both;
    around >= ENOUGH_AROUND && coded(LastName).is_some() && unread
}

fn finding(
    check: Check,
    what: &str,
    said: &[Said],
    compare: fn(&str, &str) -> Agreement,
    threshold: f64,
) -> Finding {
    let pairs = said.iter().enumerate().flat_map(|(i, a)| said.iter().skip(i + 1).map(move |b| (a, b)));
    let compared: Vec<(Agreement, bool)> =
        pairs.map(|(a, b)| (compare(&a.value, &b.value), a.declared || b.declared)).collect();
    if compared.is_empty() {
        return Finding::not_assessed(
            check,
            Code::SingleSource,
            format!("fewer than two sources give the {what}"),
        );
    }
    let score = least(compared.iter().map(|(a, _)| a.score));
    let mut finding = Finding::scored(check, score, threshold, Outcome::Consider);
    let differ = |with_declared: bool| {
        compared.iter().any(|(a, d)| !reaches(a.score, threshold) && *d == with_declared)
    };
    if differ(false) {
        finding = finding
            .because(Code::SourcesDisagree, format!("the {what} differs between the parts of the document"));
    }
    if differ(true) {
        finding = finding.because(Code::DeclaredDiffers, format!("the {what} differs from the declared one"));
    }
    let mut notes: Vec<Note> = compared.into_iter().flat_map(|(a, _)| a.notes).collect();
    notes.sort_by(|a, b| a.code().word().cmp(&b.code().word()));
    notes.dedup();
    notes.into_iter().fold(finding, |f, n| f.because(n.code(), n.words()))
}

fn one(reading: &DocumentReading, source: Source, name: FieldName) -> Option<String> {
    reading.from_source(name, source).map(|f| f.value.clone())
}

fn joined(reading: &DocumentReading, source: Source, names: &[FieldName]) -> Option<String> {
    let values: Vec<&str> =
        names.iter().filter_map(|n| reading.from_source(*n, source)).map(|f| f.value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(" "))
}

/// The document's number. Where the print of a card names the holder's own number, its zone vouches for that as well.
fn document_number(reading: &DocumentReading, source: Source) -> Option<String> {
    let number = one(reading, source, FieldName::DocumentNumber)?;
    let zone = |name| one(reading, Source::Mrz, name);
    if source == Source::Visual
        && zone(FieldName::PersonalNumber).is_some_and(|own| compare::number(&own, &number).score == 1.0)
    {
        return zone(FieldName::DocumentNumber).or(Some(number));
    }
    Some(number)
}

/// Whether the zone has room for a surname only: nothing else is told of the given names.
fn is_surname_alone(reading: &DocumentReading) -> bool {
    let zone = |name| reading.from_source(name, Source::Mrz).is_some();
    zone(FieldName::LastName)
        && !zone(FieldName::FirstName)
        && !reading.absent.contains(&FieldName::FirstName)
}

/// The surname in print and zone, where the zone has no more of the name: by itself, or given names that only the print tells
/// would make up for another one.
fn with_the_surname(found: Finding, reading: &DocumentReading, threshold: f64) -> Finding {
    let surname = |source| one(reading, source, FieldName::LastName);
    let (Some(print), Some(zone)) = (surname(Source::Visual), surname(Source::Mrz)) else { return found };
    if !is_surname_alone(reading) {
        return found;
    }
    let said = [print, zone].map(|value| Said { value, declared: false });
    let alone = finding(Check::NameCrosscheck, "surname", &said, compare::name, threshold);
    let counts = found.outcome == Outcome::NotAssessed || alone.outcome != Outcome::Clear;
    if counts { alone } else { found }
}

fn full_name(reading: &DocumentReading, source: Source) -> Option<String> {
    if source == Source::Mrz && is_surname_alone(reading) {
        return None;
    }
    if reading.from_source(FieldName::LastName, source).is_none() {
        return one(reading, source, FieldName::FullName);
    }
    joined(reading, source, &[FieldName::LastName, FieldName::FirstName, FieldName::MiddleName])
}

fn full_address(reading: &DocumentReading, source: Source) -> Option<String> {
    if reading.from_source(FieldName::Street, source).is_none() {
        return one(reading, source, FieldName::Address);
    }
    joined(reading, source, &[FieldName::Street, FieldName::City, FieldName::PostalCode])
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{Field, Side};

    use super::*;

    #[test]
    fn findings() {
        let mut reading = DocumentReading::default();
        let mut add = |name, source, value: &str| {
            let field =
                Field { value: value.into(), source, side: Side::Front, confidence: 0.9, region: None };
            reading.add(name, field);
        };
        add(FieldName::BirthDate, Source::Visual, "1986-10-16");
        add(FieldName::BirthDate, Source::Mrz, "1986-10-16");
        add(FieldName::DocumentNumber, Source::Visual, "X123");
        add(FieldName::LastName, Source::Mrz, "DOE");
        add(FieldName::LastName, Source::Barcode, "ROE");
        let outcomes: Vec<(Check, Outcome)> =
            crosschecks(&reading, 0.85).iter().map(|f| (f.check, f.outcome)).collect();
        assert_eq!(
            outcomes,
            [
                (Check::DocumentNumberCrosscheck, Outcome::NotAssessed),
                (Check::NameCrosscheck, Outcome::Consider),
                (Check::BirthDateCrosscheck, Outcome::Clear),
                (Check::AddressCrosscheck, Outcome::NotAssessed),
            ]
        );
    }

    fn said(values: &[(FieldName, Source, &str)]) -> DocumentReading {
        let mut reading = DocumentReading::default();
        for (name, source, value) in values {
            let field = Field {
                value: (*value).into(),
                source: *source,
                side: Side::Front,
                confidence: 0.9,
                region: None,
            };
            reading.add(*name, field);
        }
        reading
    }

    #[test]
    fn a_zone_with_a_surname_alone_is_held_against_the_surname() {
        let of = |print: &str, zone: &str, declared: Option<&str>| {
            let reading = said(&[
                (FieldName::LastName, Source::Visual, print),
                (FieldName::FirstName, Source::Visual, "MAXIMILIENNE ALEXANDRA"),
                (FieldName::LastName, Source::Mrz, zone),
            ]);
            let declared = Declared { name: declared.map(str::to_owned), ..Declared::default() };
            let findings = crosschecks_with(&reading, &declared, 0.85);
            findings.into_iter().find(|f| f.check == Check::NameCrosscheck).unwrap().outcome
        };
        assert_eq!(of("LEFEBVRE", "LEFEBVRE", None), Outcome::Clear);
        assert_eq!(of("LEFEBVRE", "MARTIN", None), Outcome::Consider);
        // Long given names do not make up for it, nor does what was declared.
        assert_eq!(of("DOE", "ROE", None), Outcome::Consider);
        let declared = Some("Maximilienne Alexandra Doe");
        assert_eq!(of("DOE", "DOE", declared), Outcome::Clear);
        assert_eq!(of("DOE", "ROE", declared), Outcome::Consider);
    }

    #[test]
    fn the_print_may_name_the_holders_number() {
        let of = |printed: &str| {
            let reading = said(&[
                (FieldName::DocumentNumber, Source::Visual, printed),
                (FieldName::DocumentNumber, Source::Mrz, "BAA000589"),
                (FieldName::PersonalNumber, Source::Mrz, "99999999R"),
            ]);
            crosschecks(&reading, 0.85)[0].outcome
        };
        assert_eq!(of("99999999R"), Outcome::Clear);
        assert_eq!(of("BAA000589"), Outcome::Clear);
        assert_eq!(of("99999998R"), Outcome::Consider);
    }

    #[test]
    fn a_name_that_is_covered_is_missed_where_what_is_around_it_is_read() {
        let visual = |without: &[FieldName]| {
            let mut reading = DocumentReading::default();
            for (name, value) in [
                (FieldName::LastName, "ERIKSSON"),
                (FieldName::FirstName, "ANNA MARIA"),
                (FieldName::DocumentNumber, "L898902C3"),
                (FieldName::BirthDate, "1974-08-12"),
            ] {
                for source in [Source::Visual, Source::Mrz] {
                    let (value, side) = (value.to_owned(), Side::Front);
                    let field = Field { value, source, side, confidence: 0.9, region: None };
                    if source == Source::Mrz || !without.contains(&name) {
                        reading.add(name, field);
                    }
                }
            }
            let findings = crosschecks(&reading, 0.85);
            let name = findings.into_iter().find(|f| f.check == Check::NameCrosscheck).unwrap();
            assert!(name.reasons.iter().all(|r| name.check.may_say(&r.code)), "{name:?}");
            (name.outcome, name.reasons.into_iter().map(|r| r.code).collect::<Vec<_>>())
        };
        use FieldName::{BirthDate, DocumentNumber, FirstName, LastName};
        assert_eq!(visual(&[]), (Outcome::Clear, vec![]));
        let missing = (Outcome::Consider, vec![Code::Missing(LastName)]);
        assert_eq!(visual(&[LastName, FirstName]), missing);
        assert_eq!(visual(&[LastName]).0, Outcome::Consider);
        assert_eq!(visual(&[FirstName]).0, Outcome::Clear);
        // Nothing of the print was read: the picture is of the back, or the print is one that is not known.
        let nothing = visual(&[LastName, FirstName, DocumentNumber]);
        assert_eq!(nothing, (Outcome::NotAssessed, vec![Code::SingleSource]));
        assert_eq!(visual(&[LastName, FirstName, DocumentNumber, BirthDate]).0, Outcome::NotAssessed);
    }

    #[test]
    fn no_agreement_that_is_no_number_is_clear() {
        let said = ["A", "B", "C"].map(|value| Said { value: value.into(), declared: false });
        let odd = |a: &str, _: &str| Agreement {
            score: if a == "A" { 1.0 } else { f64::NAN },
            ..Agreement::default()
        };
        let found = finding(Check::NameCrosscheck, "name", &said, odd, 0.85);
        assert_eq!((found.outcome, found.score), (Outcome::Consider, Some(0.0)));
        assert_eq!(found.reasons[0].code, Code::SourcesDisagree);
    }

    #[test]
    fn declared_data_is_held_against_the_document() {
        let mut reading = DocumentReading::default();
        for (name, value) in [(FieldName::LastName, "MUELLER"), (FieldName::FirstName, "WILHELM")] {
            let field = Field {
                value: value.into(),
                source: Source::Mrz,
                side: Side::Front,
                confidence: 1.0,
                region: None,
            };
            reading.add(name, field);
        }
        let says = |name: &str| {
            let declared = Declared { name: Some(name.into()), ..Declared::default() };
            let findings = crosschecks_with(&reading, &declared, 0.85);
            findings.into_iter().find(|f| f.check == Check::NameCrosscheck).unwrap()
        };
        let same = says("Willy Müller");
        assert_eq!(same.outcome, Outcome::Clear);
        let codes: Vec<&Code> = same.reasons.iter().map(|r| &r.code).collect();
        assert_eq!(codes, [&Code::Nickname, &Code::OtherOrder, &Code::Transliterated]);
        let other = says("Otto Schmidt");
        assert_eq!(other.outcome, Outcome::Consider);
        assert!(other.reasons.iter().any(|r| r.code == Code::DeclaredDiffers));
        assert!(other.reasons.iter().all(|r| !r.detail.contains("Schmidt") && !r.detail.contains("MUELLER")));
    }
}
