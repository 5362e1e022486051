//! Which verification is shown: the approved one itself, or the earlier one that a person passes on.

use bonafide_core::{
    id::VerificationId,
    verification::{Kind, Purpose, Status},
};
use bonafide_store::{
    Tx,
    verifications::{self as rows, Filter, Page, Verification},
};

use crate::base::{engine::Engine, error::Result, record::Record};

/// How many approved verifications of a person are looked at, newest first, for one that was not erased.
const LOOKED_AT: i64 = 20;

/// Of one that passes on: the newest approved verification of the same client's record, or else of the same user, that
/// was not erased. `None` when there is none.
pub(crate) async fn source(
    engine: &Engine,
    tx: &mut Tx,
    row: &Verification,
) -> Result<Option<VerificationId>> {
    if row.purpose != Purpose::Share {
        return Ok(Some(row.id));
    }
    let approved = Filter {
        kind: Some(Kind::IdentityVerification),
        statuses: &[Status::Approved],
        purposes: &[Purpose::Idv, Purpose::Kyc],
        ..Filter::default()
    };
    let users = [row.user_id.clone()];
    let of_client = row.client.map(|client| Filter { client: Some(client), ..approved.clone() });
    let of_user = (!row.user_id.is_empty()).then(|| Filter { user_ids: &users, ..approved.clone() });
    for filter in of_client.into_iter().chain(of_user) {
        let page = Page { after: None, skip: 0, limit: LOOKED_AT };
        for found in rows::list(tx, row.organization, &filter, page).await? {
            if Record::find(engine, tx, row.organization, found.id).await?.is_some() {
                return Ok(Some(found.id));
            }
        }
    }
    Ok(None)
}
