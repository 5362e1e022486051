//! The pictures of an attempt.

use bonafide_core::id::{AttemptId, VerificationId};
use bonafide_engine::{
    Caller, Engine,
    attempts::{self, Attempt},
    evidence::{self, signed},
    verifications,
};
use bonafide_http::Result;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    attempt::Of,
    page::{Envelope, Page},
};
use crate::{
    answer::Link,
    words::{self, AssetType},
};

/// What was captured in an attempt.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssetPage {
    data: Vec<Asset>,
    #[serde(flatten)]
    envelope: Envelope,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Asset {
    r#type: AssetType,
    #[serde(rename = "_links")]
    links: AssetLinks,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AssetLinks {
    /// A JPEG file, without credentials and for a quarter of an hour.
    asset_url: Link,
}

impl AssetPage {
    /// Of one of a verification's attempts.
    pub(crate) async fn read(
        engine: &Engine,
        caller: &Caller,
        of: Of<'_>,
        attempt: AttemptId,
        page: Page,
    ) -> Result<Self> {
        let id = of.id;
        verifications::expect(engine, caller, of.kind, id).await?;
        let attempt = attempts::read(engine, caller, id, attempt).await?;
        let next = after(engine, caller, id, attempt.number).await?.map(|next| next.created_at);
        // The last of its kind that came in while this attempt was the last one.
        let mut shown: Vec<(AssetType, _)> = vec![];
        for given in evidence::given(engine, caller, id).await? {
            let mine = given.at >= attempt.created_at && next.is_none_or(|next| given.at < next);
            if let Some(kind) = words::asset_type(given.kind).filter(|_| mine) {
                // A letter has pages.
                shown.retain(|(other, _)| *other != kind || kind == AssetType::AddressDocument);
                shown.push((kind, given.id));
            }
        }
        shown.sort_unstable_by_key(|(kind, _)| *kind);
        let path = format!("{}/attempts/{}/assets", of.path, of.resource.show(attempt.id));
        let envelope = Envelope::of(engine, &path, page, shown.len() as u64);
        let (skip, limit) = (page.skip as usize, page.limit as usize);
        let mut data = vec![];
        if shown.len() > skip {
            let signer = signed::signer(engine, caller).await?;
            for (kind, picture) in shown.into_iter().skip(skip).take(limit) {
                let asset_url = Link::at(signer.link(id, picture)?);
                data.push(Asset { r#type: kind, links: AssetLinks { asset_url } });
            }
        }
        Ok(Self { data, envelope })
    }
}

/// The attempt after the one with this number. Numbers have no gaps, and the last attempt is the first of the list.
async fn after(engine: &Engine, caller: &Caller, id: VerificationId, number: u32) -> Result<Option<Attempt>> {
    let (_, count) = attempts::list(engine, caller, id, 0, 0).await?;
    let Some(skip) = count.checked_sub(u64::from(number) + 1) else { return Ok(None) };
    let (mut found, _) = attempts::list(engine, caller, id, skip, 1).await?;
    Ok(found.pop())
}
