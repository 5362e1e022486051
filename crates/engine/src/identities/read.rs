//! Identities read back.

use bonafide_core::{
    document::DocumentType,
    id::{ApplicantId, CredentialId},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    Tx, applicants,
    verifications::{self as rows, Page},
};
use serde_json::{Map, Value};

use super::person::{Document, Opened, Person, open, open_row};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
    },
    evidence::download::{File, download_in},
    verifications::view::{View, client_names, view_of},
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
    /// Part of a name, of a document number or of the id.
    pub search_term: Option<String>,
    /// Pairs that have to be in the metadata of the newest verification.
    pub metadata: Map<String, Value>,
    pub skip: u32,
    pub take: u32,
}

impl Filter {
    fn looks_inside(&self) -> bool {
        self.search_term.is_some() || !self.metadata.is_empty()
    }

    fn matches(&self, opened: &Opened) -> bool {
        let person = &opened.person;
        let found = self.search_term.as_ref().is_none_or(|term| {
            person.documents.iter().any(|d| d.reading.is_found_by(term))
                || opened.row.id.to_string().contains(&term.trim().to_lowercase())
        });
        found && self.metadata.iter().all(|(key, value)| person.metadata.get(key) == Some(value))
    }
}

/// One identity.
pub async fn read(engine: &Engine, caller: &Caller, id: ApplicantId) -> Result<Identity> {
    let mut tx = engine.db().read().await?;
    let opened = open(engine, &mut tx, caller.organization, id).await?;
    identity(engine, &mut tx, caller, opened).await
}

/// A page of the organization's identities, newest first, and how many match in all.
pub async fn list(engine: &Engine, caller: &Caller, filter: &Filter) -> Result<(Vec<Identity>, i64)> {
    const BATCH: i64 = 200;
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
    };
    let organization = caller.organization;
    let mut found = vec![];
    if !filter.looks_inside() {
        let (skip, take) = (filter.skip.into(), filter.take.into());
        for row in applicants::identities(&mut tx, organization, &query, skip, take).await? {
            let opened = open_row(engine, &mut tx, row).await?;
            found.push(identity(engine, &mut tx, caller, opened).await?);
        }
        let total = applicants::count_identities(&mut tx, organization, &query).await?;
        return Ok((found, total));
    }
    // Names and metadata are stored only encrypted, so this opens every row the other filters leave.
    let (mut skip, mut total) = (0, 0u32);
    loop {
        let batch = applicants::identities(&mut tx, organization, &query, skip, BATCH).await?;
        if batch.is_empty() {
            return Ok((found, total.into()));
        }
        skip += BATCH;
        for row in batch {
            let opened = open_row(engine, &mut tx, row).await?;
            if !filter.matches(&opened) {
                continue;
            }
            if total >= filter.skip && found.len() < filter.take as usize {
                found.push(identity(engine, &mut tx, caller, opened).await?);
            }
            total += 1;
        }
    }
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
