//! Whether the dates of a document can be true together, and whether it is in force.

use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName},
    finding::{Check, Code, Finding, Outcome},
};
use jiff::civil::Date;

use super::mrz;

/// Nobody alive is older; the oldest verified person reached 122.
const OLDEST: i16 = 120;
/// Longest validity in years that is issued with a date: licences that end at the age of 75 or so. Documents
/// without an end bear the year 9999 or none.
const LONGEST: i16 = 66;
/// Youngest age at which any state issues a driving licence (mopeds, learner's permits).
const YOUNGEST_DRIVER: i16 = 13;

/// Expiry, and the agreement of the dates with each other and with `today`.
pub fn validity(reading: &DocumentReading, today: Date) -> Vec<Finding> {
    vec![expired(reading, today), consistent(reading, today)]
}

fn day(reading: &DocumentReading, name: FieldName) -> Option<Date> {
    reading.get(name)?.value.parse().ok()
}

fn expired(reading: &DocumentReading, today: Date) -> Finding {
    let check = Check::DocumentExpired;
    match day(reading, FieldName::ExpiresAt) {
        None if reading.is_absent(FieldName::ExpiresAt) => {
            Finding { score: Some(1.0), ..Finding::new(check, Outcome::Clear) }
                .because(Code::NoTimeLimit, "the document says that it has no time limit")
        }
        None => Finding::not_assessed(check, Code::NoExpiryDate, "no expiry date was found on the document"),
        Some(date) if date < today => Finding { score: Some(0.0), ..Finding::new(check, Outcome::Fail) }
            .because(Code::Expired, "the document's expiry date has passed"),
        Some(_) => Finding { score: Some(1.0), ..Finding::new(check, Outcome::Clear) },
    }
}

fn consistent(reading: &DocumentReading, today: Date) -> Finding {
    let check = Check::DateConsistency;
    let (birth, issue, expiry) = (
        day(reading, FieldName::BirthDate),
        day(reading, FieldName::IssuedAt),
        day(reading, FieldName::ExpiresAt),
    );
    // A forger's invention: who computes the digits computes them over a day that there is.
    let zone = reading.mrz.as_ref().and_then(|lines| mrz::parse(lines).ok());
    let impossible = zone.is_some_and(|zone| !zone.impossible_dates().is_empty());
    if birth.is_none() && issue.is_none() && expiry.is_none() && !impossible {
        return Finding::not_assessed(check, Code::NoDates, "no dates were found on the document");
    }
    let years = |from: Date, to: Date| {
        let before = (to.month(), to.day()) < (from.month(), from.day());
        to.year() - from.year() - i16::from(before)
    };
    let both = |a: Option<Date>, b: Option<Date>, wrong: &dyn Fn(Date, Date) -> bool| {
        a.zip(b).is_some_and(|(a, b)| wrong(a, b))
    };
    let licence = reading.document_type == DocumentType::DriverLicense;
    let rules = [
        (
            Code::DateImpossible,
            "the machine readable zone bears a day that no calendar has, and its check digit holds",
            impossible,
        ),
        (Code::BirthInFuture, "the birth date lies in the future", birth.is_some_and(|b| b > today)),
        (
            Code::ImplausibleAge,
            "the holder would be older than anyone alive",
            birth.is_some_and(|b| years(b, today) > OLDEST),
        ),
        (Code::NotYetValid, "the date of issue lies in the future", issue.is_some_and(|i| i > today)),
        (Code::IssuedBeforeBirth, "the date of issue is before the birth", both(birth, issue, &|b, i| i < b)),
        (Code::ExpiresBeforeBirth, "the expiry is before the birth", both(birth, expiry, &|b, e| e <= b)),
        (
            Code::ExpiresBeforeIssue,
            "the expiry is before the date of issue",
            both(issue, expiry, &|i, e| e <= i),
        ),
        (
            Code::ValidityTooLong,
            "the document would be valid for longer than any is issued for",
            both(issue.or(Some(today)), expiry, &|i, e| e.year() < 9999 && years(i, e) > LONGEST),
        ),
        (
            Code::TooYoungForLicence,
            "the holder was too young for a driving licence when it was issued",
            licence && both(birth, issue, &|b, i| i >= b && years(b, i) < YOUNGEST_DRIVER),
        ),
    ];
    let wrong: Vec<_> = rules.into_iter().filter(|r| r.2).collect();
    let score = if wrong.is_empty() { 1.0 } else { 0.0 };
    let finding = Finding::scored(check, score, 0.5, Outcome::Consider);
    wrong.into_iter().fold(finding, |f, (code, words, _)| f.because(code, words))
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::{Field, Side, Source};
    use jiff::civil::date;

    use super::*;

    fn reading(birth: &str, issue: &str, expiry: &str) -> DocumentReading {
        let mut reading =
            DocumentReading { document_type: DocumentType::DriverLicense, ..Default::default() };
        let dates =
            [(FieldName::BirthDate, birth), (FieldName::IssuedAt, issue), (FieldName::ExpiresAt, expiry)];
        for (name, value) in dates {
            let field = Field {
                value: value.into(),
                source: Source::Visual,
                side: Side::Front,
                confidence: 0.9,
                region: None,
            };
            reading.add(name, field);
        }
        reading
    }

    #[test]
    fn expiry() {
        let outcome = |expiry| expired(&reading("", "", expiry), date(2026, 11, 21)).outcome;
        assert_eq!(outcome(""), Outcome::NotAssessed);
        assert_eq!(outcome("2026-11-21"), Outcome::Clear);
        assert_eq!(outcome("2026-11-20"), Outcome::Fail);
    }

    #[test]
    fn no_time_limit_is_not_a_missing_date() {
        let unlimited = DocumentReading { absent: vec![FieldName::ExpiresAt], ..DocumentReading::default() };
        let finding = expired(&unlimited, date(2026, 11, 21));
        assert_eq!((finding.outcome, &finding.reasons[0].code), (Outcome::Clear, &Code::NoTimeLimit));
        // A date in print counts all the same.
        let dated = DocumentReading { absent: unlimited.absent, ..reading("", "", "2020-01-01") };
        assert_eq!(expired(&dated, date(2026, 11, 21)).outcome, Outcome::Fail);
    }

    #[test]
    fn a_zone_with_right_digits_over_no_day_is_told() {
        let of = |second: &str| {
            let lines = ["P<UTOHOLLOWAY<<ANGELA<ZOE<<<<<<<<<<<<<<<<<<<", second].map(str::to_owned);
            let finding = consistent(
                &DocumentReading { mrz: Some(lines.to_vec()), ..DocumentReading::default() },
                date(2026, 11, 21),
            );
            (finding.outcome, finding.reasons.into_iter().map(|r| r.code).collect::<Vec<_>>())
        };
        let told = (Outcome::Consider, vec![Code::DateImpossible]);
        assert_eq!(of("9250701231UTO8809416F3411160<<<<<<<<<<<<<<06"), told);
        assert_eq!(of("9250701231UTO8809117F3407460<<<<<<<<<<<<<<00"), told);
        assert_eq!(of("L898902C36UTO7408122F1204159ZE184226B<<<<<10").0, Outcome::NotAssessed);
    }

    #[test]
    fn impossible_dates_are_named() {
        let codes = |b, i, e| -> Vec<Code> {
            let finding = consistent(&reading(b, i, e), date(2026, 11, 21));
            assert_eq!(finding.outcome == Outcome::Clear, finding.reasons.is_empty());
            finding.reasons.into_iter().map(|r| r.code).collect()
        };
        assert!(codes("1980-02-29", "2020-01-01", "2030-01-01").is_empty());
        assert!(codes("1980-02-29", "", "9999-01-01").is_empty());
        assert_eq!(codes("2027-01-01", "", ""), [Code::BirthInFuture]);
        assert_eq!(codes("1900-01-01", "", ""), [Code::ImplausibleAge]);
        assert_eq!(codes("1980-01-01", "2026-12-01", ""), [Code::NotYetValid]);
        assert_eq!(codes("1980-01-01", "1979-12-31", ""), [Code::IssuedBeforeBirth]);
        assert_eq!(codes("1980-01-01", "2020-01-01", "2019-01-01"), [Code::ExpiresBeforeIssue]);
        assert_eq!(codes("1980-01-01", "2020-01-01", "2090-01-01"), [Code::ValidityTooLong]);
        assert_eq!(codes("2015-01-01", "2020-01-01", "2030-01-01"), [Code::TooYoungForLicence]);
        assert_eq!(consistent(&DocumentReading::default(), date(2026, 11, 21)).outcome, Outcome::NotAssessed);
    }
}
