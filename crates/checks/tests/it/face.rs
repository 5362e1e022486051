//! Faces found, told apart and compared.

use bonafide_checks::{
    face::{
        Face,
        compare::{Calibrations, DEFAULT_ONBOARDING_DISTANCE, FaceMatch, match_faces, match_template},
        detect::{detect, refine},
        embed::embed,
        subject::{self, Subject},
    },
    image::Picture,
    liveness::passive::{self, DEFAULT_MIN_SCORE},
};
use bonafide_core::finding::{Check, Code, Outcome};
use bonafide_models::load_for_tests as models;
use image::{RgbImage, imageops};

use crate::{real, sample};

fn subject(picture: &Picture) -> Face {
    let faces = detect(models(), picture).unwrap();
    subject::prominent(&faces, picture.rgb.width(), picture.rgb.height()).expect("a face")
}

fn matched(portrait: &Picture, selfie: &Picture) -> (FaceMatch, Outcome) {
    let result = match_faces(models(), portrait, selfie, DEFAULT_ONBOARDING_DISTANCE);
    let last = result.findings.last().unwrap();
    assert_eq!(last.check, Check::FaceMatch);
    let outcome = last.outcome;
    (result, outcome)
}

#[test]
fn the_portrait_on_a_specimen_is_the_person_of_the_selfie() {
    is_of_the_selfie(&sample("passport.jpg"), &sample("selfie.jpg"));
    is_of_the_selfie(&sample("card_front.jpg"), &sample("selfie.jpg"));
}

#[test]
#[ignore = "needs real data: faces/doc_selfie"]
fn the_portrait_on_a_document_is_the_person_of_the_selfie() {
    for portrait in ["faces/doc_selfie/set_1_doc_front.png", "faces/doc_selfie/set_1_doc_face.png"] {
        is_of_the_selfie(&real(portrait), &real("faces/doc_selfie/set_1_selfie.png"));
    }
}

fn is_of_the_selfie(portrait: &Picture, selfie: &Picture) {
    let (result, outcome) = matched(portrait, selfie);
    assert_eq!(outcome, Outcome::Clear, "{:?}", result.similarity);
    assert_eq!(result.findings.last().unwrap().models.len(), 3);
    let again = match_template(models(), &result.embedding.unwrap(), selfie, 0.1);
    assert!(again.similarity.unwrap() > 0.99);
}

#[test]
fn a_stranger_does_not_match_a_specimen() {
    does_not_match(&sample("passport.jpg"), &sample("other.jpg"));
}

#[test]
#[ignore = "needs real data: faces/doc_selfie, faces/lfw"]
fn strangers_do_not_match_it() {
    let portrait = real("faces/doc_selfie/set_1_doc_front.png");
    for stranger in ["Bill_Bradley_0001", "Brad_Johnson_0001", "Benjamin_Martinez_0001", "Bill_Maher_0001"] {
        does_not_match(&portrait, &real(&format!("faces/lfw/{stranger}.jpg")));
    }
}

fn does_not_match(portrait: &Picture, selfie: &Picture) {
    let (result, outcome) = matched(portrait, selfie);
    assert_eq!(outcome, Outcome::Fail, "{:?}", result.similarity);
    assert_eq!(result.findings.last().unwrap().reasons[0].code, Code::FaceMismatch);
}

#[test]
#[ignore = "needs real data: faces/lfw"]
fn two_pictures_of_one_person_match() {
    for (a, b) in [("Bill_Frist_0004", "Bill_Frist_0005"), ("Angela_Bassett_0001", "Angela_Bassett_0005")] {
        let of = |name: &str| {
            let picture = real(&format!("faces/lfw/{name}.jpg"));
            embed(models(), &picture, &subject(&picture)).unwrap().unwrap()
        };
        assert!(Calibrations::of(models()).similarity(&of(a), &of(b)).unwrap() > 0.5);
    }
}

#[test]
fn the_sample_person_is_found_whichever_way_up() {
    is_found_whichever_way_up(&sample("selfie.jpg"));
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn a_face_is_found_whichever_way_up() {
    is_found_whichever_way_up(&real("faces/pose_franck/franck_02888.jpg"));
}

fn is_found_whichever_way_up(upright: &Picture) {
    let template = embed(models(), upright, &subject(upright)).unwrap().unwrap();
    let turns: [fn(&RgbImage) -> RgbImage; 3] =
        [imageops::rotate90, imageops::rotate180, imageops::rotate270];
    for turn in turns {
        let turned = Picture { rgb: turn(&upright.rgb) };
        let same = embed(models(), &turned, &subject(&turned)).unwrap().unwrap();
        assert!(template.cosine(&same) > 0.95, "{}", template.cosine(&same));
    }
}

#[test]
fn the_sample_person_is_found_close_up_and_tiny() {
    let selfie = sample("selfie.jpg");
    let face = subject(&selfie).bbox[3];
    // The face is 120 pixels high.
    let side = |n: u32| (n as f32 * 120.0 / face) as u32;
    is_found_close_up_and_tiny(&selfie, side(selfie.rgb.width()), side(selfie.rgb.height()));
}

#[test]
#[ignore = "needs real data: faces/doc_selfie"]
fn a_face_is_found_when_it_fills_the_picture_and_when_it_is_tiny() {
    // The face is 90 pixels high.
    is_found_close_up_and_tiny(&real("faces/doc_selfie/set_1_selfie.png"), 160, 160);
}

fn is_found_close_up_and_tiny(selfie: &Picture, width: u32, height: u32) {
    let [x, y, w, h] = subject(selfie).bbox.map(|v| v as u32);
    let close = Picture { rgb: imageops::crop_imm(&selfie.rgb, x, y, w, h).to_image() };
    assert!(subject(&close).bbox[3] > 0.7 * h as f32);

    // Small in 4000 pixels: found only by looking closer.
    let mut large = RgbImage::from_pixel(4000, 3000, image::Rgb([180; 3]));
    let small = imageops::resize(&selfie.rgb, width, height, imageops::FilterType::Triangle);
    imageops::replace(&mut large, &small, 3000, 700);
    let large = Picture { rgb: large };
    let face = subject(&large);
    let [x, y] = face.centre();
    assert!((3000.0..3000.0 + width as f32).contains(&x) && (700.0..700.0 + height as f32).contains(&y));
    let refined = refine(models(), &large, &face).unwrap();
    assert!((refined.eye_distance() / face.eye_distance() - 1.0).abs() < 0.2);
}

#[test]
fn two_sample_people_are_not_compared() {
    let (one, two) = (sample("selfie.jpg").rgb, sample("other.jpg").rgb);
    let mut rgb = RgbImage::new(one.width() + two.width(), one.height().max(two.height()));
    imageops::replace(&mut rgb, &one, 0, 0);
    imageops::replace(&mut rgb, &two, i64::from(one.width()), 0);
    are_not_compared(&sample("passport.jpg"), &Picture { rgb });
}

#[test]
#[ignore = "needs real data: faces/count_compreface, faces/doc_selfie"]
fn two_people_in_a_selfie_are_not_compared() {
    are_not_compared(
        &real("faces/doc_selfie/set_1_doc_front.png"),
        &real("faces/count_compreface/010_2.jpg"),
    );
}

fn are_not_compared(portrait: &Picture, group: &Picture) {
    let (result, outcome) = matched(portrait, group);
    assert_eq!(outcome, Outcome::NotAssessed);
    assert_eq!(result.findings.last().unwrap().reasons[0].code, Code::SeveralFaces);
    assert!(result.embedding.is_none());
    let faces = detect(models(), group).unwrap();
    assert_eq!(subject::one_face(&faces, group.rgb.width(), group.rgb.height()), Subject::Several);
}

/// The selfie with a document held beside the face, its portrait `share` as wide as the face.
fn holding(selfie: &Picture, document: &Picture, share: f32) -> Picture {
    let (holder, portrait) = (subject(selfie), subject(document));
    let scale = share * holder.bbox[2] / portrait.bbox[2];
    let side = |n: u32| (n as f32 * scale).round() as u32;
    let (width, height) = document.rgb.dimensions();
    let card = imageops::resize(&document.rgb, side(width), side(height), imageops::FilterType::CatmullRom);
    let (w, h) = selfie.rgb.dimensions();
    let mut rgb =
        RgbImage::from_pixel(w + card.width() + 40, h.max(card.height()), image::Rgb([150, 140, 130]));
    imageops::replace(&mut rgb, &selfie.rgb, 0, 0);
    let top = i64::from(rgb.height() - card.height()) / 2;
    imageops::replace(&mut rgb, &card, i64::from(w) + 20, top);
    Picture { rgb }
}

#[test]
fn the_sample_person_is_told_from_the_portrait_in_hand() {
    is_told_from_the_portrait(&sample("selfie.jpg"), &sample("card_front.jpg"));
}

#[test]
#[ignore = "needs real data: faces/doc_selfie"]
fn the_holder_is_told_from_the_portrait_on_the_document_in_hand() {
    is_told_from_the_portrait(
        &real("faces/doc_selfie/set_1_selfie.png"),
        &real("faces/doc_selfie/set_1_doc_front.png"),
    );
}

fn is_told_from_the_portrait(selfie: &Picture, document: &Picture) {
    for share in [0.3, 0.55] {
        let both = holding(selfie, document, share);
        let faces = detect(models(), &both).unwrap();
        let Subject::One(holder) = subject::person(models(), &both, &faces).unwrap() else {
            panic!("{share}: {faces:?}");
        };
        assert!(holder.centre()[0] < selfie.rgb.width() as f32, "{share}");
        let (_, outcome) = matched(document, &both);
        assert_eq!(outcome, Outcome::Clear, "{share}");
    }
    // Another person without a document stays another person.
    let second = holding(selfie, selfie, 0.55);
    let faces = detect(models(), &second).unwrap();
    assert_eq!(subject::person(models(), &second, &faces).unwrap(), Subject::Several);
}

/// Turned clockwise about its centre, black where there is no picture.
fn turned(rgb: &RgbImage, degrees: f32) -> RgbImage {
    let (w, h) = rgb.dimensions();
    let (cx, cy) = (w as f32 / 2.0, h as f32 / 2.0);
    let (sin, cos) = degrees.to_radians().sin_cos();
    RgbImage::from_fn(w, h, |x, y| {
        let (x, y) = (x as f32 - cx, y as f32 - cy);
        let (x, y) = (cx + x * cos + y * sin, cy + y * cos - x * sin);
        imageops::interpolate_bilinear(rgb, x, y).unwrap_or(image::Rgb([0; 3]))
    })
}

#[test]
fn the_sample_person_is_measured_at_any_roll_and_from_forty_pixels() {
    is_measured_at_any_roll_and_from_forty_pixels(&sample("selfie.jpg"));
}

#[test]
#[ignore = "needs real data: faces/pose_franck"]
fn a_face_is_measured_at_any_roll_and_from_forty_pixels() {
    is_measured_at_any_roll_and_from_forty_pixels(&real("faces/pose_franck/franck_02888.jpg"));
}

fn is_measured_at_any_roll_and_from_forty_pixels(upright: &Picture) {
    let face = subject(upright);
    let template = embed(models(), upright, &face).unwrap().unwrap();
    let calibrations = Calibrations::of(models());
    for degrees in (0..360).step_by(30) {
        let turned = Picture { rgb: turned(&upright.rgb, degrees as f32) };
        let again = embed(models(), &turned, &subject(&turned)).unwrap().unwrap();
        let similarity = calibrations.similarity(&template, &again).unwrap();
        assert!(similarity > 0.7, "{degrees}: {similarity}");
    }
    let scale = 40.0 / face.bbox[2];
    let side = |n: u32| (n as f32 * scale).round() as u32;
    let (w, h) = upright.rgb.dimensions();
    let rgb = imageops::resize(&upright.rgb, side(w), side(h), imageops::FilterType::Triangle);
    let small = Picture { rgb };
    let again = embed(models(), &small, &subject(&small)).unwrap().unwrap();
    let similarity = calibrations.similarity(&template, &again).unwrap();
    assert!(similarity > 0.7, "40 px: {similarity}");
}

#[test]
fn pictures_without_a_face_are_said_to_have_none() {
    for rgb in [RgbImage::new(1, 1), RgbImage::new(640, 480), RgbImage::new(3, 2000)] {
        let empty = Picture { rgb };
        assert_eq!(detect(models(), &empty).unwrap(), []);
        let (result, outcome) = matched(&empty, &empty);
        assert_eq!(outcome, Outcome::NotAssessed);
        assert!(result.findings.iter().all(|f| f.reasons[0].code == Code::NoFace));
        let live = passive::assess(models(), &[empty], DEFAULT_MIN_SCORE);
        assert_eq!((live.outcome, live.reasons[0].code.clone()), (Outcome::NotAssessed, Code::NoFace));
    }
}

#[test]
#[ignore = "needs real data: faces/count_compreface"]
fn a_real_scene_without_a_face_has_none() {
    assert_eq!(detect(models(), &real("faces/count_compreface/017_0.jpg")).unwrap(), []);
}
