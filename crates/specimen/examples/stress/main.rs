//! `stress OUT_DIR`: how much a picture may be spoilt before the reader fails.
//!
//! Draws documents of an invented state, photographs them (see `bonafide_specimen::distort`) with one thing
//! varied and everything else good, reads them, and writes one plot for each thing varied, `stress.json`
//! and a table. All of it is synthetic: real pictures are the business of `bonafide eval`. The same seed
//! and count give the same pictures.

mod axes;
mod plot;
mod read;

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use bonafide_specimen::Fonts;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use self::axes::{Axis, Curve};
use self::read::Tally;

/// Accuracy of the reader on drawn documents against what spoils pictures
#[derive(Parser)]
struct Args {
    /// Where the plots and stress.json go
    out: PathBuf,
    /// What the documents and their surroundings are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Documents at each point: passports (TD3), cards (TD1) and large cards (TD2) in turn; as many licences
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1000))]
    count: u64,
    /// Only these axes
    #[arg(long, value_name = "AXIS")]
    axis: Vec<Axis>,
    /// Threads, each with its own networks
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
    /// Keep the pictures that were read wrongly here, with failures.tsv
    #[arg(long, value_name = "DIR")]
    failures: Option<PathBuf>,
    /// Renew the table in this page, between `<!-- stress -->` and `<!-- /stress -->`
    #[arg(long, value_name = "PAGE")]
    page: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.out)?;
    let misses = args.failures.as_deref().map(read::Misses::create).transpose()?;
    let misses = Mutex::new(misses);
    let axes: Vec<Axis> = if args.axis.is_empty() { Axis::ALL.to_vec() } else { args.axis.clone() };
    let points = axes::points(&axes);
    let pages = read::pages(args.seed, args.count, &Fonts::installed()?)?;
    let threads = args.threads.max(1);
    let models = bonafide_models::load(&bonafide_models::Options {
        concurrency: threads,
        ..bonafide_models::Options::default()
    });

    let bar = ProgressBar::new((points.len() * pages.len()) as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} pictures, {eta} left")?);
    let next = AtomicUsize::new(0);
    let tallies = Mutex::new(vec![Tally::default(); points.len()]);
    let failure: Mutex<Option<String>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    // Point by point, so that a run cut short has whole points.
                    let (at, page) = (i / pages.len(), pages.get(i % pages.len()));
                    let (Some(point), Some(page)) = (points.get(at), page) else { break };
                    let attempt = read::attempt(&models, page, &point.shot);
                    let done = attempt.and_then(|attempt| {
                        if let Some(tally) = lock(&tallies).get_mut(at) {
                            tally.add(page.kind, &attempt);
                        }
                        match (lock(&misses).as_mut(), attempt.miss) {
                            (Some(misses), Some(miss)) => misses.keep(&point.name(), page, &miss),
                            _ => Ok(()),
                        }
                    });
                    if let Err(error) = done {
                        *lock(&failure) = Some(error.to_string());
                        next.store(usize::MAX / 2, Ordering::Relaxed);
                    }
                    bar.inc(1);
                    // Without a terminal there is no bar.
                    if bar.is_hidden() && (i + 1).is_multiple_of(pages.len() * 5) {
                        eprintln!("{} of {} pictures", i + 1, bar.length().unwrap_or(0));
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    if let Some(error) = lock(&failure).take() {
        return Err(error.into());
    }

    let tallies = std::mem::take(&mut *lock(&tallies));
    let curves: Vec<Curve> = axes.iter().map(|axis| Curve::of(*axis, &points, &tallies)).collect();
    for curve in &curves {
        std::fs::write(args.out.join(format!("{}.svg", curve.axis.name())), plot::svg(curve))?;
    }
    let report = axes::report(args.seed, args.count, &curves);
    let text = serde_json::to_string_pretty(&report)?;
    std::fs::write(args.out.join("stress.json"), format!("{text}\n"))?;
    if let Some(page) = &args.page {
        let text = std::fs::read_to_string(page)?;
        let text = axes::renewed(&text, &curves, args.seed, args.count);
        let text = text.ok_or_else(|| format!("{} has no lines for the table", page.display()))?;
        std::fs::write(page, text)?;
    }
    if args.json {
        println!("{text}");
    } else {
        axes::print(&curves);
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
