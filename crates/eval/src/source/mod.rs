//! `bonafide eval selfie-source DIR`: is a photograph of a person taken for a copy of another, and a copy for a
//! photograph, on the pictures in `DIR/lfw` (a name ends in `_` and a number; what comes before is the person).
//!
//! - `wrongly_caught`: pairs of different pictures of one person, one as portrait, the other as selfie, that are taken
//!   for one picture; `wrongly_caught half`: the same, both half as large. `pairs_listed`: those of `DIR/lfw_pairs.tsv`.
//! - `document_seen`: pictures around whose face a document is seen, where none is.
//! - `edges_seen`: pictures around whose face the edges of a print or a screen are seen, where there are none;
//!   `edges of KIND`: of the prints and screens, those around whose face they are seen.
//! - `caught KIND`: copies of a picture, held against it, that are known; of every `--every`th picture.
//!
//! A copy in which no face is found counts as caught: it matches nobody. `bonafide eval portrait-selfie` measures the
//! same on documents.

mod copies;
mod documents;
mod rows;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use bonafide_checks::{
    face::{
        detect, embed,
        embed::Embedding,
        source::{self, Around, Likeness, Seen},
        subject,
    },
    image::Picture,
    models::Models,
};

use super::Report;
use copies::{COPIES, SHOWN, scaled};
pub(super) use documents::run as portrait_selfie;
use rows::Rows;

type Error = Box<dyn std::error::Error>;

/// What is written besides the report, and of how much is measured.
#[derive(Default, clap::Args)]
pub(super) struct Wanted {
    /// For selfie-source and portrait-selfie: write what was measured of each pair to this file, tab separated
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// For selfie-source and portrait-selfie: attack with every nth picture
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
}

/// What is known of one picture.
struct Known {
    seen: Option<Seen>,
    embedding: Option<Embedding>,
}

impl Known {
    fn of(models: &Models, picture: &Picture) -> Result<Self, Error> {
        let faces = detect::detect(models, picture)?;
        let embedding = match subject::largest(&faces) {
            Some(face) => embed::embed(models, picture, &face)?,
            None => None,
        };
        Ok(Self { seen: source::look(models, picture)?, embedding })
    }
}

/// What was measured of a portrait and a frame.
struct Measured {
    likeness: Option<Likeness>,
    cosine: Option<f64>,
    around: Option<Around>,
    /// Plausibility of an own photograph.
    own: f64,
}

impl Measured {
    fn caught(&self) -> bool {
        self.own < source::THRESHOLD
    }
}

/// As the check judges it.
fn measure(portrait: &Known, frame: &Known, around: Option<Around>) -> Measured {
    let likeness = portrait.seen.as_ref().zip(frame.seen.as_ref()).and_then(|(a, b)| source::likeness(a, b));
    let score = portrait.embedding.as_ref().zip(frame.embedding.as_ref()).and_then(|(a, b)| a.compare(b));
    let parts =
        [likeness.as_ref().map(source::own_moment), score.map(source::own_numbers), around.map(|_| 0.0)];
    let own = parts.into_iter().flatten().fold(1.0, f64::min);
    Measured { likeness, cosine: score.map(|s| s.cosine), around, own }
}

fn around(models: &Models, picture: &Picture, known: &Known) -> Result<Option<Around>, Error> {
    Ok(match &known.seen {
        Some(seen) => source::document_around(models, picture, seen)?,
        None => None,
    })
}

fn person(file: &str) -> &str {
    file.rsplit_once('_').map_or(file, |(person, _)| person)
}

/// The names of the pictures in a folder, in order.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))?;
    let mut names = vec![];
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.retain(|n| n.ends_with(".jpg") || n.ends_with(".png"));
    names.sort();
    Ok(names)
}

pub(super) fn run(dir: &Path, wanted: &Wanted) -> Result<Report, Error> {
    let models = crate::models();
    let folder = dir.join("lfw");
    let names = names(&folder)?;
    let listed = listed(&dir.join("lfw_pairs.tsv"))?;
    let attacked = names.iter().step_by(wanted.every as usize).count() as u64;
    let kinds = COPIES.len() + SHOWN.len();
    let bar = crate::progress(names.len() as u64 + attacked * kinds as u64);
    let (mut rows, mut times, mut failures) = (Rows::default(), vec![], vec![]);

    let (mut known, mut half) = (vec![], vec![]);
    let (mut document_seen, mut edges_seen) = (0, 0);
    for name in &names {
        bar.inc(1);
        let picture = crate::load(&folder.join(name))?;
        let own = Known::of(&models, &picture)?;
        let start = Instant::now();
        let around = around(&models, &picture, &own)?;
        times.push(start.elapsed());
        if around.is_some() {
            document_seen += 1;
            failures.push((name.clone(), format!("a document is seen: {around:?}")));
        }
        if own.seen.as_ref().is_some_and(|seen| source::edges_around(&picture, seen)) {
            edges_seen += 1;
            failures.push((name.clone(), "edges are seen around the face".to_owned()));
        }
        half.push(Known::of(&models, &Picture { rgb: scaled(&picture.rgb, 0.5) })?);
        known.push((own, around));
    }
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (i, a) in names.iter().enumerate() {
        for (j, b) in names.iter().enumerate().skip(i + 1).filter(|(_, b)| person(a) == person(b)) {
            let full = measure(&known[i].0, &known[j].0, known[j].1);
            let small = measure(&half[i], &half[j], None);
            rows.add("one person", a, b, &full);
            rows.add("one person, half", a, b, &small);
            let official = listed.iter().any(|(x, y)| (x == a && y == b) || (x == b && y == a));
            let told = [
                ("wrongly_caught", &full, true),
                ("wrongly_caught half", &small, true),
                ("wrongly_caught pairs_listed", &full, official),
            ];
            for (name, measured, counts_here) in told {
                if counts_here {
                    let (caught, n) = counts.entry(name).or_default();
                    *n += 1;
                    *caught += usize::from(measured.caught());
                }
            }
            if full.caught() {
                failures.push((format!("{a} {b}"), told_of(&full)));
            }
        }
    }
    let mut attacks: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut edged: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (i, name) in names.iter().enumerate().step_by(wanted.every as usize) {
        let picture = crate::load(&folder.join(name))?;
        for (kind, make) in COPIES.iter().chain(&SHOWN) {
            bar.inc(1);
            let copy = Picture { rgb: make(&picture.rgb, 17 * i as u64 + 3) };
            let start = Instant::now();
            let seen = Known::of(&models, &copy)?;
            let around = around(&models, &copy, &seen)?;
            let measured = measure(&known[i].0, &seen, around);
            times.push(start.elapsed());
            rows.add(kind, name, name, &measured);
            count(&mut attacks, kind, &seen, &measured);
            if SHOWN.iter().any(|(shown, _)| shown == kind) {
                let (edges, n) = edged.entry(*kind).or_insert((0, 0));
                *n += 1;
                *edges +=
                    usize::from(seen.seen.as_ref().is_some_and(|seen| source::edges_around(&copy, seen)));
            }
            if seen.seen.is_some() && !measured.caught() {
                failures.push((name.clone(), format!("{kind}: {}", told_of(&measured))));
            }
        }
    }
    bar.finish_and_clear();
    let mut report = Report::new("selfie-source", names.len(), times);
    for (name, (caught, n)) in counts {
        report.metric(name, caught, n);
    }
    report.metric("document_seen", document_seen, names.len());
    report.metric("edges_seen", edges_seen, names.len());
    for (kind, (edges, n)) in edged {
        report.metric(format!("edges of {kind}"), edges, n);
    }
    add_attacks(&mut report, &attacks);
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    rows.write(wanted.rows.as_deref())?;
    Ok(report)
}

fn count<'k>(
    attacks: &mut BTreeMap<&'k str, (usize, usize)>,
    kind: &'k str,
    seen: &Known,
    measured: &Measured,
) {
    let (caught, n) = attacks.entry(kind).or_default();
    *n += 1;
    *caught += usize::from(measured.caught() || seen.seen.is_none());
}

fn add_attacks(report: &mut Report, attacks: &BTreeMap<&str, (usize, usize)>) {
    let mut all = (0, 0);
    for (kind, (caught, n)) in attacks {
        report.metric(format!("caught {kind}"), *caught, *n);
        all = (all.0 + caught, all.1 + n);
    }
    report.metric("caught", all.0, all.1);
}

fn told_of(measured: &Measured) -> String {
    let likeness = measured.likeness.map_or_else(
        || "not laid over each other".to_owned(),
        |l| format!("stray {:.2}, mouth {:.3}", l.stray, l.mouth),
    );
    let cosine = measured.cosine.map_or_else(|| "-".to_owned(), |c| format!("{c:.3}"));
    format!("own {:.3}: {likeness}, cosine {cosine}, around {:?}", measured.own, measured.around)
}

/// The pairs of one person that a file lists.
fn listed(file: &Path) -> Result<Vec<(String, String)>, Error> {
    let rows = super::manifest(file)?;
    let same = rows.into_iter().filter(|r| r.get("same").is_some_and(|s| s == "1"));
    Ok(same.filter_map(|mut r| Some((r.remove("a")?, r.remove("b")?))).collect())
}
