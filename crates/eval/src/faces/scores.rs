//! Rates of error from scores.

/// How many pairs a threshold judges rightly.
pub(super) fn right(scores: &[(f64, bool)], threshold: f64) -> usize {
    scores.iter().filter(|(cosine, same)| (*cosine >= threshold) == *same).count()
}

/// How many pairs are judged rightly, each tenth at the threshold that is best for the other nine.
pub(super) fn best_pairs_right(scores: &[(f64, bool)]) -> usize {
    let fold = |f: usize, inside: bool| -> Vec<(f64, bool)> {
        scores.iter().enumerate().filter(|(i, _)| (i % 10 == f) == inside).map(|(_, s)| *s).collect()
    };
    (0..10).map(|f| right(&fold(f, true), best_threshold(&fold(f, false)))).sum()
}

/// The threshold that judges most pairs rightly; the middle one where several do.
fn best_threshold(scores: &[(f64, bool)]) -> f64 {
    let candidates = || (-100..=100).map(|c| f64::from(c) / 100.0);
    let best = candidates().map(|t| right(scores, t)).max().unwrap_or(0);
    let good: Vec<f64> = candidates().filter(|t| right(scores, *t) == best).collect();
    good.get(good.len() / 2).copied().unwrap_or(0.0)
}

/// How many same pairs lie below the lowest threshold that at most this share of different pairs reaches.
pub(crate) fn rejected(genuine: &[f64], impostor: &[f64], fmr: f64) -> usize {
    curve(genuine, impostor, &[fmr]).first().map_or(0, |(_, rejected)| *rejected)
}

/// For each false match rate, how many same pairs are rejected at its threshold.
pub(super) fn curve(genuine: &[f64], impostor: &[f64], rates: &[f64]) -> Vec<(f64, usize)> {
    let mut strangers = impostor.to_vec();
    strangers.sort_by(|a, b| b.total_cmp(a));
    let at = |fmr: f64| {
        let allowed = (strangers.len() as f64 * fmr).floor() as usize;
        // Strictly above the first stranger that may not match.
        let limit = strangers.get(allowed).copied().unwrap_or(f64::NEG_INFINITY);
        genuine.iter().filter(|s| **s <= limit).count()
    };
    rates.iter().map(|fmr| (*fmr, at(*fmr))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_come_from_the_other_folds() {
        let scores: Vec<_> = (0..100).map(|i| (if i % 2 == 0 { 0.7 } else { 0.1 }, i % 2 == 0)).collect();
        assert_eq!(best_pairs_right(&scores), 100);
        let t = best_threshold(&scores);
        assert!((0.3..0.5).contains(&t), "{t}");
        assert_eq!(best_threshold(&[]), 0.0);
    }

    #[test]
    fn misses_are_counted_above_the_strangers() {
        let genuine = [0.2, 0.4, 0.6, 0.8].to_vec();
        let impostor: Vec<_> = (0..100).map(|i| f64::from(i) / 200.0).collect();
        // One of a hundred may match: the limit is the second highest, 0.49.
        assert_eq!(rejected(&genuine, &impostor, 1e-2), 2);
        assert_eq!(rejected(&genuine, &impostor, 1e-3), 2);
        assert_eq!(rejected(&genuine, &[], 1e-3), 0);
    }
}
