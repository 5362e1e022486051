//! Reads the rows of a symbol between its guards.
//!
//! The row indicators beside the guards say which row a point of a guard belongs to, how many rows and
//! columns there are and how much error correction. With rows known on both sides, every codeword has its place,
//! whatever the perspective, and is read by likeness to the patterns of its row's cluster.

use std::collections::BTreeMap;

use super::{
    field::{Field, Vector, vector},
    guard::{Guard, Kind},
    symbols::{self, MODULES, Match, PATTERNS},
};

/// How far, in degrees, rows may lean from the perpendicular of a guard.
const LEANS: &[f32] = &[0.0, 2.0, -2.0, 4.0, -4.0, 6.5, -6.5, 9.0, -9.0, 12.0, -12.0];
/// By how many degrees the last row of a guard may lean more than its first.
const FANS: &[f32] = &[0.0, 3.0, -3.0, 6.0, -6.0, 10.0, -10.0];
/// By how much modules beside a guard may be larger than the guard's own.
const STRETCHES: &[f32] = &[1.0, 0.95, 1.05, 0.9, 1.1];
/// Samples a module along a row.
const SAMPLES: usize = 4;
/// What is less like its template than this was not read.
const READ: f32 = 0.55;

/// A guard and what the row indicators beside it say.
pub(super) struct Side {
    guard: Guard,
    rows: Rows,
    /// From end to end, in pixels.
    length: f32,
    /// Row number at `s` pixels from the guard's first end: `slope * s + offset`.
    slope: f32,
    offset: f32,
    /// Readings that agree with it.
    pub(super) support: usize,
    votes: Votes,
}

/// Directions of the rows beside a guard, from it into the symbol: in perspective, neighbours lean differently.
#[derive(Debug, Clone, Copy)]
struct Rows {
    /// Perpendicular to the guard.
    across: Vector,
    /// Degrees from it in the middle of the guard, and how many more at its end than at its beginning.
    lean: f32,
    fan: f32,
    /// Size of the modules beside the guard, in the guard's.
    stretch: f32,
}

impl Rows {
    /// The direction at a share of the guard's length.
    fn inward(&self, share: f32) -> Vector {
        self.across.turned(self.lean + self.fan * (share - 0.5))
    }
}

/// What the indicators say of the symbol, by how often they say it.
#[derive(Default, Clone)]
struct Votes {
    columns: BTreeMap<usize, usize>,
    row_thirds: BTreeMap<usize, usize>,
    level_and_rest: BTreeMap<usize, usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) check: usize,
}

impl Votes {
    fn count(&mut self, kind: Kind, cluster: usize, value: usize) {
        // Left and right indicators say the same three things, in another order.
        let list = match (kind, cluster) {
            (Kind::Start, 2) | (Kind::Stop, 0) => &mut self.columns,
            (Kind::Start, 0) | (Kind::Stop, 1) => &mut self.row_thirds,
            _ => &mut self.level_and_rest,
        };
        *list.entry(value).or_default() += 1;
    }

    fn with(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (to, from) in [
            (&mut sum.columns, &other.columns),
            (&mut sum.row_thirds, &other.row_thirds),
            (&mut sum.level_and_rest, &other.level_and_rest),
        ] {
            from.iter().for_each(|(value, n)| *to.entry(*value).or_default() += n);
        }
        sum
    }

    fn shape(&self) -> Option<Shape> {
        let best =
            |list: &BTreeMap<usize, usize>| list.iter().max_by_key(|(_, n)| **n).map(|(value, _)| *value);
        let (columns, thirds, rest) =
            (best(&self.columns)? + 1, best(&self.row_thirds)?, best(&self.level_and_rest)?);
        let rows = thirds * 3 + rest % 3 + 1;
        let check = 2usize << (rest / 3);
        let whole = (3..=90).contains(&rows) && (1..=30).contains(&columns) && rest / 3 <= 8;
        let total = rows * columns;
        (whole && total > check && total < symbols::CODEWORDS).then_some(Shape { columns, rows, check })
    }
}

/// One reading of a row indicator.
#[derive(Clone, Copy)]
struct Reading {
    s: f32,
    cluster: usize,
    codeword: usize,
}

impl Reading {
    fn row(&self) -> f32 {
        (self.codeword / 30 * 3 + self.cluster) as f32
    }
}

/// The distance from `p` along `direction` to the line through two points.
fn distance(p: Vector, direction: Vector, line: [Vector; 2]) -> Option<f32> {
    let along = line[0].to(line[1]);
    let cross = direction.x * along.y - direction.y * along.x;
    let to = p.to(line[0]);
    (cross.abs() > 1e-3).then(|| (to.x * along.y - to.y * along.x) / cross)
}

impl Side {
    /// Reads the indicators beside a guard; `None` when they make no sense.
    pub(super) fn read(field: &Field, guard: &Guard) -> Option<Self> {
        let along = guard.outer[0].to(guard.outer[1]).unit()?;
        let mut across = vector(-along.y, along.x);
        let middle = guard.outer[0].between(guard.outer[1], 0.5);
        if across.dot(middle.to(guard.inner[0].between(guard.inner[1], 0.5))) < 0.0 {
            across = vector(along.y, -along.x);
        }
        // First by exact patterns alone, which is quick: in every direction, then with perspective along the rows,
        // then across them, until most of the guard's length is read. Then by likeness, in the best way.
        let expected = guard.outer[0].to(guard.outer[1]).length() / (guard.unit() * 0.5).max(0.1);
        let mut best = (0, Rows { across, lean: 0.0, fan: 0.0, stretch: 1.0 });
        for (leans, fans, stretches) in [
            (LEANS, &FANS[..1], &STRETCHES[..1]),
            (LEANS, &FANS[..1], &STRETCHES[1..]),
            (&LEANS[..3], FANS, &STRETCHES[..1]),
        ] {
            if best.0 as f32 > expected * 0.6 {
                break;
            }
            let around = best.1;
            for (lean, fan, stretch) in leans
                .iter()
                .flat_map(|l| fans.iter().flat_map(move |f| stretches.iter().map(move |s| (*l, *f, *s))))
            {
                let lean = if fans.len() > 1 { around.lean + lean } else { lean };
                let rows = Rows {
                    across,
                    lean,
                    fan,
                    stretch: if fans.len() > 1 { around.stretch } else { stretch },
                };
                let support = Self::along(field, guard, along, rows, false).map_or(0, |s| s.support);
                if support > best.0 {
                    best = (support, rows);
                }
            }
        }
        Self::along(field, guard, along, best.1, true)
    }

    fn along(field: &Field, guard: &Guard, along: Vector, rows: Rows, by_likeness: bool) -> Option<Self> {
        let length = guard.outer[0].to(guard.outer[1]).length();
        let unit = distance(guard.outer[0], rows.inward(0.0), guard.inner)? / guard.kind.modules();
        if !(0.3..200.0).contains(&unit) {
            return None;
        }
        let step = (unit * 0.5).max(length / 400.0);
        let margin = (length * 0.15).max(6.0 * unit);
        let count = ((length + 2.0 * margin) / step) as usize;
        let mut readings = vec![];
        for i in 0..count {
            let s = i as f32 * step - margin;
            let inward = rows.inward(s / length);
            let start = guard.outer[0].plus(along, s);
            let Some(width) = distance(start, inward, guard.inner).filter(|w| *w > 0.0) else { continue };
            let inner = start.plus(inward, width);
            let unit = width / guard.kind.modules() * rows.stretch;
            readings.extend(
                indicator(field, guard.kind, inner, inward, unit, by_likeness).map(|r| Reading { s, ..r }),
            );
        }
        let (slope, offset) = rows_along(&readings, unit)?;
        let agree: Vec<&Reading> =
            readings.iter().filter(|r| (slope * r.s + offset - r.row() - 0.5).abs() < 0.9).collect();
        let mut votes = Votes::default();
        agree.iter().for_each(|r| votes.count(guard.kind, r.cluster, r.codeword % 30));
        Some(Self { guard: guard.clone(), rows, length, slope, offset, support: agree.len(), votes })
    }

    /// How far along the guard a row is, in pixels.
    fn place(&self, row: f32) -> f32 {
        (row - self.offset) / self.slope
    }

    /// The direction of a row into the symbol.
    fn inward(&self, row: f32) -> Vector {
        self.rows.inward(self.place(row) / self.length)
    }

    /// The point of the outer edge at a row number.
    fn at(&self, row: f32) -> Option<Vector> {
        let along = self.guard.outer[0].to(self.guard.outer[1]).unit()?;
        Some(self.guard.outer[0].plus(along, self.place(row)))
    }

    /// Whether the other guard may be the far end of the same symbol.
    pub(super) fn faces(&self, other: &Self) -> bool {
        let middle = |side: &Self| side.guard.outer[0].between(side.guard.outer[1], 0.5);
        let across = middle(self).to(middle(other));
        let (here, there) = (self.rows.inward(0.5), other.rows.inward(0.5));
        let opposite = here.dot(there) < -0.8;
        let rows_agree = self.slope * self.along_sign(other) * other.slope > 0.0;
        let Some(direction) = across.unit() else { return false };
        opposite && rows_agree && direction.dot(here) > 0.6 && direction.dot(there) < -0.6
    }

    /// 1 when the two guards run the same way, -1 when they run against each other.
    fn along_sign(&self, other: &Self) -> f32 {
        let along = |side: &Self| side.guard.outer[0].to(side.guard.outer[1]);
        along(self).dot(along(other)).signum()
    }

    pub(super) fn kind(&self) -> Kind {
        self.guard.kind
    }
}

/// Reads 17 modules from a guard's inner edge on, allowing for a small shift.
fn indicator(
    field: &Field,
    kind: Kind,
    inner: Vector,
    inward: Vector,
    unit: f32,
    by_likeness: bool,
) -> Option<Reading> {
    let mut read = |shift: f32| {
        let modules: [f32; MODULES] = std::array::from_fn(|i| {
            let m = match kind {
                Kind::Start => i as f32 + 0.5,
                Kind::Stop => 16.5 - i as f32,
            };
            255.0 - field.at(inner.plus(inward, (m + shift) * unit))
        });
        let low = modules.iter().copied().fold(f32::INFINITY, f32::min);
        let high = modules.iter().copied().fold(0.0, f32::max);
        if high - low < 24.0 {
            return None;
        }
        let pattern = modules.iter().fold(0, |p, m| p << 1 | u32::from(*m > (low + high) / 2.0));
        let exact = (0..3).find_map(|cluster| Some((cluster, PATTERNS.exact(cluster, pattern)?)));
        if let Some((cluster, codeword)) = exact {
            return Some(Reading { s: 0.0, cluster, codeword: usize::from(codeword) });
        }
        if !by_likeness {
            return None;
        }
        let modules = symbols::normalised(modules);
        let (cluster, best) = (0..3)
            .map(|cluster| (cluster, PATTERNS.nearest(cluster, &modules)))
            .max_by(|a, b| a.1.score.total_cmp(&b.1.score))?;
        (best.score > 0.9 && best.margin > 0.05).then_some(Reading {
            s: 0.0,
            cluster,
            codeword: usize::from(best.codeword),
        })
    };
    [0.0, 0.3, -0.3].into_iter().find_map(&mut read).filter(|r| r.codeword < 900)
}

/// The line through most of the readings: rows pass evenly along a guard.
fn rows_along(readings: &[Reading], unit: f32) -> Option<(f32, f32)> {
    if readings.len() < 4 {
        return None;
    }
    let stride = readings.len().div_ceil(60);
    let some: Vec<&Reading> = readings.iter().step_by(stride).collect();
    let mut best = (0, 0.0, 0.0);
    for (i, a) in some.iter().enumerate() {
        for b in some.iter().skip(i + 1) {
            let rows = b.row() - a.row();
            let slope = rows / (b.s - a.s);
            // Rows are from one to a dozen modules high.
            if rows.abs() < 2.0 || !(0.06..1.4).contains(&(slope.abs() * unit)) {
                continue;
            }
            let offset = a.row() + 0.5 - slope * a.s;
            let support = some.iter().filter(|r| (slope * r.s + offset - r.row() - 0.5).abs() < 0.75).count();
            if support > best.0 {
                best = (support, slope, offset);
            }
        }
    }
    let (support, mut slope, mut offset) = best;
    if support < 4 || support * 4 < some.len() {
        return None;
    }
    for _ in 0..3 {
        let agree = readings.iter().filter(|r| (slope * r.s + offset - r.row() - 0.5).abs() < 0.8);
        let (mut n, mut x, mut y, mut xx, mut xy) = (0f64, 0f64, 0f64, 0f64, 0f64);
        for r in agree {
            let (px, py) = (f64::from(r.s), f64::from(r.row()) + 0.5);
            n += 1.0;
            x += px;
            y += py;
            xx += px * px;
            xy += px * py;
        }
        let spread = n * xx - x * x;
        if spread.abs() < 1e-6 {
            break;
        }
        slope = ((n * xy - x * y) / spread) as f32;
        offset = ((y - f64::from(slope) * x) / n) as f32;
    }
    (slope.abs() > 1e-4).then_some((slope, offset))
}

/// A symbol as it was read, with its corners: top left, top right, bottom right, bottom left.
pub(super) struct Read {
    pub(super) data: Vec<u32>,
    pub(super) corners: [Vector; 4],
}

/// Reads the symbol between a start and a stop guard, or from one of them alone.
pub(super) fn read(field: &Field, start: Option<&Side>, stop: Option<&Side>) -> Option<Read> {
    let votes = match (start, stop) {
        (Some(a), Some(b)) => a.votes.with(&b.votes),
        (Some(side), None) | (None, Some(side)) => side.votes.clone(),
        (None, None) => return None,
    };
    let shape = votes.shape()?;
    let modules = (MODULES * (shape.columns + 4) + 1) as f32;
    let ends = |row: f32| ends(start, stop, row, modules);
    let mut cells: Vec<Match> = vec![];
    for row in 0..shape.rows {
        let lines: Vec<Line> = [0.35, 0.5, 0.65].iter().filter_map(|part| ends(row as f32 + part)).collect();
        read_row(field, &lines, row % 3, shape.columns, start.is_none(), &mut cells);
    }
    let data = repaired(&cells, shape)?;
    let (top, bottom) = (ends(0.0)?, ends(shape.rows as f32)?);
    Some(Read { data, corners: [top.from, top.to(modules), bottom.to(modules), bottom.from] })
}

/// A row's line through the symbol, with the place of each module on it.
struct Line {
    from: Vector,
    direction: Vector,
    /// Place of module `m`: `scale * m / (1 + bend * m)` pixels from `from`.
    scale: f32,
    bend: f32,
}

impl Line {
    fn to(&self, module: f32) -> Vector {
        self.from.plus(self.direction, self.scale * module / (1.0 + self.bend * module))
    }
}

fn ends(start: Option<&Side>, stop: Option<&Side>, row: f32, modules: f32) -> Option<Line> {
    let unit = |side: &Side, p: Vector, direction: Vector| {
        distance(p, direction, side.guard.inner).map(|w| w / side.guard.kind.modules()).filter(|u| *u > 0.0)
    };
    match (start, stop) {
        (Some(start), Some(stop)) => {
            let (from, to) = (start.at(row)?, stop.at(row)?);
            let length = from.to(to).length();
            let direction = from.to(to).unit()?;
            let (first, last) =
                (unit(start, from, direction)?, unit(stop, to, vector(-direction.x, -direction.y))?);
            // Perspective: what is nearer is larger. A short guard cannot tell small differences.
            let growth = (first / last).clamp(0.6, 1.6).sqrt();
            let bend = (growth - 1.0) / modules;
            Some(Line { from, direction, scale: length * (1.0 + bend * modules) / modules, bend })
        }
        (Some(side), None) => {
            let (from, direction) = (side.at(row)?, side.inward(row));
            Some(Line { from, direction, scale: unit(side, from, direction)?, bend: 0.0 })
        }
        (None, Some(side)) => {
            let (to, inward) = (side.at(row)?, side.inward(row));
            let scale = unit(side, to, inward)?;
            let from = to.plus(inward, scale * modules);
            Some(Line { from, direction: vector(-inward.x, -inward.y), scale, bend: 0.0 })
        }
        (None, None) => None,
    }
}

/// Reads the codewords of a row, following it from its known end and correcting the place of each codeword.
fn read_row(
    field: &Field,
    lines: &[Line],
    cluster: usize,
    columns: usize,
    from_right: bool,
    cells: &mut Vec<Match>,
) {
    let total = MODULES * (columns + 4) + 2;
    let profile: Vec<f32> = (0..=total * SAMPLES)
        .map(|i| {
            let m = i as f32 / SAMPLES as f32;
            lines.iter().map(|l| 255.0 - field.at(l.to(m))).sum::<f32>() / lines.len().max(1) as f32
        })
        .collect();
    let sample = |m: f32| {
        let at = (m * SAMPLES as f32).clamp(0.0, (total * SAMPLES) as f32);
        let i = at as usize;
        let value = |i: usize| profile.get(i).or(profile.last()).copied().unwrap_or(0.0);
        value(i) + (value(i + 1) - value(i)) * (at - i as f32)
    };
    let at = |column: usize, shift: f32| -> [f32; MODULES] {
        let first = (MODULES * (column + 2)) as f32 + shift;
        symbols::normalised(std::array::from_fn(|i| {
            let centre = first + i as f32 + 0.5;
            (sample(centre - 0.2) + 2.0 * sample(centre) + sample(centre + 0.2)) / 4.0
        }))
    };
    let mut row = vec![Match { codeword: 0, score: 0.0, margin: 0.0 }; columns];
    let (mut shift, mut drift) = (0.0f32, 0.0f32);
    for i in 0..columns {
        let column = if from_right { columns - 1 - i } else { i };
        let mut best = (shift, PATTERNS.nearest(cluster, &at(column, shift)));
        if best.1.score < 0.95 {
            for off in [0.25, -0.25, 0.5, -0.5, 0.8, -0.8] {
                let found = PATTERNS.nearest(cluster, &at(column, shift + off));
                if found.score > best.1.score + 0.01 {
                    best = (shift + off, found);
                }
            }
        }
        if best.1.score > 0.85 {
            drift = (drift + 0.3 * (best.0 - shift)).clamp(-0.3, 0.3);
            shift = best.0;
        }
        shift = (shift + drift * 0.5).clamp(-6.0, 6.0);
        if let Some(slot) = row.get_mut(column) {
            *slot = best.1;
        }
    }
    cells.extend(row);
}

/// The data codewords, after error correction. The least certain cells count as erasures, in several steps,
/// always leaving check codewords over to prove the result.
fn repaired(cells: &[Match], shape: Shape) -> Option<Vec<u32>> {
    let data = cells.len().checked_sub(shape.check)?;
    let certain = |m: &Match| if m.score < READ { 0.0 } else { m.score - READ + 4.0 * m.margin };
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by(|a, b| match (cells.get(*a), cells.get(*b)) {
        (Some(a), Some(b)) => certain(a).total_cmp(&certain(b)),
        _ => std::cmp::Ordering::Equal,
    });
    let unread = cells.iter().filter(|m| m.score < READ).count();
    let most = shape.check.saturating_sub(4);
    let mut steps: Vec<usize> =
        [0, 1, 2, 3, 4, 5, 6, 7].iter().map(|eighths| shape.check * eighths / 8).collect();
    steps.insert(0, unread);
    steps.iter_mut().for_each(|s| *s = (*s).min(most));
    steps.dedup();
    for erased in steps {
        let mut words: Vec<u32> = cells.iter().map(|m| u32::from(m.codeword)).collect();
        let erasures = order.get(..erased).unwrap_or_default();
        if symbols::repair(&mut words, shape.check, erasures).is_none() {
            continue;
        }
        // The first codeword says how many there are besides the check codewords.
        if words.first().copied() == u32::try_from(data).ok() {
            return words.get(1..data).map(<[u32]>::to_vec);
        }
    }
    None
}
