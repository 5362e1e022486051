//! Identifiers: 128 bits, sortable by creation time (UUID version 7, RFC 9562), printed as 26 characters
//! of Crockford base32. Each dialect puts its own prefix in front of the same 26 characters.

use std::{fmt, hash::Hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::time::Timestamp;

/// Where random bytes come from: the operating system in the product, a seeded stream in tests.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// An identifier of a `T`. The type parameter keeps an applicant's id out of a verification's place.
pub struct Id<T> {
    uuid: Uuid,
    kind: PhantomData<fn() -> T>,
}

/// What an [`Id`] can name. Uninhabited: these exist only as type parameters.
pub mod kind {
    macro_rules! kinds { ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $($(#[$doc])* #[derive(Debug)] pub enum $name {})* } }
    kinds! {
        /// A tenant: everything else belongs to exactly one.
        Organization,
        /// A key or OAuth client that speaks for an organization.
        Credential,
        /// The person being verified.
        Applicant,
        Verification,
        /// One stored picture or document.
        Evidence,
        /// The result of one `decide`.
        Assessment,
        /// One version of an organization's weights.
        WeightsVersion,
        /// One version of an organization's policy.
        PolicyVersion,
        Job,
        Event,
        /// One liveness capture, answered by one submission.
        LivenessSession,
        /// Something by which a document or a face is known again.
        Feature,
        /// Where events are sent.
        WebhookEndpoint,
        /// What messages to an endpoint are signed with.
        WebhookSecret,
        /// A published picture of a document that is nobody's.
        Specimen,
        /// One search of a person in the lists.
        Screening,
        /// A reviewer's word that a hit is somebody else.
        Dismissal,
        /// A face, number or name that an organization does not want to see again.
        Blocked,
        /// What a reviewer decided, or proposed to.
        Review,
        /// A person or business that an organization keeps a record of.
        Client,
        /// A case of the organization's that verifications belong to.
        Matter,
        /// A link by which a third party sees what a person let it see.
        Share,
        /// One try of a person at a verification.
        Attempt,
        /// What is told where: conditions, and the endpoints that follow them.
        Workflow,
        /// One condition of a workflow.
        Condition,
        /// What an organization's messages are signed with where a receiver has its public half.
        SigningKey,
        /// One comparison of a client with the lists, and what came of it since.
        Aml,
    }
}

pub type OrganizationId = Id<kind::Organization>;
pub type CredentialId = Id<kind::Credential>;
pub type ApplicantId = Id<kind::Applicant>;
pub type VerificationId = Id<kind::Verification>;
pub type EvidenceId = Id<kind::Evidence>;
pub type AssessmentId = Id<kind::Assessment>;
pub type WeightsId = Id<kind::WeightsVersion>;
pub type PolicyId = Id<kind::PolicyVersion>;
pub type JobId = Id<kind::Job>;
pub type EventId = Id<kind::Event>;
pub type LivenessSessionId = Id<kind::LivenessSession>;
pub type FeatureId = Id<kind::Feature>;
pub type WebhookEndpointId = Id<kind::WebhookEndpoint>;
pub type WebhookSecretId = Id<kind::WebhookSecret>;
pub type SpecimenId = Id<kind::Specimen>;
pub type ScreeningId = Id<kind::Screening>;
pub type DismissalId = Id<kind::Dismissal>;
pub type BlockedId = Id<kind::Blocked>;
pub type ReviewId = Id<kind::Review>;
pub type ClientId = Id<kind::Client>;
pub type MatterId = Id<kind::Matter>;
pub type ShareId = Id<kind::Share>;
pub type AttemptId = Id<kind::Attempt>;
pub type WorkflowId = Id<kind::Workflow>;
pub type ConditionId = Id<kind::Condition>;
pub type SigningKeyId = Id<kind::SigningKey>;
pub type AmlId = Id<kind::Aml>;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl<T> Id<T> {
    /// A new identifier, sorting after every one made at an earlier millisecond.
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 10];
        entropy.fill(&mut random);
        let millis = u64::try_from(now.0).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    pub const fn uuid(self) -> Uuid {
        self.uuid
    }

    /// Reads an identifier from its 26 characters or from a UUID as RFC 9562 prints it.
    pub fn read(text: &str) -> Result<Self, NotAnId> {
        const PRINTED: usize = 36;
        match text.len() {
            PRINTED => Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| NotAnId),
            _ => text.parse(),
        }
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.uuid.as_u128();
        let mut text = [0u8; 26];
        for (i, c) in text.iter_mut().enumerate() {
            *c = ALPHABET[(bits >> (5 * (25 - i)) & 31) as usize];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The text is not the 26 characters of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

impl<T> FromStr for Id<T> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        // 26 characters hold 130 bits: the first may carry only three.
        if text.len() != 26 || !matches!(text.as_bytes()[0], b'0'..=b'7') {
            return Err(NotAnId);
        }
        let mut bits = 0u128;
        for c in text.bytes() {
            let digit = ALPHABET.iter().position(|a| *a == c).ok_or(NotAnId)?;
            bits = bits << 5 | digit as u128;
        }
        Ok(Self::from_uuid(Uuid::from_u128(bits)))
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    proptest::proptest! {
        #[test]
        fn text_and_back(bits: u128) {
            let id = VerificationId::from_uuid(Uuid::from_u128(bits));
            proptest::prop_assert_eq!(id.to_string().parse::<VerificationId>(), Ok(id));
        }

        #[test]
        fn other_text_is_refused(text in "[0-9a-zA-Z]{0,30}") {
            if let Ok(id) = text.parse::<VerificationId>() {
                proptest::prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn sorts_by_time() {
        let early = VerificationId::new(Timestamp(1_700_000_000_000), &Zeros);
        let late = VerificationId::new(Timestamp(1_700_000_000_001), &Zeros);
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn reads_both_forms() {
        let id = VerificationId::from_uuid(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_002a));
        let printed = id.uuid().to_string();
        for text in [id.to_string(), printed.clone(), printed.to_uppercase()] {
            assert_eq!(VerificationId::read(&text), Ok(id), "{text}");
        }
        for text in
            ["", "x", &printed.replace('-', ""), &format!("{{{printed}}}"), &printed.replace('7', "g")]
        {
            assert_eq!(VerificationId::read(text), Err(NotAnId), "{text}");
        }
    }

    #[test]
    fn refuses_more_than_128_bits() {
        assert_eq!("8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<VerificationId>(), Err(NotAnId));
    }
}
