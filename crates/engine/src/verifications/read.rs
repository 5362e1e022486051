//! Reading verifications back.

use bonafide_core::{
    document::{DocumentType, Side},
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome},
    id::{ApplicantId, CredentialId, EvidenceId, VerificationId, WeightsId},
    policy::LivenessMode,
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, assessments, credentials, evidence as evidence_rows, findings as finding_rows, history,
    verifications::{self as rows, Verification},
};

pub use history::Entry;
use serde_json::{Map, Value};

use crate::{
    Caller, Engine, Private, Result,
    record::{Record, parse_word},
};

/// A verification as a reader sees it.
#[derive(Debug, Clone)]
pub struct View {
    pub id: VerificationId,
    pub kind: Kind,
    pub client_id: Option<String>,
    pub weights: Option<WeightsId>,
    pub status: Status,
    pub document_type: DocumentType,
    pub liveness_mode: LivenessMode,
    pub consent: Option<(bool, Timestamp)>,
    /// Who the person turned out to be, or says they are.
    pub identity: Option<ApplicantId>,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    /// The evidence that counts, with when it was given.
    pub given: Vec<Given>,
    /// When the findings were last judged.
    pub judged_at: Option<Timestamp>,
    pub findings: Vec<Finding>,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    pub created_at: Timestamp,
    pub completed_at: Option<Timestamp>,
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
    pub fn evidence(&self, kind: EvidenceKind) -> Option<Given> {
        self.given.iter().find(|g| g.kind == kind).copied()
    }

    pub fn given_at(&self, kind: EvidenceKind) -> Option<Timestamp> {
        self.evidence(kind).map(|g| g.at)
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
    view_of(engine, &mut tx, caller, row).await
}

/// Says whether the caller has a verification of this kind under this id; otherwise it is not found.
pub async fn expect(engine: &Engine, caller: &Caller, kind: Kind, id: VerificationId) -> Result<()> {
    let mut tx = engine.db.read().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?;
    row.filter(|row| row.kind == kind.as_str()).map(drop).ok_or(crate::Error::NotFound("session"))
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

/// The findings of the last hand-in.
pub async fn findings(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Finding>> {
    Ok(read(engine, caller, id).await?.findings)
}

/// Which verifications to list. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Kind,
    pub statuses: Vec<Status>,
    /// OAuth client ids.
    pub client_ids: Vec<String>,
    pub identity_ids: Vec<String>,
    /// The caller's users.
    pub user_ids: Vec<String>,
    pub verified: Option<bool>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Part of a name, of the document number or of the id.
    pub search_term: Option<String>,
    /// Pairs that have to be in the metadata.
    pub metadata: Map<String, Value>,
    pub skip: u32,
    pub take: u32,
}

impl Filter {
    /// Whether the filter asks for something that is stored only encrypted.
    fn looks_inside(&self) -> bool {
        self.search_term.is_some() || !self.metadata.is_empty()
    }

    fn matches(&self, view: &View) -> bool {
        let Some(private) = &view.private else { return false };
        let in_metadata = |(key, value): (&String, &Value)| private.metadata.get(key) == Some(value);
        let found = self.search_term.as_ref().is_none_or(|term| {
            private.reading.as_ref().is_some_and(|r| r.is_found_by(term))
                || view.id.to_string().contains(&term.trim().to_lowercase())
        });
        found && self.metadata.iter().all(in_metadata)
    }
}

/// How many verifications the filter matches, by status.
pub type Counts = Vec<(Status, i64)>;

/// A page of the organization's verifications, newest first, and the counts of all that match.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<View>, Counts)> {
    let mut tx = engine.db.read().await?;
    let names = client_names(&mut tx, caller).await?;
    let credentials: Vec<CredentialId> =
        names.iter().filter(|(_, n)| filter.client_ids.contains(n)).map(|(id, _)| *id).collect();
    let identities: Vec<ApplicantId> = filter.identity_ids.iter().filter_map(|id| id.parse().ok()).collect();
    let impossible = (!filter.client_ids.is_empty() && credentials.is_empty())
        || (!filter.identity_ids.is_empty() && identities.is_empty());
    if impossible {
        return Ok((vec![], vec![]));
    }
    let statuses: Vec<&str> = filter.statuses.iter().map(|s| s.as_str()).collect();
    let query = rows::Filter {
        kind: filter.kind.as_str(),
        statuses: &statuses,
        applicants: &[],
        identities: &identities,
        credentials: &credentials,
        user_ids: &filter.user_ids,
        verified: filter.verified,
        from: filter.from,
        until: filter.until,
    };
    if filter.looks_inside() {
        return search(engine, &mut tx, caller, filter, &query, &names).await;
    }
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

/// Names and metadata are stored only encrypted, so this opens every row the other filters leave.
async fn search(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    filter: &Filter,
    query: &rows::Filter<'_>,
    names: &ClientNames,
) -> Result<(Vec<View>, Counts)> {
    const BATCH: i64 = 200;
    let (mut views, mut counts, mut after, mut seen) = (vec![], Counts::new(), None, 0u32);
    loop {
        let page = rows::Page { after, skip: 0, limit: BATCH };
        let batch = rows::list(tx, caller.organization, query, page).await?;
        let Some(last) = batch.last() else { return Ok((views, counts)) };
        after = Some((last.created_at, last.id));
        for row in batch {
            let view = view(engine, tx, row, names, false).await?;
            if !filter.matches(&view) {
                continue;
            }
            match counts.iter_mut().find(|(status, _)| *status == view.status) {
                Some((_, n)) => *n += 1,
                None => counts.push((view.status, 1)),
            }
            if seen >= filter.skip && views.len() < filter.take as usize {
                views.push(view);
            }
            seen += 1;
        }
    }
}

pub(crate) type ClientNames = Vec<(CredentialId, String)>;

pub(crate) async fn client_names(tx: &mut Tx, caller: &Caller) -> Result<ClientNames> {
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
        .filter_map(|e| Some(Given { id: e.id, kind: EvidenceKind::parse(&e.kind)?, at: e.created_at }))
        .collect();
    let findings = finding_rows::list(tx, organization, row.id).await?;
    let judged_at = assessments::latest(tx, organization, row.id).await?.map(|a| a.created_at);
    let history = if with_history { history::list(tx, organization, row.id).await? } else { vec![] };
    let (row, private) = match Record::open(engine, tx, row.clone()).await {
        Ok(record) => (record.row, Some(record.private)),
        Err(crate::Error::Conflict { code: "anonymized", .. }) => (row, None),
        Err(other) => return Err(other),
    };
    Ok(View {
        id: row.id,
        kind: parse_word(Some(&row.kind)).unwrap_or_default(),
        client_id: names.iter().find(|(id, _)| Some(*id) == row.credential).map(|(_, n)| n.clone()),
        weights: row.weights,
        status: Status::parse(&row.status).unwrap_or(Status::ReviewRequired),
        document_type: parse_word(row.document_type.as_deref()).unwrap_or_default(),
        liveness_mode: parse_word(Some(&row.liveness_mode)).unwrap_or_default(),
        consent: row.consent_given.zip(row.consent_at),
        identity: row.identity,
        user_id: row.user_id,
        given,
        judged_at,
        findings,
        verified: row.verified,
        score: row.score,
        created_at: row.created_at,
        completed_at: row.completed_at,
        private,
        history,
    })
}
