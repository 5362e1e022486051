//! Repair guided by check digits: of the readings that are nearly as good, the one whose digits hold.

use super::{
    check,
    decode::{Reading, SYMBOLS, index, penalty},
    issuers::{country, is_issuer},
    layout::{Format, Span},
    national::{self, rule},
    parse::{Mrz, holds},
};

/// One character that was changed, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    pub line: usize,
    pub at: usize,
    pub from: char,
    pub to: char,
}

/// A zone after repair.
#[derive(Debug, Clone, PartialEq)]
pub struct Repaired {
    pub mrz: Mrz,
    /// Every character that differs from what was read.
    pub repairs: Vec<Repair>,
    /// What the changes cost, in nats; compares readings of one zone with each other.
    pub(crate) cost: f32,
}

/// What a failing check digit is worth, in nats. One confusion (3 nats) is accepted when it puts right a
/// digit and the composite digit, or is itself nearly as likely; two confusions need three digits.
const FAILING: f32 = 2.5;
/// Alternatives dearer than this are not tried.
const DEAREST: f32 = 5.5;
/// A mark that a filler is this near to may be one, in nats: a letter that is clearly seen leads by more.
const DOUBTFUL: f32 = 3.0;
/// The filler's place in [`SYMBOLS`].
const FILLER: usize = 36;
/// Bounds the search for pairs.
const MAX_CANDIDATES: usize = 48;

/// Repairs lines of text that were read without further knowledge: white space dropped, case and
/// look-alike marks put right, filler runs fitted to the length, digits and letters by position, then
/// check digits. `None` when the lines fit no format.
pub fn repair<S: AsRef<str>>(lines: &[S]) -> Option<Repaired> {
    let clean: Vec<Vec<u8>> = lines.iter().map(|l| normalise(l.as_ref())).collect();
    let fits = |f: Format| {
        f.lines() == clean.len() && clean.iter().all(|l| l.len().abs_diff(f.width()) <= f.width() / 6)
    };
    Format::ALL
        .into_iter()
        .filter(|f| fits(*f))
        .filter_map(|format| {
            let fitted: Vec<Vec<u8>> =
                clean.iter().map(|l| fit_length(l, format.width())).collect::<Option<_>>()?;
            let readings: Vec<Reading> =
                fitted.iter().enumerate().map(|(i, l)| Reading::of_text(l, format, i)).collect();
            settle(format, &readings)
        })
        .min_by(|a, b| a.cost.total_cmp(&b.cost))
}

/// The MRZ alphabet from what recognisers give for it.
fn normalise(text: &str) -> Vec<u8> {
    let mut out = vec![];
    for c in text.chars() {
        match c {
            '«' | '《' | '≪' => out.extend(b"<<"),
            '‹' | '〈' | '＜' | '(' | '[' | '{' | '≤' => out.push(b'<'),
            '\u{ff10}'..='\u{ff19}' => out.push(b'0' + (c as u32 - 0xff10) as u8),
            c if c.is_ascii_alphanumeric() || c == '<' => out.push(c.to_ascii_uppercase() as u8),
            _ => {}
        }
    }
    out
}

/// Lengthens or shortens the longest filler run until the line fits; `None` when there is none to do
/// it with, or too much is missing.
fn fit_length(line: &[u8], width: usize) -> Option<Vec<u8>> {
    if line.len() == width {
        return Some(line.to_vec());
    }
    let (mut start, mut length, mut at) = (0, 0, 0);
    while at < line.len() {
        let run = line[at..].iter().take_while(|c| **c == b'<').count();
        if run > length {
            (start, length) = (at, run);
        }
        at += run.max(1);
    }
    let new = (length + width).checked_sub(line.len())?;
    if length < 2 || new == 0 {
        return None;
    }
    let mut out = line[..start].to_vec();
    out.resize(start + new, b'<');
    out.extend(&line[start + length..]);
    Some(out)
}

/// The best zone over what was read of each line.
pub(crate) fn settle(format: Format, readings: &[Reading]) -> Option<Repaired> {
    let mut lines: Vec<Vec<u8>> = readings.iter().map(Reading::text).collect();
    // Little but its first letters tells a licence from other print.
    if format.is_licence() && !format.suits(&lines) {
        return None;
    }
    let mut cost = readings.iter().map(|r| r.loss).sum::<f32>() + unsuited(format, &lines);
    let wrong =
        |lines: &[Vec<u8>]| format.layout().checks.iter().filter(|c| !holds(format, lines, c)).count();
    for span in [Some(format.layout().issuer), format.layout().nationality].into_iter().flatten() {
        cost += known_code(format, readings, &mut lines, span);
    }
    fillers_of_name(format, readings, &mut lines);
    sex(format, readings, &mut lines);
    let mut failing = wrong(&lines);
    if failing > 0 {
        let mut best = (failing as f32 * FAILING, vec![], failing);
        let candidates = alternatives(format, readings, &lines);
        for (i, first) in candidates.iter().enumerate() {
            let mut trial = lines.clone();
            first.apply(&mut trial);
            let mut consider = |trial: &[Vec<u8>], edits: &[Edit]| {
                let price: f32 = edits.iter().map(|e| e.cost).sum();
                if price >= best.0 {
                    return;
                }
                let still = wrong(trial);
                if price + still as f32 * FAILING < best.0 {
                    best = (price + still as f32 * FAILING, edits.to_vec(), still);
                }
            };
            consider(&trial, &[*first]);
            for second in candidates.iter().skip(i + 1) {
                if (second.line, second.at) != (first.line, first.at) {
                    let before = second.apply(&mut trial);
                    consider(&trial, &[*first, *second]);
                    Edit { to: before, ..*second }.apply(&mut trial);
                }
            }
        }
        best.1.iter().for_each(|e| {
            e.apply(&mut lines);
        });
        cost += best.0;
        failing = best.2;
    }
    let text: Vec<&str> = lines.iter().map(|l| std::str::from_utf8(l).ok()).collect::<Option<_>>()?;
    let mrz = Mrz::of_format(format, &text)?;
    debug_assert_eq!(failing, mrz.checks().iter().filter(|c| !c.holds).count());
    Some(Repaired { repairs: differences(readings, &lines, format), mrz, cost })
}

/// What the rules of names say about fillers that were seen as letters: blurred ones look like `C`, `E` and `K`,
/// and no check digit watches. Where a mark is clearly a letter it stays.
fn fillers_of_name(format: Format, readings: &[Reading], lines: &mut [Vec<u8>]) {
    // The first line of the French card also holds the place of issue.
    let Some(at) = format.name_line().filter(|_| format != Format::FrenchId) else { return };
    let (Some(line), Some(reading)) = (lines.get_mut(at), readings.get(at)) else { return };
    let Span(_, begin, _) = format.layout().names;
    // No passport has these second letters: they are what a blurred filler looks like.
    if format == Format::Td3 && line.starts_with(b"P") && matches!(line.get(1), Some(b'C' | b'K')) {
        line[1] = b'<';
    }
    let doubtful = |i: usize| {
        let Some(scores) = reading.scores.get(i) else { return false };
        scores.iter().copied().fold(f32::MIN, f32::max) - scores[FILLER] < DOUBTFUL
    };
    // From the end of the line: a run of marks that may all be fillers.
    let tail = (0..line.len()).rev().take_while(|i| line[*i] == b'<' || doubtful(*i)).last();
    if let Some(tail) = tail
        && line[tail..].windows(2).any(|w| !w.contains(&b'<'))
    {
        line[tail..].fill(b'<');
    }
    // Nothing follows three fillers (ICAO 9303-3 §4.6: two stand between the parts of a name, and from its end on the line
    // is filled): marks there are specks, the edge of the page or fillers of another row.
    let written = line.get(begin..).unwrap_or_default();
    let end = written.windows(3).position(|w| w == b"<<<").map_or(line.len(), |end| begin + end);
    let (name, rest) = line.split_at_mut(end);
    rest.fill(b'<');
    // Two fillers stand between surname and given names, once. Where there are none, a doubtful mark beside
    // a single one is the other.
    if end < begin + 7 || name.windows(2).any(|w| w == b"<<") {
        return;
    }
    let beside = |i: usize| {
        let filler = |j: Option<usize>| j.and_then(|j| name.get(j)) == Some(&b'<');
        name[i] != b'<' && doubtful(i) && (filler(i.checked_sub(1)) || filler(Some(i + 1)))
    };
    let mut candidates = (begin..name.len()).filter(|i| beside(*i));
    if let (Some(only), None) = (candidates.next(), candidates.next()) {
        name[only] = b'<';
    }
}

/// Makes a code that names no state into the likeliest one that does, where it takes little, and gives the
/// cost. Where none is near, the letters stand as they were seen: putting letters for digits was a guess.
fn known_code(format: Format, readings: &[Reading], lines: &mut [Vec<u8>], span: Span) -> f32 {
    let Span(line, from, to) = span;
    let known = |code: &[u8]| {
        std::str::from_utf8(code)
            .ok()
            .and_then(country)
            .is_some_and(|c| c == "DEU" || is_issuer(&c) || national::is_code(&c))
    };
    let (Some(text), Some(scores)) = (
        lines.get_mut(line).and_then(|l| l.get_mut(from..to)),
        readings.get(line).and_then(|r| r.scores.get(from..to)),
    ) else {
        return 0.0;
    };
    // An empty nationality is allowed; three letters are expected.
    if known(text) || text.iter().all(|c| *c == b'<') || scores.len() != 3 {
        return 0.0;
    }
    let options: Vec<Vec<(u8, f32)>> = scores
        .iter()
        .map(|s| {
            let best = s.iter().copied().fold(f32::MIN, f32::max);
            let near = SYMBOLS.iter().zip(s).map(|(c, v)| (*c, best - v)).filter(|(_, cost)| *cost < DEAREST);
            let mut near: Vec<(u8, f32)> = near.collect();
            near.sort_by(|a, b| a.1.total_cmp(&b.1));
            near.truncate(6);
            near
        })
        .collect();
    let mut best: Option<(f32, [u8; 3])> = None;
    for (a, x) in &options[0] {
        for (b, y) in &options[1] {
            for (c, z) in &options[2] {
                let (code, cost) = ([*a, *b, *c], x + y + z);
                if cost < 2.0 * DEAREST && best.is_none_or(|b| cost < b.0) && known(&code) {
                    best = Some((cost, code));
                }
            }
        }
    }
    if let Some((cost, code)) = best {
        text.copy_from_slice(&code);
        return cost;
    }
    for (at, (c, scores)) in text.iter_mut().zip(scores).enumerate() {
        let class = format.class(line, from + at);
        let seen = |i: &usize| scores[*i] + penalty(class, *i);
        *c = (0..37).max_by(|a, b| seen(a).total_cmp(&seen(b))).map_or(*c, |i| SYMBOLS[i]);
    }
    0.0
}

/// A zone whose first letters do not suit the format is possible, but it takes more to believe it.
fn unsuited(format: Format, lines: &[Vec<u8>]) -> f32 {
    if format.suits(lines) { 0.0 } else { 12.0 }
}

/// `H` and `M` where an issuer writes these: its `H` must not be taken for a misread `M`, which says the contrary.
fn sex(format: Format, readings: &[Reading], lines: &mut [Vec<u8>]) {
    let Span(line, at, _) = format.layout().sex;
    if !rule(format, lines).spanish_sex {
        return;
    }
    let (Some(scores), Some(c)) =
        (readings.get(line).and_then(|r| r.scores.get(at)), lines.get_mut(line).and_then(|l| l.get_mut(at)))
    else {
        return;
    };
    let seen = |i: &usize| scores[*i] + penalty(format.class(line, at), *i);
    let letters = b"HMX<".iter().filter_map(|c| index(*c));
    *c = letters.max_by(|a, b| seen(a).total_cmp(&seen(b))).map_or(*c, |i| SYMBOLS[i]);
}

#[derive(Debug, Clone, Copy)]
struct Edit {
    line: usize,
    at: usize,
    to: u8,
    cost: f32,
}

impl Edit {
    /// Makes the change and gives what stood there before.
    fn apply(&self, lines: &mut [Vec<u8>]) -> u8 {
        match lines.get_mut(self.line).and_then(|l| l.get_mut(self.at)) {
            Some(c) => std::mem::replace(c, self.to),
            None => self.to,
        }
    }
}

/// The cheapest other symbols at the positions that some check digit covers, or is.
fn alternatives(format: Format, readings: &[Reading], lines: &[Vec<u8>]) -> Vec<Edit> {
    let mut covered: Vec<(usize, usize)> = vec![];
    for check in format.layout().checks {
        covered.extend(check.parts.iter().flat_map(|s| (s.1..s.2).map(|at| (s.0, at))));
        covered.push((check.line, check.at));
    }
    covered.sort_unstable();
    covered.dedup();
    let mut edits = vec![];
    for (line, at) in covered {
        let (Some(scores), Some(now)) =
            (readings.get(line).and_then(|r| r.scores.get(at)), lines.get(line).and_then(|l| l.get(at)))
        else {
            continue;
        };
        let Some(now) = index(*now) else { continue };
        for (symbol, c) in SYMBOLS.iter().enumerate() {
            let cost = scores[now] - scores[symbol];
            let worth = check::value(*c).zip(check::value(SYMBOLS[now]));
            if symbol != now && cost < DEAREST && worth.is_some_and(|(a, b)| a % 10 != b % 10) {
                edits.push(Edit { line, at, to: *c, cost: cost.max(0.0) });
            }
        }
    }
    edits.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    edits.truncate(MAX_CANDIDATES);
    edits
}

/// What the zone says against what was seen, position by position, before any rule was applied.
fn differences(readings: &[Reading], lines: &[Vec<u8>], format: Format) -> Vec<Repair> {
    let mut all = vec![];
    for (line, (reading, text)) in readings.iter().zip(lines).enumerate() {
        for (at, (scores, to)) in reading.scores.iter().zip(text).enumerate() {
            let class = format.class(line, at);
            let seen = |i: &usize| scores[*i] + penalty(class, *i);
            let from = (0..37).max_by(|a, b| seen(a).total_cmp(&seen(b))).map_or(b'<', |i| SYMBOLS[i]);
            if from != *to {
                all.push(Repair { line, at, from: from as char, to: *to as char });
            }
        }
    }
    all
}

impl Mrz {
    /// Lines of a known format.
    pub(crate) fn of_format(format: Format, lines: &[&str]) -> Option<Self> {
        let mrz = Self::unchecked(format, lines);
        (lines.len() == format.lines() && lines.iter().all(|l| l.len() == format.width())).then_some(mrz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [&str; 2] =
        ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];

    fn repaired(lines: &[&str]) -> Repaired {
        repair(lines).unwrap()
    }

    #[test]
    fn leaves_a_good_zone_alone() {
        let r = repaired(&GOOD);
        assert_eq!(r.mrz.lines(), GOOD);
        assert!(r.repairs.is_empty(), "{:?}", r.repairs);
    }

    #[test]
    fn digits_letters_and_length() {
        let r = repaired(&[
            "P<UT0ERIK55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<",
            "L8989O2C3GUTO740BIZZF12041S9ZE184226B<<<<<1O",
        ]);
        assert_eq!(r.mrz.lines(), GOOD);
        assert!(r.mrz.valid());
        assert!(r.repairs.len() >= 10, "{:?}", r.repairs);
        assert!(r.repairs.contains(&Repair { line: 1, at: 5, from: 'O', to: '0' }));
    }

    #[test]
    fn a_wrong_check_digit_without_a_likely_cause_stays() {
        let bad = [GOOD[0], "L898902C36UTO7408122F1204159ZE184226B<<<<<14"];
        let r = repaired(&bad);
        assert_eq!(r.mrz.lines(), bad);
        assert!(!r.mrz.valid());
    }

    #[test]
    fn codes_of_states() {
        let r = repaired(&[
            "P<UTQERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTD7408122F1204159ZE184226B<<<<<10",
        ]);
        assert_eq!(r.mrz.lines(), GOOD);
        // Three digits for a nationality are wrong, but they are what stands there.
        let odd = ["IDROUSAVA<<SUPERMAN<<<<<<<<<<<<<<<<<", "HD198025<51328505095M130509012049941"];
        assert_eq!(repaired(&odd).mrz.lines(), odd);
    }

    #[test]
    fn specks_after_the_name() {
        let specks =
            ["P<UTOERIKSSON<<ANNA<MARIA<<<<<A<<<<<<<<<<<<L", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"];
        let r = repaired(&specks);
        assert_eq!(r.mrz.lines(), GOOD);
        assert_eq!(r.repairs.len(), 2);
    }

    #[test]
    fn blurred_fillers_of_a_name() {
        let blurred = b"P<UTOLINDQVIST<CAGNIESZKA<KATERINACCCECCCCCC";
        let data = b"L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        let mut readings =
            vec![Reading::of_text(blurred, Format::Td3, 0), Reading::of_text(data, Format::Td3, 1)];
        // Sure of every letter, it stays as it stands.
        assert_eq!(settle(Format::Td3, &readings).unwrap().mrz.lines()[0].as_bytes(), blurred);
        for at in (15..16).chain(34..44) {
            readings[0].scores[at][FILLER] = readings[0].scores[at][2].max(readings[0].scores[at][4]) - 1.0;
        }
        let r = settle(Format::Td3, &readings).unwrap();
        assert_eq!(r.mrz.lines()[0], "P<UTOLINDQVIST<<AGNIESZKA<KATERINA<<<<<<<<<<");
        assert_eq!(r.repairs.len(), 11);
    }

    #[test]
    fn a_chinese_passport_has_no_filler_in_line_two() {
        let zone =
            ["POCHNABULIKEMU<<ABULA<<<<<<<<<<<<<<<<<<<<<<<", "E596593216CHN9701078M2510077LAKCLCLMMBKGG932"];
        let r = repaired(&zone);
        assert_eq!(r.mrz.lines(), zone);
        assert!(r.mrz.valid() && r.repairs.is_empty());
    }

    /// A letter misread in the part of a number that overflowed is put right under both conventions.
    #[test]
    fn long_numbers() {
        for zone in [
            [
                "IDBEL600012347<6135<<<<<<<<<<<",
                "9002155F3409143BEL900215123452",
                "PEETERMANS<<LOTTE<MARIE<<<<<<<",
            ],
            [
                "IDBEL000590243<7026<<<<<<<<<<<",
                "9002155F3409143BEL900215123454",
                "PEETERMANS<<LOTTE<MARIE<<<<<<<",
            ],
        ] {
            let good = repaired(&zone);
            assert_eq!(good.mrz.lines(), zone);
            assert!(good.mrz.valid() && good.repairs.is_empty());
            let misread = zone[0].replacen("<61", "<6I", 1).replacen("<70", "<7O", 1);
            assert_ne!(misread, zone[0]);
            let r = repaired(&[&misread, zone[1], zone[2]]);
            assert_eq!(r.mrz.lines(), zone);
            assert_eq!(r.repairs.len(), 1);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(repair(&["hello", "world"]).is_none());
        assert!(repair::<&str>(&[]).is_none());
    }
}
