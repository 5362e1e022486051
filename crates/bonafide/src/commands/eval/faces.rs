//! `bonafide eval faces DIR`: the same person or not, on `DIR/lfw_pairs.tsv` (columns a, b, same) over the
//! pictures in `DIR/lfw`, and how many faces are in the pictures that `DIR/manifest.tsv` labels `faces=n`.
//!
//! - `accuracy`: pairs judged rightly at the product's own threshold, an FMR of 1e-4.
//! - `accuracy_10fold`: the same as the LFW protocol has it, each tenth at the threshold that is best for
//!   the other nine.
//! - `fnmr_at_fmr_…`: share of same pairs rejected at the lowest threshold that this share of the file's
//!   different pairs reaches at most. With fewer than 1,000 of them 1e-3 means: none.
//! - `detected`: pictures in which a face was found. `counted`: pictures with exactly the labelled number.
//!
//! A picture in which nothing is found counts as unlike every other. The time is that of finding the faces
//! in one picture and measuring the one it is of.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::{Duration, Instant},
};

use bonafide_checks::{
    face::{calibration::Calibration, compare, detect, embed, embed::Embedding, networks, subject},
    image,
    models::Models,
};

use super::Report;

type Error = Box<dyn std::error::Error>;

struct Pair {
    a: String,
    b: String,
    same: bool,
}

/// What was found in one picture.
struct Seen {
    faces: usize,
    embedding: Option<Embedding>,
    time: Duration,
}

pub(super) fn run(dir: &Path, calibrate: Option<&Path>) -> Result<Report, Error> {
    let models = crate::commands::pictures::models();
    let pairs = pairs(&dir.join("lfw_pairs.tsv"))?;
    let names: BTreeSet<&str> = pairs.iter().flat_map(|p| [p.a.as_str(), p.b.as_str()]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let seen = look_at_all(&models, &dir.join("lfw"), &names)?;
    let scores: Vec<(f64, bool)> = pairs
        .iter()
        .map(|p| {
            let of = |name: &str| seen.get(name).and_then(|s| s.embedding.as_ref());
            (of(&p.a).zip(of(&p.b)).map_or(-1.0, |(a, b)| a.cosine(b)), p.same)
        })
        .collect();

    let mut report = Report::new("faces", pairs.len(), seen.values().map(|s| s.time).collect());
    let strangers = strangers(&seen);
    if let Some(file) = calibrate {
        let map = Calibration::measure(&strangers)
            .ok_or("there are too few different people to calibrate with, or their scores do not differ")?;
        std::fs::write(file, format!("{map}\n"))
            .map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    }
    let basis = networks::basis(&models);
    // A network that was never calibrated is judged by what these pictures say.
    let map = networks::calibration(&models, basis).or_else(|| Calibration::measure(&strangers));
    let map = map.ok_or("the network has no calibration, and there are too few pictures to make one")?;
    let threshold = map.score(1.0 - compare::DEFAULT_ONBOARDING_DISTANCE);
    report.metric("accuracy", right(&scores, threshold), scores.len());
    report.metric("accuracy_10fold", ten_fold(&scores), scores.len());
    let (genuine, impostor): (Vec<_>, Vec<_>) = scores.iter().partition(|(_, same)| *same);
    for (name, fmr) in [("fnmr_at_fmr_1e-2", 1e-2), ("fnmr_at_fmr_1e-3", 1e-3)] {
        let missed = rejected(&genuine, &impostor, fmr);
        report.metric(name, missed, genuine.len());
    }
    report.metric("detected", seen.values().filter(|s| s.faces > 0).count(), seen.len());
    for (pair, (cosine, same)) in pairs.iter().zip(&scores) {
        if (*cosine >= threshold) != *same {
            let what = if *same { "same person" } else { "different people" };
            report.failure(format!("{} {}", pair.a, pair.b), format!("{what}, cosine {cosine:.3}"));
        }
    }
    count(&models, dir, &mut report)?;
    Ok(report)
}

/// The scores of all pairs of pictures of different people. A picture's name ends in `_` and a number; what comes
/// before is the person.
fn strangers(seen: &BTreeMap<String, Seen>) -> Vec<f64> {
    let known: Vec<(&str, &Embedding)> =
        seen.iter().filter_map(|(name, seen)| Some((person(name), seen.embedding.as_ref()?))).collect();
    let mut scores = vec![];
    for (i, (a, first)) in known.iter().enumerate() {
        let others = known.iter().skip(i + 1).filter(|(b, _)| a != b);
        scores.extend(others.map(|(_, second)| first.cosine(second)));
    }
    scores
}

fn person(file: &str) -> &str {
    file.rsplit_once('_').map_or(file, |(person, _)| person)
}

fn pairs(file: &Path) -> Result<Vec<Pair>, Error> {
    let rows = super::manifest(file)?;
    let field = |row: &BTreeMap<String, String>, name: &str| {
        row.get(name).cloned().ok_or_else(|| format!("{} has a row without {name}", file.display()))
    };
    let pairs: Result<Vec<_>, String> = rows
        .iter()
        .map(|r| Ok(Pair { a: field(r, "a")?, b: field(r, "b")?, same: field(r, "same")? == "1" }))
        .collect();
    Ok(pairs?)
}

/// Looks at each picture once, on all processors.
fn look_at_all(models: &Models, dir: &Path, names: &[&str]) -> Result<BTreeMap<String, Seen>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let look = |names: &[&str]| -> Result<Vec<(String, Seen)>, String> {
        names.iter().map(|n| Ok(((*n).to_owned(), look_at(models, &dir.join(n))?))).collect()
    };
    let parts: Vec<Result<Vec<_>, String>> = std::thread::scope(|scope| {
        let running: Vec<_> = names
            .chunks(names.len().div_ceil(threads).max(1))
            .map(|part| scope.spawn(move || look(part)))
            .collect();
        running
            .into_iter()
            .map(|t| t.join().unwrap_or_else(|_| Err("a measuring thread ended early".into())))
            .collect()
    });
    let parts: Vec<Vec<_>> = parts.into_iter().collect::<Result<_, _>>()?;
    Ok(parts.into_iter().flatten().collect())
}

fn look_at(models: &Models, file: &Path) -> Result<Seen, String> {
    let say = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    let bytes = std::fs::read(file).map_err(|e| say(&e))?;
    let start = Instant::now();
    let picture = image::decode(&bytes).map_err(|e| say(&e))?;
    let faces = detect::detect(models, &picture).map_err(|e| say(&e))?;
    let (width, height) = picture.rgb.dimensions();
    let embedding = match subject::prominent(&faces, width, height) {
        Some(face) => embed::embed(models, &picture, &face).map_err(|e| say(&e))?,
        None => None,
    };
    Ok(Seen { faces: faces.len(), embedding, time: start.elapsed() })
}

fn count(models: &Models, dir: &Path, report: &mut Report) -> Result<(), Error> {
    let (mut right, mut n) = (0, 0);
    for row in super::manifest(&dir.join("manifest.tsv"))? {
        let (Some(file), Some(label)) = (row.get("file"), row.get("label")) else { continue };
        let Some(truth) =
            label.split_whitespace().find_map(|w| w.strip_prefix("faces=")?.parse::<usize>().ok())
        else {
            continue;
        };
        let bytes = std::fs::read(dir.join(file))?;
        let found = detect::detect(models, &image::decode(&bytes)?)?.len();
        n += 1;
        if found == truth {
            right += 1;
        } else {
            report.failure(file.clone(), format!("{found} faces found, {truth} are there"));
        }
    }
    report.metric("counted", right, n);
    Ok(())
}

/// How many pairs a threshold judges rightly.
fn right(scores: &[(f64, bool)], threshold: f64) -> usize {
    scores.iter().filter(|(cosine, same)| (*cosine >= threshold) == *same).count()
}

fn ten_fold(scores: &[(f64, bool)]) -> usize {
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
fn rejected(genuine: &[(f64, bool)], impostor: &[(f64, bool)], fmr: f64) -> usize {
    let mut strangers: Vec<f64> = impostor.iter().map(|s| s.0).collect();
    strangers.sort_by(|a, b| b.total_cmp(a));
    let allowed = (strangers.len() as f64 * fmr).floor() as usize;
    // Strictly above the first stranger that may not match.
    let limit = strangers.get(allowed).copied().unwrap_or(f64::NEG_INFINITY);
    genuine.iter().filter(|s| s.0 <= limit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_come_from_the_other_folds() {
        let scores: Vec<_> = (0..100).map(|i| (if i % 2 == 0 { 0.7 } else { 0.1 }, i % 2 == 0)).collect();
        assert_eq!(ten_fold(&scores), 100);
        let t = best_threshold(&scores);
        assert!((0.3..0.5).contains(&t), "{t}");
        assert_eq!(best_threshold(&[]), 0.0);
    }

    #[test]
    fn misses_are_counted_above_the_strangers() {
        let genuine: Vec<_> = [0.2, 0.4, 0.6, 0.8].map(|c| (c, true)).into();
        let impostor: Vec<_> = (0..100).map(|i| (f64::from(i) / 200.0, false)).collect();
        // One of a hundred may match: the limit is the second highest, 0.49.
        assert_eq!(rejected(&genuine, &impostor, 1e-2), 2);
        assert_eq!(rejected(&genuine, &impostor, 1e-3), 2);
        assert_eq!(rejected(&genuine, &[], 1e-3), 0);
    }
}
