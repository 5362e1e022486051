use bonafide_testkit::data::test_data;
use image::{ExtendedColorType, ImageEncoder, Rgb, Rgba, codecs::png::PngEncoder};

use super::*;

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(vec![]);
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    decode(bytes).map_or_else(|r| r.code(), |_| "accepted")
}

/// A PNG chunk with its checksum.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(data) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let length = u32::try_from(data.len()).unwrap();
    [&length.to_be_bytes(), kind.as_slice(), data, &(!crc).to_be_bytes()].concat()
}

#[test]
#[ignore = "needs real data: malformed"]
fn every_malformed_file_does_as_expected() {
    let folder = test_data("malformed");
    let manifest = std::fs::read_to_string(folder.join("manifest.tsv")).unwrap();
    let mut wrong = vec![];
    let mut rows = 0;
    for line in manifest.lines().skip(1) {
        let mut columns = line.split('\t');
        let (file, expect) = (columns.next().unwrap(), columns.next().unwrap());
        let done = decode(&std::fs::read(folder.join(file)).unwrap());
        let holds = match expect {
            "must be refused" => done.is_err(),
            "no crash" => true,
            e if e.starts_with("must decode") => done.is_ok(),
            other => panic!("unknown expectation {other}"),
        };
        if !holds {
            wrong.push(format!("{file}: {expect}, got {:?}", done.map(|p| p.rgb.dimensions())));
        }
        rows += 1;
    }
    assert!(rows > 200, "{rows} rows");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The files of the orientations from 2 on show one picture.
fn show_the_same_picture(load: impl Fn(u8) -> Vec<u8>) {
    let load = |i| decode(&load(i)).unwrap().rgb;
    let upright = load(2);
    for i in 3..=8 {
        let other = load(i);
        assert_eq!(other.dimensions(), upright.dimensions());
        let sum: u64 = other.iter().zip(upright.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / other.len() as f64;
        assert!(mean < 6.0, "orientation {i} differs by {mean}");
    }
}

#[test]
fn all_eight_orientations_of_a_jpeg_show_the_same_picture() {
    let upright = RgbImage::from_fn(96, 64, |x, y| Rgb([(x * 2) as u8, (y * 3) as u8, (x / 16 * 40) as u8]));
    show_the_same_picture(|value| {
        // Stored so that what the value asks for turns it upright: a quarter turn one way undoes the other.
        let undone = match value {
            6 => 8,
            8 => 6,
            own_inverse => own_inverse,
        };
        let mut stored = DynamicImage::from(upright.clone());
        stored.apply_orientation(Orientation::from_exif(undone).unwrap());
        let plain = encode_jpeg(&stored.to_rgb8(), 90);
        let exif =
            [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[value], &[0; 6]]
                .concat();
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
    });
}

#[test]
#[ignore = "needs real data: malformed/pillow_orientation"]
fn all_eight_orientations_show_the_same_picture() {
    let folder = test_data("malformed/pillow_orientation");
    for kind in ["jpg", "webp"] {
        show_the_same_picture(|i| {
            std::fs::read(folder.join(format!("hopper_orientation_{i}.{kind}"))).unwrap()
        });
    }
}

#[test]
fn each_orientation_is_applied_to_a_png() {
    // A red top left corner in a 2×3 picture goes where EXIF says.
    let mut source = RgbImage::new(2, 3);
    source.put_pixel(0, 0, Rgb([255, 0, 0]));
    let plain = png(&source.into());
    let places = [(0, 0), (1, 0), (1, 2), (0, 2), (0, 0), (2, 0), (2, 1), (0, 1)];
    for (value, (x, y)) in (1u8..).zip(places) {
        let tiff =
            [b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[value], &[0; 6]].concat();
        for exif in [tiff.clone(), [b"Exif\0\0".as_slice(), &tiff].concat()] {
            let bytes = [&plain[..33], &chunk(b"eXIf", &exif), &plain[33..]].concat();
            let turned = decode(&bytes).unwrap().rgb;
            assert_eq!(turned.dimensions(), if value < 5 { (2, 3) } else { (3, 2) }, "orientation {value}");
            assert_eq!(turned.get_pixel(x, y).0, [255, 0, 0], "orientation {value}");
        }
    }
}

#[test]
fn broken_exif_is_ignored() {
    let plain = png(&RgbImage::new(4, 4).into());
    for exif in [b"".as_slice(), b"MM\0\x2a\xff\xff\xff\xff", b"nonsense", b"II\x2a\0\x08\0\0\0\xff\xff"] {
        let bytes = [&plain[..33], &chunk(b"eXIf", exif), &plain[33..]].concat();
        assert_eq!(code(&bytes), "accepted");
    }
}

#[test]
fn files_that_are_no_pictures() {
    assert_eq!(code(b""), "empty_file");
    assert_eq!(code(b"hello, world"), "not_an_image");
    assert_eq!(code(b"GIF"), "not_an_image");
    assert_eq!(decode(b"%PDF-1.7 ...").unwrap_err(), Refused::UnsupportedFormat("PDF"));
    assert_eq!(decode(b"\0\0\0\x18ftypheic\0\0\0\0").unwrap_err(), Refused::UnsupportedFormat("HEIC"));
    assert_eq!(code(&vec![0xff; MAX_BYTES + 1]), "file_too_large");
}

#[test]
fn a_flood_of_pixels_is_refused_by_its_header() {
    let header = |width: u32, height: u32| {
        let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let ihdr = [size.as_slice(), &[8, 2, 0, 0, 0]].concat();
        [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &ihdr), &chunk(b"IDAT", b"\x78\x9c")].concat()
    };
    assert_eq!(code(&header(10_000, 10_000)), "too_many_pixels");
    assert_eq!(code(&header(12_001, 10)), "too_many_pixels");
    assert_eq!(code(&header(0x7fff_ffff, 0x7fff_ffff)), "too_many_pixels");
    // within the limits: it fails for having no data, not for its size
    assert_ne!(code(&header(5000, 5000)), "too_many_pixels");
    // a bitmap's header may claim anything too
    let mut bmp = [b"BM".as_slice(), &[0; 52]].concat();
    bmp[10] = 54;
    bmp[14] = 40;
    bmp[18..22].copy_from_slice(&40_000u32.to_le_bytes());
    bmp[22..26].copy_from_slice(&40_000u32.to_le_bytes());
    bmp[26] = 1;
    bmp[28] = 24;
    assert_eq!(code(&bmp), "too_many_pixels");
}

/// Found by the fuzzer: the decoder indexes past the second, shorter palette and panics.
#[test]
fn a_panic_in_a_decoder_costs_the_picture_alone() {
    let header = [0, 0, 0, 100, 0, 0, 0, 50, 1, 3, 0, 0, 0];
    let bytes = [
        b"\x89PNG\r\n\x1a\n".as_slice(),
        &chunk(b"IHDR", &header),
        &chunk(b"PLTE", &[0, 255, 0, 52, 94, 192]),
        &chunk(b"PLTE", &[0]),
        &chunk(b"IDAT", b"\x28\x15\x63\x60\x18\x05\xa3\x60\x68\x02\x00\x02\xbc\x00\x01"),
        &chunk(b"IEND", b""),
    ]
    .concat();
    assert_eq!(code(&bytes), "damaged");
}

#[test]
fn a_cut_file_is_refused() {
    let picture = RgbImage::from_fn(200, 100, |x, y| Rgb([x as u8, y as u8, (x * y) as u8]));
    let whole = encode_jpeg(&picture, 90);
    assert_eq!(code(&whole), "accepted");
    for cut in [4, whole.len() / 2, whole.len() - 2, whole.len() - 1] {
        assert!(decode(&whole[..cut]).is_err(), "{cut} of {} bytes", whole.len());
    }
    assert_eq!(code(&whole[..whole.len() / 2]), "truncated");
    let whole = png(&picture.into());
    assert!(decode(&whole[..whole.len() / 2]).is_err());
}

#[test]
fn animations_are_refused() {
    let frame = || image::Frame::new(image::RgbaImage::from_pixel(20, 20, Rgba([9, 9, 9, 255])));
    let gif = |frames: usize| {
        let mut bytes = vec![];
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        encoder.encode_frames((0..frames).map(|_| frame())).unwrap();
        drop(encoder);
        bytes
    };
    assert_eq!(code(&gif(1)), "accepted");
    assert_eq!(code(&gif(2)), "animated");
    let plain = png(&RgbImage::new(4, 4).into());
    let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(code(&[&plain[..33], &control, &plain[33..]].concat()), "animated");
    assert_eq!(code(&animated_webp()), "animated");
}

/// An extended WebP header with the animation flag and one frame.
fn animated_webp() -> Vec<u8> {
    let mut still = Cursor::new(vec![]);
    DynamicImage::new_rgb8(4, 4).write_to(&mut still, ImageFormat::WebP).unwrap();
    let still = still.into_inner();
    let frame = [&[0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 100, 0, 0, 0], &still[12..]].concat();
    let sized = |kind: &[u8; 4], data: &[u8]| {
        [kind.as_slice(), &u32::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let chunks =
        [sized(b"VP8X", &[2, 0, 0, 0, 3, 0, 0, 3, 0, 0]), sized(b"ANIM", &[0; 6]), sized(b"ANMF", &frame)]
            .concat();
    sized(b"RIFF", &[b"WEBP".as_slice(), &chunks].concat())
}

#[test]
fn transparency_is_laid_on_white() {
    let clear = image::RgbaImage::from_pixel(2, 2, Rgba([10, 20, 30, 0]));
    assert_eq!(decode(&png(&clear.into())).unwrap().rgb.get_pixel(0, 0).0, [255; 3]);
    let half = image::RgbaImage::from_pixel(2, 2, Rgba([0, 100, 200, 128]));
    assert_eq!(decode(&png(&half.into())).unwrap().rgb.get_pixel(1, 1).0, [127, 177, 227]);
}

#[test]
fn sixteen_bits_and_grey_decode() {
    let deep = image::ImageBuffer::<Rgb<u16>, _>::from_pixel(3, 3, Rgb([65535, 32768, 0]));
    assert_eq!(decode(&png(&deep.into())).unwrap().rgb.get_pixel(2, 2).0, [255, 128, 0]);
    let mut bytes = vec![];
    PngEncoder::new(&mut bytes).write_image(&[7; 9], 3, 3, ExtendedColorType::L8).unwrap();
    assert_eq!(decode(&bytes).unwrap().rgb.get_pixel(0, 0).0, [7; 3]);
}

/// Eight by eight pixels of red ink, as printers' software writes it: four components, inverted.
#[test]
fn cmyk_decodes() {
    let segment = |marker: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
        [[0xff, marker].as_slice(), &length, data].concat()
    };
    let table = |class: u8, symbol: u8| [[class, 1].as_slice(), &[0; 15], &[symbol]].concat();
    let components: Vec<u8> = (1..=4).flat_map(|i| [i, 0x11, 0]).collect();
    let bytes = [
        vec![0xff, 0xd8],
        segment(0xee, b"Adobe\0\x64\0\0\0\0\0"),
        segment(0xdb, &[[0].as_slice(), &[8; 64]].concat()),
        segment(0xc0, &[[8, 0, 8, 0, 8, 4].as_slice(), &components].concat()),
        // One code each: a constant of seven bits follows; the block ends.
        segment(0xc4, &table(0x00, 7)),
        segment(0xc4, &table(0x10, 0)),
        segment(0xda, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
        // No cyan and no black (255), magenta and yellow (1)
        vec![0x7f, 0x00, 0x00, 0x0f, 0xef, 0xff, 0xd9],
    ]
    .concat();
    let [r, g, b] = decode(&bytes).unwrap().rgb.get_pixel(4, 4).0;
    assert!(r > 240 && g < 20 && b < 20, "{r} {g} {b}");
}

#[test]
fn what_is_encoded_holds_pixels_only() {
    let bytes = encode_jpeg(&RgbImage::new(8, 8), 0);
    assert_eq!(decode(&bytes).unwrap().rgb.dimensions(), (8, 8));
    assert!(!bytes.windows(4).any(|w| w == b"Exif"));
    assert!(encode_jpeg(&RgbImage::new(0, 0), 80).is_empty());
}

proptest::proptest! {
    #[test]
    fn a_damaged_picture_is_refused_or_decoded(at in 0usize..4000, value: u8, cut in 0usize..6000) {
        let picture = RgbImage::from_fn(64, 48, |x, y| Rgb([(x * 4) as u8, (y * 5) as u8, (x ^ y) as u8]));
        for mut bytes in [encode_jpeg(&picture, 90), png(&picture.clone().into())] {
            let at = at % bytes.len();
            bytes[at] = value;
            let _ = decode(&bytes);
            bytes.truncate(cut);
            let _ = decode(&bytes);
        }
    }
}
