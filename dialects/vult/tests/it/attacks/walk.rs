//! One organization on a server of its own, and people who come to it over HTTP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::StatusCode;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{
    cast::{self, Person},
    row::{Ends, Faces, Under},
};
use crate::support::{Answer, App};

/// A server with one organization.
pub struct Walk {
    pub app: App,
    faces: Faces,
}

/// One person at one camera, from the session to its result.
#[derive(Clone)]
pub struct Visit {
    /// What the session is created with.
    pub create: Value,
    pub declared: Option<&'static str>,
    pub front: Vec<u8>,
    pub back: Option<Vec<u8>>,
    /// Of the liveness capture.
    pub frames: Vec<Vec<u8>>,
    /// From the consent to the hand-in.
    pub seconds: i64,
    /// Facts about the device.
    pub device: Value,
    /// What is sent with the hand-in.
    pub finalize: Value,
}

impl Visit {
    pub fn new(front: Vec<u8>, face: Vec<u8>) -> Self {
        Self {
            create: json!({}),
            declared: None,
            front,
            back: None,
            frames: vec![face],
            seconds: 45,
            device: Value::Null,
            finalize: json!({}),
        }
    }

    /// Somebody with their own passport and their own face.
    pub fn of(person: &Person) -> Self {
        Self::new(person.passport(), person.face())
    }

    /// With both sides of a card.
    pub fn with([front, back]: [Vec<u8>; 2], face: Vec<u8>) -> Self {
        Self { back: Some(back), ..Self::new(front, face) }
    }
}

/// How a session stands at its end.
#[derive(Debug, Clone)]
pub struct Seen {
    pub ends: Ends,
    /// Codes, the gravest first.
    pub because: Vec<String>,
    pub session: String,
    /// The session as it is read.
    pub read: Value,
}

impl Seen {
    fn refused(session: &str, answer: &Answer) -> Self {
        let error = &answer.body["error"];
        let named = error["fields"].as_array().into_iter().flatten().filter_map(|f| f["field"].as_str());
        let because = error["code"].as_str().into_iter().chain(named).map(str::to_owned).collect();
        assert!(answer.status.is_client_error(), "{}: {}", answer.status, answer.body);
        Self { ends: Ends::Refused, because, session: session.to_owned(), read: Value::Null }
    }

    pub fn identity(&self) -> &str {
        self.read["identity_id"].as_str().unwrap_or_else(|| panic!("{:#}", self.read))
    }

    /// The same if it was approved: what comes after would prove nothing otherwise.
    #[track_caller]
    pub fn approved(self) -> Self {
        assert_eq!(self.ends, Ends::Approved, "the visit before: {:?} {:#}", self.because, self.read);
        self
    }
}

impl Walk {
    pub async fn start(faces: Faces, under: Under) -> Self {
        let app = App::start("sqlite").await;
        let walk = Self { app, faces };
        walk.come_from(1);
        if let Under::With(changes) = under {
            walk.set_policy(serde_json::from_str(changes).unwrap()).await;
        }
        walk
    }

    /// Who it is about: the sample person or, where there are more people, the first of them.
    pub fn person(&self) -> &'static Person {
        match self.faces {
            Faces::Sample => cast::sample(),
            Faces::Volunteers => cast::volunteer(0),
        }
    }

    /// Changes the organization's policy.
    async fn set_policy(&self, changes: Value) {
        let body = json!({"policy": changes, "accept_weaker": true});
        self.console("/console/policies", body).await;
    }

    /// Asks our own API, as an officer of the organization.
    async fn console(&self, path: &str, body: Value) -> Value {
        let answer = self.app.post_as("officer", &self.app.officer().await, path, body).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.body);
        answer.body
    }

    /// From which address requests come: each visitor has one of their own.
    fn come_from(&self, n: u8) {
        let _ = self.app.peer.set(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(93, 184, 216, n)), 443));
    }

    pub fn wait(&self, seconds: i64) {
        self.app.clock.advance(seconds * 1000);
    }

    /// Opens a session and gives everything but the hand-in; the refusal of a request where there is one.
    pub async fn captured(&self, visit: &Visit) -> Result<String, Seen> {
        let created = self.app.post("/idv/session/create", visit.create.clone()).await;
        if created.status != StatusCode::OK {
            return Err(Seen::refused("", &created));
        }
        let session = created.body["session_id"].as_str().unwrap().to_owned();
        let consent = json!({"session_id": session, "consented": true});
        self.app.post("/idv/sdk/consent/add", consent).await.ok();
        if !visit.device.is_null() {
            let facts = json!({"session_id": session, "sdk_metadata": visit.device});
            self.app.post("/idv/sdk/metadata/update", facts).await.ok();
        }
        self.give(&session, visit).await?;
        self.wait(visit.seconds);
        Ok(session)
    }

    /// Gives pictures to a session that is open.
    pub async fn give(&self, session: &str, visit: &Visit) -> Result<(), Seen> {
        let declared = visit.declared.map(|kind| json!({"session_id": session, "document_type_e": kind}));
        if let Some(declared) = declared {
            self.app.post("/idv/sdk/document/type/update", declared).await.ok();
        }
        let front = self.app.picture("front", session, &visit.front).await;
        self.taken(session, front)?;
        if let Some(back) = &visit.back {
            let back = self.app.picture("back", session, back).await;
            self.taken(session, back)?;
        }
        let frames: Vec<&[u8]> = visit.frames.iter().map(Vec::as_slice).collect();
        let live = self.app.liveness(session, &frames).await;
        self.taken(session, live)
    }

    fn taken(&self, session: &str, answer: Answer) -> Result<(), Seen> {
        if answer.status == StatusCode::OK { Ok(()) } else { Err(Seen::refused(session, &answer)) }
    }

    /// Hands in and waits for the result.
    pub async fn hand_in(&self, session: &str) -> Seen {
        self.hand_in_with(session, json!({})).await
    }

    async fn hand_in_with(&self, session: &str, body: Value) -> Seen {
        let mut answer = self.app.finalize_with("idv", session, body.clone()).await;
        // A busy machine says to ask again, as long as the checks run.
        for _ in 0..10 {
            if answer.status != StatusCode::SERVICE_UNAVAILABLE {
                break;
            }
            answer = self.app.finalize_with("idv", session, body.clone()).await;
        }
        if answer.status != StatusCode::OK {
            return Seen::refused(session, &answer);
        }
        self.read("idv", session).await
    }

    /// The whole way.
    pub async fn visit(&self, visit: Visit) -> Seen {
        match self.captured(&visit).await {
            Ok(session) => self.hand_in_with(&session, visit.finalize).await,
            Err(refused) => refused,
        }
    }

    /// Somebody with their own passport and their own face, who is approved.
    pub async fn approved(&self, person: &Person) -> Seen {
        let seen = self.visit(Visit::of(person)).await.approved();
        // Tokens end within the hour.
        self.wait(600);
        seen
    }

    /// Authenticates as somebody who is known.
    pub async fn authenticate(&self, identity: &str, create: Value, frames: &[Vec<u8>]) -> Seen {
        let mut new = create;
        new["identity_id"] = identity.into();
        let created = self.app.post("/ida/session/create", new).await;
        if created.status != StatusCode::OK {
            return Seen::refused("", &created);
        }
        let session = created.body["session_id"].as_str().unwrap().to_owned();
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let live = self.app.liveness_of("ida", &session, &frames).await;
        if live.status != StatusCode::OK {
            return Seen::refused(&session, &live);
        }
        self.wait(20);
        let answer = self.app.finalize_of("ida", &session).await;
        if answer.status != StatusCode::OK {
            return Seen::refused(&session, &answer);
        }
        self.read("ida", &session).await
    }

    /// Sends frames that nobody asked for.
    pub async fn frames_unasked(&self, session: &str, frame: &[u8]) -> Seen {
        let images = [BASE64_STANDARD.encode(frame)];
        let body = json!({"session_id": session, "latitude": 45.5, "longitude": -73.6, "images": images});
        let answer = self.app.post("/idv/sdk/liveness/session/process", body).await;
        Seen::refused(session, &answer)
    }

    /// Hands in as a client of another organization.
    pub async fn hand_in_as_stranger(&self, session: &str) -> Seen {
        let (client, token) = self.app.new_tenant("stranger").await;
        let body = json!({"session_id": session});
        let answer = self.app.post_as(&client, &token, "/idv/sdk/finalize", body).await;
        Seen::refused(session, &answer)
    }

    /// Sets one weight or tolerance.
    pub async fn weigh(&self, name: &str, value: f64) -> Seen {
        let mut weights = self.app.ask("/idv/weights").await.ok();
        weights[name] = value.into();
        let answer = self.app.post("/idv/weights", weights).await;
        Seen::refused("", &answer)
    }

    /// Puts a face, a number or a name on the organization's block list.
    pub async fn block(&self, mut what: Value) {
        what["reason"] = "reported by the police".into();
        self.console("/console/block-list", what).await;
    }

    /// How often a session's history tells of an event.
    pub fn events(&self, seen: &Seen, event: &str) -> usize {
        let history = seen.read["history"].as_array().unwrap();
        history.iter().filter(|e| e["event"] == event).count()
    }

    /// How a session stands. `of` is `idv` or `ida`.
    pub async fn read(&self, of: &str, session: &str) -> Seen {
        let read = self.app.post(&format!("/{of}/session/read"), json!({"session_id": session})).await.ok();
        let history = read["history"].as_array().unwrap();
        let last = |events: &[&str]| {
            history.iter().rev().find(|e| e["event"].as_str().is_some_and(|e| events.contains(&e)))
        };
        let decided = last(&["approved", "declined", "review_required", "retry_required", "inconclusive"]);
        let reasons = decided.map(|e| &e["detail"]["reasons"]).and_then(Value::as_array);
        let because = reasons.into_iter().flatten().filter_map(|r| r["code"].as_str());
        let word = if of == "idv" { &read["verified"] } else { &read["authenticated"] };
        let ends = match (read["status_e"].as_str().unwrap(), word.as_bool()) {
            ("complete", Some(true)) => Ends::Approved,
            ("complete", _) => Ends::Declined,
            ("temporarily_complete", _) => Ends::Review,
            ("in_progress" | "temporarily_blocked", _) => Ends::Again,
            _ => panic!("{read:#}"),
        };
        Seen {
            ends,
            because: because.map(str::to_owned).collect(),
            session: session.to_owned(),
            read: read.clone(),
        }
    }

    /// Imports a list of the house with these rows (`id,type,name,birth_date`), `days` ago.
    pub fn list(&self, rows: &str, days: i64) {
        let file = format!("id,type,name,birth_date\n{rows}\n").into_bytes();
        let store = bonafide_screening::snapshot::Store::new(self.app.folder.path().join("lists"));
        let at = self.app.engine.now().0 - days * 24 * 3600 * 1000;
        store.import("house", None, &[("house.csv".to_owned(), file)].into(), at, true).unwrap();
        // A change is seen within ten seconds.
        self.wait(20);
    }

    /// Cuts the installed list's file off.
    pub fn damage_list(&self) {
        let folder = self.app.folder.path().join("lists/house");
        let current = std::fs::read_to_string(folder.join("current")).unwrap();
        let file = folder.join(format!("{current}.jsonl"));
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() - 20]).unwrap();
        self.wait(20);
    }
}

/// Of two the one that fares worse; of equals, what either of them is told.
pub fn worse(mut one: Seen, two: Seen) -> Seen {
    let rank = |seen: &Seen| match seen.ends {
        Ends::Approved => 0,
        Ends::Again => 1,
        Ends::Review => 2,
        Ends::Declined => 3,
        Ends::Refused => 4,
    };
    if rank(&one) == rank(&two) {
        one.because.extend(two.because);
        return one;
    }
    if rank(&one) > rank(&two) { one } else { two }
}
