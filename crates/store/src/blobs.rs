//! Pictures, sealed, as files: `<folder>/<first two digits>/<key>`.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use bonafide_core::id::{Entropy, EvidenceId};
use zeroize::Zeroizing;

use crate::{
    Error, Result,
    column::Column,
    crypto::{self, Object, Sealed, SubjectKey},
};

/// The largest picture that is taken, in bytes. Sealing holds it in memory.
pub const MAX_PICTURE: usize = 32 << 20;

/// The name of one stored picture: 32 hexadecimal digits, made here and never by a caller.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BlobKey(String);

impl BlobKey {
    fn new(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Column for BlobKey {
    type Raw = String;
    fn from_raw(raw: String) -> Self {
        Self(raw)
    }
}

/// The place where pictures are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: Arc<Path>,
}

impl Blobs {
    /// Keeps pictures in this folder, which is created when it does not exist.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        create_private(folder).map_err(io("create the folder", folder))?;
        Ok(Self { folder: folder.into() })
    }

    /// Whether pictures can be kept now: writes a small file and removes it.
    pub async fn check(&self) -> Result<()> {
        let path = self.folder.join(".check");
        blocking("try the picture folder", move || {
            fs::write(&path, b"ok").map_err(io("write", &path))?;
            match fs::remove_file(&path) {
                // Somebody who asked at the same time removed it.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                other => other.map_err(io("remove", &path)),
            }
        })
        .await
    }

    /// Seals a picture and keeps it. When this returns, it survives a power cut.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond [`MAX_PICTURE`].
    pub async fn put(
        &self,
        key: &SubjectKey,
        evidence: EvidenceId,
        picture: Vec<u8>,
        entropy: &dyn Entropy,
    ) -> Result<BlobKey> {
        let picture = Zeroizing::new(picture);
        if picture.len() > MAX_PICTURE {
            return Err(too_large(picture.len() as u64));
        }
        let name = BlobKey::new(entropy);
        let path = self.path(&name)?;
        let nonce = crypto::nonce(entropy);
        let key = key.clone();
        blocking("store a picture", move || {
            let sealed = crypto::seal_with(&key, Object::Picture(evidence), &picture, nonce)?;
            write_durably(&path, sealed.as_bytes()).map_err(io("write", &path))
        })
        .await?;
        Ok(name)
    }

    /// Reads a picture back. It is wiped from memory when dropped.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Unsealable`] when the file is not this evidence's picture.
    pub async fn get(
        &self,
        key: &SubjectKey,
        evidence: EvidenceId,
        name: &BlobKey,
    ) -> Result<Zeroizing<Vec<u8>>> {
        const MAX_SEALED: u64 = (MAX_PICTURE + crypto::OVERHEAD) as u64;
        let path = self.path(name)?;
        let key = key.clone();
        blocking("read a picture", move || {
            let file = match File::open(&path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(Error::NotFound("picture")),
                other => other.map_err(io("open", &path))?,
            };
            let mut sealed = Vec::new();
            file.take(MAX_SEALED + 1).read_to_end(&mut sealed).map_err(io("read", &path))?;
            if sealed.len() as u64 > MAX_SEALED {
                return Err(too_large(sealed.len() as u64));
            }
            crypto::open(&key, Object::Picture(evidence), &Sealed::from_stored(sealed))
        })
        .await
    }

    /// Removes a picture. Removing one that is not there is no error, so it can be repeated.
    pub async fn delete(&self, name: &BlobKey) -> Result<()> {
        let path = self.path(name)?;
        blocking("delete a picture", move || match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(io("delete", &path)(e)),
            _ => Ok(()),
        })
        .await
    }

    /// A name that came out of the database is checked again: it becomes part of a path.
    fn path(&self, name: &BlobKey) -> Result<PathBuf> {
        let digits = name.as_str();
        match digits.get(..2) {
            Some(start) if digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(self.folder.join(start).join(digits))
            }
            _ => Err(Error::NotFound("picture")),
        }
    }
}

fn too_large(bytes: u64) -> Error {
    Error::TooLarge { object: "picture", bytes, limit: MAX_PICTURE as u64 }
}

fn io(action: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::Io { action, path: path.to_owned(), source }
}

async fn blocking<T: Send + 'static>(
    action: &'static str,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Stopped(action))?
}

/// Writes beside, then renames: a reader sees all of the file or none of it.
fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent()
        && !folder.exists()
    {
        create_private(folder)?;
        sync_folder_of(folder)?;
    }
    let new = path.with_extension("new");
    let mut file = File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_folder_of(path)
}

fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A renamed or new file is lasting only once its folder is.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
