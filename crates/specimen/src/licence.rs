//! A driving licence: front, and a back that bears its data as a PDF417 (AAMVA DL/ID Card Design Standard
//! 2020, annex D).

use image::RgbImage;
use rxing::{
    BarcodeFormat, EncodeHints, Exceptions, Writer,
    common::BitMatrix,
    pdf417::{PDF417Writer, encoder::Dimensions},
};

use super::canvas::Canvas;
use super::font::Fonts;
use super::page::{Field, Palette, TD1_MM, day, fields, header, paper, portrait, signature, state};
use super::random::Random;
use super::{PIXELS_PER_MM, Sex, Specimen};

/// Width of a module of the barcode; the standard allows 0.17 to 0.38 mm.
pub const BARCODE_MODULE_MM: f32 = 0.3;
/// Height of a row in modules; the standard asks for at least three.
const ROW_MODULES: u32 = 3;
/// Data codewords in a row.
const COLUMNS: usize = 10;
/// An issuer identification number that AAMVA has not given out.
const IIN: &str = "636999";
/// Not the code of any state or province.
const JURISDICTION: &str = "XU";

/// A licence and its holder.
#[derive(Debug, Clone)]
pub struct Licence {
    pub holder: Specimen,
    pub street: String,
    pub city: String,
    pub postal_code: String,
    pub class: String,
    /// In centimetres.
    pub height: u16,
    /// AAMVA's code for the colour of the eyes, such as `BRO`.
    pub eyes: String,
}

impl Licence {
    /// An invented licence of an invented person; the same seed gives the same.
    pub fn random(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x4c49);
        let street =
            random.pick(&["ANYDER LANE", "BRIDGE STREET", "MORE AVENUE", "HARBOUR ROAD", "TEMPLE SQUARE"]);
        Self {
            holder: Specimen::random(seed),
            street: format!("{} {street}", random.whole(1, 2999)),
            city: random.pick(&["AMAUROT", "PORTO CLARO", "GRUENTAL", "VILA NOVA", "ASVIK"]).into(),
            postal_code: format!("{:05}0000", random.whole(10_000, 99_999)),
            class: random.pick(&["B", "C", "D", "A", "BE"]).into(),
            height: u16::try_from(random.whole(150, 202)).unwrap_or(170),
            eyes: random.pick(&["BRO", "BLU", "GRN", "HAZ", "GRY"]).into(),
        }
    }

    /// The text of the barcode: header, one subfile, mandatory elements, in capitals of ASCII.
    pub fn payload(&self) -> String {
        let person = &self.holder;
        let plain = |text: &str| super::transliterate(text).replace('<', " ");
        let day = |d: jiff::civil::Date| format!("{:02}{:02}{:04}", d.month(), d.day(), d.year());
        let (first, middle) = person.given_names.split_once(' ').unwrap_or((&person.given_names, "NONE"));
        let sex = match person.sex {
            Sex::Male => '1',
            Sex::Female => '2',
            Sex::Unspecified => '9',
        };
        let elements = [
            format!("DAQ{}", person.document_number),
            format!("DCS{}", plain(&person.surname)),
            "DDEN".into(),
            format!("DAC{}", plain(first)),
            "DDFN".into(),
            format!("DAD{}", plain(middle)),
            "DDGN".into(),
            format!("DCA{}", self.class),
            "DCBNONE".into(),
            "DCDNONE".into(),
            format!("DBD{}", day(person.issued)),
            format!("DBB{}", day(person.birth_date)),
            format!("DBA{}", day(person.expires)),
            format!("DBC{sex}"),
            format!("DAU{:03} CM", self.height),
            format!("DAY{}", self.eyes),
            format!("DAG{}", self.street),
            format!("DAI{}", self.city),
            format!("DAJ{JURISDICTION}"),
            format!("DAK{}  ", self.postal_code),
            format!("DCF{}{}", person.document_number, day(person.issued)),
            "DCGUSA".into(),
        ];
        let subfile = format!("DL{}\r", elements.join("\n"));
        // Length of the header with its one designator, where the subfile begins.
        let offset = 31;
        format!("@\n\x1e\rANSI {IIN}100001DL{offset:04}{:04}{subfile}", subfile.len())
    }
}

/// Front and back of a licence, 856×540 pixels each.
///
/// # Errors
/// When the payload does not fit a symbol of ten columns, which no licence of [`Licence::random`] reaches.
pub fn licence(licence: &Licence, fonts: &Fonts) -> Result<[RgbImage; 2], Exceptions> {
    let palette =
        Palette { left: [240.0, 222.0, 222.0], right: [226.0, 230.0, 244.0], line: [160.0, 120.0, 140.0] };
    let person = &licence.holder;
    let mut front = paper(TD1_MM, palette);
    header(&mut front, fonts, 20.0, &state(person), "DRIVER LICENSE");
    portrait(&mut front, person, [40, 130, 245, 315]);
    let (a, b) = (320.0, 600.0);
    let row = |n: u8| 108.0 + 52.0 * f32::from(n);
    let field = |at, label, value| Field { at, label, value };
    fields(
        &mut front,
        fonts,
        (10.0, 16.0),
        &[
            field((a, row(0)), "4d License No.", person.document_number.clone()),
            field((b, row(0)), "9 Class", licence.class.clone()),
            field((a, row(1)), "1 Family name", person.surname.clone()),
            field((a, row(2)), "2 Given names", person.given_names.clone()),
            field((a, row(3)), "8 Address", licence.street.clone()),
            field(
                (b, row(3)),
                "City",
                format!("{} {}", licence.city, licence.postal_code.get(..5).unwrap_or_default()),
            ),
            field((a, row(4)), "3 Date of birth", day(person.birth_date)),
            field((b, row(4)), "15 Sex", person.sex.visual().into()),
            field((a, row(5)), "4a Issued", day(person.issued)),
            field((b, row(5)), "4b Expires", day(person.expires)),
            field((a, row(6)), "16 Height", format!("{} cm", licence.height)),
            field((b, row(6)), "18 Eyes", licence.eyes.clone()),
        ],
    );
    signature(&mut front, person, [320.0, row(7) + 14.0, 220.0, 34.0]);

    let mut back = paper(TD1_MM, palette);
    barcode(&mut back, &symbol(&licence.payload())?);
    fields(
        &mut back,
        fonts,
        (10.0, 15.0),
        &[
            field((60.0, 440.0), "Restrictions", "NONE".into()),
            field((420.0, 440.0), "Endorsements", "NONE".into()),
        ],
    );
    Ok([front.into_image(), back.into_image()])
}

/// The symbol, one pixel a module and four pixels a row, without a quiet zone.
fn symbol(text: &str) -> Result<BitMatrix, Exceptions> {
    let hints = EncodeHints {
        Margin: Some("0".into()),
        ErrorCorrection: Some("5".into()),
        Pdf417Dimensions: Some(Dimensions::new(COLUMNS, COLUMNS, 3, 90)),
        ..EncodeHints::default()
    };
    PDF417Writer.encode_with_hints(text, &BarcodeFormat::PDF_417, 0, 0, &hints)
}

/// Prints the symbol on a white field, centred at the top of the page.
fn barcode(page: &mut Canvas, symbol: &BitMatrix) {
    const PIXELS_PER_ROW_IN: u32 = 4;
    let module = BARCODE_MODULE_MM * PIXELS_PER_MM;
    let rows = symbol.height() / PIXELS_PER_ROW_IN;
    let (width, height) = (symbol.width() as f32 * module, (rows * ROW_MODULES) as f32 * module);
    let (left, top) = (((page.width as f32 - width) / 2.0).round(), 60.0);
    let quiet = 4.0 * module;
    page.rectangle([left - quiet, top - quiet, width + 2.0 * quiet, height + 2.0 * quiet], [250.0; 3], 1.0);
    for y in 0..rows {
        for x in (0..symbol.width()).filter(|x| symbol.get(*x, y * PIXELS_PER_ROW_IN)) {
            let (x, y) = (left + x as f32 * module, top + (y * ROW_MODULES) as f32 * module);
            page.rectangle([x, y, module, ROW_MODULES as f32 * module], [22.0; 3], 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_where_the_subfile_lies() {
        for seed in 0..50 {
            let payload = Licence::random(seed).payload();
            let (offset, length) = (payload.get(23..27).unwrap(), payload.get(27..31).unwrap());
            let (offset, length): (usize, usize) = (offset.parse().unwrap(), length.parse().unwrap());
            assert_eq!(offset + length, payload.len(), "{payload:?}");
            assert!(payload.get(offset..).unwrap().starts_with("DLDAQ") && payload.is_ascii());
        }
    }

    #[test]
    fn the_barcode_lies_on_the_back_and_holds_the_payload() {
        let fonts = Fonts::installed().unwrap();
        for seed in 0..3 {
            let document = Licence::random(seed);
            let [front, back] = licence(&document, &fonts).unwrap();
            assert_eq!((front.dimensions(), back.dimensions()), ((856, 540), (856, 540)));
            let read = bonafide_checks::document::barcode::read_pdf417(&bonafide_checks::image::Picture {
                rgb: back,
            });
            assert_eq!(read.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), [document.payload()]);
        }
    }
}
