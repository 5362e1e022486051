//! The lists of this installation in memory, and people compared with them.

use std::sync::{Arc, Mutex, PoisonError};

use bonafide_core::time::Timestamp;
use bonafide_screening::{
    index::Index,
    snapshot::{Error, Snapshot, Store},
};
use sha2::{Digest, Sha256};

/// A list that was taken in meanwhile is searched this many milliseconds later at the latest.
const LOOK_EVERY_MS: i64 = 10_000;

/// The lists in memory: loaded at the first search, and again when a list changes.
pub struct Screening {
    store: Option<Store>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    versions: Vec<(String, String)>,
    lists: Arc<Lists>,
    looked_at: Option<Timestamp>,
    /// The version that was told of: see [`Screening::is_news`].
    told: String,
}

/// All lists of one moment.
#[derive(Default)]
pub struct Lists {
    pub index: Index,
    pub snapshots: Vec<Snapshot>,
}

impl Lists {
    /// Each list by name and hash.
    pub(crate) fn pinned(&self) -> Vec<(String, String)> {
        self.snapshots.iter().map(|s| (s.list.clone(), s.sha256.clone())).collect()
    }

    /// One word for all of them together.
    pub(crate) fn version(&self) -> String {
        let mut hash = Sha256::new();
        for (list, sha256) in self.pinned() {
            hash.update(format!("{list} {sha256}\n"));
        }
        hex::encode(hash.finalize())
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
        let versions = store.versions()?;
        if versions != state.versions {
            let (index, snapshots) = store.index()?;
            state.lists = Arc::new(Lists { index, snapshots });
            state.versions = versions;
        }
        state.looked_at = Some(now);
        Ok(state.lists.clone())
    }

    /// Whether these lists are others than this process was told of.
    pub(crate) fn is_news(&self, lists: &Lists) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told != lists.version()
    }

    /// Notes that everybody is being screened against these lists.
    pub(crate) fn told(&self, lists: &Lists) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told = lists.version();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_changes_is_seen_after_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let screening = Screening::in_folder(folder.path().join("lists"));
        let entries = |now| screening.lists(Timestamp(now)).unwrap().snapshots.len();
        assert_eq!(entries(0), 0);
        let files = [("house.csv".to_owned(), b"id,name\n1,Ana Eriksson\n".to_vec())].into();
        Store::new(folder.path().join("lists")).import("house", None, &files, 1, false).unwrap();
        assert_eq!((entries(LOOK_EVERY_MS - 1), entries(LOOK_EVERY_MS)), (0, 1));
        assert_eq!(Screening::none().lists(Timestamp(0)).unwrap().snapshots.len(), 0);
    }
}
