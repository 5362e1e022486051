//! Reading verifications back.

use bonafide_core::{
    document::{DocumentType, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
    id::{CredentialId, VerificationId, WeightsId},
    policy::LivenessMode,
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx, credentials, evidence as evidence_rows, findings as finding_rows, history,
    verifications::{self as rows, Verification},
};

use crate::{
    Caller, Engine, Private, Result,
    record::{Record, parse_word},
};

/// A verification as a reader sees it.
#[derive(Debug, Clone)]
pub struct View {
    pub id: VerificationId,
    pub client_id: Option<String>,
    pub weights: Option<WeightsId>,
    pub status: Status,
    pub document_type: DocumentType,
    pub liveness_mode: LivenessMode,
    pub consent: Option<(bool, Timestamp)>,
    /// When each kind of evidence was last given.
    pub given: Vec<(EvidenceKind, Timestamp)>,
    pub findings: Vec<Finding>,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    /// Personal data; absent after it was erased.
    pub private: Option<Private>,
    pub history: Vec<history::Entry>,
}

impl View {
    pub fn given_at(&self, kind: EvidenceKind) -> Option<Timestamp> {
        self.given.iter().find(|(k, _)| *k == kind).map(|(_, at)| *at)
    }

    pub fn finding(&self, check: Check, side: Option<Side>) -> Option<&Finding> {
        self.findings.iter().find(|f| f.check == check && f.side == side)
    }

    /// Whether a check was assessed and clear; `None` when it was not assessed.
    pub fn passed(&self, check: Check) -> Option<bool> {
        let mut seen = self.findings.iter().filter(|f| f.check == check && f.outcome != Outcome::NotAssessed);
        let first = seen.next()?;
        Some(first.outcome == Outcome::Clear && seen.all(|f| f.outcome == Outcome::Clear))
    }
}

pub async fn read(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<View> {
    let mut tx = engine.db.read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(crate::Error::NotFound("session"))?;
    let names = client_names(&mut tx, caller).await?;
    view(engine, &mut tx, row, &names, true).await
}

/// The findings of the last hand-in.
pub async fn findings(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Finding>> {
    Ok(read(engine, caller, id).await?.findings)
}

/// Which verifications to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub statuses: Vec<Status>,
    /// OAuth client ids; empty leaves nothing out.
    pub client_ids: Vec<String>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub skip: u32,
    pub take: u32,
}

/// How many verifications the filter matches, by status.
pub type Counts = Vec<(Status, i64)>;

/// A page of the organization's verifications, newest first, and the counts of all that match.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<View>, Counts)> {
    let mut tx = engine.db.read().await?;
    let names = client_names(&mut tx, caller).await?;
    let wanted: Vec<CredentialId> =
        names.iter().filter(|(_, n)| filter.client_ids.contains(n)).map(|(id, _)| *id).collect();
    if !filter.client_ids.is_empty() && wanted.is_empty() {
        return Ok((vec![], vec![]));
    }
    let statuses: Vec<&str> = filter.statuses.iter().map(|s| s.as_str()).collect();
    let query = rows::Filter {
        statuses: &statuses,
        credentials: &wanted,
        from: filter.from,
        until: filter.until,
        ..rows::Filter::default()
    };
    let page = rows::Page { after: None, skip: filter.skip.into(), limit: filter.take.into() };
    let found = rows::list(&mut tx, caller.organization, &query, page).await?;
    let counts = rows::count(&mut tx, caller.organization, &query).await?;
    let mut views = Vec::with_capacity(found.len());
    for row in found {
        views.push(view(engine, &mut tx, row, &names, false).await?);
    }
    let counts = counts.into_iter().filter_map(|(word, n)| Some((Status::parse(&word)?, n))).collect();
    Ok((views, counts))
}

type ClientNames = Vec<(CredentialId, String)>;

async fn client_names(tx: &mut Tx, caller: &Caller) -> Result<ClientNames> {
    let all = credentials::list(tx, caller.organization).await?;
    Ok(all.into_iter().map(|c| (c.id, c.public_id)).collect())
}

async fn view(
    engine: &Engine,
    tx: &mut Tx,
    row: Verification,
    names: &ClientNames,
    with_history: bool,
) -> Result<View> {
    let organization = row.organization;
    let given = evidence_rows::list(tx, organization, row.id)
        .await?
        .into_iter()
        .filter_map(|e| Some((EvidenceKind::parse(&e.kind)?, e.created_at)))
        .collect();
    let findings = finding_rows::list(tx, organization, row.id).await?;
    let history =
        if with_history { history::list(tx, organization, row.id).await? } else { vec![] };
    let (row, private) = match Record::open(engine, tx, row.clone()).await {
        Ok(record) => (record.row, Some(record.private)),
        Err(crate::Error::Conflict { code: "anonymized", .. }) => (row, None),
        Err(other) => return Err(other),
    };
    Ok(View {
        id: row.id,
        client_id: names.iter().find(|(id, _)| Some(*id) == row.credential).map(|(_, n)| n.clone()),
        weights: row.weights,
        status: Status::parse(&row.status).unwrap_or(Status::ReviewRequired),
        document_type: parse_word(row.document_type.as_deref()).unwrap_or_default(),
        liveness_mode: parse_word(Some(&row.liveness_mode)).unwrap_or_default(),
        consent: row.consent_given.zip(row.consent_at),
        given,
        findings,
        verified: row.verified,
        score: row.score,
        created_at: row.created_at,
        completed_at: row.completed_at,
        private,
        history,
    })
}
