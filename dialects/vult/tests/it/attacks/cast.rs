//! Who comes, and the pictures they bring: documents drawn with a real face, photographed by the test kit.

use std::sync::{LazyLock, OnceLock};

use bonafide_checks::{face::detect, image::Picture};
use bonafide_specimen::{
    self as specimen, Fonts, Licence, Scene, Specimen, Table, attack, forged, worn::Points,
};
use bonafide_testkit::data::{sample as sample_file, test_data};
use image::{RgbImage, imageops};

use crate::support::MODELS;

static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::installed().unwrap());

/// Somebody, and what they are called on their documents.
pub struct Person {
    /// As on their documents.
    pub portrait: RgbImage,
    /// As they look into a camera on the day.
    pub selfie: RgbImage,
    surname: &'static str,
    given_names: &'static str,
    seed: u64,
    passport: OnceLock<Vec<u8>>,
}

/// The sample person: the selfie was taken two and a half years after the portrait.
pub fn sample() -> &'static Person {
    static PERSON: LazyLock<Person> = LazyLock::new(|| {
        let picture = |name| open(&sample_file(name));
        Person::new(picture("portrait.jpg"), picture("selfie.jpg"), "HYTHLODAY", "RAPHAEL JOHN", 1)
    });
    &PERSON
}

/// Another person's selfie: there is no second picture of him.
pub fn other() -> RgbImage {
    open(&sample_file("other.jpg"))
}

/// One of the first eight volunteers of the Face Research Lab London Set: one picture is on the documents, the other, of the
/// same day, the selfie.
pub fn volunteer(n: usize) -> &'static Person {
    const PEOPLE: [(&str, &str, &str); 8] = [
        ("001", "CONTI", "PAULA"),
        ("002", "ALMEIDA", "BEATRIZ"),
        ("003", "BAKKER", "GRETA"),
        ("004", "LINDQVIST", "ANDRE"),
        ("005", "KOWALCZYK", "TOMAS"),
        ("006", "DUBOIS", "EMILE"),
        ("007", "FERREIRA", "LIDIA"),
        ("008", "RASMUSSEN", "INES"),
    ];
    static ALL: [OnceLock<Person>; 8] = [const { OnceLock::new() }; 8];
    ALL[n].get_or_init(|| {
        let (number, surname, given_names) = PEOPLE[n];
        let picture = |k| open(&test_data(&format!("faces_london/lfw/London{number}_000{k}.jpg")));
        // As passport offices ask: the head fills most of it.
        let portrait = specimen::crop(&picture(1), [110, 70, 380, 489], (700, 900));
        Person::new(portrait, picture(2), surname, given_names, 100 + n as u64)
    })
}

/// Somebody of whom there are pictures of several days: a portrait from one of them, `day` 0 to 2 are the others.
pub fn traveller(day: usize) -> &'static Person {
    const DAYS: [&str; 3] = ["002", "005", "006"];
    static ALL: [OnceLock<Person>; 3] = [const { OnceLock::new() }; 3];
    ALL[day].get_or_init(|| {
        let picture = |number| open(&test_data(&format!("faces/count_compreface/{number}_A.jpg")));
        let portrait = specimen::crop(&picture("004"), [180, 318, 306, 394], (700, 900));
        Person::new(portrait, picture(DAYS[day]), "ILIESCU", "DORA", 120)
    })
}

fn open(path: &std::path::Path) -> RgbImage {
    image::open(path).unwrap().to_rgb8()
}

impl Person {
    fn new(
        portrait: RgbImage,
        selfie: RgbImage,
        surname: &'static str,
        given_names: &'static str,
        seed: u64,
    ) -> Self {
        Self { portrait, selfie, surname, given_names, seed, passport: OnceLock::new() }
    }

    /// What their documents say.
    pub fn holder(&self) -> Specimen {
        let numbers = Specimen::random(self.seed);
        Specimen {
            surname: self.surname.into(),
            given_names: self.given_names.into(),
            document_number: format!("U{:07}K", 4_178_035 + 1_117 * self.seed),
            personal_number: format!("{:010}", 1_516_070_278 + 31 * self.seed),
            birth_date: jiff::civil::date(1978, 2, 7 + (self.seed % 20) as i8),
            nationality: specimen::STATE.into(),
            issued: jiff::civil::date(2024, 11, 4),
            expires: jiff::civil::date(2034, 11, 3),
            portrait: self.portrait.clone(),
            ..numbers
        }
    }

    /// A photograph of their passport.
    pub fn passport(&self) -> Vec<u8> {
        self.passport.get_or_init(|| photo(&self.page(), self.seed)).clone()
    }

    /// The flat page of their passport.
    pub fn page(&self) -> RgbImage {
        page(&self.holder())
    }

    /// Both sides of their identity card, photographed.
    pub fn card(&self) -> [Vec<u8>; 2] {
        sides(&specimen::identity_card(&self.holder(), &FONTS), self.seed)
    }

    pub fn residence_permit(&self) -> [Vec<u8>; 2] {
        sides(&specimen::residence_permit(&self.holder(), &FONTS), self.seed)
    }

    /// Both sides of their driving licence, photographed.
    pub fn licence(&self) -> [Vec<u8>; 2] {
        sides(&licence_pages(&self.holder()), self.seed)
    }

    /// The picture that the camera takes of them.
    pub fn face(&self) -> Vec<u8> {
        jpeg(&self.selfie)
    }

    /// The same face as worn or lit differently.
    pub fn face_as(&self, change: impl Fn(&RgbImage) -> RgbImage) -> Vec<u8> {
        jpeg(&change(&self.selfie))
    }

    /// Where eyes, nose and mouth are in their selfie.
    pub fn points(&self) -> Points {
        let picture = Picture { rgb: self.selfie.clone() };
        detect::detect(&MODELS, &picture).unwrap().first().unwrap().landmarks
    }

    /// What somebody photographs who has the document and not the person: the portrait, near.
    pub fn portrait_photographed(&self) -> RgbImage {
        let scene = Scene { width: 900, height: 1200, fill: 0.92, clutter: false, ..hand() };
        specimen::photograph(&page_of(&self.portrait), self.seed + 7, &scene)
    }
}

/// Somebody of whom there is no picture, of age and with papers that are good.
pub fn stranger(seed: u64) -> Specimen {
    Specimen {
        birth_date: jiff::civil::date(1985, 6, 14),
        issued: jiff::civil::date(2023, 5, 2),
        expires: jiff::civil::date(2033, 5, 1),
        ..Specimen::random(seed)
    }
}

/// A flat page of a passport.
pub fn page(holder: &Specimen) -> RgbImage {
    specimen::passport(holder, &FONTS)
}

/// Front and back of an identity card, flat.
pub fn card_pages(holder: &Specimen) -> [RgbImage; 2] {
    specimen::identity_card(holder, &FONTS)
}

/// Front and back of a driving licence, flat.
pub fn licence_pages(holder: &Specimen) -> [RgbImage; 2] {
    let document = Licence { holder: holder.clone(), ..Licence::random(11) };
    specimen::licence(&document, &FONTS).unwrap()
}

/// A passport of this holder, photographed.
pub fn passport(holder: &Specimen) -> Vec<u8> {
    photo(&page(holder), holder.document_number.len() as u64)
}

/// The portrait as a page of its own, 35 × 45 mm.
fn page_of(portrait: &RgbImage) -> RgbImage {
    imageops::resize(portrait, 350, 450, imageops::FilterType::Triangle)
}

/// A telephone held by hand over a table.
pub fn hand() -> Scene {
    Scene { width: 1280, height: 960, ..Scene::default() }
}

/// The page photographed by hand.
pub fn photo(page: &RgbImage, seed: u64) -> Vec<u8> {
    jpeg(&specimen::photograph(page, seed, &hand()))
}

/// The same in another scene.
pub fn photo_in(page: &RgbImage, scene: &Scene) -> Vec<u8> {
    jpeg(&specimen::photograph(page, 3, scene))
}

/// Both sides of a card, photographed by hand.
pub fn sides(pages: &[RgbImage; 2], seed: u64) -> [Vec<u8>; 2] {
    let scene = Scene { fill: 0.66, roll: 2.0, pitch: 5.0, yaw: 5.0, table: Table::Slate, ..hand() };
    [0, 1].map(|n| jpeg(&specimen::photograph(&pages[n], seed + n as u64, &scene)))
}

/// The portrait cut out of a photograph of a document, `around` wide in faces on each side of it, as large as a selfie.
pub fn portrait_of(photo: &[u8], around: f32) -> Vec<u8> {
    let picture = Picture { rgb: decoded(photo) };
    let faces = detect::detect(&MODELS, &picture).unwrap();
    let [x, y, w, h] = faces.first().unwrap().bbox;
    let (left, top) = ((x - around * 0.6 * w).max(0.0), (y - around * 0.6 * h).max(0.0));
    let cut = [left, top, w * (1.0 + 1.2 * around), h * (1.0 + 1.2 * around)].map(|v| v as u32);
    jpeg(&specimen::crop(&picture.rgb, cut, (cut[2] * 3, cut[3] * 3)))
}

/// A picture that shows nothing.
pub fn blank(width: u32, height: u32) -> Vec<u8> {
    jpeg(&RgbImage::from_pixel(width, height, image::Rgb([120; 3])))
}

pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    jpeg_of(picture, 90)
}

pub fn jpeg_of(picture: &RgbImage, quality: u8) -> Vec<u8> {
    specimen::to_jpeg(picture, quality).unwrap()
}

pub fn png(picture: &RgbImage) -> Vec<u8> {
    encoded(picture, image::ImageFormat::Png)
}

pub fn encoded(picture: &RgbImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(vec![]);
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory(bytes).unwrap().to_rgb8()
}

/// Where the page of [`page`] bears its zone.
pub const ZONE: [u32; 4] = [0, 648, 1250, 232];
/// And its portrait.
pub const PORTRAIT: [u32; 4] = [60, 160, 350, 450];

/// One line of the zone of a passport's page (0 or 1), characters `from..to`.
pub fn cells(line: u32, from: u32, to: u32) -> [u32; 4] {
    // 44 characters of 2.54 mm, centred on 125 mm; the lines 6.35 mm apart around the middle of the zone's strip.
    let (pitch, left) = (25.4, (1250.0 - 44.0 * 25.4) / 2.0);
    let top = 648 + 116 - 64 + 64 * line;
    [(left + pitch * from as f32) as u32, top, (pitch * (to - from) as f32) as u32, 64]
}

/// The page with a rectangle of another holder's page glued over it, photographed.
pub fn glued(onto: &Specimen, from: &Specimen, rectangle: [u32; 4]) -> Vec<u8> {
    photo(&forged::pasted(&page(onto), &page(from), rectangle), 5)
}

/// The photograph of one page, a part of which a program replaced by the same part of another's, and saved again.
pub fn edited(onto: &Specimen, from: &Specimen, rectangle: [u32; 4]) -> Vec<u8> {
    // Flat above the table, so that page and picture differ in scale alone.
    let scene = Scene { roll: 0.0, pitch: 0.0, yaw: 0.0, shift: (0.0, 0.0), ..hand() };
    let take = |holder: &Specimen, quality| {
        decoded(&jpeg_of(&specimen::photograph(&page(holder), 5, &scene), quality))
    };
    let scale = scene.fill * scene.width as f32 / 1250.0;
    let (left, top) = (640.0 - 625.0 * scale, 480.0 - 440.0 * scale);
    let [x, y, w, h] = rectangle.map(|v| v as f32 * scale);
    let rectangle = [left + x, top + y, w, h].map(|v| v as u32);
    jpeg_of(&forged::pasted(&take(onto, 75), &take(from, 98), rectangle), 92)
}

/// A capture of several frames of one still, as cameras write them: the light flickers and nothing else moves.
pub fn stills(picture: &RgbImage, frames: u64) -> Vec<Vec<u8>> {
    (0..frames).map(|n| jpeg(&attack::retaken(picture, n))).collect()
}
