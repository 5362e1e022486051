//! The zone in a picture: candidate rows from the text detector, read with the alphabet of the zone.
//!
//! A row is a candidate by its shape and by what alphabet it is written in. Fillers are not looked for:
//! the second line of a Chinese passport has none.

use bonafide_core::document::{FieldName, Quad};
use image::RgbImage;

use super::{
    Format, Mrz, Repair,
    decode::{BLANK, Frame, Reading, align, alike, frames, index},
    repair::{Repaired, settle},
    rows::{Row, common_ends, follows, rows, stretched},
};
use crate::{
    document::ocr::{Effort, Recogniser, detect, straighten},
    image::{scale::resized, warp::extent},
    models::{Models, RunError},
};

/// A zone found in a picture.
#[derive(Debug, Clone)]
pub struct Found {
    pub mrz: Mrz,
    /// Where each line is, in pixels of the picture.
    pub quads: Vec<Quad>,
    /// Characters that the rules of the zone changed.
    pub repairs: Vec<Repair>,
    /// 0..1: how well the picture, the format and the check digits agree.
    pub confidence: f64,
    /// Whether several readings, or the zone and the print, gave the same characters: check digits that fail all the same
    /// are wrong on the document.
    pub agreed: bool,
}

impl Found {
    /// The pixels that a field was read from: its share of its line.
    pub fn region(&self, field: FieldName) -> Option<Quad> {
        let (line, from, to) = self.mrz.place(field)?;
        let [a, b, c, d] = self.quads.get(line)?.0;
        let width = self.mrz.format().width() as f32;
        let (from, to) = (from as f32 / width, to as f32 / width);
        let along = |p: [f32; 2], q: [f32; 2], t: f32| [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
        Some(Quad([along(a, b, from), along(a, b, to), along(d, c, to), along(d, c, from)]))
    }
}

/// Least length to height of a row: 30 characters of OCR-B, generously boxed, are 12 times as long as high.
const SLENDER: f32 = 9.0;
/// Symbols in a greedy reading of a row: lines of 30 to 44, with some lost (fillers above all) or doubled.
const LENGTHS: std::ops::RangeInclusive<usize> = 18..=56;
/// A row with fewer, whose fillers the reading lost, is longer than print of so few letters can be, by this times its height.
const MOSTLY_FILLER: f32 = 12.0;
/// Least share of the belief in any character that falls on the zone's symbols.
const NATIVE: f32 = 0.6;
/// The same for a row that deserves a better look.
const PROMISING: f32 = 0.35;
/// Rows looked at per picture, the most slender first.
const MAX_ROWS: usize = 10;
/// Nats per character that reading, format and check digits may disagree by. Zones measured so far stay
/// below 0.3, lines of other print are above 1.
const DISAGREEMENT: f32 = 0.6;
/// With this little disagreement and valid check digits, a reading is final.
const SETTLED: f32 = 0.15;
/// A character of a line without check digits whose runner-up is this near, in nats, is read again.
const UNSURE: f32 = 2.5;
/// Longer side for the second look at a picture.
const CLOSER: u32 = 1600;

/// Looks for a zone in an upright picture. `boxes` are the text boxes already found in it.
///
/// # Errors
/// When a network is missing or fails.
pub fn find(models: &Models, picture: &RgbImage, boxes: &[Quad]) -> Result<Option<Found>, RunError> {
    let reader = Reader::new(models, picture)?;
    let (mut best, prospect) = reader.best(boxes, &reader.quick)?;
    let done = |best: &Option<Found>| best.as_ref().is_some_and(|f| f.agreed || f.mrz.valid());
    if prospect == Prospect::None || done(&best) {
        return Ok(best);
    }
    let (found, prospect) = reader.best(boxes, &reader.full)?;
    best = better(best, found);
    // Lines in capitals are not rare; those of a receipt are not worth more.
    if prospect != Prospect::Good {
        return Ok(best);
    }
    // A closer look, only at the part that holds long rows; with the larger detector where there still is
    // nothing that could be a zone.
    for effort in [Effort::Quick, Effort::Full] {
        if done(&best) || (effort == Effort::Full && best.is_some()) {
            break;
        }
        let Some((x, y, part)) = region(picture, boxes) else { break };
        let enlarged = CLOSER.min(part.width().max(part.height()).saturating_mul(2)).max(640);
        let closer = detect(models, &part, enlarged, effort)?;
        let moved: Vec<Quad> =
            closer.into_iter().map(|q| Quad(q.0.map(|p| [p[0] + x as f32, p[1] + y as f32]))).collect();
        best = better(best, reader.best(&moved, &reader.full)?.0);
    }
    Ok(best)
}

/// The one more likely to be right.
pub(crate) fn better(a: Option<Found>, b: Option<Found>) -> Option<Found> {
    [a, b].into_iter().flatten().max_by(|a, b| a.confidence.total_cmp(&b.confidence))
}

/// Whether the zone of another document is in the picture beside the one that was found. Only one whose check digits hold
/// counts, and only if its lines are others: a document may be pictured twice.
///
/// # Errors
/// When a network is missing or fails.
pub(crate) fn is_another(
    models: &Models,
    picture: &RgbImage,
    boxes: &[Quad],
    zone: Option<&Found>,
) -> Result<bool, RunError> {
    let Some(zone) = zone else { return Ok(false) };
    let known: Vec<Row> = zone.quads.iter().filter_map(|q| Row::new(*q)).collect();
    // A row of the zone that was found, or a piece of one.
    let is_known = |row: &Row| {
        known.iter().any(|k| {
            let (along, across) = k.place(row.centre);
            along.abs() < 0.55 * k.width && across.abs() < k.height
        })
    };
    let rest: Vec<Quad> =
        boxes.iter().copied().filter(|q| Row::new(*q).is_some_and(|row| !is_known(&row))).collect();
    if !rest.iter().any(|q| Row::new(*q).is_some_and(|row| row.width > SLENDER * row.height)) {
        return Ok(false);
    }
    let reader = Reader::new(models, picture)?;
    let (found, _) = reader.best(&rest, &reader.quick)?;
    Ok(found.is_some_and(|other| other.mrz.valid() && other.mrz.lines() != zone.mrz.lines()))
}

/// The band of the picture around its slender rows.
fn region(picture: &RgbImage, boxes: &[Quad]) -> Option<(u32, u32, RgbImage)> {
    let slender: Vec<Row> = rows(boxes).into_iter().filter(|r| r.width > SLENDER * r.height).collect();
    let longest = slender.iter().map(|r| r.width).fold(0.0, f32::max);
    let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, 0.0f32, 0.0f32);
    for row in slender.iter().filter(|r| r.width > 0.6 * longest) {
        for [x, y] in row.quad.0 {
            x0 = x0.min(x - 2.0 * row.height);
            x1 = x1.max(x + 2.0 * row.height);
            y0 = y0.min(y - 4.0 * row.height);
            y1 = y1.max(y + 4.0 * row.height);
        }
    }
    let (x0, y0) =
        (x0.clamp(0.0, picture.width() as f32) as u32, y0.clamp(0.0, picture.height() as f32) as u32);
    let w = (x1 as u32).min(picture.width()).checked_sub(x0).filter(|w| *w > 32)?;
    let h = (y1 as u32).min(picture.height()).checked_sub(y0).filter(|h| *h > 16)?;
    Some((x0, y0, image::imageops::crop_imm(picture, x0, y0, w, h).to_image()))
}

/// What the rows of a picture promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prospect {
    None,
    /// Rows that follow each other and might be read as those of a zone.
    Some,
    /// Rows that follow each other, as long as those of a zone and in its alphabet.
    Good,
}

struct Reader<'a> {
    picture: &'a RgbImage,
    quick: Alphabet<'a>,
    full: Alphabet<'a>,
}

/// A recogniser, and for each of its classes the symbol of the zone that it stands for.
struct Alphabet<'a> {
    recogniser: Recogniser<'a>,
    symbols: Vec<Option<Symbol>>,
}

impl<'a> Alphabet<'a> {
    fn new(models: &'a Models, effort: Effort) -> Result<Self, RunError> {
        let recogniser = Recogniser::new(models, effort)?;
        let symbols = recogniser.charset().iter().map(|c| symbol(*c)).collect();
        Ok(Self { recogniser, symbols })
    }
}

/// A way of cutting a row out of the picture.
#[derive(Clone, Copy)]
struct Cut {
    taller: f32,
    wider: f32,
    contrast: bool,
}

const CUTS: [Cut; 4] = [
    Cut { taller: 1.0, wider: 1.0, contrast: false },
    Cut { taller: 1.15, wider: 1.25, contrast: false },
    Cut { taller: 0.88, wider: 1.0, contrast: true },
    Cut { taller: 1.3, wider: 1.5, contrast: true },
];

impl<'a> Reader<'a> {
    fn new(models: &'a Models, picture: &'a RgbImage) -> Result<Self, RunError> {
        let (quick, full) = (Alphabet::new(models, Effort::Quick)?, Alphabet::new(models, Effort::Full)?);
        Ok(Self { picture, quick, full })
    }

    /// The best zone among the rows that some boxes form, as a recogniser reads them, and what they promise.
    fn best(&self, boxes: &[Quad], by: &Alphabet<'_>) -> Result<(Option<Found>, Prospect), RunError> {
        let all = rows(boxes);
        let mut slender: Vec<Row> = all.iter().copied().filter(|r| r.width > SLENDER * r.height).collect();
        slender.sort_by(|a, b| (b.width / b.height).total_cmp(&(a.width / a.height)));
        slender.truncate(MAX_ROWS);
        let (mut candidates, mut likely, mut beside) = (vec![], vec![], vec![]);
        for row in slender {
            let (frames, share) = self.frames(by, &row.quad, CUTS[0])?;
            let length = greedy_length(&frames);
            if share > PROMISING && length >= LENGTHS.start() / 2 {
                likely.push((row, ()));
            }
            let filled = length < *LENGTHS.start() && row.width > MOSTLY_FILLER * row.height;
            if share > NATIVE && (LENGTHS.contains(&length) || filled) {
                candidates.push((row, frames));
                // Most zones are the most slender rows of their page: then the others need not be read.
                let newest = groups(&candidates, candidates.len() - 1);
                if let Some(draft) = newest.iter().filter_map(|g| Draft::of(g)).find(|d| settled(&d.result)) {
                    return Ok((self.refined(draft)?, Prospect::Good));
                }
            } else if row.width > MOSTLY_FILLER * row.height {
                beside.push((row, frames));
            }
        }
        let likely = groups(&likely, 0).iter().any(|g| g.len() > 1);
        let prospect = match (groups(&candidates, 0).iter().any(|g| g.len() > 1), likely) {
            (true, _) => Prospect::Good,
            (false, true) => Prospect::Some,
            (false, false) => Prospect::None,
        };
        // Of a short name's line the reading is mostly what the recogniser makes of a long run of fillers. The line of digits
        // beside it tells what it is.
        let beside = beside.into_iter().filter(|(row, _)| {
            candidates.iter().any(|(other, _)| follows(row, other) || follows(other, row))
        });
        let beside: Vec<(Row, Vec<Frame>)> = beside.collect();
        // A short name's line, of which only the letters were seen.
        let partners = candidates.iter().filter(|(row, _)| row.width > MOSTLY_FILLER * row.height);
        let short = partners.flat_map(|(long, _)| all.iter().filter_map(|row| stretched(row, long)));
        let short: Vec<Row> = short.take(MAX_ROWS / 2).collect();
        for row in short {
            let (frames, _) = self.frames(by, &row.quad, CUTS[0])?;
            candidates.push((row, frames));
        }
        candidates.extend(beside);
        let groups = groups(&candidates, 0);
        let mut drafts: Vec<Draft> = groups.iter().filter_map(|g| Draft::of(g)).collect();
        drafts.sort_by(|a, b| rank(&a.result).total_cmp(&rank(&b.result)));
        let mut best: Option<Found> = None;
        // Reading rows again is what costs; only the two likeliest groups are worth it.
        for draft in drafts.into_iter().take(2) {
            best = better(best, self.refined(draft)?);
            if best.as_ref().is_some_and(|b| b.agreed || b.mrz.valid()) {
                break;
            }
        }
        Ok((best, prospect))
    }

    /// Reads the rows of a draft in other ways until its check digits hold, or it is clear that they do not.
    fn refined(&self, draft: Draft) -> Result<Option<Found>, RunError> {
        let Draft { rows, format, mut readings, mut result } = draft;
        let quads: Vec<Quad> = rows.iter().map(|r| r.quad).collect();
        let even = common_ends(&rows);
        // Check digits vouch for the other lines.
        if let Some(line) = format.name_line().filter(|_| settled(&result))
            && readings.get(line).is_some_and(|r| r.narrowest() < UNSURE)
            && let Some(quad) = quads.get(line)
            && let Some(closer) = align(&self.frames(&self.full, quad, CUTS[0])?.0, format, line)
            && let Some(reading) = readings.get_mut(line)
        {
            *reading = closer;
            result = settle(format, &readings).filter(settled).unwrap_or(result);
        }
        let mut agreeing = 0;
        for (turn, (ends, way)) in
            [(&quads, 0), (&even, 0), (&quads, 1), (&even, 2), (&quads, 3)].into_iter().enumerate()
        {
            if settled(&result) || agreeing >= 2 {
                break;
            }
            let mut more = vec![];
            for (i, quad) in ends.iter().enumerate() {
                let (frames, _) = self.frames(&self.full, quad, CUTS[way])?;
                more.push(align(&frames, format, i));
            }
            for (reading, new) in readings.iter_mut().zip(&more) {
                let Some(new) = new else { continue };
                // A cut that goes much worse says nothing; one that goes much better says all. The small
                // network's beliefs, which the draft may come from, do not count beside the large one's.
                if turn == 0 || new.loss + 8.0 < reading.loss {
                    *reading = new.clone();
                } else if new.loss < reading.loss + 8.0 {
                    reading.join(new);
                }
            }
            let alone: Option<Vec<Reading>> = more.into_iter().collect();
            let easy = alone.as_ref().is_some_and(|readings| {
                readings.iter().map(|r| r.loss).sum::<f32>() < SETTLED * characters(format)
            });
            let alone = alone.and_then(|r| settle(format, &r));
            let same = alone.as_ref().is_some_and(|a| a.mrz.lines() == result.mrz.lines());
            agreeing += usize::from(easy && same);
            for other in [settle(format, &readings), alone].into_iter().flatten() {
                if rank(&other) < rank(&result) {
                    result = other;
                }
            }
        }
        Ok(believable(&result).then(|| Found {
            confidence: f64::from((1.0 - per_character(&result) / (2.0 * DISAGREEMENT)).clamp(0.0, 1.0)),
            mrz: result.mrz,
            quads,
            repairs: result.repairs,
            agreed: agreeing >= 2,
        }))
    }

    /// The zone's symbols along a row, and what share of the belief in any character fell on them: small
    /// letters and spaces are read as symbols of the zone, but do not speak for one.
    fn frames(&self, by: &Alphabet<'_>, quad: &Quad, way: Cut) -> Result<(Vec<Frame>, f32), RunError> {
        let Some(row) = Row::new(*quad) else { return Ok((vec![], 0.0)) };
        let half = row.width / 2.0 + 0.15 * row.height;
        let (_, mut crop) = straighten(self.picture, &row.reshaped(-half, half, way.taller));
        let (w, h) = extent(quad);
        // At least four frames (32 pixels) a character pair, so that no line is too short to hold its width.
        let least = (w / h.max(1.0) * 48.0 * way.wider).max(44.0 * 8.0 * 2.4) as u32;
        if crop.width() < least {
            let width = least.min(2048);
            crop = resized(&crop, width, crop.height()).into_owned();
        }
        if way.contrast {
            stretch(&mut crop);
        }
        let emission = by.recogniser.emit(&crop)?;
        let (mut inside, mut outside) = (0.0f32, 0.0f32);
        let beliefs: Vec<[f32; 38]> = emission
            .frames()
            .map(|row| {
                let mut belief = [0.0f32; 38];
                let (mut native, mut silent) = (0.0, 0.0);
                for (p, symbol) in row.iter().zip(&by.symbols) {
                    let Some(symbol) = symbol else { continue };
                    belief[usize::from(symbol.index)] += p;
                    native += if symbol.native { *p } else { 0.0 };
                    silent += if symbol.silent { *p } else { 0.0 };
                }
                inside += native;
                outside += (1.0 - native - silent).max(0.0);
                belief
            })
            .collect();
        Ok((frames(&beliefs), inside / (inside + outside).max(1e-6)))
    }
}

/// Rows that may be a zone, and their best reading so far.
struct Draft {
    rows: Vec<Row>,
    format: Format,
    readings: Vec<Reading>,
    result: Repaired,
}

impl Draft {
    /// The format that suits the rows best; `None` when none does.
    fn of(group: &[&(Row, Vec<Frame>)]) -> Option<Self> {
        let seen: Vec<&[Frame]> = group.iter().map(|(_, frames)| frames.as_slice()).collect();
        // Single rows are many; the zones of one line begin with `D1`.
        if let [alone] = seen.as_slice()
            && !begins_with(alone, b"D1")
        {
            return None;
        }
        let options = Format::ALL.into_iter().filter(|f| f.lines() == group.len()).filter_map(|format| {
            let readings = read(format, &seen)?;
            let loss = readings.iter().map(|r| r.loss).sum::<f32>() / characters(format);
            // Far off: not a zone, and not worth more time.
            let result = settle(format, &readings).filter(|_| loss < 3.0 * DISAGREEMENT)?;
            Some((format, readings, result))
        });
        let (format, readings, result) =
            options.min_by(|a, b| per_character(&a.2).total_cmp(&per_character(&b.2)))?;
        Some(Self { rows: group.iter().map(|(row, _)| *row).collect(), format, readings, result })
    }
}

/// Single rows, and groups of two and of three that follow each other; only those with a row from place `newest` on.
fn groups<T>(candidates: &[(Row, T)], newest: usize) -> Vec<Vec<&(Row, T)>> {
    let mut out = vec![];
    let all = || candidates.iter().enumerate();
    for (i, a) in all() {
        if i >= newest {
            out.push(vec![a]);
        }
        for (j, b) in all().filter(|(_, b)| follows(&a.0, &b.0)) {
            if i.max(j) >= newest {
                out.push(vec![a, b]);
            }
            let third = all().filter(|(k, c)| i.max(j).max(*k) >= newest && follows(&b.0, &c.0));
            out.extend(third.map(|(_, c)| vec![a, b, c]));
        }
    }
    // Bounds the work on a page of long lines.
    out.sort_by_key(|g| std::cmp::Reverse(g.len()));
    out.truncate(48 + candidates.len());
    out
}

fn read(format: Format, rows: &[&[Frame]]) -> Option<Vec<Reading>> {
    rows.iter().enumerate().map(|(i, frames)| align(frames, format, i)).collect()
}

fn characters(format: Format) -> f32 {
    (format.lines() * format.width()) as f32
}

fn per_character(r: &Repaired) -> f32 {
    r.cost / characters(r.mrz.format())
}

/// The symbols of a greedy reading.
fn greedy(frames: &[Frame]) -> impl Iterator<Item = usize> {
    let mut last = BLANK;
    frames.iter().filter_map(move |f| {
        let best = (0..=BLANK).max_by(|a, b| f.seen(*a).total_cmp(&f.seen(*b))).unwrap_or(BLANK);
        let new = best != BLANK && best != last;
        last = best;
        new.then_some(best)
    })
}

/// How many symbols a greedy reading has.
fn greedy_length(frames: &[Frame]) -> usize {
    greedy(frames).count()
}

/// Whether a row may begin with some text: each symbol it is read as, or one that looks like it.
fn begins_with(frames: &[Frame], text: &[u8]) -> bool {
    let mut read = greedy(frames);
    text.iter().all(|c| {
        let (Some(seen), Some(wanted)) = (read.next(), index(*c)) else { return false };
        seen == wanted || alike(seen, wanted)
    })
}

/// Whether a reading is final.
fn settled(r: &Repaired) -> bool {
    r.mrz.valid() && per_character(r) < SETTLED
}

/// Smaller is better: disagreement per character, and failing check digits.
fn rank(r: &Repaired) -> f32 {
    let checks = r.mrz.checks();
    let failing = checks.iter().filter(|c| !c.holds).count() as f32 / checks.len().max(1) as f32;
    per_character(r) + 0.2 * failing
}

/// Whether this is a zone at all: the reading agrees with the rules, and more than chance speaks for it.
fn believable(r: &Repaired) -> bool {
    let checks = r.mrz.checks();
    let holding = checks.iter().filter(|c| c.holds).count();
    let cost = per_character(r);
    let fillers = r.mrz.lines().iter().flat_map(|l| l.bytes()).filter(|c| *c == b'<').count();
    // The letters that a licence begins with are seen as such, or it is none.
    let least = if r.mrz.format().is_licence() { 0 } else { 6 };
    cost < DISAGREEMENT && (holding >= 2 || (cost < DISAGREEMENT / 2.0 && fillers >= least))
}

/// What a character of the recogniser means in a zone.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Symbol {
    /// Into the score arrays.
    index: u8,
    /// A capital, a digit or the filler.
    native: bool,
    /// The recogniser's blank.
    silent: bool,
}

fn symbol(c: char) -> Option<Symbol> {
    let of = |c: u8, native| Some(Symbol { index: index(c)? as u8, native, silent: false });
    match c {
        '\0' | ' ' => Some(Symbol { index: BLANK as u8, native: false, silent: c == '\0' }),
        '<' => of(b'<', true),
        '«' | '‹' | '〈' | '《' | '＜' | '≤' | '≪' | 'く' => of(b'<', true),
        c if c.is_ascii_alphanumeric() => of(c.to_ascii_uppercase() as u8, !c.is_ascii_lowercase()),
        _ => None,
    }
}

/// Grey, with the darkest twentieth black and the lightest quarter white.
fn stretch(crop: &mut RgbImage) {
    let grey = |p: &image::Rgb<u8>| (u32::from(p[0]) * 3 + u32::from(p[1]) * 6 + u32::from(p[2])) / 10;
    let mut values: Vec<u32> = crop.pixels().map(grey).collect();
    values.sort_unstable();
    let at = |share: f32| values.get((values.len() as f32 * share) as usize).copied().unwrap_or(0) as f32;
    let (dark, light) = (at(0.05), at(0.75));
    let range = (light - dark).max(16.0);
    for pixel in crop.pixels_mut() {
        let v = ((grey(pixel) as f32 - dark) / range * 255.0).clamp(0.0, 255.0) as u8;
        *pixel = image::Rgb([v; 3]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_of_the_recogniser() {
        let index = |c| symbol(c).map(|s| s.index);
        assert_eq!(index('o'), index('O'));
        assert_eq!(index('«'), index('<'));
        assert_eq!(index(' '), Some(BLANK as u8));
        assert!(symbol('O').is_some_and(|s| s.native) && symbol('o').is_some_and(|s| !s.native));
        assert_eq!(symbol('é'), None);
    }

    #[test]
    fn stretching_uses_the_whole_range() {
        let mut crop = RgbImage::from_fn(40, 10, |x, _| image::Rgb([if x % 4 == 0 { 90 } else { 140 }; 3]));
        stretch(&mut crop);
        assert_eq!((crop.get_pixel(0, 0)[0], crop.get_pixel(1, 0)[0]), (0, 255));
    }
}
