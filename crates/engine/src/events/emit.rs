//! Emits what happened: an event and a message for each subscriber who wants it, in the transaction that made it true.

use bonafide_core::{
    attempt::AttemptStatus,
    delivery::Origin,
    event::{EventType, Snapshot, Subject, VerificationFacts, WebhookDialect},
    finding::Check,
    id::{ApplicantId, EventId, OrganizationId, WebhookEndpointId, WorkflowId},
    reason::Code,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, assessments, attempts, credentials, deliveries, events as rows, findings, reviews, steps,
    verifications::Verification,
    webhook_endpoints::{self, WebhookEndpoint},
};
use uuid::Uuid;

use crate::{
    base::{
        engine::Engine,
        error::Result,
        record::{Record, status},
        stored::Stored,
    },
    webhooks::chaos,
};

/// Who receives it beside the endpoints that want the event anyway.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Recipients<'a> {
    /// Everybody who wants it.
    #[default]
    Everybody,
    /// And the address that a verification was created with.
    And(WebhookEndpointId, &'a str),
    /// This endpoint alone, whatever it wants.
    Endpoint(WebhookEndpointId),
    /// The actions of this workflow alone, whatever they want.
    Workflow(WorkflowId),
}

/// Writes an event and its messages.
pub(crate) async fn emit(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    event_type: EventType,
    subject: Uuid,
    snapshot: &Snapshot,
    recipients: Recipients<'_>,
) -> Result<EventId> {
    let now = engine.now();
    let id = EventId::new(now, &*engine.entropy);
    rows::insert(tx, organization, id, event_type, subject, snapshot, now).await?;
    let also = match recipients {
        Recipients::And(id, _) | Recipients::Endpoint(id) => Some(id),
        Recipients::Everybody | Recipients::Workflow(_) => None,
    };
    let endpoints = webhook_endpoints::list_open(tx, organization, also).await?;
    let mut to = vec![];
    for endpoint in &endpoints {
        if let Some(word) = event_type_for(engine, endpoint, &endpoints, event_type, snapshot, recipients) {
            let run_at = now.plus_ms(chaos::delay_ms(&endpoint.chaos, id));
            to.push((endpoint.id, word, run_at));
        }
    }
    deliveries::insert_all(tx, organization, id, &to, now).await?;
    metrics::counter!("bonafide_events_total", "event" => event_type.as_str()).increment(1);
    engine.bells().post.notify_waiters();
    Ok(id)
}

/// The type that an endpoint receives an event under; `None` when it does not. `open`: the endpoints registered beside it.
pub(crate) fn event_type_for(
    engine: &Engine,
    endpoint: &WebhookEndpoint,
    open: &[WebhookEndpoint],
    event_type: EventType,
    snapshot: &Snapshot,
    recipients: Recipients<'_>,
) -> Option<&'static str> {
    let facts = snapshot.verification.as_ref();
    let kind = facts.map_or_else(Kind::default, |v| v.kind);
    let word = engine.dialect(&endpoint.dialect)?.word(event_type, kind)?;
    // Whichever format an endpoint gets, it may ask for an event by the name of either.
    let is_its = |api: &&&dyn WebhookDialect| {
        let native = api.native().map(WebhookDialect::name);
        api.name() == endpoint.dialect || native == Some(endpoint.dialect.as_str())
    };
    let api = engine.dialects.iter().find(is_its)?;
    let other = [Some(*api), api.native()].into_iter().flatten().filter_map(|f| f.word(event_type, kind));
    let words: Vec<&str> = other.collect();
    let client = facts.map(|v| v.client.as_str()).or(snapshot.aml.as_ref().map(|aml| aml.client.as_str()));
    is_subscribed(endpoint, open, &words, client, recipients).then_some(word)
}

/// `words`: what the event is called. `client`: whose event it is. An event of no client (`None`) is everybody's; one of a client that is not known any
/// more (empty) is not for those who asked for one client's.
fn is_subscribed(
    endpoint: &WebhookEndpoint,
    open: &[WebhookEndpoint],
    words: &[&str],
    client: Option<&str>,
    recipients: Recipients<'_>,
) -> bool {
    let wants = |e: &WebhookEndpoint| {
        words.iter().any(|word| e.wants(word))
            && (e.client.is_empty() || client.is_none_or(|client| client == e.client))
    };
    match recipients {
        Recipients::Endpoint(id) => endpoint.id == id,
        Recipients::Workflow(id) => endpoint.workflow == Some(id),
        _ if endpoint.origin != Origin::PerVerification => wants(endpoint),
        // An address that is registered for the same API as well receives it once.
        Recipients::And(id, url) => {
            let same = |e: &WebhookEndpoint| e.url == url && e.dialect == endpoint.dialect;
            let registered = |e: &WebhookEndpoint| e.origin != Origin::PerVerification && same(e) && wants(e);
            endpoint.id == id && wants(endpoint) && !open.iter().any(registered)
        }
        Recipients::Everybody => false,
    }
}

/// Tells that something happened to a verification.
pub(crate) async fn emit_for(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    event_type: EventType,
) -> Result<EventId> {
    emit_for_with(engine, tx, record, event_type, Snapshot::default()).await
}

/// The same with more to say.
pub(crate) async fn emit_for_with(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    event_type: EventType,
    mut snapshot: Snapshot,
) -> Result<EventId> {
    snapshot.verification = Some(facts(tx, record).await?);
    let subject = match event_type.subject() {
        Subject::Applicant => record.row.applicant.uuid(),
        _ => record.row.id.uuid(),
    };
    emit(engine, tx, record.row.organization, event_type, subject, &snapshot, recipients(record)).await
}

/// Who receives what happens to a verification.
pub(crate) fn recipients(record: &Record) -> Recipients<'_> {
    match (record.private.webhook_endpoint, &record.private.webhook_url) {
        (Some(endpoint), Some(url)) => Recipients::And(endpoint, url),
        _ => Recipients::Everybody,
    }
}

async fn facts(tx: &mut Tx, record: &Record) -> Result<VerificationFacts> {
    let (organization, id) = (record.row.organization, record.row.id);
    let client = match record.row.credential {
        Some(credential) => credentials::get(tx, organization, credential).await?,
        None => None,
    };
    let attempt = attempts::latest(tx, organization, id).await?;
    let aborted = attempt.as_ref().is_some_and(|attempt| attempt.status == AttemptStatus::CaptureAborted);
    // Before the first submission nothing was found and nothing decided.
    let (mut face_match, mut why) = (None, vec![]);
    if record.private.attempt > 0 {
        let found = findings::list(tx, organization, id).await?;
        face_match = found.iter().find(|f| f.check == Check::FaceMatch).and_then(|f| f.score);
    }
    if record.private.attempt > 0 || aborted {
        why = reasons(tx, &record.row).await?;
    }
    let steps = match record.kind() {
        Kind::IdentityVerification => steps::kinds(tx, organization, id).await?,
        Kind::FaceAuthentication | Kind::DocumentVerification | Kind::AddressVerification => vec![],
    };
    Ok(VerificationFacts {
        kind: record.kind(),
        purpose: record.row.purpose.known().unwrap_or_default(),
        status: record.status(),
        steps,
        policy: record.policy().ok().and_then(|policy| policy.id),
        client_record: record.row.client,
        matter: record.row.matter,
        applicant: record.row.applicant,
        identity: record.row.identity,
        client: client.map(|c| c.public_id).unwrap_or_default(),
        user_id: record.row.user_id.clone(),
        verified: record.row.verified,
        score: record.row.score,
        face_match,
        attempt: record.private.attempt,
        attempt_status: attempt.and_then(|attempt| attempt.status.known()),
        reasons: why,
        created_at: Some(record.row.created_at),
        expires_at: record.row.expires_at,
    })
}

/// Why a verification stands where it does, the gravest first. Of an approval there is nothing, also where a human saw past
/// what the machine found. Where the person could not go on, that is why.
pub(crate) async fn reasons(tx: &mut Tx, row: &Verification) -> Result<Vec<Code>> {
    let (organization, id) = (row.organization, row.id);
    if matches!(status(row), Status::Processing | Status::Approved) {
        return Ok(vec![]);
    }
    if status(row).waits_for_the_person()
        && let Some(attempt) = attempts::latest(tx, organization, id).await?
        && attempt.status == AttemptStatus::CaptureAborted
    {
        return Ok(attempt.reasons());
    }
    let Some(latest) = assessments::latest(tx, organization, id).await? else { return Ok(vec![]) };
    let human = reviews::list(tx, organization, id).await?;
    let human = human.into_iter().rfind(|r| r.decided && r.created_at >= latest.created_at);
    let said = human.and_then(|r| r.grounds.known()?.code());
    let stored = serde_json::from_value::<Stored>(latest.detail).ok();
    let found = stored.into_iter().flat_map(|s| s.assessment.reasons).map(|reason| reason.code);
    Ok(said.clone().into_iter().chain(found.filter(|code| Some(code) != said.as_ref())).collect())
}

/// Tells that something happened to a person beside a verification.
pub(crate) async fn emit_for_applicant(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    event_type: EventType,
    applicant: ApplicantId,
) -> Result<EventId> {
    let snapshot = Snapshot::default();
    emit(engine, tx, organization, event_type, applicant.uuid(), &snapshot, Recipients::Everybody).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::samples::endpoint;

    #[test]
    fn a_bound_endpoint_is_told_of_its_client_and_of_what_is_nobodys() {
        let bound = WebhookEndpoint { client: "mine".into(), ..endpoint("vult") };
        let told = |client| is_subscribed(&bound, &[], &["word"], client, Recipients::Everybody);
        assert_eq!(
            [told(Some("mine")), told(Some("theirs")), told(Some("")), told(None)],
            [true, false, false, true]
        );
    }
}
