//! Countries under their many names.

use std::{collections::HashMap, sync::LazyLock};

/// Name, name of the people or code, plain → ISO 3166-1 alpha-3. The list is the one that documents are read with.
static CODES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let text = include_str!("../../checks/src/document/fields/countries.txt");
    let mut codes = HashMap::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let Some((code, names)) = line.split_once('|') else { continue };
        let code = code.trim();
        codes.insert(plain(code), code);
        for name in names.split(['|', ',']).map(plain).filter(|n| !n.is_empty()) {
            codes.entry(name).or_insert(code);
        }
    }
    codes
});

fn plain(text: &str) -> String {
    any_ascii::any_ascii(text)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// The code of a country, where the name is known.
pub fn code(text: &str) -> Option<&'static str> {
    CODES.get(&plain(text)).copied()
}

/// Whether two lists of countries have one in common; `None` where one of them names no known country.
pub(crate) fn agree(ours: &[String], theirs: &[String]) -> Option<bool> {
    let same =
        |a: &String| theirs.iter().any(|b| plain(a) == plain(b) || code(a).is_some() && code(a) == code(b));
    if ours.iter().any(same) {
        return Some(true);
    }
    // A name that is not known may be any country.
    let known = |list: &[String]| !list.is_empty() && list.iter().all(|c| code(c).is_some());
    (known(ours) && known(theirs)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_meet() {
        let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let told = |a: &[&str], b: &[&str]| agree(&list(a), &list(b));
        assert_eq!(told(&["AFG"], &["AFGHANISTAN"]), Some(true));
        assert_eq!(told(&["Albanian"], &["AFGHANISTAN", "Shqipëria"]), Some(true));
        assert_eq!(told(&["AFG"], &["ALBANIA"]), Some(false));
        assert_eq!(told(&["AFG"], &["SOMEWHERE"]), None);
        assert_eq!(told(&["Somewhere"], &["SOMEWHERE"]), Some(true));
        assert_eq!(told(&["AFG"], &[]), None);
    }
}
