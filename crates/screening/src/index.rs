//! All entries of all lists in memory, and the search among them.
//!
//! A search gathers the names that share a word with the query (the same, one letter away, sounding alike, or
//! written together), the rarest words first, and compares only those word by word.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    country,
    entry::{Birth, Entry, Gender, Quality, plain_number},
    multimap::{Multimap, hash},
    names::{self, Comparison, Kind, Name, Pair, TokenKind, compare, nickname_groups},
};

/// From this score on a name is a possible hit, unless the operator sets another.
pub const THRESHOLD: f64 = 0.8;
/// Most names that are compared word by word in one search.
const MAX_COMPARED: usize = 160;
/// A word that more names than this contain cannot bring candidates by itself, only with others.
const MANY: usize = 4000;

/// A query. Only the name decides what is found; the other fields affect the order of hits.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub name: String,
    pub kind: Option<Kind>,
    pub birth: Option<Birth>,
    /// Names of countries, or ISO 3166-1 alpha-3 codes.
    pub countries: Vec<String>,
    pub gender: Option<Gender>,
    pub numbers: Vec<String>,
}

/// One entry similar to the query.
#[derive(Debug, Clone, Serialize)]
pub struct Hit {
    pub list: String,
    pub id: String,
    pub kind: Kind,
    /// The listed name most similar to the query, and how reliable the publisher says it is.
    pub name: String,
    pub quality: Quality,
    /// The entry's main name.
    pub main: String,
    /// 0..1: similarity of the names alone. This is what the threshold applies to.
    pub score: f64,
    /// 0..1: rank among the hits, which also takes birth date, country, gender and numbers into account.
    pub rank: f64,
    /// An estimate of the score that the US Treasury's own search gives these names, 0 to 100. For information only.
    pub ofac_score: u8,
    /// Word by word.
    pub pairs: Vec<Pair>,
    /// What else agrees or differs.
    pub facts: Vec<Fact>,
    pub programs: Vec<String>,
    /// Hash of the entry's content: it changes when the entry does.
    pub entry_sha256: String,
}

/// Something beside the name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    pub what: &'static str,
    /// Whether it agrees; `None` where one side does not say.
    pub agrees: Option<bool>,
}

struct Listed {
    entry: u32,
    quality: Quality,
    text: Box<str>,
    name: Name,
}

/// A list in the index.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: String,
    pub entries: usize,
    pub names: usize,
}

/// Built once, searched from any thread.
#[derive(Default)]
pub struct Index {
    sources: Vec<Source>,
    entries: Vec<(u16, Entry)>,
    names: Vec<Listed>,
    /// Each word has a number.
    words: HashMap<Box<str>, u32>,
    /// The names that contain each word, one word after the other.
    postings: Vec<u32>,
    /// Where the names of each word begin, and the end.
    starts: Vec<u32>,
    /// Word with a letter left out → words.
    near: Multimap,
    /// Sound → words.
    sounds: Multimap,
    /// Group of given names → words.
    groups: HashMap<u16, Vec<u32>>,
    /// Numbers of passports and the like → entries.
    numbers: HashMap<String, Vec<u32>>,
}

/// How distinctive a word is, given how many names contain it: 1 for a few names, 0 from a thousand on.
fn rarity(names: usize) -> f32 {
    (1.0 - ((names as f32).max(3.0) / 3.0).log10() / 2.6).clamp(0.0, 1.0)
}

impl Index {
    /// Builds the index of some lists.
    pub fn new(lists: impl IntoIterator<Item = (String, Vec<Entry>)>) -> Self {
        let mut index = Self::default();
        for (list, entries) in lists {
            index.add(&list, entries);
        }
        index.take_apart();
        index.link();
        let mut names = std::mem::take(&mut index.names);
        names.iter_mut().for_each(|n| index.weigh(&mut n.name));
        index.names = names;
        index
    }

    /// Records how distinctive each word is.
    fn weigh(&self, name: &mut Name) {
        for token in &mut name.tokens {
            let names = self.words.get(token.text.as_str()).map_or(0, |word| self.names_with(*word).len());
            token.rarity = rarity(names);
        }
    }

    fn add(&mut self, list: &str, entries: Vec<Entry>) {
        let source = u16::try_from(self.sources.len()).unwrap_or(u16::MAX);
        let before = self.names.len();
        let count = entries.len();
        for entry in entries {
            let at = self.entries.len() as u32;
            for number in &entry.numbers {
                self.numbers.entry(number.clone()).or_default().push(at);
            }
            for listed in &entry.names {
                for text in alternatives(&listed.text, entry.kind) {
                    let name = Name::nothing();
                    self.names.push(Listed { entry: at, quality: listed.quality, text: text.into(), name });
                }
            }
            self.entries.push((source, entry));
        }
        let names = self.names.len() - before;
        self.sources.push(Source { name: list.to_owned(), entries: count, names });
    }

    /// Takes the names apart, on every processor.
    fn take_apart(&mut self) {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
        let size = (self.names.len() / threads + 1).max(1000);
        let entries = &self.entries;
        let more: Vec<Listed> = std::thread::scope(|scope| {
            let work = |part: &mut [Listed]| {
                let mut more = vec![];
                for listed in part {
                    let kind = entries.get(listed.entry as usize).map_or(Kind::Unknown, |(_, e)| e.kind);
                    let mut readings = Name::all(&listed.text, kind).into_iter();
                    listed.name = readings.next().unwrap_or_else(Name::nothing);
                    // A name that can be read in several ways is listed under each.
                    more.extend(readings.map(|name| Listed { name, text: listed.text.clone(), ..*listed }));
                }
                more
            };
            let parts: Vec<_> =
                self.names.chunks_mut(size).map(|part| scope.spawn(move || work(part))).collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
        });
        self.names.extend(more);
    }

    /// Numbers the words and notes which names contain them and which words are like them.
    fn link(&mut self) {
        let mut pairs: Vec<(u32, u32)> = vec![];
        let (mut near, mut sounds) = (vec![], vec![]);
        for (at, listed) in (0u32..).zip(&self.names) {
            for key in keys(&listed.name) {
                let next = self.words.len() as u32;
                if let Some(word) = self.words.get(key.as_str()) {
                    pairs.push((*word, at));
                    continue;
                }
                pairs.push((next, at));
                near.extend(deletions(&key).into_iter().chain(folded(&key)).map(|hash| (hash, next)));
                sounds.extend(sound_of(&key).map(|hash| (hash, next)));
                for group in nickname_groups(&key) {
                    self.groups.entry(*group).or_default().push(next);
                }
                self.words.insert(key.into(), next);
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        self.starts = vec![0; self.words.len() + 1];
        for (word, _) in &pairs {
            if let Some(count) = self.starts.get_mut(*word as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        self.postings = pairs.into_iter().map(|(_, name)| name).collect();
        (self.near, self.sounds) = (Multimap::new(near), Multimap::new(sounds));
    }

    /// The names that contain a word.
    fn names_with(&self, word: u32) -> &[u32] {
        let at = |i: usize| self.starts.get(i).map_or(0, |s| *s as usize);
        self.postings.get(at(word as usize)..at(word as usize + 1)).unwrap_or_default()
    }

    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The entries whose names reach `threshold` in similarity to the query, best first.
    pub fn search(&self, query: &Query, threshold: f64, limit: usize) -> Vec<Hit> {
        let kinds: &[Kind] = match query.kind {
            Some(Kind::Person) => &[Kind::Person],
            Some(Kind::Unknown) | None => &[Kind::Person, Kind::Organization],
            Some(_) => &[Kind::Organization],
        };
        let mut best: HashMap<u32, (f64, u32, usize)> = HashMap::new();
        let mut asked = vec![];
        for kind in kinds {
            for mut name in Name::all(&query.name, *kind) {
                self.weigh(&mut name);
                let k = asked.len();
                for at in self.candidates(&name) {
                    let Some(listed) = self.names.get(at as usize) else { continue };
                    let Some((_, entry)) = self.entries.get(listed.entry as usize) else { continue };
                    let wanted = query.kind.unwrap_or(Kind::Unknown);
                    let fits = (entry.kind == Kind::Person) == (*kind == Kind::Person)
                        || entry.kind == Kind::Unknown;
                    if !entry.kind.may_be(wanted) || !fits {
                        continue;
                    }
                    let mut score = names::score(&name, &listed.name, *kind);
                    if listed.quality == Quality::Weak {
                        score *= weak(&listed.name);
                    }
                    // What cannot be compared with the threshold is left out by nobody.
                    let below = score < threshold;
                    if !below && best.get(&listed.entry).is_none_or(|(before, ..)| *before < score) {
                        best.insert(listed.entry, (score, at, k));
                    }
                }
                asked.push((name, *kind));
            }
        }
        let by_number = query.numbers.iter().filter_map(|n| self.numbers.get(&plain_number(n))).flatten();
        let sure: Vec<u32> = by_number.copied().collect();
        let mut hits: Vec<(u32, Hit)> = best
            .into_iter()
            .filter_map(|(entry, (score, at, k))| {
                let (name, kind) = asked.get(k)?;
                let pairs = compare(name, &self.names.get(at as usize)?.name, *kind).pairs;
                Some((entry, self.hit(query, entry, at, Comparison { score, pairs }, &sure)?))
            })
            .collect();
        hits.sort_by(|(_, a), (_, b)| {
            b.rank.total_cmp(&a.rank).then(b.score.total_cmp(&a.score)).then(a.id.cmp(&b.id))
        });
        hits.truncate(limit);
        // Hashed only for what is shown.
        let with_hash = |(entry, hit): (u32, Hit)| {
            let entry_sha256 = self.entries.get(entry as usize).map(|(_, e)| e.sha256()).unwrap_or_default();
            Hit { entry_sha256, ..hit }
        };
        hits.into_iter().map(with_hash).collect()
    }

    fn hit(&self, query: &Query, entry: u32, at: u32, comparison: Comparison, sure: &[u32]) -> Option<Hit> {
        let (source, listed) = self.entries.get(entry as usize)?;
        let name = self.names.get(at as usize)?;
        let facts = facts(query, listed, sure.contains(&entry));
        let score = comparison.score;
        // Two hits of one name differ by what else is known: it moves the order, never the score.
        let moved: f64 = facts
            .iter()
            .map(|f| match (f.what, f.agrees) {
                ("number", Some(true)) => 0.3,
                ("birth_date", Some(true)) => 0.1,
                ("birth_date", Some(false)) => -0.15,
                ("country", Some(true)) => 0.04,
                ("country", Some(false)) => -0.04,
                ("gender", Some(false)) => -0.08,
                _ => 0.0,
            })
            .sum();
        let main_first = if name.quality == Quality::Main { 0.01 } else { 0.0 };
        Some(Hit {
            list: self.sources.get(usize::from(*source))?.name.clone(),
            id: listed.id.clone(),
            kind: listed.kind,
            name: name.text.to_string(),
            quality: name.quality,
            main: listed.names.first().map(|n| n.text.clone()).unwrap_or_default(),
            score,
            rank: (0.6 * score + 0.25 + moved + main_first).clamp(0.0, 1.0),
            ofac_score: names::ofac::ofac_score(&query.name, &name.text),
            pairs: comparison.pairs,
            facts,
            programs: listed.programs.clone(),
            entry_sha256: String::new(),
        })
    }

    /// Candidate names: those that share the rarest words, shorter names first.
    fn candidates(&self, query: &Name) -> Vec<u32> {
        let mut words: Vec<(f32, Vec<&[u32]>)> = keys(query)
            .iter()
            .map(|word| {
                let found = self.like(word);
                let names: usize = found.iter().map(|names| names.len()).sum();
                (1.0 / (1.0 + (names as f32).ln_1p()), found)
            })
            .collect();
        words.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut shared = vec![0.0f32; self.names.len()];
        let mut touched: Vec<u32> = vec![];
        for (i, (weight, found)) in words.iter().enumerate() {
            for names in found {
                // A frequent word only adds to what rarer ones brought.
                let only_adds = names.len() > MANY && i > 0;
                for name in *names {
                    let Some(sum) = shared.get_mut(*name as usize) else { continue };
                    if *sum == 0.0 {
                        if only_adds {
                            continue;
                        }
                        touched.push(*name);
                    }
                    *sum += weight;
                }
            }
        }
        if touched.len() > MAX_COMPARED {
            let length = |n: u32| self.names.get(n as usize).map_or(0, |l| l.name.tokens.len());
            let key = |n: &u32| shared.get(*n as usize).copied().unwrap_or(0.0) - 0.01 * length(*n) as f32;
            touched.select_nth_unstable_by(MAX_COMPARED, |a, b| key(b).total_cmp(&key(a)));
            touched.truncate(MAX_COMPARED);
        }
        touched
    }

    /// The names that contain a word similar to this one, for each such word of the lists.
    fn like(&self, word: &str) -> Vec<&[u32]> {
        let mut ids: Vec<u32> = self.words.get(word).copied().into_iter().collect();
        ids.extend(deletions(word).into_iter().chain(folded(word)).flat_map(|hash| self.near.get(hash)));
        ids.extend(sound_of(word).into_iter().flat_map(|hash| self.sounds.get(hash)));
        for group in nickname_groups(word) {
            ids.extend(self.groups.get(group).into_iter().flatten());
        }
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| self.names_with(id)).collect()
    }
}

/// A weak alias of a single word says little: only an exact match counts, and with a lower score.
fn weak(name: &Name) -> f64 {
    if name.tokens.len() <= 1 { 0.8 } else { 0.95 }
}

/// `Al-Qa'ida/Islamic Army` are two names of one organisation.
fn alternatives(text: &str, kind: Kind) -> Vec<&str> {
    let parts: Vec<&str> = text.split('/').map(str::trim).filter(|p| p.chars().count() > 3).collect();
    if kind != Kind::Person && parts.len() > 1 { [vec![text], parts].concat() } else { vec![text] }
}

/// The similarity of a query and one listed name, as [`Index::search`] computes it.
pub fn compare_texts(query: &str, listed: &str, kind: Kind) -> Comparison {
    let listed: Vec<Name> =
        alternatives(listed, kind).into_iter().flat_map(|text| Name::all(text, kind)).collect();
    let query = Name::all(query, kind);
    let all = query.iter().flat_map(|q| listed.iter().map(move |l| compare(q, l, kind)));
    all.reduce(|a, b| if b.score > a.score { b } else { a })
        .unwrap_or(Comparison { score: 0.0, pairs: vec![] })
}

/// Words that a name is found by: its own, two neighbours as one, and the first letters of all.
fn keys(name: &Name) -> Vec<String> {
    let telling: Vec<&str> = name
        .tokens
        .iter()
        .filter(|t| !matches!(t.kind, TokenKind::LegalForm | TokenKind::Initial))
        .map(|t| t.text.as_str())
        .collect();
    let mut keys: Vec<String> = name
        .tokens
        .iter()
        .filter(|t| matches!(t.kind, TokenKind::Name | TokenKind::Common | TokenKind::Number))
        .map(|t| t.text.clone())
        .collect();
    keys.extend(telling.windows(2).map(<[&str]>::concat).filter(|k| k.len() >= 5));
    if telling.len() == 3 {
        keys.push(telling.concat());
    }
    if (3..=6).contains(&telling.len()) {
        keys.push(telling.iter().filter_map(|w| w.chars().next()).collect());
    }
    keys.extend(name.compounds().filter(|k| k.len() >= 4).map(str::to_owned));
    if keys.is_empty() {
        keys.extend(name.tokens.iter().map(|t| t.text.clone()));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The word and the word with each letter left out, hashed: two words one edit apart share one.
fn deletions(word: &str) -> Vec<u32> {
    let bytes = word.as_bytes();
    let mut out = vec![hash(bytes.iter())];
    if bytes.len() >= 4 {
        for i in 0..bytes.len() {
            out.push(hash(bytes.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| b)));
        }
    }
    out.dedup();
    out
}

/// The word as [`names::fold`] has it, hashed; `None` for two letters, which would match too much.
fn folded(word: &str) -> Option<u32> {
    let fold = names::fold(word);
    // Another one than that of a word of the same letters that lost one.
    (fold.len() >= 3).then(|| hash(b"=".iter().chain(fold.as_bytes())))
}

/// The sound of a word, hashed; `None` for a single consonant, which would match too much.
fn sound_of(word: &str) -> Option<u32> {
    let sound = crate::names::sound(word);
    (sound.len() >= 2).then(|| hash(sound.as_bytes().iter()))
}

fn facts(query: &Query, entry: &Entry, number: bool) -> Vec<Fact> {
    let mut facts = vec![];
    if let Some(birth) = &query.birth {
        let agrees = (!entry.births.is_empty()).then(|| entry.births.iter().any(|b| same_birth(birth, b)));
        facts.push(Fact { what: "birth_date", agrees });
    }
    if !query.countries.is_empty() {
        facts.push(Fact { what: "country", agrees: country::agree(&query.countries, &entry.countries) });
    }
    if let Some(gender) = query.gender {
        facts.push(Fact { what: "gender", agrees: entry.gender.map(|g| g == gender) });
    }
    if !query.numbers.is_empty() {
        facts.push(Fact { what: "number", agrees: (!entry.numbers.is_empty()).then_some(number) });
    }
    facts
}

/// Whether two birth dates can be the same: the years overlap, and so do month and day (possibly swapped) where both
/// are known.
fn same_birth(a: &Birth, b: &Birth) -> bool {
    let known = |x: Option<u8>, y: Option<u8>| x.zip(y).is_none_or(|(x, y)| x == y);
    let straight = known(a.month, b.month) && known(a.day, b.day);
    let swapped = known(a.month, b.day) && known(a.day, b.month);
    a.from <= b.to && b.from <= a.to && (straight || swapped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let mut eriksson = Entry::new("1", Kind::Person, "ERIKSSON, Anna Maria");
        eriksson.birth("1974-08-12");
        eriksson.country("Utopia");
        let mut twin = Entry::new("2", Kind::Person, "Anna Maria Eriksson");
        twin.birth("1950");
        let company = Entry::new("3", Kind::Organization, "EMMA LLC");
        let corp = Entry::new("4", Kind::Organization, "TACTICAL MISSILES CORPORATION JSC");
        let habbash = Entry::new("5", Kind::Person, "HABBASH, George");
        Index::new([("test".to_owned(), vec![eriksson, twin, company, corp, habbash])])
    }

    fn found(query: &Query) -> Vec<String> {
        index().search(query, THRESHOLD, 10).into_iter().map(|h| h.id).collect()
    }

    fn name(name: &str) -> Query {
        Query { name: name.into(), ..Query::default() }
    }

    #[test]
    fn spelling_order_and_script_are_forgiven() {
        for text in [
            "Anna Maria Eriksson",
            "eriksson anna",
            "Anna-Maria Erikson",
            "Анна Эрикссон",
            "AnnaMaria Eriksson",
        ] {
            let mut ids = found(&name(text));
            ids.sort();
            assert_eq!(ids, ["1", "2"], "{text}");
        }
    }

    #[test]
    fn known_absurdities_do_not_alert() {
        for text in ["CORP", "emma daniels", "George Bush", "LLC", "Anna", "Maria", "", "!!!"] {
            assert_eq!(found(&name(text)), Vec::<String>::new(), "{text}");
        }
    }

    /// The numbers of the people of a list whose names are found by a spelling.
    fn found_among(listed: &[&str], asked: &str) -> Vec<usize> {
        let entry = |(i, name): (usize, &&str)| Entry::new(i.to_string(), Kind::Person, name);
        let index = Index::new([("test".to_owned(), listed.iter().enumerate().map(entry).collect())]);
        let query = Query { kind: Some(Kind::Person), ..name(asked) };
        index.search(&query, THRESHOLD, 10).iter().filter_map(|h| h.id.parse().ok()).collect()
    }

    #[test]
    fn greek_names_are_found_as_passports_write_them() {
        let listed = [
            "Ραυτοπούλου Εύα",
            "Μπουμπουλάκης Ελευθέριος",
            "Αυγουστάκης Ευστάθιος",
            "Παπαευθυμίου Αυγή",
            "Μπαλτατζίδης Γεώργιος",
            "Αγγελόπουλος Ευρυπίδης",
            "Σφυγγάρης Παύλος",
        ];
        // ELOT 743.
        for (i, asked) in [
            "RAFTOPOULOU EVA",
            "BOUMPOULAKIS ELEFTHERIOS",
            "AVGOUSTAKIS EFSTATHIOS",
            "PAPAEFTHYMIOU AVGI",
            "BALTATZIDIS GEORGIOS",
            "ANGELOPOULOS EVRYPIDIS",
            "SFYNGARIS PAVLOS",
        ]
        .iter()
        .enumerate()
        {
            assert_eq!(found_among(&listed, asked), [i], "{asked}");
        }
    }

    #[test]
    fn names_in_arabic_letters_are_found_by_their_latin_spellings() {
        let listed = [
            "عبد الرحمن الدرقاوي",
            "عبد الله الزهراوي",
            "أبو بكر الزهراوي",
            "محمد رضا قره باغي",
            "محمدرضا قره\u{200c}باغی",
            "نور الدين المغربي",
        ];
        for (asked, ids) in [
            ("Abdul Rahman Al Darqawi", &[0][..]),
            ("Abd al-Rahman al-Darqawi", &[0]),
            ("Abdulrahman Aldarqawi", &[0]),
            ("Abderrahmane Derkaoui", &[0]),
            ("Abdallah Al-Zahrawi", &[1]),
            ("Abu Bakr El Zahrawi", &[2]),
            ("Mohammad Reza Gharebaghi", &[3, 4]),
            ("Noureddine El Maghribi", &[5]),
        ] {
            let mut found = found_among(&listed, asked);
            found.sort_unstable();
            assert_eq!(found, ids, "{asked}");
        }
    }

    #[test]
    fn the_article_and_its_gap_do_not_matter() {
        let listed = [
            "Abd al-Rahman al-Darqawi",
            "Abdullah al-Zahrawi",
            "Nur al-Din al-Maghribi",
            "Abu Bakr al-Zuhri",
        ];
        for (asked, id) in [
            ("Abdulrahman Aldarqawi", 0),
            ("Abdul Rahman Al Darqawi", 0),
            ("Abdel Rahman El Darkawy", 0),
            ("Abdallah Al Zahrawi", 1),
            ("Noureddine El Maghribi", 2),
            ("Nur Aldin Almaghribi", 2),
            ("Abu Bakr Al Zuhri", 3),
        ] {
            assert_eq!(found_among(&listed, asked), [id], "{asked}");
        }
    }

    #[test]
    fn ukrainian_names_are_found_by_both_spellings() {
        let listed = ["Гринько Віктор Миколайович", "Щербаченко Евгений Юрьевич"];
        for (asked, id) in [
            ("Viktor Hrynko", 0),
            ("Viktor Mykolaiovych Hrynko", 0),
            ("Viktor Nikolaevich Grinko", 0),
            ("Evgeny Shcherbachenko", 1),
        ] {
            assert_eq!(found_among(&listed, asked), [id], "{asked}");
        }
        let llc =
            Entry::new("1", Kind::Organization, "ТОВАРИСТВО З ОБМЕЖЕНОЮ ВІДПОВІДАЛЬНІСТЮ \"БМ ПРОЄКТОР\"");
        let index = Index::new([("test".to_owned(), vec![llc])]);
        let query = Query { kind: Some(Kind::Organization), ..name("BM Proektor, OOO") };
        assert_eq!(index.search(&query, THRESHOLD, 10).len(), 1, "the legal form is one word");
    }

    #[test]
    fn what_else_is_known_moves_the_order_and_not_the_score() {
        let plain = name("Anna Maria Eriksson");
        let more = Query {
            birth: Birth::parse("1974-08-12"),
            countries: vec!["Utopia".into()],
            numbers: vec!["nothing 1".into()],
            gender: Some(Gender::Female),
            ..plain.clone()
        };
        let (index, ids) = (index(), |hits: &[Hit]| hits.iter().map(|h| h.id.clone()).collect::<Vec<_>>());
        let (without, with) = (index.search(&plain, THRESHOLD, 10), index.search(&more, THRESHOLD, 10));
        assert_eq!(with.len(), without.len(), "more is known, and nobody is lost");
        assert_eq!(ids(&with), ["1", "2"]);
        let score = |hits: &[Hit], id: &str| hits.iter().find(|h| h.id == id).map(|h| h.score);
        assert_eq!(score(&with, "1"), score(&without, "1"));
        assert!(with[0].rank > with[1].rank);
        let wrong = Query { birth: Birth::parse("1974-12-08"), ..plain };
        assert_eq!(
            index.search(&wrong, THRESHOLD, 10)[0].facts[0].agrees,
            Some(true),
            "day and month may be swapped"
        );
    }
}
