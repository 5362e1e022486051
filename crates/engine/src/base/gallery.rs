//! What documents and faces are known again by, opened and in memory, one shelf per organization and kind.
//!
//! The rows are sealed one by one, so a search in the database is impossible; a shelf is filled at its first use
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
            fronts: Shelves::new(&means, front, Fingerprint::from_bytes),
            backs: Shelves::new(&means, back, Fingerprint::from_bytes),
            faces: Shelves::new(&means, "face", Template::from_bytes),
            blocked: Shelves::new(&means, "blocked_face", Template::from_bytes),
            identities: Shelves::new(&means, "identity", Known::from_bytes),
            captures: Shelves::new(&means, "liveness_capture", Captures::from_bytes),
            specimens: AsyncMutex::default(),
        }
    }

    /// The shelf of one side of documents.
    pub(crate) fn documents(&self, side: Side) -> &Shelves<Fingerprint> {
        match side {
            Side::Front => &self.fronts,
            Side::Back => &self.backs,
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

/// One kind of feature, over all organizations.
pub(crate) struct Shelves<T> {
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

impl<T> Shelves<T> {
    fn new(means: &Arc<Means>, kind: &'static str, parse: fn(&[u8]) -> Option<T>) -> Self {
        Self { means: means.clone(), kind, parse, of: Mutex::default() }
    }

    fn shelf(&self, organization: OrganizationId) -> Arc<AsyncMutex<Shelf<T>>> {
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

    /// Keeps a feature of a person.
    pub(crate) async fn add(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        verification: Option<VerificationId>,
        key: &SubjectKey,
        bytes: &[u8],
    ) -> Result<()> {
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
        Ok(())
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
        self.add(tx, organization, Some(verification), key, bytes).await
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
        let shelf = self.shelf(organization);
        let mut shelf = shelf.lock().await;
        self.follow(tx, organization, &mut shelf).await?;
        let others = shelf.entries.values().filter(|e| Some(e.applicant) != except);
        let understood = others.filter_map(|e| Some((e.applicant, e.feature.as_ref()?)));
        Ok(understood.map(|(applicant, feature)| look(applicant, feature)).count())
    }

    async fn follow(&self, tx: &mut Tx, organization: OrganizationId, shelf: &mut Shelf<T>) -> Result<()> {
        let now = self.means.clock.now();
        let since = shelf.read_until.map_or(Timestamp(0), |t| t.plus_secs(-OVERLAP_S));
        for row in features::open_since(tx, organization, self.kind, since, &*self.means.key_ring).await? {
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
