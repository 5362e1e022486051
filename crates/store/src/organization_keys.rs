//! Keys of tenants: what their own secrets are sealed with.

use bonafide_core::{
    id::{ApplicantId, Entropy, OrganizationId},
    time::Timestamp,
};

use crate::{
    Error, Result, Tx, applicants, crypto::SubjectKey, keyring::KeyRing, organizations, subject_keys,
};

/// The key of an organization's own secrets, made at first use. It is kept like a person's, under the organization's
/// id, so that it is wrapped anew with the others when the key ring changes.
pub async fn load_or_create(
    tx: &mut Tx,
    organization: OrganizationId,
    ring: &dyn KeyRing,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SubjectKey> {
    let itself = ApplicantId::from_uuid(organization.uuid());
    match subject_keys::load(tx, organization, itself, ring).await {
        Err(Error::NotFound(_)) => {
            organizations::hold(tx, organization).await?;
            // Somebody may have made it before the organization was held.
            if applicants::get(tx, organization, itself).await?.is_some() {
                return subject_keys::load(tx, organization, itself, ring).await;
            }
            applicants::insert(tx, organization, itself, now).await?;
            subject_keys::create(tx, organization, itself, ring, now, entropy).await
        }
        other => other,
    }
}
