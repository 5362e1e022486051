//! Links to reports that need no credential: signed, good for one report and a few minutes.

use bonafide_core::id::{OrganizationId, VerificationId};
use serde_json::json;

use super::draw::{draw_for, expect};
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    link::{Presented, Signer, check},
};

/// The last part of a link's path. No picture is called so.
const REPORT: &str = "report";

/// A link, as it was presented. It lets its holder in, so it does not print itself.
#[derive(Clone, Copy)]
pub struct Link<'a> {
    pub organization: OrganizationId,
    pub verification: VerificationId,
    /// In seconds since 1970.
    pub expires: i64,
    pub signature: &'a str,
}

/// A link that is good.
#[derive(Clone, Copy)]
pub struct Opened {
    organization: OrganizationId,
    verification: VerificationId,
}

impl Opened {
    pub fn verification(&self) -> VerificationId {
        self.verification
    }
}

/// The link to the report of a verification.
///
/// # Errors
/// [`Error::NotFound`] where there is no report.
pub async fn link(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<String> {
    expect(engine, caller, id).await?;
    Signer::new(engine, caller).await?.link(id, REPORT)
}

/// What a link opens.
///
/// # Errors
/// [`Error::Forbidden`] for a link that was not made here, was changed or is over.
pub async fn open(engine: &Engine, link: Link<'_>) -> Result<Opened> {
    let Link { organization, verification, expires, signature } = link;
    check(engine, Presented { organization, verification, what: REPORT, expires, signature }).await?;
    Ok(Opened { organization, verification })
}

/// The report of a link. Each look is in the audit log.
///
/// # Errors
/// [`Error::Gone`] when there is no report any more: the person was forgotten, or the decision was taken back.
pub async fn look(engine: &Engine, opened: &Opened) -> Result<Vec<u8>> {
    let Opened { organization, verification } = *opened;
    let drawn = draw_for(engine, organization, "link", verification, json!({"by": "link"})).await;
    drawn.map_err(|error| match error {
        Error::NotFound(_) => Error::Gone("this report is no longer there"),
        other => other,
    })
}
