//! What documents and faces are known again by, opened and in memory, one shelf per organization and kind.
//!
//! The rows are sealed one by one, so a search in the database is impossible; a shelf is filled at its first use
//! and then follows the rows: new ones are read, and those that were withdrawn or forgotten are dropped, whichever
//! process did it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bonafide_checks::{document::fingerprint::Fingerprint, face::embed::Embedding, liveness::replay};
use bonafide_core::{
    evidence::EvidenceKind,
    id::{ApplicantId, FeatureId, LivenessSessionId, OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    features::{self, Feature},
    specimens,
};
use tokio::sync::Mutex as AsyncMutex;
use zeroize::Zeroizing;

use crate::{Engine, Result, record::Record};

/// Rows that were written by a transaction that began earlier and committed later are looked for this far back,
/// in seconds.
const OVERLAP_S: i64 = 600;

/// Everything that is searched.
pub(crate) struct Gallery {
    fronts: Shelves<Fingerprint>,
    backs: Shelves<Fingerprint>,
    faces: Shelves<Template>,
    blocked: Shelves<Template>,
    identities: Shelves<Known>,
    captures: Shelves<Captures>,
    specimens: AsyncMutex<Specimens>,
}

#[derive(Default)]
struct Specimens {
    version: Option<(i64, Timestamp)>,
    list: Arc<[Fingerprint]>,
}

impl Default for Gallery {
    fn default() -> Self {
        Self {
            fronts: Shelves::new(EvidenceKind::DocumentFront.as_str(), Fingerprint::from_bytes),
            backs: Shelves::new(EvidenceKind::DocumentBack.as_str(), Fingerprint::from_bytes),
            faces: Shelves::new("face", Template::from_bytes),
            blocked: Shelves::new("blocked_face", Template::from_bytes),
            identities: Shelves::new("identity", Known::from_bytes),
            captures: Shelves::new("liveness_capture", Captures::from_bytes),
            specimens: AsyncMutex::default(),
        }
    }
}

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

impl Gallery {
    /// The shelf of one side of documents.
    pub(crate) fn documents(&self, side: bonafide_core::document::Side) -> &Shelves<Fingerprint> {
        match side {
            bonafide_core::document::Side::Front => &self.fronts,
            bonafide_core::document::Side::Back => &self.backs,
        }
    }

    /// The faces that came with verifications.
    pub(crate) fn faces(&self) -> &Shelves<Template> {
        &self.faces
    }

    /// The faces that the organization does not want to see again.
    pub(crate) fn blocked(&self) -> &Shelves<Template> {
        &self.blocked
    }

    /// The people who were verified.
    pub(crate) fn identities(&self) -> &Shelves<Known> {
        &self.identities
    }

    /// The liveness captures that were handed in.
    pub(crate) fn captures(&self) -> &Shelves<Captures> {
        &self.captures
    }

    /// The published specimens.
    pub(crate) async fn specimens(&self, tx: &mut Tx) -> Result<Arc<[Fingerprint]>> {
        let version = specimens::version(tx).await?;
        let mut known = self.specimens.lock().await;
        if known.version != Some(version) {
            let rows = specimens::list(tx).await?;
            known.list = rows.iter().filter_map(|s| Fingerprint::from_bytes(&s.fingerprint)).collect();
            known.version = Some(version);
        }
        Ok(known.list.clone())
    }
}

/// One kind of feature, over all organizations.
pub(crate) struct Shelves<T> {
    kind: &'static str,
    parse: fn(&[u8]) -> Option<T>,
    of: Mutex<HashMap<OrganizationId, Arc<AsyncMutex<Shelf<T>>>>>,
}

struct Entry<T> {
    applicant: ApplicantId,
    /// `None` for what a newer program wrote: not understood, and left alone.
    feature: Option<T>,
}

struct Shelf<T> {
    entries: HashMap<FeatureId, Entry<T>>,
    /// Rows up to here were read; `None` before the first time.
    read_until: Option<Timestamp>,
}

impl<T> Shelves<T> {
    fn new(kind: &'static str, parse: fn(&[u8]) -> Option<T>) -> Self {
        Self { kind, parse, of: Mutex::default() }
    }

    /// The word in the rows.
    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    fn shelf(&self, organization: OrganizationId) -> Arc<AsyncMutex<Shelf<T>>> {
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = || Arc::new(AsyncMutex::new(Shelf { entries: HashMap::new(), read_until: None }));
        all.entry(organization).or_insert_with(empty).clone()
    }

    /// Keeps a feature of a verification in the place of those it gave before.
    pub(crate) async fn keep(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        record: &Record,
        bytes: &[u8],
    ) -> Result<()> {
        let (organization, verification) = (record.row.organization, record.row.id);
        features::withdraw(tx, organization, verification, self.kind).await?;
        let id = FeatureId::new(engine.now(), &*engine.entropy);
        let feature = Feature {
            id,
            applicant: record.row.applicant,
            verification: Some(verification),
            kind: self.kind.to_owned(),
            sealed: crypto::seal(&record.key, Object::Feature(id), bytes, &*engine.entropy)?,
            created_at: engine.now(),
        };
        features::insert(tx, organization, &feature).await?;
        Ok(())
    }

    /// Shows everything the organization has, but for what is of `except`, to `look`; returns how much that was.
    pub(crate) async fn search(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        except: Option<ApplicantId>,
        mut look: impl FnMut(ApplicantId, &T),
    ) -> Result<usize> {
        let shelf = self.shelf(organization);
        let mut shelf = shelf.lock().await;
        self.follow(engine, tx, organization, &mut shelf).await?;
        let others = shelf.entries.values().filter(|e| Some(e.applicant) != except);
        let understood = others.filter_map(|e| Some((e.applicant, e.feature.as_ref()?)));
        Ok(understood.map(|(applicant, feature)| look(applicant, feature)).count())
    }

    async fn follow(
        &self,
        engine: &Engine,
        tx: &mut Tx,
        organization: OrganizationId,
        shelf: &mut Shelf<T>,
    ) -> Result<()> {
        let now = engine.now();
        let since = shelf.read_until.map_or(Timestamp(0), |t| t.plus_secs(-OVERLAP_S));
        for row in features::open_since(tx, organization, self.kind, since, &*engine.key_ring).await? {
            if shelf.entries.contains_key(&row.id) {
                continue;
            }
            let entry = Entry { applicant: row.applicant, feature: (self.parse)(&row.bytes) };
            shelf.entries.insert(row.id, entry);
        }
        // Rows go when newer ones take their place and when people are forgotten, here or in another process.
        if features::count(tx, organization, self.kind).await? != shelf.entries.len() {
            let there = features::ids(tx, organization, self.kind).await?;
            shelf.entries.retain(|id, _| there.contains(id));
        }
        shelf.read_until = Some(now);
        Ok(())
    }

    /// Drops a person at once; other processes drop them at their next search.
    pub(crate) async fn forget(&self, organization: OrganizationId, applicant: ApplicantId) {
        let shelf = self.shelf(organization);
        shelf.lock().await.entries.retain(|_, e| e.applicant != applicant);
    }
}

impl Gallery {
    /// Drops a person from every shelf of this process.
    pub(crate) async fn forget(&self, organization: OrganizationId, applicant: ApplicantId) {
        self.fronts.forget(organization, applicant).await;
        self.backs.forget(organization, applicant).await;
        self.faces.forget(organization, applicant).await;
        self.blocked.forget(organization, applicant).await;
        self.identities.forget(organization, applicant).await;
        self.captures.forget(organization, applicant).await;
    }
}
