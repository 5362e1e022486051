//! Active liveness: which movements a person is asked for, in what order, and for how long the question is
//! good. Every vendor's challenge is a view of [`Challenge`].

use serde::{Deserialize, Serialize};

use crate::{id::Entropy, words::words};

words! {
    /// One movement. Left and right are the person's own; frames must not be mirrored.
    pub enum Step {
        TurnLeft = "turn_left",
        TurnRight = "turn_right",
        LookUp = "look_up",
        Smile = "smile",
        /// Close both eyes.
        Blink = "blink",
        OpenMouth = "open_mouth",
        /// Bring the face nearer to the camera, or the camera to the face.
        MoveCloser = "move_closer",
    }
}

impl Step {
    /// What to tell the person.
    pub const fn instruction(self) -> &'static str {
        match self {
            Self::TurnLeft => "Turn your head slowly to your left.",
            Self::TurnRight => "Turn your head slowly to your right.",
            Self::LookUp => "Look up.",
            Self::Smile => "Smile.",
            Self::Blink => "Close your eyes for a moment.",
            Self::OpenMouth => "Open your mouth.",
            Self::MoveCloser => "Come closer to the camera.",
        }
    }

    /// Whether the head turns: its depth shows, which no flat picture has.
    pub const fn turns_head(self) -> bool {
        matches!(self, Self::TurnLeft | Self::TurnRight | Self::LookUp)
    }

    /// Whether a part of the face moves while the rest does not: no still picture can.
    pub const fn moves_face(self) -> bool {
        matches!(self, Self::Smile | Self::Blink | Self::OpenMouth)
    }
}

words! {
    /// Which movements may be asked for.
    #[derive(Default)]
    pub enum Movements {
        /// Any of [`Step::ALL`], at least one turn of the head and one movement of the face among them.
        #[default]
        All = "all",
        /// For people who cannot turn their head: smile, blink, open mouth, and the camera brought closer.
        WithoutHead = "without_head",
    }
}

/// Most steps of one challenge: four, as the storage types of the vendors number them.
pub const MAX_STEPS: usize = 4;

/// Movements in the order in which they have to be made, before the time is up.
///
/// The frames that answer start with one that looks straight into the camera; every later frame belongs to one
/// step, in order. A challenge is answered once: the token of its liveness session is the nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub steps: Vec<Step>,
    /// How long the person has from the question to the last frame, in seconds.
    pub seconds: u32,
}

impl Challenge {
    /// Draws `count` different steps (2 to [`MAX_STEPS`]) in a random order.
    pub fn draw(movements: Movements, count: usize, seconds: u32, entropy: &dyn Entropy) -> Self {
        let mut dice = Dice(entropy);
        let mut pool: Vec<Step> = match movements {
            Movements::All => Step::ALL.to_vec(),
            Movements::WithoutHead => Step::ALL.into_iter().filter(|s| !s.turns_head()).collect(),
        };
        let count = count.clamp(2, MAX_STEPS);
        let mut steps = vec![];
        let mut take = |pool: &mut Vec<Step>, wanted: fn(&Step) -> bool| {
            let fitting: Vec<Step> = pool.iter().copied().filter(wanted).collect();
            if let Some(step) = fitting.get(dice.below(fitting.len())).copied() {
                pool.retain(|s| *s != step);
                steps.push(step);
            }
        };
        if movements == Movements::All {
            take(&mut pool, |s| s.turns_head());
        }
        take(&mut pool, |s| s.moves_face());
        let rest = count.saturating_sub(if movements == Movements::All { 2 } else { 1 });
        for _ in 0..rest {
            take(&mut pool, |_| true);
        }
        // Fisher and Yates.
        for i in (1..steps.len()).rev() {
            steps.swap(i, dice.below(i + 1));
        }
        Self { steps, seconds }
    }

    /// Whether this many frames are one straight look and as many for each step as for the others.
    pub fn takes(&self, frames: usize) -> bool {
        frames > 1 && !self.steps.is_empty() && (frames - 1).is_multiple_of(self.steps.len())
    }

    /// Which step each of `frames` frames belongs to when nobody said: the first frame is the straight look,
    /// the others are divided evenly over the steps, in order.
    pub fn bind(&self, frames: usize) -> Vec<Option<usize>> {
        let rest = frames.saturating_sub(1).max(1);
        let step = |i: usize| i.checked_sub(1).map(|i| i * self.steps.len() / rest);
        (0..frames).map(step).collect()
    }
}

/// Fair numbers from random bytes.
struct Dice<'a>(&'a dyn Entropy);

impl Dice<'_> {
    /// A number below `n`; 0 when `n` is 0.
    fn below(&mut self, n: usize) -> usize {
        let n = n.max(1) as u64;
        // Numbers above the largest multiple of n would favour the small ones: draw again, but not for ever.
        let limit = u64::MAX - u64::MAX % n;
        for _ in 0..64 {
            let mut bytes = [0; 8];
            self.0.fill(&mut bytes);
            let value = u64::from_le_bytes(bytes);
            if value < limit {
                return (value % n) as usize;
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        sync::atomic::{AtomicU64, Ordering},
    };

    use super::*;

    struct Counter(AtomicU64);
    impl Entropy for Counter {
        fn fill(&self, bytes: &mut [u8]) {
            for b in bytes {
                let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *b = (z >> 32) as u8;
            }
        }
    }

    #[test]
    fn every_challenge_asks_for_depth_and_for_a_living_face() {
        let dice = Counter(AtomicU64::new(7));
        let mut firsts: BTreeMap<Step, usize> = BTreeMap::new();
        let mut orders = BTreeSet::new();
        for _ in 0..2000 {
            let c = Challenge::draw(Movements::All, 4, 60, &dice);
            assert_eq!(c.steps.iter().collect::<BTreeSet<_>>().len(), 4);
            assert!(c.steps.iter().any(|s| s.turns_head()) && c.steps.iter().any(|s| s.moves_face()));
            *firsts.entry(c.steps[0]).or_default() += 1;
            orders.insert(c.steps);
        }
        assert_eq!(firsts.len(), 7);
        assert!(firsts.values().all(|n| *n > 150), "{firsts:?}");
        assert!(orders.len() > 500, "{}", orders.len());
    }

    #[test]
    fn nobody_has_to_turn_their_head() {
        let dice = Counter(AtomicU64::new(3));
        let orders: BTreeSet<_> =
            (0..500).map(|_| Challenge::draw(Movements::WithoutHead, 4, 60, &dice).steps).collect();
        assert_eq!(orders.len(), 24);
        assert!(orders.iter().flatten().all(|s| !s.turns_head()));
        assert_eq!(Challenge::draw(Movements::WithoutHead, 0, 60, &dice).steps.len(), 2);
        assert_eq!(Challenge::draw(Movements::All, 99, 60, &dice).steps.len(), MAX_STEPS);
    }

    #[test]
    fn frames_are_divided_evenly_after_the_first() {
        let c = Challenge { steps: vec![Step::Smile, Step::Blink, Step::TurnLeft], seconds: 60 };
        let bound = c.bind(7);
        assert_eq!(bound, [None, Some(0), Some(0), Some(1), Some(1), Some(2), Some(2)]);
        assert_eq!(c.bind(4), [None, Some(0), Some(1), Some(2)]);
        assert_eq!(c.bind(2), [None, Some(0)]);
        assert!(c.bind(0).is_empty());
        let taken: Vec<usize> = (0..=13).filter(|n| c.takes(*n)).collect();
        assert_eq!(taken, [4, 7, 10, 13]);
        for n in 1..40 {
            assert!(c.bind(n).into_iter().flatten().all(|s| s < 3));
        }
    }
}
