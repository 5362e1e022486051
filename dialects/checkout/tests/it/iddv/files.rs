//! Files that show nothing.

use serde_json::json;

use super::{Part, base64, words};
use crate::{
    pdf::{pdf, protected},
    support::{App, id, sample},
    walk::attempts,
};

#[tokio::test]
async fn files_that_show_nothing_are_refused() {
    let app = App::start("sqlite").await;
    let made = app.of_document(json!({})).await;
    let card = sample("card_front.jpg");
    let (front, half) = (base64(&card), &card[..card.len() / 2]);
    let wide = [0.0, 0.0, 595.0, 842.0];
    let broken = b"%PDF-1.7\nnothing".as_slice();
    for (body, expected) in [
        (json!({}), "document_front__required"),
        (json!({"document_front": ""}), "document_front__too_short"),
        (json!({"document_front": 7}), "document_front__invalid_type"),
        (json!({"document_front": "no base64!"}), "document_front__invalid_format"),
        (json!({"document_front": base64(b"hello")}), "document_front__invalid_format"),
        (json!({"document_front": base64(half)}), "document_front__invalid_format"),
        (json!({"document_front": base64(broken)}), "document_front__invalid_format"),
        (
            json!({"document_front": base64(&protected(&[&[(&card, wide)]]))}),
            "document_front__invalid_format",
        ),
        (json!({"document_front": base64(&pdf(&[]))}), "document_front__invalid_format"),
        (json!({"document_front": front, "document_back": "data:,"}), "document_back__invalid_format"),
        (json!({"document_front": front, "document_back": base64(broken)}), "document_back__invalid_format"),
        (json!({"document_front": front, "document_type": "Library card"}), "document_type__invalid"),
        (
            json!({"document_front": front, "document_issuing_country": "ZZ"}),
            "document_issuing_country__invalid_format",
        ),
        (
            json!({"document_front": front, "document_issuing_country": "FRA"}),
            "document_issuing_country__too_long",
        ),
        (
            json!({"document_front": front, "document_issuing_country_subdivision": "California"}),
            "document_issuing_country_subdivision__too_long",
        ),
        (json!({"document_front": "A".repeat(14_000_000)}), "document_front__too_long"),
    ] {
        app.clock.advance(60_000);
        let told = app.post(&attempts(&made), body).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{told:?} instead of {expected}");
    }
    let picture = Some(("a.jpg", "image/jpeg"));
    let parts: [(&[Part<'_>], &str); 6] = [
        (&[("document_back", picture, &card)], "document_front__required"),
        (&[("document_front", picture, b"")], "document_front__invalid_format"),
        (&[("document_front", picture, &card), ("document_type", None, b"Card")], "document_type__invalid"),
        (
            &[("document_front", picture, &card), ("document_issuing_country", None, b"zz")],
            "document_issuing_country__invalid_format",
        ),
        (
            &[("document_front", picture, &card), ("document_issuing_country_subdivision", None, b"?")],
            "document_issuing_country_subdivision__invalid",
        ),
        (&[("document_front", picture, &vec![7; (10 << 20) + 1])], "document_front__too_long"),
    ];
    for (parts, expected) in parts {
        let told = app.brings_form(&made, parts).await.invalid();
        assert!(told.contains(&expected.to_owned()), "{told:?} instead of {expected}");
    }
    app.clock.advance(60_000);
    assert_eq!(app.get(&attempts(&made)).await.ok()["total_count"], 0, "nothing of it was made");
    assert_eq!(app.again(&made).await["status"], "created");
    assert_eq!(app.told(&id(&made)).await, words(&["created"]));
}
