//! A new verification: the person's row and key, the policy and weights it will be judged by, and the
//! timer that lets it expire.

use bonafide_core::{
    id::{ApplicantId, JobId, VerificationId, WeightsId},
    policy::{LivenessMode, Policy},
    problem::Rule,
    verification::Status,
    weights::Weights,
};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, Sealed},
    jobs, subject_keys, verifications as rows, weights,
};
use serde_json::{Value, json};

use crate::{
    Caller, Engine, Error, Private, Result, Scope,
    jobs::{EXPIRE, TIMERS},
    record::{Record, word},
};

/// Most bytes of the caller's own data in one verification.
const MAX_PRIVATE: usize = 64 << 10;

#[derive(Debug, Default)]
pub struct NewVerification {
    /// The API it is created through.
    pub dialect: &'static str,
    pub liveness_mode: LivenessMode,
    /// JSON objects, or null.
    pub metadata: Value,
    pub settings: Value,
    pub webhook_url: Option<String>,
}

pub async fn create(engine: &Engine, caller: &Caller, new: NewVerification) -> Result<VerificationId> {
    if !caller.may(Scope::Verifications) {
        return Err(Error::Forbidden);
    }
    for (field, value) in [("metadata", &new.metadata), ("settings", &new.settings)] {
        if value.to_string().len() > MAX_PRIVATE {
            return Err(Error::invalid(field, Rule::Length, format!("must be at most {MAX_PRIVATE} bytes")));
        }
    }
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let organization = caller.organization;
    let (id, applicant) = (VerificationId::new(now, entropy), ApplicantId::new(now, entropy));
    let private = Private {
        metadata: new.metadata,
        settings: new.settings,
        webhook_url: new.webhook_url,
        ..Private::default()
    };
    let policy = Policy { liveness_mode: new.liveness_mode, ..Policy::default() };
    let expires_at = now.plus_secs(engine.settings.verification_lifetime_s);

    let mut tx = engine.db.begin().await?;
    applicants::insert(&mut tx, organization, applicant, now).await?;
    let key = subject_keys::create(&mut tx, organization, applicant, &*engine.key_ring, now, entropy).await?;
    let weights = current_weights(engine, &mut tx, caller).await?;
    let row = rows::Verification {
        id,
        organization,
        applicant,
        credential: Some(caller.credential),
        dialect: new.dialect.to_owned(),
        status: Status::Created.as_str().to_owned(),
        version: 1,
        consent_given: None,
        consent_at: None,
        consent_text_version: None,
        document_type: None,
        liveness_mode: word(new.liveness_mode),
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
    rows::insert(&mut tx, organization, &row).await?;
    let record = Record { row, private, key };
    record.note(engine, &mut tx, "created", &caller.actor(), &json!({"dialect": new.dialect})).await?;
    let timer = jobs::NewJob {
        id: JobId::new(now, entropy),
        queue: TIMERS,
        kind: EXPIRE,
        subject: id.uuid(),
        payload: &json!({}),
        unique_key: None,
        now,
        run_at: expires_at,
        max_attempts: 20,
    };
    jobs::enqueue(&mut tx, organization, timer).await?;
    tx.commit().await?;
    Ok(id)
}

/// The organization's weights in force; the defaults become its first version, so that every
/// verification names the version it was judged by.
async fn current_weights(engine: &Engine, tx: &mut Tx, caller: &Caller) -> Result<WeightsId> {
    if let Some(current) = weights::current(tx, caller.organization, "").await? {
        return Ok(current.id);
    }
    let id = WeightsId::new(engine.now(), &*engine.entropy);
    let knobs = serde_json::to_value(Weights::default()).unwrap_or(Value::Null);
    weights::insert(tx, caller.organization, id, "", &knobs, engine.now()).await?;
    Ok(id)
}
