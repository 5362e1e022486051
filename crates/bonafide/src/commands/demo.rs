//! `bonafide demo`: one person through a running server's API, the way an integrator's program would.

use std::{path::PathBuf, time::Duration};

use reqwest::{Client, multipart};
use serde_json::{Value, json};

use super::CommandResult;
use crate::{config::block_on, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the server is
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    #[arg(long)]
    client_id: String,
    #[arg(long, env = "BONAFIDE_CLIENT_SECRET", hide_env_values = true)]
    client_secret: String,
    /// The front of the document
    #[arg(long, value_name = "FILE")]
    front: PathBuf,
    /// The back of the document
    #[arg(long, value_name = "FILE")]
    back: Option<PathBuf>,
    /// A picture of the person
    #[arg(long, value_name = "FILE")]
    selfie: PathBuf,
    /// Print the session, the document and the tests as JSON
    #[arg(long)]
    json: bool,
}

type Failure = Box<dyn std::error::Error>;

struct Api {
    client: Client,
    url: String,
    client_id: String,
    token: String,
}

impl Api {
    async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        answer(path, request.header("X-Client-Id", &self.client_id).json(&body).send().await?).await
    }

    async fn picture(&self, path: &str, session: &str, file: &PathBuf) -> Result<Value, Failure> {
        let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        let form = multipart::Form::new()
            .text("session_id", session.to_owned())
            .text("latitude", "52.52")
            .text("longitude", "13.40")
            .part("image", multipart::Part::bytes(bytes).file_name("image"));
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        answer(path, request.header("X-Client-Id", &self.client_id).multipart(form).send().await?).await
    }
}

async fn answer(path: &str, response: reqwest::Response) -> Result<Value, Failure> {
    let status = response.status();
    let text = response.text().await?;
    if !status.is_success() {
        return Err(format!("{path} answered {status}: {text}").into());
    }
    Ok(serde_json::from_str(&text)?)
}

pub(crate) fn run(args: Args) -> CommandResult {
    block_on(go(args))
}

async fn go(args: Args) -> Result<(), Failure> {
    #[expect(
        clippy::disallowed_methods,
        reason = "talks to the server that the person at the keyboard named"
    )]
    let client = Client::builder().timeout(Duration::from_secs(120)).build()?;
    let url = args.url.trim_end_matches('/').to_owned();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &args.client_id),
        ("client_secret", &args.client_secret),
    ];
    let token =
        answer("/oauth2/token", client.post(format!("{url}/oauth2/token")).form(&form).send().await?).await?;
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let api =
        Api { client, url: url.clone(), client_id: args.client_id, token: text(&token, "access_token") };
    let said = |line: &str| {
        if !args.json {
            output::line!("  {line}");
        }
    };

    let created = api.post("/idv/session/create", json!({"metadata": {"demo": true}})).await?;
    let session = text(&created, "session_id");
    said(&format!("session {session} created"));
    api.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await?;
    said("the person consented");
    api.picture("/idv/sdk/document/front/add", &session, &args.front).await?;
    if let Some(back) = &args.back {
        api.picture("/idv/sdk/document/back/add", &session, back).await?;
    }
    said("document handed over");
    let place = json!({"session_id": session, "latitude": 52.52, "longitude": 13.40});
    api.post("/idv/sdk/liveness/session/generate", place.clone()).await?;
    let selfie =
        std::fs::read(&args.selfie).map_err(|e| format!("cannot read {}: {e}", args.selfie.display()))?;
    let mut frames = place;
    frames["images"] = json!([base64::Engine::encode(&base64::prelude::BASE64_STANDARD, selfie)]);
    api.post("/idv/sdk/liveness/session/process", frames).await?;
    said("face captured");
    let result = api.post("/idv/sdk/finalize", json!({"session_id": session})).await?;
    said("checked\n");

    let this = json!({"session_id": session});
    let read = api.post("/idv/session/read", this.clone()).await?;
    let document = api.post("/idv/document/read", this.clone()).await?;
    let tests = api.post("/idv/session/test/read", this).await?;
    if args.json {
        output::json(&json!({"result": result, "session": read, "document": document, "tests": tests}))?;
        return Ok(());
    }
    output::line!("What was read (POST /idv/document/read)\n");
    values(&document);
    output::line!(
        "\nWhat was found (POST /idv/session/test/read; the full list is in the session's history)\n"
    );
    values(&tests);
    output::line!("\nThe session (POST /idv/session/read)\n");
    for name in
        ["status_e", "verified", "score", "liveness_detected", "ofac_status_e", "created_at", "completed_at"]
    {
        output::line!("  {name:<36} {}", read.get(name).map_or("–".into(), plain));
    }
    let decided = read["history"].as_array().and_then(|h| h.last()).cloned().unwrap_or_default();
    output::line!("\nDecision: {}", text(&decided, "event"));
    for reason in decided["detail"]["reasons"].as_array().into_iter().flatten() {
        output::line!("  - {}: {}", text(reason, "code"), text(reason, "detail"));
    }
    output::line!(
        "\nLinks\n  API document  {url}/openapi/vult.json\n  health        {url}/health\n  session id    {session}"
    );
    Ok(())
}

fn values(object: &Value) {
    for (name, value) in object.as_object().into_iter().flatten() {
        output::line!("  {name:<36} {}", plain(value));
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
