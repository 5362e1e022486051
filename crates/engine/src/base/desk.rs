//! Lines of the audit log that wait to be written together.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, Hash, RandomState},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bonafide_core::{
    id::{CredentialId, OrganizationId},
    time::Timestamp,
};
use serde_json::Value;
use tokio::sync::{Mutex as Turn, oneshot};

/// A read of personal data.
#[derive(Clone)]
pub(crate) struct Read {
    pub(crate) organization: OrganizationId,
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    pub(crate) object: String,
    pub(crate) detail: Value,
}

/// One that waits, and whom to tell when it is written.
pub(crate) struct Waiting {
    pub(crate) read: Read,
    pub(crate) told: oneshot::Sender<()>,
}

/// A credential, and a hash of what it looked at and how.
pub(crate) type Look = (CredentialId, u64);

/// Where reads wait. Whoever has the turn writes those of all others as well.
#[derive(Default)]
pub(crate) struct Desk {
    waiting: Mutex<Vec<Waiting>>,
    pub(crate) turn: Turn<()>,
    looks: Mutex<(i64, HashSet<Look>)>,
    /// Nobody can find two looks that are taken for one.
    random: RandomState,
}

impl Desk {
    pub(crate) fn put(&self, read: Read) -> oneshot::Receiver<()> {
        let (told, written) = oneshot::channel();
        held(&self.waiting).push(Waiting { read, told });
        written
    }

    pub(crate) fn take(&self) -> Vec<Waiting> {
        mem::take(&mut held(&self.waiting))
    }

    pub(crate) fn look(&self, by: CredentialId, at: impl Hash) -> Look {
        (by, self.random.hash_one(at))
    }

    /// Whether the same was written down in this minute.
    pub(crate) fn is_known(&self, minute: i64, look: &Look) -> bool {
        let looks = held(&self.looks);
        looks.0 == minute && looks.1.contains(look)
    }

    /// It was; those of other minutes are forgotten.
    pub(crate) fn know(&self, minute: i64, look: Look) {
        let mut looks = held(&self.looks);
        if looks.0 != minute {
            *looks = (minute, HashSet::new());
        }
        looks.1.insert(look);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
