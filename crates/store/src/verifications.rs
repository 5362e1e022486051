//! Verifications: one question "is this the person they say they are" and its answer.

mod counts;
mod days;
mod filter;
mod listing;
mod rows;
mod searched;
mod source;

use bonafide_core::id::OrganizationId;

use crate::{Result, Tx, search_terms::Term};

pub use counts::wrong_counts;
pub use days::fold;
pub use filter::{Filter, Page};
pub use listing::{Order, Part, count, list};
pub(crate) use rows::outdate;
pub use rows::{Verification, delete, get, hold, hold_all, hold_of, insert, people_of, update};
pub use searched::count_found;

/// Rows of the list from place `skip` on, counted from 0, and the number of all. The filter names a kind. Where there are terms,
/// those alone are listed that are found by all of them; none but verifications of this kind have such terms.
pub async fn part(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter<'_>,
    terms: &[Term],
    order: Order<'_>,
    skip: i64,
    limit: i64,
) -> Result<Part> {
    let kind = filter.kind.unwrap_or_default();
    let filter = &Filter { kind: Some(kind), ..filter.clone() };
    let wish = (order, skip, limit);
    if terms.is_empty() {
        listing::part(tx, organization, kind, filter, wish).await
    } else {
        searched::part(tx, organization, kind, filter, terms, wish).await
    }
}
