//! People whose verification stands, written straight into the database: as many as a test wants, without a picture.

use bonafide_core::{
    document::{DocumentReading, Field, FieldName, Side, Source},
    id::{ApplicantId, Entropy, OrganizationId, VerificationId},
    policy::{LivenessMode, Policy},
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use bonafide_engine::Private;
use bonafide_store::{
    Tx, applicants,
    crypto::{Object, seal_json},
    keyring::KeyRing,
    subject_keys,
    verifications::{self, Verification},
};
use serde_json::json;

/// Somebody who was verified.
#[derive(Debug, Clone)]
pub struct Person {
    pub first: String,
    pub last: String,
    pub birth_date: String,
    pub status: Status,
    pub policy: Policy,
}

impl Person {
    pub fn approved(first: &str, last: &str, birth_date: &str) -> Self {
        let (first, last, birth_date) = (first.to_owned(), last.to_owned(), birth_date.to_owned());
        Self { first, last, birth_date, status: Status::Approved, policy: Policy::default() }
    }

    fn reading(&self) -> DocumentReading {
        let mut reading = DocumentReading::default();
        let all = [
            (FieldName::FirstName, &self.first),
            (FieldName::LastName, &self.last),
            (FieldName::BirthDate, &self.birth_date),
        ];
        for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
            let value = value.clone();
            let (source, side) = (Source::Mrz, Side::Front);
            reading.add(name, Field { value, source, side, confidence: 1.0, region: None });
        }
        reading
    }
}

/// Writes somebody down who was never screened.
///
/// # Panics
/// When the database refuses.
pub async fn insert(
    tx: &mut Tx,
    ring: &dyn KeyRing,
    entropy: &dyn Entropy,
    organization: OrganizationId,
    now: Timestamp,
    person: &Person,
) -> VerificationId {
    let applicant = ApplicantId::new(now, entropy);
    applicants::insert(tx, organization, applicant, now).await.expect("an applicant");
    let key = subject_keys::create(tx, organization, applicant, ring, now, entropy).await.expect("a key");
    let id = VerificationId::new(now, entropy);
    let private = Private { reading: Some(person.reading()), attempt: 1, ..Private::default() };
    let waits = person.status == Status::ReviewRequired;
    let row = Verification {
        id,
        organization,
        applicant,
        credential: None,
        dialect: "console".to_owned(),
        kind: Kind::IdentityVerification.into(),
        purpose: Purpose::Idv.into(),
        client: None,
        matter: None,
        identity: None,
        user_id: String::new(),
        status: person.status.into(),
        version: 1,
        consent_given: Some(true),
        consent_at: Some(now),
        consent_text_version: None,
        document_type: None,
        liveness_mode: LivenessMode::Passive.into(),
        policy: json!(person.policy),
        weights: None,
        sealed: seal_json(&key, Object::Verification(id), &private, entropy).expect("sealed"),
        verified: (!waits).then_some(person.status == Status::Approved),
        score: None,
        created_at: now,
        updated_at: now,
        completed_at: (!waits).then_some(now),
        expires_at: None,
    };
    verifications::insert(tx, organization, &row).await.expect("a verification");
    id
}
