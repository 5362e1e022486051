//! The similarity of two names, and why.
//!
//! Words are paired one to one, each pair counts by how alike the words are and how rare they are, and what is
//! left over on either side counts against. So a common word cannot carry a match, and a rare one that is missing
//! cannot be overlooked.

use super::{
    token::{Kind, Name, Token, TokenKind, sound},
    word::{self, Likeness, Script},
};

/// One line of the explanation.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Pair {
    /// Words of the query, in normal form; empty where the list's name has more.
    pub query: String,
    /// Words of the list's name; empty where the query has more.
    pub listed: String,
    /// Similarity, 0..1.
    pub similarity: f64,
    /// Its weight in the whole.
    pub weight: f64,
    /// Why; absent where there is no partner.
    pub because: Option<Likeness>,
}

/// The similarity of two names.
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

/// The similarity of a query and a listed name, 0..1, as names of `kind`.
pub fn score(query: &Name, listed: &Name, kind: Kind) -> f64 {
    judge(&query.tokens, &listed.tokens, &align(query, listed, kind), kind)
}

/// The same with its explanation.
pub fn compare(query: &Name, listed: &Name, kind: Kind) -> Comparison {
    let (q, t) = (&query.tokens, &listed.tokens);
    let matches = align(query, listed, kind);
    let score = judge(q, t, &matches, kind);
    let (mut used_q, mut used_t) = (Used::default(), Used::default());
    let sum = |tokens: &[Token]| tokens.iter().map(|t| weigh(t, kind)).sum::<f64>();
    let mut pairs: Vec<Pair> = vec![];
    for m in &matches {
        let (of_q, of_t) = (slice(q, &m.query), slice(t, &m.listed));
        used_q.mark(&m.query);
        used_t.mark(&m.listed);
        pairs.push(Pair {
            query: joined(of_q),
            listed: joined(of_t),
            similarity: m.similarity,
            weight: sum(of_q).max(sum(of_t)),
            because: Some(m.likeness),
        });
    }
    let alone = |text: &str, of_query: bool, weight: f64| {
        let (query, listed) =
            if of_query { (text.to_owned(), String::new()) } else { (String::new(), text.to_owned()) };
        Pair { query, listed, similarity: 0.0, weight, because: None }
    };
    pairs.extend(used_q.rest(q).map(|t| alone(&t.text, true, weigh(t, kind))));
    pairs.extend(used_t.rest(t).map(|t| alone(&t.text, false, weigh(t, kind))));
    Comparison { score, pairs }
}

/// Which words have a partner.
#[derive(Default, Clone, Copy)]
struct Used(u32);

impl Used {
    fn mark(&mut self, range: &std::ops::Range<usize>) {
        range.clone().for_each(|i| self.0 |= 1 << i);
    }

    fn has(self, i: usize) -> bool {
        self.0 >> i & 1 == 1
    }

    fn free(self, range: &std::ops::Range<usize>) -> bool {
        range.clone().all(|i| !self.has(i))
    }

    fn rest(self, tokens: &[Token]) -> impl Iterator<Item = &Token> {
        tokens.iter().enumerate().filter(move |(i, _)| !self.has(*i)).map(|(_, t)| t)
    }
}

fn weigh(token: &Token, kind: Kind) -> f64 {
    weight(token, kind) * (0.45 + 0.55 * f64::from(token.rarity))
}

fn judge(q: &[Token], t: &[Token], matches: &[Match], kind: Kind) -> f64 {
    let sum = |tokens: &[Token]| tokens.iter().map(|t| weigh(t, kind)).sum::<f64>();
    let (mut got_q, mut got_t, mut names) = (0.0, 0.0, 0.0f64);
    let (mut used_q, mut used_t) = (Used::default(), Used::default());
    for m in matches {
        let (of_q, of_t) = (slice(q, &m.query), slice(t, &m.listed));
        got_q += sum(of_q) * m.similarity;
        got_t += sum(of_t) * m.similarity;
        let full = |tokens: &[Token]| tokens.iter().any(|t| t.kind == TokenKind::Name && t.text.len() > 1);
        let stands = kind != Kind::Person || m.likeness != Likeness::Acronym;
        if stands && full(of_q) && full(of_t) {
            names = names.max(m.similarity);
        }
        used_q.mark(&m.query);
        used_t.mark(&m.listed);
    }
    let (left_q, left_t): (Vec<&Token>, Vec<&Token>) = (used_q.rest(q).collect(), used_t.rest(t).collect());
    let (total_q, total_t) = (sum(q).max(1e-9), sum(t).max(1e-9));
    // A word that repeats one that is paired already says nothing new.
    let repeated = |left: &[&Token], all: &[Token], used: Used| -> f64 {
        let paired = |t: &&&Token| all.iter().enumerate().any(|(i, o)| used.has(i) && o.text == t.text);
        left.iter().filter(paired).map(|t| weigh(t, kind)).sum()
    };
    let cover_q = got_q / (total_q - repeated(&left_q, q, used_q)).max(1e-9);
    let cover_t = got_t / (total_t - repeated(&left_t, t, used_t)).max(1e-9);
    let score = match kind {
        Kind::Person => person(cover_q, cover_t, &left_q, &left_t, q, t),
        _ => thing(cover_q, cover_t, &left_q, &left_t),
    };
    // One short word each: a letter makes another name.
    let score = match (q, t) {
        ([a], [b]) if a.text != b.text => score * 0.9,
        _ => score,
    };
    // Initials, particles and common words alone are nobody.
    let whole = only_common(q) && only_common(t) && cover_q.min(cover_t) > 0.99;
    let score = if names >= 0.55 || whole { score } else { score * 0.5 };
    score.clamp(0.0, 1.0)
}

fn slice<'t>(tokens: &'t [Token], range: &std::ops::Range<usize>) -> &'t [Token] {
    tokens.get(range.clone()).unwrap_or_default()
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
    let counts = |tokens: &[&Token]| {
        tokens.iter().filter(|t| matches!(t.kind, TokenKind::Name | TokenKind::Initial)).count()
    };
    let names = |tokens: &[Token]| tokens.iter().filter(|t| t.kind == TokenKind::Name).count();
    let conflict = counts(left_q).min(counts(left_t));
    let mut score = cover_q * (0.62 + 0.38 * cover_t);
    if counts(left_t) == 0 {
        // Documents give all names, lists often two.
        let most =
            if counts(left_q) == 0 { (cover_q + cover_t) / 2.0 } else { cover_t * (0.66 + 0.34 * cover_q) };
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

/// Names of organisations and ships: every distinctive word has to occur on both sides.
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
fn align(query: &Name, listed: &Name, kind: Kind) -> Vec<Match> {
    let script = match (query.foreign, listed.foreign) {
        (false, false) => Script::Vowels,
        (true, true) => Script::Consonants,
        _ => Script::Mixed,
    };
    let (q, t) = (&query.tokens, &listed.tokens);
    let mut candidates: Vec<Candidate> = vec![];
    for (i, a) in q.iter().enumerate() {
        for (j, b) in t.iter().enumerate() {
            let (similarity, likeness) = word::similarity(a, b, script);
            // Chinese characters have one spelling: a letter more or less is another family.
            let other =
                (query.syllables || listed.syllables) && matches!(likeness, Likeness::Typo | Likeness::Sound);
            if similarity > 0.0 && !other {
                candidates.push((similarity, likeness, i..i + 1, j..j + 1));
            }
        }
    }
    joins(q, t, &mut candidates, false);
    joins(t, q, &mut candidates, true);
    compounds(query, listed, script, &mut candidates);
    acronyms(q, t, kind, &mut candidates, false);
    acronyms(t, q, kind, &mut candidates, true);
    let far = |c: &Candidate| c.2.start.abs_diff(c.3.start);
    let size = |c: &Candidate| c.2.len() + c.3.len();
    // Two articles are the same in any name: they wait for the names that they may be part of.
    let particle = |tokens: &[Token], i: &std::ops::Range<usize>| {
        i.len() == 1 && tokens.get(i.start).is_some_and(|t| t.kind == TokenKind::Particle)
    };
    let rank = |c: &Candidate| c.0 - if particle(q, &c.2) && particle(t, &c.3) { 0.5 } else { 0.0 };
    candidates
        .sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(size(b).cmp(&size(a))).then(far(a).cmp(&far(b))));
    let (mut used_q, mut used_t) = (Used::default(), Used::default());
    let mut matches = vec![];
    for (similarity, likeness, query, listed) in candidates {
        if used_q.free(&query) && used_t.free(&listed) {
            used_q.mark(&query);
            used_t.mark(&listed);
            matches.push(Match { query, listed, similarity, likeness });
        }
    }
    // The last word of a query that was cut off by a form's field, when the rest agrees.
    if let Some(cut) = q.last()
        && matches.len() >= 3
        && cut.text.len() >= 2
        && !used_q.has(q.len() - 1)
        && let Some(j) = (0..t.len()).find(|j| !used_t.has(*j))
        && t.get(j).is_some_and(|t| t.text.starts_with(&cut.text))
    {
        let last = q.len() - 1;
        matches.push(Match {
            query: last..last + 1,
            listed: j..j + 1,
            similarity: 0.8,
            likeness: Likeness::Truncated,
        });
    }
    matches
}

type Candidate = (f64, Likeness, std::ops::Range<usize>, std::ops::Range<usize>);

/// Arabic names of several words against each other and against single words, see [`super::arabic`].
fn compounds(query: &Name, listed: &Name, script: Script, candidates: &mut Vec<Candidate>) {
    let mut put = |a: &Token, b: &Token, query: std::ops::Range<usize>, listed: std::ops::Range<usize>| {
        let (similarity, likeness) = word::similarity(a, b, script);
        // What only one side has an article or a second part before has to be the same word.
        let least = if query.len() == listed.len() { 0.6 } else { 0.85 };
        if similarity > least {
            let likeness = if likeness == Likeness::Same { Likeness::Joined } else { likeness };
            candidates.push((similarity, likeness, query, listed));
        }
    };
    for (run, word) in &query.compounds {
        for (other, with) in &listed.compounds {
            put(word, with, run.clone(), other.clone());
        }
        for (j, single) in listed.tokens.iter().enumerate() {
            put(word, single, run.clone(), j..j + 1);
        }
    }
    for (run, word) in &listed.compounds {
        for (i, single) in query.tokens.iter().enumerate() {
            put(single, word, i..i + 1, run.clone());
        }
    }
}

/// One word of `whole` against two to four neighbours in `apart`.
fn joins(whole: &[Token], apart: &[Token], candidates: &mut Vec<Candidate>, swapped: bool) {
    for (i, word) in whole.iter().enumerate() {
        if word.text.len() < 5 || word.kind == TokenKind::LegalForm {
            continue;
        }
        for n in 2..=4 {
            for (j, run) in apart.windows(n).enumerate() {
                // Of two scripts the letters are not to be counted.
                if word.origin.is_some() != run.iter().any(|t| t.origin.is_some()) {
                    let text: String = run.iter().map(|t| t.text.as_str()).collect();
                    let origin: Option<String> = run.iter().map(|t| t.origin.as_deref()).collect();
                    let similarity = match (&word.origin, origin) {
                        (Some(origin), _) => super::script::fits(origin, &text),
                        (None, Some(origin)) => super::script::fits(&origin, &word.text),
                        (None, None) => 0.0,
                    };
                    if similarity > 0.7 {
                        let (one, several) = (i..i + 1, j..j + n);
                        let (query, listed) = if swapped { (several, one) } else { (one, several) };
                        candidates.push((similarity, Likeness::Joined, query, listed));
                    }
                    continue;
                }
                let length: usize = run.iter().map(|t| t.text.len()).sum();
                if length.abs_diff(word.text.len()) > 1 || run.iter().any(|t| t.kind == TokenKind::LegalForm)
                {
                    continue;
                }
                let text: String = run.iter().map(|t| t.text.as_str()).collect();
                let edits = word::edits(&text, &word.text);
                let alike =
                    edits <= usize::from(length >= 8) || edits == 1 && sound(&text, false) == word.sound;
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
        if !fits
            || !initials
            || word.kind == TokenKind::LegalForm
            || word.text.bytes().any(|c| c.is_ascii_digit())
        {
            continue;
        }
        for (j, run) in long.windows(n).enumerate() {
            let mut letters = run.iter().map(|t| t.text.as_bytes().first().copied());
            let spelled = word.text.bytes().all(|c| letters.next().flatten() == Some(c));
            let whole = kind == Kind::Person
                || n + 1 >= long.iter().filter(|t| t.kind != TokenKind::LegalForm).count();
            if spelled && whole && run.iter().all(|t| t.text.len() > 1) {
                let (one, several) = (i..i + 1, j..j + n);
                let (query, listed) = if swapped { (several, one) } else { (one, several) };
                candidates.push((0.78, Likeness::Acronym, query, listed));
            }
        }
    }
}
