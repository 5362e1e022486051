//! Where chains ended at a time, in a file outside the database: an object of JSON a line, each authenticated together with the
//! one before it. A head that is in it and not in its chain was cut off.
//!
//! The code of a line is the HMAC-SHA256 over: code of the line before (empty for the first), at (8 bytes), organization (16
//! bytes), lines (8 bytes, big endian), hash, key (empty when there is none), signed_with; each preceded by its length in 8 bytes,
//! big endian. Its key is derived from what the key ring has for the audit log under the name `signed_with`. A line that was not
//! written to its end is passed over.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use bonafide_core::{id::OrganizationId, time::Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{
    append::Head,
    line::{derived, mac},
};
use crate::{Error, Result, blobs, keyring::KeyRing};

/// Where a chain ended at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub at: Timestamp,
    pub organization: OrganizationId,
    /// Lines that it had.
    pub lines: i64,
    /// The hash of the last one, and the key that it names.
    #[serde(with = "in_hex")]
    pub hash: Vec<u8>,
    pub key: Option<String>,
    /// The key of the key ring that was current.
    signed_with: String,
    #[serde(with = "in_hex")]
    previous: Vec<u8>,
    #[serde(with = "in_hex")]
    code: Vec<u8>,
}

/// What is wrong with a file of anchors, and on which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("line {0} of the file of anchors was changed, or written by somebody without the key")]
    Changed(usize),
    #[error("lines are missing before line {0} of the file of anchors")]
    Missing(usize),
    #[error("line {0} of the file of anchors is under a key that the key ring does not have")]
    NoKey(usize),
}

impl Anchor {
    fn code(&self, ring: &dyn KeyRing) -> Result<Vec<u8>> {
        let key = derived(ring, &self.signed_with, &[b"bonafide audit anchor"])?;
        Ok(mac(
            &key,
            &[
                &self.previous,
                &self.at.0.to_be_bytes(),
                self.organization.uuid().as_bytes(),
                &self.lines.to_be_bytes(),
                &self.hash,
                self.key.as_deref().unwrap_or_default().as_bytes(),
                self.signed_with.as_bytes(),
            ],
        ))
    }
}

/// A file of anchors.
#[derive(Debug, Clone)]
pub struct Anchors {
    path: PathBuf,
    written: Arc<Mutex<Written>>,
}

/// What the file held when it was last written to, so that the next time only what came since is read.
#[derive(Debug, Default)]
struct Written {
    /// Bytes that were gone through, and the last line of them: in another file something else stands there.
    bytes: u64,
    line: Vec<u8>,
    /// Of each chain its last anchor.
    last: HashMap<OrganizationId, (i64, Vec<u8>)>,
    /// The code of the last line.
    previous: Vec<u8>,
}

impl Written {
    /// Goes through what was added meanwhile. Whether the file ends in the middle of a line.
    fn catch_up(&mut self, file: &mut File) -> io::Result<bool> {
        let mut text = vec![];
        file.seek(SeekFrom::Start(self.bytes - self.line.len() as u64))?;
        file.read_to_end(&mut text)?;
        let new = match text.strip_prefix(&*self.line) {
            Some(new) => new.to_vec(),
            None => {
                *self = Self::default();
                file.rewind()?;
                let mut all = vec![];
                file.read_to_end(&mut all)?;
                all
            }
        };
        self.note(&new);
        // Something that a crash left there, which stays.
        Ok(!self.line.is_empty() && !self.line.ends_with(b"\n"))
    }

    /// Goes on over these bytes.
    fn note(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if let Ok(anchor) = serde_json::from_slice::<Anchor>(line) {
                self.last.insert(anchor.organization, (anchor.lines, anchor.hash));
                self.previous = anchor.code;
            }
            self.line = line.to_vec();
        }
        self.bytes += bytes.len() as u64;
    }
}

impl Anchors {
    pub fn in_file(path: &Path) -> Self {
        Self { path: path.to_owned(), written: Arc::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every anchor of the file, up to the first that is not as it was written, and what is wrong with that one. None without
    /// the file.
    pub fn read(&self, ring: &dyn KeyRing) -> Result<Option<(Vec<Anchor>, Option<Fault>)>> {
        self.look(Some(ring))
    }

    /// The same for whoever has no key ring: whether the lines are all there, and not who wrote them.
    pub fn read_unproved(&self) -> Result<Option<(Vec<Anchor>, Option<Fault>)>> {
        self.look(None)
    }

    fn look(&self, ring: Option<&dyn KeyRing>) -> Result<Option<(Vec<Anchor>, Option<Fault>)>> {
        let text = match fs::read_to_string(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|source| self.failed("read", source))?,
        };
        let mut read: Vec<Anchor> = vec![];
        for (number, anchor) in parsed(&text) {
            let fault = match ring.map_or_else(|| Ok(anchor.code.clone()), |ring| anchor.code(ring)) {
                Err(Error::WrongKeyRing(_)) => Some(Fault::NoKey(number)),
                Err(other) => return Err(other),
                Ok(code) if !bool::from(code.ct_eq(&anchor.code)) => Some(Fault::Changed(number)),
                Ok(_) if read.last().map_or(&[][..], |last| &last.code) != anchor.previous => {
                    Some(Fault::Missing(number))
                }
                Ok(_) => None,
            };
            if fault.is_some() {
                return Ok(Some((read, fault)));
            }
            read.push(anchor);
        }
        Ok(Some((read, None)))
    }

    /// Adds those of the heads that are not the last of their chain in the file. How many; when this returns, they survive a
    /// power cut. Several processes may have one file.
    pub fn write(&self, ring: &dyn KeyRing, heads: &[Head], now: Timestamp) -> Result<usize> {
        let failed = |source| self.failed("write", source);
        let is_new = !self.path.exists();
        let mut file = private().open(&self.path).map_err(failed)?;
        // Until it is closed.
        file.lock().map_err(failed)?;
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let is_torn = written.catch_up(&mut file).map_err(failed)?;
        let mut previous = written.previous.clone();
        let mut added = if is_torn { "\n".to_owned() } else { String::new() };
        let mut count = 0;
        for head in heads.iter().filter(|head| head.seq > 0) {
            let last = written.last.get(&head.organization);
            if last.is_some_and(|(seq, hash)| (*seq, hash) == (head.seq, &head.hash)) {
                continue;
            }
            let mut anchor = Anchor {
                at: now,
                organization: head.organization,
                lines: head.seq,
                hash: head.hash.clone(),
                key: head.key_id.clone(),
                signed_with: ring.current().to_owned(),
                previous,
                code: vec![],
            };
            anchor.code = anchor.code(ring)?;
            let form = |source| Error::Form { object: "anchor", source };
            added.push_str(&serde_json::to_string(&anchor).map_err(form)?);
            added.push('\n');
            previous = anchor.code;
            count += 1;
        }
        if count > 0 {
            if let Err(error) = file.write_all(added.as_bytes()).and_then(|()| file.sync_all()) {
                // How much of it is there nobody knows.
                *written = Written::default();
                return Err(failed(error));
            }
            written.note(added.as_bytes());
        }
        if is_new {
            blobs::sync_folder_of(&self.path).map_err(failed)?;
        }
        Ok(count)
    }

    fn failed(&self, action: &'static str, source: io::Error) -> Error {
        Error::Io { action, path: self.path.clone(), source }
    }
}

/// The anchors of a file's text, with the numbers of their lines.
fn parsed(text: &str) -> impl Iterator<Item = (usize, Anchor)> {
    let numbered = text.lines().enumerate();
    numbered.filter_map(|(index, line)| Some((index + 1, serde_json::from_str(line).ok()?)))
}

/// To add to a file that others may not read.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.read(true).create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Bytes as hexadecimal digits.
mod in_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
