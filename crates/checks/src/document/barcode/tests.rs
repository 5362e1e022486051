use image::{GrayImage, Luma, RgbImage, imageops};
use rxing::{BarcodeFormat, EncodeHints, Writer, pdf417::PDF417Writer};

use super::*;

const TEXT: &str = "@\n\x1e\rANSI 636000100102DL00410278ZV03190008DLDAQT64235789\nDCSSAMPLE\nDDEN\nDACMICHAEL\nDADJOHN\n\
    DBB06061986\nDBA12102024\nDAG2300 WEST BROAD STREET\nDAIRICHMOND\nDAJVA\nDCGUSA\r";

/// A drawn symbol with a quiet zone, `module` pixels a module.
fn drawn(text: &str, module: u32) -> GrayImage {
    let matrix =
        PDF417Writer.encode_with_hints(text, &BarcodeFormat::PDF_417, 0, 0, &EncodeHints::default()).unwrap();
    GrayImage::from_fn((matrix.width() + 20) * module, (matrix.height() + 20) * module, |x, y| {
        let (x, y) = ((x / module).checked_sub(10), (y / module).checked_sub(10));
        let dark = matches!((x, y), (Some(x), Some(y)) if x < matrix.width() && y < matrix.height() && matrix.get(x, y));
        Luma([if dark { 30 } else { 220 }])
    })
}

/// Left, top, right and bottom of what is dark.
fn ink(gray: &GrayImage) -> [f32; 4] {
    let dark = gray.enumerate_pixels().filter(|(_, _, p)| p.0[0] < 100);
    dark.fold([f32::MAX, f32::MAX, 0.0, 0.0], |[left, top, right, bottom], (x, y, _)| {
        let (x, y) = (x as f32, y as f32);
        [left.min(x), top.min(y), right.max(x + 1.0), bottom.max(y + 1.0)]
    })
}

fn picture(gray: &GrayImage) -> Picture {
    Picture {
        rgb: RgbImage::from_fn(gray.width(), gray.height(), |x, y| {
            image::Rgb([gray.get_pixel(x, y).0[0]; 3])
        }),
    }
}

/// The picture seen through a map from new to old coordinates.
fn warped(source: &GrayImage, width: u32, height: u32, map: impl Fn(f32, f32) -> (f32, f32)) -> GrayImage {
    let field = Field::new(source);
    GrayImage::from_fn(width, height, |x, y| {
        let (x, y) = map(x as f32, y as f32);
        let inside = x >= 0.0 && y >= 0.0 && x < source.width() as f32 && y < source.height() as f32;
        Luma([if inside { field.at(field::vector(x, y)) as u8 } else { 200 }])
    })
}

/// A text in several symbols, which come in any order, one of them seen twice.
#[test]
fn parts_of_one_text_are_joined() {
    let part = |index: usize, text: &str, of: Option<usize>, file: u32| {
        let symbol = Symbol {
            text: text.into(),
            bytes: text.as_bytes().to_vec(),
            letters: 1.0,
            incomplete: false,
            quad: Quad([[0.0; 2]; 4]),
        };
        (symbol, Some(Part { file: vec![file], index, of }))
    };
    let told = |found: Vec<Found>| {
        joined(found).into_iter().map(|s| (s.text, s.incomplete)).collect::<Vec<(String, bool)>>()
    };
    let (a, b, c) = (part(0, "ANSI ", None, 7), part(1, "636000", None, 7), part(2, "DL", Some(3), 7));
    let whole = told(vec![c.clone(), a.clone(), b.clone(), a.clone()]);
    assert_eq!(whole, [("ANSI 636000DL".to_owned(), false)]);
    assert_eq!(told(vec![a.clone(), c.clone()]), [("ANSI DL".to_owned(), true)]);
    assert_eq!(told(vec![a.clone(), b.clone()]), [("ANSI 636000".to_owned(), true)]);
    // Of another text, and of none.
    let alone = (part(0, "alone", None, 0).0, None);
    let other = told(vec![alone, part(0, "x", Some(1), 8), a, b, c]);
    assert_eq!(other.len(), 3);
    assert!(other.iter().all(|(_, incomplete)| !incomplete));
}

#[track_caller]
fn reads(gray: &GrayImage) -> Symbol {
    let mut symbols = read_pdf417(&picture(gray));
    assert_eq!(symbols.len(), 1, "{} symbols", symbols.len());
    let symbol = symbols.remove(0);
    assert_eq!(symbol.text, TEXT);
    symbol
}

#[test]
fn upright_turned_and_mirrored() {
    let plain = drawn(TEXT, 2);
    let [left, top, right, bottom] = ink(&plain);
    let close = |corner: [f32; 2], x: f32, y: f32| (corner[0] - x).abs() < 4.0 && (corner[1] - y).abs() < 6.0;
    let Quad([a, b, c, d]) = reads(&plain).quad;
    assert!(close(a, left, top) && close(b, right, top) && close(c, right, bottom) && close(d, left, bottom));
    for turned in [imageops::rotate90(&plain), imageops::rotate180(&plain), imageops::rotate270(&plain)] {
        reads(&turned);
    }
    reads(&imageops::flip_horizontal(&plain));
    // The corners are the symbol's own: upside down, its top left is at the bottom right.
    let Quad([a, ..]) = reads(&imageops::rotate180(&plain)).quad;
    assert!(close(a, plain.width() as f32 - left, plain.height() as f32 - top));
}

#[test]
fn slanted_and_in_perspective() {
    let plain = drawn(TEXT, 3);
    let (width, height) = (plain.width() as f32, plain.height() as f32);
    for degrees in [-20.0f32, -7.0, 4.0, 12.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let side = (width * 1.2) as u32;
        let centre = side as f32 / 2.0;
        reads(&warped(&plain, side, side, |x, y| {
            let (x, y) = (x - centre, y - centre);
            (x * cos + y * sin + width / 2.0, y * cos - x * sin + height / 2.0)
        }));
    }
    // One end a fifth further away than the other, and leaning.
    reads(&warped(&plain, width as u32, height as u32, |x, y| {
        let depth = 0.9 + 0.2 * x / width;
        (
            (x - width / 2.0) * depth + width / 2.0,
            (y - height / 2.0) * depth + height / 2.0 + 0.05 * (x - width / 2.0),
        )
    }));
}

#[test]
fn in_a_large_photo_with_uneven_light() {
    let plain = drawn(TEXT, 5);
    let photo = GrayImage::from_fn(4000, 3000, |x, y| {
        let light = 0.5 + 0.5 * x as f32 / 4000.0;
        let value = match (x.checked_sub(900), y.checked_sub(1200)) {
            (Some(x), Some(y)) if x < plain.width() && y < plain.height() => plain.get_pixel(x, y).0[0],
            _ => 120 + ((x * 7 + y * 13) % 31) as u8,
        };
        Luma([(f32::from(value) * light) as u8])
    });
    let ([left, top, ..], Quad([[x, y], ..])) = (ink(&plain), reads(&photo).quad);
    assert!((x - left - 900.0).abs() < 15.0 && (y - top - 1200.0).abs() < 25.0, "{x} {y}");
}

#[test]
fn blurred_dirty_and_without_its_end() {
    let plain = drawn(TEXT, 3);
    reads(&imageops::blur(&plain, 1.5));
    let mut dirty = plain.clone();
    for (x, y) in (0..24).flat_map(|x| (0..10).map(move |y| (x, y))) {
        dirty.put_pixel(plain.width() / 2 + x, plain.height() / 2 + y, Luma([30]));
    }
    reads(&dirty);
    let end = plain.width() - 30 - 16 * 3;
    let mut cut = plain.clone();
    for x in end..plain.width() {
        (0..plain.height()).for_each(|y| cut.put_pixel(x, y, Luma([220])));
    }
    reads(&cut);
}

#[test]
fn two_symbols_are_both_read() {
    let (a, b) = (drawn("FIRST SYMBOL", 3), drawn("SECOND SYMBOL", 3));
    let mut both = GrayImage::from_pixel(a.width().max(b.width()), a.height() + b.height(), Luma([220]));
    imageops::replace(&mut both, &a, 0, 0);
    imageops::replace(&mut both, &b, 0, i64::from(a.height()));
    let mut texts: Vec<String> = read_pdf417(&picture(&both)).into_iter().map(|s| s.text).collect();
    texts.sort();
    assert_eq!(texts, ["FIRST SYMBOL", "SECOND SYMBOL"]);
}

#[test]
fn nothing_where_there_is_nothing() {
    for (width, height) in [(1, 1), (3, 900), (64, 64), (1200, 900)] {
        let noise = GrayImage::from_fn(width, height, |x, y| {
            Luma([(x.wrapping_mul(2_654_435_761) ^ (y * 977)) as u8])
        });
        assert!(read_pdf417(&picture(&noise)).is_empty());
        assert!(read_pdf417(&picture(&GrayImage::new(width, height))).is_empty());
        let bars = GrayImage::from_fn(width, height, |x, _| Luma([if x / 3 % 2 == 0 { 0 } else { 255 }]));
        assert!(read_pdf417(&picture(&bars)).is_empty());
    }
}

/// How many of these pictures give the contents they have.
fn right(pictures: impl IntoIterator<Item = (Picture, Vec<u8>)>) -> (usize, usize) {
    let plain = |bytes: &[u8]| {
        bytes.iter().copied().filter(|b| *b != b'\r').collect::<Vec<u8>>().trim_ascii_end().to_vec()
    };
    let (mut right, mut all) = (0, 0);
    for (picture, truth) in pictures {
        let (read, truth) = (read_pdf417(&picture), plain(&truth));
        all += 1;
        right +=
            usize::from(read.iter().any(|s| plain(&s.bytes) == truth || plain(s.text.as_bytes()) == truth));
    }
    (right, all)
}

#[test]
fn photographs_of_specimens() {
    let fonts = bonafide_specimen::Fonts::installed().unwrap();
    let taken = (1..=6).map(|seed| {
        let licence = bonafide_specimen::Licence::random(seed);
        let [_, back] = bonafide_specimen::licence(&licence, &fonts).unwrap();
        let shot = bonafide_specimen::distort::Shot::default();
        let jpeg = bonafide_specimen::distort::shoot(&back, seed, &shot, 0.5).unwrap();
        (crate::image::decode(&jpeg).unwrap(), licence.payload().into_bytes())
    });
    assert_eq!(right(taken), (6, 6));
}

/// Photos, cut and damaged pictures with known contents.
#[test]
#[ignore = "needs real data: pdf417/zxing-cpp"]
fn real_pictures() {
    let files = std::fs::read_dir(bonafide_testkit::data::test_data("pdf417/zxing-cpp")).unwrap();
    let known = files.map(|f| f.unwrap().path()).filter_map(|path| {
        let picture = crate::image::decode(&std::fs::read(&path).ok()?).ok()?;
        let truth = ["txt", "bin"].iter().find_map(|e| std::fs::read(path.with_extension(e)).ok());
        Some((picture, truth.unwrap()))
    });
    let (right, all) = right(known);
    assert!(all > 30 && right * 10 >= all * 9, "{right} of {all}");
}
