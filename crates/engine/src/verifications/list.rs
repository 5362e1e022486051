//! Verifications listed, and looked for.

use bonafide_core::{
    id::{ApplicantId, CredentialId},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    search_terms::Term,
    verifications::{self as rows, Order},
};
use serde_json::{Map, Value};

use super::{
    search,
    view::{View, client_names, view},
};
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
    /// Beginnings of words of the person's names, e-mail address or document number, or the verification's id.
    pub search_term: Option<String>,
    /// Pairs that have to be in the metadata.
    pub metadata: Map<String, Value>,
    pub skip: u32,
    pub take: u32,
}

/// How many verifications the filter matches, by status.
pub type Counts = Vec<(Status, i64)>;

/// A page of the organization's verifications, newest first, and the counts of all that match.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<View>, Counts)> {
    let Some(terms) = terms(engine, caller, filter).await? else { return Ok((vec![], vec![])) };
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
    let (skip, take) = (filter.skip.into(), filter.take.into());
    let part = rows::part(&mut tx, caller.organization, &query, &terms, Order::Created, skip, take).await?;
    let counts = match terms.as_slice() {
        [] => part.counts,
        terms => rows::count_found(&mut tx, caller.organization, &query, terms).await?,
    };
    let mut views = Vec::with_capacity(part.rows.len());
    for row in part.rows {
        views.push(view(engine, &mut tx, row, &names, false).await?);
    }
    let counts = counts.into_iter().filter_map(|(status, n)| Some((status.known()?, n))).collect();
    Ok((views, counts))
}

/// What everybody who is looked for is found by; `None` where that is nobody.
async fn terms(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<Option<Vec<Term>>> {
    let searched = filter.search_term.as_deref();
    let Some(own) = search::key_to_look(engine, caller, searched, &filter.metadata).await? else {
        return Ok(Some(vec![]));
    };
    let pairs = filter.metadata.iter().map(|pair| search::term_of_pair(&own, filter.kind, pair));
    let mut terms: Vec<Term> = pairs.collect::<Result<_>>()?;
    if let Some(searched) = searched {
        let Some(words) = search::terms(&own, filter.kind, searched)? else { return Ok(None) };
        terms.extend(words);
    }
    Ok(Some(terms))
}
