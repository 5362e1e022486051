//! Verifications of every kind and API in pages, for whoever looks through them.

use bonafide_core::{
    decision::Assessment,
    finding::Code,
    id::{ApplicantId, VerificationId},
    time::Timestamp,
    verification::{Kind, Status},
};
use bonafide_store::{
    assessments,
    verifications::{self as rows, Verification},
};

use super::{list::Counts, view::client_names};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::Result,
    record::{document_type, status},
    stored::Stored,
};

/// Most verifications a page.
pub const LONGEST_PAGE: i64 = 200;

/// Which verifications to show. Empty lists and `None` leave nothing out.
#[derive(Debug, Clone, Default)]
pub struct Looking {
    pub statuses: Vec<Status>,
    pub kind: Option<Kind>,
    /// The API it was created through.
    pub api: Option<String>,
    /// Why the machine's last decision is no approval.
    pub reason: Option<Code>,
    pub user_id: Option<String>,
    pub identity: Option<ApplicantId>,
    /// Created at or after.
    pub from: Option<Timestamp>,
    /// Created before.
    pub until: Option<Timestamp>,
    /// The last one of the page before.
    pub after: Option<(Timestamp, VerificationId)>,
    pub limit: i64,
}

/// One verification of a list. Holds nothing that is sealed.
#[derive(Debug, Clone)]
pub struct Brief {
    pub id: VerificationId,
    pub kind: Kind,
    pub api: String,
    pub status: Status,
    pub document_type: bonafide_core::document::DocumentType,
    pub client_id: Option<String>,
    /// The caller's word for their user; empty without one.
    pub user_id: String,
    pub identity: Option<ApplicantId>,
    pub verified: Option<bool>,
    pub score: Option<f64>,
    /// Why the machine's last decision is no approval, the gravest first.
    pub reasons: Vec<Code>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub completed_at: Option<Timestamp>,
}

/// A page, newest first.
#[derive(Debug, Clone)]
pub struct Found {
    pub page: Vec<Brief>,
    /// How many there are in each state, whatever `statuses` asks for; on the first page alone.
    pub counts: Option<Counts>,
}

/// A page of the organization's verifications.
pub async fn browse(engine: &Engine, caller: &Caller, looking: &Looking) -> Result<Found> {
    let mut tx = engine.db().read().await?;
    let names = client_names(&mut tx, caller).await?;
    let identities: Vec<ApplicantId> = looking.identity.into_iter().collect();
    let user_ids: Vec<String> = looking.user_id.clone().into_iter().collect();
    let reason = looking.reason.as_ref().map(ToString::to_string);
    let query = rows::Filter {
        kind: looking.kind,
        dialect: looking.api.as_deref(),
        reason: reason.as_deref(),
        statuses: &looking.statuses,
        identities: &identities,
        user_ids: &user_ids,
        from: looking.from,
        until: looking.until,
        ..rows::Filter::default()
    };
    let organization = caller.organization;
    let limit = looking.limit.clamp(1, LONGEST_PAGE);
    let page = rows::Page { after: looking.after, skip: 0, limit };
    let mut briefs = vec![];
    for row in rows::list(&mut tx, organization, &query, page).await? {
        let latest = assessments::latest(&mut tx, organization, row.id).await?;
        let reasons = latest.and_then(|a| serde_json::from_value::<Stored>(a.detail).ok());
        let client = names.iter().find(|(id, _)| Some(*id) == row.credential).map(|(_, n)| n.clone());
        briefs.push(brief(row, client, reasons.map(|stored| stored.assessment)));
    }
    let counts = match looking.after {
        Some(_) => None,
        None => {
            let every = rows::Filter { statuses: &[], ..query };
            let counts = rows::count(&mut tx, organization, &every).await?;
            Some(counts.into_iter().filter_map(|(status, n)| Some((status.known()?, n))).collect())
        }
    };
    Ok(Found { page: briefs, counts })
}

fn brief(row: Verification, client_id: Option<String>, judged: Option<Assessment>) -> Brief {
    let reasons = judged.into_iter().flat_map(|judged| judged.reasons).map(|reason| reason.code);
    let mut told: Vec<Code> = vec![];
    for code in reasons {
        if !told.contains(&code) {
            told.push(code);
        }
    }
    Brief {
        id: row.id,
        kind: row.kind.known().unwrap_or_default(),
        api: row.dialect.clone(),
        status: status(&row),
        document_type: document_type(&row),
        client_id,
        user_id: row.user_id,
        identity: row.identity,
        verified: row.verified,
        score: row.score,
        reasons: told,
        created_at: row.created_at,
        updated_at: row.updated_at,
        completed_at: row.completed_at,
    }
}
