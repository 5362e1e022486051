//! Pictures and lists that tests read and the repository does not hold.

use std::path::{Path, PathBuf};

/// A file or folder of the real test data: below `BONAFIDE_TEST_DATA`, or in `../shared/data` beside the repository.
/// A test that asks for it says so with `#[ignore = "needs real data: …"]`; `./test` runs it where the data is.
///
/// # Panics
/// When it is not there: a test that was asked for and measures nothing proves nothing.
pub fn test_data(path: &str) -> PathBuf {
    let root =
        std::env::var_os("BONAFIDE_TEST_DATA").map_or_else(|| repository("../shared/data"), PathBuf::from);
    let path = root.join(path);
    assert!(path.exists(), "no test data at {}: set BONAFIDE_TEST_DATA", path.display());
    path
}

/// A picture of the sample person, which `./setup` made: `passport.jpg`, `selfie.jpg`, …
///
/// # Panics
/// When it is not there.
pub fn sample(name: &str) -> PathBuf {
    let path = repository("sample").join(name);
    assert!(path.exists(), "{} is missing; run ./setup", path.display());
    path
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
