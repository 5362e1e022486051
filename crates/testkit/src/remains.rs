//! Whether something of a person is left: in the files of a folder, and in the memory of a process.

use std::{
    collections::BTreeSet,
    fmt::Write,
    fs::{self, File},
    io,
    path::Path,
};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};

/// Bytes of a canary at least: fewer are met by chance.
const LEAST: usize = 8;

/// What nobody else has, in the forms in which it may be met.
#[derive(Default)]
pub struct Canaries {
    all: Vec<(String, Vec<u8>)>,
    /// By the two bytes that one begins with.
    begins: Vec<bool>,
}

impl Canaries {
    /// A text: as it is, in small and in capital letters, as UTF-16, in hexadecimal digits and in base64.
    ///
    /// # Panics
    /// When it is so short that it would be met by chance.
    pub fn text(&mut self, name: &str, text: &str) {
        let mut forms = BTreeSet::from([text.to_owned(), text.to_lowercase(), text.to_uppercase()]);
        forms.extend(text.split(' ').filter(|word| word.len() >= LEAST).map(str::to_lowercase));
        for form in &forms {
            self.bytes(name, form.as_bytes());
        }
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.bytes(&format!("{name} (UTF-16)"), &wide);
        let mut digits = String::new();
        for byte in text.bytes() {
            // Into a string it cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        self.bytes(&format!("{name} (hexadecimal)"), digits.as_bytes());
        // Three bytes are four letters: whatever stands before it, one of three is met.
        for before in 0..3 {
            let encoded = BASE64_STANDARD_NO_PAD.encode([&vec![b' '; before], text.as_bytes()].concat());
            let inner = &encoded[if before == 0 { 0 } else { 4 }..encoded.len() - 4];
            // A shorter one would be met by chance.
            if inner.len() >= LEAST {
                self.bytes(&format!("{name} (base64)"), inner.as_bytes());
            }
        }
    }

    /// Bytes as they are.
    ///
    /// # Panics
    /// When they are so few that they would be met by chance.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        assert!(bytes.len() >= LEAST, "{name} is too short to be searched for");
        self.begins.resize(1 << 16, false);
        self.begins[usize::from(bytes[0]) << 8 | usize::from(bytes[1])] = true;
        self.all.push((name.to_owned(), bytes.to_vec()));
    }

    /// Which of them are there, with what stands around the first of each.
    pub fn search(&self, haystack: &[u8]) -> Vec<String> {
        let mut found: Vec<(&str, usize)> = vec![];
        for at in 0..haystack.len().saturating_sub(LEAST - 1) {
            if !self.begins[usize::from(haystack[at]) << 8 | usize::from(haystack[at + 1])] {
                continue;
            }
            for (name, canary) in &self.all {
                if haystack[at..].starts_with(canary) && found.iter().all(|(other, _)| other != name) {
                    found.push((name, at));
                }
            }
        }
        let around = |(name, at): (&str, usize)| {
            let context = &haystack[at.saturating_sub(48)..haystack.len().min(at + 96)];
            format!("{name}: {:?}", String::from_utf8_lossy(context))
        };
        found.into_iter().map(around).collect()
    }

    /// What of them is in which file.
    ///
    /// # Panics
    /// When the folder holds no file at all: a search of nothing proves nothing.
    pub fn in_folder(&self, folder: &Path) -> Vec<String> {
        let (mut found, mut searched, mut folders) = (vec![], 0, vec![folder.to_owned()]);
        while let Some(folder) = folders.pop() {
            // A running database removes files and folders while we look.
            for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = fs::read(&path) {
                    searched += 1;
                    found.extend(
                        self.search(&bytes).into_iter().map(|what| format!("{}: {what}", path.display())),
                    );
                }
            }
        }
        assert!(searched > 0, "no file to search");
        found
    }

    /// What of them is in the memory of a process of ours: all that it may write to.
    ///
    /// # Errors
    /// When the operating system does not let us look, or the process ended.
    #[cfg(unix)]
    pub fn in_memory(&self, pid: u32) -> io::Result<Vec<String>> {
        use std::os::unix::fs::FileExt;

        /// Read at once, and searched again with what comes after it.
        const PART: usize = 4 << 20;
        let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
        let memory = File::open(format!("/proc/{pid}/mem"))?;
        let longest = self.all.iter().map(|(_, canary)| canary.len()).max().unwrap_or_default();
        let (mut found, mut part, mut searched) = (BTreeSet::new(), vec![0; PART], 0);
        for line in
            maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|may| may.starts_with("rw")))
        {
            let address = |text: &str| u64::from_str_radix(text, 16).map_err(io::Error::other);
            let (start, end) =
                line.split(' ').next().and_then(|range| range.split_once('-')).unwrap_or_default();
            let (mut at, end) = (address(start)?, address(end)?);
            let place = line.split_whitespace().nth(5).unwrap_or("[anonymous]");
            while at < end {
                let most = PART.min(usize::try_from(end - at).unwrap_or(PART));
                // Given back since we read where it is.
                let Ok(read) = memory.read_at(&mut part[..most], at) else { break };
                if read == 0 {
                    break;
                }
                searched += read;
                found.extend(self.search(&part[..read]).into_iter().map(|what| format!("{place}: {what}")));
                let next = if read > longest { read - longest } else { read };
                at += next as u64;
                if read < most || most < PART {
                    break;
                }
            }
        }
        if searched < 1 << 20 {
            return Err(io::Error::other("hardly anything of it could be read"));
        }
        Ok(found.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_form_it_has_it_is_found() {
        let mut canaries = Canaries::default();
        canaries.text("name", "Xochiquetzal Tlaloc");
        let met = |bytes: &[u8]| !canaries.search(&[&[7; 100], bytes, &[7; 100]].concat()).is_empty();
        assert!(met(b"Xochiquetzal Tlaloc") && met(b"XOCHIQUETZAL TLALOC") && met(b"xochiquetzal"));
        assert!(met(&"Xochiquetzal Tlaloc".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()));
        let digits: String = "Xochiquetzal Tlaloc".bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(met(digits.as_bytes()));
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}Xochiquetzal Tlaloc and more");
            assert!(met(BASE64_STANDARD_NO_PAD.encode(text).as_bytes()), "after {before:?}");
        }
        assert!(!met(b"somebody else, who is none of theirs"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn ones_own_memory_is_searched() {
        let secret: String = ["Mictlan", "tecuhtli", "-in-memory"].concat();
        let mut canaries = Canaries::default();
        canaries.bytes("held", secret.as_bytes());
        assert!(!canaries.in_memory(std::process::id()).unwrap().is_empty());
    }
}
