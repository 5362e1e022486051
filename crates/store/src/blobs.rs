//! Pictures, sealed, as files: `<folder>/<first two digits>/<key>`.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use bonafide_core::{
    id::{Entropy, EvidenceId},
    time::Timestamp,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Error, Result,
    column::Column,
    crypto::{self, Object, Sealed, SubjectKey},
    opened,
};

/// The end of a file's name while it is written.
const UNFINISHED: &str = "new";
/// Which installation the pictures of a folder are of.
const MARK: &str = ".installation";
/// Folders of pictures, by the first digits of their names.
pub const FOLDERS: u32 = 256;

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
            let written = fs::write(&path, b"ok").map_err(io("write", &path));
            // Also what a full disk left of it. Somebody who asked at the same time may have been first.
            remove(&path).and(written)
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
        // Here, and not only where it is opened: that is another thread.
        opened::note(|| Object::Picture(evidence).whose());
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
        blocking("delete a picture", move || remove(&path)).await
    }

    /// The pictures in one of the [`FOLDERS`] that were written before a time, and when.
    pub async fn written_before(&self, folder: u32, time: Timestamp) -> Result<Vec<(BlobKey, Timestamp)>> {
        let folder = self.numbered(folder);
        blocking("look through the pictures", move || {
            let named = |(path, at): (PathBuf, Timestamp)| {
                let name = path.file_name().and_then(|name| name.to_str()).filter(|name| is_name(name))?;
                Some((BlobKey(name.to_owned()), at))
            };
            Ok(files_before(&folder, time)?.into_iter().filter_map(named).collect())
        })
        .await
    }

    /// Removes the files in one of the [`FOLDERS`] that were not finished until a time: whoever wrote them is gone.
    pub async fn remove_unfinished(&self, folder: u32, time: Timestamp) -> Result<()> {
        let folder = self.numbered(folder);
        blocking("remove what was not finished", move || {
            let mut files = files_before(&folder, time)?;
            files.retain(|(path, _)| path.extension().is_some_and(|end| end == UNFINISHED));
            files.iter().try_for_each(|(path, _)| remove(path))
        })
        .await
    }

    /// Whether the pictures of this folder are of this installation. One that nothing says so of yet is marked as its, if
    /// `adopt`.
    pub async fn is_of(&self, installation: Uuid, adopt: bool) -> Result<bool> {
        let mark = self.folder.join(MARK);
        blocking("look whose pictures these are", move || match fs::read_to_string(&mark) {
            Ok(text) => Ok(text.trim().parse() == Ok(installation)),
            Err(e) if e.kind() == io::ErrorKind::NotFound && adopt => {
                write_durably(&mark, installation.to_string().as_bytes()).map_err(io("write", &mark))?;
                Ok(true)
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(io("read", &mark)(e)),
        })
        .await
    }

    fn numbered(&self, folder: u32) -> PathBuf {
        self.folder.join(format!("{:02x}", folder % FOLDERS))
    }

    /// A name that came out of the database is checked again: it becomes part of a path.
    fn path(&self, name: &BlobKey) -> Result<PathBuf> {
        let digits = name.as_str();
        match digits.get(..2) {
            Some(start) if is_name(digits) => Ok(self.folder.join(start).join(digits)),
            _ => Err(Error::NotFound("picture")),
        }
    }
}

fn is_name(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The files of a folder that were written before a time, and when.
fn files_before(folder: &Path, time: Timestamp) -> Result<Vec<(PathBuf, Timestamp)>> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        other => other.map_err(io("list", folder))?,
    };
    let mut files = vec![];
    for entry in entries {
        let entry = entry.map_err(io("list", folder))?;
        let written = entry.metadata().and_then(|file| file.modified());
        let since = written.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let at = since.and_then(|since| i64::try_from(since.as_millis()).ok()).map(Timestamp);
        files.extend(at.filter(|at| *at < time).map(|at| (entry.path(), at)));
    }
    Ok(files)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(io("delete", path)(e)),
        _ => Ok(()),
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
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent()
        && !folder.exists()
    {
        create_private(folder)?;
        sync_folder_of(folder)?;
    }
    let new = path.with_extension(UNFINISHED);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        sync_folder_of(path)
    });
    if written.is_err() {
        // Whatever is there of it is nobody's; a full disk has to get its room back.
        for file in [&new, path] {
            let _ = fs::remove_file(file);
        }
    }
    written
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
