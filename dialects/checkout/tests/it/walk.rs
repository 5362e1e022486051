//! Ways of people through verifications, for all tests.

use std::io::Cursor;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use image::{ImageFormat, imageops};
use serde_json::{Value, json};

use crate::support::{Answer, App, id, sample};

pub const IDV: &str = "/identity-verifications";
pub const OPEN: &str = "/create-and-open-idv";
pub const FAV: &str = "/face-authentications";
pub const IDDV: &str = "/id-document-verifications";
pub const ADV: &str = "/address-document-verifications";
/// Of the policy that applies where none is set.
pub const BUILT_IN: &str = "usj_00000000000000000000000000";
pub const BACK: &str = "https://example.com/done?order=7";

/// The sample person as their passport says.
pub fn declared() -> Value {
    json!({"name": "Raphael John Hythloday", "birth_date": "1978-02-07"})
}

/// What makes a verification of an applicant with as little as there may be.
pub fn least(applicant: &Value) -> Value {
    json!({"applicant_id": applicant["id"], "declared_data": {"name": "Hannah Bret"}})
}

pub fn at(verification: &Value) -> String {
    let id = id(verification);
    let prefix = match id.split('_').next() {
        Some("idv") => IDV,
        Some("iddv") => IDDV,
        Some("adv") => ADV,
        _ => FAV,
    };
    format!("{prefix}/{id}")
}

pub fn attempts(verification: &Value) -> String {
    format!("{}/attempts", at(verification))
}

/// Where a person goes.
#[track_caller]
pub fn link(body: &Value) -> &str {
    body["_links"]["verification_url"]["href"].as_str().unwrap_or_else(|| panic!("no link in {body}"))
}

/// The numbers of its response codes.
#[track_caller]
pub fn codes(body: &Value) -> Vec<u64> {
    let all = body["response_codes"].as_array().unwrap_or_else(|| panic!("no codes in {body}"));
    all.iter().map(|told| told["code"].as_u64().unwrap()).collect()
}

impl App {
    /// A verification of the sample person that waits for its first attempt.
    pub async fn waiting(&self) -> Value {
        let applicant = self.applicant(json!({})).await;
        self.post(IDV, least(&applicant)).await.created()
    }

    /// As it stands now.
    pub async fn again(&self, verification: &Value) -> Value {
        self.get(&at(verification)).await.ok()
    }

    pub async fn attempt(&self, verification: &Value) -> Value {
        self.post(&attempts(verification), json!({"redirect_url": BACK})).await.created()
    }

    /// The sample person goes through an attempt with these pictures, hands in and is looked at.
    pub async fn goes_through(&self, link: &str, document: &[u8], face: &[u8]) {
        // Not more requests than a minute allows: the clock stands.
        self.clock.advance(60_000);
        let device = self.device(link).await;
        self.shows(&device, document, face).await;
        let answer = self.hands_in(&device).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.body);
    }

    /// A verification of the sample person who was declared to be this, after they went through it.
    pub async fn verified(&self, declared: Value, document: &[u8], face: &[u8]) -> Value {
        let body = json!({"declared_data": declared, "redirect_url": BACK});
        let opened = self.post(OPEN, body).await.created();
        self.goes_through(link(&opened), document, face).await;
        self.again(&opened).await
    }

    /// The sample person, approved.
    pub async fn approved(&self) -> Value {
        let verified = self.verified(declared(), &sample("passport.jpg"), &sample("selfie.jpg")).await;
        assert_eq!(verified["status"], "approved", "{verified:#}");
        verified
    }

    /// Who authenticates themselves shows a face alone.
    pub async fn shows_face(&self, device: &str, face: &[u8]) {
        const STEP: &str = "/capture/steps/biometric_face";
        self.clock.advance(60_000);
        let frames = json!([{"image": BASE64_STANDARD.encode(face), "at_ms": 900}]);
        for (path, body) in
            [(format!("{STEP}/challenge"), json!({})), (STEP.to_owned(), json!({ "frames": frames }))]
        {
            let answer = self.on_device(device, &path, body).await;
            assert!(answer.status.is_success(), "{path} {} {}", answer.status, answer.body);
        }
    }

    /// Opens a signed link, which needs no credential.
    pub async fn picture(&self, url: &str) -> Answer {
        let path = url.strip_prefix(crate::support::URL).unwrap();
        self.send(axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap()).await
    }
}

/// A picture too blurred to read.
pub fn blurred(jpeg: &[u8]) -> Vec<u8> {
    let picture = image::load_from_memory(jpeg).unwrap().to_rgb8();
    let mut out = Cursor::new(vec![]);
    imageops::blur(&picture, 9.0).write_to(&mut out, ImageFormat::Jpeg).unwrap();
    out.into_inner()
}
