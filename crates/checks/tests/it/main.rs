//! Checks with the installed weights: always on the sample person and on drawn specimens, and on real pictures where
//! those are (the ignored tests, see CONTRIBUTING.md). Modules mirror `src`.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod document {
    mod read;
}
mod face;
mod liveness {
    mod active;
    mod passive;
}

mod source;

use bonafide_checks::image::{Picture, decode};
use bonafide_testkit::data;

/// A picture of the real test data.
fn real(path: &str) -> Picture {
    open(&data::test_data(path))
}

/// A picture of the sample person, or `other.jpg` of somebody else.
fn sample(name: &str) -> Picture {
    open(&data::sample(name))
}

fn open(file: &std::path::Path) -> Picture {
    let bytes = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    decode(&bytes).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}
