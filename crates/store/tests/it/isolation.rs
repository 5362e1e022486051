//! Tenant B asks with tenant A's ids.

use bonafide_core::{
    audit::AuditAction,
    document::DocumentType,
    event::{EventType, Snapshot},
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
    id::{CredentialId, OrganizationId},
    policy::DataSource,
};
use bonafide_store::{
    Error, Tx, applicants, assessments, audit, credentials,
    crypto::Sealed,
    events, evidence, findings, history, jobs,
    liveness_sessions::{self, LivenessSession},
    requirements,
    secrets::PlainSecret,
    subject_keys,
    verifications::{self, Filter, Page},
    weights::{self, Whom},
};
use serde_json::json;

use crate::stage::{Stage, Tenant};

fn everything() -> events::Filter {
    events::Filter::default()
}

/// One row of everything for a tenant.
async fn furnish(
    stage: &Stage,
    t: &Tenant,
) -> (evidence::Evidence, PlainSecret, bonafide_core::id::WeightsId) {
    let picture = stage.picture(t, EvidenceKind::Selfie, b"face").await;
    let now = stage.now();
    let mut tx = stage.begin().await;
    evidence::insert(&mut tx, t.organization, &picture).await.unwrap();
    let finding = Finding::new(Check::FaceMatch, Outcome::Clear);
    findings::insert(&mut tx, t.organization, t.verification, &[finding], now, &stage.entropy).await.unwrap();
    let weights_id = stage.id();
    weights::insert(&mut tx, t.organization, weights_id, Whom::default(), &json!({}), now).await.unwrap();
    let scope = requirements::Scope {
        whom: Whom::default(),
        document_type: DocumentType::Passport,
        data_source: DataSource::Mrz,
    };
    requirements::insert(&mut tx, t.organization, scope, &json!({}), now).await.unwrap();
    history::append(&mut tx, t.organization, t.verification, now, "noted", &json!({})).await.unwrap();
    let (id, subject) = (stage.id(), t.verification.uuid());
    let (event_type, snapshot) = (EventType::VerificationCreated, Snapshot::default());
    let event =
        events::insert(&mut tx, t.organization, id, event_type, subject, &snapshot, now).await.unwrap();
    assert_eq!(events::list(&mut tx, t.organization, &everything(), 10).await.unwrap(), [event]);
    let secret = PlainSecret::new("bfl", &stage.entropy);
    let session = LivenessSession {
        id: stage.id(),
        organization: t.organization,
        verification: t.verification,
        token_sha256: secret.hash(),
        created_at: now,
        expires_at: now.plus_secs(60),
        used_at: None,
        challenge: None,
    };
    liveness_sessions::insert(&mut tx, t.organization, &session).await.unwrap();
    let action = AuditAction::WeightsChanged;
    let entry = audit::Entry { at: now, actor: "a", action, object: "c", detail: &json!({}) };
    audit::append(&mut tx, t.organization, &stage.ring, entry).await.unwrap();
    tx.commit().await.unwrap();
    (picture, secret, weights_id)
}

async fn sees_nothing_of(tx: &mut Tx, stage: &Stage, me: OrganizationId, a: &Tenant) {
    let none = |found: bool, what: &str| assert!(!found, "{what} of another tenant was found");
    let v = a.verification;
    none(applicants::get(tx, me, a.applicant).await.unwrap().is_some(), "the applicant");
    none(verifications::get(tx, me, v).await.unwrap().is_some(), "the verification");
    let filter = Filter { applicants: &[a.applicant], ..Filter::default() };
    let page = Page { after: None, skip: 0, limit: 10 };
    none(!verifications::list(tx, me, &filter, page).await.unwrap().is_empty(), "a listed verification");
    none(!verifications::count(tx, me, &filter).await.unwrap().is_empty(), "a counted verification");
    none(!evidence::list(tx, me, v).await.unwrap().is_empty(), "evidence");
    none(evidence::usage(tx, me, v).await.unwrap().0 > 0, "counted evidence");
    none(!findings::list(tx, me, v).await.unwrap().is_empty(), "findings");
    none(assessments::latest(tx, me, v).await.unwrap().is_some(), "an assessment");
    none(!history::list(tx, me, v).await.unwrap().is_empty(), "history");
    none(!events::list(tx, me, &everything(), 10).await.unwrap().is_empty(), "events");
    none(liveness_sessions::open(tx, me, v, stage.now()).await.unwrap().is_some(), "a liveness session");
    none(weights::current(tx, me, Whom::default()).await.unwrap().is_some(), "weights");
    none(!requirements::current(tx, me, Whom::default()).await.unwrap().is_empty(), "requirements");
    none(!audit::list(tx, me, 0, 10).await.unwrap().is_empty(), "an audit entry");
    none(!credentials::list(tx, me).await.unwrap().is_empty(), "a credential");
    none(jobs::open_count(tx, me, v.uuid()).await.unwrap() > 0, "a job");
    let key = subject_keys::load(tx, me, a.applicant, &stage.ring).await;
    assert!(matches!(key, Err(Error::NotFound("data key"))), "{key:?}");
}

pub(crate) async fn another_tenants_ids_find_nothing(stage: Stage) {
    let a = stage.tenant().await;
    let (picture, secret, weights_id) = furnish(&stage, &a).await;
    let me = stage.organization().await;
    let now = stage.now();
    let mut tx = stage.begin().await;
    sees_nothing_of(&mut tx, &stage, me, &a).await;
    assert_eq!(evidence::get(&mut tx, me, picture.id).await.unwrap(), None);
    assert_eq!(weights::get(&mut tx, me, weights_id).await.unwrap(), None);

    // Nor can B change anything.
    let mut row = verifications::get(&mut tx, a.organization, a.verification).await.unwrap().unwrap();
    let changed = verifications::update(&mut tx, me, &mut row).await;
    assert!(matches!(changed, Err(Error::Conflict(_))), "{changed:?}");
    let changed = applicants::update(&mut tx, me, a.applicant, &Sealed::nothing()).await;
    assert!(matches!(changed, Err(Error::NotFound(_))), "{changed:?}");
    let changed = applicants::anonymize(&mut tx, me, a.applicant, now).await;
    assert!(matches!(changed, Err(Error::NotFound(_))), "{changed:?}");
    let changed = subject_keys::destroy(&mut tx, me, a.applicant, now).await;
    assert!(matches!(changed, Err(Error::NotFound(_))), "{changed:?}");
    assert_eq!(evidence::supersede(&mut tx, me, a.verification, EvidenceKind::Selfie, now).await.unwrap(), 0);
    assert_eq!(findings::supersede(&mut tx, me, a.verification, now).await.unwrap(), 0);
    let token = liveness_sessions::redeem(&mut tx, me, a.verification, secret.hash(), now).await.unwrap();
    assert_eq!(token, None);
    let appended = history::append(&mut tx, me, a.verification, now, "noted", &json!({})).await;
    assert!(matches!(appended, Err(Error::NotFound(_))), "{appended:?}");
    let id: CredentialId = stage.id();
    assert!(matches!(credentials::revoke(&mut tx, me, id, now).await, Err(Error::NotFound(_))));
    // A itself still finds everything.
    assert_eq!(evidence::list(&mut tx, a.organization, a.verification).await.unwrap(), [picture]);
    assert!(subject_keys::load(&mut tx, a.organization, a.applicant, &stage.ring).await.is_ok());
}

/// Should a query ever forget the tenant, the database still refuses the row.
pub(crate) async fn rows_cannot_point_into_another_tenant(stage: Stage) {
    let a = stage.tenant().await;
    let me = stage.organization().await;
    let picture = stage.picture(&a, EvidenceKind::Selfie, b"face").await;
    let finding = [Finding::new(Check::FaceMatch, Outcome::Clear)];
    let row = stage.verification(me, a.applicant, &a.key);

    let mut tx = stage.begin().await;
    assert!(verifications::insert(&mut tx, me, &row).await.is_err());
    tx.rollback().await.unwrap();
    let mut tx = stage.begin().await;
    assert!(evidence::insert(&mut tx, me, &picture).await.is_err());
    tx.rollback().await.unwrap();
    let mut tx = stage.begin().await;
    let inserted = findings::insert(&mut tx, me, a.verification, &finding, stage.now(), &stage.entropy).await;
    assert!(inserted.is_err());
    tx.rollback().await.unwrap();
    let mut tx = stage.begin().await;
    let key = subject_keys::create(&mut tx, me, a.applicant, &stage.ring, stage.now(), &stage.entropy).await;
    assert!(key.is_err());
}
