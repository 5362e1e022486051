//! The shared test data: real pictures and lists, which are not part of the repository.

use std::path::{Path, PathBuf};

/// A file or folder of the test data: below `BONAFIDE_TEST_DATA`, or beside the repository. `None` only where its
/// absence was announced with `BONAFIDE_WITHOUT_TEST_DATA=1`.
///
/// # Panics
/// When it is not there and nobody said so: a test that quietly tests nothing proves nothing.
pub fn test_data(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BONAFIDE_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    let meant = std::env::var("BONAFIDE_WITHOUT_TEST_DATA").is_ok_and(|v| v == "1");
    assert!(
        meant,
        "no test data at {}: set BONAFIDE_TEST_DATA or BONAFIDE_WITHOUT_TEST_DATA=1",
        path.display()
    );
    None
}
