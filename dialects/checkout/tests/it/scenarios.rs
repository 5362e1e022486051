//! The vendor's sandbox scenarios, walked as its customers do.

use bonafide_testkit::on_both;
use serde_json::{Value, json};

use crate::{
    support::{Answer, App, id, sample},
    walk::{BUILT_IN, FAV, IDV, attempts, codes, link},
};

on_both!(
    each_kind_of_scenario_comes_true,
    what_cannot_come_true_is_refused,
    an_authentication_goes_the_same_way
);

/// An id that begins so.
fn scenario(start: &str) -> String {
    format!("eaplt_{start:0<26}")
}

impl App {
    /// The verification of an applicant with this id.
    async fn known_as(&self, external_id: &str) -> Value {
        let applicant = self.applicant(json!({"external_applicant_id": external_id})).await;
        self.post(IDV, crate::walk::least(&applicant)).await.created()
    }

    /// A person goes through another attempt, with pictures that do not matter: what handing in was answered.
    async fn tries(&self, verification: &Value) -> Answer {
        // Not more requests than a minute allows: the clock stands.
        self.clock.advance(60_000);
        let made = self.attempt(verification).await;
        let device = self.device(link(&made)).await;
        let picture = sample("selfie.jpg");
        if id(verification).starts_with("idv_") {
            self.shows(&device, &picture, &picture).await;
        } else {
            self.shows_face(&device, &picture).await;
        }
        self.hands_in(&device).await
    }

    /// How it stands, and how its last attempt does: status and numbers of each.
    async fn stands(&self, verification: &Value) -> [(String, Vec<u64>); 2] {
        let read = self.again(verification).await;
        let last = self.get(&attempts(verification)).await.ok()["data"][0].clone();
        [read, last].map(|body| (body["status"].as_str().unwrap().to_owned(), codes(&body)))
    }

    #[track_caller]
    fn expect(
        found: [(String, Vec<u64>); 2],
        verification: (&str, &[u64]),
        attempt: (&str, &[u64]),
        of: &str,
    ) {
        let expected = [verification, attempt].map(|(status, codes)| (status.to_owned(), codes.to_vec()));
        assert_eq!(found, expected, "{of}");
    }
}

async fn each_kind_of_scenario_comes_true(app: &App) {
    let completed = ("completed", &[][..]);
    let id = scenario("10000");
    let approved = app.known_as(&id).await;
    app.tries(&approved).await.accepted();
    App::expect(app.stands(&approved).await, ("approved", &[10000]), completed, &id);

    let id = scenario("62304");
    let declined = app.known_as(&id).await;
    app.tries(&declined).await.accepted();
    App::expect(app.stands(&declined).await, ("declined", &[62304]), completed, &id);

    for (end, last) in [("1", ("approved", &[10000][..])), ("62101", ("declined", &[62101]))] {
        let id = scenario(&format!("61302I{end}"));
        let idv = app.known_as(&id).await;
        app.tries(&idv).await.accepted();
        let first = ("checks_inconclusive", &[61302][..]);
        App::expect(app.stands(&idv).await, ("retry_required", &[61302]), first, &id);
        app.tries(&idv).await.accepted();
        App::expect(app.stands(&idv).await, last, completed, &id);

        let id = scenario(&format!("61113A{end}"));
        let idv = app.known_as(&id).await;
        let refused = app.tries(&idv).await;
        assert_eq!((refused.status.as_u16(), &refused.body["code"]), (409, &json!("capture_aborted")));
        let first = ("capture_aborted", &[61113][..]);
        App::expect(app.stands(&idv).await, ("retry_required", &[61113]), first, &id);
        app.tries(&idv).await.accepted();
        App::expect(app.stands(&idv).await, last, completed, &id);
        let told = app.events(&crate::support::id(&idv)).await;
        let words: Vec<&str> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
        let expected = [
            "created",
            "opened",
            "started",
            "capture_aborted",
            "retry_requested",
            "capture_completed",
            "checks_completed",
            "report_created",
        ];
        assert_eq!(words, expected.map(|word| format!("identity_verification_{word}")));
        let data = &told[3]["data"];
        assert_eq!(
            (&data["status"], &data["response_codes"]),
            (&json!("retry_required"), &json!([{"code": 61113, "summary": "camera_access_refused"}]))
        );
    }
}

impl Answer {
    #[track_caller]
    fn accepted(self) {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
    }
}

/// The numbers that a refusal says a scenario may have: to abort with, to be inconclusive with, to decline with.
async fn numbers(app: &App) -> [Vec<u64>; 3] {
    let refused = app.post("/applicants", json!({"external_applicant_id": scenario("62000")})).await;
    let message = refused.body["message"].as_str().unwrap().to_owned();
    assert_eq!(refused.invalid(), ["external_applicant_id__invalid"]);
    ["61XXXA1 or 61XXXA62XXX with ", "61XXXI1 or 61XXXI62XXX with ", "62XXX0 with "].map(|before| {
        let after = message.split_once(before).unwrap_or_else(|| panic!("no {before} in {message}")).1;
        let list = after.split(';').next().unwrap();
        list.split(", ").map(|number| number.trim().parse().unwrap()).collect()
    })
}

/// Every number that is said to be possible is what the verification answers, and nothing beside it.
#[tokio::test(flavor = "multi_thread")]
async fn every_number_comes_true() {
    let app = App::start("sqlite").await;
    let [aborted, inconclusive, declined] = numbers(&app).await;
    assert_eq!([aborted.len(), inconclusive.len(), declined.len()], [7, 14, 12]);
    for number in declined {
        let id = scenario(&number.to_string());
        let idv = app.known_as(&id).await;
        app.tries(&idv).await.accepted();
        App::expect(app.stands(&idv).await, ("declined", &[number]), ("completed", &[]), &id);
    }
    for number in inconclusive {
        let id = scenario(&format!("{number}I1"));
        let idv = app.known_as(&id).await;
        app.tries(&idv).await.accepted();
        let first = ("checks_inconclusive", &[number][..]);
        App::expect(app.stands(&idv).await, ("retry_required", &[number]), first, &id);
    }
    for number in aborted {
        let id = scenario(&format!("{number}A1"));
        let idv = app.known_as(&id).await;
        assert_eq!(app.tries(&idv).await.status, 409);
        let first = ("capture_aborted", &[number][..]);
        App::expect(app.stands(&idv).await, ("retry_required", &[number]), first, &id);
    }
}

async fn what_cannot_come_true_is_refused(app: &App) {
    let applicants = async |start: &str| {
        app.post("/applicants", json!({"external_applicant_id": format!("eaplt_{start}")})).await
    };
    for start in [
        "61904I10000000000000000000",
        "61301A10000000000000000000",
        "61113I10000000000000000000",
        "61302I62999000000000000000",
        "62321000000000000000000000",
        "61303A10000000000000000000",
        "1000000000000000000000000",
        "61302I2",
    ] {
        assert_eq!(applicants(start).await.invalid(), ["external_applicant_id__invalid"], "{start}");
    }
    for start in ["01kt1gw6g0fmj99z5sfwzpmy4a", "", "63001000000000000000000000"] {
        applicants(start).await.created();
    }
}

/// A known person comes again.
async fn an_authentication_goes_the_same_way(app: &App) {
    let wanted = |applicant: &Value| json!({"applicant_id": applicant, "user_journey_id": BUILT_IN});
    let id = scenario("61410I1");
    let idv = app.known_as(&id).await;
    for _ in 0..2 {
        app.tries(&idv).await.accepted();
    }
    assert_eq!(app.again(&idv).await["status"], "approved");
    let fav = app.post(FAV, wanted(&idv["applicant_id"])).await.created();
    app.tries(&fav).await.accepted();
    let first = ("checks_inconclusive", &[61410][..]);
    App::expect(app.stands(&fav).await, ("retry_required", &[61410]), first, &id);
    app.tries(&fav).await.accepted();
    App::expect(app.stands(&fav).await, ("approved", &[10000]), ("completed", &[]), &id);

    // A document is no part of it.
    let idv = app.known_as(&scenario("61302I1")).await;
    for _ in 0..2 {
        app.tries(&idv).await.accepted();
    }
    assert_eq!(app.post(FAV, wanted(&idv["applicant_id"])).await.invalid(), ["applicant_id__invalid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_sandbox_it_is_an_id_like_any_other() {
    let app = App::of("sqlite", Default::default(), false).await;
    for start in ["62000", "61901I1", "10000"] {
        let idv = app.known_as(&scenario(start)).await;
        app.tries(&idv).await.accepted();
        // Nothing could be checked here: a human looks.
        assert_eq!(app.again(&idv).await["status"], "checks_in_progress", "{start}");
    }
}
