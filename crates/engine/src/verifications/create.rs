//! A new verification or authentication: the person's row and key, the policy and weights it will be judged by, and
//! the timer that lets it expire.

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    id::{ApplicantId, ClientId, MatterId, VerificationId},
    policy::{Exhausted, LivenessMode, Policy, ScreeningRule},
    problem::{Problem, Rule},
    step::{StepConfig, StepKind},
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, Sealed},
    steps, subject_keys, verifications as rows,
    weights::Whom,
};
use serde_json::{Value, json};

use super::search;
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob},
        own_data::own_data,
        private::{DeclaredIdentity, Private, Subject, ThirdParty},
        record::Record,
    },
    clients,
    events::emit::emit_for,
    identities::person::open,
    sandbox::steering,
    tuning::{policies::policy_for, requirements::requirements_for, weights::weights_for},
    webhooks::{endpoint::check_url, per_verification::per_verification},
};

#[derive(Debug, Default)]
pub struct NewVerification {
    /// The API it is created through.
    pub dialect: &'static str,
    /// The name of one of the organization's policies; the default one when absent.
    pub policy: Option<String>,
    /// Asked beyond the policy: movements where it asks for none, a pause where it has none.
    pub liveness_mode: LivenessMode,
    pub exhausted: Exhausted,
    /// Asked beyond the policy: nobody is approved without being compared with lists.
    pub screening: bool,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    /// JSON objects, or null.
    pub metadata: Value,
    pub settings: Value,
    pub webhook_url: Option<String>,
    pub purpose: Purpose,
    /// What the person is asked for, in this order; document and face when empty.
    pub steps: Vec<StepKind>,
    /// What is set of single steps.
    pub step_config: StepConfig,
    /// The organization's own record of the person.
    pub client: Option<ClientId>,
    /// The organization's case that it belongs to.
    pub matter: Option<MatterId>,
    /// Whom it is about, as the caller knows them.
    pub subject: Subject,
    /// Who they are, by the caller's word: their document has to say the same.
    pub declared_identity: Option<DeclaredIdentity>,
    /// Days that the person has; the server's setting when absent.
    pub lifetime_days: Option<u32>,
    /// Who is shown what was approved, if the person agrees.
    pub third_parties: Vec<ThirdParty>,
}

/// Most days that a person may be given.
pub const MAX_LIFETIME_DAYS: u32 = 90;

/// Most third parties of one verification.
const MAX_THIRD_PARTIES: usize = 20;

/// A verification: who is this? It waits for consent.
pub async fn create(engine: &Engine, caller: &Caller, new: NewVerification) -> Result<VerificationId> {
    let mut tx = engine.db().begin().await?;
    let id = create_in(engine, &mut tx, caller, new).await?;
    tx.commit().await?;
    Ok(id)
}

/// The same, in a transaction.
pub(crate) async fn create_in(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    new: NewVerification,
) -> Result<VerificationId> {
    check(engine, caller, &new)?;
    let mut policy = policy_of(tx, caller, &new).await?;
    let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
    policy.require(requirements_for(tx, caller.organization, whom).await?);
    policy = new.step_config.narrow(policy);
    if !new.steps.is_empty() {
        policy = policy.for_steps(&new.steps);
    }
    if new.purpose == Purpose::Share && !new.steps.contains(&StepKind::Document) {
        // Both were asked when what is passed on was approved, and nothing here tells them anew.
        (policy.minimum_age, policy.screening.required) = (None, false);
    }
    policy.screening.required |= new.screening;
    if new.declared_identity.is_some() {
        policy = policy.comparing_declared();
    }
    insert(engine, tx, caller, new, policy, Kind::IdentityVerification, None).await
}

/// A verification of a document alone, whose pictures come with its attempts: see [`crate::attempts::create_with_pictures`].
/// Nobody is compared with lists for it.
///
/// # Errors
/// [`Error::Invalid`] for what cannot be asked for.
pub async fn create_with_pictures(
    engine: &Engine,
    caller: &Caller,
    kind: Kind,
    new: NewVerification,
) -> Result<VerificationId> {
    check(engine, caller, &new)?;
    let mut tx = engine.db().begin().await?;
    let mut policy = policy_of(&mut tx, caller, &new).await?;
    policy.screening = ScreeningRule::default();
    if kind == Kind::DocumentVerification {
        let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
        policy.require(requirements_for(&mut tx, caller.organization, whom).await?);
        policy = policy.for_steps(&[StepKind::Document]);
        if new.declared_identity.is_some() {
            policy = policy.comparing_declared();
        }
    } else {
        policy = policy.for_address();
    }
    let id = insert(engine, &mut tx, caller, new, policy, kind, None).await?;
    tx.commit().await?;
    Ok(id)
}

/// An authentication: is this the person who they say they are? It takes a face at once; consent was given when the
/// person was verified.
pub async fn authenticate(
    engine: &Engine,
    caller: &Caller,
    identity: ApplicantId,
    new: NewVerification,
) -> Result<VerificationId> {
    check(engine, caller, &new)?;
    let mut tx = engine.db().begin().await?;
    let policy = policy_of(&mut tx, caller, &new).await?.for_authentication();
    if open(engine, &mut tx, caller.organization, identity).await?.person.face_withdrawn_at.is_some() {
        let message = "the person took the consent to the processing of their face back; create a session for which \
                       they consent again";
        return Err(Error::conflict("consent_withdrawn", message));
    }
    let kind = Kind::FaceAuthentication;
    let id = insert(engine, &mut tx, caller, new, policy, kind, Some(identity)).await?;
    // By now this holds the audit log, as whoever forgets an identity does: they will see this authentication, or they were first.
    open(engine, &mut tx, caller.organization, identity).await?;
    tx.commit().await?;
    Ok(id)
}

/// The organization's policy with what this verification asks beyond it. What it asks less it does not get: whoever may
/// create verifications may not weaken decisions.
async fn policy_of(tx: &mut Tx, caller: &Caller, new: &NewVerification) -> Result<Policy> {
    let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
    let mut policy = policy_for(tx, caller.organization, whom, new.policy.as_deref()).await?;
    policy.liveness_mode = policy.liveness_mode.max(new.liveness_mode);
    policy.exhausted = policy.exhausted.max(new.exhausted);
    Ok(policy)
}

fn check(engine: &Engine, caller: &Caller, new: &NewVerification) -> Result<()> {
    if !caller.may(Scope::Write) {
        return Err(Error::Forbidden);
    }
    if let Some(url) = &new.webhook_url {
        check_url(engine, "webhook_url", url)?;
    }
    own_data("metadata", &new.metadata)?;
    own_data("settings", &new.settings)?;
    if new.purpose == Purpose::Share && !new.steps.contains(&StepKind::Consent) {
        let message = "must contain consent: without it nothing may be passed on";
        return Err(Error::invalid("steps", Rule::Required, message));
    }
    if new.third_parties.len() > MAX_THIRD_PARTIES {
        let message = format!("must name at most {MAX_THIRD_PARTIES}");
        return Err(Error::invalid("third_parties", Rule::Length, message));
    }
    let twice = |n: &usize| new.steps[..*n].contains(&new.steps[*n]);
    if let Some(n) = (0..new.steps.len()).find(twice) {
        let problem = Problem::new(format!("steps.{n}"), Rule::Other, "is asked for twice");
        return Err(Error::Invalid(vec![problem]));
    }
    if new.lifetime_days.is_some_and(|days| !(1..=MAX_LIFETIME_DAYS).contains(&days)) {
        let message = format!("must be from 1 to {MAX_LIFETIME_DAYS}");
        return Err(Error::invalid("lifetime_days", Rule::Range, message));
    }
    if let Some(DeclaredIdentity { rest, .. }) = &new.declared_identity {
        own_data("declared_data", rest)?;
    }
    steering::check(caller, &new.settings)
}

async fn insert(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    new: NewVerification,
    policy: Policy,
    kind: Kind,
    identity: Option<ApplicantId>,
) -> Result<VerificationId> {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let organization = caller.organization;
    let (id, applicant) = (VerificationId::new(now, entropy), ApplicantId::new(now, entropy));
    if let Some(client) = new.client {
        clients::count_request(tx, organization, client).await?;
    }
    let webhook_endpoint = match &new.webhook_url {
        Some(url) => Some(per_verification(engine, tx, organization, new.dialect, url).await?),
        None => None,
    };
    let private = Private {
        metadata: new.metadata,
        settings: new.settings,
        webhook_url: new.webhook_url,
        webhook_endpoint,
        subject: new.subject,
        declared_identity: new.declared_identity,
        lifetime_days: new.lifetime_days,
        step_config: new.step_config,
        third_parties: new.third_parties,
        ..Private::default()
    };
    let expires_at = now.plus_secs(lifetime_s(engine, new.lifetime_days));

    search::prepare(engine, tx, organization).await?;
    applicants::insert(tx, organization, applicant, now).await?;
    let key = subject_keys::create(tx, organization, applicant, engine.key_ring(), now, entropy).await?;
    let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
    let weights = weights_for(engine, tx, organization, whom).await?.id;
    let status = if identity.is_some() { Status::Capturing } else { Status::Created };
    let row = rows::Verification {
        id,
        organization,
        applicant,
        credential: Some(caller.credential),
        dialect: new.dialect.to_owned(),
        kind: kind.into(),
        identity,
        user_id: new.user_id,
        status: status.into(),
        version: 1,
        consent_given: None,
        consent_at: None,
        consent_text_version: None,
        document_type: None,
        liveness_mode: policy.liveness_mode.into(),
        policy: serde_json::to_value(&policy).unwrap_or(Value::Null),
        weights: Some(weights),
        sealed: Sealed::nothing(),
        verified: None,
        score: None,
        created_at: now,
        updated_at: now,
        completed_at: None,
        expires_at: Some(expires_at),
        purpose: new.purpose.into(),
        client: new.client,
        matter: new.matter,
    };
    let sealed = crypto::seal_json(&key, Object::Verification(id), &private, entropy)?;
    let row = rows::Verification { sealed, ..row };
    rows::insert(tx, organization, &row).await?;
    steps::insert_all(tx, organization, id, applicant, &new.steps).await?;
    let record = Record { row, private, key };
    search::index(engine, tx, &record).await?;
    let detail = json!({"dialect": new.dialect, "kind": kind});
    record.note(engine, tx, AuditAction::VerificationCreated, &caller.actor(), &detail).await?;
    if kind == Kind::IdentityVerification {
        emit_for(engine, tx, &record, EventType::ApplicantCreated).await?;
    }
    emit_for(engine, tx, &record, EventType::VerificationCreated).await?;
    if status == Status::Capturing {
        emit_for(engine, tx, &record, EventType::VerificationStarted).await?;
    }
    let timer = NewJob {
        kind: JobKind::Expire,
        subject: id.uuid(),
        payload: json!({}),
        unique_key: None,
        run_at: expires_at,
    };
    jobs::enqueue(engine, tx, organization, timer).await?;
    Ok(id)
}

/// How long a person has, in seconds.
pub(super) fn lifetime_s(engine: &Engine, days: Option<u32>) -> i64 {
    const DAY_S: i64 = 24 * 3600;
    days.map_or(engine.settings.verification_lifetime_s, |days| i64::from(days) * DAY_S)
}
