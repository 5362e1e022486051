//! Countries by code.

use std::sync::LazyLock;

use serde::Serialize;

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// ISO 3166-1 alpha-3.
    pub alpha3: &'static str,
    /// In English.
    pub name: &'static str,
}

static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let lines = include_str!("countries.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut parts = line.splitn(3, '|');
            Some(Country { code: parts.next()?, alpha3: parts.next()?, name: parts.next()? })
        })
        .collect()
});

/// The country with this ISO 3166-1 code, alpha-2 or alpha-3.
pub fn country(code: &str) -> Option<Country> {
    ALL.iter().find(|c| c.code.eq_ignore_ascii_case(code) || c.alpha3.eq_ignore_ascii_case(code)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_found_by_either_code() {
        assert_eq!(country("ca").map(|c| c.name), Some("Canada"));
        assert_eq!(country("CAN"), country("CA"));
        assert_eq!(country("ZZ"), None);
        assert_eq!(country(""), None);
        assert!(ALL.len() >= 249);
        assert!(ALL.iter().all(|c| c.code.len() == 2 && c.alpha3.len() == 3 && !c.name.is_empty()));
    }
}
