//! Flat pages: a passport's data page (ICAO 9303-4, TD3) and both sides of an identity card
//! (ICAO 9303-5, TD1), at [`PIXELS_PER_MM`].

use std::f32::consts::TAU;

use image::RgbImage;
use jiff::civil::Date;

use super::canvas::{Canvas, grey, mix};
use super::font::{self, Fonts};
use super::portrait::crop;
use super::random::Random;
use super::{PIXELS_PER_MM, STATE, Specimen, mrz};

/// Sizes of ICAO 9303-4 and 9303-5 in millimetres.
const TD3_MM: (f32, f32) = (125.0, 88.0);
pub(super) const TD1_MM: (f32, f32) = (85.6, 54.0);
/// OCR-B size 1: height of a capital, and ten characters to the inch (ICAO 9303-3 §4.2).
pub const MRZ_CAPITAL_MM: f32 = 2.4;
const MRZ_PITCH_MM: f32 = 2.54;
/// Distance between the centre lines of two machine readable lines.
const MRZ_LINE_MM: f32 = 6.35;

const INK: [f32; 3] = [24.0, 26.0, 34.0];
const LABEL_INK: [f32; 3] = [62.0, 74.0, 104.0];

/// A label above a value.
pub(super) struct Field<'a> {
    pub(super) at: (f32, f32),
    pub(super) label: &'a str,
    pub(super) value: String,
}

/// The data page of a passport, 1250×880 pixels.
pub fn passport(specimen: &Specimen, fonts: &Fonts) -> RgbImage {
    let palette =
        Palette { left: [226.0, 236.0, 232.0], right: [242.0, 226.0, 214.0], line: [150.0, 122.0, 128.0] };
    let mut page = paper(TD3_MM, palette);
    header(&mut page, fonts, 26.0, &state(specimen), "PASSPORT / PASSEPORT");
    portrait(&mut page, specimen, [60, 160, 350, 450]);
    let (a, b, c, d) = (446.0, 560.0, 640.0, 840.0);
    let row = |n: u8| 152.0 + 70.0 * f32::from(n);
    fields(
        &mut page,
        fonts,
        (12.0, 21.0),
        &[
            Field { at: (a, row(0)), label: "Type / Type", value: "P".into() },
            Field { at: (b, row(0)), label: "Code of State / Code", value: specimen.state.clone() },
            Field {
                at: (d, row(0)),
                label: "Passport No. / Passeport n°",
                value: specimen.document_number.clone(),
            },
            Field { at: (a, row(1)), label: "Surname / Nom", value: specimen.surname.clone() },
            Field { at: (a, row(2)), label: "Given names / Prénoms", value: specimen.given_names.clone() },
            Field { at: (a, row(3)), label: "Nationality / Nationalité", value: nationality(specimen) },
            Field {
                at: (d, row(3)),
                label: "Personal No. / N° personnel",
                value: specimen.personal_number.clone(),
            },
            Field { at: (a, row(4)), label: "Date of birth / Naissance", value: day(specimen.birth_date) },
            Field { at: (c + 60.0, row(4)), label: "Sex / Sexe", value: specimen.sex.visual().into() },
            Field {
                at: (d, row(4)),
                label: "Place of birth / Lieu de naissance",
                value: specimen.birth_place.clone(),
            },
            Field { at: (a, row(5)), label: "Date of issue / Délivrance", value: day(specimen.issued) },
            Field { at: (d, row(5)), label: "Authority / Autorité", value: specimen.authority.clone() },
            Field { at: (a, row(6)), label: "Date of expiry / Expiration", value: day(specimen.expires) },
            Field { at: (d, row(6)), label: "Holder's signature / Signature", value: String::new() },
        ],
    );
    signature(&mut page, specimen, [860.0, row(6) + 22.0, 250.0, 34.0]);
    machine_readable(&mut page, fonts, TD3_MM, 23.2, &mrz::td3(specimen));
    page.into_image()
}

/// Front and back of an identity card, 856×540 pixels each.
pub fn identity_card(specimen: &Specimen, fonts: &Fonts) -> [RgbImage; 2] {
    card(specimen, fonts, "IDENTITY CARD", "I")
}

/// Front and back of a residence permit, 856×540 pixels each.
pub fn residence_permit(specimen: &Specimen, fonts: &Fonts) -> [RgbImage; 2] {
    card(specimen, fonts, "RESIDENCE PERMIT", "AR")
}

/// A card of the size TD1, whose zone begins with `code`.
fn card(specimen: &Specimen, fonts: &Fonts, name: &str, code: &str) -> [RgbImage; 2] {
    let palette =
        Palette { left: [222.0, 232.0, 242.0], right: [236.0, 232.0, 214.0], line: [112.0, 140.0, 160.0] };
    let mut front = paper(TD1_MM, palette);
    header(&mut front, fonts, 20.0, &state(specimen), name);
    portrait(&mut front, specimen, [40, 130, 245, 315]);
    let (a, b) = (320.0, 600.0);
    let row = |n: u8| 120.0 + 58.0 * f32::from(n);
    fields(
        &mut front,
        fonts,
        (10.0, 17.0),
        &[
            Field { at: (a, row(0)), label: "Surname / Nom", value: specimen.surname.clone() },
            Field { at: (a, row(1)), label: "Given names / Prénoms", value: specimen.given_names.clone() },
            Field { at: (a, row(2)), label: "Sex / Sexe", value: specimen.sex.visual().into() },
            Field { at: (a + 110.0, row(2)), label: "Nationality", value: specimen.nationality.clone() },
            Field { at: (b, row(2)), label: "Date of birth / Naissance", value: day(specimen.birth_date) },
            Field { at: (a, row(3)), label: "Place of birth / Lieu", value: specimen.birth_place.clone() },
            Field { at: (b, row(3)), label: "Date of expiry / Expiration", value: day(specimen.expires) },
            Field { at: (a, row(4)), label: "Document No.", value: specimen.document_number.clone() },
            Field { at: (b, row(4)), label: "Personal No.", value: specimen.personal_number.clone() },
            Field { at: (a, row(5)), label: "Signature", value: String::new() },
        ],
    );
    signature(&mut front, specimen, [330.0, row(5) + 20.0, 220.0, 34.0]);

    let mut back = paper(TD1_MM, palette);
    fields(
        &mut back,
        fonts,
        (10.0, 17.0),
        &[
            Field { at: (50.0, 50.0), label: "Authority / Autorité", value: specimen.authority.clone() },
            Field { at: (50.0, 115.0), label: "Date of issue / Délivrance", value: day(specimen.issued) },
        ],
    );
    machine_readable(&mut back, fonts, TD1_MM, 23.2, &mrz::td1_of(code, specimen));
    [front.into_image(), back.into_image()]
}

#[derive(Clone, Copy)]
pub(super) struct Palette {
    pub(super) left: [f32; 3],
    pub(super) right: [f32; 3],
    pub(super) line: [f32; 3],
}

/// Security paper: a colour gradient under interlaced waves and a rosette.
pub(super) fn paper((width, height): (f32, f32), palette: Palette) -> Canvas {
    let (width, height) = (width * PIXELS_PER_MM, height * PIXELS_PER_MM);
    Canvas::new(width as u32, height as u32, |x, y| {
        let ground = mix(palette.left, palette.right, x / width);
        mix(ground, palette.line, 0.42 * guilloche(x, y, width, height))
    })
}

/// How much line ink lies on a point, 0..1.
fn guilloche(x: f32, y: f32, width: f32, height: f32) -> f32 {
    let wave = |phase: f32, length: f32, swing: f32, period: f32| {
        line((y + swing * (TAU * x / length + phase).sin() + 0.12 * x * phase.cos()) / period, period)
    };
    let waves =
        wave(0.3, 310.0, 22.0, 17.0).max(wave(2.4, 230.0, 16.0, 17.0)).max(wave(4.1, 410.0, 30.0, 23.0));
    let (dx, dy) = (x - 0.72 * width, y - 0.42 * height);
    let radius = dx.hypot(dy);
    let petals = radius + 0.05 * height * (14.0 * dy.atan2(dx)).sin();
    let rosette = if radius < 0.33 * height { line(petals / 13.0, 13.0) } else { 0.0 };
    (0.75 * waves).max(rosette)
}

/// A hairline once in every unit of `t`, where a unit is `period` pixels.
fn line(t: f32, period: f32) -> f32 {
    let pixels = ((t - t.floor()) - 0.5).abs() * period;
    (1.3 - pixels).clamp(0.0, 1.0)
}

/// State and document name across the top, with the state's emblem: an island in a crescent.
pub(super) fn header(page: &mut Canvas, fonts: &Fonts, size: f32, state: &str, document: &str) {
    let (margin, baseline) = (page.width as f32 * 0.05, size * 2.6);
    let (cx, cy, r) = (margin + 1.5 * size, baseline - 0.5 * size, 1.45 * size);
    for y in (cy - r) as i32 - 1..=(cy + r) as i32 + 1 {
        for x in (cx - r) as i32 - 1..=(cx + r) as i32 + 1 {
            let (dx, dy) = (x as f32 - cx, y as f32 - cy);
            let disc = r - dx.hypot(dy) + 0.5;
            let bay = 0.62 * r - (dx - 0.25 * r).hypot(dy) + 0.5;
            let island = 0.24 * r - (dx - 0.2 * r).hypot(dy) + 0.5;
            page.blend(x, y, [122.0, 40.0, 52.0], disc.min(1.0 - bay).max(island));
        }
    }
    let ink = [96.0, 30.0, 48.0];
    font::draw(page, &fonts.bold, size, (cx + 2.2 * size, baseline), ink, state);
    let right = page.width as f32 - margin - font::width(&fonts.bold, size * 0.72, document);
    font::draw(page, &fonts.bold, size * 0.72, (right, baseline + 0.9 * size), ink, document);
    page.rectangle([margin, baseline + 1.35 * size, page.width as f32 - 2.0 * margin, 2.0], ink, 0.7);
}

pub(super) fn portrait(page: &mut Canvas, specimen: &Specimen, [left, top, width, height]: [u32; 4]) {
    let full = [0, 0, specimen.portrait.width(), specimen.portrait.height()];
    let picture = crop(&specimen.portrait, full, (width, height));
    for (x, y, pixel) in picture.enumerate_pixels() {
        // Printed portraits have less colour than photographs, and the paper's lines run over their edge.
        let colour = mix(pixel.0.map(f32::from), [grey(pixel); 3], 0.15);
        let edge = (1.0 - (width - x) as f32 / 60.0).max(1.0 - (height - y) as f32 / 40.0).clamp(0.0, 1.0);
        let (px, py) = (left + x, top + y);
        let over = 0.5 * edge * guilloche(px as f32, py as f32, page.width as f32, page.height as f32);
        page.blend(px as i32, py as i32, mix(colour, [150.0, 122.0, 128.0], over), 1.0);
    }
}

pub(super) fn fields(
    page: &mut Canvas,
    fonts: &Fonts,
    (label_size, value_size): (f32, f32),
    fields: &[Field<'_>],
) {
    for Field { at: (x, y), label, value } in fields {
        // Labels are set in small type: the scale is by capitals, so a factor keeps them narrow.
        font::draw(page, &fonts.text, label_size * 0.9, (*x, y + label_size), LABEL_INK, label);
        font::draw(page, &fonts.bold, value_size, (*x, y + label_size + 10.0 + value_size), INK, value);
    }
}

/// The machine readable zone on its plain strip at the foot of the page.
pub(super) fn machine_readable(
    page: &mut Canvas,
    fonts: &Fonts,
    (width, height): (f32, f32),
    zone: f32,
    lines: &[String],
) {
    let px = |mm: f32| mm * PIXELS_PER_MM;
    page.rectangle([0.0, px(height - zone), px(width), px(zone)], [246.0, 245.0, 240.0], 0.8);
    let columns = lines.iter().map(String::len).max().unwrap_or(0) as f32;
    let left = px((width - columns * MRZ_PITCH_MM) / 2.0);
    for (i, text) in lines.iter().enumerate() {
        let from_last = (lines.len() - 1 - i) as f32;
        let centre = px(height - zone / 2.0 - (from_last - (lines.len() - 1) as f32 / 2.0) * MRZ_LINE_MM);
        let at = (left, centre + px(MRZ_CAPITAL_MM / 2.0));
        font::draw_pitched(page, &fonts.machine, px(MRZ_CAPITAL_MM), px(MRZ_PITCH_MM), at, [18.0; 3], text);
    }
}

/// A scribble that depends on the name only.
pub(super) fn signature(page: &mut Canvas, specimen: &Specimen, [left, top, width, height]: [f32; 4]) {
    let seed = specimen.surname.bytes().fold(7u64, |sum, b| sum.wrapping_mul(31).wrapping_add(u64::from(b)));
    let mut random = Random::new(seed);
    let (turns, lean) = (random.range(7.0, 10.0), random.range(0.3, 0.7));
    let swings: Vec<f32> = (0..=10).map(|_| random.range(0.25, 1.0)).collect();
    let points: Vec<(f32, f32)> = (0..=240)
        .map(|i| {
            let t = i as f32 / 240.0;
            let swing = swings.get((t * 10.0) as usize).copied().unwrap_or(0.5) * (1.0 - 0.5 * t);
            let angle = TAU * turns * t;
            let y = top + height * (0.5 - 0.5 * swing * angle.sin());
            (left + width * t + 9.0 * angle.cos() + lean * (top + height - y), y)
        })
        .collect();
    page.stroke(&points, 2.4, [28.0, 34.0, 92.0]);
}

/// The issuing state's name; another's is its code, as if that were one.
pub(super) fn state(specimen: &Specimen) -> String {
    format!("REPUBLIC OF {}", if specimen.state == STATE { "UTOPIA" } else { &specimen.state })
}

pub(super) fn nationality(specimen: &Specimen) -> String {
    if specimen.nationality == STATE { "UTOPIAN".into() } else { specimen.nationality.clone() }
}

/// A date as ICAO 9303-3 prescribes it for the visual zone: `07 FEB 1978`.
pub(super) fn day(date: Date) -> String {
    const MONTHS: [&str; 12] =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let month = MONTHS.get(usize::try_from(date.month() - 1).unwrap_or(0)).copied().unwrap_or("");
    format!("{:02} {month} {:04}", date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    /// Skin tone on grey: a portrait for a page whose face does not matter.
    fn faceless() -> RgbImage {
        RgbImage::from_fn(350, 450, |x, y| {
            let (dx, dy) = (x as f32 - 175.0, (y as f32 - 210.0) * 0.75);
            if dx.hypot(dy) < 110.0 { Rgb([214, 170, 140]) } else { Rgb([225, 228, 232]) }
        })
    }

    /// The share of dark pixels in a rectangle given by left, top, width, height.
    fn ink(page: &RgbImage, [left, top, width, height]: [u32; 4]) -> f64 {
        let cells = (top..top + height).flat_map(|y| (left..left + width).map(move |x| (x, y)));
        let dark = cells.filter(|&(x, y)| grey(page.get_pixel(x, y)) < 100.0).count();
        dark as f64 / f64::from(width * height)
    }

    #[test]
    fn a_passport_has_two_full_lines_where_icao_wants_them() {
        let fonts = Fonts::installed().unwrap();
        let page = passport(&Specimen::example(faceless()), &fonts);
        assert_eq!(page.dimensions(), (1250, 880));
        // ICAO 9303-4: centre lines 15.75 and 9.4 mm above the lower edge, within 1.5 mm.
        for centre in [722u32, 786] {
            assert!(ink(&page, [60, centre - 10, 1130, 20]) > 0.08, "line at {centre}");
        }
        assert!(ink(&page, [60, 745, 1130, 12]) < 0.01, "between the lines");
        assert!(ink(&page, [0, 660, 50, 200]) < 0.01, "margin");
        assert!(ink(&page, [446, 244, 200, 21]) > 0.2, "surname");
    }

    #[test]
    fn a_card_has_a_face_in_front_and_three_lines_behind() {
        let fonts = Fonts::installed().unwrap();
        let [front, back] = identity_card(&Specimen::example(faceless()), &fonts);
        assert_eq!(front.dimensions(), (856, 540));
        let skin = front.get_pixel(160, 270).0;
        assert!(skin[0] > skin[2].saturating_add(30), "portrait at {skin:?}");
        for centre in [360u32, 424, 487] {
            assert!(ink(&back, [47, centre - 9, 762, 18]) > 0.06, "line at {centre}");
        }
    }

    #[test]
    fn dates_are_printed_in_words() {
        assert_eq!(day(jiff::civil::date(1978, 2, 7)), "07 FEB 1978");
    }
}
