//! The same person with the same papers: other light, other cameras, other files, another look.

use bonafide_specimen::{Scene, Table, attack, attack::Pose, forged, worn};
use image::imageops;

use crate::attacks::{
    cast::{self, hand},
    row::{Ends, Faces, Under, Variation, go},
    walk::Visit,
};

/// A row about how the passport is photographed.
macro_rules! scene {
    ($variation:literal, $scene:expr) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::Sample,
            go: go!(|w| {
                let person = w.person();
                w.visit(Visit::new(cast::photo_in(&person.page(), &$scene), person.face())).await
            }),
        }
    };
}

/// A row about the passport's picture as a file.
macro_rules! file {
    ($variation:literal, |$picture:ident| $make:expr) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::Sample,
            go: go!(|w| {
                let person = w.person();
                let $picture = cast::decoded(&person.passport());
                w.visit(Visit::new($make, person.face())).await
            }),
        }
    };
}

/// A row about the selfie.
macro_rules! selfie {
    ($variation:literal, |$picture:ident| $make:expr) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::Sample,
            go: go!(|w| {
                let person = w.person();
                let $picture = &person.selfie;
                w.visit(Visit::new(person.passport(), $make)).await
            }),
        }
    };
}

/// A row about what the person wears.
macro_rules! wearing {
    ($variation:literal, $worn:path) => {
        Variation {
            variation: $variation,
            under: Under::Standard,
            ends: Ends::Approved,
            faces: Faces::Sample,
            go: go!(|w| {
                let person = w.person();
                let points = person.points();
                w.visit(Visit::new(person.passport(), person.face_as(|p| $worn(p, &points)))).await
            }),
        }
    };
}

pub const ROWS: &[Variation] = &[
    scene!(
        "passport in the evening: little light, much noise",
        Scene { light_fall_off: 0.42, noise: 5.0, ..hand() }
    ),
    scene!("passport in a hard shadow", Scene { shadow: 0.35, shadow_toward: 200.0, ..hand() }),
    scene!(
        "passport with a lamp's reflection beside the text",
        Scene { glare: 0.5, glare_at: (-40.0, -34.0), ..hand() }
    ),
    scene!("passport from the side, 20°", hand().tilted(20.0, 40.0)),
    scene!("passport from below, 25°", hand().tilted(25.0, 90.0)),
    scene!("passport turned by 9°", Scene { roll: 9.0, ..hand() }),
    scene!("passport far away", Scene { width: 1600, height: 1200, fill: 0.5, ..hand() }),
    scene!("passport on cloth, nothing beside it", Scene { table: Table::Cloth, clutter: false, ..hand() }),
    scene!("passport on dark stone", Scene { table: Table::Slate, shift: (6.0, -4.0), ..hand() }),
    scene!("passport a little out of focus", Scene { blur: 1.3, ..hand() }),
    scene!("passport with a trembling hand", Scene { motion: 3.0, motion_toward: 30.0, ..hand() }),
    scene!(
        "passport by a camera of 12 megapixels",
        Scene { width: 4000, height: 3000, clutter: false, ..hand() }
    ),
    scene!("passport by an old camera, 1024 × 768", Scene { width: 1024, height: 768, fill: 0.9, ..hand() }),
    file!("passport's picture on its side", |p| cast::jpeg(&imageops::rotate90(&p))),
    file!("passport's picture upside down", |p| cast::jpeg(&imageops::rotate180(&p))),
    file!("passport's picture turned by EXIF", |p| forged::held_as(&cast::jpeg(&imageops::rotate270(&p)), 6)),
    file!("passport's picture as PNG", |p| cast::png(&p)),
    file!("passport's picture as WebP", |p| cast::encoded(&p, image::ImageFormat::WebP)),
    file!("passport's picture at JPEG quality 60", |p| cast::jpeg_of(&p, 60)),
    file!("passport's picture sent through a messenger", |p| {
        let small = imageops::resize(&p, 1152, 864, imageops::FilterType::Triangle);
        cast::jpeg_of(&small, 70)
    }),
    selfie!("selfie in dim light", |p| cast::jpeg(&forged::lit(p, 0.66, 0.0))),
    selfie!("selfie under a lamp", |p| cast::jpeg(&forged::lit(p, 1.0, 0.09))),
    selfie!("selfie before a screen at night", |p| cast::jpeg(&forged::lit(p, 0.8, -0.08))),
    selfie!("selfie with the head leant over, 8°", |p| {
        cast::jpeg(&attack::held(p, &Pose { roll: 8.0, scale: 1.25, ..Pose::default() }))
    }),
    selfie!("selfie mirrored", |p| cast::jpeg(&imageops::flip_horizontal(p))),
    selfie!("selfie by a webcam, small", |p| {
        let height = 480 * p.height() / p.width();
        cast::jpeg_of(&imageops::resize(p, 480, height, imageops::FilterType::Triangle), 80)
    }),
    selfie!("selfie at JPEG quality 60", |p| cast::jpeg_of(p, 60)),
    selfie!("selfie as PNG", |p| cast::png(p)),
    selfie!("selfie turned by EXIF", |p| forged::held_as(&cast::jpeg(&imageops::rotate270(p)), 6)),
    selfie!("selfie with noise", |p| {
        cast::jpeg(&attack::retaken(&attack::retaken(&attack::retaken(p, 3), 4), 5))
    }),
    selfie!("several frames of one look", |p| cast::jpeg(p)),
    wearing!("selfie with glasses", worn::glasses),
    wearing!("selfie with a beard", worn::beard),
    wearing!("selfie with a hat", worn::hat),
];
