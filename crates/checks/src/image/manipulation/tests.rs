//! What a finding is made of, and pictures that say nothing.

use image::Rgb;

use super::*;
use crate::image::{decode, encode_jpeg};

fn with(strengths: &[f64]) -> Finding {
    let cues = strengths.iter().map(|s| Cue::new(Code::SavedAgain, *s, "measured")).collect();
    Traces { cues, assessed: true, ..Traces::default() }.finding(Side::Front)
}

#[test]
fn one_weak_cue_is_clear_and_two_ask_for_a_person() {
    assert_eq!(with(&[]).score, Some(1.0));
    let one = with(&[0.3]);
    assert_eq!((one.outcome, one.reasons.len()), (Outcome::Clear, 1));
    assert_eq!(with(&[0.3, 0.3]).outcome, Outcome::Consider);
    // Never more than `consider`, whatever was found.
    assert_eq!(with(&[1.0, 1.0]).outcome, Outcome::Consider);
}

#[test]
fn a_small_picture_is_not_assessed() {
    let bytes = encode_jpeg(&RgbImage::from_pixel(90, 60, Rgb([90, 120, 40])), 90);
    let finding = examine(&bytes, &decode(&bytes).unwrap()).finding(Side::Back);
    assert_eq!((finding.outcome, finding.score), (Outcome::NotAssessed, None));
    assert!(finding.reasons.iter().any(|r| r.code == Code::TooSmall));
}

#[test]
fn an_even_picture_bears_no_traces() {
    let bytes = encode_jpeg(&RgbImage::from_pixel(400, 300, Rgb([200, 120, 40])), 90);
    let traces = examine(&bytes, &decode(&bytes).unwrap());
    assert_eq!(traces.cues, []);
    assert_eq!(traces.finding(Side::Front).outcome, Outcome::Clear);
}

/// A picture with shading, blobs like print, and a sensor's noise.
fn scene(seed: u64, noise: f32) -> RgbImage {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    let blobs: Vec<[f32; 4]> = (0..220)
        .map(|_| [random() * 800.0, random() * 600.0, 3.0 + 9.0 * random(), 60.0 * random()])
        .collect();
    RgbImage::from_fn(800, 600, |x, y| {
        let (u, v) = (x as f32, y as f32);
        let blob = blobs.iter().find(|b| (b[0] - u).abs() < b[2] && (b[1] - v).abs() < 0.6 * b[2]);
        let light = blob.map_or(150.0 + 40.0 * (u / 130.0).sin() * (v / 90.0).cos(), |b| 40.0 + b[3]);
        // The sum of four even ones is near enough to a normal one, of deviation √(1/3).
        let grain = (random() + random() + random() + random() - 2.0) * 1.732 * noise;
        Rgb([light + grain, light * 0.9 + grain, light * 0.7 + grain].map(|c| c.clamp(0.0, 255.0) as u8))
    })
}

fn saved(rgb: &RgbImage, quality: u8) -> RgbImage {
    decode(&encode_jpeg(rgb, quality)).unwrap().rgb
}

fn codes(bytes: &[u8]) -> Vec<Code> {
    examine(bytes, &decode(bytes).unwrap()).cues.into_iter().map(|c| c.code).collect()
}

fn has(codes: &[Code], code: Code) -> bool {
    codes.contains(&code)
}

#[test]
fn saving_again_is_told_and_is_no_edit() {
    let codes = codes(&encode_jpeg(&saved(&scene(1, 2.0), 60), 95));
    assert_eq!(codes, [Code::SavedAgain]);
}

#[test]
fn a_pasted_part_keeps_its_own_grid() {
    let mut picture = saved(&scene(1, 2.0), 75);
    let other = saved(&scene(2, 2.0), 45);
    let part = image::imageops::crop_imm(&other, 85, 67, 320, 256).to_image();
    image::imageops::replace(&mut picture, &part, 256, 160);
    let codes = codes(&encode_jpeg(&picture, 96));
    assert!(has(&codes, Code::GridDiffersInRegion), "{codes:?}");
}

#[test]
fn a_part_that_was_compressed_less_often_is_found() {
    let mut picture = saved(&scene(1, 2.0), 55);
    let part = image::imageops::crop_imm(&scene(2, 2.0), 80, 64, 320, 256).to_image();
    image::imageops::replace(&mut picture, &part, 256, 160);
    let codes = codes(&encode_jpeg(&picture, 96));
    assert!(has(&codes, Code::ErrorLevelDiffersInRegion), "{codes:?}");
}

#[test]
fn a_part_without_the_sensors_noise_is_found() {
    let mut picture = scene(1, 5.0);
    assert_eq!(noise::inconsistent(&luma(&picture)), None);
    let part = image::imageops::crop_imm(&picture, 256, 160, 256, 192).to_image();
    image::imageops::replace(&mut picture, &image::imageops::fast_blur(&part, 3.0), 256, 160);
    let cue = noise::inconsistent(&luma(&picture)).unwrap();
    assert!(cue.code == Code::NoiseDiffersInRegion && cue.detail.contains("less"), "{cue:?}");
}

#[test]
fn a_part_that_occurs_twice_is_found() {
    let mut picture = scene(1, 2.0);
    assert_eq!(copy_move::repeated(&luma(&picture)), None);
    let part = image::imageops::crop_imm(&picture, 100, 80, 240, 160).to_image();
    image::imageops::replace(&mut picture, &part, 430, 330);
    let cue = copy_move::repeated(&luma(&saved(&picture, 92))).unwrap();
    assert_eq!(cue.code, Code::RegionCopied);
    // 330 across and 250 down.
    assert!(cue.detail.contains("414 pixels apart"), "{}", cue.detail);
}

#[test]
fn the_raster_of_a_screen_is_found() {
    let picture = luma(&scene(1, 2.0));
    assert_eq!(recapture::screen(&picture), None);
    let (s, c) = 17f32.to_radians().sin_cos();
    let raster = GrayImage::from_fn(800, 600, |x, y| {
        let (u, v) = (x as f32 * c - y as f32 * s, x as f32 * s + y as f32 * c);
        let wave = (u * std::f32::consts::TAU / 4.4).sin() + (v * std::f32::consts::TAU / 4.4).sin();
        Luma([(f32::from(picture.get_pixel(x, y).0[0]) + 6.0 * wave).clamp(0.0, 255.0) as u8])
    });
    assert_eq!(recapture::screen(&raster).unwrap().code, Code::ScreenRaster);
}

#[test]
fn a_fine_raster_may_lie_along_the_axes_and_the_blocks_of_a_scaled_jpeg_are_none() {
    let picture = scene(1, 2.0);
    let grey = luma(&picture);
    let raster = GrayImage::from_fn(800, 600, |x, y| {
        let wave = |at: u32| (at as f32 * std::f32::consts::TAU / 2.5).sin();
        let light = f32::from(grey.get_pixel(x, y).0[0]) + 6.0 * (wave(x) + wave(y));
        Luma([light.clamp(0.0, 255.0) as u8])
    });
    assert_eq!(recapture::screen(&raster).unwrap().code, Code::ScreenRaster);
    for (quality, side) in [(10, 600), (30, 600), (30, 500), (20, 700), (10, 400)] {
        let blocks = saved(&picture, quality);
        let scaled =
            image::imageops::resize(&blocks, side, side * 3 / 4, image::imageops::FilterType::Triangle);
        assert_eq!(recapture::screen(&luma(&scaled)), None, "quality {quality}, {side} wide");
    }
}

/// A JPEG with a thumbnail in EXIF, as cameras write it.
fn with_thumbnail(picture: &RgbImage, thumbnail: &RgbImage) -> Vec<u8> {
    let thumbnail = encode_jpeg(&image::imageops::thumbnail(thumbnail, 160, 120), 85);
    let short = |tag: u16, value: u32| {
        // One entry of a directory: a long.
        [tag.to_be_bytes().as_slice(), &4u16.to_be_bytes(), &1u32.to_be_bytes(), &value.to_be_bytes()]
            .concat()
    };
    // Header, an empty first directory that points at the second, the second with two entries.
    let first = [0u16.to_be_bytes().as_slice(), &14u32.to_be_bytes()].concat();
    let entries = [short(0x0201, 44), short(0x0202, thumbnail.len() as u32)].concat();
    let second = [2u16.to_be_bytes().as_slice(), &entries, &0u32.to_be_bytes()].concat();
    let tiff = [b"MM\0*\0\0\0\x08".as_slice(), &first, &second, &thumbnail].concat();
    let body = [b"Exif\0\0".as_slice(), &tiff].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    let jpeg = encode_jpeg(picture, 92);
    [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat()
}

#[test]
fn a_thumbnail_of_another_picture_is_told() {
    let (own, other) = (scene(1, 2.0), scene(9, 2.0));
    assert!(!has(&codes(&with_thumbnail(&own, &own)), Code::ThumbnailDiffers));
    assert!(has(&codes(&with_thumbnail(&image::imageops::rotate180(&own), &other)), Code::ThumbnailDiffers));
}
