//! One step in memory.

use bonafide_core::{
    evidence::EvidenceKind,
    recapture::Capture,
    step::{StepData, StepKind, StepState},
    time::Timestamp,
    verification::Status,
};
use bonafide_invite::{Channel, check};
use bonafide_store::{
    Tx,
    crypto::{self, Object},
    steps as rows,
    verifications::Verification,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::{
    engine::Engine,
    error::{Error, Result},
    record::{Record, status},
};

/// A step as its reader sees it.
#[derive(Debug, Clone)]
pub struct Step {
    pub kind: StepKind,
    pub state: StepState,
    /// What the person said, once they did; absent of pictures, and after it was erased.
    pub data: Option<StepData>,
    /// What they had filled in when they last paused.
    pub draft: Option<Value>,
    /// Of a contact: what of it was confirmed by a code.
    pub confirmed: Vec<Channel>,
    pub updated_at: Option<Timestamp>,
    pub submitted_at: Option<Timestamp>,
}

/// What is stored of a step under its person's key alone.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Said {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<StepData>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) draft: Option<Value>,
    /// The last code that was sent to each address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) codes: Vec<Code>,
}

impl Said {
    /// Whether a code that was sent to this very address came back.
    pub(crate) fn is_confirmed(&self, channel: Channel, to: &str) -> bool {
        let mut codes = self.codes.iter().filter(|code| code.confirmed && code.channel == channel);
        // As a code is sent there: a domain may have letters beyond ASCII.
        check(channel, to).is_ok_and(|to| codes.any(|code| code.to.eq_ignore_ascii_case(&to)))
    }

    /// The channels whose address, as it was given last, is the person's. Before any is given, those that were confirmed.
    fn confirmed(&self) -> Vec<Channel> {
        let given = |channel| match &self.data {
            Some(StepData::Contact(contact)) => Some(match channel {
                Channel::Email => contact.email.as_deref(),
                Channel::Sms => contact.phone.as_deref(),
            }),
            _ => None,
        };
        let counts = |code: &&Code| match given(code.channel) {
            Some(to) => to.is_some_and(|to| self.is_confirmed(code.channel, to)),
            None => code.confirmed,
        };
        self.codes.iter().filter(counts).map(|code| code.channel).collect()
    }
}

/// A code that was sent, and what came of it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) channel: Channel,
    pub(crate) to: String,
    /// A keyed hash.
    pub(crate) hash: String,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Wrong guesses.
    pub(crate) wrong: u32,
    /// How many were sent over this channel.
    pub(crate) number: u32,
    pub(crate) confirmed: bool,
}

/// A step with what the person said in the clear.
pub(crate) struct Opened {
    pub(crate) row: rows::Step,
    pub(crate) kind: StepKind,
    pub(crate) said: Said,
}

impl Opened {
    pub(crate) fn of(record: &Record, row: rows::Step) -> Result<Option<Self>> {
        // A newer program's step: this one can neither show nor take it.
        let Some(kind) = row.kind.known() else { return Ok(None) };
        let said = match row.updated_at {
            Some(_) => crypto::open_json(&record.key, Object::Step(row.verification, kind), &row.sealed)?,
            None => Said::default(),
        };
        Ok(Some(Self { row, kind, said }))
    }

    /// Writes what was said back.
    pub(crate) async fn save(mut self, engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
        let object = Object::Step(self.row.verification, self.kind);
        self.row.updated_at = Some(engine.now());
        self.row.sealed = crypto::seal_json(&record.key, object, &self.said, &*engine.entropy)?;
        rows::update(tx, record.row.organization, &self.row).await?;
        Ok(())
    }

    fn view(self, status: Status, captured: bool, wanted: bool) -> Step {
        let state = state(status, self.row.state.known().unwrap_or_default(), captured, wanted);
        Step {
            kind: self.kind,
            state,
            confirmed: self.said.confirmed(),
            data: self.said.data,
            draft: self.said.draft,
            updated_at: self.row.updated_at,
            submitted_at: self.row.submitted_at,
        }
    }
}

/// How a step stands for its reader. What is stored speaks of what the person said; pictures speak for themselves, and a
/// decision for all.
fn state(status: Status, stored: StepState, captured: bool, wanted: bool) -> StepState {
    let given = match stored {
        StepState::Pending if captured => StepState::InProgress,
        stored => stored,
    };
    match status {
        _ if wanted => StepState::Returned,
        Status::Approved if given != StepState::Pending => StepState::Accepted,
        // With the pictures that were submitted the step is done.
        Status::Processing
        | Status::ReviewRequired
        | Status::Inconclusive
        | Status::Declined
        | Status::RetryRequired
            if given == StepState::InProgress && captured =>
        {
            StepState::Submitted
        }
        _ => given,
    }
}

/// The steps of a verification in their order; those of document and face for one that asks for nothing else.
pub(crate) async fn open_all(tx: &mut Tx, record: &Record) -> Result<Vec<Opened>> {
    let rows = rows::list(tx, record.row.organization, record.row.id).await?;
    let opened = rows.into_iter().map(|row| Opened::of(record, row));
    Ok(opened.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// What a reader sees of them. `given` are the pictures that count, `wanted` the captures that are asked for again.
pub(crate) async fn views(
    tx: &mut Tx,
    row: &Verification,
    record: Option<&Record>,
    given: &[EvidenceKind],
    wanted: &[Capture],
) -> Result<Vec<Step>> {
    let asked = rows::list(tx, row.organization, row.id).await?;
    let mut steps = vec![];
    for step in asked {
        let Some(kind) = step.kind.known() else { continue };
        let opened = match record {
            Some(record) => Opened::of(record, step)?,
            None => Some(Opened { row: step, kind, said: Said::default() }),
        };
        let Some(opened) = opened else { continue };
        steps.push(opened.view(status(row), is_captured(kind, given), is_wanted(kind, wanted)));
    }
    if steps.is_empty() {
        for kind in super::asks::usual(row) {
            let (captured, wanted) = (is_captured(*kind, given), is_wanted(*kind, wanted));
            steps.push(Step {
                kind: *kind,
                state: state(status(row), StepState::Pending, captured, wanted),
                data: None,
                draft: None,
                confirmed: vec![],
                updated_at: None,
                submitted_at: None,
            });
        }
    }
    Ok(steps)
}

fn is_captured(kind: StepKind, given: &[EvidenceKind]) -> bool {
    match kind {
        StepKind::Document => given.contains(&EvidenceKind::DocumentFront),
        StepKind::BiometricFace => given.contains(&EvidenceKind::Selfie),
        _ => false,
    }
}

fn is_wanted(kind: StepKind, wanted: &[Capture]) -> bool {
    wanted.iter().any(|capture| match capture {
        Capture::DocumentFront | Capture::DocumentBack => kind == StepKind::Document,
        Capture::Liveness => kind == StepKind::BiometricFace,
    })
}

/// The step of this kind, of a verification that takes it now.
pub(super) async fn asked_for(tx: &mut Tx, record: &Record, kind: StepKind) -> Result<Opened> {
    let found = open_all(tx, record).await?.into_iter().find(|step| step.kind == kind);
    found.ok_or_else(|| {
        Error::conflict("step_not_asked_for", format!("this verification does not ask for the step {kind}"))
    })
}

#[cfg(test)]
mod tests {
    use bonafide_core::step::Contact;

    use super::*;

    fn code(channel: Channel, to: &str) -> Code {
        let at = Timestamp(0);
        let (to, hash) = (to.to_owned(), String::new());
        Code { channel, to, hash, sent_at: at, expires_at: at, wrong: 0, number: 1, confirmed: true }
    }

    #[test]
    fn another_address_than_the_one_that_was_confirmed_is_not() {
        let codes = vec![code(Channel::Email, "Ana@example.com"), code(Channel::Sms, "+16135550100")];
        let said = |email: &str, phone: Option<&str>| {
            let contact = Contact {
                email: Some(email.to_owned()),
                phone: phone.map(str::to_owned),
                ..Contact::default()
            };
            Said { data: Some(StepData::Contact(contact)), codes: codes.clone(), ..Said::default() }
        };
        let both = [Channel::Email, Channel::Sms];
        assert_eq!(said("ana@example.com", Some("+16135550100")).confirmed(), both);
        assert_eq!(said("eve@example.com", Some("+16135550100")).confirmed(), [Channel::Sms]);
        assert_eq!(said("ana@example.com", None).confirmed(), [Channel::Email]);
        let umlaut =
            Said { codes: vec![code(Channel::Email, "ana@xn--mnchen-3ya.example")], ..Said::default() };
        assert!(umlaut.is_confirmed(Channel::Email, "ana@münchen.example"));
        assert_eq!(Said { codes, ..Said::default() }.confirmed(), both, "nothing given yet");
    }
}
