//! What a report calls things, in English.

use bonafide_core::{
    document::{DocumentType, FieldName, Side, Source},
    evidence::EvidenceKind,
    finding::{Check, Outcome},
    report::Agreement,
    time::Timestamp,
    verification::Status,
};

/// What a colour stands for; the word beside it says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
    Look,
    Plain,
}

impl Tone {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Look => "look",
            Self::Plain => "plain",
        }
    }
}

pub(crate) fn status(status: Status) -> (String, Tone) {
    let tone = match status {
        Status::Approved => Tone::Good,
        Status::Declined => Tone::Bad,
        _ => Tone::Plain,
    };
    (label(status.as_str()), tone)
}

pub(crate) const fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Clear => ("Clear", Tone::Good),
        Outcome::Consider => ("Needs a look", Tone::Look),
        Outcome::Fail => ("Failed", Tone::Bad),
        Outcome::NotAssessed => ("Not assessed", Tone::Plain),
    }
}

pub(crate) const fn agreement(agreement: Agreement) -> (&'static str, Tone) {
    match agreement {
        Agreement::Agree => ("Agrees", Tone::Good),
        Agreement::Differ => ("Differs", Tone::Bad),
        Agreement::Single => ("One source", Tone::Plain),
        Agreement::NotComparable => ("Not compared", Tone::Look),
    }
}

pub(crate) const fn source(source: Source) -> &'static str {
    match source {
        Source::Visual => "printed",
        Source::Mrz => "machine readable zone",
        Source::Barcode => "barcode",
        Source::Registry => "registry",
        Source::Declared => "declared",
    }
}

pub(crate) const fn side(side: Side) -> &'static str {
    match side {
        Side::Front => "front",
        Side::Back => "back",
    }
}

pub(crate) fn field(name: FieldName) -> String {
    match name {
        FieldName::IssuedAt => "Date of issue".to_owned(),
        FieldName::ExpiresAt => "Date of expiry".to_owned(),
        FieldName::BirthDate => "Date of birth".to_owned(),
        FieldName::BirthPlace => "Place of birth".to_owned(),
        FieldName::RefNumber => "Reference number".to_owned(),
        FieldName::FullName => "Full name".to_owned(),
        name => label(name.as_str()),
    }
}

pub(crate) fn check(check: Check) -> String {
    match check {
        Check::IsIdentityDocument => "Identity document".to_owned(),
        // Beside `clear` the word would say the opposite.
        Check::DocumentExpired => "Date of expiry".to_owned(),
        check => label(check.as_str()).replace("crosscheck", "cross-check"),
    }
}

pub(crate) fn document(document_type: DocumentType) -> String {
    match document_type {
        DocumentType::Unknown => "Type not known".to_owned(),
        DocumentType::Other => "Another type of document".to_owned(),
        known => label(known.as_str()),
    }
}

pub(crate) const fn picture(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::DocumentFront => "Front of the document",
        EvidenceKind::DocumentBack => "Back of the document",
        EvidenceKind::Selfie => "Selfie",
        EvidenceKind::LivenessFrame => "Frame of the liveness capture",
        EvidenceKind::Portrait => "Portrait on the document",
        EvidenceKind::DeathCertificate => "Death certificate",
        EvidenceKind::ProofOfAuthority => "Proof of authority",
        EvidenceKind::AddressDocument => "Proof of address",
    }
}

/// A stable word as people write it: `mrz_check_digits` is `MRZ check digits`.
pub(crate) fn label(word: &str) -> String {
    let parts = word.split(['_', '.']).enumerate().map(|(i, part)| match part {
        "mrz" | "ip" | "pep" => part.to_uppercase(),
        part if i == 0 => {
            let mut letters = part.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
        part => part.to_owned(),
    });
    parts.collect::<Vec<String>>().join(" ")
}

/// A moment to the second, in UTC.
pub(crate) fn time(at: Timestamp) -> String {
    let text = at.to_string();
    let second = text.get(..19).unwrap_or(&text);
    format!("{} UTC", second.replace('T', " "))
}

/// A number from 0 to 1.
pub(crate) fn number(value: f64) -> String {
    format!("{value:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_people_do() {
        assert_eq!(label("mrz_check_digits"), "MRZ check digits");
        assert_eq!(label("invitation.sent"), "Invitation sent");
        assert_eq!(label(""), "");
        assert_eq!(time(Timestamp(1_780_315_200_123)), "2026-06-01 12:00:00 UTC");
    }
}
