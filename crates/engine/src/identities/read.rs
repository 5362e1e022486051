//! Identities read back.

use bonafide_core::{
    document::DocumentType,
    id::{ApplicantId, CredentialId},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, applicants,
    search_terms::Term,
    verifications::{self as rows, Page},
};
use serde_json::{Map, Value};

use super::{
    person::{Document, Opened, Person, open, open_row},
    search,
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    evidence::download::{File, download_in},
    verifications::{
        search::key_to_look,
        view::{View, client_names, view_of},
    },
};

/// An identity as a reader sees it.
#[derive(Debug, Clone)]
pub struct Identity {
    pub id: ApplicantId,
    /// When they were first verified.
    pub since: Timestamp,
    pub person: Person,
    /// The newest verification that approved them; absent when it was deleted.
    pub latest: Option<View>,
}

impl Identity {
    /// The document of a type; the newest for [`DocumentType::Unknown`].
    pub fn document(&self, of: DocumentType) -> Option<&Document> {
        let all = &self.person.documents;
        match of {
            DocumentType::Unknown => all.last(),
            of => all.iter().rfind(|d| d.reading.document_type == of),
        }
    }
}

/// Which identities to list. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub ids: Vec<String>,
    pub client_ids: Vec<String>,
    pub user_ids: Vec<String>,
    /// First verified at or after.
    pub from: Option<Timestamp>,
    /// First verified before.
    pub until: Option<Timestamp>,
    /// Beginnings of words of the names or of a document number, or the id.
    pub search_term: Option<String>,
    /// Pairs that have to be in the metadata of the newest verification.
    pub metadata: Map<String, Value>,
    pub skip: u32,
    pub take: u32,
}

/// One identity.
pub async fn read(engine: &Engine, caller: &Caller, id: ApplicantId) -> Result<Identity> {
    let mut tx = engine.db().read().await?;
    let opened = open(engine, &mut tx, caller.organization, id).await?;
    identity(engine, &mut tx, caller, opened).await
}

/// A page of the organization's identities, newest first, and how many match in all.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<Identity>, i64)> {
    let Some(terms) = terms(engine, caller, filter).await? else { return Ok((vec![], 0)) };
    let mut tx = engine.db().read().await?;
    let names = client_names(&mut tx, caller).await?;
    let credentials: Vec<CredentialId> =
        names.iter().filter(|(_, n)| filter.client_ids.contains(n)).map(|(id, _)| *id).collect();
    let ids: Vec<ApplicantId> = filter.ids.iter().filter_map(|id| id.parse().ok()).collect();
    if (!filter.client_ids.is_empty() && credentials.is_empty()) || (!filter.ids.is_empty() && ids.is_empty())
    {
        return Ok((vec![], 0));
    }
    let query = applicants::Filter {
        ids: &ids,
        credentials: &credentials,
        user_ids: &filter.user_ids,
        from: filter.from,
        until: filter.until,
        terms: &terms,
    };
    let (skip, take) = (filter.skip.into(), filter.take.into());
    let (rows, total) = applicants::identities(&mut tx, caller.organization, &query, skip, take).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let opened = open_row(engine, &mut tx, row).await?;
        found.push(identity(engine, &mut tx, caller, opened).await?);
    }
    Ok((found, total))
}

/// What everybody who is looked for is found by; `None` where that is nobody.
async fn terms(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<Option<Vec<Term>>> {
    let searched = filter.search_term.as_deref();
    let Some(own) = key_to_look(engine, caller, searched, &filter.metadata).await? else {
        return Ok(Some(vec![]));
    };
    search::terms(&own, searched, &filter.metadata)
}

async fn identity(engine: &Engine, tx: &mut Tx, caller: &Caller, opened: Opened) -> Result<Identity> {
    let (organization, id) = (opened.row.organization, opened.row.id);
    let filter = rows::Filter {
        kind: Some(Kind::IdentityVerification),
        statuses: &[Status::Approved],
        identities: &[id],
        ..rows::Filter::default()
    };
    let page = Page { after: None, skip: 0, limit: 1 };
    let latest = match rows::list(tx, organization, &filter, page).await?.pop() {
        Some(row) => Some(view_of(engine, tx, caller, row).await?),
        None => None,
    };
    let since = opened.row.identity_since.unwrap_or(opened.row.created_at);
    Ok(Identity { id, since, person: opened.person, latest })
}

/// Whether a person was verified and not erased since.
pub async fn is_verified(engine: &Engine, caller: &Caller, id: ApplicantId) -> Result<bool> {
    let mut tx = engine.db().read().await?;
    let row = applicants::get(&mut tx, caller.organization, id).await?;
    let row = row.filter(|row| row.identity_since.is_some()).ok_or(Error::NotFound("identity"))?;
    Ok(row.anonymized_at.is_none())
}

/// A picture of the newest verification that has it, with a document of type `of` where that is given.
pub async fn image(
    engine: &Engine,
    caller: &Caller,
    id: ApplicantId,
    file: File,
    of: Option<DocumentType>,
) -> Result<Vec<u8>> {
    let mut tx = engine.db().read().await?;
    let person = open(engine, &mut tx, caller.organization, id).await?.person;
    let fits = |d: &&Document| of.is_none_or(|of| d.reading.document_type == of);
    for document in person.documents.iter().rev().filter(fits) {
        match download_in(engine, &mut tx, caller.organization, document.verification, file).await {
            Err(Error::NotFound(_) | Error::Conflict { .. }) => {}
            other => return other,
        }
    }
    Err(Error::NotFound("picture"))
}
