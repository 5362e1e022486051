//! Codes of issuing states and organisations, and of nationality, as a zone holds them.

/// Whether a code (without filler) names a state, organisation or status.
pub fn is_issuer(code: &str) -> bool {
    bonafide_core::country::is_known(code)
}

/// The code as the product reports it: fillers gone and Germany's `D` as `DEU`; `None` when empty.
pub fn country(field: &str) -> Option<String> {
    match field.trim_matches('<') {
        "" => None,
        "D" => Some("DEU".into()),
        code => Some(code.replace('<', "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(country("D<<").as_deref(), Some("DEU"));
        assert_eq!(country("<<<"), None);
        assert!(["UNO", "XOM", "D", "FRA", "RKS"].iter().all(|c| is_issuer(c)));
        assert!(!is_issuer("FRB"));
    }
}
