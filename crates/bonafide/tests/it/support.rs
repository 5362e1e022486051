//! The real binary, started the way an operator starts it, and its API called over HTTP.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

pub const BINARY: &str = env!("CARGO_BIN_EXE_bonafide");

/// Latitude and longitude of who is verified, in more digits than a duration in the log has: both are searched for there.
pub const PLACE: (f64, f64) = (45.508_953_71, -73.687_214_39);

pub use bonafide_testkit::data::sample;

/// An installation: a data directory and, for PostgreSQL, a database.
pub struct Installation {
    pub folder: tempfile::TempDir,
    pub database: Option<String>,
    pub client_id: String,
    pub client_secret: String,
    /// For everyday work, of the organization of the client.
    pub api_key: String,
}

impl Installation {
    pub fn new(database: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (client_id, client_secret, api_key) = Default::default();
        let mut new = Self { folder, database, client_id, client_secret, api_key };
        let made = new.command().args(["oauth-clients", "create", "--json"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        new.client_id = made["client_id"].as_str().unwrap().to_owned();
        new.client_secret = made["client_secret"].as_str().unwrap().to_owned();
        let made = new.command().args(["keys", "create", "--json"]).output().unwrap();
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        new.api_key = made["key"].as_str().unwrap().to_owned();
        new
    }

    /// Another data directory, still empty, for the same client.
    pub fn empty(of: &Self) -> Self {
        let (client_id, client_secret) = (of.client_id.clone(), of.client_secret.clone());
        let folder = tempfile::tempdir().unwrap();
        Self { folder, database: None, client_id, client_secret, api_key: of.api_key.clone() }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        command.env("BONAFIDE_DATA_DIR", self.data()).env("BONAFIDE_JOB_LEASE_S", "3").env_remove("RUST_LOG");
        if let Some(database) = &self.database {
            command.env("BONAFIDE_DATABASE", database);
        }
        command
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts a server on a free port and waits until it serves.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with these in the environment.
    pub fn serve_with(&self, environment: &[(&str, &str)]) -> Server {
        self.serve_as(environment, &[])
    }

    /// A server that goes on when it gets this signal.
    pub fn serve_ignoring(&self, signal: &str) -> Server {
        let mut shell = Command::new("sh");
        let ours = self.command();
        shell.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.args(["-c", &format!("trap '' {signal}; exec \"$@\""), "sh", BINARY]);
        Self::start(shell, &[])
    }

    /// The same with further arguments.
    pub fn serve_as(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Server {
        let mut command = self.command();
        command.envs(environment.iter().copied());
        Self::start(command, arguments)
    }

    fn start(mut command: Command, arguments: &[&str]) -> Server {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--json"])
            .args(arguments)
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut log, mut metrics) = (String::new(), None);
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the server stopped: {log}") };
            log += &line;
            log.push('\n');
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = entry["fields"]["metrics"].as_str() {
                metrics = Some(format!("http://{address}"));
            }
            if let Some(address) = entry["fields"]["listen"].as_str() {
                break address.to_owned();
            }
        };
        // Keep reading, so that the server never waits for us.
        let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        Server { child, url: format!("http://{address}"), metrics, log: Some(rest) }
    }
}

pub struct Server {
    child: Child,
    pub url: String,
    /// Where what was counted is served, where that was asked for.
    pub metrics: Option<String>,
    log: Option<std::thread::JoinHandle<String>>,
}

impl Server {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Until it ended by itself. Returns what was logged.
    pub fn wait(mut self) -> String {
        let _ = self.child.wait();
        self.log.take().map(|log| log.join().unwrap_or_default()).unwrap_or_default()
    }

    /// SIGTERM. How it ended, and what was logged.
    pub fn terminate(mut self) -> (ExitStatus, String) {
        let told = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().unwrap();
        assert!(told.success());
        let ended = self.child.wait().unwrap();
        (ended, self.end())
    }

    /// SIGKILL: no chance to tidy up. Returns what was logged.
    pub fn kill(mut self) -> String {
        self.end()
    }

    fn end(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.log.take().map(|log| log.join().unwrap_or_default()).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// An integrator's program.
pub struct Client {
    http: reqwest::Client,
    url: String,
    client_id: String,
    token: String,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Client {
    pub async fn connect(server: &Server, installation: &Installation) -> Self {
        #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
        let http = reqwest::Client::builder().timeout(Duration::from_secs(90)).build().unwrap();
        let (id, secret) = (installation.client_id.as_str(), installation.client_secret.as_str());
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        let answer = http.post(format!("{}/oauth2/token", server.url)).form(&form).send().await.unwrap();
        let token: Value = answer.json().await.unwrap();
        let token = token["access_token"].as_str().unwrap().to_owned();
        Self { http, url: server.url.clone(), client_id: id.to_owned(), token }
    }

    /// The same with an idempotency key.
    pub async fn post_as(&self, key: &str, path: &str, body: Value) -> Result<(u16, Value), Failure> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.header("Idempotency-Key", key).json(&body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The answer's status and body; an error when there was none (the server was killed).
    pub async fn post(&self, path: &str, body: Value) -> Result<(u16, Value), Failure> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let answer = request.header("X-Client-Id", &self.client_id).json(&body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// An answer that is no JSON.
    pub async fn bytes(&self, path: &str, body: Value) -> Result<Vec<u8>, Failure> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        Ok(request.json(&body).send().await?.bytes().await?.to_vec())
    }

    /// A request, to be sent.
    pub fn request(&self, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        request.header("X-Client-Id", &self.client_id).json(body)
    }

    /// The session of a person who was verified.
    pub async fn verified(&self) -> String {
        let (_, created) = self.post("/idv/session/create", json!({})).await.unwrap();
        let session = created["session_id"].as_str().unwrap().to_owned();
        let read = self.carry_on(&session).await.unwrap();
        assert_eq!(read["verified"], true, "{read}");
        session
    }

    pub async fn document(&self, session: &str, side: &str, file: &Path) -> Result<(u16, Value), Failure> {
        let form = reqwest::multipart::Form::new()
            .text("session_id", session.to_owned())
            .text("latitude", PLACE.0.to_string())
            .text("longitude", PLACE.1.to_string())
            .part("image", reqwest::multipart::Part::bytes(std::fs::read(file)?).file_name("a.jpg"));
        let request =
            self.http.post(format!("{}/idv/sdk/document/{side}/add", self.url)).bearer_auth(&self.token);
        let answer = request.header("X-Client-Id", &self.client_id).multipart(form).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    pub async fn read(&self, session: &str) -> Result<Value, Failure> {
        Ok(self.post("/idv/session/read", json!({"session_id": session})).await?.1)
    }

    /// Takes the session from wherever it stands to its result, as a patient integrator would.
    pub async fn carry_on(&self, session: &str) -> Result<Value, Failure> {
        self.hand_in(session).await?;
        let this = json!({"session_id": session});
        for _ in 0..5 {
            let read = self.read(session).await?;
            if read["status_e"] != "in_progress" {
                return Ok(read);
            }
            self.post("/idv/sdk/finalize", this.clone()).await?;
        }
        self.read(session).await
    }

    /// Gives what is not given yet: consent, document and selfie.
    pub async fn hand_in(&self, session: &str) -> Result<(), Failure> {
        let this = json!({"session_id": session});
        let (_, state) = self.post("/idv/sdk/session/read", this.clone()).await?;
        if state["consented"] == false {
            self.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await?;
        }
        if state["document_front_given"] == false {
            self.document(session, "front", &sample("passport.jpg")).await?;
        }
        if state["selfie_given"] == false {
            let mut body = json!({"session_id": session, "latitude": PLACE.0, "longitude": PLACE.1});
            self.post("/idv/sdk/liveness/session/generate", body.clone()).await?;
            body["images"] = json!([BASE64_STANDARD.encode(std::fs::read(sample("selfie.jpg"))?)]);
            self.post("/idv/sdk/liveness/session/process", body).await?;
        }
        Ok(())
    }
}
