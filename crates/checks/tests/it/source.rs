//! Is a selfie a photograph of its own? The sample person's selfie is; their document and what is cut out of it is not.

use bonafide_checks::{
    document::portrait,
    face::{detect::detect, source, subject},
    image::{Picture, decode, encode_jpeg},
};
use bonafide_core::finding::{Code, Finding, Outcome};
use bonafide_models::load_for_tests as models;
use bonafide_specimen::attack;
use image::imageops;

use crate::sample;

/// The portrait as the reader of documents cuts it out.
fn portrait_of(document: &Picture) -> Picture {
    let face = subject::largest(&detect(models(), document).unwrap()).expect("a portrait");
    portrait::cut(document, &face).unwrap().picture
}

fn judged(portrait: Option<&Picture>, selfie: &Picture) -> Finding {
    let portraits: Vec<&Picture> = portrait.into_iter().collect();
    source::judge(models(), &portraits, &[selfie], None)
}

fn is_caught(finding: &Finding, what: &str) {
    assert_eq!(finding.outcome, Outcome::Fail, "{what}: {finding:?}");
    assert!(finding.score.is_some_and(|s| s < source::THRESHOLD), "{what}: {finding:?}");
    assert!(finding.reasons.iter().all(|r| r.code == Code::SelfieIsDocument), "{what}: {finding:?}");
}

#[test]
fn the_selfie_of_the_sample_person_is_their_own() {
    for document in ["passport.jpg", "card_front.jpg"] {
        let portrait = portrait_of(&sample(document));
        let finding = judged(Some(&portrait), &sample("selfie.jpg"));
        assert_eq!(finding.outcome, Outcome::Clear, "{document}: {finding:?}");
        assert!(finding.score.is_some_and(|s| s > 0.9), "{document}: {finding:?}");
    }
}

#[test]
fn the_documents_own_file_is_caught_with_a_portrait_and_without() {
    for document in ["passport.jpg", "card_front.jpg"] {
        let picture = sample(document);
        is_caught(&judged(Some(&portrait_of(&picture)), &picture), document);
        let alone = judged(None, &picture);
        is_caught(&alone, document);
        assert_eq!(alone.parts.get("no_document_around"), Some(&false), "{alone:?}");
    }
}

#[test]
fn what_is_cut_out_of_the_document_is_caught_whatever_is_done_to_it() {
    let portrait = portrait_of(&sample("passport.jpg"));
    let rgb = &portrait.rgb;
    let (w, h) = rgb.dimensions();
    let of = |rgb| Picture { rgb };
    let copies = [
        ("as it is", portrait.clone()),
        ("cut close", of(imageops::crop_imm(rgb, w / 8, h / 8, w * 3 / 4, h * 3 / 4).to_image())),
        ("encoded", decode(&encode_jpeg(rgb, 30)).unwrap()),
        ("half as large", of(imageops::resize(rgb, w / 2, h / 2, imageops::FilterType::Triangle))),
        ("brighter", of(imageops::colorops::brighten(rgb, 30))),
        ("mirrored", of(imageops::flip_horizontal(rgb))),
        ("blurred", of(imageops::blur(rgb, 1.5))),
        ("altered", of(attack::altered(rgb, 5))),
    ];
    for (what, copy) in copies {
        is_caught(&judged(Some(&portrait), &copy), what);
    }
    // The same portrait, photographed on the other document.
    is_caught(&judged(Some(&portrait_of(&sample("card_front.jpg"))), &portrait), "of another photograph");
}

#[test]
fn a_picture_without_a_face_or_a_portrait_tells_nothing() {
    let nobody = Picture { rgb: image::RgbImage::new(400, 300) };
    let portrait = portrait_of(&sample("passport.jpg"));
    let finding = judged(Some(&portrait), &nobody);
    assert_eq!((finding.outcome, finding.reasons[0].code.clone()), (Outcome::NotAssessed, Code::NoFace));
    let finding = judged(None, &sample("selfie.jpg"));
    let code = finding.reasons[0].code.clone();
    assert_eq!((finding.outcome, code), (Outcome::NotAssessed, Code::NothingToCompareWith));
}
