//! The log of screenings: each search with its result, sealed, for whoever has to show later what was searched when.

use bonafide_core::{
    id::{AmlId, ApplicantId, OrganizationId, ScreeningId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    Tx,
    crypto::{self, Object, SubjectKey},
    screened::{self, Done},
    screenings,
};

use crate::base::{
    engine::Engine,
    error::Result,
    record::Record,
    screened::{Screened, version},
};

/// Screenings a page.
const PAGE: i64 = 200;

/// What somebody was searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Their verification.
    Verification(VerificationId),
    /// They are a client who is compared with the lists beside any verification.
    Aml(AmlId),
}

/// One screening of the log.
#[derive(Debug, Clone)]
pub struct Logged {
    pub id: ScreeningId,
    pub purpose: Purpose,
    pub at: Timestamp,
    pub screened: Screened,
}

/// Keeps the screening of a submission, and notes that its person was screened against these lists.
pub(crate) async fn keep_first(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let Some(screened) = &record.private.screened else { return Ok(()) };
    keep(engine, tx, record).await?;
    let lists = screened::Lists { version: &version(&screened.lists), confirmed_at: screened.at };
    let (organization, id) = (record.row.organization, record.row.id);
    screened::renew(tx, organization, id, lists, done(screened), screened.at).await?;
    Ok(())
}

/// What is noted of a search.
pub(crate) fn done(screened: &Screened) -> Done {
    if screened.trouble.is_some() { Done::Stale } else { Done::Screened }
}

/// Keeps the last screening of a verification, in the transaction that makes it the last.
pub(crate) async fn keep(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<()> {
    let Some(screened) = &record.private.screened else { return Ok(()) };
    let whose = (record.row.organization, record.row.applicant, &record.key);
    keep_for(engine, tx, whose, Purpose::Verification(record.row.id), screened).await
}

/// Keeps a search for whatever it was, sealed under the key of whom it is about.
pub(crate) async fn keep_for(
    engine: &Engine,
    tx: &mut Tx,
    (organization, applicant, key): (OrganizationId, ApplicantId, &SubjectKey),
    purpose: Purpose,
    screened: &Screened,
) -> Result<()> {
    let id = ScreeningId::new(engine.now(), &*engine.entropy);
    let row = screenings::Screening {
        id,
        applicant,
        purpose: match purpose {
            Purpose::Verification(id) => screenings::Purpose::Verification(id),
            Purpose::Aml(id) => screenings::Purpose::Aml(id),
        },
        sealed: crypto::seal_json(key, Object::Screening(id), screened, &*engine.entropy)?,
        created_at: screened.at,
    };
    screenings::insert(tx, organization, &row).await?;
    Ok(())
}

/// A page of an organization's screenings since a time, oldest first; `after` is the last of the page before. For the
/// operator, who answers for the installation. Empty at the end.
///
/// # Errors
/// When a row cannot be opened.
pub async fn page(
    engine: &Engine,
    organization: OrganizationId,
    since: Timestamp,
    after: Option<&Logged>,
) -> Result<Vec<Logged>> {
    let mut tx = engine.db().read().await?;
    let after = after.map(|l| (l.at, l.id));
    let rows = screenings::page(&mut tx, organization, since, after, PAGE, engine.key_ring()).await?;
    let read = |row: screenings::Opened| {
        let screened = serde_json::from_slice(&row.bytes)
            .map_err(|source| bonafide_store::Error::Form { object: "screening", source })?;
        let purpose = match row.purpose {
            screenings::Purpose::Verification(id) => Purpose::Verification(id),
            screenings::Purpose::Aml(id) => Purpose::Aml(id),
        };
        Ok(Logged { id: row.id, purpose, at: row.created_at, screened })
    };
    rows.into_iter().map(read).collect()
}
