//! `draw OUT_DIR`: photographs of invented documents with what they say, in the layout of the data folders
//! that `bonafide eval` and `bench/peers.py` read: `mrz/`, `pdf417/` and `address/`, each with a `manifest.tsv`, and `aamva/`.

use std::error::Error;
use std::path::{Path, PathBuf};

use bonafide_specimen::bill::{Bill, COUNTRIES, KINDS, bill, seal};
use bonafide_specimen::distort::{Shot, shoot};
use bonafide_specimen::payload::Payload;
use bonafide_specimen::{self as specimen, Fonts, Licence, MRZ_CAPITAL_MM, PIXELS_PER_MM, Scene, Specimen};
use clap::Parser;
use image::RgbImage;
use jiff::civil::{Date, date};

/// The day the bills are drawn on, a few weeks after most were issued.
const TODAY: Date = date(2026, 11, 30);

/// Photographs of invented documents, with the truth beside them
#[derive(Parser)]
struct Args {
    /// Where the folders go
    out: PathBuf,
    /// What the documents and their surroundings are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Documents of each kind
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    count: u64,
    /// Size of a picture, about, in millions of pixels
    #[arg(long, default_value_t = 12.0)]
    megapixels: f32,
    /// Names of 2 to 39 characters in turn, on passports alone
    #[arg(long)]
    names: bool,
    /// Tilt of the camera in degrees
    #[arg(long, default_value_t = 10.0)]
    tilt: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let fonts = Fonts::installed()?;
    let (zones, codes) = (args.out.join("mrz"), args.out.join("pdf417"));
    std::fs::create_dir_all(&zones)?;
    std::fs::create_dir_all(&codes)?;
    let mut zone_rows = String::from("file\tformat\tmrz\n");
    let mut code_rows = String::from("file\ttruth_file\tsymbols\n");
    for seed in args.seed..args.seed.saturating_add(args.count) {
        let person = Specimen::random(seed);
        if args.names {
            let person = named(person, seed);
            let file = format!("td3-{seed}.jpg");
            photograph(&args, &specimen::passport(&person, &fonts), seed, &zones.join(&file))?;
            zone_rows.push_str(&format!("{file}\tTD3\t{}\n", specimen::td3(&person).join("|")));
            continue;
        }
        let [front, back] = specimen::identity_card(&person, &fonts);
        let pages = [
            ("TD3", specimen::passport(&person, &fonts), specimen::td3(&person).join("|")),
            ("TD1", back, specimen::td1(&person).join("|")),
            ("TD2", specimen::large_card(&person, &fonts), specimen::td2(&person).join("|")),
            ("none", front, String::new()),
        ];
        for (format, page, truth) in pages {
            let file = format!("{}-{seed}.jpg", format.to_lowercase());
            photograph(&args, &page, seed, &zones.join(&file))?;
            zone_rows.push_str(&format!("{file}\t{format}\t{truth}\n"));
        }
        let licence = Licence::random(seed);
        let [_, back] = specimen::licence(&licence, &fonts)?;
        photograph(&args, &back, seed, &codes.join(format!("licence-{seed}.jpg")))?;
        std::fs::write(codes.join(format!("licence-{seed}.txt")), licence.payload())?;
        code_rows.push_str(&format!("licence-{seed}.jpg\tlicence-{seed}.txt\t1\n"));
    }
    payloads(&args)?;
    std::fs::write(zones.join("manifest.tsv"), zone_rows)?;
    std::fs::write(codes.join("manifest.tsv"), code_rows)?;
    bills(&args, &fonts)
}

/// A person whose name fills from 2 to all 39 places of a passport's zone, by the seed.
fn named(person: Specimen, seed: u64) -> Specimen {
    let places = 2 + (seed % 38) as usize;
    let letters: String = format!("{}{}{}", person.surname, person.given_names, person.birth_place)
        .chars()
        .flat_map(|c| specimen::transliterate(&c.to_string()).chars().collect::<Vec<_>>())
        .filter(char::is_ascii_uppercase)
        .cycle()
        .take(places)
        .collect();
    // Two fillers stand between the two names; very short ones are one name, of which every second is a given name.
    let (surname, given) = match letters.split_at_checked(places.saturating_sub(2) / 2) {
        Some((surname, rest)) if places >= 5 => (surname.to_owned(), rest.chars().skip(2).collect()),
        _ if seed.is_multiple_of(2) => (letters, String::new()),
        _ => (String::new(), letters),
    };
    Specimen { surname, given_names: given, ..person }
}

/// The data of licences in every form.
fn payloads(args: &Args) -> Result<(), Box<dyn Error>> {
    let folder = args.out.join("aamva");
    std::fs::create_dir_all(&folder)?;
    let mut rows = String::new();
    for seed in args.seed..args.seed.saturating_add(args.count) {
        let drawn = Payload::random(seed);
        let fields: serde_json::Map<_, _> =
            drawn.fields.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let id = format!("{seed} {:?}", drawn.form);
        rows.push_str(&serde_json::json!({"id": id, "payload": drawn.text, "fields": fields}).to_string());
        rows.push('\n');
    }
    std::fs::write(folder.join("payloads.jsonl"), rows)?;
    Ok(())
}

/// Bills of every country in turn, each kind in turn, with what a reader should find.
fn bills(args: &Args, fonts: &Fonts) -> Result<(), Box<dyn Error>> {
    let folder = args.out.join("address");
    std::fs::create_dir_all(&folder)?;
    let mut rows =
        String::from("file\tkind\tissuer\tnames\tissued\tstreet\textra\tcity\tstate\tzip\tcountry\tseal\n");
    for seed in args.seed..args.seed.saturating_add(args.count) {
        for (i, country) in COUNTRIES.into_iter().enumerate() {
            let kind = KINDS.get((seed as usize + i) % KINDS.len()).copied().unwrap_or("utility_bill");
            let seed = seed.wrapping_mul(131).wrapping_add(i as u64);
            let Some(drawn) = Bill::random(country, kind, TODAY, seed) else { continue };
            let height = (args.megapixels.clamp(0.1, 50.0) * 1e6 * 4.0 / 3.0).sqrt();
            let tilt = if i % 2 == 0 { 0.0 } else { args.tilt };
            let scene = Scene {
                width: (height * 0.75) as u32,
                height: height as u32,
                fill: 0.86,
                roll: (i as f32 - 5.0) * 0.5,
                clutter: false,
                ..Scene::default()
            };
            let photo =
                specimen::photograph(&bill(&drawn, fonts), seed, &scene.tilted(tilt, 40.0 * i as f32));
            let file = format!("{}-{seed}.jpg", country.to_lowercase());
            std::fs::write(folder.join(&file), specimen::to_jpeg(&photo, 88)?)?;
            let Bill { issuer, names, issued, street, extra, city, state, zip, .. } = &drawn;
            let or_none = |value: &Option<String>| value.clone().unwrap_or_default();
            rows.push_str(&format!(
                "{file}\t{kind}\t{issuer}\t{}\t{issued}\t{street}\t{}\t{city}\t{}\t{zip}\t{country}\t{}\n",
                names.join("|"),
                or_none(extra),
                or_none(state),
                drawn.seal().map(|_| "valid").unwrap_or_default(),
            ));
        }
    }
    std::fs::write(folder.join("manifest.tsv"), rows)?;
    std::fs::write(folder.join("certificates.pem"), seal::CERTIFICATES)?;
    Ok(())
}

fn photograph(args: &Args, page: &RgbImage, seed: u64, file: &Path) -> Result<(), Box<dyn Error>> {
    // `shoot` lets the document fill about 0.7 of a picture of 4:3.
    let picture_width = (args.megapixels.clamp(0.1, 50.0) * 1e6 * 4.0 / 3.0).sqrt();
    let page_mm = page.width() as f32 / PIXELS_PER_MM;
    let character_height = 0.7 * picture_width / page_mm * MRZ_CAPITAL_MM;
    let shot = Shot { character_height, tilt: args.tilt, ..Shot::default() };
    std::fs::write(file, shoot(page, seed, &shot, 0.5)?)?;
    Ok(())
}
