//! From what a recogniser believes about a line to the best reading that a format allows.
//!
//! A text recogniser gives, for each of some tens or hundreds of frames along the line, how likely each
//! symbol is (connectionist temporal classification, CTC). Read greedily, it loses or doubles characters
//! of the long filler runs and mixes up letters and digits. A machine readable zone has a fixed length
//! and fixed places for digits, so the best path *of exactly that length* is searched instead, with a
//! penalty where a symbol does not belong. The penalty is finite: a specimen that breaks the rules can
//! still be read as it stands.

use super::layout::{Class, Format};

/// The alphabet, in the order of all score arrays here.
pub(crate) const SYMBOLS: &[u8; 37] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
pub(crate) const BLANK: usize = 37;

/// What a recogniser believes at one place along a line, as natural logarithms of probabilities.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// The 37 symbols as they were seen, then the blank. Paths are searched over these.
    seen: [f32; 38],
    /// The symbols with what look-alikes lend them. Of these the reading of a position is chosen.
    lent: [f32; 37],
}

/// What a symbol costs where it does not belong, in nats, when a reading is chosen: more than a confusion (3 to 6 nats), less than
/// the certainty of a recogniser that sees something wholly different (9 nats).
const OUT_OF_CLASS: f32 = 6.0;
/// The same where check digits watch: only the strongest confusions (3 nats) are put right at once, the
/// others when a check digit asks for it, so that a document that breaks the rules is read as it stands.
const OUT_OF_WATCHED_CLASS: f32 = 4.0;
/// The same while a path is searched, for a symbol that has a look-alike which belongs: `O` for a zero.
const LOOK_ALIKE: f32 = 1.0;
/// Belief that every symbol keeps, however sure the recogniser is.
const FLOOR: f32 = 1e-4;

/// Pairs that recognisers and worn print mix up, with the share of belief that each lends the other.
/// In OCR-B the first group differs by little more than a corner or a bar.
const CONFUSED: &[(u8, u8, f32)] = &[
    (b'0', b'O', 0.05),
    (b'1', b'I', 0.05),
    (b'5', b'S', 0.05),
    (b'8', b'B', 0.05),
    (b'2', b'Z', 0.05),
    (b'6', b'G', 0.03),
    (b'0', b'D', 0.02),
    (b'0', b'Q', 0.02),
    (b'1', b'L', 0.01),
    (b'7', b'T', 0.01),
    (b'4', b'A', 0.01),
    (b'<', b'K', 0.01),
    (b'<', b'C', 0.01),
    (b'O', b'Q', 0.01),
    (b'O', b'D', 0.01),
    (b'U', b'V', 0.003),
    (b'E', b'F', 0.003),
    (b'M', b'N', 0.003),
    (b'3', b'8', 0.003),
    (b'6', b'8', 0.003),
    (b'1', b'7', 0.003),
    (b'5', b'6', 0.003),
    (b'0', b'8', 0.003),
    (b'<', b'L', 0.003),
    (b'<', b'S', 0.003),
    (b'<', b'E', 0.003),
];

impl Frame {
    /// How likely a symbol, or the blank, was seen.
    pub(crate) fn seen(&self, symbol: usize) -> f32 {
        self.seen.get(symbol).copied().unwrap_or(f32::MIN)
    }
}

pub(crate) fn index(c: u8) -> Option<usize> {
    Some(match c {
        b'A'..=b'Z' => usize::from(c - b'A'),
        b'0'..=b'9' => usize::from(c - b'0') + 26,
        b'<' => 36,
        _ => return None,
    })
}

/// Share of belief that a filler lends to its neighbourhood: inside a run of fillers, one more or one less
/// is the likeliest mistake of a recogniser.
const LOOSE_FILLER: f32 = 0.2;

/// The frames of a line from beliefs. Runs of fillers are loosened: a blank there may be a filler and a
/// filler a blank.
pub(crate) fn frames(beliefs: &[[f32; 38]]) -> Vec<Frame> {
    const FILLER: usize = 36;
    let filler = |t: Option<usize>| t.and_then(|t| beliefs.get(t)).map_or(0.0, |b| b[FILLER]);
    let loosened = beliefs.iter().enumerate().map(|(t, belief)| {
        let mut belief = *belief;
        let near = filler(t.checked_sub(1)).max(filler(Some(t + 1)));
        (belief[FILLER], belief[BLANK]) =
            (belief[FILLER] + LOOSE_FILLER * near, belief[BLANK] + LOOSE_FILLER * belief[FILLER]);
        frame(&belief)
    });
    loosened.collect()
}

/// Beliefs (any non-negative numbers, the blank last) to logarithms, each symbol lending some of its
/// belief to those it is mixed up with.
fn frame(belief: &[f32; 38]) -> Frame {
    let log = |p: f32| (p + FLOOR).ln();
    let mut lent = *belief;
    for (a, b, share) in CONFUSED {
        if let (Some(a), Some(b)) = (index(*a), index(*b)) {
            lent[a] += belief[b] * share;
            lent[b] += belief[a] * share;
        }
    }
    Frame { seen: belief.map(log), lent: std::array::from_fn(|i| log(lent[i])) }
}

/// One line of a zone as read: for each position how good each symbol would be.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Logarithms, the class penalty included.
    pub(crate) scores: Vec<[f32; 37]>,
    /// What the constraints cost against the best free reading, in nats.
    pub(crate) loss: f32,
}

impl Reading {
    /// The best symbol of a position.
    pub(crate) fn best(&self, at: usize) -> u8 {
        let Some(scores) = self.scores.get(at) else { return b'<' };
        let best = (0..37).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(36);
        SYMBOLS[best]
    }

    /// By how much the best symbol leads at the position where it leads least.
    pub(crate) fn narrowest(&self) -> f32 {
        let lead = |scores: &[f32; 37]| {
            let (first, second) = scores.iter().fold((f32::MIN, f32::MIN), |(first, second), s| {
                if *s > first { (*s, first) } else { (first, second.max(*s)) }
            });
            first - second
        };
        self.scores.iter().map(lead).fold(f32::MAX, f32::min)
    }

    pub(crate) fn text(&self) -> Vec<u8> {
        (0..self.scores.len()).map(|at| self.best(at)).collect()
    }

    /// A reading of given text of the right length, as if a recogniser had been sure of it.
    pub(crate) fn of_text(text: &[u8], format: Format, line: usize) -> Self {
        let mut loss = 0.0;
        let scores = text
            .iter()
            .enumerate()
            .map(|(at, c)| {
                let mut belief = [0.0; 38];
                if let Some(i) = index(*c) {
                    belief[i] = 1.0;
                }
                let scores = judge(&frame(&belief), format.class(line, at));
                loss -= scores.iter().copied().fold(f32::MIN, f32::max);
                scores
            })
            .collect();
        Self { scores, loss }
    }

    /// Adds the evidence of another reading of the same line.
    pub(crate) fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.scores.iter_mut().zip(&other.scores) {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a = (*a + b) / 2.0);
        }
        self.loss = self.loss.min(other.loss);
    }
}

fn judge(frame: &Frame, class: Class) -> [f32; 37] {
    std::array::from_fn(|i| frame.lent[i] - penalty(class, i))
}

/// Whether two symbols are mixed up at all.
pub(crate) fn alike(a: usize, b: usize) -> bool {
    let pair = |x: u8, y: u8| {
        (index(x), index(y)) == (Some(a), Some(b)) || (index(y), index(x)) == (Some(a), Some(b))
    };
    CONFUSED.iter().any(|(x, y, _)| pair(*x, *y))
}

/// What it costs a path to have a symbol at a position of some class.
fn entry(class: Class, symbol: usize) -> f32 {
    let full = penalty(class, symbol);
    if full == 0.0 {
        return 0.0;
    }
    let c = SYMBOLS[symbol];
    let belongs = CONFUSED.iter().any(|(a, b, share)| {
        *share >= 0.01 && ((*a == c && class.admits(*b)) || (*b == c && class.admits(*a)))
    });
    if belongs { LOOK_ALIKE } else { full }
}

pub(crate) fn penalty(class: Class, symbol: usize) -> f32 {
    match class {
        _ if class.admits(SYMBOLS[symbol]) => 0.0,
        Class::Digit | Class::Sex => OUT_OF_WATCHED_CLASS,
        Class::Letter | Class::Any | Class::Filler => OUT_OF_CLASS,
    }
}

/// The best score of any reading of the frames, of whatever length.
fn free(frames: &[Frame]) -> f32 {
    frames.iter().map(|f| f.seen.iter().copied().fold(f32::MIN, f32::max)).sum()
}

/// Where the best path of some length came from, per frame, position and symbol.
struct Trace {
    width: usize,
    /// 0: the same symbol goes on; 1: from the blank; 2: from another symbol.
    symbol: Vec<u8>,
    /// For a blank after some position: 38 for the blank before, otherwise the symbol before.
    blank: Vec<u8>,
    /// The best and second-best symbol before each position, for the third kind of step.
    leaders: Vec<(u8, u8)>,
}

/// The best reading of exactly the format's width; `None` when there are too few frames for it.
pub(crate) fn align(frames: &[Frame], format: Format, line: usize) -> Option<Reading> {
    let width = format.width();
    // Bounds the memory: a line of 44 in a crop of 4096 pixels has 512 frames.
    if frames.len() < width || frames.len() > 1024 {
        return None;
    }
    let classes: Vec<Class> = (0..width).map(|at| format.class(line, at)).collect();
    let entries: Vec<[f32; 37]> =
        classes.iter().map(|class| std::array::from_fn(|c| entry(*class, c))).collect();
    const NONE: f32 = -1e30;
    // Index 0 of both: nothing emitted yet.
    let mut ends_blank = vec![NONE; width + 1];
    let mut ends_symbol = vec![[NONE; 37]; width + 1];
    ends_blank[0] = 0.0;
    let cells = frames.len() * (width + 1);
    let mut trace = Trace {
        width: width + 1,
        symbol: vec![0; cells * 37],
        blank: vec![0; cells],
        leaders: vec![(0, 0); cells],
    };
    for (t, f) in frames.iter().enumerate() {
        let row = t * trace.width;
        let leaders: Vec<(usize, usize)> = ends_symbol
            .iter()
            .map(|scores| {
                let (mut a, mut b) = (0, 1);
                if scores[b] > scores[a] {
                    (a, b) = (b, a);
                }
                for i in 2..37 {
                    if scores[i] > scores[a] {
                        (a, b) = (i, a);
                    } else if scores[i] > scores[b] {
                        b = i;
                    }
                }
                (a, b)
            })
            .collect();
        // Downwards, so that position i - 1 still holds the frame before.
        for i in (0..=width).rev() {
            let (lead, _) = leaders[i];
            let (from, came) = if i > 0 && ends_symbol[i][lead] > ends_blank[i] {
                (ends_symbol[i][lead], lead)
            } else {
                (ends_blank[i], 38)
            };
            trace.blank[row + i] = came as u8;
            if i > 0 {
                let (a, b) = leaders[i - 1];
                trace.leaders[row + i] = (a as u8, b as u8);
                for c in 0..37 {
                    let entry = entries[i - 1][c];
                    let other = if a == c { b } else { a };
                    let change = if i > 1 { ends_symbol[i - 1][other] } else { NONE };
                    let mut best = (ends_symbol[i][c], 0u8);
                    if ends_blank[i - 1] - entry > best.0 {
                        best = (ends_blank[i - 1] - entry, 1);
                    }
                    if change - entry > best.0 {
                        best = (change - entry, 2);
                    }
                    trace.symbol[(row + i) * 37 + c] = best.1;
                    ends_symbol[i][c] = best.0 + f.seen[c];
                }
            }
            ends_blank[i] = from + f.seen[BLANK];
        }
    }
    let last = (0..37).max_by(|a, b| ends_symbol[width][*a].total_cmp(&ends_symbol[width][*b]))?;
    let (score, state) = if ends_symbol[width][last] > ends_blank[width] {
        (ends_symbol[width][last], last)
    } else {
        (ends_blank[width], 38)
    };
    if score < NONE / 2.0 {
        return None;
    }
    let path = trace.follow(frames, width, state)?;
    let scores = path.iter().zip(&classes).map(|((t, symbol), class)| {
        // A symbol that was squeezed in stands where another is surer; on this path it is what was seen.
        let mut belief = [0.0; 38];
        frames[*t].seen.iter().zip(&mut belief).for_each(|(log, b)| *b = log.exp());
        let surest = belief.iter().copied().fold(0.0, f32::max);
        belief[*symbol] = belief[*symbol].max(surest);
        judge(&frame(&belief), *class)
    });
    Some(Reading { scores: scores.collect(), loss: free(frames) - score })
}

impl Trace {
    /// Walks back and gives, for each position, its symbol and the frame in which that was surest.
    fn follow(&self, frames: &[Frame], mut at: usize, mut state: usize) -> Option<Vec<(usize, usize)>> {
        let mut peaks: Vec<Option<(usize, usize)>> = vec![None; at];
        for t in (0..frames.len()).rev() {
            let cell = t * self.width + at;
            if state == 38 {
                state = usize::from(*self.blank.get(cell)?);
                continue;
            }
            if at == 0 {
                break;
            }
            let peak = peaks.get_mut(at - 1)?;
            if peak.is_none_or(|(p, _)| frames[t].seen[state] > frames[p].seen[state]) {
                *peak = Some((t, state));
            }
            match self.symbol.get(cell * 37 + state)? {
                0 => {}
                1 => {
                    at -= 1;
                    state = 38;
                }
                _ => {
                    let (a, b) = *self.leaders.get(cell)?;
                    at -= 1;
                    state = usize::from(if usize::from(a) == state { b } else { a });
                }
            }
        }
        peaks.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames as a recogniser would give for a text: two of each symbol and a blank between.
    fn frames_of(text: &str) -> Vec<Frame> {
        let mut beliefs = vec![];
        for c in text.bytes() {
            let mut belief = [0.001; 38];
            belief[index(c).unwrap()] = 0.95;
            let mut blank = [0.001; 38];
            blank[BLANK] = 0.95;
            beliefs.extend([belief, belief, blank]);
        }
        frames(&beliefs)
    }

    #[test]
    fn reads_what_is_there() {
        let text = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        let reading = align(&frames_of(text), Format::Td3, 1).unwrap();
        assert_eq!(reading.text(), text.as_bytes());
        assert!(reading.loss < 1.0, "{}", reading.loss);
    }

    #[test]
    fn lengthens_and_shortens_filler_runs_and_minds_the_class() {
        for seen in
            ["L898902C36UTO74O8122F12O4159ZE184226B<<<10", "L898902C36UT07408I22F1204159ZE184226B<<<<<<<1O"]
        {
            let reading = align(&frames_of(seen), Format::Td3, 1).unwrap();
            assert_eq!(
                String::from_utf8(reading.text()).unwrap(),
                "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
            );
        }
    }

    #[test]
    fn too_few_frames_is_no_reading() {
        assert!(align(&frames_of("L8989"), Format::Td3, 1).is_none());
        assert!(align(&[], Format::Td1, 0).is_none());
    }
}
