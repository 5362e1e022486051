//! `bonafide eval SUITE DIR`: what the checks are worth, on labelled data, with confidence intervals.
//!
//! A program of its own beside `bonafide`, which starts it: who serves needs neither these suites nor their plots.

mod aamva;
mod active;
mod address;
mod ages;
mod clips;
mod documents;
mod duplicates;
mod faces;
mod fields;
mod mrz;
mod names;
mod pad;
mod pdf417;
mod places;
mod source;
mod tamper;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use bonafide_checks::{
    image::{self, Picture},
    models::Models,
};
use clap::Parser;
use serde::Serialize;

type Failed = Box<dyn std::error::Error>;

#[derive(Parser)]
#[command(name = "bonafide eval", version, about = "Measure the checks on a folder of labelled data")]
struct Args {
    /// What to measure
    suite: Suite,
    /// The topic folder, with its manifest
    dir: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    faces: faces::Wanted,
    #[command(flatten)]
    source: source::Wanted,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Suite {
    Mrz,
    Names,
    Pdf417,
    Aamva,
    Documents,
    Duplicates,
    Fields,
    Faces,
    SelfieSource,
    PortraitSelfie,
    Ages,
    Pad,
    Active,
    Address,
    Tamper,
    Places,
}

/// What one suite measured. The JSON shape is stable.
#[derive(Serialize)]
pub(crate) struct Report {
    suite: &'static str,
    n: usize,
    metrics: BTreeMap<Cow<'static, str>, Metric>,
    /// The same for parts of the data, where labels name them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    groups: BTreeMap<String, BTreeMap<&'static str, Metric>>,
    ms: Times,
    failures: Vec<Failure>,
}

/// A rate with its 95 % confidence interval (Wilson score).
#[derive(Serialize)]
pub(crate) struct Metric {
    value: f64,
    ci95: [f64; 2],
    k: usize,
    n: usize,
}

#[derive(Serialize)]
struct Times {
    median: f64,
    p95: f64,
}

#[derive(Serialize)]
pub(crate) struct Failure {
    pub(crate) file: String,
    pub(crate) why: String,
}

impl Report {
    pub(crate) fn new(suite: &'static str, n: usize, mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |q: f64| {
            let last = times.len().saturating_sub(1);
            times.get((last as f64 * q).round() as usize).map_or(0.0, |t| t.as_secs_f64() * 1e3)
        };
        let ms = Times { median: at(0.5), p95: at(0.95) };
        Self { suite, n, metrics: BTreeMap::new(), groups: BTreeMap::new(), ms, failures: vec![] }
    }

    pub(crate) fn metric(&mut self, name: impl Into<Cow<'static, str>>, k: usize, n: usize) {
        self.metrics.insert(name.into(), Metric::rate(k, n));
    }

    pub(crate) fn group(&mut self, group: &str, name: &'static str, k: usize, n: usize) {
        self.groups.entry(group.to_owned()).or_default().insert(name, Metric::rate(k, n));
    }

    /// A metric that is no rate, with an interval of its own.
    pub(crate) fn put(&mut self, name: &'static str, metric: Metric) {
        self.metrics.insert(name.into(), metric);
    }

    pub(crate) fn failure(&mut self, file: impl Into<String>, why: impl Into<String>) {
        self.failures.push(Failure { file: file.into(), why: why.into() });
    }

    fn text(&self) -> String {
        let mut lines = vec![format!("{} ({} items)", self.suite, self.n)];
        lines.extend(self.metrics.iter().map(|(name, m)| m.text(name)));
        for (group, metrics) in &self.groups {
            lines.extend(metrics.iter().map(|(name, m)| m.text(&format!("{group} {name}"))));
        }
        let ms = &self.ms;
        lines.push(format!("  ms per item            median {:.1}, p95 {:.1}", ms.median, ms.p95));
        lines.extend(self.failures.iter().map(|f| format!("  - {}: {}", f.file, f.why)));
        lines.join("\n")
    }
}

impl Metric {
    fn text(&self, name: &str) -> String {
        let [low, high] = self.ci95.map(|v| v * 100.0);
        let (percent, k, n) = (self.value * 100.0, self.k, self.n);
        format!("  {name:<22} {percent:>6.2} %   95 % [{low:.2}, {high:.2}]   {k}/{n}")
    }

    fn rate(k: usize, n: usize) -> Self {
        if n == 0 {
            return Self { value: 0.0, ci95: [0.0, 1.0], k, n };
        }
        let (n_, z) = (n as f64, 1.959_964);
        let p = k as f64 / n_;
        let centre = p + z * z / (2.0 * n_);
        let half = z * (p * (1.0 - p) / n_ + z * z / (4.0 * n_ * n_)).sqrt();
        let scale = 1.0 + z * z / n_;
        Self {
            value: p,
            ci95: [((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)],
            k,
            n,
        }
    }
}

/// The rows of a tab-separated manifest, as column name → value.
pub(crate) fn manifest(path: &Path) -> Result<Vec<BTreeMap<String, String>>, std::io::Error> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| std::io::Error::new(e.kind(), format!("cannot read {}: {e}", path.display())))?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or("").split('\t').collect();
    Ok(lines
        .filter(|l| !l.is_empty())
        .map(|l| head.iter().zip(l.split('\t')).map(|(h, v)| ((*h).to_owned(), v.to_owned())).collect())
        .collect())
}

/// The installed networks.
fn models() -> Models {
    bonafide_models::load(&bonafide_models::Options::default())
}

/// Reads a picture through the same gate as the server's.
fn load(file: &Path) -> Result<Picture, Failed> {
    let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    Ok(image::decode(&bytes).map_err(|refused| format!("{}: {refused}", file.display()))?)
}

/// What is expired is judged on the day of the measurement.
#[expect(clippy::disallowed_methods, reason = "a program's outermost layer, without the engine's clock")]
fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// How far long work is; nothing where standard error is no terminal.
fn progress(steps: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps);
    if let Ok(style) = indicatif::ProgressStyle::with_template("[{bar:24}] {pos}/{len} {elapsed} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}

fn main() -> std::process::ExitCode {
    let ran = bonafide_models::without_telemetry().map_err(Failed::from).and_then(|()| run(&Args::parse()));
    match ran {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {}", bonafide_core::problem::with_causes(&*error));
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Failed> {
    let report = match args.suite {
        Suite::Mrz => mrz::run(&args.dir)?,
        Suite::Names => names::run(&args.dir)?,
        Suite::Pdf417 => pdf417::run(&args.dir)?,
        Suite::Aamva => aamva::run(&args.dir)?,
        Suite::Documents => documents::run(&args.dir)?,
        Suite::Duplicates => duplicates::run(&args.dir)?,
        Suite::Fields => fields::run(&args.dir)?,
        Suite::Faces => faces::run(&args.dir, &args.faces)?,
        Suite::SelfieSource => source::run(&args.dir, &args.source)?,
        Suite::PortraitSelfie => source::portrait_selfie(&args.dir, &args.source)?,
        Suite::Ages => ages::run(&args.dir)?,
        Suite::Pad => pad::run(&args.dir)?,
        Suite::Active => active::run(&args.dir)?,
        Suite::Address => address::run(&args.dir)?,
        Suite::Tamper => tamper::run(&args.dir)?,
        Suite::Places => places::run(&args.dir)?,
    };
    let text = if args.json { serde_json::to_string_pretty(&report)? } else { report.text() };
    match writeln!(anstream::stdout(), "{text}") {
        // Whoever closed the other end (`| head`) has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_interval_of_known_values() {
        let m = Metric::rate(9, 10);
        assert!((m.ci95[0] - 0.5958).abs() < 1e-3 && (m.ci95[1] - 0.9821).abs() < 1e-3);
        let none = Metric::rate(0, 0);
        assert_eq!(none.ci95, [0.0, 1.0]);
    }
}
