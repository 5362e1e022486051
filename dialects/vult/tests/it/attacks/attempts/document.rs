//! A document that is another's, no longer good, altered, or none.

use bonafide_specimen::{Scene, Specimen, attack, forged};
use image::{RgbImage, imageops};
use jiff::civil::date;

use crate::attacks::{
    cast::{self, PORTRAIT, ZONE},
    row::{Attempt, Ends, Faces, Under, go},
    walk::Visit,
};

/// Traces in the picture of a document stop somebody where the policy says so; else they count through their weight.
pub const TRACES: Under = Under::With(r#"{"on_consider": {"image_manipulation": "review"}}"#);

pub const ROWS: &[Attempt] = &[
    Attempt {
        attempt: "a digit of the number, printed over",
        made: "another number glued over the printed one; the zone keeps its own",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["document_number_crosscheck_unsure", "sources_disagree"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let printed = Specimen { document_number: "U7178835K".into(), ..person.holder() };
            w.visit(Visit::new(cast::glued(&printed, &person.holder(), ZONE), person.face())).await
        }),
    },
    Attempt {
        attempt: "a number edited in a program",
        made: "the number's place in the picture exchanged and saved again",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["document_number_crosscheck_unsure"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let other = Specimen { document_number: "U7178835K".into(), ..person.holder() };
            let front = cast::edited(&person.holder(), &other, [836, 150, 380, 60]);
            w.visit(Visit::new(front, person.face())).await
        }),
    },
    Attempt {
        attempt: "another year of birth, printed over",
        made: "the printed birth date ten years earlier; the zone keeps its own",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["birth_date_crosscheck_unsure", "sources_disagree"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let printed = Specimen { birth_date: date(1968, 2, 8), ..person.holder() };
            w.visit(Visit::new(cast::glued(&printed, &person.holder(), ZONE), person.face())).await
        }),
    },
    Attempt {
        attempt: "another name, printed over",
        made: "the printed name exchanged; the zone keeps its own",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["name_crosscheck_unsure", "sources_disagree"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let (surname, given_names) = ("GRUENWALD".into(), "STEFAN".into());
            let printed = Specimen { surname, given_names, ..person.holder() };
            w.visit(Visit::new(cast::glued(&printed, &person.holder(), ZONE), person.face())).await
        }),
    },
    Attempt {
        attempt: "a name that is covered",
        made: "nothing to be read where the names are printed; the zone keeps them",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["name_crosscheck_unsure", "last_name_missing"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let covered = Specimen { surname: String::new(), given_names: String::new(), ..person.holder() };
            w.visit(Visit::new(cast::glued(&covered, &person.holder(), ZONE), person.face())).await
        }),
    },
    Attempt {
        attempt: "an expired passport",
        made: "the expiry lies a month back",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["document_expired_failed", "expired"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let old = Specimen { issued: date(2016, 5, 2), expires: date(2026, 5, 1), ..person.holder() };
            w.visit(Visit::new(cast::passport(&old), person.face())).await
        }),
    },
    Attempt {
        attempt: "an expired passport, its printed date changed",
        made: "a later expiry glued over the printed one; the zone keeps its own",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["document_expired_failed", "expired"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let old = Specimen { issued: date(2016, 5, 2), expires: date(2026, 5, 1), ..person.holder() };
            let printed = Specimen { expires: date(2031, 5, 1), ..old.clone() };
            w.visit(Visit::new(cast::glued(&printed, &old, ZONE), person.face())).await
        }),
    },
    Attempt {
        attempt: "a passport issued before the holder was born",
        made: "born two years after the date of issue, of age all the same",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["date_consistency_unsure", "issued_before_birth"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let odd = Specimen { birth_date: date(1999, 2, 7), issued: date(1997, 3, 1), ..person.holder() };
            w.visit(Visit::new(cast::passport(&odd), person.face())).await
        }),
    },
    Attempt {
        attempt: "a country that does not exist",
        made: "a passport of XYZ",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["document_accepted_unsure", "issuing_country_unknown"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let (state, nationality) = ("XYZ".into(), "XYZ".into());
            let fantasy = Specimen { state, nationality, ..person.holder() };
            w.visit(Visit::new(cast::passport(&fantasy), person.face())).await
        }),
    },
    Attempt {
        attempt: "a country that is not accepted",
        made: "a Swedish passport",
        under: Under::With(r#"{"accepted": {"countries": ["UTO", "FRA"]}}"#),
        ends: Ends::Declined,
        because: &["document_accepted_failed", "issuing_country_not_accepted"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let (state, nationality) = ("SWE".into(), "SWE".into());
            let foreign = Specimen { state, nationality, ..person.holder() };
            w.visit(Visit::new(cast::passport(&foreign), person.face())).await
        }),
    },
    Attempt {
        attempt: "a type that is not accepted",
        made: "both sides of an identity card",
        under: Under::With(r#"{"accepted": {"types": ["passport"]}}"#),
        ends: Ends::Declined,
        because: &["document_accepted_failed", "document_type_not_accepted"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::with(person.card(), person.face())).await
        }),
    },
    Attempt {
        attempt: "a document issued too long ago",
        made: "a passport of ten years, eight of them over",
        under: Under::With(r#"{"accepted": {"max_age_days": 1826}}"#),
        ends: Ends::Declined,
        because: &["document_accepted_failed", "document_too_old"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let old = Specimen { issued: date(2018, 5, 2), expires: date(2028, 5, 1), ..person.holder() };
            w.visit(Visit::new(cast::passport(&old), person.face())).await
        }),
    },
    Attempt {
        attempt: "a card's front alone",
        made: "an identity card without its back",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["back_not_captured"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let [front, _] = person.card();
            w.visit(Visit { declared: Some("identification_card"), ..Visit::new(front, person.face()) }).await
        }),
    },
    Attempt {
        attempt: "a card declared as a driving licence",
        made: "both sides of an identity card, the type said to be another",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["document_as_asked_unsure", "other_document_type"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let visit = Visit::with(person.card(), person.face());
            w.visit(Visit { declared: Some("driver_license"), ..visit }).await
        }),
    },
    Attempt {
        attempt: "swapped sides",
        made: "the card's back as its front and the reverse",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["document_as_asked_failed", "front_not_captured"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let [front, back] = person.card();
            w.visit(Visit::with([back, front], person.face())).await
        }),
    },
    Attempt {
        attempt: "the front twice",
        made: "two photographs of the card's front",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["document_as_asked_failed", "back_not_captured"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let pages = cast::card_pages(&person.holder());
            let [front, _] = cast::sides(&pages, 1);
            let [again, _] = cast::sides(&pages, 8);
            w.visit(Visit::with([front, again], person.face())).await
        }),
    },
    Attempt {
        attempt: "another person's back",
        made: "the front of one identity card, the back of another holder's",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["name_crosscheck_unsure", "document_number_crosscheck_unsure", "sources_disagree"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let [front, _] = person.card();
            let [_, back] = cast::sides(&cast::card_pages(&cast::stranger(77)), 2);
            w.visit(Visit::with([front, back], person.face())).await
        }),
    },
    Attempt {
        attempt: "another person's barcode",
        made: "the front of one driving licence, the back of another holder's",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["name_crosscheck_unsure", "sources_disagree"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let [front, _] = person.licence();
            let [_, back] = cast::sides(&cast::licence_pages(&cast::stranger(78)), 2);
            let visit = Visit::with([front, back], person.face());
            w.visit(Visit { declared: Some("driver_license"), ..visit }).await
        }),
    },
    Attempt {
        attempt: "a digit of the number, in print and zone",
        made: "one digit exchanged in both places; the check digit stays",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["mrz_check_digits_unsure", "check_digits_wrong"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let number = person.holder().document_number.replace('4', "7");
            let changed = Specimen { document_number: number, ..person.holder() };
            // The number's nine places come from the other page, its check digit does not.
            let front = forged::pasted(&cast::page(&changed), &person.page(), cast::cells(1, 9, 44));
            w.visit(Visit::new(cast::photo(&front, 5), person.face())).await
        }),
    },
    Attempt {
        attempt: "the passport on a screen",
        made: "raster and bezel around the page's picture",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure", "screen_raster"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let shown = attack::screen(&cast::decoded(&person.passport()), 2, true);
            w.visit(Visit::new(cast::jpeg(&shown), person.face())).await
        }),
    },
    Attempt {
        attempt: "a grey copy",
        made: "the page without colour, photographed in warm light",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure", "not_in_colour"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(cast::photo(&forged::grey(&person.page()), 5), person.face())).await
        }),
    },
    Attempt {
        attempt: "two documents in one picture",
        made: "one's own passport beside a stolen one, which lies nearer to the camera",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["document_as_asked_failed", "document_not_alone"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let wide = Scene { width: 2600, height: 1300, fill: 0.9, ..cast::hand() };
            let both = forged::beside(&person.page(), &cast::page(&cast::stranger(79)));
            w.visit(Visit::new(cast::photo_in(&both, &wide), person.face())).await
        }),
    },
    Attempt {
        attempt: "a stolen passport beside the thief's face",
        made: "the thief shows the passport next to the own face, and that picture again as selfie",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_source_failed", "selfie_is_document", "document_not_alone"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let both = forged::beside(&person.page(), &cast::other());
            let wide = Scene { width: 2600, height: 1300, fill: 0.9, ..cast::hand() };
            w.visit(Visit::new(cast::photo_in(&both, &wide), cast::jpeg(&cast::other()))).await
        }),
    },
    Attempt {
        attempt: "a portrait laid beside the document",
        made: "a stolen passport whose portrait is covered, the thief's picture beside it",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["document_as_asked_failed", "document_not_alone"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (holder, thief) = (w.person(), cast::volunteer(1));
            let [left, top, width, height] = PORTRAIT;
            let cover = RgbImage::from_pixel(width, height, image::Rgb([188, 160, 140]));
            let mut page = holder.page();
            imageops::replace(&mut page, &cover, left.into(), top.into());
            let scene = Scene { width: 2600, height: 1300, fill: 0.9, ..cast::hand() };
            let both = forged::beside(&page, &thief.portrait);
            w.visit(Visit::new(cast::photo_in(&both, &scene), thief.face())).await
        }),
    },
    Attempt {
        attempt: "a portrait exchanged in a program",
        made: "the portrait's place in the picture exchanged for another's and saved again",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure"],
        faces: Faces::Volunteers,
        go: go!(|w| {
            let (victim, thief) = (w.person(), cast::volunteer(1));
            let with_thief = Specimen { portrait: thief.portrait.clone(), ..victim.holder() };
            let front = cast::edited(&victim.holder(), &with_thief, PORTRAIT);
            w.visit(Visit::new(front, thief.face())).await
        }),
    },
    Attempt {
        attempt: "a picture without colour",
        made: "the passport's picture in grey",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure", "not_in_colour"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let copy = forged::grey(&cast::decoded(&person.passport()));
            w.visit(Visit::new(cast::jpeg(&copy), person.face())).await
        }),
    },
    Attempt {
        attempt: "a picture that was open in an editor",
        made: "the file names the program that saved it",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure", "editing_software"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let saved = forged::saved_by(&person.passport(), "Adobe Photoshop 25.0 (Windows)");
            w.visit(Visit::new(saved, person.face())).await
        }),
    },
    Attempt {
        attempt: "a generated document",
        made: "a file that declares itself the work of a trained model",
        under: TRACES,
        ends: Ends::Review,
        because: &["image_manipulation_unsure", "declared_generated"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(forged::declared_generated(&person.passport()), person.face())).await
        }),
    },
    Attempt {
        attempt: "a specimen document",
        made: "a page that says it is one",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["suspicious_words_unsure", "suspicious_words"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let specimen = Specimen { authority: "SPECIMEN".into(), ..person.holder() };
            w.visit(Visit::new(cast::passport(&specimen), person.face())).await
        }),
    },
    Attempt {
        attempt: "a passport without its zone",
        made: "the lower quarter of the page hidden",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["required_fields_failed", "document_number_missing"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let mut page = person.page();
            let [_, from, ..] = ZONE;
            page.enumerate_pixels_mut().filter(|(_, y, _)| *y >= from).for_each(|(.., p)| p.0 = [40; 3]);
            w.visit(Visit::new(cast::photo(&page, 5), person.face())).await
        }),
    },
    Attempt {
        attempt: "no document",
        made: "a sheet of paper",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["no_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let sheet = image::RgbImage::from_pixel(1250, 880, image::Rgb([236, 234, 228]));
            w.visit(Visit::new(cast::photo(&sheet, 5), w.person().face())).await
        }),
    },
    Attempt {
        attempt: "a blank picture",
        made: "an even grey as the document",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "image"],
        faces: Faces::Sample,
        go: go!(|w| w.visit(Visit::new(cast::blank(1280, 960), w.person().face())).await),
    },
    Attempt {
        attempt: "a picture of one pixel",
        made: "a PNG of 1 × 1",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "image"],
        faces: Faces::Sample,
        go: go!(|w| {
            let pixel = cast::png(&image::RgbImage::from_pixel(1, 1, image::Rgb([90; 3])));
            w.visit(Visit::new(pixel, w.person().face())).await
        }),
    },
    Attempt {
        attempt: "a passport that is not yet valid",
        made: "issued next year",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["date_consistency_unsure", "not_yet_valid"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let new = Specimen { issued: date(2027, 1, 4), expires: date(2037, 1, 3), ..person.holder() };
            w.visit(Visit::new(cast::passport(&new), person.face())).await
        }),
    },
];
