//! What every key ring does.

use bonafide_core::id::Entropy;

use crate::{Result, crypto::Key};

/// Wraps and unwraps data keys under named, versioned keys.
pub trait KeyRing: Send + Sync {
    /// The name of the key that wraps from now on.
    fn current(&self) -> &str;

    /// Wraps a data key under the current key. `aad` says whose key it is and must be repeated to unwrap.
    fn wrap(&self, key: &Key, aad: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>>;

    /// Unwraps what [`Self::wrap`] made under the key of that name.
    ///
    /// # Errors
    /// [`crate::Error::WrongKeyRing`] when there is no such key or it does not open the data key.
    fn unwrap(&self, key_id: &str, wrapped: &[u8], aad: &[u8]) -> Result<Key>;

    /// What keys of the audit log are derived from for the key of that name, also after that was retired. It opens nothing.
    ///
    /// # Errors
    /// [`crate::Error::WrongKeyRing`] when there was never such a key.
    fn audit_key(&self, key_id: &str) -> Result<Key>;
}
