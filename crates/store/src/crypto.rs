//! Sealing: AES-256-GCM under a key that is derived for one object from the applicant's data key.
//!
//! Form of a sealed value: version byte `1`, 12 bytes nonce, ciphertext, 16 bytes tag. The object's key is
//! HKDF-SHA256 (RFC 5869) of the data key with the object's id and kind as `info`; organization, id and
//! kind are authenticated as associated data. A value moved to another record, column or tenant does not
//! open. Nonces are random: the birthday bound of 96 bits is per object, and an object is sealed a handful
//! of times.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag, aead::AeadInOut};
use bonafide_core::id::{
    AmlId, ApplicantId, AttemptId, BlockedId, ClientId, DismissalId, Entropy, EventId, EvidenceId, FeatureId,
    OrganizationId, ReviewId, ScreeningId, ShareId, SigningKeyId, VerificationId, WebhookEndpointId,
    WebhookSecretId,
};
use bonafide_core::step::StepKind;
use hkdf::Hkdf;
use serde::{Serialize, de::DeserializeOwned};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{Error, Result, column::Column, opened};

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const HEADER: usize = 1 + NONCE;
/// How many bytes a sealed value is longer than its plaintext.
pub const OVERHEAD: usize = HEADER + TAG;

/// 256 secret bits, wiped from memory when dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// What a sealed value belongs to. It opens only as the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// The personal data of an applicant's row.
    Applicant(ApplicantId),
    /// The document reading, metadata and settings of a verification's row.
    Verification(VerificationId),
    /// The location and the like of an evidence row.
    Evidence(EvidenceId),
    /// The picture itself.
    Picture(EvidenceId),
    /// What a document or a face is known again by.
    Feature(FeatureId),
    /// One screening of the log.
    Screening(ScreeningId),
    /// Which hit was dismissed, and why.
    Dismissal(DismissalId),
    /// The note of a reviewer.
    Review(ReviewId),
    /// The headers that a subscriber wants.
    Webhook(WebhookEndpointId),
    /// What messages to a subscriber are signed with.
    WebhookSecret(WebhookSecretId),
    /// What an organization's messages are signed with where a receiver has the public half.
    SigningKey(SigningKeyId),
    /// What subscribers answered to the message of this event.
    Answer(EventId),
    /// What is blocked, and why.
    Blocked(BlockedId),
    /// The names, addresses and the like of a client's record.
    Client(ClientId),
    /// The organization's own data about a client.
    ClientMetadata(ClientId),
    /// What a person said in a step.
    Step(VerificationId, StepKind),
    /// Who a third party is, and what they see.
    Share(ShareId),
    /// What is known of one try of a person at a verification.
    Attempt(AttemptId),
    /// What was found of a client in the lists, and what humans said of it.
    Aml(AmlId),
}

impl Object {
    fn id(self) -> Uuid {
        match self {
            Self::Applicant(id) => id.uuid(),
            Self::Verification(id) | Self::Step(id, _) => id.uuid(),
            Self::Evidence(id) | Self::Picture(id) => id.uuid(),
            Self::Feature(id) => id.uuid(),
            Self::Screening(id) => id.uuid(),
            Self::Dismissal(id) => id.uuid(),
            Self::Review(id) => id.uuid(),
            Self::Webhook(id) => id.uuid(),
            Self::WebhookSecret(id) => id.uuid(),
            Self::SigningKey(id) => id.uuid(),
            Self::Answer(id) => id.uuid(),
            Self::Blocked(id) => id.uuid(),
            Self::Client(id) | Self::ClientMetadata(id) => id.uuid(),
            Self::Share(id) => id.uuid(),
            Self::Attempt(id) => id.uuid(),
            Self::Aml(id) => id.uuid(),
        }
    }

    /// What it is called where it is written down that it was opened. `None` for what is no person's, and for parts that are
    /// read with the whole alone.
    pub(crate) fn whose(self) -> Option<String> {
        Some(match self {
            Self::Verification(id) | Self::Step(id, _) => format!("verification:{id}"),
            Self::Applicant(id) => format!("applicant:{id}"),
            Self::Picture(id) => format!("picture:{id}"),
            Self::Client(id) | Self::ClientMetadata(id) => format!("client:{id}"),
            Self::Aml(id) => format!("aml:{id}"),
            Self::Attempt(id) => format!("attempt:{id}"),
            Self::Share(id) => format!("share:{id}"),
            Self::Blocked(id) => format!("blocked:{id}"),
            Self::Screening(id) => format!("screening:{id}"),
            Self::Review(id) => format!("review:{id}"),
            Self::Dismissal(_) | Self::Evidence(_) | Self::Feature(_) => return None,
            Self::Webhook(_) | Self::WebhookSecret(_) | Self::SigningKey(_) | Self::Answer(_) => {
                return None;
            }
        })
    }

    /// Part of the stored form: never change a word.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Applicant(_) => "applicant",
            Self::Verification(_) => "verification",
            Self::Evidence(_) => "evidence",
            Self::Picture(_) => "picture",
            Self::Feature(_) => "feature",
            Self::Screening(_) => "screening",
            Self::Dismissal(_) => "dismissal",
            Self::Review(_) => "review",
            Self::Webhook(_) => "webhook",
            Self::WebhookSecret(_) => "webhook_secret",
            Self::SigningKey(_) => "signing_key",
            Self::Answer(_) => "answer",
            Self::Blocked(_) => "blocked",
            Self::Client(_) => "client",
            Self::ClientMetadata(_) => "client_metadata",
            Self::Share(_) => "share",
            Self::Attempt(_) => "attempt",
            Self::Aml(_) => "aml",
            Self::Step(_, kind) => match kind {
                StepKind::Document => "step:document",
                StepKind::Person => "step:person",
                StepKind::Location => "step:location",
                StepKind::Contact => "step:contact",
                StepKind::BiometricFace => "step:biometric_face",
                StepKind::Business => "step:business",
                StepKind::PepHio => "step:pep_hio",
                StepKind::Financial => "step:financial",
                StepKind::Consent => "step:consent",
                StepKind::Attestation => "step:attestation",
                StepKind::Estate => "step:estate",
            },
        }
    }
}

/// The data key of one applicant, in the clear. Made and loaded by [`crate::subject_keys`].
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SubjectKey {
    #[zeroize(skip)]
    organization: OrganizationId,
    #[zeroize(skip)]
    applicant: ApplicantId,
    key: [u8; 32],
}

impl SubjectKey {
    pub(crate) fn new(organization: OrganizationId, applicant: ApplicantId, key: &Key) -> Self {
        Self { organization, applicant, key: **key }
    }

    /// Whose key this is.
    pub fn applicant(&self) -> ApplicantId {
        self.applicant
    }

    /// `None` never: expanding fails only beyond 255 blocks of 32 bytes. But a key of zeros must be impossible.
    pub(crate) fn derive(&self, info: &[&[u8]]) -> Option<Key> {
        expand(&self.key, info)
    }

    fn cipher(&self, object: Object) -> Option<Aes256Gcm> {
        let id = object.id();
        let key =
            self.derive(&[b"bonafide object key".as_slice(), id.as_bytes(), object.kind().as_bytes()])?;
        Some(Aes256Gcm::new((&*key).into()))
    }

    fn associated(&self, object: Object) -> Vec<u8> {
        let (organization, id) = (self.organization.uuid(), object.id());
        [[VERSION].as_slice(), organization.as_bytes(), id.as_bytes(), object.kind().as_bytes()].concat()
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubjectKey").field("applicant", &self.applicant).finish_non_exhaustive()
    }
}

/// A key out of another, by HKDF-SHA256: nobody comes from it to that one, or from one `info` to another. `None` never: see
/// [`SubjectKey::derive`].
pub(crate) fn expand(from: &[u8; 32], info: &[&[u8]]) -> Option<Key> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(None, from).expand_multi_info(info, key.as_mut_slice()).ok()?;
    Some(key)
}

/// A keyed hash by which a value is recognised when it comes again: HKDF-SHA256 of the key, with the parts as `info`.
/// Without the key nobody can try which value it was.
///
/// # Errors
/// [`Error::Unsealable`] never in practice: expanding fails only beyond 255 blocks of 32 bytes.
pub fn mark(key: &SubjectKey, parts: &[&str]) -> Result<[u8; 32]> {
    let mut info = vec![b"bonafide mark".to_vec()];
    for part in parts {
        info.push((part.len() as u64).to_be_bytes().to_vec());
        info.push(part.as_bytes().to_vec());
    }
    let info: Vec<&[u8]> = info.iter().map(Vec::as_slice).collect();
    key.derive(&info).map(|mark| *mark).ok_or(Error::Unsealable("mark"))
}

/// Ciphertext as it is stored: made by [`seal`], or read back from a row.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Stands where an anonymized row's ciphertext was. Opens under no key.
    pub fn nothing() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn from_stored(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The stored form.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Column for Sealed {
    type Raw = Vec<u8>;
    fn from_raw(raw: Vec<u8>) -> Self {
        Self(raw)
    }
}

/// A fresh nonce. Drawn apart from [`seal_with`] so that the latter can run on another thread.
pub(crate) fn nonce(entropy: &dyn Entropy) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    entropy.fill(&mut nonce);
    nonce
}

/// Seals a value of any size; for pictures use [`crate::blobs`].
pub fn seal(key: &SubjectKey, object: Object, plaintext: &[u8], entropy: &dyn Entropy) -> Result<Sealed> {
    seal_with(key, object, plaintext, nonce(entropy))
}

pub(crate) fn seal_with(
    key: &SubjectKey,
    object: Object,
    plaintext: &[u8],
    nonce: [u8; NONCE],
) -> Result<Sealed> {
    key.cipher(object)
        .and_then(|cipher| encrypt(&cipher, &key.associated(object), plaintext, nonce))
        .map(Sealed)
        .ok_or(Error::Unsealable(object.kind()))
}

/// Opens what [`seal`] made for the same object under the same key. The plaintext is wiped when dropped.
///
/// # Errors
/// [`Error::Unsealable`] for anything else.
pub fn open(key: &SubjectKey, object: Object, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>> {
    opened::note(|| object.whose());
    key.cipher(object)
        .and_then(|cipher| decrypt(&cipher, &key.associated(object), &sealed.0))
        .ok_or(Error::Unsealable(object.kind()))
}

/// Seals a value as JSON.
pub fn seal_json<T: Serialize>(
    key: &SubjectKey,
    object: Object,
    value: &T,
    entropy: &dyn Entropy,
) -> Result<Sealed> {
    let form = |source| Error::Form { object: object.kind(), source };
    let plaintext = Zeroizing::new(serde_json::to_vec(value).map_err(form)?);
    seal(key, object, &plaintext, entropy)
}

/// Opens what [`seal_json`] made.
///
/// # Errors
/// [`Error::Unsealable`], or [`Error::Form`] when the JSON is not that of a `T`.
pub fn open_json<T: DeserializeOwned>(key: &SubjectKey, object: Object, sealed: &Sealed) -> Result<T> {
    let plaintext = open(key, object, sealed)?;
    serde_json::from_slice(&plaintext).map_err(|source| Error::Form { object: object.kind(), source })
}

/// `None` only beyond the cipher's limit of 64 GiB.
pub(crate) fn encrypt(
    cipher: &Aes256Gcm,
    associated: &[u8],
    plaintext: &[u8],
    nonce: [u8; NONCE],
) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(plaintext.len() + OVERHEAD);
    out.push(VERSION);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plaintext);
    let body = out.get_mut(HEADER..)?;
    let tag = cipher.encrypt_inout_detached(&Nonce::from(nonce), associated, body.into()).ok()?;
    out.extend_from_slice(&tag);
    Some(out)
}

pub(crate) fn decrypt(cipher: &Aes256Gcm, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (&version, rest) = sealed.split_first()?;
    if version != VERSION {
        return None;
    }
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (body, tag) = rest.split_last_chunk::<TAG>()?;
    let mut plaintext = Zeroizing::new(body.to_vec());
    cipher
        .decrypt_inout_detached(
            &Nonce::from(*nonce),
            associated,
            plaintext.as_mut_slice().into(),
            &Tag::from(*tag),
        )
        .ok()?;
    Some(plaintext)
}

/// Wraps a data key under a key of the key ring. Same form as a sealed value.
pub(crate) fn wrap(by: &Key, key: &[u8; 32], aad: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>> {
    encrypt(&Aes256Gcm::new((&**by).into()), aad, key, nonce(entropy)).ok_or(Error::Unsealable("data key"))
}

/// `None` when the wrapped key, its key or the associated data is another.
pub(crate) fn unwrap(by: &Key, wrapped: &[u8], aad: &[u8]) -> Option<Key> {
    let plaintext = decrypt(&Aes256Gcm::new((&**by).into()), aad, wrapped)?;
    let mut key = Key::default();
    if plaintext.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&plaintext);
    Some(key)
}
