//! A face that is not there: pictures of it, other people, captures that were not made for this session.

use bonafide_specimen::{attack, attack::Pose, forged, worn};
use serde_json::json;

use crate::attacks::{
    cast,
    row::{Attempt, Ends, Faces, Under, go},
    walk::Visit,
};

/// The frames alone do not stop a print or a screen that is good enough.
const MOVEMENTS: Under = Under::With(r#"{"liveness_mode": "passive_active"}"#);

pub const ROWS: &[Attempt] = &[
    Attempt {
        attempt: "the passport's own file as the selfie",
        made: "the photograph of the passport is sent twice",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_source_failed", "selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let passport = w.person().passport();
            w.visit(Visit::new(passport.clone(), passport)).await
        }),
    },
    Attempt {
        attempt: "the passport's file, saved again and smaller",
        made: "cut, scaled, turned a little, lit otherwise, JPEG 60",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let passport = w.person().passport();
            let again = cast::jpeg_of(&attack::altered(&cast::decoded(&passport), 4), 60);
            w.visit(Visit::new(passport, again)).await
        }),
    },
    Attempt {
        attempt: "the portrait, cut out of the passport's picture",
        made: "the face with what is around it, three times as large",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let passport = w.person().passport();
            w.visit(Visit::new(passport.clone(), cast::portrait_of(&passport, 1.0))).await
        }),
    },
    Attempt {
        attempt: "a wider cut of the passport's picture, brightened",
        made: "portrait and some text beside it, lit by a fifth more, JPEG 70",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let passport = w.person().passport();
            let cut = cast::decoded(&cast::portrait_of(&passport, 1.5));
            w.visit(Visit::new(passport, cast::jpeg_of(&forged::lit(&cut, 1.2, 0.03), 70))).await
        }),
    },
    Attempt {
        attempt: "the portrait, photographed near from the passport",
        made: "another photograph of the same page, the camera over the portrait",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(person.passport(), cast::jpeg(&person.portrait_photographed()))).await
        }),
    },
    Attempt {
        attempt: "the file that the portrait was printed from",
        made: "the passport photograph as the office got it",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(person.passport(), cast::jpeg(&person.portrait))).await
        }),
    },
    Attempt {
        attempt: "a selfie of the holder, printed",
        made: "paper, its cut edge on a table, nine frames",
        under: MOVEMENTS,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&attack::print(&person.selfie, 3, false), 9);
            w.visit(Visit { frames, ..Visit::of(person) }).await
        }),
    },
    Attempt {
        attempt: "the print, near",
        made: "paper without an edge in the picture, nine frames",
        under: MOVEMENTS,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&attack::print(&person.selfie, 5, true), 9);
            w.visit(Visit { frames, ..Visit::of(person) }).await
        }),
    },
    Attempt {
        attempt: "a selfie of the holder on a screen",
        made: "raster, bezel and reflection, nine frames",
        under: MOVEMENTS,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&attack::screen(&person.selfie, 2, false), 9);
            w.visit(Visit { frames, ..Visit::of(person) }).await
        }),
    },
    Attempt {
        attempt: "the screen, near",
        made: "raster without a bezel in the picture, nine frames",
        under: MOVEMENTS,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&attack::screen(&person.selfie, 6, true), 9);
            w.visit(Visit { frames, ..Visit::of(person) }).await
        }),
    },
    Attempt {
        attempt: "a print of the holder, judged by the frames alone",
        made: "paper, its cut edge on a table, photographed",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["selfie_source_unsure", "edges_around"],
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
        ends: Ends::Review,
        because: &["selfie_source_unsure", "edges_around"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            w.visit(Visit::new(person.passport(), person.face_as(|p| attack::screen(p, 2, false)))).await
        }),
    },
    Attempt {
        attempt: "a stolen passport and the thief's own face",
        made: "another person's selfie",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["face_match_failed", "face_mismatch"],
        faces: Faces::Sample,
        go: go!(|w| w.visit(Visit::new(w.person().passport(), cast::jpeg(&cast::other()))).await),
    },
    Attempt {
        attempt: "the holder first and the thief for the rest",
        made: "a capture whose later frame shows another person",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["passive_liveness_failed", "face_changed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = vec![person.face(), cast::jpeg(&cast::other())];
            w.visit(Visit { frames, ..Visit::of(person) }).await
        }),
    },
    Attempt {
        attempt: "the thief with the holder's picture beside the face",
        made: "two faces in the selfie",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["several_faces"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let both = forged::beside(&cast::other(), &person.selfie);
            w.visit(Visit::new(person.passport(), cast::jpeg(&both))).await
        }),
    },
    Attempt {
        attempt: "dark glasses",
        made: "drawn over the eyes of the selfie",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["face_covered"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let points = person.points();
            let covered = person.face_as(|p| worn::dark_glasses(p, &points));
            w.visit(Visit::new(person.passport(), covered)).await
        }),
    },
    Attempt {
        attempt: "a mask",
        made: "drawn over mouth and nose of the selfie",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["face_covered"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let points = person.points();
            let covered = person.face_as(|p| worn::mask(p, &points));
            w.visit(Visit::new(person.passport(), covered)).await
        }),
    },
    Attempt {
        attempt: "no face at all",
        made: "a grey selfie",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "images.0"],
        faces: Faces::Sample,
        go: go!(|w| w.visit(Visit::new(w.person().passport(), cast::blank(640, 480))).await),
    },
    Attempt {
        attempt: "a still where movements are asked for",
        made: "nine frames of one picture, their noise alone differs",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&person.selfie, 9);
            w.visit(Visit { frames, create: json!({"liveness_mode": "passive_active"}), ..Visit::of(person) })
                .await
        }),
    },
    Attempt {
        attempt: "a picture that is moved in the hand",
        made: "a print turned, tilted and bent in front of the camera, nine frames",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let moved = |n: u64| {
                let turn = [0.0, -22.0, -10.0, 22.0, 10.0, 0.0, 0.0, 0.0, 0.0][n as usize];
                let tilt = [0.0, 0.0, 0.0, 0.0, 0.0, 20.0, 10.0, -6.0, 0.0][n as usize];
                let pose = Pose { yaw: turn, pitch: tilt, bend: 8.0, ..Pose::default() };
                cast::jpeg(&attack::retaken(&attack::held(&person.selfie, &pose), n))
            };
            let frames = (0..9).map(moved).collect();
            w.visit(Visit { frames, create: json!({"liveness_mode": "passive_active"}), ..Visit::of(person) })
                .await
        }),
    },
    Attempt {
        attempt: "one frame for every movement",
        made: "the same file nine times",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = vec![person.face(); 9];
            w.visit(Visit { frames, create: json!({"liveness_mode": "passive_active"}), ..Visit::of(person) })
                .await
        }),
    },
    Attempt {
        attempt: "six frames for four movements",
        made: "the straight look and five more, so that one movement is shown by two frames and others by one",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "images"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let frames = cast::stills(&person.selfie, 6);
            w.visit(Visit { frames, create: json!({"liveness_mode": "passive_active"}), ..Visit::of(person) })
                .await
        }),
    },
    Attempt {
        attempt: "another session's capture",
        made: "the frames of an earlier answer to other movements",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "replayed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let create = json!({"liveness_mode": "passive_active"});
            let visit = Visit { frames: cast::stills(&person.selfie, 9), create, ..Visit::of(person) };
            w.visit(visit.clone()).await;
            w.wait(600);
            w.visit(visit).await
        }),
    },
    Attempt {
        attempt: "into an account with the passport's file",
        made: "an authentication whose frame is the photograph of the passport",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            w.authenticate(known.identity(), json!({}), &[person.passport()]).await
        }),
    },
    Attempt {
        attempt: "into an account with the portrait",
        made: "an authentication whose frame is cut out of the passport's picture",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["selfie_is_document"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            let cut = cast::portrait_of(&person.passport(), 1.0);
            w.authenticate(known.identity(), json!({}), &[cut]).await
        }),
    },
    Attempt {
        attempt: "a print of the holder who returns",
        made: "an authentication by a print with its edges in the picture, judged by the frame alone",
        under: Under::Standard,
        ends: Ends::Review,
        because: &["selfie_source_unsure", "edges_around"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            let print = person.face_as(|p| attack::print(p, 3, false));
            w.authenticate(known.identity(), json!({}), &[print]).await
        }),
    },
    Attempt {
        attempt: "into an account with another face",
        made: "an authentication by another person",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["face_match_failed", "face_mismatch"],
        faces: Faces::Sample,
        go: go!(|w| {
            let known = w.approved(w.person()).await;
            w.authenticate(known.identity(), json!({}), &[cast::jpeg(&cast::other())]).await
        }),
    },
    Attempt {
        attempt: "into an account with a screen",
        made: "an authentication with movements, by the holder's selfie on a screen",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            let frames = cast::stills(&attack::screen(&person.selfie, 2, false), 9);
            w.authenticate(known.identity(), json!({"liveness_mode": "passive_active"}), &frames).await
        }),
    },
    Attempt {
        attempt: "into an account without moving",
        made: "an authentication with movements, answered by one still",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["active_liveness_failed", "still_picture"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let known = w.approved(person).await;
            let frames = cast::stills(&person.selfie, 9);
            w.authenticate(known.identity(), json!({"liveness_mode": "passive_active"}), &frames).await
        }),
    },
];
