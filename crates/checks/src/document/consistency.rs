//! Whether the sources of one document agree with each other: what is printed, the machine readable
//! zone, the barcode.

use bonafide_core::{
    document::{DocumentReading, FieldName, Source},
    finding::{Check, Finding, Outcome},
};

use super::text::{icao, plain, similarity};

const SOURCES: [Source; 3] = [Source::Visual, Source::Mrz, Source::Barcode];

/// The four cross-checks: document number, name, birth date, address. Each is the least agreement (0..1)
/// between any two sources that give the value; below the threshold a person should look. With fewer
/// than two sources a check is not assessed.
pub fn crosschecks(reading: &DocumentReading, threshold: f64) -> Vec<Finding> {
    type Compare = fn(&DocumentReading, Source, Source) -> Option<f64>;
    let checks: [(Check, &str, Compare); 4] = [
        (Check::DocumentNumberCrosscheck, "document number", |r, a, b| {
            let value = |s| r.from_source(FieldName::DocumentNumber, s).map(|f| f.value.as_str());
            Some(number(value(a)?, value(b)?))
        }),
        (Check::NameCrosscheck, "name", |r, a, b| Some(name(&full_name(r, a)?, &full_name(r, b)?))),
        (Check::BirthDateCrosscheck, "birth date", |r, a, b| {
            let value = |s| r.from_source(FieldName::BirthDate, s).map(|f| f.value.as_str());
            Some(date(value(a)?, value(b)?))
        }),
        (Check::AddressCrosscheck, "address", |r, a, b| {
            Some(name(&full_address(r, a)?, &full_address(r, b)?))
        }),
    ];
    let pairs = [(0, 1), (0, 2), (1, 2)].map(|(i, j)| (SOURCES[i], SOURCES[j]));
    checks
        .into_iter()
        .map(|(check, what, compare)| {
            let least = pairs.iter().filter_map(|(a, b)| compare(reading, *a, *b)).min_by(f64::total_cmp);
            match least {
                None => Finding::not_assessed(
                    check,
                    "single_source",
                    format!("fewer than two sources on the document give the {what}"),
                ),
                Some(agreement) => {
                    let finding = Finding::scored(check, agreement, threshold, Outcome::Consider);
                    if finding.outcome == Outcome::Clear {
                        finding
                    } else {
                        finding.because(
                            "sources_disagree",
                            format!("the {what} differs between the parts of the document"),
                        )
                    }
                }
            }
        })
        .collect()
}

fn joined(reading: &DocumentReading, source: Source, names: &[FieldName]) -> Option<String> {
    let values: Vec<&str> =
        names.iter().filter_map(|n| reading.from_source(*n, source)).map(|f| f.value.as_str()).collect();
    (!values.is_empty()).then(|| values.join(" "))
}

fn full_name(reading: &DocumentReading, source: Source) -> Option<String> {
    reading.from_source(FieldName::LastName, source)?;
    joined(reading, source, &[FieldName::LastName, FieldName::FirstName, FieldName::MiddleName])
}

fn full_address(reading: &DocumentReading, source: Source) -> Option<String> {
    reading.from_source(FieldName::Street, source)?;
    joined(reading, source, &[FieldName::Street, FieldName::City, FieldName::PostalCode])
}

/// Agreement of two document numbers, punctuation ignored. Letters and digits that print alike count as
/// nearly equal, and a number may be the beginning of the other where a part of it (a suffix, a check
/// digit) is printed apart.
pub fn number(a: &str, b: &str) -> f64 {
    let bare = |s: &str| plain(s).replace(' ', "");
    let (a, b) = (bare(a), bare(b));
    if a == b {
        return 1.0;
    }
    let alike = |s: &str| -> String {
        s.chars()
            .map(|c| match c {
                'O' | 'Q' | 'D' => '0',
                'I' | 'L' => '1',
                'S' => '5',
                'B' => '8',
                'Z' => '2',
                'G' => '6',
                c => c,
            })
            .collect()
    };
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() >= 6 && long.starts_with(short.as_str()) {
        return 0.9;
    }
    if alike(&a) == alike(&b) { 0.9 } else { similarity(&a, &b).min(0.89) }
}

/// Agreement of two ISO dates: 1 when equal, less by a quarter for each differing digit.
pub fn date(a: &str, b: &str) -> f64 {
    let differing = a.chars().zip(b.chars()).filter(|(x, y)| x != y).count() + a.len().abs_diff(b.len());
    (1.0 - differing as f64 * 0.25).max(0.0)
}

/// Agreement of two names or addresses: words in any order, marks and transliteration ignored, words cut
/// short, words that only one side has (middle names) forgiven for a little.
pub fn name(a: &str, b: &str) -> f64 {
    let ways: [fn(&str) -> String; 2] = [plain, icao];
    let mut best = 0.0f64;
    for left in ways {
        for right in ways {
            best = best.max(words(&left(a), &right(b)));
        }
    }
    best
}

fn words(a: &str, b: &str) -> f64 {
    let split = |s: &str| s.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (mut few, mut many) = (split(a), split(b));
    if few.concat().is_empty() || many.concat().is_empty() {
        return 0.0;
    }
    // Hyphens and spaces inside names come and go.
    if few.concat() == many.concat() {
        return 1.0;
    }
    if few.concat().len() > many.concat().len() {
        std::mem::swap(&mut few, &mut many);
    }
    let total: usize = few.iter().map(String::len).sum();
    let extra: usize = many.iter().map(String::len).sum::<usize>().saturating_sub(total);
    few.sort_by_key(|w| std::cmp::Reverse(w.len()));
    let mut score = 0.0;
    for word in &few {
        let like = |other: &String| {
            let cut = word.len() >= 3 && other.starts_with(word.as_str())
                || other.len() >= 3 && word.starts_with(other.as_str());
            // An initial stands for its name.
            let initial = word.len() == 1 && other.starts_with(word.as_str());
            if cut {
                similarity(word, other).max(0.95)
            } else if initial {
                0.9
            } else {
                similarity(word, other)
            }
        };
        let best = many.iter().enumerate().map(|(i, o)| (like(o), i)).max_by(|x, y| x.0.total_cmp(&y.0));
        if let Some((value, i)) = best {
            // Half a word in common is chance.
            score += if value >= 0.5 { value * word.len() as f64 } else { 0.0 };
            many.remove(i);
        }
    }
    (score / total as f64 - 0.1 * extra as f64 / (total + extra) as f64).max(0.0)
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{Field, Side};

    use super::*;

    #[test]
    fn names_agree_despite_spelling() {
        for (a, b) in [
            ("MÜLLER JÖRG", "MUELLER JOERG"),
            ("MÜLLER JÖRG", "MULLER JORG"),
            ("ERIKSSON ANNA MARIA", "Anna Maria Eriksson"),
            ("CACADOR DE ARAUJO ANDRE ESTEVES", "CAÇADOR DE ARAÚJO ANDRE ESTEV"),
            ("DOE JOHN LEE", "DOE JOHN L"),
            ("SMITH-JONES MARY", "SMITH JONES MARY"),
            ("DOE JOHN", "DOE JOHN LEE"),
        ] {
            assert!(name(a, b) >= 0.9, "{a} / {b}: {}", name(a, b));
        }
        for (a, b) in [("ERIKSSON ANNA", "SVENSSON ANNA"), ("DOE JOHN", "DOE JANE"), ("", "DOE")] {
            assert!(name(a, b) < 0.85, "{a} / {b}: {}", name(a, b));
        }
    }

    #[test]
    fn numbers_and_dates() {
        assert_eq!(number("L1234-1234561-12", "L1234123456112"), 1.0);
        assert!(number("AB1O3456", "AB103456") >= 0.9);
        assert!(number("AB103456", "AB103457") < 0.9);
        assert_eq!(date("1986-10-16", "1986-10-16"), 1.0);
        assert!(date("1986-10-16", "1986-10-15") < 0.85);
    }

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
}
