//! `bonafide eval duplicates DIR`: is a document known again, on the pictures of `DIR/manifest.tsv` (columns
//! `file`; `document`, where pictures of one document carry the same word; `is_identity_document`, where rows
//! with 0 are left out).
//!
//! - `same_picture`: copies of each picture (encoded at JPEG 40, half as large, brighter, cut by 2 % a side,
//!   turned) that are known as the same picture.
//! - `same_document`: pairs of other pictures of one document that are known, as picture or document.
//! - `different`: pairs of pictures of different documents that are kept apart.

use std::{path::Path, time::Instant};

use bonafide_checks::{
    document::{
        fingerprint::{Fingerprint, Likeness},
        read::read,
    },
    image::{Picture, decode, encode_jpeg},
};
use bonafide_core::document::{DocumentType, Side};
use image::imageops;

use super::Report;

pub(super) fn run(dir: &Path) -> Result<Report, Box<dyn std::error::Error>> {
    let models = crate::models();
    let today = crate::today();
    let rows = super::manifest(&dir.join("manifest.tsv"))?;
    let take = |picture: &Picture| {
        let read = read(&models, picture, None, DocumentType::Unknown, today, 0.85);
        Fingerprint::of(picture, &read.reading, Side::Front)
    };
    let (mut times, mut prints, mut failures) = (vec![], vec![], vec![]);
    let (mut known, mut copies) = (0, 0);
    let bar = crate::progress(rows.len() as u64);
    for row in &rows {
        bar.inc(1);
        let column = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let file = column("file");
        if column("is_identity_document") == "0" {
            continue;
        }
        let bytes = std::fs::read(dir.join(file)).map_err(|e| format!("cannot read {file}: {e}"))?;
        let Ok(picture) = decode(&bytes) else { continue };
        let start = Instant::now();
        let print = take(&picture);
        times.push(start.elapsed());
        for (what, copy) in clothes(&picture) {
            copies += 1;
            let copy = take(&copy);
            if matches!(print.likeness(&copy), Some(Likeness::SamePicture { .. })) {
                known += 1;
            } else {
                failures.push((file.to_owned(), format!("{what}: {}", told(&print, &copy))));
            }
        }
        let document = Some(column("document")).filter(|d| !d.is_empty()).unwrap_or(file);
        prints.push((file, document, print));
    }
    bar.finish_and_clear();
    let (mut found, mut same, mut apart, mut different) = (0, 0, 0, 0);
    for (i, (file, document, print)) in prints.iter().enumerate() {
        for (other_file, other, other_print) in prints.iter().skip(i + 1) {
            let alike = print.likeness(other_print).is_some();
            let right = alike == (document == other);
            if document == other {
                same += 1;
                found += usize::from(alike);
            } else {
                different += 1;
                apart += usize::from(!alike);
            }
            if !right {
                let pair = format!("{file} and {other_file}");
                failures.push((pair, told(print, other_print)));
            }
        }
    }
    let mut report = Report::new("duplicates", prints.len(), times);
    report.metric("same_picture", known, copies);
    report.metric("same_document", found, same);
    report.metric("different", apart, different);
    failures.into_iter().for_each(|(file, why)| report.failure(file, why));
    Ok(report)
}

fn told(a: &Fingerprint, b: &Fingerprint) -> String {
    let [picture, page, portrait] =
        a.agreements(b).map(|v| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}")));
    format!("{:?}: picture {picture}, page {page}, portrait {portrait}", a.likeness(b))
}

fn clothes(picture: &Picture) -> Vec<(&'static str, Picture)> {
    let rgb = &picture.rgb;
    let (w, h) = rgb.dimensions();
    let of = |rgb| Picture { rgb };
    let half = imageops::resize(rgb, (w / 2).max(1), (h / 2).max(1), imageops::FilterType::Triangle);
    let cut = imageops::crop_imm(rgb, w / 50, h / 50, w - w / 25, h - h / 25).to_image();
    let coarse = decode(&encode_jpeg(rgb, 40)).unwrap_or_else(|_| picture.clone());
    vec![
        ("JPEG 40", coarse),
        ("half", of(half)),
        ("brighter", of(imageops::colorops::brighten(rgb, 35))),
        ("cut", of(cut)),
        ("turned", of(imageops::rotate90(rgb))),
    ]
}
