//! What documents and faces are known again by, opened and in memory, one partition per organization and kind.
//!
//! The rows are sealed one by one, so a search in the database is impossible; a partition is filled at its first use
//! and then follows the rows: new ones are read, and those that were withdrawn or forgotten are dropped, whichever
//! process did it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bonafide_checks::document::fingerprint::Fingerprint;
use bonafide_core::{
    document::Side,
    evidence::EvidenceKind,
    id::{ApplicantId, Entropy, FeatureId, OrganizationId, VerificationId},
    time::{Clock, Timestamp},
};
use bonafide_store::{
    Tx,
    crypto::{self, Object, SubjectKey},
    features::{self, Feature},
    keyring::KeyRing,
    specimens,
};
use tokio::sync::Mutex as AsyncMutex;

use super::{
    error::Result,
    features::{Captures, Known, Template},
};

/// Rows that were written by a transaction that began earlier and committed later are looked for this far back,
/// in seconds.
const OVERLAP_S: i64 = 600;

/// Everything that is searched.
pub(crate) struct Gallery {
    fronts: Partitions<Fingerprint>,
    backs: Partitions<Fingerprint>,
    faces: Partitions<Template>,
    blocked: Partitions<Template>,
    identities: Partitions<Known>,
    captures: Partitions<Captures>,
    specimens: AsyncMutex<Specimens>,
}

#[derive(Default)]
struct Specimens {
    version: Option<(i64, Timestamp)>,
    list: Arc<[Fingerprint]>,
}

/// What sealing and opening take.
struct Means {
    key_ring: Arc<dyn KeyRing>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Gallery {
    pub(crate) fn new(key_ring: Arc<dyn KeyRing>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let means = Arc::new(Means { key_ring, clock, entropy });
        let (front, back) = (EvidenceKind::DocumentFront.as_str(), EvidenceKind::DocumentBack.as_str());
        Self {
            fronts: Partitions::new(&means, front, Fingerprint::from_bytes),
            backs: Partitions::new(&means, back, Fingerprint::from_bytes),
            faces: Partitions::new(&means, "face", Template::from_bytes),
            blocked: Partitions::new(&means, "blocked_face", Template::from_bytes),
            identities: Partitions::new(&means, "identity", Known::from_bytes),
            captures: Partitions::new(&means, "liveness_capture", Captures::from_bytes),
            specimens: AsyncMutex::default(),
        }
    }

    /// The partition of one side of documents.
    pub(crate) fn documents(&self, side: Side) -> &Partitions<Fingerprint> {
        match side {
            Side::Front => &self.fronts,
            Side::Back => &self.backs,
        }
    }

    /// The faces that came with verifications.
    pub(crate) fn faces(&self) -> &Partitions<Template> {
        &self.faces
    }

    /// The faces that the organization does not want to see again.
    pub(crate) fn blocked(&self) -> &Partitions<Template> {
        &self.blocked
    }

    /// The people who were verified.
    pub(crate) fn identities(&self) -> &Partitions<Known> {
        &self.identities
    }

    /// The liveness captures that were submitted.
    pub(crate) fn captures(&self) -> &Partitions<Captures> {
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

    /// Drops a person from every partition of this process.
    pub(crate) async fn forget(&self, organization: OrganizationId, applicant: ApplicantId) {
        self.fronts.forget(organization, applicant).await;
        self.backs.forget(organization, applicant).await;
        self.faces.forget(organization, applicant).await;
        self.blocked.forget(organization, applicant).await;
        self.identities.forget(organization, applicant).await;
        self.captures.forget(organization, applicant).await;
    }

    /// Drops what a person's face is known again by, from this process.
    pub(crate) async fn forget_face(&self, organization: OrganizationId, applicant: ApplicantId) {
        self.faces.forget(organization, applicant).await;
        self.captures.forget(organization, applicant).await;
    }
}

/// One kind of feature, over all organizations.
pub(crate) struct Partitions<T> {
    means: Arc<Means>,
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

impl<T> Partitions<T> {
    fn new(means: &Arc<Means>, kind: &'static str, parse: fn(&[u8]) -> Option<T>) -> Self {
        Self { means: means.clone(), kind, parse, of: Mutex::default() }
    }

    fn partition(&self, organization: OrganizationId) -> Arc<AsyncMutex<Shelf<T>>> {
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = || Arc::new(AsyncMutex::new(Shelf { entries: HashMap::new(), read_until: None }));
        all.entry(organization).or_insert_with(empty).clone()
    }

    /// What is kept of one person, oldest first; without what a newer program wrote.
    pub(crate) async fn of(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        key: &SubjectKey,
    ) -> Result<Vec<T>> {
        let all = features::open_of(tx, organization, self.kind, key.applicant(), key).await?;
        Ok(all.iter().filter_map(|bytes| (self.parse)(bytes)).collect())
    }

    /// Keeps a feature of a person; the id it is kept under.
    pub(crate) async fn add(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        verification: Option<VerificationId>,
        key: &SubjectKey,
        bytes: &[u8],
    ) -> Result<FeatureId> {
        let Means { clock, entropy, .. } = &*self.means;
        let id = FeatureId::new(clock.now(), &**entropy);
        let feature = Feature {
            id,
            applicant: key.applicant(),
            verification,
            kind: self.kind.to_owned(),
            sealed: crypto::seal(key, Object::Feature(id), bytes, &**entropy)?,
            created_at: clock.now(),
        };
        features::insert(tx, organization, &feature).await?;
        Ok(id)
    }

    /// Keeps a feature of a verification in the place of those it gave before.
    pub(crate) async fn keep(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        verification: VerificationId,
        key: &SubjectKey,
        bytes: &[u8],
    ) -> Result<()> {
        features::withdraw(tx, organization, verification, self.kind).await?;
        self.add(tx, organization, Some(verification), key, bytes).await?;
        Ok(())
    }

    /// Takes away what is kept of a person; whether there was anything.
    pub(crate) async fn withdraw(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        applicant: ApplicantId,
    ) -> Result<bool> {
        Ok(features::withdraw_of(tx, organization, applicant, self.kind).await? > 0)
    }

    /// Shows everything the organization has, but for what is of `except`, to `look`; returns how much that was.
    pub(crate) async fn search(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        except: Option<ApplicantId>,
        mut look: impl FnMut(ApplicantId, &T),
    ) -> Result<usize> {
        let partition = self.partition(organization);
        let mut partition = partition.lock().await;
        self.follow(tx, organization, &mut partition).await?;
        let others = partition.entries.values().filter(|e| Some(e.applicant) != except);
        let understood = others.filter_map(|e| Some((e.applicant, e.feature.as_ref()?)));
        Ok(understood.map(|(applicant, feature)| look(applicant, feature)).count())
    }

    async fn follow(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        partition: &mut Shelf<T>,
    ) -> Result<()> {
        let now = self.means.clock.now();
        let since = partition.read_until.map_or(Timestamp(0), |t| t.plus_secs(-OVERLAP_S));
        for row in features::open_since(tx, organization, self.kind, since, &*self.means.key_ring).await? {
            if partition.entries.contains_key(&row.id) {
                continue;
            }
            let entry = Entry { applicant: row.applicant, feature: (self.parse)(&row.bytes) };
            partition.entries.insert(row.id, entry);
        }
        // Rows go when newer ones take their place and when people are forgotten, here or in another process.
        if features::count(tx, organization, self.kind).await? != partition.entries.len() {
            let there = features::ids(tx, organization, self.kind).await?;
            partition.entries.retain(|id, _| there.contains(id));
        }
        partition.read_until = Some(now);
        Ok(())
    }

    /// Drops a person at once; other processes drop them at their next search.
    pub(crate) async fn forget(&self, organization: OrganizationId, applicant: ApplicantId) {
        let partition = self.partition(organization);
        partition.lock().await.entries.retain(|_, e| e.applicant != applicant);
    }
}
