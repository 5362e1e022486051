//! Any event of any API, made to happen in a sandbox: by doing what it is about, wherever that can be done.

use std::collections::VecDeque;

use bonafide_core::{
    event::{EventType, Snapshot, Subject},
    id::{EventId, VerificationId},
    problem::Rule,
    verification::{Action, Kind, Status},
};
use bonafide_store::{verifications::Verification, webhook_endpoints};
use serde_json::json;

use crate::{
    aml::{self, NewAml},
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    clients::{self, Content, Details},
    events::emit::{Recipients, emit, emit_for_with},
    identities,
    verifications::{self, NewVerification, authenticate, create, create_with_pictures, transition},
};

/// What leads on; nothing is opened again on the way.
const ACTIONS: [Action; 11] = [
    Action::Open,
    Action::Consent,
    Action::RefuseConsent,
    Action::Submit,
    Action::Approve,
    Action::Decline,
    Action::AskAgain,
    Action::Refer,
    Action::GiveUp,
    Action::Cancel,
    Action::Expire,
];

/// What was made to happen.
#[derive(Debug, Clone)]
pub struct Triggered {
    pub event_type: EventType,
    /// The verification it happened to, if it happened to one.
    pub verification: Option<VerificationId>,
}

/// Makes the event happen that an API has this name for. A status is reached by the way that leads there, on a
/// verification or client that is made for it; what only checks or people could cause is sent with `test` set.
pub async fn trigger(engine: &Engine, caller: &Caller, api: &'static str, word: &str) -> Result<Triggered> {
    if !caller.sandbox {
        let message = "events are triggered in a sandbox alone; use a key made with --sandbox";
        return Err(Error::conflict("not_a_sandbox", message));
    }
    let Some((event_type, kind)) = meaning(engine, api, word) else {
        let known = engine.dialect(api).map(|d| d.words()).unwrap_or_default().join(", ");
        return Err(Error::invalid("event", Rule::Enum, format!("must be one of {known}")));
    };
    if event_type.subject() == Subject::Endpoint {
        return endpoint(engine, caller, api, event_type).await;
    }
    if event_type.subject() == Subject::Client {
        return client(engine, caller, event_type).await;
    }
    if event_type.subject() == Subject::Aml {
        return aml(engine, caller, event_type).await;
    }
    let id = match kind {
        Kind::IdentityVerification => create(engine, caller, new(api)).await?,
        Kind::FaceAuthentication => {
            let person = create(engine, caller, new(api)).await?;
            let walked = walk(engine, caller, person, Status::Approved).await?;
            let identity = walked.and_then(|row| row.identity).ok_or(Error::NotFound("identity"))?;
            authenticate(engine, caller, identity, new(api)).await?
        }
        kind @ (Kind::DocumentVerification | Kind::AddressVerification) => {
            create_with_pictures(engine, caller, kind, new(api)).await?
        }
    };
    match event_type {
        EventType::VerificationCreated | EventType::ApplicantCreated => {}
        EventType::VerificationCompleted
        | EventType::VerificationReportCreated
        | EventType::ApplicantUpdated => {
            walk(engine, caller, id, Status::Approved).await?;
        }
        EventType::VerificationReopened => {
            walk(engine, caller, id, Status::Inconclusive).await?;
            apply(engine, caller, id, &[Action::Reopen]).await?;
        }
        EventType::VerificationAnonymized | EventType::ApplicantAnonymized => {
            verifications::anonymize(engine, caller, id).await?;
        }
        EventType::IdentityAnonymized => {
            let walked = walk(engine, caller, id, Status::Approved).await?;
            let identity = walked.and_then(|row| row.identity).ok_or(Error::NotFound("identity"))?;
            identities::anonymize(engine, caller, identity).await?;
        }
        _ => {
            let status = Status::ALL.into_iter().find(|s| EventType::to(*s) == event_type);
            let walked = match status {
                // Told by the checks, and not by the way there.
                Some(Status::Processing) if kind.brings_pictures() => false,
                Some(status) => walk(engine, caller, id, status).await?.is_some(),
                None => false,
            };
            if !walked {
                let mut tx = engine.db().begin().await?;
                let record = Record::hold(engine, &mut tx, caller.organization, id).await?;
                let snapshot = Snapshot { test: true, ..Snapshot::default() };
                emit_for_with(engine, &mut tx, &record, event_type, snapshot).await?;
                tx.commit().await?;
            }
        }
    }
    Ok(Triggered { event_type, verification: Some(id) })
}

fn new(api: &'static str) -> NewVerification {
    NewVerification { dialect: api, ..NewVerification::default() }
}

/// What an API has this name for.
pub fn meaning(engine: &Engine, api: &str, word: &str) -> Option<(EventType, Kind)> {
    let dialect = engine.dialect(api)?;
    let all = Kind::ALL.into_iter().flat_map(|kind| EventType::ALL.into_iter().map(move |h| (h, kind)));
    all.into_iter().find(|(event_type, kind)| dialect.word(*event_type, *kind) == Some(word))
}

/// Takes a verification to a status by the shortest way that leads there; `None` when no way does.
async fn walk(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    to: Status,
) -> Result<Option<Verification>> {
    let mut tx = engine.db().read().await?;
    let from = Record::load(engine, &mut tx, caller.organization, id).await?.status();
    drop(tx);
    match way(from, to) {
        Some(way) => apply(engine, caller, id, &way).await.map(Some),
        None => Ok(None),
    }
}

async fn apply(engine: &Engine, caller: &Caller, id: VerificationId, way: &[Action]) -> Result<Verification> {
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    for action in way {
        let detail = json!({"triggered": true});
        transition::apply(engine, &mut tx, &mut record, *action, "trigger", detail).await?;
    }
    tx.commit().await?;
    Ok(record.row)
}

/// The shortest way from one status to another.
fn way(from: Status, to: Status) -> Option<Vec<Action>> {
    let (mut ways, mut seen) = (VecDeque::from([(from, vec![])]), vec![from]);
    while let Some((at, way)) = ways.pop_front() {
        if at == to {
            return Some(way);
        }
        for action in ACTIONS {
            if let Ok(next) = at.after(action)
                && !seen.contains(&next)
            {
                seen.push(next);
                ways.push_back((next, [way.as_slice(), &[action]].concat()));
            }
        }
    }
    None
}

/// An event about a client's record, which is made for it.
async fn client(engine: &Engine, caller: &Caller, event_type: EventType) -> Result<Triggered> {
    let made = clients::create(engine, caller, Content::default()).await?;
    match event_type {
        EventType::ClientUpdated => {
            clients::update(engine, caller, made.id, |content| content.active = false).await?;
        }
        EventType::ClientDeleted => clients::delete(engine, caller, made.id).await?,
        _ => {}
    }
    Ok(Triggered { event_type, verification: None })
}

/// An event about an AML verification, which is made for it. What a search brings comes of one; what a changed list or a
/// human would bring is sent with `test` set.
async fn aml(engine: &Engine, caller: &Caller, event_type: EventType) -> Result<Triggered> {
    let details = Details { name_last: Some("Sandbox".to_owned()), ..Details::default() };
    let client = clients::create(engine, caller, Content { details, ..Content::default() }).await?;
    let configuration = "trigger".to_owned();
    let new = NewAml { client: client.id, configuration, monitored: true, steered: Some(0) };
    let made = aml::create(engine, caller, new).await?;
    let is_sample = matches!(
        event_type,
        EventType::AmlMonitoringAlert | EventType::AmlOnboardingReviewed | EventType::AmlMonitoringReviewed
    );
    if is_sample {
        aml::sample(engine, caller, made.id, event_type).await?;
    }
    Ok(Triggered { event_type, verification: None })
}

/// An event about an endpoint of this API.
async fn endpoint(engine: &Engine, caller: &Caller, api: &str, event_type: EventType) -> Result<Triggered> {
    let mut tx = engine.db().begin().await?;
    let registered = webhook_endpoints::list_open(&mut tx, caller.organization, None).await?;
    let Some(found) = registered.iter().find(|e| e.dialect == api) else {
        return Err(Error::conflict("no_webhook", "register a webhook of this API first"));
    };
    let snapshot = Snapshot { test: true, ..Snapshot::default() };
    let recipients = match event_type {
        EventType::EndpointTested => Recipients::Endpoint(found.id),
        _ => Recipients::Everybody,
    };
    let _: EventId =
        emit(engine, &mut tx, caller.organization, event_type, found.id.uuid(), &snapshot, recipients)
            .await?;
    tx.commit().await?;
    Ok(Triggered { event_type, verification: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_can_be_reached() {
        for to in Status::ALL {
            assert!(way(Status::Created, to).is_some(), "{to:?}");
        }
        assert_eq!(
            way(Status::Created, Status::Approved),
            Some(vec![Action::Consent, Action::Submit, Action::Approve])
        );
        assert_eq!(way(Status::Approved, Status::Created), None);
        assert_eq!(way(Status::Capturing, Status::Pending), None, "an authentication was never opened");
    }
}
