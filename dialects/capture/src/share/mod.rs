//! What third parties look at. They have a link and no credential.

pub(crate) mod offer;
pub(crate) mod picture;
pub(crate) mod read;

use bonafide_engine::{
    Engine, Error,
    shares::{self, Opened},
};
use bonafide_http::{Counts, Denied, Result};

/// The link with this code. Codes that are none are counted by address, looks by link.
async fn open(engine: &Engine, counts: &Counts, code: &str) -> Result<Opened> {
    let opened = counts.opened(code, shares::open(engine, code), |e| matches!(e, Error::Gone(_))).await?;
    counts.good(code);
    counts.share(opened.id()).map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
    Ok(opened)
}
