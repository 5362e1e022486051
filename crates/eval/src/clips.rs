//! Videos, frame folders and single pictures, all as frames in their order.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use bonafide_checks::image::{Picture, decode};

type Error = Box<dyn std::error::Error>;

/// Frames a second that are taken from a video.
pub(super) const RATE: u32 = 5;

const VIDEOS: [&str; 6] = ["mp4", "mov", "avi", "mkv", "webm", "m4v"];

pub(super) fn is_video(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    VIDEOS.contains(&extension.to_ascii_lowercase().as_str())
}

/// Frames in their order, decoded one at a time.
pub(super) struct Frames {
    files: Vec<PathBuf>,
    /// Where a video's frames lie meanwhile.
    _folder: Option<Scratch>,
}

/// A folder that goes when it is no longer needed.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> std::io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("bonafide-eval-{}-{n}", std::process::id()));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Frames {
    /// Those that are pictures; manifests and notes may lie beside them.
    pub(super) fn pictures(&self) -> impl Iterator<Item = Picture> + '_ {
        self.files.iter().filter_map(|file| decode(&std::fs::read(file).ok()?).ok())
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }
}

/// The frames of a video ([`RATE`] a second, decoded by `ffmpeg`, or the program that `BONAFIDE_FFMPEG` names), of
/// a folder of pictures (by name), or of one picture. At most `most`, spread evenly.
pub(super) fn frames(path: &Path, most: usize) -> Result<Frames, Error> {
    if path.is_dir() {
        return Ok(Frames { files: files(path, most)?, _folder: None });
    }
    if !is_video(path) {
        // Says what is wrong with it, if something is.
        crate::load(path)?;
        return Ok(Frames { files: vec![path.to_owned()], _folder: None });
    }
    let folder = Scratch::new()?;
    let program = std::env::var_os("BONAFIDE_FFMPEG").unwrap_or_else(|| "ffmpeg".into());
    let done = Command::new(&program)
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-vf", &format!("fps={RATE}"), "-q:v", "2"])
        .arg(folder.0.join("%06d.jpg"))
        .output()
        .map_err(|e| format!("videos need ffmpeg, and {} could not be run: {e}", program.display()))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        return Err(format!("{}: {}", path.display(), said.lines().next().unwrap_or("no frames")).into());
    }
    Ok(Frames { files: files(&folder.0, most)?, _folder: Some(folder) })
}

fn files(folder: &Path, most: usize) -> Result<Vec<PathBuf>, Error> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.is_file()).collect();
    files.sort();
    let step = files.len().div_ceil(most.max(1)).max(1);
    Ok(files.into_iter().step_by(step).collect())
}
