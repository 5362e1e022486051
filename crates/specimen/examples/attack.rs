//! `attack IN_DIR OUT_DIR`: simulated presentation attacks on the live pictures of a data folder (its
//! `manifest.tsv` names them: columns `file`, `label`, `subject`), as a data folder for `bonafide eval pad`.
//! Kinds end in `(simulated)`, so that they are never counted with real ones.

use std::{collections::BTreeMap, error::Error, path::PathBuf};

use bonafide_specimen::{attack, to_jpeg};
use clap::Parser;
use image::RgbImage;

/// Simulated presentation attacks, with the truth beside them
#[derive(Parser)]
struct Args {
    /// A folder with live pictures and their manifest
    from: PathBuf,
    /// Where the attacks go
    out: PathBuf,
    /// What the attacks are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

type Make = fn(&RgbImage, u64) -> RgbImage;

const KINDS: [(&str, Make); 4] = [
    ("screen with bezel (simulated)", |p, s| attack::screen(p, s, false)),
    ("screen close up (simulated)", |p, s| attack::screen(p, s, true)),
    ("print with edge (simulated)", |p, s| attack::print(p, s, false)),
    ("print close up (simulated)", |p, s| attack::print(p, s, true)),
];

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    std::fs::create_dir_all(&args.out)?;
    let manifest = std::fs::read_to_string(args.from.join("manifest.tsv"))?;
    let mut lines = manifest.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let mut rows = String::from("file\tlabel\tattack\tsubject\n");
    for (n, line) in (0..).zip(lines) {
        let row: BTreeMap<&str, &str> = head.iter().copied().zip(line.split('\t')).collect();
        let column = |name: &str| row.get(name).copied().unwrap_or_default();
        if column("label") != "live" {
            continue;
        }
        let picture = image::open(args.from.join(column("file")))?.to_rgb8();
        for (k, (kind, make)) in (0..).zip(KINDS) {
            let seed = args.seed ^ (n << 8) ^ k;
            let file = format!("{n:04}-{k}.jpg");
            let quality = 75 + (seed % 20) as u8;
            std::fs::write(args.out.join(&file), to_jpeg(&make(&picture, seed), quality)?)?;
            rows.push_str(&format!("{file}\tattack\t{kind}\t{}\n", column("subject")));
        }
    }
    std::fs::write(args.out.join("manifest.tsv"), rows)?;
    Ok(())
}
