//! Names of persons.

use std::sync::LazyLock;

use super::{
    agreement::{Agreement, Note},
    letters::{distance, similarity},
};
use crate::text::{icao, plain};

/// Words of a name that come and go: particles, titles, generations.
static PARTICLES: &[&str] = &[
    "VAN", "VON", "DER", "DEN", "DE", "DES", "DU", "DA", "DOS", "DAS", "DO", "DI", "DEL", "DELLA", "LA",
    "LE", "LOS", "LAS", "ZU", "ZUM", "ZUR", "AF", "AV", "TER", "TEN", "EL", "AL", "BIN", "IBN", "BINT",
    "BINTI", "BTE", "Y", "E", "I", "AND", "MR", "MRS", "MS", "MISS", "DR", "PROF", "SIR", "HERR", "FRAU",
    "JR", "SR", "II", "III", "IV", "GEB", "NEE", "EPOUSE", "ING", "MGR", "MAG", "DIPL",
];

/// Forms of the same given name, one group a line.
static NICKNAMES: LazyLock<Vec<Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("nicknames.txt").lines().filter(|l| !l.starts_with('#'));
    lines.map(|l| l.split_whitespace().collect()).collect()
});

/// Least likeness of two words that are taken for the same one misread; below it they are two words.
const ALIKE: f64 = 0.75;
/// What a word only one side has costs, as a share of its letters among all.
const MISSING: f64 = 0.1;

/// One word of a name in the forms it may be written in.
#[derive(Debug, Clone, PartialEq)]
struct Word {
    plain: String,
    icao: String,
}

impl Word {
    fn weight(&self) -> f64 {
        let letters = self.plain.len() as f64;
        if PARTICLES.contains(&self.plain.as_str()) { 0.25 * letters } else { letters }
    }
}

fn words(name: &str) -> Vec<Word> {
    // A hyphen joins what others write apart.
    let parts =
        name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '–' | ',' | '.' | '<' | '/'));
    parts
        .map(|p| Word { plain: plain(p).replace(' ', ""), icao: icao(p).replace(' ', "") })
        .filter(|w| !w.plain.is_empty())
        .take(16)
        .collect()
}

/// Agreement of two names: words in any order, marks and ICAO 9303-3's transliteration, words cut short,
/// initials, short forms and misread letters are forgiven for little or nothing; words that only one side
/// has (middle names) for a little more.
pub fn name(a: &str, b: &str) -> Agreement {
    let (mut few, mut many) = (words(a), words(b));
    if few.is_empty() || many.is_empty() {
        return Agreement::default();
    }
    let mut agreement = Agreement::default();
    join(&mut few, &mut many, &mut agreement);
    join(&mut many, &mut few, &mut agreement);
    let weight = |words: &[Word]| words.iter().map(Word::weight).sum::<f64>();
    // The comparison is the same both ways round.
    let spelled = |words: &[Word]| words.iter().map(|w| w.plain.clone()).collect::<Vec<_>>();
    let by_weight = weight(&few).total_cmp(&weight(&many));
    if by_weight.then_with(|| spelled(&few).cmp(&spelled(&many))).is_gt() {
        std::mem::swap(&mut few, &mut many);
    }
    let (total, all) = (weight(&few), weight(&many));
    // All pairs, the best first and of those the ones that are the same word; each word goes into one pair.
    let mut pairs = vec![];
    for (i, x) in few.iter().enumerate() {
        for (j, y) in many.iter().enumerate() {
            let (value, note) = pair(x, y);
            if value > 0.0 {
                pairs.push(((x != y, i.abs_diff(j)), value, note, i, j));
            }
        }
    }
    pairs.sort_by(|(p, x, ..), (q, y, ..)| y.total_cmp(x).then(p.cmp(q)));
    let (mut left, mut right) = (vec![None; few.len()], vec![false; many.len()]);
    let mut score = 0.0;
    for (_, value, note, i, j) in pairs {
        let (Some(slot), Some(used)) = (left.get_mut(i), right.get_mut(j)) else { continue };
        if slot.is_some() || *used {
            continue;
        }
        (*slot, *used) = (Some(j), true);
        score += value * few.get(i).map_or(0.0, Word::weight);
        if let Some(note) = note {
            agreement.note(note);
        }
    }
    let places: Vec<usize> = left.iter().flatten().copied().collect();
    if places.windows(2).any(|w| w.first() > w.last()) {
        agreement.note(Note::Order);
    }
    let is_particle = |w: &Word| PARTICLES.contains(&w.plain.as_str());
    for (word, slot) in few.iter().zip(&left) {
        if slot.is_none() {
            agreement.note(if is_particle(word) { Note::Particle } else { Note::Differs });
        }
    }
    for (word, used) in many.iter().zip(&right) {
        if !used {
            agreement.note(if is_particle(word) { Note::Particle } else { Note::MissingPart });
        }
    }
    let unused = many.iter().zip(&right).filter(|(_, used)| !**used);
    let extra: f64 = unused.map(|(w, _)| w.weight()).sum();
    agreement.score = (score / total.max(0.01) - MISSING * extra / (all + 0.01)).clamp(0.0, 1.0);
    agreement
}

/// Joins neighbours in `apart` that stand as one word in `whole` (`VAN DEN BERG` and `VANDENBERG`), unless each of them stands
/// there as well.
fn join(apart: &mut Vec<Word>, whole: &mut [Word], agreement: &mut Agreement) {
    let mut at = 0;
    while at < apart.len() {
        for n in [4, 3, 2] {
            let Some(run) = apart.get(at..at + n) else { continue };
            let plain: String = run.iter().map(|w| w.plain.as_str()).collect();
            let icao: String = run.iter().map(|w| w.icao.as_str()).collect();
            let stands_apart = |w: &Word| whole.iter().any(|other| pair(w, other).0 == 1.0);
            if whole.iter().any(|w| w.plain == plain || w.icao == icao) && !run.iter().all(stands_apart) {
                apart.splice(at..at + n, [Word { plain, icao }]);
                agreement.note(Note::Joined);
                break;
            }
        }
        at += 1;
    }
}

/// How far two words are the same name, 0 when they are not, and what was forgiven.
fn pair(a: &Word, b: &Word) -> (f64, Option<Note>) {
    if a.plain == b.plain {
        return (1.0, None);
    }
    if a.icao == b.icao || a.plain == b.icao || a.icao == b.plain {
        return (1.0, Some(Note::Transliterated));
    }
    let (short, long) = if a.plain.len() < b.plain.len() { (a, b) } else { (b, a) };
    if short.plain.len() == 1 {
        let stands = long.plain.starts_with(&short.plain);
        return if stands { (0.9, Some(Note::Initial)) } else { (0.0, None) };
    }
    if nicknames(&a.plain, &b.plain) {
        return (0.92, Some(Note::Nickname));
    }
    let begins = |w: &str| w.starts_with(&short.plain) || w.starts_with(&short.icao);
    if short.plain.len() >= 3 && (begins(&long.plain) || begins(&long.icao)) {
        return (0.95, Some(Note::Truncated));
    }
    let (cost, misread) = distance(&a.plain, &b.plain);
    let value = similarity(&a.plain, &b.plain).max(similarity(&a.icao, &b.icao));
    // One letter of three makes another name.
    if value < ALIKE || (short.plain.len() <= 3 && !misread) {
        return (0.0, None);
    }
    (value, Some(if misread || cost < 1.0 { Note::Misread } else { Note::Differs }))
}

fn nicknames(a: &str, b: &str) -> bool {
    NICKNAMES.iter().any(|group| group.contains(&a) && group.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_despite_spelling() {
        use Note::*;
        for (a, b, notes) in [
            ("MÜLLER JÖRG", "MUELLER JOERG", &[Transliterated][..]),
            ("MÜLLER JÖRG", "MULLER JORG", &[]),
            ("MUELLER JÖRG", "MÜLLER JORG", &[Transliterated]),
            ("ERIKSSON ANNA MARIA", "Anna Maria Eriksson", &[Order]),
            ("CACADOR DE ARAUJO ANDRE ESTEVES", "CAÇADOR DE ARAÚJO ANDRE ESTEV", &[Truncated]),
            ("DOE JOHN LEE", "DOE JOHN L", &[Initial]),
            ("SMITH-JONES MARY", "SMITH JONES MARY", &[]),
            ("SMITHJONES MARY", "SMITH-JONES MARY", &[Joined]),
            ("VAN DEN BERG JAN", "VANDENBERG JAN", &[Joined]),
            ("DOE JOHN", "DOE JOHN LEE", &[MissingPart]),
            ("O'BRIEN SEAN", "OBRIEN SEÁN", &[]),
            ("DOE WILLIAM", "Bill Doe", &[Nickname, Order]),
            ("DOE JOHANNES", "DOE HANS", &[Nickname]),
            ("VON GOETHE JOHANN", "GOETHE JOHANN", &[Particle]),
            ("ERIKSS0N ANNA", "ERIKSSON ANNA", &[Misread]),
            ("ÞÓRSDÓTTIR ÆVA", "THORSDOTTIR AEVA", &[]),
            ("SØRENSEN BJØRN", "SOERENSEN BJOERN", &[Transliterated]),
            // Two words that are also one of the others.
            ("ÜA ÅÅ ÄÄ", "UA AA AA", &[]),
            ("AN NA ANNA", "ANNA NA AN", &[Order]),
        ] {
            let got = name(a, b);
            assert!(got.score >= 0.9, "{a} / {b}: {got:?}");
            for note in notes {
                assert!(got.notes.contains(note), "{a} / {b}: {got:?}");
            }
        }
    }

    #[test]
    fn other_names_differ() {
        for (a, b) in [
            ("ERIKSSON ANNA", "SVENSSON ANNA"),
            ("DOE JOHN", "DOE JANE"),
            ("DOE JOHN", "ROE JOHN"),
            ("", "DOE"),
            ("LI MEI", "LU MEI"),
            ("DOE", "---"),
        ] {
            assert!(name(a, b).score < 0.85, "{a} / {b}: {:?}", name(a, b));
        }
    }

    proptest::proptest! {
        /// A name is itself in any order and in capitals; the comparison is the same both ways round and
        /// stays within its bounds whatever comes in.
        #[test]
        fn laws(a in "[A-ZÄÖÜØÅ]{2,9}( [A-ZÄÖÜØÅ]{2,9}){0,3}", b in "\\PC{0,30}") {
            let turned: Vec<&str> = a.split(' ').rev().collect();
            proptest::prop_assert!(name(&a, &turned.join(" ")).score > 0.999);
            proptest::prop_assert!(name(&a, &icao(&a)).score > 0.999);
            proptest::prop_assert!(name(&a, &plain(&a)).score > 0.999);
            let (x, y) = (name(&a, &b), name(&b, &a));
            proptest::prop_assert!((0.0..=1.0).contains(&x.score));
            proptest::prop_assert!((x.score - y.score).abs() < 0.12, "{:?} {:?}", x, y);
        }
    }
}
