//! Arabic names are written in one word and in several, with the article or without: `Abd al-Rahman`, `Abdul Rahman`,
//! `Abderrahmane` are one name, and so are `Nur al-Din` and `Noureddine`. Runs of words that make up one such name are
//! known by it without article and gap.

use std::ops::Range;

use super::token::{Token, TokenKind};

/// The article as it is written, also before the letters that it takes the sound of.
pub(super) fn is_article(word: &str) -> bool {
    matches!(
        word,
        "al" | "el"
            | "ul"
            | "il"
            | "ol"
            | "ar"
            | "er"
            | "ur"
            | "as"
            | "es"
            | "us"
            | "ad"
            | "ed"
            | "ud"
            | "an"
            | "en"
            | "un"
            | "at"
            | "et"
            | "ut"
            | "az"
            | "ez"
            | "uz"
            | "ash"
            | "esh"
            | "ush"
            | "ech"
            | "ach"
            | "l"
    )
}

/// Words that stand for one another between two names.
pub(super) fn same_particle(a: &str, b: &str) -> bool {
    let class = |w: &str| match w {
        _ if is_article(w) => 1,
        "bin" | "ibn" | "ben" | "ould" | "wald" | "uld" => 2,
        "bint" | "binti" | "binte" | "bte" => 3,
        "abu" | "abou" | "abo" | "abi" => 4,
        _ => 0,
    };
    class(a) != 0 && class(a) == class(b)
}

/// `rahman` of `alrahman`, `errahman`, `lah` of `allah`; the word itself where it has no article.
fn bare(word: &str) -> &str {
    let bytes = word.as_bytes();
    let vowel = bytes.first().is_some_and(|c| b"aeiou".contains(c));
    let (second, third) = (bytes.get(1), bytes.get(2));
    let assimilated = second == third && second.is_some_and(|c| b"lrsdntz".contains(c));
    match word.get(2..) {
        Some(rest)
            if vowel && (rest.len() >= 4 && second == Some(&b'l') || rest.len() >= 3 && assimilated) =>
        {
            rest
        }
        _ => word,
    }
}

/// What follows `abd` in one word: `ulrahman`, `errahmane`, `allah`.
fn of_servant(word: &str) -> Option<String> {
    let rest = word.strip_prefix("abd")?;
    let bytes = rest.as_bytes();
    let rest = match bytes {
        [b'a' | b'e' | b'i' | b'o' | b'u', b'l', ..] => rest.get(2..)?,
        [b'a' | b'e' | b'i' | b'o' | b'u', x, y, ..] if x == y => rest.get(2..)?,
        [b'r' | b's' | b'n' | b'k' | b'm' | b'w', ..] => rest,
        _ => return None,
    };
    match rest {
        "la" | "lah" => Some("lah".into()),
        _ if rest.len() >= 3 => Some(rest.to_owned()),
        _ => None,
    }
}

/// `abd` with or without the article behind it.
fn is_servant(word: &str) -> bool {
    match word.strip_prefix("abd") {
        Some("") => true,
        Some(rest) => rest.len() == 2 && is_article(rest) || matches!(rest, "u" | "o" | "ou"),
        None => word == "abed",
    }
}

/// `din`, `dine`, `eddine`, `uddin`, `aldeen`.
fn is_faith(word: &str) -> bool {
    let plain = |w: &str| matches!(w, "din" | "dine" | "deen" | "dinne" | "dien");
    plain(word)
        || word.len() >= 5 && word.is_char_boundary(2) && is_article(&word[..2]) && plain(&word[2..])
        || word.len() >= 4 && word.starts_with(['a', 'e', 'u', 'o', 'i']) && plain(&word[1..])
}

/// `nour` of `noureddine`, `shams` of `shamsuddin`.
fn of_faith(word: &str) -> Option<&str> {
    let stem = ["dine", "deen", "din"].iter().find_map(|end| word.strip_suffix(end))?;
    let stem = stem.strip_suffix(['d', 'l']).unwrap_or(stem);
    let stem = stem.strip_suffix(['a', 'e', 'u', 'o', 'i'])?;
    (stem.len() >= 3).then_some(stem)
}

/// `habib` of `habibullah`, `nasr` of `nasrallah`.
fn of_god(word: &str) -> Option<&str> {
    let stem =
        ["ullah", "allah", "ollah", "ulla", "alla", "olla"].iter().find_map(|end| word.strip_suffix(end))?;
    (stem.len() >= 3 && stem != "abd").then_some(stem)
}

fn is_god(word: &str) -> bool {
    matches!(word, "allah" | "ullah" | "ollah" | "alla" | "ulla" | "lah")
}

/// The runs of words that are one name, each with the word that it is compared as.
pub(super) fn compounds(tokens: &[Token]) -> Vec<(Range<usize>, Token)> {
    let mut out: Vec<(Range<usize>, Token)> = vec![];
    let text = |i: usize| tokens.get(i).map_or("", |t: &Token| t.text.as_str());
    let name = |i: usize| {
        tokens
            .get(i)
            .filter(|t| t.text.len() >= 2 && t.kind != TokenKind::Initial && t.kind != TokenKind::Number)
    };
    for (i, token) in tokens.iter().enumerate() {
        let word = token.text.as_str();
        // Where the name behind the article is.
        let behind =
            |from: usize| if is_article(text(from)) && name(from + 1).is_some() { from + 1 } else { from };
        let mut put = |range: Range<usize>, key: String, parts: &[&Token]| {
            let origin: Option<String> = parts.iter().map(|t| t.origin.as_deref()).collect();
            out.push((range, Token::compound(key, origin)));
        };
        let to = behind(i + 1);
        if is_servant(word)
            && let Some(of) = name(to)
        {
            let stem = if is_god(&of.text) { "lah" } else { bare(&of.text) };
            put(i..to + 1, format!("abd{stem}"), &[token, of]);
        } else if let Some(stem) = of_servant(word) {
            put(i..i + 1, format!("abd{stem}"), &[token]);
        }
        if matches!(word, "abu" | "abou" | "abo" | "abi")
            && let Some(of) = name(to)
        {
            put(i..to + 1, format!("abu{}", bare(&of.text)), &[token, of]);
        } else if let Some(rest) = ["abou", "abu", "abo"].iter().find_map(|p| word.strip_prefix(p))
            && rest.len() >= 4
        {
            put(i..i + 1, format!("abu{}", bare(rest)), &[token]);
        }
        if let Some(faith) = name(to)
            && is_faith(&faith.text)
            && token.kind == TokenKind::Name
        {
            put(i..to + 1, format!("{word}din"), &[token, faith]);
        } else if let Some(stem) = of_faith(word) {
            put(i..i + 1, format!("{stem}din"), &[token]);
        }
        if is_god(text(i + 1)) && token.kind == TokenKind::Name && !is_servant(word) {
            let god = name(i + 1).unwrap_or(token);
            put(i..i + 2, format!("{word}lah"), &[token, god]);
        } else if let Some(stem) = of_god(word) {
            put(i..i + 1, format!("{stem}lah"), &[token]);
        }
        if is_article(word)
            && let Some(of) = name(i + 1)
            && of.kind == TokenKind::Name
        {
            put(i..i + 2, of.text.clone(), &[of]);
        } else if token.kind == TokenKind::Name
            && word.len() >= 6
            && bare(word) != word
            && token.origin.is_none()
        {
            put(i..i + 1, bare(word).to_owned(), &[token]);
        }
    }
    out
}
