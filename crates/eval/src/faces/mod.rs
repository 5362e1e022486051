//! `bonafide eval faces DIR`: the same person or not, on `DIR/lfw_pairs.tsv` (columns a, b, same) over the
//! pictures in `DIR/lfw`, and how many faces are in the pictures that `DIR/manifest.tsv` labels `faces=n`.
//!
//! - `accuracy`: pairs judged rightly at the product's own threshold, an FMR of 1e-4.
//! - `accuracy_10fold`: the same as the LFW protocol has it, each tenth at the threshold that is best for
//!   the other nine.
//! - `fnmr_at_fmr_…`: share of same pairs rejected at the lowest threshold that this share of the file's
//!   different pairs reaches at most. With fewer than 1,000 of them 1e-3 means: none.
//! - `all_fnmr_at_fmr_…`: the same over every pair that the pictures make, one person with another or with
//!   themselves. A picture is in many of these pairs, so the intervals are too narrow.
//! - `detected`: pictures in which a face was found. `counted`: pictures with exactly the labelled number.
//!
//! Where there is a `DIR/labels.tsv` (column `file`, then any labels, such as sex or age group), false match and
//! false non-match rates at the product's threshold are told for every value of every label, over the pairs of
//! which both pictures have it.
//!
//! A picture in which nothing is found counts as unlike every other. The time is that of finding the faces
//! in one picture and measuring the one it is of.

mod groups;
mod plots;
mod scores;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bonafide_checks::{
    face::{calibration::Calibration, compare, detect, embed, embed::Embedding, networks, subject},
    image,
    models::Models,
};

use super::Report;
pub(super) use scores::rejected;
use scores::{best_pairs_right, right};

type Error = Box<dyn std::error::Error>;

/// What is written besides the report.
#[derive(Default, clap::Args)]
pub(super) struct Wanted {
    /// For faces: measure what the scores of the installed networks mean, and write it to this file
    #[arg(long, value_name = "FILE")]
    calibrate: Option<PathBuf>,
    /// For faces: draw ROC and DET curves into this folder
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
}

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

pub(super) fn run(dir: &Path, wanted: &Wanted) -> Result<Report, Error> {
    let models = crate::models();
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
    let all = every_pair(&seen);
    let strangers: Vec<f64> = all.iter().filter(|p| !p.same).map(|p| p.score).collect();
    if let Some(file) = &wanted.calibrate {
        let map = Calibration::measure(&strangers)
            .ok_or("there are too few different people to calibrate with, or their scores do not differ")?;
        std::fs::write(file, format!("{map}\n"))
            .map_err(|e| format!("cannot write {}: {e}", file.display()))?;
    }
    // A network that was never calibrated is judged by what these pictures say.
    let map =
        networks::calibration(&models, networks::basis(&models)).or_else(|| Calibration::measure(&strangers));
    let map = map.ok_or("the network has no calibration, and there are too few pictures to make one")?;
    let threshold = map.score(1.0 - compare::DEFAULT_ONBOARDING_DISTANCE);

    let mut report = Report::new("faces", pairs.len(), seen.values().map(|s| s.time).collect());
    report.metric("accuracy", right(&scores, threshold), scores.len());
    report.metric("accuracy_10fold", best_pairs_right(&scores), scores.len());
    let of = |scores: &[(f64, bool)], same: bool| -> Vec<f64> {
        scores.iter().filter(|s| s.1 == same).map(|s| s.0).collect()
    };
    let (genuine, impostor) = (of(&scores, true), of(&scores, false));
    for (name, fmr) in [("fnmr_at_fmr_1e-2", 1e-2), ("fnmr_at_fmr_1e-3", 1e-3)] {
        report.metric(name, rejected(&genuine, &impostor, fmr), genuine.len());
    }
    let same: Vec<f64> = all.iter().filter(|p| p.same).map(|p| p.score).collect();
    let names = ["all_fnmr_at_fmr_1e-2", "all_fnmr_at_fmr_1e-3", "all_fnmr_at_fmr_1e-4"];
    for (name, fmr) in names.into_iter().zip([1e-2, 1e-3, 1e-4]) {
        report.metric(name, rejected(&same, &strangers, fmr), same.len());
    }
    report.metric("detected", seen.values().filter(|s| s.faces > 0).count(), seen.len());
    for (pair, (cosine, same)) in pairs.iter().zip(&scores) {
        if (*cosine >= threshold) != *same {
            let what = if *same { "same person" } else { "different people" };
            report.failure(format!("{} {}", pair.a, pair.b), format!("{what}, cosine {cosine:.3}"));
        }
    }
    let labels = dir.join("labels.tsv");
    if labels.exists() {
        groups::add(&mut report, &super::manifest(&labels)?, &all, threshold);
    }
    if let Some(folder) = &wanted.plots {
        let mut curves = vec![(networks_name(&models), same, strangers)];
        if networks::basis(&models) == embed::Basis::Fused {
            let seen = first_alone(seen);
            let alone = every_pair(&seen);
            let of = |same: bool| alone.iter().filter(|p| p.same == same).map(|p| p.score).collect();
            curves.push(("the first network alone", of(true), of(false)));
        }
        plots::write(folder, &curves)?;
    }
    count(&models, dir, &mut report)?;
    Ok(report)
}

fn networks_name(models: &Models) -> &'static str {
    match networks::basis(models) {
        embed::Basis::Fused => "both networks",
        embed::Basis::First => "one network",
    }
}

fn first_alone(seen: BTreeMap<String, Seen>) -> BTreeMap<String, Seen> {
    let alone = |seen: Seen| Seen { embedding: seen.embedding.map(Embedding::first_alone), ..seen };
    seen.into_iter().map(|(name, seen)| (name, alone(seen))).collect()
}

/// Two pictures and how alike they are.
struct Compared<'s> {
    a: &'s str,
    b: &'s str,
    score: f64,
    same: bool,
}

/// All pairs of pictures. A picture's name ends in `_` and a number; what comes before is the person.
fn every_pair(seen: &BTreeMap<String, Seen>) -> Vec<Compared<'_>> {
    let known: Vec<(&str, &Embedding)> =
        seen.iter().filter_map(|(name, seen)| Some((name.as_str(), seen.embedding.as_ref()?))).collect();
    let mut pairs = vec![];
    for (i, (a, first)) in known.iter().enumerate() {
        pairs.extend(known.iter().skip(i + 1).map(|(b, second)| Compared {
            a,
            b,
            score: first.cosine(second),
            same: person(a) == person(b),
        }));
    }
    pairs
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
