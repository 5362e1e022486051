//! `bonafide eval portrait-selfie DIR`: the portrait on a document against a selfie, on the pictures in `DIR/lfw`. Of each
//! person with two pictures the first is drawn into a document of the test kit, which is photographed and read; the
//! second is the selfie.
//!
//! - `portraits_found`: documents on which the reader found the portrait.
//! - `fnmr_at_fmr_1e-2`, `…1e-3`: selfies rejected at the lowest threshold that this share of all strangers' pairs
//!   reaches at most; `fnmr`, `fmr`: both rates at the product's own threshold. A portrait or a selfie without a face
//!   is unlike every other.
//! - `wrongly_caught`: real selfies that are taken for the portrait of their own document.
//! - `caught KIND`: the portrait or its document, handed in as the selfie, of every `--every`th person.

use std::{collections::BTreeMap, path::Path, time::Instant};

use bonafide_checks::{
    document::read,
    face::{Face, compare, detect, networks, subject},
    image::Picture,
    models::Models,
};
use bonafide_core::document::DocumentType;
use bonafide_specimen::{self as specimen, Fonts, Licence, Specimen, attack};
use image::{RgbImage, imageops};

use super::{
    Error, Known, Measured, Report, Rows, Wanted, add_attacks, around, copies, count, measure, names, person,
    told_of,
};
use crate::faces::rejected;

/// One person's document and selfie.
struct Pair {
    name: String,
    /// The picture that was drawn into the document, the page, and its photograph.
    original: Picture,
    page: RgbImage,
    photo: Picture,
    /// The portrait as the reader cut it out.
    portrait: Option<Picture>,
    known: Known,
    selfie: Known,
    /// The selfie against the portrait.
    honest: Measured,
}

pub(crate) fn run(dir: &Path, wanted: &Wanted) -> Result<Report, Error> {
    let models = crate::models();
    let fonts = Fonts::installed()?;
    let folder = dir.join("lfw");
    let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in names(&folder)? {
        people.entry(person(&name).to_owned()).or_default().push(name);
    }
    people.retain(|_, pictures| pictures.len() >= 2);
    let attacked = people.len().div_ceil(wanted.every as usize);
    let bar = crate::progress((people.len() + attacked) as u64);
    let (mut pairs, mut times, mut rows, mut failures) = (vec![], vec![], Rows::default(), vec![]);
    for (seed, (name, pictures)) in (1..).zip(people) {
        bar.inc(1);
        let [first, second] = &pictures[..2] else { continue };
        let original = crate::load(&folder.join(first))?;
        let selfie = crate::load(&folder.join(second))?;
        let page = page(&models, &original, seed, &fonts)?;
        let photo = photographed(&page, seed);
        let start = Instant::now();
        let read = read::read(&models, &photo, None, DocumentType::Unknown, crate::today(), 0.85);
        let portrait = read.portrait;
        let known = match &portrait {
            Some(portrait) => Known::of(&models, portrait)?,
            None => Known { seen: None, embedding: None },
        };
        let seen = Known::of(&models, &selfie)?;
        let honest = measure(&known, &seen, around(&models, &selfie, &seen)?);
        times.push(start.elapsed());
        rows.add("selfie", first, second, &honest);
        if honest.caught() {
            failures.push((second.clone(), format!("a real selfie: {}", told_of(&honest))));
        }
        pairs.push(Pair { name, original, page, photo, portrait, known, selfie: seen, honest });
    }
    let score = |a: &Known, b: &Known| {
        a.embedding.as_ref().zip(b.embedding.as_ref()).map_or(-1.0, |(a, b)| a.cosine(b))
    };
    let genuine: Vec<f64> = pairs.iter().map(|p| score(&p.known, &p.selfie)).collect();
    let mut strangers = vec![];
    for (i, a) in pairs.iter().enumerate() {
        strangers.extend(
            pairs.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, b)| score(&a.known, &b.selfie)),
        );
    }
    let mut attacks = BTreeMap::new();
    for (i, pair) in pairs.iter().enumerate().step_by(wanted.every as usize) {
        bar.inc(1);
        for (kind, picture) in attempts(pair, 1000 + i as u64) {
            let picture = Picture { rgb: picture };
            let seen = Known::of(&models, &picture)?;
            let measured = measure(&pair.known, &seen, around(&models, &picture, &seen)?);
            rows.add(kind, &pair.name, &pair.name, &measured);
            count(&mut attacks, kind, &seen, &measured);
            if seen.seen.is_some() && !measured.caught() {
                failures.push((pair.name.clone(), format!("{kind}: {}", told_of(&measured))));
            }
        }
    }
    bar.finish_and_clear();
    let mut report = Report::new("portrait-selfie", pairs.len(), times);
    report.metric("portraits_found", pairs.iter().filter(|p| p.portrait.is_some()).count(), pairs.len());
    for (name, fmr) in [("fnmr_at_fmr_1e-2", 1e-2), ("fnmr_at_fmr_1e-3", 1e-3)] {
        report.metric(name, rejected(&genuine, &strangers, fmr), genuine.len());
    }
    if let Some(map) = networks::calibration(&models, networks::basis(&models)) {
        let least = map.score(1.0 - compare::DEFAULT_ONBOARDING_DISTANCE);
        report.metric("fnmr", genuine.iter().filter(|s| **s < least).count(), genuine.len());
        report.metric("fmr", strangers.iter().filter(|s| **s >= least).count(), strangers.len());
    }
    report.metric("wrongly_caught", pairs.iter().filter(|p| p.honest.caught()).count(), pairs.len());
    add_attacks(&mut report, &attacks);
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    rows.write(wanted.rows.as_deref())?;
    Ok(report)
}

/// What somebody who has the document, or a picture of it, hands in as a selfie.
fn attempts(pair: &Pair, seed: u64) -> Vec<(&'static str, RgbImage)> {
    let again = photographed(&pair.page, seed).rgb;
    let mut attempts = vec![
        ("the document's picture", pair.photo.rgb.clone()),
        ("the document's picture, JPEG 40, half", copies::encoded(&copies::scaled(&pair.photo.rgb, 0.5), 40)),
        ("another picture of the document", again.clone()),
        ("the picture drawn into the document", pair.original.rgb.clone()),
    ];
    if let Some(portrait) = &pair.portrait {
        let (w, h) = portrait.rgb.dimensions();
        let tight = imageops::crop_imm(&portrait.rgb, w / 8, h / 8, w - w / 4, h - h / 4).to_image();
        attempts.extend([
            ("its portrait", portrait.rgb.clone()),
            ("its portrait, cut close", tight),
            ("its portrait, JPEG 40", copies::encoded(&portrait.rgb, 40)),
            (
                "its portrait, printed",
                attack::print(&copies::scaled(&portrait.rgb, 3.0), seed, seed.is_multiple_of(2)),
            ),
            (
                "its portrait on a screen",
                attack::screen(&copies::scaled(&portrait.rgb, 3.0), seed, seed.is_multiple_of(2)),
            ),
        ]);
    }
    attempts
}

/// A document of another kind for each seed, with this person's picture as its portrait.
fn page(models: &Models, picture: &Picture, seed: u64, fonts: &Fonts) -> Result<RgbImage, Error> {
    let faces = detect::detect(models, picture)?;
    let portrait = match subject::largest(&faces) {
        Some(face) => passport_portrait(&picture.rgb, &face),
        None => picture.rgb.clone(),
    };
    let holder = Specimen { portrait, ..Specimen::random(seed) };
    Ok(match seed % 4 {
        0 => specimen::passport(&holder, fonts),
        1 => {
            let [front, _] = specimen::identity_card(&holder, fonts);
            front
        }
        2 => specimen::large_card(&holder, fonts),
        _ => {
            let [front, _] = specimen::licence(&Licence { holder, ..Licence::random(seed) }, fonts)?;
            front
        }
    })
}

/// Cut as ICAO 9303 asks: the head about seven tenths of the height.
fn passport_portrait(picture: &RgbImage, face: &Face) -> RgbImage {
    let [_, _, _, height] = face.bbox;
    let [x, y] = face.centre();
    let (h, w) = (height * 1.75, height * 1.75 * 35.0 / 45.0);
    let part = [x - w / 2.0, y - h * 0.52, w, h].map(|v| v.max(0.0).round() as u32);
    specimen::crop(picture, part, (700, 900))
}

fn photographed(page: &RgbImage, seed: u64) -> Picture {
    Picture { rgb: copies::encoded(&specimen::photograph(page, seed, &copies::scene(seed)), 90) }
}
