//! A new verification or authentication: the person's row and key, the policy and weights it will be judged by, and
//! the timer that lets it expire.

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    id::{ApplicantId, VerificationId},
    policy::{Exhausted, LivenessMode, Policy},
    problem::Rule,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, Sealed},
    subject_keys, verifications as rows,
    weights::Whom,
};
use serde_json::{Value, json};

use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        jobs::{self, JobKind, NewJob},
        private::Private,
        record::Record,
    },
    events::emit::emit_for,
    identities::person::open,
    sandbox::scenarios,
    tuning::{policies::policy_for, requirements::requirements_for, weights::weights_for},
    webhooks::{endpoint::check_url, per_verification::per_verification},
};

/// Most bytes of the caller's own data in one verification.
const MAX_PRIVATE: usize = 64 << 10;

#[derive(Debug, Default)]
pub struct NewVerification {
    /// The API it is created through.
    pub dialect: &'static str,
    /// The name of one of the organization's policies; the default one when absent.
    pub policy: Option<String>,
    /// Asked beyond the policy: movements where it asks for none, a pause where it has none.
    pub liveness_mode: LivenessMode,
    pub exhausted: Exhausted,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    /// JSON objects, or null.
    pub metadata: Value,
    pub settings: Value,
    pub webhook_url: Option<String>,
}

/// A verification: who is this? It waits for consent.
pub async fn create(engine: &Engine, caller: &Caller, new: NewVerification) -> Result<VerificationId> {
    check(engine, caller, &new)?;
    let mut tx = engine.db().begin().await?;
    let mut policy = policy_of(&mut tx, caller, &new).await?;
    let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
    policy.require(requirements_for(&mut tx, caller.organization, whom).await?);
    let id = insert(engine, &mut tx, caller, new, policy, None).await?;
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
    open(engine, &mut tx, caller.organization, identity).await?;
    let id = insert(engine, &mut tx, caller, new, policy, Some(identity)).await?;
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
    for (field, value) in [("metadata", &new.metadata), ("settings", &new.settings)] {
        if value.to_string().len() > MAX_PRIVATE {
            return Err(Error::invalid(field, Rule::Length, format!("must be at most {MAX_PRIVATE} bytes")));
        }
    }
    scenarios::check(caller, &new.settings)
}

async fn insert(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    new: NewVerification,
    policy: Policy,
    identity: Option<ApplicantId>,
) -> Result<VerificationId> {
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let organization = caller.organization;
    let (id, applicant) = (VerificationId::new(now, entropy), ApplicantId::new(now, entropy));
    let webhook_endpoint = match &new.webhook_url {
        Some(url) => Some(per_verification(engine, tx, organization, new.dialect, url).await?),
        None => None,
    };
    let private = Private {
        metadata: new.metadata,
        settings: new.settings,
        webhook_url: new.webhook_url,
        webhook_endpoint,
        ..Private::default()
    };
    let expires_at = now.plus_secs(engine.settings.verification_lifetime_s);

    applicants::insert(tx, organization, applicant, now).await?;
    let key = subject_keys::create(tx, organization, applicant, engine.key_ring(), now, entropy).await?;
    let whom = Whom { client: &caller.client_id, user_id: &new.user_id };
    let weights = weights_for(engine, tx, organization, whom).await?.id;
    let (kind, status) = match identity {
        None => (Kind::IdentityVerification, Status::Created),
        Some(_) => (Kind::FaceAuthentication, Status::Capturing),
    };
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
    };
    let sealed = crypto::seal_json(&key, Object::Verification(id), &private, entropy)?;
    let row = rows::Verification { sealed, ..row };
    rows::insert(tx, organization, &row).await?;
    let record = Record { row, private, key };
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
