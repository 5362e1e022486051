//! The similarity of two words.

use super::{
    arabic, script,
    token::{Token, TokenKind},
};

/// Why two words were taken for the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    Same,
    /// A letter or two differ, as in a typing error.
    Typo,
    /// Spelled differently but sounding alike.
    Sound,
    /// Forms of one given name.
    Nickname,
    /// A letter stands for the name.
    Initial,
    /// One is cut off.
    Truncated,
    /// Written in one word and in several.
    Joined,
    /// The first letters of several words.
    Acronym,
    /// Written backwards.
    Reversed,
}

/// What the two names are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Both with vowels.
    Vowels,
    /// One of them without: its consonants are all there is.
    Mixed,
    /// Both without: each letter counts for more.
    Consonants,
}

/// Edits forgiven in words of this many letters: none in very short ones, where a letter makes another name.
fn forgiven(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=6 => 1,
        7..=10 => 2,
        _ => 3,
    }
}

/// The vowels in their order, each once.
fn vowels(word: &str) -> Vec<u8> {
    let mut vowels: Vec<u8> = word.bytes().filter(|c| b"aeiou".contains(c)).collect();
    vowels.dedup();
    vowels
}

/// The similarity, 0..1, and its reason; 0 means a different word. `rough` spellings were transliterated from another
/// script.
pub(super) fn similarity(a: &Token, b: &Token, script: Script) -> (f64, Likeness) {
    use Likeness as L;
    if a.text == b.text {
        return (1.0, L::Same);
    }
    let rough = script == Script::Mixed;
    if a.kind == TokenKind::Number || b.kind == TokenKind::Number {
        return (0.0, L::Same);
    }
    if a.kind == TokenKind::LegalForm || b.kind == TokenKind::LegalForm {
        return (0.0, L::Same);
    }
    if a.kind == TokenKind::Particle && b.kind == TokenKind::Particle {
        let same = arabic::same_particle(&a.text, &b.text);
        return if same { (0.95, L::Sound) } else { (0.0, L::Same) };
    }
    // Written in two scripts, of which one leaves vowels out.
    match (&a.origin, &b.origin) {
        (Some(word), None) => return (script::fits(word, &b.text), L::Sound),
        (None, Some(word)) => return (script::fits(word, &a.text), L::Sound),
        _ => {}
    }
    let (short, long) = if a.text.len() <= b.text.len() { (a, b) } else { (b, a) };
    if short.kind == TokenKind::Initial {
        let stands = long.text.starts_with(&short.text);
        return if stands { (0.8, L::Initial) } else { (0.0, L::Same) };
    }
    let named = |t: &Token| t.kind == TokenKind::Name;
    if named(a) && named(b) && a.groups.iter().any(|g| b.groups.contains(g)) {
        return (0.86, L::Nickname);
    }
    if a.fold == b.fold && a.fold.len() >= 3 {
        return (0.94, L::Sound);
    }
    // Too far apart for an error, and not alike in sound: no need to count the edits.
    let apart = long.text.len() - short.text.len() > forgiven(long.text.len());
    if apart && a.sound != b.sound && !rough {
        return (0.0, L::Same);
    }
    // One edit changes two letters of the sets at most: too many that only one has, and counting is in vain.
    let strange = (letters(&a.text) ^ letters(&b.text)).count_ones() as usize;
    if strange > 2 * forgiven(long.text.len()) && a.sound != b.sound && !rough {
        return (0.0, L::Same);
    }
    let count = edits(&a.text, &b.text);
    let length = long.text.len() as f64;
    let same_start = a.text.as_bytes().first() == b.text.as_bytes().first();
    let mut best = (0.0, L::Same);
    let counted =
        if script == Script::Consonants { long.text.len().saturating_sub(2) } else { long.text.len() };
    if count <= forgiven(counted) {
        // Errors are rare at the beginning of a word; a word that begins otherwise is mostly another.
        let cost = if same_start { 1.0 } else { 1.4 };
        best = (1.0 - cost * count as f64 / length, L::Typo);
    }
    // The consonants agree: only vowels, doubled or silent letters differ.
    if a.sound == b.sound && !a.sound.is_empty() {
        let spelled = 1.0 - count as f64 / length;
        let sound = match a.sound.len() {
            1 if vowels(&a.text) != vowels(&b.text) => 0.0,
            1 => 0.8,
            _ if rough && a.sound.len() >= 3 => 0.9,
            2 if rough => 0.75,
            // Few consonants, or few letters in common: another word that happens to sound alike.
            2 if spelled < 0.5 || !same_start => 0.0,
            _ if spelled < 0.4 => 0.0,
            2 => 0.45 + 0.55 * spelled,
            _ => (0.6 + 0.4 * spelled).max(0.7),
        };
        if sound > best.0 {
            best = (sound, L::Sound);
        }
    } else if rough && a.sound.len().min(b.sound.len()) >= 4 && edits(&a.sound, &b.sound) == 1 {
        best = (0.75, L::Sound);
    }
    // Antonio and Antonia are two people.
    let ends = |t: &Token| t.text.as_bytes().last().copied();
    let stems =
        a.text.len() == b.text.len() && a.text.get(..a.text.len() - 1) == b.text.get(..b.text.len() - 1);
    if stems && matches!((ends(a), ends(b)), (Some(b'a'), Some(b'o')) | (Some(b'o'), Some(b'a'))) {
        best.0 = best.0.min(0.65);
    }
    if best.0 < 0.6 && short.text.len() >= 5 && short.text.bytes().rev().eq(long.text.bytes()) {
        best = (0.85, L::Reversed);
    }
    if best.0 > 0.55 { best } else { (0.0, L::Same) }
}

/// The letters and digits that a word has, a bit each.
fn letters(word: &str) -> u64 {
    word.bytes().fold(0, |set, c| set | 1 << (c % 64))
}

/// Longest word whose edits are counted; of longer ones the beginning.
const LONGEST: usize = 40;

/// Insertions, deletions, replacements and swaps of neighbours between two ASCII words (optimal string alignment).
/// Hand-made because a search counts the edits of thousands of pairs: rows stay on the stack.
pub(super) fn edits(a: &str, b: &str) -> usize {
    let cut = |s: &str| s.len().min(LONGEST);
    let (mut a, mut b) = (&a.as_bytes()[..cut(a)], &b.as_bytes()[..cut(b)]);
    // What both begin and end with needs no table.
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    while let ([rest_a @ .., x], [rest_b @ .., y]) = (a, b)
        && x == y
    {
        (a, b) = (rest_a, rest_b);
    }
    if a.is_empty() || b.is_empty() {
        return a.len() + b.len();
    }
    let mut rows = [[0u8; LONGEST + 1]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j as u8;
    }
    for i in 1..=a.len() {
        let [mut before, last, mut here] = [rows[(i + 1) % 3], rows[(i + 2) % 3], [0u8; LONGEST + 1]];
        if i == 1 {
            before = last;
        }
        here[0] = i as u8;
        for j in 1..=b.len() {
            let cost = u8::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(here[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            here[j] = best;
        }
        rows[i % 3] = here;
    }
    usize::from(rows[a.len() % 3][b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_of_known_words() {
        for (a, b, n) in
            [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("abcd", "acbd", 1), ("ca", "abc", 3)]
        {
            assert_eq!((edits(a, b), edits(b, a)), (n, n), "{a} {b}");
        }
    }

    proptest::proptest! {
        #[test]
        fn edits_are_those_of_the_library(a in "[a-e]{0,12}", b in "[a-e]{0,12}") {
            proptest::prop_assert_eq!(edits(&a, &b), strsim::osa_distance(&a, &b));
        }
    }
}
