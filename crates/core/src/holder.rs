//! Do two documents name one person? By whole names as people write them, and by birth dates.

use crate::{
    compare,
    document::{DocumentReading, FieldName},
    text::icao,
};

/// The least agreement of two names that are taken for one, as for the sources of one document.
pub const SAME_NAME: f64 = 0.85;

/// Whom a document names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Holder {
    /// The whole name.
    pub name: Option<String>,
    /// Given names, where the document tells them apart.
    pub given: Option<String>,
    /// Surnames: now, at birth, by marriage.
    pub surnames: Vec<String>,
    /// ISO 8601.
    pub birth_date: Option<String>,
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holder(…)")
    }
}

/// How two holders compare.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Comparison {
    /// Agreement of the whole names 0..1; absent where one document names nobody.
    pub name: Option<f64>,
    /// Whether the birth dates agree, where both are known.
    pub birth_date: Option<bool>,
    /// Given names and birth date agree and the surname does not, as after a marriage.
    pub renamed: bool,
}

impl Comparison {
    /// Whether it is one person by name and birth date; `None` where that cannot be told.
    pub fn same(&self) -> Option<bool> {
        match (self.name.map(|agreement| agreement >= SAME_NAME), self.birth_date) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

impl Holder {
    pub fn of(reading: &DocumentReading) -> Self {
        let value = |name| reading.get(name).map(|f| f.value.trim().to_owned()).filter(|v| !v.is_empty());
        let join = |names: &[FieldName]| {
            let parts: Vec<String> = names.iter().filter_map(|name| value(*name)).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        };
        let given = join(&[FieldName::FirstName, FieldName::MiddleName]);
        let last = value(FieldName::LastName);
        let surnames = [last.clone(), value(FieldName::BirthName), value(FieldName::MarriedName)];
        let apart = last.or_else(|| given.clone()).is_some();
        let whole = join(&[FieldName::FirstName, FieldName::MiddleName, FieldName::LastName]);
        Self {
            name: if apart { whole } else { value(FieldName::FullName) },
            given,
            surnames: surnames.into_iter().flatten().collect(),
            birth_date: value(FieldName::BirthDate),
        }
    }

    /// The name in one spelling: letters without marks by ICAO 9303-3, the words in one order.
    pub fn spelled(&self) -> Option<String> {
        let plain = icao(self.name.as_deref()?);
        let mut words: Vec<&str> = plain.split_whitespace().collect();
        words.sort_unstable();
        (!words.is_empty()).then(|| words.join(" "))
    }

    pub fn compare(&self, other: &Self) -> Comparison {
        let agreement =
            |a: &Option<String>, b: &Option<String>| Some(compare::name(a.as_deref()?, b.as_deref()?).score);
        let mut name = agreement(&self.name, &other.name);
        // To the day: who lies about their age changes one digit.
        let birth_date = self.birth_date.as_ref().zip(other.birth_date.as_ref()).map(|(a, b)| a == b);
        let mut renamed = false;
        let given = agreement(&self.given, &other.given).is_some_and(|a| a >= SAME_NAME);
        if name.is_some_and(|a| a < SAME_NAME) && given {
            // A surname that the other document gives as that of birth or marriage is no other name.
            let known = self
                .surnames
                .iter()
                .any(|a| other.surnames.iter().any(|b| compare::name(a, b).score >= SAME_NAME));
            if known {
                name = Some(1.0);
            } else {
                renamed = birth_date == Some(true);
            }
        }
        Comparison { name, birth_date, renamed }
    }
}

#[cfg(test)]
mod tests {
    use crate::document::{Field, Side, Source};

    use super::*;

    fn holder(source: Source, fields: &[(FieldName, &str)]) -> Holder {
        let mut reading = DocumentReading::default();
        for (name, value) in fields {
            let value = (*value).to_owned();
            reading.add(*name, Field { value, source, side: Side::Front, confidence: 1.0, region: None });
        }
        Holder::of(&reading)
    }

    fn of(first: &str, last: &str, birth: &str) -> Holder {
        use FieldName::{BirthDate, FirstName, LastName};
        holder(Source::Mrz, &[(FirstName, first), (LastName, last), (BirthDate, birth)])
    }

    #[test]
    fn one_person_however_the_name_is_written() {
        let anna = of("ANNA MARIA", "MÜLLER", "1974-08-12");
        for other in [
            of("ANNA MARIA", "MUELLER", "1974-08-12"),
            of("ANNA", "MULLER", "1974-08-12"),
            of("ANNA M", "MÜLLER", "1974-08-12"),
            holder(
                Source::Visual,
                &[(FieldName::FullName, "Müller Anna Maria"), (FieldName::BirthDate, "1974-08-12")],
            ),
            holder(
                Source::Mrz,
                &[
                    (FieldName::FirstName, "ANNA MARIA"),
                    (FieldName::LastName, "SCHMIDT"),
                    (FieldName::BirthName, "MÜLLER"),
                    (FieldName::BirthDate, "1974-08-12"),
                ],
            ),
        ] {
            assert_eq!(anna.compare(&other).same(), Some(true), "{:?}", anna.compare(&other));
            assert_eq!(other.compare(&anna).same(), Some(true));
        }
        assert_eq!(of("ANNA", "MÜLLER", "").compare(&anna).same(), None, "no birth date");
        assert_eq!(Holder::default().compare(&anna), Comparison::default());
        let one_name = of("", "SUHARTO", "1950-01-01");
        assert_eq!(one_name.compare(&of("", "SUHARTO", "1950-01-01")).same(), Some(true));
    }

    #[test]
    fn another_name_or_birth_date_is_another_person_and_a_marriage_is_told() {
        let anna = of("ANNA MARIA", "MÜLLER", "1974-08-12");
        let twin = anna.compare(&of("BERTA", "MÜLLER", "1974-08-12"));
        assert_eq!((twin.same(), twin.renamed), (Some(false), false));
        let younger = anna.compare(&of("ANNA MARIA", "MÜLLER", "1974-08-13"));
        assert_eq!((younger.same(), younger.birth_date), (Some(false), Some(false)));
        let married = anna.compare(&of("ANNA MARIA", "SCHMIDT", "1974-08-12"));
        assert_eq!((married.same(), married.renamed), (Some(false), true));
        let other = anna.compare(&of("ANNA MARIA", "SCHMIDT", "1980-01-01"));
        assert_eq!((other.same(), other.renamed), (Some(false), false));
    }

    #[test]
    fn one_spelling_for_a_name_in_any_order() {
        let spelled = |name: &str| Holder { name: Some(name.into()), ..Holder::default() }.spelled();
        assert_eq!(spelled("Jörg  Müller"), spelled("MUELLER, JOERG"));
        assert_eq!((spelled("--"), Holder::default().spelled()), (None, None));
    }
}
