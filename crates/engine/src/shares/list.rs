//! What third parties may see of a verification, for who made it.

use bonafide_core::{
    id::{ShareId, VerificationId},
    share::{ShareMail, ShareState, Withheld},
    time::Timestamp,
};
use bonafide_store::{Tx, shares as rows, verifications};

use super::{grant::granted, kept::Kept, open::standing};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    private::ThirdParty,
    record::Record,
};

/// What was granted.
#[derive(Debug, Clone)]
pub struct Shares {
    /// In the order in which the third parties were named.
    pub all: Vec<Listed>,
    /// Why third parties that were named are shown nothing.
    pub withheld: Option<Withheld>,
}

/// What one third party may see.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: ShareId,
    pub state: ShareState,
    /// Absent after the person was forgotten.
    pub third_party: Option<ThirdParty>,
    /// Absent after the person was forgotten.
    pub mail: Option<ShareMail>,
    /// Why the e-mail did not arrive, as a stable word.
    pub mail_problem: Option<String>,
    /// What is shown.
    pub source: VerificationId,
    pub views: i64,
    pub viewed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// The shares of a verification.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn list(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Shares> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let organization = caller.organization;
    let mut tx = engine.db().read().await?;
    verifications::get(&mut tx, organization, id).await?.ok_or(Error::NotFound("verification"))?;
    let record = Record::find(engine, &mut tx, organization, id).await?;
    let mut all = vec![];
    for row in rows::list(&mut tx, organization, id).await? {
        all.push(listed(engine, &mut tx, record.as_ref(), row).await?);
    }
    let named = record.filter(|record| !record.private.third_parties.is_empty() && all.is_empty());
    let withheld = match &named {
        Some(record) => granted(engine, &mut tx, record).await?.err(),
        None => None,
    };
    Ok(Shares { all, withheld })
}

async fn listed(engine: &Engine, tx: &mut Tx, record: Option<&Record>, row: rows::Share) -> Result<Listed> {
    let kept = record.map(|record| Kept::open(&record.key, &row)).transpose()?;
    let stands = standing(engine, tx, row.clone()).await?.is_some();
    Ok(Listed {
        id: row.id,
        state: match &row {
            row if row.revoked_at.is_some() => ShareState::Revoked,
            _ if !stands => ShareState::Closed,
            row if row.expires_at <= engine.now() => ShareState::Expired,
            row if row.code_sha256.is_none() => ShareState::Waiting,
            _ => ShareState::Active,
        },
        third_party: kept.as_ref().map(|kept| kept.party.clone()),
        mail: kept.as_ref().map(Kept::mail),
        mail_problem: kept.and_then(Kept::reason),
        source: row.source,
        views: row.views,
        viewed_at: row.viewed_at,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    })
}
