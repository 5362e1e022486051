//! The files of places, loaded like weights: only with their pinned hash.

use std::{io, path::Path};

use bonafide_places::{Part, Places};

use crate::{hash, manifest::manifest};

/// The installed places; IP addresses by the operator's own MaxMind DB of cities where one is given. Parts that are
/// missing or altered answer nothing.
pub fn places(own_ip: Option<&Path>) -> Places {
    let (folder, own_ip) = (crate::folder(), own_ip.map(Path::to_owned));
    Places::new(move |part| match (&own_ip, part) {
        (Some(file), Part::Ipv4) => {
            std::fs::read(file).map_err(|error| format!("{} could not be read: {error}", file.display()))
        }
        (Some(file), Part::Ipv6) => Err(format!("{} holds IPv4 addresses only", file.display())),
        _ => installed(folder.as_ref().map_err(ToString::to_string)?, part),
    })
}

fn installed(folder: &Path, part: Part) -> Result<Vec<u8>, String> {
    let entry = manifest().files.iter().find(|entry| entry.places == Some(part));
    let entry = entry.ok_or_else(|| "it is not in the manifest".to_owned())?;
    let remedy = "run `bonafide models fetch`";
    let bytes = std::fs::read(folder.join(&entry.file)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{} is not installed; {remedy}", entry.file),
        _ => format!("{} could not be read: {error}", entry.file),
    })?;
    if hash::of_bytes(&bytes) == entry.sha256 {
        Ok(bytes)
    } else {
        Err(format!("{} is not the file the manifest names (its hash differs); {remedy}", entry.file))
    }
}

/// What has to be shown where results of the installed files are, one sentence each.
pub fn attributions() -> Vec<String> {
    let mut notices: Vec<String> = manifest()
        .for_this_machine()
        .filter_map(|entry| Some(format!("{}, {}", entry.attribution.as_ref()?, entry.licence)))
        .collect();
    notices.dedup();
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_another_hash_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let entry = manifest().files.iter().find(|entry| entry.places == Some(Part::Names)).unwrap();
        assert!(installed(folder.path(), Part::Names).unwrap_err().contains("bonafide models fetch"));
        std::fs::write(folder.path().join(&entry.file), "0\t0\tXX\t\t\tNowhere\n").unwrap();
        assert!(installed(folder.path(), Part::Names).unwrap_err().contains("its hash differs"));
    }

    /// The files are optional, so their absence is no failure.
    #[test]
    fn the_installed_files_answer() {
        let places = places(None);
        if places.unavailable().is_empty() {
            for address in ["185.60.216.35", "2a03:2880:f003:c07:face:b00c::2"] {
                let place = places.ip(address.parse().unwrap()).unwrap();
                assert!(place.latitude.is_some() && place.longitude.is_some(), "{address}");
            }
            let place = places.near(48.8584, 2.2945).unwrap();
            assert_eq!((place.country.code, place.admin_area.as_deref()), ("FR", Some("Île-de-France")));
        }
    }

    #[test]
    fn attribution_is_told_once() {
        let notices = attributions();
        assert_eq!(notices.len(), 2, "{notices:?}");
        assert!(notices.iter().all(|n| n.contains("https://") && n.ends_with("CC-BY-4.0")));
    }
}
