//! What a person is told before they agree: who would see what.

use bonafide_core::{id::VerificationId, step::StepKind, verification::Purpose};
use bonafide_store::{Tx, verifications};

use super::{
    extent::{pictures_for, shown_to},
    source::source,
};
use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        private::ThirdParty,
        record::Record,
    },
    steps::asks::listed,
};

/// What one third party would see.
#[derive(Debug, Clone)]
pub struct Offer {
    pub third_party: ThirdParty,
    /// In the order of the verification; of one that passes an earlier one on, the steps of that one.
    pub steps: Vec<StepKind>,
    /// Those whose pictures are shown too.
    pub pictures: Vec<StepKind>,
}

/// What the third parties of a verification would see, should the person agree; none where the person is not asked.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn offers(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<Vec<Offer>> {
    let mut tx = engine.db().read().await?;
    let record = Record::load(engine, &mut tx, caller.organization, id).await?;
    let own = listed(&mut tx, &record.row).await?;
    if !own.contains(&StepKind::Consent) {
        return Ok(vec![]);
    }
    let shown = match record.row.purpose.known().unwrap_or_default() {
        Purpose::Idv | Purpose::Kyc => own,
        Purpose::Share => earlier(engine, &mut tx, &record).await?,
    };
    let offer = |party: &ThirdParty| Offer {
        steps: shown_to(party, &shown),
        pictures: shown.iter().copied().filter(|step| !pictures_for(party, *step).is_empty()).collect(),
        third_party: party.clone(),
    };
    Ok(record.private.third_parties.iter().map(offer).collect())
}

/// The steps of what is passed on.
async fn earlier(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Vec<StepKind>> {
    let Some(source) = source(engine, tx, &record.row).await? else { return Ok(vec![]) };
    let row = verifications::get(tx, record.row.organization, source).await?;
    listed(tx, &row.ok_or(Error::NotFound("verification"))?).await
}
