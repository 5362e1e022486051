//! Links that need no credential: signed under the organization's own key, good for one thing of one verification and a few
//! minutes.

use bonafide_core::{
    id::{ApplicantId, OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    crypto::{self, SubjectKey},
    secrets::SecretHash,
    subject_keys,
};

use super::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    own_key::own_key,
};

/// How long a link is good, in seconds.
pub const LIFETIME_S: i64 = 15 * 60;

/// Makes links to what one organization has, all with the same end.
pub(crate) struct Signer {
    organization: OrganizationId,
    key: SubjectKey,
    /// In seconds since 1970.
    expires: i64,
    root: String,
}

/// A link, as it was presented. It lets its holder in, so it does not print itself.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a> {
    pub(crate) organization: OrganizationId,
    pub(crate) verification: VerificationId,
    /// What it opens: the last part of its path.
    pub(crate) what: &'a str,
    /// In seconds since 1970.
    pub(crate) expires: i64,
    pub(crate) signature: &'a str,
}

impl Signer {
    /// What makes links that are good from now on.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who may not read.
    pub(crate) async fn new(engine: &Engine, caller: &Caller) -> Result<Self> {
        if !caller.may(Scope::Read) {
            return Err(Error::Forbidden);
        }
        let organization = caller.organization;
        Ok(Self {
            organization,
            key: own_key(engine, organization).await?,
            expires: engine.now().plus_secs(LIFETIME_S).0 / 1000,
            root: engine.settings.public_url.clone(),
        })
    }

    pub(crate) fn link(&self, verification: VerificationId, what: &str) -> Result<String> {
        let Self { organization, key, expires, root } = self;
        let signature = sign(key, verification, what, *expires)?;
        Ok(format!(
            "{root}/assets/{organization}/{verification}/{what}?expires={expires}&signature={signature}"
        ))
    }
}

/// A keyed hash of all that the link says. The key is the organization's own, so the hash is bound to it as well.
fn sign(key: &SubjectKey, verification: VerificationId, what: &str, expires: i64) -> Result<String> {
    let (verification, expires) = (verification.to_string(), expires.to_string());
    Ok(hex::encode(crypto::mark(key, &["link", &verification, what, &expires])?))
}

/// Whether a link is good.
///
/// # Errors
/// [`Error::Forbidden`] for a link that was not made here, was changed or is over.
pub(crate) async fn check(engine: &Engine, link: Presented<'_>) -> Result<()> {
    let Presented { organization, verification, what, expires, signature } = link;
    // Reads alone: strangers who guess hold nobody up, and make no key.
    let mut tx = engine.db().read().await?;
    let itself = ApplicantId::from_uuid(organization.uuid());
    let key = match subject_keys::load(&mut tx, organization, itself, engine.key_ring()).await {
        Err(bonafide_store::Error::NotFound(_)) => return Err(Error::Forbidden),
        other => other?,
    };
    let expected = sign(&key, verification, what, expires)?;
    // Hashes of both are compared, in the same time wherever they differ.
    let is_ours = SecretHash::of(signature) == SecretHash::of(&expected);
    if !is_ours || Timestamp(expires.saturating_mul(1000)) <= engine.now() {
        return Err(Error::Forbidden);
    }
    Ok(())
}
