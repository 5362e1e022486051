//! Which known name a misspelt one was meant to be.

/// Longer names are nobody's misspelling, and comparing them would cost.
const LONGEST: usize = 64;

/// The known name within two letters of this one (one letter where it has fewer than four). Letters that changed places
/// count as one; capitals, `_`, `-` and `.` as none, so that `webhookUrl` is near `webhook_url`.
pub fn misspelt<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, known, |letters| if letters < 4 { 1 } else { 2 })
}

/// The known name that is most like this one, where there is one that it could be meant to be: for a message.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_within(name, known, |letters| (letters / 3).max(2))
}

/// What to say of an unknown name: the one that was probably meant, or all that are known.
pub fn instead<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    const TOLD: usize = 40;
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    if let Some(meant) = nearest(name, known.iter().copied()) {
        return format!("did you mean `{meant}`?");
    }
    match known.as_slice() {
        [] => "none is known here".to_owned(),
        _ if known.len() > TOLD => {
            format!("known are {} and {} more", known[..TOLD].join(", "), known.len() - TOLD)
        }
        _ => format!("known are {}", known.join(", ")),
    }
}

fn nearest_within<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    most: impl Fn(usize) -> usize,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let folded = fold(name);
    let distance = |known: &'a str| {
        let letters = fold(known);
        let most = most(letters.len());
        let apart =
            if letters.len().abs_diff(folded.len()) > most { most + 1 } else { edits(&folded, &letters) };
        (apart <= most).then_some((apart, known))
    };
    known.into_iter().filter_map(distance).min().map(|(_, known)| known)
}

fn fold(name: &str) -> Vec<char> {
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, left out, replaced or swapped with the next one.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = vec![];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            if swapped {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 6] = ["session_id", "liveness_mode", "webhook_url", "take", "url", "id"];

    #[test]
    fn within_two_letters_is_misspelt() {
        for (wrong, meant) in [
            ("livenes_mode", "liveness_mode"),
            ("liveness_mdoe", "liveness_mode"),
            ("livness_mod", "liveness_mode"),
            ("webhookUrl", "webhook_url"),
            ("WEBHOOK-URL", "webhook_url"),
            ("sesion_ids", "session_id"),
            ("tkae", "take"),
            ("tak", "take"),
            ("uri", "url"),
        ] {
            assert_eq!(misspelt(wrong, KNOWN), Some(meant), "{wrong}");
        }
        for other in ["customer_reference", "livens_mod", "locale", "u", "", &"session_id".repeat(9)] {
            assert_eq!(misspelt(other, KNOWN), None, "{other}");
        }
    }

    #[test]
    fn the_nearest_of_several_is_meant() {
        assert_eq!(nearest("front_id", ["front_ids", "front_id_", "back_id"]), Some("front_id_"));
        assert_eq!(nearest("mode", ["liveness_mode", "metadata", "node"]), Some("node"));
        assert_eq!(instead("livenes", ["liveness", "other"]), "did you mean `liveness`?");
        assert_eq!(instead("something", ["b", "a", "b"]), "known are a, b");
        assert_eq!(instead("something", []), "none is known here");
    }

    #[test]
    fn edits_are_counted() {
        let of = |a: &str, b: &str| edits(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        for (a, b, expected) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("ab", "ba", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!((of(a, b), of(b, a)), (expected, expected), "{a} {b}");
        }
    }
}
