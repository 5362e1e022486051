//! One document at one point: photographed, read, compared.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bonafide_checks::document::barcode::read_pdf417;
use bonafide_checks::document::read::machine_readable_zone;
use bonafide_checks::image::decode;
use bonafide_checks::models::Models;
use bonafide_specimen::distort::{Shot, Sitter};
use bonafide_specimen::{self as specimen, Fonts, Licence, Specimen};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// With a machine readable zone; the line with the names, which no check digit covers.
    Zone { name_line: usize },
    /// With a PDF417.
    Barcode,
}

/// A drawn page and what it says.
pub(crate) struct Page {
    pub(crate) kind: Kind,
    label: &'static str,
    seed: u64,
    sitter: Sitter,
    /// The lines of the zone, or the barcode's text.
    truth: Vec<String>,
}

/// How often a point was read rightly, and how long reading took.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) zones: usize,
    /// All lines but the names' exact.
    pub(crate) data: usize,
    pub(crate) all: usize,
    pub(crate) barcodes: usize,
    pub(crate) decoded: usize,
    pub(crate) times: Vec<Duration>,
}

pub(crate) struct Attempt {
    data: bool,
    all: bool,
    took: Duration,
    /// When not all is right.
    pub(crate) miss: Option<Miss>,
}

/// A picture that was read wrongly, and what was read.
pub(crate) struct Miss {
    jpeg: Vec<u8>,
    read: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, kind: Kind, attempt: &Attempt) {
        match kind {
            Kind::Zone { .. } => {
                self.zones += 1;
                self.data += usize::from(attempt.data);
                self.all += usize::from(attempt.all);
                self.times.push(attempt.took);
            }
            Kind::Barcode => {
                self.barcodes += 1;
                self.decoded += usize::from(attempt.all);
            }
        }
    }
}

/// The documents of a run: passports, cards and large cards in turn, then as many licences.
pub(crate) fn pages(seed: u64, count: u64, fonts: &Fonts) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut pages = vec![];
    for i in 0..count {
        let seed = seed.wrapping_mul(1_000_003).wrapping_add(i);
        let person = Specimen::random(seed);
        let (label, name_line, truth, picture) = match i % 3 {
            0 => ("td3", 0, specimen::td3(&person).to_vec(), specimen::passport(&person, fonts)),
            1 => {
                let [_, back] = specimen::identity_card(&person, fonts);
                ("td1", 2, specimen::td1(&person).to_vec(), back)
            }
            _ => ("td2", 0, specimen::td2(&person).to_vec(), specimen::large_card(&person, fonts)),
        };
        // The reflection falls on what is read.
        let sitter = Sitter::new(picture, seed, 0.86);
        pages.push(Page { kind: Kind::Zone { name_line }, label, seed, sitter, truth });
        let licence = Licence::random(seed);
        let [_, back] = specimen::licence(&licence, fonts)?;
        let sitter = Sitter::new(back, seed, 0.35);
        let truth = vec![licence.payload()];
        pages.push(Page { kind: Kind::Barcode, label: "pdf417", seed, sitter, truth });
    }
    Ok(pages)
}

/// Photographs and reads a page.
pub(crate) fn attempt(models: &Models, page: &Page, shot: &Shot) -> Result<Attempt, Box<dyn Error>> {
    let jpeg = page.sitter.shoot(shot)?;
    let start = Instant::now();
    let picture = decode(&jpeg)?;
    let read = match page.kind {
        Kind::Zone { .. } => {
            machine_readable_zone(models, &picture)?.map_or(vec![], |found| found.mrz.lines().to_vec())
        }
        Kind::Barcode => read_pdf417(&picture).into_iter().map(|symbol| symbol.text).collect(),
    };
    let took = start.elapsed();
    let all = read == page.truth;
    let data = match page.kind {
        Kind::Zone { name_line } => {
            let lines = |text: &[String]| {
                let data = text.iter().enumerate().filter(|(i, _)| *i != name_line);
                data.map(|(_, line)| line.clone()).collect::<Vec<_>>()
            };
            read.len() == page.truth.len() && lines(&read) == lines(&page.truth)
        }
        Kind::Barcode => all,
    };
    let miss = (!all).then_some(Miss { jpeg, read });
    Ok(Attempt { data, all, took, miss })
}

/// A folder with the pictures that were read wrongly, and `failures.tsv`: truth against reading.
pub(crate) struct Misses {
    folder: PathBuf,
    table: File,
}

impl Misses {
    pub(crate) fn create(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut table = File::create(folder.join("failures.tsv"))?;
        writeln!(table, "file\ttruth\tread")?;
        Ok(Self { folder: folder.to_owned(), table })
    }

    pub(crate) fn keep(&mut self, point: &str, page: &Page, miss: &Miss) -> Result<(), Box<dyn Error>> {
        let file = format!("{point}-{}-{}.jpg", page.label, page.seed);
        std::fs::write(self.folder.join(&file), &miss.jpeg)?;
        let plain = |lines: &[String]| lines.join("|").replace(['\n', '\r', '\t', '\u{1e}'], " ");
        writeln!(self.table, "{file}\t{}\t{}", plain(&page.truth), plain(&miss.read))?;
        Ok(())
    }
}
