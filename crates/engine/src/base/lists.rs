//! The lists of this installation in memory: loaded at the first search, and again when a file changes.

use std::sync::{Arc, Mutex, PoisonError};

use bonafide_core::time::Timestamp;
use bonafide_screening::{
    index::Index,
    snapshot::{Error, Snapshot, Stamps, Store},
};

use super::screened::version;

/// A list that was taken in meanwhile is searched this many milliseconds later at the latest.
const LOOK_EVERY_MS: i64 = 10_000;

/// The lists in memory.
pub struct Screening {
    store: Option<Store>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stamps: Stamps,
    lists: Arc<Lists>,
    looked_at: Option<Timestamp>,
    /// What everybody is being screened against, and since when: see [`Screening::is_news`].
    told: Option<(String, Timestamp)>,
    /// The damage that was written to the log.
    complained: String,
}

/// All lists of one moment.
#[derive(Default)]
pub struct Lists {
    pub index: Arc<Index>,
    pub snapshots: Vec<Snapshot>,
}

impl Lists {
    /// Each list by name and hash.
    pub(crate) fn pinned(&self) -> Vec<(String, String)> {
        self.snapshots.iter().map(|s| (s.list.clone(), s.sha256.clone())).collect()
    }

    /// One word for all of them together.
    pub(crate) fn version(&self) -> String {
        version(&self.pinned())
    }

    /// When one of them was last taken in or found unchanged.
    pub(crate) fn confirmed_at(&self) -> Timestamp {
        Timestamp(self.snapshots.iter().map(|s| s.standing.confirmed_at).max().unwrap_or_default())
    }
}

impl Screening {
    /// The lists under a folder, which need not exist.
    pub fn in_folder(folder: impl Into<std::path::PathBuf>) -> Self {
        Self { store: Some(Store::new(folder)), state: Mutex::default() }
    }

    /// No lists at all.
    pub fn none() -> Self {
        Self { store: None, state: Mutex::default() }
    }

    /// The lists as they are now. Reads files, so call it off the async threads.
    ///
    /// # Errors
    /// When a list is there and cannot be read: nothing is screened against half of the lists.
    pub fn lists(&self, now: Timestamp) -> Result<Arc<Lists>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(store) = &self.store else { return Ok(state.lists.clone()) };
        if state.looked_at.is_some_and(|at| (0..LOOK_EVERY_MS).contains(&(now.0 - at.0))) {
            return Ok(state.lists.clone());
        }
        let stamps = store.stamps()?;
        if stamps != state.stamps {
            let (index, snapshots) = store.index()?;
            state.lists = Arc::new(Lists { index: Arc::new(index), snapshots });
            state.stamps = stamps;
        } else {
            // A version that was only confirmed is the same one, younger.
            let mut snapshots = state.lists.snapshots.clone();
            for snapshot in &mut snapshots {
                if let Some(standing) = store.standing(&snapshot.list) {
                    snapshot.standing = standing;
                    snapshot.standing.confirmed_at = snapshot.standing.confirmed_at.max(snapshot.imported_at);
                }
            }
            if snapshots != state.lists.snapshots {
                state.lists = Arc::new(Lists { index: state.lists.index.clone(), snapshots });
            }
        }
        state.looked_at = Some(now);
        Ok(state.lists.clone())
    }

    /// Looks at the files again at the next call, however long ago the last look was.
    pub(crate) fn look_again(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).looked_at = None;
    }

    /// Whether this process was not told of these lists, or was so longer than `again_after_ms` ago.
    pub(crate) fn is_news(&self, lists: &str, now: Timestamp, again_after_ms: i64) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        !state
            .told
            .as_ref()
            .is_some_and(|(told, at)| told == lists && (0..again_after_ms).contains(&(now.0 - at.0)))
    }

    /// Notes that everybody is being screened against these lists.
    pub(crate) fn told(&self, lists: String, now: Timestamp) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told = Some((lists, now));
    }

    /// It came to nothing.
    pub(crate) fn untold(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told = None;
    }

    /// Somebody was decided about who was compared with these lists, if with any. Where others are in memory by now, everybody is
    /// looked through soon: the search among those who stand may have passed before this one did.
    pub(crate) fn was_decided(&self, lists: &[(String, String)]) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.lists.pinned() != lists {
            state.told = None;
        }
    }

    /// Whether this damage was not written to the log yet. Empty: there is none any more.
    pub(crate) fn complains(&self, damage: &str) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let new = state.complained != damage;
        damage.clone_into(&mut state.complained);
        new && !damage.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_changes_is_seen_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let screening = Screening::in_folder(folder.path().join("lists"));
        let lists = |now| screening.lists(Timestamp(now)).unwrap();
        let entries = |now| lists(now).snapshots.len();
        assert_eq!(entries(0), 0);
        let files = [("house.csv".to_owned(), b"id,name\n1,Ana Eriksson\n".to_vec())].into();
        let store = Store::new(folder.path().join("lists"));
        store.import("house", None, &files, 1, false).unwrap();
        assert_eq!((entries(LOOK_EVERY_MS - 1), entries(LOOK_EVERY_MS)), (0, 1));
        let before = lists(LOOK_EVERY_MS);
        store.confirm("house", 77).unwrap();
        let after = lists(2 * LOOK_EVERY_MS);
        assert_eq!((before.confirmed_at(), after.confirmed_at()), (Timestamp(1), Timestamp(77)));
        assert!(Arc::ptr_eq(&before.index, &after.index) && before.version() == after.version());
        // Damage is seen although the file was read before.
        let file = folder.path().join(format!("lists/house/{}.jsonl", after.snapshots[0].sha256));
        std::fs::write(&file, "{}\n").unwrap();
        assert_eq!(entries(3 * LOOK_EVERY_MS - 1), 1);
        assert!(screening.lists(Timestamp(3 * LOOK_EVERY_MS)).is_err());
        assert_eq!(Screening::none().lists(Timestamp(0)).unwrap().snapshots.len(), 0);
    }

    #[test]
    fn lists_are_news_until_told_and_again_after_a_while() {
        let screening = Screening::none();
        assert!(screening.is_news("a", Timestamp(0), 100));
        screening.told("a".into(), Timestamp(0));
        assert!(!screening.is_news("a", Timestamp(99), 100) && screening.is_news("b", Timestamp(99), 100));
        assert!(screening.is_news("a", Timestamp(100), 100));
        screening.told("a".into(), Timestamp(100));
        screening.was_decided(&[]);
        assert!(!screening.is_news("a", Timestamp(100), 100), "there is no list, and none was searched");
        screening.was_decided(&[("house".to_owned(), "of another day".to_owned())]);
        assert!(screening.is_news("a", Timestamp(100), 100));
        assert!(screening.complains("x") && !screening.complains("x"));
        assert!(!screening.complains("") && screening.complains("x"));
    }
}
