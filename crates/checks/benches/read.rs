//! How long a telephone's picture of 12 megapixels takes, on one thread: `cargo bench -p bonafide-checks`.
//!
//! The pictures are drawn by the test kit, so nothing but the installed weights is needed. From the bytes of
//! a JPEG to the result; networks are loaded before.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::sync::LazyLock;

use bonafide_checks::document::{
    barcode::read_pdf417,
    read::{machine_readable_zone, read},
};
use bonafide_checks::image::decode;
use bonafide_checks::models::Models;
use bonafide_core::document::{DocumentType, FieldName};
use bonafide_specimen::{self as specimen, Fonts, Licence, Scene, Specimen};
use divan::Bencher;

static MODELS: LazyLock<Models> = LazyLock::new(|| {
    bonafide_models::load(&bonafide_models::Options { concurrency: 1, ..bonafide_models::Options::default() })
});
static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::installed().unwrap());
static PASSPORT: LazyLock<Vec<u8>> =
    LazyLock::new(|| photo(&specimen::passport(&Specimen::random(1), &FONTS)));
static LICENCE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let [_, back] = specimen::licence(&Licence::random(1), &FONTS).unwrap();
    photo(&back)
});

fn main() {
    divan::main();
}

/// 4000 × 3000 pixels.
fn photo(page: &image::RgbImage) -> Vec<u8> {
    let scene = Scene { width: 4000, height: 3000, ..Scene::default() };
    specimen::to_jpeg(&specimen::photograph(page, 1, &scene), 90).unwrap()
}

/// Decoding alone, which is part of the others.
#[divan::bench(sample_count = 10)]
fn decode_12_megapixels(bencher: Bencher<'_, '_>) {
    let photo = &*PASSPORT;
    bencher.bench(|| decode(photo).unwrap());
}

/// Every field of a passport: turned upright, zone, visual zone, portrait, cross-checks.
#[divan::bench(sample_count = 10)]
fn passport_to_fields(bencher: Bencher<'_, '_>) {
    let (models, photo) = (&*MODELS, &*PASSPORT);
    let today = jiff::civil::date(2026, 11, 22);
    bencher.bench(|| {
        let out = read(models, &decode(photo).unwrap(), None, DocumentType::Unknown, today, 0.85);
        assert!(out.reading.get(FieldName::DocumentNumber).is_some());
        out
    });
}

/// The machine readable zone alone.
#[divan::bench(sample_count = 10)]
fn passport_to_zone(bencher: Bencher<'_, '_>) {
    let (models, photo) = (&*MODELS, &*PASSPORT);
    bencher.bench(|| machine_readable_zone(models, &decode(photo).unwrap()).unwrap().unwrap());
}

/// The barcode on the back of a licence.
#[divan::bench(sample_count = 10)]
fn licence_to_barcode(bencher: Bencher<'_, '_>) {
    let photo = &*LICENCE;
    bencher.bench(|| {
        let symbols = read_pdf417(&decode(photo).unwrap());
        assert_eq!(symbols.len(), 1);
        symbols
    });
}
