//! Pictures and models for the commands that work without a server.

use std::path::Path;

use bonafide_checks::{
    image::{self, Picture},
    models::Models,
};

/// Reads a picture through the same gate as the server's.
pub(crate) fn load(file: &Path) -> Result<Picture, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    Ok(image::decode(&bytes).map_err(|refused| format!("{}: {refused}", file.display()))?)
}

pub(crate) fn models() -> Models {
    bonafide_weights::load(&bonafide_weights::Options::default())
}
