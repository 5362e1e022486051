//! Verifications of ID documents by pictures that the organization hands in.

mod files;
mod looked_at;
mod rules;

use axum::{
    body::Body,
    http::{Request, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bonafide_engine::jobs;
use serde_json::{Value, json};

use crate::{
    support::{Answer, App, id},
    walk::{BUILT_IN, IDDV, attempts},
};

pub fn new(applicant: &Value) -> Value {
    json!({"applicant_id": applicant["id"], "user_journey_id": BUILT_IN})
}

pub fn base64(file: &[u8]) -> String {
    BASE64_STANDARD.encode(file)
}

/// A part of a form: its name, the name and type of its file or neither, and what it holds.
pub type Part<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a [u8]);

impl App {
    /// A verification of a document that waits for its pictures.
    pub async fn of_document(&self, more: Value) -> Value {
        let mut body = new(&self.applicant(json!({})).await);
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.post(IDDV, body).await.created()
    }

    /// Hands in, and runs the checks.
    pub async fn brings(&self, made: &Value, body: Value) -> Value {
        // Not more requests than a minute allows: the clock stands.
        self.clock.advance(60_000);
        let attempt = self.post(&attempts(made), body).await.created();
        jobs::run_pending(&self.engine).await.unwrap();
        attempt
    }

    /// The same in a form, whatever kind of document it is.
    pub async fn brings_form(&self, made: &Value, parts: &[Part<'_>]) -> Answer {
        const LINE: &str = "----------bonafide-test";
        self.clock.advance(60_000);
        let mut body = vec![];
        for (name, file, holds) in parts {
            let file = file.map(|(file, kind)| format!("; filename=\"{file}\"\r\nContent-Type: {kind}"));
            let head = format!(
                "--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
                file.unwrap_or_default()
            );
            body.extend([head.as_bytes(), holds, b"\r\n"].concat());
        }
        body.extend(format!("--{LINE}--\r\n").as_bytes());
        let request = Request::post(attempts(made))
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={LINE}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .body(Body::from(body));
        let answer = self.send(request.unwrap()).await;
        jobs::run_pending(&self.engine).await.unwrap();
        answer
    }

    pub async fn last(&self, made: &Value) -> Value {
        self.get(&attempts(made)).await.ok()["data"][0].clone()
    }

    pub async fn asset_types(&self, made: &Value) -> Vec<String> {
        let last = id(&self.last(made).await);
        let assets = self.get(&format!("{}/{last}/assets", attempts(made))).await.ok();
        let types = assets["data"].as_array().unwrap().iter();
        types.map(|asset| asset["type"].as_str().unwrap().to_owned()).collect()
    }
}

pub fn words(suffixes: &[&str]) -> Vec<String> {
    suffixes.iter().map(|suffix| format!("id_document_verification_{suffix}")).collect()
}
