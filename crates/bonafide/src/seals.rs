//! The certificates that the seals of French documents are verified with: the files of a folder.

use std::path::{Path, PathBuf};

use bonafide_checks::address_document::Certificates;

/// How such files end; others in the folder are left alone.
const ENDINGS: [&str; 4] = ["pem", "crt", "cer", "der"];

/// Reads the folder of the setting `two_d_doc_certificates`; none without it.
pub(crate) fn certificates(folder: Option<&Path>) -> Result<Certificates, Box<dyn std::error::Error>> {
    let mut certificates = Certificates::default();
    let Some(folder) = folder else { return Ok(certificates) };
    let wrong = |place: &Path, why: &dyn std::fmt::Display| {
        format!("setting `two_d_doc_certificates`: {}: {why}", place.display())
    };
    let entries = std::fs::read_dir(folder).map_err(|error| wrong(folder, &error))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<PathBuf>>>();
    let mut files = files.map_err(|error| wrong(folder, &error))?;
    let is_one = |file: &PathBuf| {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
    };
    files.retain(is_one);
    files.sort();
    for file in files {
        let bytes = std::fs::read(&file).map_err(|error| wrong(&file, &error))?;
        certificates.add(&bytes).map_err(|error| wrong(&file, &error))?;
    }
    if certificates.is_empty() {
        let why = "there is no certificate in it (files that end with .pem, .crt, .cer or .der)";
        return Err(wrong(folder, &why).into());
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_certificates_and_says_what_is_wrong() {
        assert!(certificates(None).unwrap().is_empty());
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        let error = || certificates(Some(folder.path())).unwrap_err().to_string();
        assert!(error().contains("there is no certificate in it"), "{}", error());
        put("README", b"what is here");
        put("issuers.PEM", bonafide_specimen::bill::seal::CERTIFICATES.as_bytes());
        assert_eq!(certificates(Some(folder.path())).unwrap().len(), 10);
        put("one.der", b"none");
        assert!(error().contains("one.der: it holds no certificate"), "{}", error());
        let nowhere = folder.path().join("nowhere");
        let error = certificates(Some(&nowhere)).unwrap_err().to_string();
        assert!(error.starts_with("setting `two_d_doc_certificates`: "), "{error}");
    }
}
