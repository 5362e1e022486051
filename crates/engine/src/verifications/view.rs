//! A verification as a reader sees it.

use bonafide_core::{
    document::{DocumentType, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
    id::{ApplicantId, ClientId, CredentialId, EvidenceId, MatterId, PolicyId, VerificationId, WeightsId},
    live,
    policy::LivenessMode,
    recapture::{self, Capture, Wanted},
    time::Timestamp,
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Tx, assessments, credentials, evidence as evidence_rows, findings as finding_rows, history,
    verifications::Verification,
};
use serde_json::Value;

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        private::Private,
        record::{self, Record},
        stored::Stored,
    },
    checks::decide::document_accepted,
    steps::step::{Step, views},
};

/// A verification as a reader sees it.
#[derive(Debug, Clone)]
pub struct View {
    pub id: VerificationId,
    pub applicant: ApplicantId,
    pub kind: Kind,
    pub client_id: Option<String>,
    pub weights: Option<WeightsId>,
    /// The version of the organization's policies that it was made with; none: the product's own.
    pub policy: Option<PolicyId>,
    pub status: Status,
    pub document_type: DocumentType,
    pub liveness_mode: LivenessMode,
    /// Whether nobody is approved without being compared with lists.
    pub screening: bool,
    pub consent: Option<(bool, Timestamp)>,
    /// Who the person turned out to be, or says they are.
    pub identity: Option<ApplicantId>,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    /// The evidence that counts, with when it was given.
    pub given: Vec<Given>,
    /// What the person is asked for again and has not given since.
    pub wanted: Vec<Wanted>,
    /// When the findings were last judged.
    pub judged_at: Option<Timestamp>,
    pub findings: Vec<Finding>,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    pub purpose: Purpose,
    /// The API it was created through.
    pub dialect: String,
    /// The organization's own record of the person.
    pub client: Option<ClientId>,
    /// The organization's case that it belongs to.
    pub matter: Option<MatterId>,
    /// What the person is asked for, in this order.
    pub steps: Vec<Step>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// Personal data; absent after it was erased.
    pub private: Option<Private>,
    pub history: Vec<Entry>,
}

/// One piece of evidence.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub at: Timestamp,
}

impl View {
    /// Whether a step of the capture is done: it was given, and is not wanted again.
    pub fn has(&self, capture: Capture) -> bool {
        self.evidence(capture.evidence()).is_some() && self.wanted.iter().all(|w| w.capture != capture)
    }

    pub fn evidence(&self, kind: EvidenceKind) -> Option<Given> {
        self.given.iter().find(|g| g.kind == kind).copied()
    }

    pub fn given_at(&self, kind: EvidenceKind) -> Option<Timestamp> {
        self.evidence(kind).map(|g| g.at)
    }

    pub fn finding(&self, check: Check, side: Option<Side>) -> Option<&Finding> {
        self.findings.iter().find(|f| f.check == check && f.side == side)
    }

    /// Whether the document is one that is accepted; `None` where that is not known.
    pub fn document(&self) -> Option<bool> {
        document_accepted(&self.findings, self.status == Status::Declined)
    }

    /// Whether a live person was in front of the camera; `None` until that is judged.
    pub fn live(&self) -> Option<bool> {
        live::detected(&self.findings)
    }

    /// When a live person was detected.
    pub fn live_at(&self) -> Option<Timestamp> {
        self.judged_at.filter(|_| self.live() == Some(true))
    }

    /// Whether a check was assessed and clear; `None` when it was not assessed.
    pub fn passed(&self, check: Check) -> Option<bool> {
        let mut seen = self.findings.iter().filter(|f| f.check == check && f.outcome != Outcome::NotAssessed);
        let first = seen.next()?;
        Some(first.outcome == Outcome::Clear && seen.all(|f| f.outcome == Outcome::Clear))
    }
}

/// A line of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub seq: i64,
    pub at: Timestamp,
    /// A stable word.
    pub event: String,
    pub detail: Value,
}

pub(crate) async fn view_of(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    row: Verification,
) -> Result<View> {
    let names = client_names(tx, caller).await?;
    view(engine, tx, row, &names, true).await
}

pub(crate) type ClientNames = Vec<(CredentialId, String)>;

pub(crate) async fn client_names(tx: &mut Tx, caller: &Caller) -> Result<ClientNames> {
    let all = credentials::list(tx, caller.organization).await?;
    Ok(all.into_iter().map(|c| (c.id, c.public_id)).collect())
}

pub(crate) async fn view(
    engine: &Engine,
    tx: &mut Tx,
    row: Verification,
    names: &ClientNames,
    with_history: bool,
) -> Result<View> {
    let organization = row.organization;
    let given: Vec<Given> = evidence_rows::list(tx, organization, row.id)
        .await?
        .into_iter()
        .filter_map(|e| Some(Given { id: e.id, kind: e.kind.known()?, at: e.created_at }))
        .collect();
    let findings = finding_rows::list(tx, organization, row.id).await?;
    let judged = assessments::latest(tx, organization, row.id).await?;
    let lines = if with_history { history::list(tx, organization, row.id).await? } else { vec![] };
    let line = |l: history::Entry| Entry { seq: l.seq, at: l.at, event: l.event, detail: l.detail };
    let history = lines.into_iter().map(line).collect();
    let record = match Record::open(engine, tx, row.clone()).await {
        Ok(record) => Some(record),
        Err(Error::Conflict { code: "anonymized", .. }) => None,
        Err(other) => return Err(other),
    };
    let private = record.as_ref().map(|r| &r.private);
    let wanted = match record::status(&row) {
        Status::RetryRequired | Status::Inconclusive => {
            wanted_again(&row, &given, &findings, judged.as_ref(), private)
        }
        _ => vec![],
    };
    let kinds: Vec<EvidenceKind> = given.iter().map(|g| g.kind).collect();
    let again: Vec<Capture> = wanted.iter().map(|w| w.capture).collect();
    let steps = views(tx, &row, record.as_ref(), &kinds, &again).await?;
    let private = record.map(|r| r.private);
    Ok(View {
        id: row.id,
        applicant: row.applicant,
        screening: row.policy["screening"]["required"] == true,
        kind: row.kind.known().unwrap_or_default(),
        client_id: names.iter().find(|(id, _)| Some(*id) == row.credential).map(|(_, n)| n.clone()),
        weights: row.weights,
        policy: row.policy["id"].as_str().and_then(|id| id.parse().ok()),
        status: record::status(&row),
        document_type: record::document_type(&row),
        liveness_mode: row.liveness_mode.known().unwrap_or_default(),
        consent: row.consent_given.zip(row.consent_at),
        identity: row.identity,
        user_id: row.user_id,
        given,
        wanted,
        judged_at: judged.map(|a| a.created_at),
        findings,
        verified: row.verified,
        score: row.score,
        purpose: row.purpose.known().unwrap_or_default(),
        dialect: row.dialect,
        client: row.client,
        matter: row.matter,
        steps,
        created_at: row.created_at,
        updated_at: row.updated_at,
        completed_at: row.completed_at,
        expires_at: row.expires_at,
        private,
        history,
    })
}

/// What the last decision asks for again, without what came since it was handed in.
fn wanted_again(
    row: &Verification,
    given: &[Given],
    findings: &[Finding],
    judged: Option<&assessments::Assessment>,
    private: Option<&Private>,
) -> Vec<Wanted> {
    let all: &[Capture] = match row.kind.known().unwrap_or_default() {
        Kind::IdentityVerification => &[Capture::DocumentFront, Capture::Liveness],
        Kind::FaceAuthentication => &[Capture::Liveness],
        Kind::DocumentVerification | Kind::AddressVerification => &[Capture::DocumentFront],
    };
    let decided: Option<Stored> = judged.and_then(|a| serde_json::from_value(a.detail.clone()).ok());
    let reasons = decided.map(|d| d.assessment.reasons).unwrap_or_default();
    let handed_in = private.and_then(|p| p.handed_in.as_ref());
    let is_new = |id: &EvidenceId| handed_in.is_some_and(|before| !before.evidence.contains(id));
    let came_since = |c: Capture| given.iter().any(|g| g.kind == c.evidence() && is_new(&g.id));
    let wanted = match private.and_then(|p| p.asked_again.as_ref()) {
        // A reviewer said what to capture again, whatever the checks found.
        Some(asked) => asked.captures.iter().map(|c| Wanted { capture: *c, reasons: vec![] }).collect(),
        None => recapture::wanted(findings, &reasons, all),
    };
    wanted.into_iter().filter(|w| !came_since(w.capture)).collect()
}
