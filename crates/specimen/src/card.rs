//! An identity card of the larger size (ICAO 9303-6, TD2), its machine readable zone in front.

use image::RgbImage;

use super::font::Fonts;
use super::page::{
    Field, Palette, day, fields, header, machine_readable, nationality, paper, portrait, signature, state,
};
use super::{Specimen, mrz};

/// ICAO 9303-6, in millimetres.
const TD2_MM: (f32, f32) = (105.0, 74.0);

/// The front of a TD2 card, 1050×740 pixels.
pub fn large_card(specimen: &Specimen, fonts: &Fonts) -> RgbImage {
    let palette =
        Palette { left: [238.0, 230.0, 214.0], right: [218.0, 234.0, 226.0], line: [128.0, 138.0, 110.0] };
    let mut page = paper(TD2_MM, palette);
    header(&mut page, fonts, 22.0, &state(specimen), "IDENTITY CARD");
    portrait(&mut page, specimen, [46, 126, 270, 350]);
    let (a, b) = (350.0, 690.0);
    let row = |n: u8| 112.0 + 60.0 * f32::from(n);
    let field = |at, label, value| Field { at, label, value };
    fields(
        &mut page,
        fonts,
        (10.5, 18.0),
        &[
            field((a, row(0)), "Surname / Nom", specimen.surname.clone()),
            field((b, row(0)), "Card No. / Carte n°", specimen.document_number.clone()),
            field((a, row(1)), "Given names / Prénoms", specimen.given_names.clone()),
            field((a, row(2)), "Nationality / Nationalité", nationality(specimen)),
            field((b, row(2)), "Sex / Sexe", specimen.sex.visual().into()),
            field((a, row(3)), "Date of birth / Naissance", day(specimen.birth_date)),
            field((b, row(3)), "Place of birth / Lieu", specimen.birth_place.clone()),
            field((a, row(4)), "Date of issue / Délivrance", day(specimen.issued)),
            field((b, row(4)), "Date of expiry / Expiration", day(specimen.expires)),
            field((a, row(5)), "Signature", String::new()),
            field((b, row(5)), "Authority / Autorité", specimen.authority.clone()),
        ],
    );
    signature(&mut page, specimen, [360.0, row(5) + 18.0, 240.0, 30.0]);
    machine_readable(&mut page, fonts, TD2_MM, 23.2, &mrz::td2(specimen));
    page.into_image()
}

#[cfg(test)]
mod tests {
    use crate::canvas::grey;

    use super::*;

    #[test]
    fn a_large_card_has_two_lines_at_its_foot() {
        let specimen = Specimen::random(5);
        let page = large_card(&specimen, &Fonts::installed().unwrap());
        assert_eq!(page.dimensions(), (1050, 740));
        let dark = |from: u32, to: u32| {
            let cells = (from..to).flat_map(|y| (70..980).map(move |x| (x, y)));
            cells.filter(|&(x, y)| grey(page.get_pixel(x, y)) < 100.0).count()
        };
        assert!(dark(582, 602) > 1000 && dark(646, 666) > 1000, "{} {}", dark(582, 602), dark(646, 666));
        assert!(dark(612, 634) < 20, "between the lines: {}", dark(612, 634));
    }
}
