//! Templates and fingerprints on their way between processes: in their stored form.

use bonafide_checks::{document::fingerprint::Fingerprint, face::embed::Embedding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_bytes::ByteBuf;
use zeroize::Zeroizing;

/// Something that has a stored form of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<T>(pub T);

pub(crate) trait Stored: Sized {
    fn bytes(&self) -> Vec<u8>;
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Stored for Embedding {
    fn bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes)
    }
}

impl Stored for Fingerprint {
    fn bytes(&self) -> Vec<u8> {
        self.to_bytes()
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes)
    }
}

impl<T: Stored> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&Zeroizing::new(self.0.bytes()))
    }
}

impl<'de, T: Stored> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Zeroizing::new(ByteBuf::deserialize(deserializer)?.into_vec());
        T::read(&bytes).map(Self).ok_or_else(|| D::Error::custom("not a stored form"))
    }
}
