//! Verifications listed, and looked for.

use bonafide_core::{
    id::{ApplicantId, CredentialId},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx,
    verifications::{self as rows, Order},
};
use serde_json::{Map, Value};

use super::view::{ClientNames, View, client_names, view};
use crate::base::{caller::Caller, engine::Engine, error::Result};

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
    let mut tx = engine.db().read().await?;
    let names = client_names(&mut tx, caller).await?;
    let credentials: Vec<CredentialId> =
        names.iter().filter(|(_, n)| filter.client_ids.contains(n)).map(|(id, _)| *id).collect();
    let identities: Vec<ApplicantId> = filter.identity_ids.iter().filter_map(|id| id.parse().ok()).collect();
    let impossible = (!filter.client_ids.is_empty() && credentials.is_empty())
        || (!filter.identity_ids.is_empty() && identities.is_empty());
    if impossible {
        return Ok((vec![], vec![]));
    }
    let query = rows::Filter {
        kind: Some(filter.kind),
        statuses: &filter.statuses,
        identities: &identities,
        credentials: &credentials,
        user_ids: &filter.user_ids,
        verified: filter.verified,
        from: filter.from,
        until: filter.until,
        ..rows::Filter::default()
    };
    if filter.looks_inside() {
        return search(engine, &mut tx, caller, filter, &query, &names).await;
    }
    let (skip, take) = (filter.skip.into(), filter.take.into());
    let part = rows::part(&mut tx, caller.organization, &query, Order::Created, skip, take).await?;
    let mut views = Vec::with_capacity(part.rows.len());
    for row in part.rows {
        views.push(view(engine, &mut tx, row, &names, false).await?);
    }
    let counts = part.counts.into_iter().filter_map(|(status, n)| Some((status.known()?, n))).collect();
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
