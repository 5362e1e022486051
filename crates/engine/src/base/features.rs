//! What documents, faces and captures are known again by, as bytes to be sealed and back.

use bonafide_checks::{face::embed::Embedding, liveness::replay};
use bonafide_core::id::{LivenessSessionId, VerificationId};
use zeroize::Zeroizing;

/// A face and whose it was said to be.
pub(crate) struct Template {
    pub(crate) embedding: Embedding,
    /// [`fingerprint::holder`](bonafide_checks::document::fingerprint::holder) of the document it came with.
    pub(crate) holder: Option<[u8; 32]>,
}

impl Template {
    /// The holder's digest (zeros where there is none), then the embedding.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let embedding = Zeroizing::new(self.embedding.to_bytes());
        Zeroizing::new([self.holder.unwrap_or_default().as_slice(), &embedding].concat())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (holder, embedding) = bytes.split_first_chunk::<32>()?;
        let holder = (*holder != [0; 32]).then_some(*holder);
        Some(Self { embedding: Embedding::from_bytes(embedding)?, holder })
    }
}

/// What an identity is known again by.
#[derive(Default)]
pub(crate) struct Known {
    /// [`fingerprint::number`](bonafide_checks::document::fingerprint::number) of their documents.
    pub(crate) documents: Vec<[u8; 32]>,
    /// [`fingerprint::holder`](bonafide_checks::document::fingerprint::holder) of the newest.
    pub(crate) holder: Option<[u8; 32]>,
    pub(crate) embedding: Option<Embedding>,
}

/// Documents that are remembered of one person; the oldest go first.
const MOST_DOCUMENTS: usize = 32;

impl Known {
    /// How many documents, their digests, the holder's digest (zeros where there is none), then the embedding.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let documents = &self.documents[self.documents.len().saturating_sub(MOST_DOCUMENTS)..];
        let mut bytes = Zeroizing::new(vec![documents.len() as u8]);
        documents.iter().for_each(|d| bytes.extend(d));
        bytes.extend(self.holder.unwrap_or_default());
        if let Some(embedding) = &self.embedding {
            bytes.extend(&*Zeroizing::new(embedding.to_bytes()));
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, mut rest) = bytes.split_first()?;
        let mut documents = vec![];
        for _ in 0..*count {
            let (digest, after) = rest.split_first_chunk::<32>()?;
            documents.push(*digest);
            rest = after;
        }
        let (holder, embedding) = rest.split_first_chunk::<32>()?;
        let holder = (*holder != [0; 32]).then_some(*holder);
        let embedding = match embedding {
            [] => None,
            bytes => Some(Embedding::from_bytes(bytes)?),
        };
        Some(Self { documents, holder, embedding })
    }
}

/// The liveness captures of one verification, each by its session.
#[derive(Default)]
pub(crate) struct Captures {
    pub(crate) verification: Option<VerificationId>,
    pub(crate) sessions: Vec<(LivenessSessionId, replay::Capture)>,
}

impl Captures {
    /// The verification's id, then per session its id and what was kept.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let id = self.verification.map_or([0; 16], |v| *v.uuid().as_bytes());
        let mut bytes = Zeroizing::new(id.to_vec());
        for (session, capture) in &self.sessions {
            bytes.extend(session.uuid().as_bytes());
            bytes.extend(capture.to_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (verification, mut rest) = bytes.split_first_chunk::<16>()?;
        let verification = Some(VerificationId::from_uuid(uuid::Uuid::from_bytes(*verification)));
        let mut sessions = vec![];
        while !rest.is_empty() {
            let (session, after) = rest.split_first_chunk::<16>()?;
            let (capture, after) = replay::Capture::from_bytes(after)?;
            sessions.push((LivenessSessionId::from_uuid(uuid::Uuid::from_bytes(*session)), capture));
            rest = after;
        }
        Some(Self { verification, sessions })
    }
}
