//! `bonafide eval active DIR`: active liveness on the clips of `DIR/manifest.tsv`: columns `file` (a video, or a
//! folder of frames in order) and `label` (`live`, else an attack).
//!
//! No clip was made for a challenge, so the question is put after the fact: the movements that a clip shows, each
//! where it is strongest, are asked for in the order in which they come (at most four, and never the same twice).
//!
//! - `passed_live`: clips of living people that pass what they show; a clip that shows nothing to ask for fails.
//!   `passed_attack`: the same of attacks.
//! - `step …`: live clips that show this movement.
//! - `refused …`, on every live clip that passed: the frames in another order, the first frame for every movement,
//!   frames of another clip's person from the middle on (where there is one), and the same capture once more.
//!
//! The time is that of measuring one frame.

use std::{path::Path, time::Instant};

use bonafide_checks::{
    face::compare::Calibrations,
    liveness::{
        active::{self, Frame, Limits, Look},
        replay::{self, Trace},
    },
};
use bonafide_core::{finding::Outcome, liveness::Step, weights::Weights};

use super::{Report, clips};

/// Most frames of one clip.
const MAX: usize = 300;
/// Frames apart, so that one movement is over before the next.
const APART: usize = 3;

struct Clip {
    file: String,
    live: bool,
    looks: Vec<Look>,
    traces: Vec<Option<Trace>>,
    /// The frame that looks straight, then one frame per step.
    shown: Vec<(Step, usize)>,
    straight: Option<usize>,
}

struct Judge {
    limits: Limits,
    calibrations: Calibrations,
}

impl Judge {
    fn passes(&self, steps: &[Step], looks: &[&Look]) -> bool {
        let frames: Vec<Frame> = looks
            .iter()
            .enumerate()
            .map(|(i, look)| Frame { look: (*look).clone(), step: i.checked_sub(1), at_ms: None })
            .collect();
        let similarity = |a: &_, b: &_| self.calibrations.similarity(a, b);
        active::judge(steps, &frames, &self.limits, &similarity).outcome == Outcome::Clear
    }

    /// The straight frame and, per movement, the first frame that passes it alone; in the order of time.
    fn find(&self, looks: &[Look]) -> (Option<usize>, Vec<(Step, usize)>) {
        let straight = looks.iter().position(|l| match l {
            Look::Seen(seen) => seen.pose.yaw.abs() < 10.0,
            Look::CannotTell(_) => false,
        });
        let Some(start) = straight.and_then(|i| looks.get(i)) else { return (None, vec![]) };
        let mut shown: Vec<(Step, usize)> = Step::ALL
            .into_iter()
            .filter_map(|step| {
                let first = looks.iter().position(|look| self.passes(&[step], &[start, look]))?;
                Some((step, first))
            })
            .collect();
        shown.sort_by_key(|(_, at)| *at);
        let mut last = None;
        shown.retain(|(_, at)| {
            let apart = last.is_none_or(|l| *at >= l + APART);
            if apart {
                last = Some(*at);
            }
            apart
        });
        // With none of these a flat picture would do.
        if !shown.iter().any(|(s, _)| s.turns_head() || s.moves_face()) {
            shown.clear();
        }
        shown.truncate(bonafide_core::liveness::MAX_STEPS);
        (straight, shown)
    }
}

impl Clip {
    fn capture(&self) -> Option<(Vec<Step>, Vec<usize>)> {
        let straight = self.straight?;
        (!self.shown.is_empty()).then(|| {
            let steps = self.shown.iter().map(|(s, _)| *s).collect();
            let frames = std::iter::once(straight).chain(self.shown.iter().map(|(_, at)| *at)).collect();
            (steps, frames)
        })
    }

    fn looks(&self, frames: &[usize]) -> Vec<&Look> {
        frames.iter().filter_map(|i| self.looks.get(*i)).collect()
    }
}

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let weights = Weights::default();
    let judge = Judge {
        limits: Limits {
            direction_tolerance: weights.direction_tolerance,
            expression_tolerance: weights.expression_tolerance,
            max_ms: i64::MAX,
        },
        calibrations: Calibrations::of(&models),
    };
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let (mut times, mut failures, mut measured) = (vec![], vec![], vec![]);
    let bar = crate::progress(rows.len() as u64);
    for row in &rows {
        bar.inc(1);
        let column = |name: &str| row.get(name).map(|v| v.trim()).unwrap_or_default();
        let file = column("file").to_owned();
        let frames = match clips::frames(&dir.join(&file), MAX) {
            Ok(frames) => frames,
            Err(why) => {
                failures.push((file, why.to_string()));
                continue;
            }
        };
        let (mut looks, mut traces) = (vec![], vec![]);
        for frame in frames.pictures() {
            let start = Instant::now();
            let look = active::look(&models, &frame)?;
            times.push(start.elapsed());
            traces.push(match &look {
                Look::Seen(seen) => replay::trace(&frame, seen),
                Look::CannotTell(_) => None,
            });
            looks.push(look);
        }
        let (straight, shown) = judge.find(&looks);
        measured.push(Clip { file, live: column("label") == "live", looks, traces, shown, straight });
    }

    let mut report = Report::new("active", measured.len(), times);
    let (mut passed, mut refusals) = ([(0, 0); 2], Refusals::default());
    for clip in &measured {
        let (count, n) = &mut passed[usize::from(clip.live)];
        *n += 1;
        let Some((steps, frames)) = clip.capture() else {
            failures.push((clip.file.clone(), "shows no movement that could be asked for".into()));
            continue;
        };
        let asked: Vec<&str> = steps.iter().map(|s| s.as_str()).collect();
        if judge.passes(&steps, &clip.looks(&frames)) {
            *count += 1;
            if clip.live {
                let other = measured.iter().find(|c| c.file != clip.file && !c.same_person(clip, &judge));
                refusals.try_on(clip, other, &steps, &frames, &judge);
            }
        } else {
            failures.push((clip.file.clone(), format!("refused, asked for {asked:?}")));
        }
    }
    report.metric("passed_live", passed[1].0, passed[1].1);
    report.metric("passed_attack", passed[0].0, passed[0].1);
    let live = measured.iter().filter(|c| c.live);
    for step in Step::ALL {
        let shows = live.clone().filter(|c| c.shown.iter().any(|(s, _)| *s == step)).count();
        report.metric(format!("step {}", step.as_str()), shows, passed[1].1);
    }
    for (name, (k, n)) in refusals.0 {
        report.metric(format!("refused {name}"), k, n);
    }
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

impl Clip {
    fn same_person(&self, other: &Self, judge: &Judge) -> bool {
        let of = |clip: &Self| match clip.straight.and_then(|i| clip.looks.get(i)) {
            Some(Look::Seen(seen)) => Some(seen.embedding.clone()),
            _ => None,
        };
        let alike = of(self).zip(of(other)).and_then(|(a, b)| judge.calibrations.similarity(&a, &b));
        alike.is_none_or(|s| s >= 0.3)
    }
}

/// How many of how many attacks of a kind were refused.
#[derive(Default)]
struct Refusals(std::collections::BTreeMap<&'static str, (usize, usize)>);

impl Refusals {
    fn count(&mut self, kind: &'static str, refused: bool) {
        let (k, n) = self.0.entry(kind).or_default();
        *k += usize::from(refused);
        *n += 1;
    }

    fn try_on(&mut self, clip: &Clip, other: Option<&Clip>, steps: &[Step], frames: &[usize], judge: &Judge) {
        let Some((first, rest)) = frames.split_first() else { return };
        for turn in 1..rest.len() {
            let mut turned = rest.to_vec();
            turned.rotate_left(turn);
            let looks = clip.looks(&[&[*first], turned.as_slice()].concat());
            self.count("out of order", !judge.passes(steps, &looks));
        }
        let still = clip.looks(&vec![*first; frames.len()]);
        self.count("one still", !judge.passes(steps, &still));
        if let Some((other, their)) = other.and_then(|o| Some((o, o.straight?))) {
            let half = frames.len().div_ceil(2);
            let mut looks = clip.looks(&frames[..half.min(frames.len())]);
            looks.extend(other.looks(&vec![their; frames.len() - half]));
            self.count("another person midway", !judge.passes(steps, &looks));
        }
        let traces: Vec<Trace> = frames.iter().filter_map(|i| clip.traces.get(*i)?.clone()).collect();
        // Pixel for pixel would be too easy: by what is seen alone.
        let kept = replay::Capture {
            hashes: vec![],
            signatures: traces.iter().map(|t| t.signature().clone()).collect(),
        };
        self.count("same capture again", replay::known(&[], &traces, &kept).is_some());
    }
}
