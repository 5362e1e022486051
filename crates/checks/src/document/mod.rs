//! Identity documents: where they are in the picture and what is written on them.

pub mod aamva;
pub mod barcode;
pub mod classify;
pub mod compare;
pub mod consistency;
pub mod duplicates;
pub mod fields;
mod findings;
pub mod fingerprint;
pub mod locate;
mod merge;
pub mod mrz;
pub mod ocr;
pub mod portrait;
pub mod read;
pub mod text;
pub mod validity;

/// A file of the shared test data, which is not part of the repository. Absent data fails the test unless
/// `BONAFIDE_WITHOUT_TEST_DATA=1` says that this is meant.
#[cfg(test)]
pub(crate) fn test_data(file: &str) -> Option<std::path::PathBuf> {
    let folder = std::env::var_os("BONAFIDE_TEST_DATA").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        std::path::PathBuf::from,
    );
    let path = folder.join(file);
    if path.exists() {
        return Some(path);
    }
    let meant = std::env::var("BONAFIDE_WITHOUT_TEST_DATA").is_ok_and(|v| v == "1");
    assert!(meant, "no test data at {}", path.display());
    None
}
