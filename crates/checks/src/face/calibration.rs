//! From the score of a network to a similarity that means the same for every network.
//!
//! A score's scale means nothing by itself. It is mapped to a **calibrated similarity** 0..1 that counts orders of
//! magnitude of the false match rate (FMR, ISO/IEC 19795-1): one comparison of two different people in 10ⁿ reaches
//! a similarity of (n + 1) / 10. So 0.3 is reached by one stranger in 100, 0.5 by one in 10 000.

use std::fmt;

/// The rates of the table, of which the last ones are usually extrapolated.
pub const RATES: [f64; 6] = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/// So many false matches must have been seen for a rate to count as measured.
const SEEN: f64 = 10.0;

/// Fewest comparisons of different people that a map can be made from: one decade less could be told.
pub const FEWEST: usize = 1000;

/// A map from scores −1..1 to similarities 0..1: straight between points; rises strictly.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Calibration {
    /// Score and similarity, from (−1, 0) to (1, 1).
    points: Vec<(f64, f64)>,
    /// The smallest false match rate that was measured; below, the map is extrapolated.
    measured_to: f64,
}

/// One line of the table of thresholds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Row {
    /// False match rate.
    pub fmr: f64,
    /// Calibrated similarity.
    pub similarity: f64,
    /// Score of the networks, −1..1.
    pub cosine: f64,
    /// Whether the rate was measured; otherwise it is extrapolated.
    pub measured: bool,
}

impl Calibration {
    /// The map of the scores at which strangers reach each of [`RATES`].
    pub(crate) fn built_in(median: f64, scores: [f64; 6], measured_to: f64) -> Self {
        let rates = scores.into_iter().zip(RATES).map(|(score, rate)| (score, threshold_for_fmr(rate)));
        let inner = std::iter::once((median, MEDIAN_SIMILARITY)).chain(rates);
        Self::through(inner, measured_to)
    }

    /// The map measured on the scores of different people. Rates seen fewer than ten times are extrapolated by
    /// the last measured decade, and not below what was seen. `None` with fewer than [`FEWEST`] scores, or with scores that do not differ.
    pub fn measure(strangers: &[f64]) -> Option<Self> {
        let mut scores: Vec<f64> = strangers.iter().copied().filter(|s| s.is_finite()).collect();
        if scores.len() < FEWEST {
            return None;
        }
        scores.sort_by(|a, b| b.total_cmp(a));
        let n = scores.len() as f64;
        // The lowest score at which at most this share matches.
        let at = |rate: f64| scores.get((n * rate).floor() as usize).copied();
        let median = at(0.5)?;
        let (mut found, mut measured_to, mut decade) = (vec![], 1.0, None);
        for rate in RATES {
            let score = if n * rate >= SEEN {
                measured_to = rate;
                at(rate)?
            } else {
                let [.., before, last] = found[..] else { return None };
                let seen = if n * rate >= 1.0 { at(rate)? } else { last };
                (last + *decade.get_or_insert(last - before)).max(seen)
            };
            found.push(score);
        }
        let scores = <[f64; 6]>::try_from(found).ok()?;
        let rising = scores.windows(2).all(|w| w[0] < w[1]) && median < scores[0];
        rising.then(|| Self::built_in(median, scores, measured_to))
    }

    /// Points that leave −1..1 are drawn in, so that the map still rises.
    fn through(inner: impl Iterator<Item = (f64, f64)>, measured_to: f64) -> Self {
        let mut points = vec![(-1.0, 0.0)];
        for (score, similarity) in inner {
            let low = points.last().map_or(-1.0, |p| p.0);
            let step = 1e-3 * (1.0 - low);
            points.push((score.clamp(low + step, 1.0 - step), similarity));
        }
        points.push((1.0, 1.0));
        Self { points, measured_to }
    }

    /// The calibrated similarity 0..1 of a score −1..1.
    pub fn similarity(&self, score: f64) -> f64 {
        interpolate(self.points.iter().copied(), score)
    }

    /// The score −1..1 that has this calibrated similarity 0..1.
    pub fn score(&self, similarity: f64) -> f64 {
        interpolate(self.points.iter().map(|(c, s)| (*s, *c)), similarity)
    }

    /// Which score and similarity strangers reach at which rate.
    pub fn table(&self) -> Vec<Row> {
        let row = |fmr: f64| {
            let similarity = threshold_for_fmr(fmr);
            // Rates come from the same list, so a small tolerance is enough.
            Row { fmr, similarity, cosine: self.score(similarity), measured: fmr > 0.99 * self.measured_to }
        };
        RATES.map(row).to_vec()
    }

    /// The form in which it is configured: `score:similarity` pairs and the smallest rate measured, separated by
    /// spaces; the reverse of [`Self::parse`].
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// Reads [`Self::to_text`]. `None` unless the points rise from (−1, 0) to (1, 1).
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let measured_to: f64 = words.next()?.strip_prefix("fmr>=")?.parse().ok()?;
        let point = |word: &str| {
            let (score, similarity) = word.split_once(':')?;
            Some((score.parse().ok()?, similarity.parse().ok()?))
        };
        let points: Vec<(f64, f64)> = words.map(point).collect::<Option<_>>()?;
        let rises = points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1);
        let whole = points.first() == Some(&(-1.0, 0.0)) && points.last() == Some(&(1.0, 1.0));
        let rate = measured_to > 0.0 && measured_to <= 1.0;
        (rises && whole && rate && points.len() <= 100).then_some(Self { points, measured_to })
    }
}

impl fmt::Display for Calibration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fmr>={:e}", self.measured_to)?;
        self.points.iter().try_for_each(|(score, similarity)| write!(f, " {score:.4}:{similarity:.4}"))
    }
}

/// What half of the strangers reach: (log₁₀ 2 + 1) / 10.
const MEDIAN_SIMILARITY: f64 = 0.13;

/// The calibrated similarity that strangers reach at this rate. Meant for 1e-1 to 1e-6; rates outside are taken
/// as the nearest of these.
pub fn threshold_for_fmr(fmr: f64) -> f64 {
    let decades = -fmr.clamp(1e-6, 1e-1).log10();
    (decades + 1.0) / 10.0
}

fn interpolate(points: impl Iterator<Item = (f64, f64)>, x: f64) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for (x1, y1) in points {
        if x <= x1 {
            return before.map_or(y1, |(x0, y0)| y0 + (y1 - y0) * (x - x0) / (x1 - x0));
        }
        before = Some((x1, y1));
    }
    // Also for what is not a number: no similarity rather than full.
    before.filter(|_| !x.is_nan()).map_or(0.0, |(_, y)| y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Calibration {
        Calibration::built_in(0.1, [0.21, 0.3, 0.37, 0.42, 0.48, 0.54], 1e-4)
    }

    #[test]
    fn similarity_rises_and_goes_back() {
        let map = some();
        let steps = (-100..=100).map(|c| f64::from(c) / 100.0);
        let values: Vec<f64> = steps.clone().map(|c| map.similarity(c)).collect();
        assert!(values.windows(2).all(|w| w[0] < w[1]));
        assert!(values.iter().all(|v| (0.0..=1.0).contains(v)));
        for c in steps {
            assert!((map.score(map.similarity(c)) - c).abs() < 1e-9, "{c}");
        }
        assert_eq!((map.similarity(-2.0), map.similarity(2.0), map.similarity(f64::NAN)), (0.0, 1.0, 0.0));
    }

    #[test]
    fn a_tenth_of_similarity_is_a_decade_of_false_matches() {
        for (row, cosine) in some().table().iter().zip([0.21, 0.3, 0.37, 0.42, 0.48, 0.54]) {
            assert!((row.cosine - cosine).abs() < 1e-9, "{row:?}");
            assert_eq!(row.measured, row.fmr > 5e-5, "{row:?}");
        }
        assert_eq!(threshold_for_fmr(0.0), threshold_for_fmr(1e-6));
        assert!((threshold_for_fmr(1e-4) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn measures_what_strangers_reach() {
        // Evenly spread over 0..0.5: one in ten reaches 0.45, one in a hundred 0.495.
        let scores: Vec<f64> = (0..20_000).map(|i| f64::from(i) / 40_000.0).collect();
        let map = Calibration::measure(&scores).unwrap();
        let table = map.table();
        assert!((table[0].cosine - 0.45).abs() < 1e-3 && (table[1].cosine - 0.495).abs() < 1e-3, "{table:?}");
        assert_eq!(table.iter().filter(|r| r.measured).count(), 3);
        assert!((map.similarity(0.25) - 0.13).abs() < 1e-2);
        assert!(Calibration::measure(&scores[..500]).is_none());
        assert!(Calibration::measure(&[0.3; 5000]).is_none());
        assert!(Calibration::measure(&[f64::NAN; 5000]).is_none());
    }

    #[test]
    fn a_poor_network_still_has_a_rising_map() {
        let scores: Vec<f64> = (0..2000).map(|i| f64::from(i) / 2001.0).collect();
        let map = Calibration::measure(&scores).unwrap();
        assert!(map.points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1), "{map:?}");
    }

    #[test]
    fn the_configured_form_is_read_back_and_nonsense_is_refused() {
        let map = some();
        assert_eq!(Calibration::parse(&map.to_text()), Some(map));
        for text in
            ["", "x", "fmr>=1e-4", "fmr>=1e-4 -1:0 0.5:0.5 0.4:0.6 1:1", "fmr>=0 -1:0 1:1", "-1:0 1:1"]
        {
            assert_eq!(Calibration::parse(text), None, "{text}");
        }
    }
}
