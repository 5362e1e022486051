//! Pictures by signed links: for a quarter of an hour, each for one picture.

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};

use crate::{
    support::{App, URL, id},
    walk::attempts,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_its_picture_for_a_quarter_of_an_hour_and_no_other() {
    let app = App::looking().await;
    let approved = app.approved().await;
    let attempt = app.get(&attempts(&approved)).await.ok()["data"][0].clone();
    let path = format!("{}/{}/assets", attempts(&approved), id(&attempt));
    let assets = app.get(&path).await.ok();
    assert_eq!(
        (&assets["total_count"], &assets["skip"], &assets["limit"]),
        (&json!(2), &json!(0), &json!(10))
    );
    assert_eq!(assets["_links"], json!({"self": {"href": format!("{URL}{path}?skip=0&limit=10")}}));
    let url = |asset: &Value| asset["_links"]["asset_url"]["href"].as_str().unwrap().to_owned();
    let types: Vec<&Value> = assets["data"].as_array().unwrap().iter().map(|asset| &asset["type"]).collect();
    assert_eq!(types, ["document_front_image", "face_image"]);
    let (front, face) = (url(&assets["data"][0]), url(&assets["data"][1]));
    let second = app.get(&format!("{path}?skip=1&limit=1")).await.ok();
    assert_eq!(second["data"], json!([assets["data"][1]]));
    assert_eq!(app.get(&format!("{path}?skip=2")).await.ok()["data"], json!([]));
    assert_eq!(app.get(&format!("{path}?skip=x")).await.invalid(), ["skip__out_of_range"]);

    let (shown, portrait) = (app.picture(&front).await, app.picture(&face).await);
    assert_eq!((shown.status, portrait.status), (StatusCode::OK, StatusCode::OK));
    assert_ne!(shown.bytes, portrait.bytes);
    // Anything else than the link as it was made is refused, and names nothing.
    let (before, query) = front.split_once('?').unwrap();
    let (other, _) = face.split_once('?').unwrap();
    let signature = query.rsplit_once('=').unwrap().1.to_owned();
    let turned = if signature.ends_with('0') { "1" } else { "0" };
    let expires: i64 = query.trim_start_matches("expires=").split_once('&').unwrap().0.parse().unwrap();
    for changed in [
        format!("{other}?{query}"),
        format!("{before}?expires={}&signature={signature}", expires + 1),
        format!("{before}?expires=999999999999&signature={signature}"),
        format!("{before}?expires={expires}&signature={}{turned}", &signature[..63]),
        front.replace("/assets/", "/assets/0"),
        front.replace(before.rsplit_once('/').unwrap().1, "none"),
    ] {
        assert_eq!(
            app.picture(&changed).await.refused(403, "authentication_error"),
            ["link_invalid"],
            "{changed}"
        );
    }
    for (broken, code) in [
        (before.to_owned(), "expires__required"),
        (format!("{before}?expires={expires}"), "signature__required"),
        (format!("{before}?expires=soon&signature={signature}"), "expires__invalid"),
        (format!("{before}?expires={expires}&signature=abc"), "signature__too_short"),
    ] {
        let told = app.picture(&broken).await.invalid();
        assert!(told.contains(&code.to_owned()), "{told:?} instead of {code}");
    }
    app.clock.advance(15 * 60_000 - 1_000);
    assert_eq!(app.picture(&front).await.status, StatusCode::OK);
    app.clock.advance(1_000);
    for over in [&front, &face] {
        assert_eq!(app.picture(over).await.refused(403, "authentication_error"), ["link_invalid"]);
    }
    // Who asks anew gets new links.
    let fresh = url(&app.get(&path).await.ok()["data"][0]);
    assert_ne!(fresh, front);
    assert_eq!(app.picture(&fresh).await.bytes, shown.bytes);
    // Who may only write is shown nothing.
    let writer = app.new_key("verifications:write").await;
    app.ask("GET", &writer, &path, None).await.refused(403, "authentication_error");
}

/// From an address that guessed too often no link is looked at, unless it was good a moment ago.
#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_links_too_often_does_not_reach_the_database() {
    let app = App::looking().await;
    let approved = app.approved().await;
    let attempt = app.get(&attempts(&approved)).await.ok()["data"][0].clone();
    let assets = app.get(&format!("{}/{}/assets", attempts(&approved), id(&attempt))).await.ok();
    let url = |n: usize| {
        let url = assets["data"][n]["_links"]["asset_url"]["href"].as_str().unwrap();
        url.strip_prefix(URL).unwrap().to_owned()
    };
    let (seen, unseen) = (url(0), url(1));
    let look = async |path: &str| {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        let address: std::net::SocketAddr = ([192, 0, 2, 1], 4000).into();
        request.extensions_mut().insert(ConnectInfo(address));
        app.send(request).await.status
    };
    assert_eq!(look(&seen).await, StatusCode::OK);
    let (before, _) = seen.split_once("&signature=").unwrap();
    let guessed = |n: usize| format!("{before}&signature={n:064x}");
    for n in 0..60 {
        assert_eq!(look(&guessed(n)).await, StatusCode::FORBIDDEN);
    }
    assert_eq!(look(&guessed(60)).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!((look(&unseen).await, look(&seen).await), (StatusCode::TOO_MANY_REQUESTS, StatusCode::OK));
    app.clock.advance(1_000);
    assert_eq!(look(&unseen).await, StatusCode::OK);
}
