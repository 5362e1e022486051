//! Where symbols may be: their start and stop patterns, bars that run the whole height of a symbol.

use super::field::{Field, Vector, vector};

/// Widths, in modules, of the bars and spaces of the start and of the stop pattern.
const START: [f32; 8] = [8.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3.0];
const STOP: [f32; 9] = [7.0, 1.0, 1.0, 3.0, 1.0, 1.0, 1.0, 2.0, 1.0];

/// How far the widths may be from the pattern: in all, as a share of its modules, and each, in modules.
const TOTAL: f32 = 0.24;
const EACH: f32 = 0.75;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Stop,
}

impl Kind {
    pub(super) fn modules(self) -> f32 {
        match self {
            Self::Start => 17.0,
            Self::Stop => 18.0,
        }
    }
}

/// A start or stop pattern, followed from row to row.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    pub(super) kind: Kind,
    /// The edge on the outside of the symbol, end to end, and the one on its inside at the same ends.
    pub(super) outer: [Vector; 2],
    pub(super) inner: [Vector; 2],
}

impl Guard {
    /// Width of a module along the scan line, in pixels.
    pub(super) fn unit(&self) -> f32 {
        (self.inner[0].x - self.outer[0].x).abs().max((self.inner[1].x - self.outer[1].x).abs())
            / self.kind.modules()
    }
}

/// One scan line's sight of a pattern.
#[derive(Clone, Copy)]
struct Hit {
    kind: Kind,
    outer: f32,
    inner: f32,
    line: f32,
}

impl Hit {
    fn unit(&self) -> f32 {
        (self.inner - self.outer).abs() / self.kind.modules()
    }
}

/// The guards that cross scan lines along the rows of the field, longest first. `radius` is that of the window
/// whose mean tells dark from light.
pub(super) fn find(field: &Field, radius: usize) -> Vec<Guard> {
    let threshold = field.local_mean(radius);
    let step = (field.height / 500).clamp(1, 4);
    let mut tracks: Vec<Vec<Hit>> = vec![];
    let mut open: Vec<usize> = vec![];
    let mut edges = vec![];
    for y in (0..field.height).step_by(step) {
        field.edges(y, &threshold, &mut edges);
        for hit in hits(&edges, y as f32) {
            let follows = |track: &Vec<Hit>| {
                track.last().is_some_and(|last| {
                    let (dy, unit) = (hit.line - last.line, last.unit());
                    let slope = if track.len() >= 6 {
                        track
                            .get(track.len() - 6)
                            .map_or(0.0, |b| (last.outer - b.outer) / (last.line - b.line))
                    } else {
                        0.0
                    };
                    let drift = (hit.outer - last.outer - slope * dy).abs();
                    let slack = if track.len() >= 6 { 0.35 } else { 0.8 };
                    last.kind == hit.kind
                        && (last.inner > last.outer) == (hit.inner > hit.outer)
                        && dy > 0.0
                        && dy <= (8.0 * unit).max(4.0 * step as f32)
                        && drift <= unit + slack * dy
                        && (0.7..1.43).contains(&(hit.unit() / unit))
                })
            };
            let known = open.iter().copied().find(|i| tracks.get(*i).is_some_and(follows));
            match known.and_then(|i| tracks.get_mut(i)) {
                Some(track) => track.push(hit),
                None => {
                    open.push(tracks.len());
                    tracks.push(vec![hit]);
                }
            }
        }
        let reach = 40.0 * step as f32;
        open.retain(|i| tracks.get(*i).and_then(|t| t.last()).is_some_and(|h| y as f32 - h.line < reach));
    }
    let mut guards: Vec<(f32, Guard)> = tracks.iter().filter_map(|t| guard(t)).collect();
    guards.sort_by(|a, b| b.0.total_cmp(&a.0));
    guards.truncate(24);
    guards.into_iter().map(|(_, g)| g).collect()
}

/// Patterns among the runs between edges: `edges` are positions, with whether dark begins there.
fn hits(edges: &[(f32, bool)], line: f32) -> Vec<Hit> {
    let mut found = vec![];
    let mut reversed_start = START;
    reversed_start.reverse();
    let mut reversed_stop = STOP;
    reversed_stop.reverse();
    for (i, (from, dark)) in edges.iter().enumerate() {
        let mut test = |pattern: &[f32], kind: Kind, outer_first: bool| {
            let Some(window) = edges.get(i..=i + pattern.len()) else { return };
            if let Some((to, _)) = window.last().filter(|_| matches(window, pattern)) {
                let (outer, inner) = if outer_first { (*from, *to) } else { (*to, *from) };
                found.push(Hit { kind, outer, inner, line });
            }
        };
        if *dark {
            test(&START, Kind::Start, true);
            test(&STOP, Kind::Stop, false);
            test(&reversed_stop, Kind::Stop, true);
        } else {
            test(&reversed_start, Kind::Start, false);
        }
    }
    found
}

fn matches(window: &[(f32, bool)], pattern: &[f32]) -> bool {
    let (Some((from, _)), Some((to, _))) = (window.first(), window.last()) else { return false };
    let modules: f32 = pattern.iter().sum();
    let unit = (to - from) / modules;
    if unit < 0.8 {
        return false;
    }
    // Blur and ink make bars wider and spaces narrower, or the other way round, by the same amount: the
    // distances between edges of the same sort are free of it, so widths are held to the looser bound.
    let mut total = 0.0;
    for (pair, expected) in window.windows(2).zip(pattern) {
        let &[(a, _), (b, _)] = pair else { return false };
        let off = ((b - a) / unit - expected).abs();
        if off > EACH {
            return false;
        }
        total += off;
    }
    total / modules <= TOTAL
}

/// A guard from its hits, with its length in pixels; `None` for what is too short.
fn guard(track: &[Hit]) -> Option<(f32, Guard)> {
    let (first, last) = (track.first()?, track.last()?);
    if track.len() < 4 {
        return None;
    }
    let mut units: Vec<f32> = track.iter().map(Hit::unit).collect();
    units.sort_by(f32::total_cmp);
    let unit = *units.get(units.len() / 2)?;
    let length = last.line - first.line;
    if length < 4.0 * unit {
        return None;
    }
    let outer = fit(track.iter().map(|h| (h.line, h.outer)));
    let inner = fit(track.iter().map(|h| (h.line, h.inner)));
    let ends = |(slope, offset): (f32, f32)| [first.line, last.line].map(|y| vector(slope * y + offset, y));
    Some((length, Guard { kind: first.kind, outer: ends(outer), inner: ends(inner) }))
}

/// The straight line through the points, slope and offset, with outliers given less weight in three rounds.
fn fit(points: impl Iterator<Item = (f32, f32)> + Clone) -> (f32, f32) {
    let mut line: Option<(f32, f32)> = None;
    for _ in 0..4 {
        let (mut w, mut x, mut y, mut xx, mut xy) = (0f64, 0f64, 0f64, 0f64, 0f64);
        for (px, py) in points.clone() {
            let weight = line.map_or(1.0, |(slope, offset)| {
                let off = f64::from(py - slope * px - offset);
                1.0 / (1.0 + off * off)
            });
            let (px, py) = (f64::from(px), f64::from(py));
            w += weight;
            x += weight * px;
            y += weight * py;
            xx += weight * px * px;
            xy += weight * px * py;
        }
        let spread = w * xx - x * x;
        let slope = if spread.abs() > 1e-6 { (w * xy - x * y) / spread } else { 0.0 };
        line = Some((slope as f32, ((y - slope * x) / w.max(1e-9)) as f32));
    }
    line.unwrap_or_default()
}
