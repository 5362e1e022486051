//! How alike two names are, and why.
//!
//! Words are paired one to one, each pair counts by how alike the words are and how rare they are, and what is
//! left over on either side counts against. So a common word cannot carry a match, and a rare one that is missing
//! cannot be overlooked.

use super::{
    token::{Kind, Name, Token, TokenKind, sound},
    word::{self, Likeness, Script},
};

/// How telling a word is, 0..1: what an index knows about how many names contain it.
pub trait Rarity {
    /// 1 for a word that hardly any name contains, towards 0 for one that thousands do.
    fn of(&self, word: &str) -> f64;
}

/// Every word counts the same: for comparing two names without a list.
pub struct Even;

impl Rarity for Even {
    fn of(&self, _: &str) -> f64 {
        1.0
    }
}

/// One line of the explanation.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Pair {
    /// Words of the query, in normal form; empty where the list's name has more.
    pub query: String,
    /// Words of the list's name; empty where the query has more.
    pub listed: String,
    /// How alike, 0..1.
    pub similarity: f64,
    /// How much it counts.
    pub weight: f64,
    /// Why; absent where there is no partner.
    pub because: Option<Likeness>,
}

/// How alike two names are.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Comparison {
    /// 0..1.
    pub score: f64,
    pub pairs: Vec<Pair>,
}

/// Words that were paired.
struct Match {
    query: std::ops::Range<usize>,
    listed: std::ops::Range<usize>,
    similarity: f64,
    likeness: Likeness,
}

/// Compares a query with a name of a list, as names of `kind`.
pub fn compare(query: &Name, listed: &Name, kind: Kind, rarity: &dyn Rarity) -> Comparison {
    let script = match (query.foreign, listed.foreign) {
        (false, false) => Script::Vowels,
        (true, true) => Script::Consonants,
        _ => Script::Mixed,
    };
    let (q, t) = (&query.tokens, &listed.tokens);
    let matches = align(q, t, script, kind);
    let weigh = |token: &Token| weight(token, kind) * (0.45 + 0.55 * rarity.of(&token.text));
    let sum = |tokens: &[Token]| tokens.iter().map(weigh).sum::<f64>();
    let mut pairs: Vec<Pair> = vec![];
    let (mut got_q, mut got_t, mut names) = (0.0, 0.0, 0.0f64);
    let (mut used_q, mut used_t) = (vec![false; q.len()], vec![false; t.len()]);
    for m in &matches {
        let (of_q, of_t) = (slice(q, &m.query), slice(t, &m.listed));
        let (wq, wt) = (sum(of_q), sum(of_t));
        got_q += wq * m.similarity;
        got_t += wt * m.similarity;
        let full = |tokens: &[Token]| tokens.iter().any(|t| t.kind == TokenKind::Name && t.text.len() > 1);
        let stands = kind != Kind::Person || m.likeness != Likeness::Acronym;
        if stands && full(of_q) && full(of_t) {
            names = names.max(m.similarity);
        }
        m.query.clone().for_each(|i| mark(&mut used_q, i));
        m.listed.clone().for_each(|i| mark(&mut used_t, i));
        pairs.push(Pair {
            query: joined(of_q),
            listed: joined(of_t),
            similarity: m.similarity,
            weight: wq.max(wt),
            because: Some(m.likeness),
        });
    }
    let (left_q, left_t) = (rest(q, &used_q), rest(t, &used_t));
    let alone = |token: &Token, of_query: bool| {
        let (query, listed) = if of_query { (token.text.clone(), String::new()) } else { (String::new(), token.text.clone()) };
        Pair { query, listed, similarity: 0.0, weight: weigh(token), because: None }
    };
    pairs.extend(left_q.iter().map(|t| alone(t, true)));
    pairs.extend(left_t.iter().map(|t| alone(t, false)));
    let (total_q, total_t) = (sum(q).max(1e-9), sum(t).max(1e-9));
    // A word that repeats one that is paired already says nothing new.
    let repeated = |left: &[&Token], all: &[Token], used: &[bool]| -> f64 {
        let paired = |t: &&&Token| all.iter().zip(used).any(|(o, u)| *u && o.text == t.text);
        left.iter().filter(paired).map(|t| weigh(t)).sum()
    };
    let cover_q = got_q / (total_q - repeated(&left_q, q, &used_q)).max(1e-9);
    let cover_t = got_t / (total_t - repeated(&left_t, t, &used_t)).max(1e-9);
    let score = match kind {
        Kind::Person => person(cover_q, cover_t, &left_q, &left_t, q, t),
        _ => thing(cover_q, cover_t, &left_q, &left_t),
    };
    // One short word each: a letter makes another name.
    let score = match (&q[..], &t[..]) {
        ([a], [b]) if a.text != b.text => score * 0.9,
        _ => score,
    };
    // Initials, particles and common words alone are nobody.
    let score = if names >= 0.55 || only_common(q) && only_common(t) && cover_q.min(cover_t) > 0.99 { score } else { score * 0.5 };
    Comparison { score: score.clamp(0.0, 1.0), pairs }
}

fn slice<'t>(tokens: &'t [Token], range: &std::ops::Range<usize>) -> &'t [Token] {
    tokens.get(range.clone()).unwrap_or_default()
}

fn mark(used: &mut [bool], i: usize) {
    if let Some(u) = used.get_mut(i) {
        *u = true;
    }
}

fn rest<'t>(tokens: &'t [Token], used: &[bool]) -> Vec<&'t Token> {
    tokens.iter().zip(used).filter(|(_, used)| !**used).map(|(t, _)| t).collect()
}

fn joined(tokens: &[Token]) -> String {
    tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn only_common(tokens: &[Token]) -> bool {
    tokens.iter().all(|t| t.kind != TokenKind::Name)
}

fn weight(token: &Token, kind: Kind) -> f64 {
    match (token.kind, kind) {
        (TokenKind::Name, _) => 1.0,
        (TokenKind::Initial, _) => 0.4,
        (TokenKind::Particle, _) => 0.15,
        (TokenKind::Common, _) => 0.4,
        (TokenKind::LegalForm, _) => 0.12,
        (TokenKind::Number, Kind::Organization) => 0.6,
        (TokenKind::Number, _) => 0.25,
    }
}

/// Both sides may have names that the other leaves out, the list's more often than the query's; but when both have
/// some, these are different people.
fn person(cover_q: f64, cover_t: f64, left_q: &[&Token], left_t: &[&Token], q: &[Token], t: &[Token]) -> f64 {
    let counts = |tokens: &[&Token]| tokens.iter().filter(|t| matches!(t.kind, TokenKind::Name | TokenKind::Initial)).count();
    let names = |tokens: &[Token]| tokens.iter().filter(|t| t.kind == TokenKind::Name).count();
    let conflict = counts(left_q).min(counts(left_t));
    let mut score = cover_q * (0.62 + 0.38 * cover_t);
    if counts(left_t) == 0 {
        // Documents give all names, lists often two.
        let most = if counts(left_q) == 0 { (cover_q + cover_t) / 2.0 } else { cover_t * (0.66 + 0.34 * cover_q) };
        if names(t) > 1 || counts(left_q) == 0 {
            score = score.max(most);
        }
    }
    score *= 1.0 - 0.12 * conflict.min(2) as f64;
    // One word of several: many people bear it.
    if names(q).min(names(t)) == 1 && names(q).max(names(t)) > 1 {
        score *= 0.97;
    }
    score
}

/// Names of organisations and ships: every telling word has to be there on both sides.
fn thing(cover_q: f64, cover_t: f64, left_q: &[&Token], left_t: &[&Token]) -> f64 {
    let mut score = (cover_q * cover_t).sqrt();
    let forms = |tokens: &[&Token]| tokens.iter().filter(|t| t.kind == TokenKind::LegalForm).count();
    if forms(left_q) > 0 && forms(left_t) > 0 {
        score *= 0.94;
    }
    let says = |tokens: &[&Token]| {
        tokens.iter().any(|t| matches!(t.kind, TokenKind::Name | TokenKind::Common | TokenKind::Number))
    };
    if says(left_q) && says(left_t) {
        score *= 0.9;
    }
    score
}

/// Pairs words: single ones first by likeness, then words of one side that are several on the other.
fn align(q: &[Token], t: &[Token], script: Script, kind: Kind) -> Vec<Match> {
    let mut candidates: Vec<(f64, Likeness, std::ops::Range<usize>, std::ops::Range<usize>)> = vec![];
    for (i, a) in q.iter().enumerate() {
        for (j, b) in t.iter().enumerate() {
            let (similarity, likeness) = word::similarity(a, b, script);
            if similarity > 0.0 {
                candidates.push((similarity, likeness, i..i + 1, j..j + 1));
            }
        }
    }
    joins(q, t, &mut candidates, false);
    joins(t, q, &mut candidates, true);
    acronyms(q, t, kind, &mut candidates, false);
    acronyms(t, q, kind, &mut candidates, true);
    let far = |c: &(f64, Likeness, std::ops::Range<usize>, std::ops::Range<usize>)| c.2.start.abs_diff(c.3.start);
    let size = |c: &(f64, Likeness, std::ops::Range<usize>, std::ops::Range<usize>)| c.2.len() + c.3.len();
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(size(b).cmp(&size(a))).then(far(a).cmp(&far(b))));
    let (mut used_q, mut used_t) = (vec![false; q.len()], vec![false; t.len()]);
    let free = |used: &[bool], range: &std::ops::Range<usize>| {
        used.get(range.clone()).is_some_and(|u| u.iter().all(|u| !u))
    };
    let mut matches = vec![];
    for (similarity, likeness, query, listed) in candidates {
        if free(&used_q, &query) && free(&used_t, &listed) {
            query.clone().for_each(|i| mark(&mut used_q, i));
            listed.clone().for_each(|i| mark(&mut used_t, i));
            matches.push(Match { query, listed, similarity, likeness });
        }
    }
    // The last word of a query that was cut off by a form's field, when the rest agrees.
    if let (Some(last), [.., cut]) = (used_q.iter().rposition(|u| !u), q)
        && last + 1 == q.len()
        && matches.len() >= 3
        && cut.text.len() >= 2
        && let Some(j) = used_t.iter().position(|u| !u)
        && t.get(j).is_some_and(|t| t.text.starts_with(&cut.text))
    {
        matches.push(Match { query: last..last + 1, listed: j..j + 1, similarity: 0.8, likeness: Likeness::Truncated });
    }
    matches
}

type Candidate = (f64, Likeness, std::ops::Range<usize>, std::ops::Range<usize>);

/// One word of `whole` against two to four neighbours in `apart`.
fn joins(whole: &[Token], apart: &[Token], candidates: &mut Vec<Candidate>, swapped: bool) {
    for (i, word) in whole.iter().enumerate() {
        if word.text.len() < 5 || word.kind == TokenKind::LegalForm {
            continue;
        }
        for n in 2..=4 {
            for (j, run) in apart.windows(n).enumerate() {
                let length: usize = run.iter().map(|t| t.text.len()).sum();
                if length.abs_diff(word.text.len()) > 1 || run.iter().any(|t| t.kind == TokenKind::LegalForm) {
                    continue;
                }
                let text: String = run.iter().map(|t| t.text.as_str()).collect();
                let edits = strsim::osa_distance(&text, &word.text);
                let alike = edits <= usize::from(length >= 8) || edits == 1 && sound(&text, false) == word.sound;
                if !alike {
                    continue;
                }
                let similarity = 0.97 - edits as f64 / length as f64;
                let (one, several) = (i..i + 1, j..j + n);
                let (query, listed) = if swapped { (several, one) } else { (one, several) };
                candidates.push((similarity, Likeness::Joined, query, listed));
            }
        }
    }
}

/// `PLA` against the first letters of all words of an organisation's name; `JC` against two given names.
fn acronyms(short: &[Token], long: &[Token], kind: Kind, candidates: &mut Vec<Candidate>, swapped: bool) {
    for (i, word) in short.iter().enumerate() {
        let n = word.text.len();
        let fits = match kind {
            Kind::Person => n == 2,
            _ => (3..=6).contains(&n),
        };
        // Two letters with a vowel are rather a short name than initials.
        let initials = kind != Kind::Person || !word.text.bytes().any(|c| b"aeiouy".contains(&c));
        if !fits || !initials || word.kind == TokenKind::LegalForm || word.text.bytes().any(|c| c.is_ascii_digit()) {
            continue;
        }
        for (j, run) in long.windows(n).enumerate() {
            let mut letters = run.iter().map(|t| t.text.as_bytes().first().copied());
            let spelled = word.text.bytes().all(|c| letters.next().flatten() == Some(c));
            let whole = kind == Kind::Person || n + 1 >= long.iter().filter(|t| t.kind != TokenKind::LegalForm).count();
            if spelled && whole && run.iter().all(|t| t.text.len() > 1) {
                let (one, several) = (i..i + 1, j..j + n);
                let (query, listed) = if swapped { (several, one) } else { (one, several) };
                candidates.push((0.78, Likeness::Acronym, query, listed));
            }
        }
    }
}
