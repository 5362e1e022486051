//! What still gets through: attempts that are approved, each with what should be said of it. A row whose attempt is refused
//! has to move to the others.

use bonafide_specimen::{Specimen, attack, forged};

use super::document::TRACES;
use crate::attacks::{
    cast,
    row::{Attempt, Ends, Faces, Under, go},
    walk::Visit,
};

pub const ROWS: &[Attempt] = &[
    Attempt {
        attempt: "a digit of the zone",
        made: "one character of the number in the zone exchanged, print and zone edited alike",
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
        attempt: "a print of the holder, judged by the frames alone",
        made: "paper, its cut edge on a table, photographed",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["passive_liveness_failed", "not_live"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(person.passport(), person.face_as(|p| attack::print(p, 3, false)))).await
        }),
    },
    Attempt {
        attempt: "a screen with the holder, judged by the frames alone",
        made: "raster, bezel and reflection, photographed",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["passive_liveness_failed", "not_live"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(person.passport(), person.face_as(|p| attack::screen(p, 2, false)))).await
        }),
    },
];
