//! Identity documents of the invented state Utopia (ICAO 9303 code `UTO`), drawn and then photographed.
//!
//! Everything here is a pure function of its arguments: the same specimen, fonts, scene and seed give
//! the same pixels. Pictures of people come in from outside; none is part of the repository.
//!
//! ```no_run
//! # use bonafide_specimen::{self as specimen, Fonts, Scene, Specimen};
//! # fn main() -> Result<(), specimen::FontError> {
//! # let portrait = image::RgbImage::new(350, 450);
//! let page = specimen::passport(&Specimen::example(portrait), &Fonts::installed()?);
//! let photo = specimen::photograph(&page, 1, &Scene::default());
//! # Ok(()) }
//! ```

pub mod attack;
pub mod bill;
mod canvas;
mod card;
pub mod distort;
mod font;
pub mod forged;
mod licence;
mod mrz;
mod page;
pub mod payload;
mod people;
mod photo;
mod portrait;
pub(crate) mod random;
pub mod worn;

use image::RgbImage;
use jiff::civil::{Date, date};

pub use card::large_card;
pub use font::{FontError, Fonts};
pub use licence::{BARCODE_MODULE_MM, Licence, licence};
pub use mrz::{check_digit, td1, td2, td3, transliterate};
pub use page::{MRZ_CAPITAL_MM, identity_card, passport, residence_permit};
pub use photo::{Scene, Table, photograph, to_jpeg};
pub(crate) use photo::{develop, expose};
pub use portrait::{crop, cut_out, drawn};

/// Pixels per millimetre of the drawn pages: 10 is 254 dpi, about what a good scanner gives.
pub const PIXELS_PER_MM: f32 = 10.0;

/// The issuing state's code: ICAO 9303-3 reserves `UTO` for specimens.
pub const STATE: &str = "UTO";

/// The sex marker of ICAO 9303.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Female,
    Male,
    /// `X` in the visual zone, `<` in the machine readable zone.
    Unspecified,
}

impl Sex {
    pub(crate) fn visual(self) -> char {
        match self {
            Self::Female => 'F',
            Self::Male => 'M',
            Self::Unspecified => 'X',
        }
    }

    pub(crate) fn mrz(self) -> char {
        match self {
            Self::Unspecified => '<',
            other => other.visual(),
        }
    }
}

/// What is printed on a document.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// As printed in the visual zone; the machine readable zone transliterates it.
    pub surname: String,
    pub given_names: String,
    /// Up to nine characters A–Z and 0–9.
    pub document_number: String,
    /// The state's number for the person: at most 14 characters on a passport, 15 on a card.
    pub personal_number: String,
    /// Code of the issuing state: [`STATE`], but for documents that claim to be of another.
    pub state: String,
    pub nationality: String,
    pub birth_date: Date,
    pub birth_place: String,
    pub sex: Sex,
    pub issued: Date,
    pub expires: Date,
    pub authority: String,
    pub portrait: RgbImage,
}

impl Specimen {
    /// The sample person: the narrator of Thomas More's "Utopia", so that no real person's name is used.
    pub fn example(portrait: RgbImage) -> Self {
        Self {
            surname: "HYTHLODAY".into(),
            given_names: "RAPHAEL JOHN".into(),
            document_number: "U4178035K".into(),
            personal_number: "1516070278".into(),
            state: STATE.into(),
            nationality: STATE.into(),
            birth_date: date(1978, 2, 7),
            birth_place: "AMAUROT".into(),
            sex: Sex::Male,
            issued: date(2024, 11, 4),
            expires: date(2034, 11, 3),
            authority: "CITY OF AMAUROT".into(),
            portrait,
        }
    }
}
