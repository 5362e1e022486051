//! Holding a licence or card against the registry that issued it, through the operator's provider.

use bonafide_core::{
    document::{DocumentReading, DocumentType, Field, FieldName, Source},
    finding::{Check, Code, Finding, Outcome},
};
use bonafide_registry::{Answer, Fields, Flag, Provider};

/// [`Check::Registry`]: the share of fields that the registry confirms, each in the finding's parts. Below the
/// tolerance (0..1) it fails, which by default counts through its weight alone.
pub(crate) async fn check(
    provider: Option<&Provider>,
    reading: Option<&DocumentReading>,
    tolerance: f64,
) -> Finding {
    let not_assessed = |code, detail: &str| Finding::not_assessed(Check::Registry, code, detail);
    let Some(provider) = provider else { return no_provider() };
    let Some(reading) = reading else {
        return not_assessed(Code::NoDocument, "no document was read that a registry could be asked about");
    };
    if !is_registered(reading, provider.issuers()) {
        return not_assessed(
            Code::NotRegistered,
            "the registry does not know documents of this type or issuer",
        );
    }
    let start = std::time::Instant::now();
    let mut finding = match provider.ask(&fields(reading)).await {
        Ok(answer) => judge(&answer, tolerance),
        Err(failure) => not_assessed(failure.code(), &failure.to_string()),
    };
    finding.ms = start.elapsed().as_millis() as u64;
    finding
}

/// [`Check::Registry`] where there is nobody to ask.
pub fn no_provider() -> Finding {
    Finding::not_assessed(Check::Registry, Code::NoProvider, "no registry provider is configured")
}

fn judge(answer: &Answer, tolerance: f64) -> Finding {
    let (all, matching) = (answer.len(), answer.values().filter(|matches| **matches).count());
    let share = matching as f64 / all.max(1) as f64;
    let mut finding = Finding::scored(Check::Registry, share, tolerance, Outcome::Fail);
    finding.parts = answer.iter().map(|(flag, matches)| (flag.as_str().to_owned(), *matches)).collect();
    if matching < all {
        let detail = format!("the registry confirms {matching} of {all} fields");
        return finding.because(Code::RegistryDiffers, detail);
    }
    finding
}

/// Whether it is a licence or card of an issuer the provider knows: a country (`USA`, `US`) or a state (`US-VA`).
fn is_registered(reading: &DocumentReading, issuers: &[String]) -> bool {
    match reading.document_type {
        DocumentType::DriverLicense | DocumentType::IdentificationCard => {}
        DocumentType::Passport
        | DocumentType::PassportCard
        | DocumentType::ResidencePermit
        | DocumentType::Visa
        | DocumentType::Other
        | DocumentType::Unknown => return false,
    }
    let value = |name| reading.get(name).map(|field| field.value.as_str());
    let Some(country) = value(FieldName::IssuingCountry).or(reading.issuer.as_deref()).map(plain) else {
        return false;
    };
    let state = value(FieldName::IssuingState);
    issuers.iter().any(|issuer| match issuer.split_once('-') {
        None => plain(issuer) == country,
        Some((of, part)) => {
            plain(of) == country && state.is_some_and(|state| state.eq_ignore_ascii_case(part.trim()))
        }
    })
}

/// ISO 3166-1 alpha-2 where there is one, else the code itself.
fn plain(code: &str) -> String {
    let code = code.trim();
    bonafide_places::country(code).map_or_else(|| code.to_uppercase(), |country| country.code.to_owned())
}

fn fields(reading: &DocumentReading) -> Fields {
    let of = |name: &FieldName| Some((name.as_str().to_owned(), reading.get(*name)?.value.clone()));
    let mut fields: Fields = reading.fields.keys().filter_map(of).collect();
    fields.insert("document_type".to_owned(), reading.document_type.as_str().to_owned());
    fields
}

/// The reading, with the fields that the registry confirmed as its own too: what requirements of that source mean.
pub(crate) fn confirmed(reading: &DocumentReading, finding: &Finding) -> DocumentReading {
    let mut confirmed = reading.clone();
    for flag in Flag::ALL.iter().filter(|flag| finding.parts.get(flag.as_str()) == Some(&true)) {
        let name = FieldName::parse(flag.field());
        if let Some((name, field)) = name.and_then(|name| Some((name, reading.get(name)?.clone()))) {
            confirmed.add(name, Field { source: Source::Registry, ..field });
        }
    }
    confirmed
}

#[cfg(test)]
mod tests {
    use bonafide_core::document::Side;

    use super::*;

    fn licence(country: &str, state: &str) -> DocumentReading {
        let mut reading =
            DocumentReading { document_type: DocumentType::DriverLicense, ..Default::default() };
        for (name, value) in [(FieldName::IssuingCountry, country), (FieldName::IssuingState, state)] {
            let (source, side) = (Source::Barcode, Side::Back);
            reading.add(name, Field { value: value.into(), source, side, confidence: 1.0, region: None });
        }
        reading
    }

    #[test]
    fn only_documents_of_known_issuers_are_asked_about() {
        let known = |reading: &DocumentReading, issuer: &str| is_registered(reading, &[issuer.to_owned()]);
        let virginia = licence("USA", "VA");
        for issuer in ["USA", "US", "us-va", "USA-VA"] {
            assert!(known(&virginia, issuer), "{issuer}");
        }
        for issuer in ["CAN", "US-CA", "VA", ""] {
            assert!(!known(&virginia, issuer), "{issuer}");
        }
        assert!(known(&licence("UTO", ""), "uto"), "a code that is no country's");
        assert!(!known(&licence("", ""), "USA"));
        let passport = DocumentReading { document_type: DocumentType::Passport, ..virginia };
        assert!(!known(&passport, "USA"));
    }

    #[test]
    fn the_score_is_the_share_of_fields_that_match() {
        let answer = Answer::from([(Flag::LastName, true), (Flag::BirthDate, true), (Flag::City, false)]);
        let finding = judge(&answer, 0.8);
        assert_eq!((finding.outcome, finding.score), (Outcome::Fail, Some(2.0 / 3.0)));
        assert_eq!(finding.reasons[0].code, Code::RegistryDiffers);
        assert_eq!(finding.parts.get("city"), Some(&false));
        let finding = judge(&answer, 0.6);
        assert_eq!(finding.outcome, Outcome::Clear);
        assert!(judge(&Answer::from([(Flag::LastName, true)]), 1.0).reasons.is_empty());
    }

    #[test]
    fn what_the_registry_confirms_it_gives() {
        let mut reading = licence("USA", "VA");
        let number = reading.get(FieldName::IssuingState).unwrap().clone();
        reading.add(FieldName::DocumentNumber, Field { value: "1".into(), ..number.clone() });
        reading.add(FieldName::ExpiresAt, Field { value: "2030-01-01".into(), ..number });
        let answer = Answer::from([
            (Flag::DocumentNumber, true),
            (Flag::DocumentExpiration, false),
            (Flag::City, true),
        ]);
        let confirmed = confirmed(&reading, &judge(&answer, 0.5));
        let given = |name| confirmed.from_source(name, Source::Registry).map(|field| field.value.as_str());
        assert_eq!(given(FieldName::DocumentNumber), Some("1"));
        assert_eq!((given(FieldName::ExpiresAt), given(FieldName::City)), (None, None));
    }

    #[tokio::test]
    async fn without_a_provider_nothing_is_assessed() {
        let finding = check(None, Some(&licence("USA", "VA")), 0.8).await;
        assert_eq!((finding.outcome, &finding.reasons[0].code), (Outcome::NotAssessed, &Code::NoProvider));
    }
}
