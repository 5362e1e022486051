//! What documents and faces are known again by, opened and in memory, one partition per organization and kind.
//!
//! The rows are sealed one by one, so a search in the database is impossible; a partition is filled at its first use
//! and then follows the rows: new ones are read, and those that were withdrawn or forgotten are dropped, whichever
//! process did it and whatever its clock says. A row that does not open keeps nobody from the others: it is counted, and told
//! where it makes an answer uncertain.

use std::{
    collections::{BTreeMap, HashMap},
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
    features::{self, Feature, Shut, Tally},
    keyring::KeyRing,
    specimens,
};
use tokio::sync::Mutex as AsyncMutex;
use zeroize::Zeroizing;

use super::{
    error::Result,
    features::{Captures, Known, Template},
};

/// Rows that were written by a transaction that began earlier and committed later are looked for this far back,
/// in seconds. Clocks may differ by more: what is missed so is found by counting.
const OVERLAP_S: i64 = 600;
/// So many are looked through where they are asked for; more of them are a thread's of their own.
const FEW: usize = 256;

/// Everything that is searched.
pub(crate) struct Gallery {
    fronts: Partitions<Fingerprint>,
    backs: Partitions<Fingerprint>,
    faces: Partitions<Template>,
    blocked: Partitions<Template>,
    identities: Partitions<Known>,
    captures: Partitions<Captures>,
    specimens: AsyncMutex<Specimens>,
    ahead: Mutex<HashMap<VerificationId, Ahead>>,
}

/// An identity that somebody may be.
#[derive(Clone, Copy)]
pub(crate) struct Alike {
    /// How alike the faces are; `None` where they cannot be compared.
    pub(crate) face: Option<f64>,
    /// Whether a document is the same.
    pub(crate) document: bool,
}

/// The identities that somebody may be, as it was found before the transaction that decides it.
pub(crate) struct Ahead {
    /// What they were compared with.
    pub(crate) own: Zeroizing<Vec<u8>>,
    pub(crate) alike: BTreeMap<ApplicantId, Alike>,
    /// Those that came later were not compared: see [`Looked::until`].
    pub(crate) until: u64,
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
            ahead: Mutex::default(),
        }
    }

    /// Keeps what was found ahead of a decision, in the place of what was before.
    pub(crate) fn keep_ahead(&self, id: VerificationId, ahead: Ahead) {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).insert(id, ahead);
    }

    /// Takes it out again.
    pub(crate) fn take_ahead(&self, id: VerificationId) -> Option<Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).remove(&id)
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
    at: Timestamp,
    /// Its place among those of the partition, as this process came to know them.
    arrival: u64,
    content: Content<T>,
}

enum Content<T> {
    Open(T),
    /// What a newer program wrote: not understood, and left alone.
    Newer,
    Shut(Shut),
}

struct Shelf<T> {
    entries: HashMap<FeatureId, Entry<T>>,
    tally: Tally,
    arrivals: u64,
    /// When the newest of those that were read was made; `None` before the first time.
    newest: Option<Timestamp>,
}

/// What a search found.
pub(crate) struct Looked<A> {
    pub(crate) found: A,
    /// How many were shown.
    pub(crate) shown: usize,
    /// How many could not be, because they do not open.
    pub(crate) unreadable: usize,
    /// Where a later search may go on: [`Partitions::search_after`].
    pub(crate) until: u64,
}

impl<T> Shelf<T> {
    /// How many of these do not open.
    fn take_in(&mut self, read: Vec<features::Opened>, parse: fn(&[u8]) -> Option<T>) -> usize {
        let mut unreadable = 0;
        for row in read {
            self.newest = self.newest.max(Some(row.created_at));
            if self.entries.contains_key(&row.id) {
                continue;
            }
            let content = match row.bytes {
                Ok(bytes) => parse(&bytes).map_or(Content::Newer, Content::Open),
                Err(shut) => {
                    unreadable += usize::from(shut == Shut::Unreadable);
                    Content::Shut(shut)
                }
            };
            self.arrivals += 1;
            self.tally.add(row.created_at);
            let (applicant, at, arrival) = (row.applicant, row.created_at, self.arrivals);
            self.entries.insert(row.id, Entry { applicant, at, arrival, content });
        }
        unreadable
    }

    fn retain(&mut self, keep: impl Fn(&FeatureId, &Entry<T>) -> bool) {
        self.entries.retain(|id, entry| keep(id, entry));
        self.tally = Tally::default();
        self.entries.values().for_each(|entry| self.tally.add(entry.at));
    }

    fn look_through<A: Default>(
        &self,
        after: u64,
        except: Option<ApplicantId>,
        look: impl Fn(&mut A, ApplicantId, &T),
    ) -> Looked<A> {
        let mut looked = Looked { found: A::default(), shown: 0, unreadable: 0, until: self.arrivals };
        let others = self.entries.values().filter(|e| e.arrival > after && Some(e.applicant) != except);
        for entry in others {
            match &entry.content {
                Content::Open(feature) => {
                    looked.shown += 1;
                    look(&mut looked.found, entry.applicant, feature);
                }
                Content::Shut(Shut::Unreadable) => looked.unreadable += 1,
                Content::Shut(Shut::Forgotten) | Content::Newer => {}
            }
        }
        looked
    }
}

impl<T> Partitions<T> {
    fn new(means: &Arc<Means>, kind: &'static str, parse: fn(&[u8]) -> Option<T>) -> Self {
        Self { means: means.clone(), kind, parse, of: Mutex::default() }
    }

    fn partition(&self, organization: OrganizationId) -> Arc<AsyncMutex<Shelf<T>>> {
        let mut all = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = || {
            let (entries, tally) = (HashMap::new(), Tally::default());
            Arc::new(AsyncMutex::new(Shelf { entries, tally, arrivals: 0, newest: None }))
        };
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

    /// Shows everything the organization has, but for what is of `except`, to `look`, which gathers what it finds.
    pub(crate) async fn search<A>(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        except: Option<ApplicantId>,
        look: impl Fn(&mut A, ApplicantId, &T) + Send + 'static,
    ) -> Result<Looked<A>>
    where
        A: Default + Send + 'static,
        T: Send + 'static,
    {
        self.search_after(tx, organization, 0, except, look).await
    }

    /// The same with what came after an earlier search alone.
    pub(crate) async fn search_after<A>(
        &self,
        tx: &mut Tx,
        organization: OrganizationId,
        after: u64,
        except: Option<ApplicantId>,
        look: impl Fn(&mut A, ApplicantId, &T) + Send + 'static,
    ) -> Result<Looked<A>>
    where
        A: Default + Send + 'static,
        T: Send + 'static,
    {
        let mut shelf = self.partition(organization).lock_owned().await;
        self.follow(tx, organization, &mut shelf).await?;
        if shelf.entries.len() <= FEW {
            return Ok(shelf.look_through(after, except, look));
        }
        Ok(tokio::task::spawn_blocking(move || shelf.look_through(after, except, look)).await?)
    }

    async fn follow(&self, tx: &mut Tx, organization: OrganizationId, shelf: &mut Shelf<T>) -> Result<()> {
        let Means { key_ring, clock, .. } = &*self.means;
        let newest = shelf.newest.map(|newest| newest.min(clock.now()));
        let since = newest.map_or(Timestamp(0), |newest| newest.plus_secs(-OVERLAP_S));
        let read = features::open_since(tx, organization, self.kind, since, &**key_ring).await?;
        let mut unreadable = shelf.take_in(read, self.parse);
        // Rows go when newer ones take their place and when people are forgotten, here or in another process, and come with an
        // older time where a clock was set back.
        if features::tally(tx, organization, self.kind).await? != shelf.tally {
            let there = features::ids(tx, organization, self.kind).await?;
            shelf.retain(|id, _| there.contains(id));
            let missed: Vec<_> = there.into_iter().filter(|id| !shelf.entries.contains_key(id)).collect();
            let read = features::open_these(tx, organization, &missed, &**key_ring).await?;
            unreadable += shelf.take_in(read, self.parse);
        }
        if unreadable > 0 {
            metrics::counter!("bonafide_features_unreadable_total", "kind" => self.kind)
                .increment(unreadable as u64);
            tracing::error!(
                %organization, kind = self.kind, rows = unreadable,
                "what people are known again by cannot be read in part; the search goes on without it"
            );
        }
        Ok(())
    }

    /// Drops a person at once; other processes drop them at their next search.
    pub(crate) async fn forget(&self, organization: OrganizationId, applicant: ApplicantId) {
        let partition = self.partition(organization);
        partition.lock().await.retain(|_, entry| entry.applicant != applicant);
    }
}

#[cfg(test)]
mod tests {
    use bonafide_store::{applicants, subject_keys};

    use super::*;
    use crate::testing::House;

    /// What is kept of the people of a house: numbers.
    struct Kept<'a> {
        house: &'a House,
        shelf: Partitions<Vec<u8>>,
    }

    impl<'a> Kept<'a> {
        fn new(house: &'a House) -> Self {
            let means = house.engine.gallery().faces().means.clone();
            Self { house, shelf: Partitions::new(&means, "number", |bytes| Some(bytes.to_vec())) }
        }

        async fn person(&self, tx: &mut Tx) -> SubjectKey {
            let (engine, organization) = (&self.house.engine, self.house.caller.organization);
            let (now, entropy) = (engine.now(), &*engine.entropy);
            let id = ApplicantId::new(now, entropy);
            applicants::insert(tx, organization, id, now).await.unwrap();
            subject_keys::create(tx, organization, id, engine.key_ring(), now, entropy).await.unwrap()
        }

        /// Each of a person of their own; their ids.
        async fn keep(&self, numbers: &[u8]) -> Vec<ApplicantId> {
            let mut tx = self.house.engine.db().begin().await.unwrap();
            let mut people = vec![];
            for number in numbers {
                let key = self.person(&mut tx).await;
                let organization = self.house.caller.organization;
                self.shelf.add(&mut tx, organization, None, &key, &[*number]).await.unwrap();
                people.push(key.applicant());
            }
            tx.commit().await.unwrap();
            people
        }

        async fn forget(&self, person: ApplicantId) {
            let mut tx = self.house.engine.db().begin().await.unwrap();
            self.shelf.withdraw(&mut tx, self.house.caller.organization, person).await.unwrap();
            tx.commit().await.unwrap();
        }

        /// The numbers that a search shows, and how many it cannot.
        async fn seen_after(&self, after: u64) -> (Vec<u8>, usize, u64) {
            let mut tx = self.house.engine.db().read().await.unwrap();
            let look = |found: &mut Vec<u8>, _, number: &Vec<u8>| found.extend(number);
            let organization = self.house.caller.organization;
            let looked = self.shelf.search_after(&mut tx, organization, after, None, look).await.unwrap();
            let mut found = looked.found;
            assert_eq!(found.len(), looked.shown);
            found.sort_unstable();
            (found, looked.unreadable, looked.until)
        }

        async fn seen(&self) -> (Vec<u8>, usize) {
            let (found, unreadable, _) = self.seen_after(0).await;
            (found, unreadable)
        }
    }

    async fn houses() -> [House; 2] {
        let url = tokio::task::spawn_blocking(bonafide_testkit::postgres::database).await.unwrap();
        [House::new().await, House::with(Some(url)).await]
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_row_that_does_not_open_hides_no_other() {
        for house in houses().await {
            let kept = Kept::new(&house);
            kept.keep(&[1, 2]).await;
            let (engine, organization) = (&house.engine, house.caller.organization);
            let mut tx = engine.db().begin().await.unwrap();
            let (theirs, others) = (kept.person(&mut tx).await, kept.person(&mut tx).await);
            let id = FeatureId::new(engine.now(), &*engine.entropy);
            let feature = Feature {
                id,
                applicant: theirs.applicant(),
                verification: None,
                kind: "number".to_owned(),
                sealed: crypto::seal(&others, Object::Feature(id), &[3], &*engine.entropy).unwrap(),
                created_at: engine.now(),
            };
            features::insert(&mut tx, organization, &feature).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(kept.seen().await, (vec![1, 2], 1));
            kept.keep(&[4]).await;
            assert_eq!(kept.seen().await, (vec![1, 2, 4], 1), "and so each time");
            kept.forget(theirs.applicant()).await;
            assert_eq!(kept.seen().await, (vec![1, 2, 4], 0));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_written_by_a_clock_that_is_set_back_is_seen() {
        const HOUR_MS: i64 = 3_600_000;
        for house in houses().await {
            let kept = Kept::new(&house);
            let first = kept.keep(&[1]).await;
            assert_eq!(kept.seen().await.0, [1]);
            // This process's clock is right, and another one's is not.
            house.clock.advance(-3 * HOUR_MS);
            kept.keep(&[2]).await;
            house.clock.advance(3 * HOUR_MS);
            assert_eq!(kept.seen().await.0, [1, 2]);
            // One comes and another goes.
            house.clock.advance(-5 * HOUR_MS);
            kept.keep(&[3]).await;
            house.clock.advance(5 * HOUR_MS);
            kept.forget(first[0]).await;
            assert_eq!(kept.seen().await.0, [2, 3]);
            // It was ahead, and is right again.
            house.clock.advance(9 * HOUR_MS);
            kept.keep(&[4]).await;
            assert_eq!(kept.seen().await.0, [2, 3, 4]);
            house.clock.advance(-9 * HOUR_MS);
            kept.keep(&[5]).await;
            assert_eq!(kept.seen().await.0, [2, 3, 4, 5]);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_are_looked_through_and_later_only_those_who_came_since() {
        let house = House::new().await;
        let kept = Kept::new(&house);
        kept.keep(&[7; FEW + 1]).await;
        let (found, _, until) = kept.seen_after(0).await;
        assert_eq!(found, [7; FEW + 1]);
        kept.keep(&[8, 9]).await;
        assert_eq!(kept.seen_after(until).await.0, [8, 9]);
        assert_eq!(kept.seen().await.0.len(), FEW + 3);
    }
}
