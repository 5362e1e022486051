//! What is done to the session and not to a picture: too fast, too often, out of order, misspelt, without the right.

use bonafide_specimen::Specimen;
use serde_json::json;

use crate::attacks::{
    cast,
    row::{Attempt, Ends, Faces, Under, go},
    walk::{Visit, Walk, worse},
};

/// Several people, one after the other, with papers of their own: whose faces they bring is all the same here.
async fn crowd(w: &Walk, device: impl Fn(u64) -> serde_json::Value, n: u64) -> crate::attacks::walk::Seen {
    let person = w.person();
    for k in 0..n {
        let holder = Specimen { portrait: person.portrait.clone(), ..cast::stranger(200 + k) };
        let visit =
            Visit { device: device(k), ..Visit::new(cast::passport(&holder), cast::jpeg(&cast::other())) };
        w.visit(visit).await;
        w.wait(60);
    }
    w.visit(Visit { device: device(n), ..Visit::of(person) }).await
}

pub const ROWS: &[Attempt] = &[
    Attempt {
        attempt: "faster than a person",
        made: "everything handed in two seconds after the consent",
        under: Under::With(r#"{"activity": {"window_s": 86400, "fastest_s": 10}}"#),
        ends: Ends::Review,
        because: &["activity_unsure", "faster_than_a_person"],
        faces: Faces::Sample,
        go: go!(|w| w.visit(Visit { seconds: 2, ..Visit::of(w.person()) }).await),
    },
    Attempt {
        attempt: "again and again",
        made: "one passport tried with another's face, again and again, then with the holder's",
        under: Under::With(r#"{"activity": {"window_s": 86400, "attempts_per_person": 2}}"#),
        ends: Ends::Review,
        because: &["activity_unsure", "many_attempts"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            for _ in 0..3 {
                w.visit(Visit::new(person.passport(), cast::jpeg(&cast::other()))).await;
                w.wait(60);
            }
            w.visit(Visit::of(person)).await
        }),
    },
    Attempt {
        attempt: "many people on one device",
        made: "the papers of three people and then of a fourth, the device's own id the same",
        under: Under::With(r#"{"activity": {"window_s": 86400, "people_per_device": 2}}"#),
        ends: Ends::Review,
        because: &["activity_unsure", "many_people_on_device"],
        faces: Faces::Sample,
        go: go!(|w| crowd(w, |_| json!({"device_id": "3f1c7a52-one-and-the-same"}), 3).await),
    },
    Attempt {
        attempt: "many people at one address",
        made: "the papers of three people and then of a fourth from one internet address",
        under: Under::With(r#"{"activity": {"window_s": 86400, "people_per_address": 2}}"#),
        ends: Ends::Review,
        because: &["activity_unsure", "many_people_at_address"],
        faces: Faces::Sample,
        go: go!(|w| crowd(w, |k| json!({"device_id": format!("device-{k}")}), 3).await),
    },
    Attempt {
        attempt: "hurried double calls",
        made: "a thief hands in twice at once: one attempt, one result",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["face_match_failed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let visit = Visit::new(w.person().passport(), cast::jpeg(&cast::other()));
            let session = w.captured(&visit).await.unwrap();
            let (one, two) = tokio::join!(w.hand_in(&session), w.hand_in(&session));
            let seen = worse(one, two);
            assert_eq!(w.events(&seen, "processing"), 1, "{:#}", seen.read);
            seen
        }),
    },
    Attempt {
        attempt: "handing in again what was not good enough",
        made: "three more times, with nothing new: no attempt is used up, nobody is locked out and nothing is approved",
        under: Under::Standard,
        ends: Ends::Again,
        because: &["several_faces"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let both = bonafide_specimen::forged::beside(&cast::other(), &person.selfie);
            let session = w.captured(&Visit::new(person.passport(), cast::jpeg(&both))).await.unwrap();
            let mut seen = w.hand_in(&session).await;
            for _ in 0..3 {
                w.wait(20);
                seen = w.hand_in(&session).await;
            }
            assert_eq!(seen.read["status_e"], "in_progress", "{:#}", seen.read);
            assert_eq!(w.events(&seen, "processing"), 1, "{:#}", seen.read);
            seen
        }),
    },
    Attempt {
        attempt: "a decision asked for again",
        made: "a thief who was declined hands in again: the same result",
        under: Under::Standard,
        ends: Ends::Declined,
        because: &["face_match_failed"],
        faces: Faces::Sample,
        go: go!(|w| {
            let visit = Visit::new(w.person().passport(), cast::jpeg(&cast::other()));
            let first = w.visit(visit).await;
            w.wait(60);
            let again = w.hand_in(&first.session).await;
            assert_eq!(w.events(&again, "processing"), 1, "{:#}", again.read);
            again
        }),
    },
    Attempt {
        attempt: "other pictures after the decision",
        made: "a thief who was declined gives the holder's selfie",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["already_finished"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let first = w.visit(Visit::new(person.passport(), cast::jpeg(&cast::other()))).await;
            w.give(&first.session, &Visit::of(person)).await.unwrap_err()
        }),
    },
    Attempt {
        attempt: "another document after the approval",
        made: "an approved session is given a front of another name",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["already_finished"],
        faces: Faces::Sample,
        go: go!(|w| {
            let person = w.person();
            let first = w.approved(person).await;
            let other = cast::passport(&Specimen { portrait: person.portrait.clone(), ..cast::stranger(81) });
            w.give(&first.session, &Visit::new(other, person.face())).await.unwrap_err()
        }),
    },
    Attempt {
        attempt: "a misspelt mode",
        made: "`livenes_mode` asks for movements",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "livenes_mode"],
        faces: Faces::Sample,
        go: go!(|w| {
            w.visit(Visit { create: json!({"livenes_mode": "passive_active"}), ..Visit::of(w.person()) })
                .await
        }),
    },
    Attempt {
        attempt: "a misspelt setting",
        made: "`settings.liveness_movement`",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "settings.liveness_movement"],
        faces: Faces::Sample,
        go: go!(|w| {
            let create = json!({"settings": {"liveness_movement": "without_head"}});
            w.visit(Visit { create, ..Visit::of(w.person()) }).await
        }),
    },
    Attempt {
        attempt: "a setting of no meaning",
        made: "`settings.liveness_movements` is `none`",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "settings.liveness_movements"],
        faces: Faces::Sample,
        go: go!(|w| {
            let create = json!({"settings": {"liveness_movements": "none"}});
            w.visit(Visit { create, ..Visit::of(w.person()) }).await
        }),
    },
    Attempt {
        attempt: "the result as a setting",
        made: "a live key steers the outcome as sandboxes do",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "settings.sandbox"],
        faces: Faces::Sample,
        go: go!(|w| {
            let create = json!({"settings": {"sandbox": {"face": "clear"}}});
            w.visit(Visit { create, ..Visit::of(w.person()) }).await
        }),
    },
    Attempt {
        attempt: "the result as a setting at the end",
        made: "the hand-in replaces the settings by steered ones",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["invalid_request", "settings.sandbox"],
        faces: Faces::Sample,
        go: go!(|w| {
            let finalize = json!({"settings": {"sandbox": {"face": "clear"}}});
            let thief = Visit::new(w.person().passport(), cast::jpeg(&cast::other()));
            w.visit(Visit { finalize, ..thief }).await
        }),
    },
    Attempt {
        attempt: "every face is the same",
        made: "a client of the default scope sets the largest distance of faces to 1",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["insufficient_scope"],
        faces: Faces::Sample,
        go: go!(|w| w.weigh("onboarding_face_encoding_tolerance", 1.0).await),
    },
    Attempt {
        attempt: "every score will do",
        made: "a client of the default scope sets the least score to 0",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["insufficient_scope"],
        faces: Faces::Sample,
        go: go!(|w| w.weigh("idv_session_tolerance", 0.0).await),
    },
    Attempt {
        attempt: "without consent",
        made: "pictures for a session whose person was not asked",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["consent_required"],
        faces: Faces::Sample,
        go: go!(|w| {
            let session = w.app.created().await;
            w.give(&session, &Visit::of(w.person())).await.unwrap_err()
        }),
    },
    Attempt {
        attempt: "without a face",
        made: "the hand-in of a document alone",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["incomplete", "liveness"],
        faces: Faces::Sample,
        go: go!(|w| {
            let session = w.app.consented().await;
            w.app.picture("front", &session, &w.person().passport()).await.ok();
            w.wait(45);
            w.hand_in(&session).await
        }),
    },
    Attempt {
        attempt: "frames without a question",
        made: "a capture that answers no liveness session",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["no_liveness_session"],
        faces: Faces::Sample,
        go: go!(|w| {
            let session = w.app.consented().await;
            w.frames_unasked(&session, &w.person().face()).await
        }),
    },
    Attempt {
        attempt: "another organization's session",
        made: "a stranger's token hands in a session that is not theirs",
        under: Under::Standard,
        ends: Ends::Refused,
        because: &["not_found"],
        faces: Faces::Sample,
        go: go!(|w| {
            let session = w.captured(&Visit::of(w.person())).await.unwrap();
            w.hand_in_as_stranger(&session).await
        }),
    },
];
