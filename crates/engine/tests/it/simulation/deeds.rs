//! What people, integrators, reviewers and the workers of the server do.

use std::{path::PathBuf, sync::Arc};

use bonafide_core::{
    document::Side,
    evidence::Position,
    id::VerificationId,
    policy::Exhausted,
    recapture::Capture,
    review::{Grounds, Verdict},
    step::{StepData, StepKind, StepState},
    verification::{Kind, Status},
};
use bonafide_engine::{
    Caller, Engine, Error, Result, deliver,
    evidence::{self, Picture},
    housekeeping,
    idempotency::{self, Known},
    identities, jobs, reviews, steps,
    verifications::{self, NewVerification},
};
use bonafide_screening::{lists::Files, snapshot::Store};
use bonafide_testkit::world::FixedClock;
use serde_json::{Value, json};

use super::{facts::Fact, world::Dice};

/// In everything that people say here, and nowhere in a file.
pub const CANARY: &str = "Quetzalcoatl";

const PLACE: Position = Position { latitude: 45.5, longitude: -73.6 };

/// What a session is created with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Asked for beside, or in the place of, document and face.
    words: bool,
    pictures: bool,
    /// A word of the sandbox that is not `clear`.
    steered: Option<(&'static str, &'static str)>,
    block: bool,
    screening: bool,
    days: Option<u32>,
}

const STEERED: [(&str, &str); 8] = [
    ("face", "mismatch"),
    ("liveness", "too_dark"),
    ("document", "glare"),
    ("document", "expired"),
    ("document", "number_of_another"),
    ("screening", "possible_hit"),
    ("decision", "review"),
    ("decision", "timeout"),
];

impl Plan {
    pub fn draw(dice: &Dice) -> Self {
        let words = dice.below(4) == 0;
        Self {
            words,
            pictures: !words || dice.below(2) == 0,
            steered: (dice.below(2) == 0).then(|| dice.one_of(&STEERED)),
            block: dice.below(3) == 0,
            screening: dice.below(6) == 0,
            days: (dice.below(4) == 0).then_some(1),
        }
    }

    fn asked(self) -> NewVerification {
        let mut steered = json!({"document": "clear", "face": "clear", "liveness": "clear"});
        if !self.screening {
            steered["screening"] = json!("clear");
        }
        if let Some((step, word)) = self.steered {
            steered[step] = json!(word);
        }
        let words = [StepKind::Person, StepKind::Consent];
        let pictures = [StepKind::Document, StepKind::BiometricFace];
        let asked = [(self.words, words), (self.words && self.pictures, pictures)];
        NewVerification {
            steps: asked.into_iter().filter(|(asked, _)| *asked).flat_map(|(_, kinds)| kinds).collect(),
            settings: json!({ "sandbox": steered }),
            metadata: json!({ "name": CANARY }),
            exhausted: if self.block { Exhausted::Block } else { Exhausted::Review },
            screening: self.screening,
            lifetime_days: self.days,
            ..NewVerification::default()
        }
    }
}

/// One thing that is done.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// With an idempotency key, by its number; and when it was answered before, if it was.
    Create {
        key: usize,
        plan: Plan,
        answered: Option<VerificationId>,
    },
    /// The person goes on with whatever is next, to the end of what can be given.
    Advance(VerificationId),
    Consent(VerificationId, bool),
    /// The front of a document once more.
    Front(VerificationId),
    Submit(VerificationId),
    Review(VerificationId, Verdict),
    Authenticate(VerificationId),
    Restart(VerificationId),
    /// The consent to the processing of the face is taken back.
    Withdraw(VerificationId),
    Anonymize(VerificationId),
    Delete(VerificationId),
    /// The identity that it belongs to is erased.
    Forget(VerificationId),
    Work,
    /// Another worker, once the leases of the first have run out.
    WorkLate,
    Deliver,
    Tidy,
    /// A list to screen against, with this many names.
    List(u32),
    /// Nothing, for this many milliseconds.
    Wait(i64),
}

/// Who does it, and where.
#[derive(Clone)]
pub struct At {
    pub engine: Engine,
    pub caller: Caller,
    pub clock: Arc<FixedClock>,
    pub lists: PathBuf,
}

impl Deed {
    /// Does it, and notes what was promised on the way.
    pub async fn perform(self, at: &At, facts: &mut Vec<Fact>) -> Result<()> {
        let (engine, caller) = (&at.engine, &at.caller);
        match self {
            Self::Create { key, plan, answered } => create(at, key, plan, answered, facts).await?,
            Self::Advance(id) => advance(at, id, facts).await?,
            Self::Consent(id, given) => {
                verifications::consent(engine, caller, id, given).await?;
                facts.push(Fact::Consented(id, given));
            }
            Self::Front(id) => front(at, id).await?,
            Self::Submit(id) => submit(at, id, facts).await?,
            Self::Review(id, verdict) => review(at, id, verdict, facts).await?,
            Self::Authenticate(id) => {
                let view = verifications::read(engine, caller, id).await?;
                if let Some(identity) = view.identity {
                    let new = NewVerification {
                        settings: json!({"sandbox": {"face": "clear", "liveness": "clear"}}),
                        ..NewVerification::default()
                    };
                    facts.push(Fact::Created(
                        verifications::authenticate(engine, caller, identity, new).await?,
                    ));
                }
            }
            Self::Restart(id) => {
                let new = Plan {
                    words: false,
                    pictures: true,
                    steered: None,
                    block: false,
                    screening: false,
                    days: None,
                };
                facts.push(Fact::Created(verifications::restart(engine, caller, id, new.asked()).await?));
            }
            Self::Withdraw(id) => {
                identities::withdraw(engine, caller, id).await?;
                facts.push(Fact::Withdrawn(id));
            }
            Self::Anonymize(id) => {
                verifications::anonymize(engine, caller, id).await?;
                facts.push(Fact::Erased(id));
            }
            Self::Delete(id) => {
                verifications::delete(engine, caller, id).await?;
                facts.extend([Fact::Erased(id), Fact::Deleted(id)]);
            }
            Self::Forget(id) => {
                let view = verifications::read(engine, caller, id).await?;
                if let Some(identity) = view.identity {
                    identities::anonymize(engine, caller, identity).await?;
                    facts.push(Fact::Forgotten(identity));
                }
            }
            Self::Work => drop(jobs::run_pending(engine).await?),
            Self::WorkLate => {
                at.clock.advance(61_000);
                jobs::run_pending(engine).await?;
            }
            Self::Deliver => drop(deliver::run_pending(engine).await?),
            Self::Tidy => housekeeping::once(engine).await?,
            Self::List(names) => {
                let rows: String =
                    (0..names).map(|n| format!("{n},person,Somebody Else{n},1974-08-12\n")).collect();
                let text = format!("id,type,name,birth_date\n{rows}");
                let files: Files = [("house.csv".to_owned(), text.into_bytes())].into();
                let taken = Store::new(&at.lists).import("house", None, &files, engine.now().0, true);
                taken.map_err(|error| Error::Lists(Box::new(error)))?;
                at.clock.advance(20_000);
            }
            Self::Wait(ms) => drop(at.clock.advance(ms)),
        }
        Ok(())
    }
}

/// As the HTTP layer does it for a request with an idempotency key.
async fn create(
    at: &At,
    key: usize,
    plan: Plan,
    answered: Option<VerificationId>,
    facts: &mut Vec<Fact>,
) -> Result<()> {
    let (engine, caller) = (&at.engine, &at.caller);
    let body = format!("{plan:?}");
    match idempotency::begin(engine, caller, &format!("key {key}"), &[b"create", body.as_bytes()]).await? {
        Known::New(lease) => {
            if let Some(id) = answered {
                facts.push(Fact::Broken(format!("what was answered with {id} is new again")));
            }
            match verifications::create(engine, caller, plan.asked()).await {
                Ok(id) => {
                    facts.push(Fact::Created(id));
                    idempotency::finish(engine, caller, &lease, 200, id.to_string().as_bytes()).await?;
                    facts.push(Fact::Answered(key, id));
                }
                Err(error) => {
                    idempotency::abandon(engine, caller, &lease).await?;
                    return Err(error);
                }
            }
        }
        Known::Answered(status, body) => {
            let body = String::from_utf8_lossy(&body).into_owned();
            let same = answered.is_none_or(|id| id.to_string() == body);
            if status != 200 || !same {
                facts.push(Fact::Broken(format!("answered with {answered:?}, then with {status} {body}")));
            }
        }
        Known::InFlight => {}
        Known::Another => facts.push(Fact::Broken(format!("key {key} is taken for another request"))),
    }
    Ok(())
}

async fn advance(at: &At, id: VerificationId, facts: &mut Vec<Fact>) -> Result<()> {
    let (engine, caller) = (&at.engine, &at.caller);
    let view = verifications::read(engine, caller, id).await?;
    match view.status {
        Status::Created | Status::Pending => {
            verifications::consent(engine, caller, id, true).await?;
            facts.push(Fact::Consented(id, true));
        }
        Status::Capturing | Status::RetryRequired => {
            let asks = |kind| view.steps.iter().any(|step| step.kind == kind);
            for step in view.steps.iter().filter(|step| step.state != StepState::Submitted) {
                if let Some(said) = said(step.kind) {
                    steps::give(engine, caller, id, said).await?;
                }
            }
            let authentication = view.kind == Kind::FaceAuthentication;
            if asks(StepKind::Document) && !view.has(Capture::DocumentFront) {
                front(at, id).await?;
            }
            if (authentication || asks(StepKind::BiometricFace)) && !view.has(Capture::Liveness) {
                evidence::start_liveness(engine, caller, id, PLACE).await?;
                let frames = vec![picture(1).into()];
                evidence::accept_liveness(engine, caller, id, frames, PLACE).await?;
            }
            submit(at, id, facts).await?;
        }
        _ => drop(jobs::run_pending(engine).await?),
    }
    Ok(())
}

fn said(kind: StepKind) -> Option<StepData> {
    let data = match kind {
        StepKind::Person => json!({"first_name": "Anna", "last_name": CANARY, "birth_date": "1974-08-12"}),
        StepKind::Consent => json!({
            "text_version": "1", "language": "en", "agreed": true, "signature": {"typed": CANARY},
        }),
        _ => Value::Null,
    };
    serde_json::from_value(json!({"kind": kind, "data": data})).ok()
}

async fn front(at: &At, id: VerificationId) -> Result<()> {
    evidence::accept_document(&at.engine, &at.caller, id, Side::Front, picture(0), PLACE).await
}

async fn submit(at: &At, id: VerificationId, facts: &mut Vec<Fact>) -> Result<()> {
    verifications::submit(&at.engine, &at.caller, id, None).await?;
    facts.push(Fact::Submitted(id));
    Ok(())
}

async fn review(at: &At, id: VerificationId, verdict: Verdict, facts: &mut Vec<Fact>) -> Result<()> {
    let seen = reviews::last_decision(&at.engine, &at.caller, id).await?;
    let captures = if verdict == Verdict::AskAgain { &[Capture::Liveness][..] } else { &[] };
    let said = reviews::Saying {
        verdict,
        grounds: Grounds::Other,
        note: Some(CANARY),
        captures,
        seen: seen.as_deref(),
    };
    let said = match reviews::review(&at.engine, &at.caller, id, &said).await {
        Err(Error::Conflict { code: "wrong_state", .. } | Error::Invalid(_)) => {
            reviews::review_unfinished(&at.engine, &at.caller, id, &said).await?
        }
        other => other?,
    };
    facts.push(Fact::Reviewed(id, said.review));
    Ok(())
}

/// 64 × 64 pixels, of which no two rows are alike: a BMP file, which needs no encoder.
fn picture(shade: u8) -> Picture {
    const SIDE: u32 = 64;
    let mut bytes = b"BM".to_vec();
    for word in [54 + SIDE * SIDE * 3, 0, 54, 40, SIDE, SIDE, 1 | (24 << 16), 0, 0, 0, 0, 0, 0] {
        bytes.extend(word.to_le_bytes());
    }
    for row in 0..SIDE as u8 {
        for column in 0..SIDE as u8 {
            bytes.extend([row * 3 + shade, column * 3, 128 + (row ^ column)]);
        }
    }
    Picture { field: "image".into(), bytes }
}
