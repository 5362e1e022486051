//! What events come from, and which there are.

use bonafide_core::event::WebhookDialect;

use crate::webhooks::Webhooks;

/// What events come from: its name, and what it is for people.
pub(super) const SOURCES: [(&str, &str, &str); 6] = [
    (
        "identity_verification",
        "Identity verifications",
        "Who somebody is: a document, and the face it belongs to",
    ),
    (
        "face_authentication",
        "Face authentications",
        "Whether somebody is the applicant who was verified before",
    ),
    (
        "id_document_verification",
        "ID document verifications",
        "Whether a document is genuine and whose it is",
    ),
    (
        "address_document_verification",
        "Address document verifications",
        "Where somebody lives, by a document",
    ),
    ("aml_verification", "AML screenings", "Whether an applicant is on a list"),
    ("webhook", "Webhooks", "The actions of workflows themselves"),
];

/// What the vendor has events for that do not happen to every resource here, or are called otherwise in this format. Whoever asks
/// for what never happens alone is sent nothing.
const NEVER: [&str; 8] = [
    "audit_completed",
    "started",
    "quality_checks_in_progress",
    "checks_in_progress",
    "quality_checks_aborted",
    "onboarding_started",
    "onboarding_completed",
    "onboarding_reviewed",
];

/// Where an event of this type comes from.
pub(super) fn source(word: &str) -> &'static str {
    let of = |(name, ..): &&(&'static str, &str, &str)| {
        word.strip_prefix(*name).is_some_and(|rest| rest.starts_with('_'))
    };
    SOURCES.iter().find(of).map_or("webhook", |(name, ..)| *name)
}

/// Whether there is such a type, here or at the vendor's.
pub(super) fn is_known(word: &str) -> bool {
    let suffix = || word.strip_prefix(source(word))?.strip_prefix('_');
    Webhooks.words().contains(&word) || suffix().is_some_and(|suffix| NEVER.contains(&suffix))
}

/// A type of event for people: `identity_verification_created` is `Identity verification created`.
pub(super) fn title(word: &str) -> String {
    let text = word.replace('_', " ").replace("aml ", "AML ").replace("id document", "ID document");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What such an event tells.
pub(super) fn about(word: &str) -> &'static str {
    match word.strip_prefix(source(word)).unwrap_or(word).trim_start_matches('_') {
        "created" => "It was created.",
        "opened" => "An attempt was made, and the person may open its link.",
        "started" => "The person goes on: what is wanted of them comes in.",
        "quality_checks_in_progress" => "What was handed in is looked at: whether it can be judged.",
        "quality_checks_aborted" => "What was handed in cannot be judged.",
        "capture_refused" => "The person does not agree to it.",
        "capture_completed" => "The person has handed in everything.",
        "capture_aborted" => "The person could not go on; a new attempt may be made.",
        "checks_in_progress" => "What was handed in is being checked.",
        "checks_completed" => "It was approved or declined.",
        "checks_inconclusive" => "What was handed in is not enough to decide.",
        "reset" => "A new attempt took the place of one that was not finished.",
        "retry_requested" => "A new attempt was made after one that came to nothing.",
        "closed" => "It was closed before there was a result.",
        "link_expired" => "Nobody opened the link of an attempt in time.",
        "report_created" => "Its report can be had.",
        "anonymized" => "Its personal data was removed.",
        "monitoring_alert" => "A list changed, and with it who the applicant may be.",
        "monitoring_reviewed" => "A human looked at what monitoring had found.",
        "onboarding_started" => "The first screening began.",
        "onboarding_completed" => "The first screening came to a result.",
        "onboarding_reviewed" => "A human decided on the first screening.",
        "screening_changed" => "A list changed, and with it who the person may be.",
        "screening_reviewed" => "A human looked at what was found on a list.",
        "status_changed" => "Its status is another one.",
        "invitation_sent" => "The person was invited.",
        "invitation_reminded" => "The person was reminded of the invitation.",
        "invitation_bounced" => "The invitation could not be delivered.",
        "test" => "Somebody asked for a message to see whether messages arrive.",
        "disabled" => "Messages did not arrive for so long that no more are sent there.",
        _ => "It happened.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_source_and_is_explained() {
        for word in Webhooks.words() {
            assert!(word.starts_with(source(word)) && is_known(word), "{word}");
            assert_ne!(about(word), "It happened.", "{word}");
        }
        assert!(is_known("identity_verification_audit_completed"));
        for none in ["identity_verification_lost", "payment_approved", "identity_verification", "created", ""]
        {
            assert!(!is_known(none), "{none}");
        }
        assert_eq!(title("id_document_verification_created"), "ID document verification created");
        assert_eq!(title("aml_verification_status_changed"), "AML verification status changed");
    }
}
