//! Looking for bytes that must not be on disk.

use std::path::{Path, PathBuf};

/// The files below a folder that contain these bytes.
///
/// # Panics
/// When the folder holds no file at all: a search of nothing proves nothing.
pub fn containing(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let (mut found, mut searched, mut folders) = (Vec::new(), 0, vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        // A running database removes files and folders while we look.
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                searched += 1;
                if bytes.windows(needle.len()).any(|window| window == needle) {
                    found.push(path);
                }
            }
        }
    }
    assert!(searched > 0, "no file to search in {}", folder.display());
    found
}
