//! Keys in a file: one line per key, `<key id> <64 hexadecimal digits>`, the last one current. Lines before them that begin with
//! `audit:` hold what is left of retired keys: what the audit log is verified with.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use bonafide_core::id::Entropy;
use zeroize::Zeroizing;

use super::{memory::MemoryKeyRing, ring::KeyRing};
use crate::{Error, Result, crypto::Key};

const HEADER: &str = "# Bonafide key ring. Without this file nothing that was stored can be read again.\n\
    # Keep a copy apart from the copies of the database: together they open everything.\n";

/// What the name of a retired key begins with.
const RETIRED: &str = "audit:";

/// A key file holds a line per rotation; anything longer is not one.
const MAX_BYTES: u64 = 1 << 20;

/// The key ring of a single machine: a file that only the server's user may read.
#[derive(Debug)]
pub struct FileKeyRing {
    path: PathBuf,
    keys: MemoryKeyRing,
}

impl FileKeyRing {
    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::KeyFileMissing`]; [`Error::KeyFileMode`] when other users may read it; [`Error::KeyFileFormat`] when a line is
    /// no key.
    pub fn open(path: &Path) -> Result<Self> {
        match File::open(path) {
            Ok(file) => Self::read(path, file),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Error::KeyFileMissing(path.to_owned())),
            Err(source) => Err(Error::Io { action: "open the key file", path: path.to_owned(), source }),
        }
    }

    /// The same, or creates it with a first key when it does not exist: only where nothing was written under others.
    pub fn open_or_create(path: &Path, entropy: &dyn Entropy) -> Result<Self> {
        match Self::open(path) {
            Err(Error::KeyFileMissing(_)) => {
                let ring = Self { path: path.to_owned(), keys: MemoryKeyRing::new(entropy) };
                ring.write()?;
                Ok(ring)
            }
            other => other,
        }
    }

    /// The keys' names, oldest first.
    pub fn names(&self) -> Vec<&str> {
        self.keys.keys().map(|(id, _)| id.as_str()).collect()
    }

    /// Takes keys out of the file for good, but for the current one. What they wrapped is noise from then on, in every copy of
    /// the database too; what the audit log needs of them stays.
    pub fn retire(&mut self, names: &[String]) -> Result<()> {
        self.keys.retire(names);
        self.write()
    }

    fn read(path: &Path, file: File) -> Result<Self> {
        let io = |source| Error::Io { action: "read the key file", path: path.to_owned(), source };
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            if file.metadata().map_err(io)?.mode() & 0o077 != 0 {
                return Err(Error::KeyFileMode(path.to_owned()));
            }
        }
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(io)?;
        let (mut keys, mut retired) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = parse(line);
            let (name, key) = key.ok_or(Error::KeyFileFormat { path: path.to_owned(), line: index + 1 })?;
            match name.strip_prefix(RETIRED) {
                Some(name) => retired.push((name.to_owned(), key)),
                None => keys.push((name, key)),
            }
        }
        let keys = MemoryKeyRing::from_keys(keys, retired)
            .ok_or(Error::KeyFileFormat { path: path.to_owned(), line: text.lines().count() + 1 })?;
        Ok(Self { path: path.to_owned(), keys })
    }

    /// Adds a new key, which wraps from now on, and saves the file. The older ones still unwrap.
    pub fn rotate(&mut self, entropy: &dyn Entropy) -> Result<()> {
        self.keys.rotate(entropy);
        self.write()
    }

    /// Writes a new file beside the old one and renames it: a crash leaves the one or the other, never half.
    fn write(&self) -> Result<()> {
        let mut text = Zeroizing::new(String::with_capacity(4096));
        text.push_str(HEADER);
        let retired = self.keys.retired().iter().map(|(id, key)| (RETIRED, id, key));
        for (kind, id, key) in retired.chain(self.keys.keys().map(|(id, key)| ("", id, key))) {
            let key = Zeroizing::new(hex::encode(key.as_slice()));
            text.push_str(kind);
            text.push_str(id);
            text.push(' ');
            text.push_str(&key);
            text.push('\n');
        }
        let new = self.path.with_extension("new");
        let write = || -> io::Result<()> {
            // Left behind by a crash; its keys were never used.
            match fs::remove_file(&new) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &self.path)?;
            crate::blobs::sync_folder_of(&self.path)
        };
        let written = write();
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.map_err(|source| Error::Io { action: "write the key file", path: self.path.clone(), source })
    }
}

fn parse(line: &str) -> Option<(String, Key)> {
    let (id, digits) = line.split_once(char::is_whitespace)?;
    let mut key = Key::default();
    hex::decode_to_slice(digits.trim(), key.as_mut_slice()).ok()?;
    Some((id.to_owned(), key))
}

impl KeyRing for FileKeyRing {
    fn current(&self) -> &str {
        self.keys.current()
    }

    fn wrap(&self, key: &Key, aad: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>> {
        self.keys.wrap(key, aad, entropy)
    }

    fn unwrap(&self, key_id: &str, wrapped: &[u8], aad: &[u8]) -> Result<Key> {
        self.keys.unwrap(key_id, wrapped, aad)
    }

    fn audit_key(&self, key_id: &str) -> Result<Key> {
        self.keys.audit_key(key_id)
    }
}
