//! A link that a third party presents.

use bonafide_core::{
    audit::AuditAction,
    id::{EvidenceId, OrganizationId, ShareId, VerificationId},
    verification::Status,
};
use bonafide_store::{Tx, secrets::SecretHash, shares as rows};
use serde_json::json;

use super::{kept::Kept, note::note};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    reads,
};

/// What every link is told that shows nothing, so that nobody learns which ones ever did, or why.
const OVER: &str =
    "this link shows nothing: it is none, or what it showed is not shared any more; ask whoever sent it";

/// A link that somebody was given.
#[derive(Clone, Copy)]
pub struct Opened {
    organization: OrganizationId,
    id: ShareId,
    presented: SecretHash,
}

impl Opened {
    pub fn id(&self) -> ShareId {
        self.id
    }
}

/// Whose link this is. Whether it still shows something is said by what it is used for.
///
/// # Errors
/// [`Error::Gone`] for one that is none, or that another took the place of.
pub async fn open(engine: &Engine, code: &str) -> Result<Opened> {
    let presented = SecretHash::of(code);
    // Reads alone: strangers who guess hold nobody up.
    let mut tx = engine.db().read().await?;
    let found = rows::find(&mut tx, presented).await?.ok_or(Error::Gone(OVER))?;
    Ok(Opened { organization: found.organization, id: found.id, presented })
}

/// A share with what it is of, in the clear.
pub(super) struct Standing {
    pub(super) share: rows::Share,
    pub(super) kept: Kept,
    /// In which the person agreed.
    pub(super) record: Record,
    /// What is shown.
    pub(super) source: Record,
}

/// What a link shows now.
///
/// # Errors
/// [`Error::Gone`] when it shows nothing any more.
pub(super) async fn presented(engine: &Engine, tx: &mut Tx, opened: &Opened) -> Result<Standing> {
    let found = rows::get(tx, opened.organization, opened.id).await?;
    let share = found.filter(|s| s.code_sha256 == Some(opened.presented)).ok_or(Error::Gone(OVER))?;
    if share.revoked_at.is_some() || share.expires_at <= engine.now() {
        return Err(Error::Gone(OVER));
    }
    standing(engine, tx, share).await?.ok_or(Error::Gone(OVER))
}

/// `None` when what it is of is not approved now, was deleted, or its person forgotten.
pub(super) async fn standing(engine: &Engine, tx: &mut Tx, share: rows::Share) -> Result<Option<Standing>> {
    let Some(record) = approved(engine, tx, share.organization, share.verification).await? else {
        return Ok(None);
    };
    let Some(source) = approved(engine, tx, share.organization, share.source).await? else {
        return Ok(None);
    };
    let kept = Kept::open(&record.key, &share)?;
    Ok(Some(Standing { share, kept, record, source }))
}

async fn approved(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<Option<Record>> {
    let found = Record::find(engine, tx, organization, id).await?;
    Ok(found.filter(|record| record.status() == Status::Approved))
}

/// Counts a look, and writes it down.
pub(super) async fn viewed(
    engine: &Engine,
    tx: &mut Tx,
    standing: &Standing,
    picture: Option<EvidenceId>,
) -> Result<()> {
    let share = &standing.share;
    let views = rows::count_view(tx, share.organization, share.id, engine.now()).await?;
    let mut detail = json!({"share": share.id, "source": share.source, "views": views});
    if let Some(picture) = picture {
        detail["picture"] = json!(picture);
    }
    let detail = reads::told(detail);
    note(engine, tx, &standing.record, "third_party", AuditAction::ShareViewed, &detail).await
}
