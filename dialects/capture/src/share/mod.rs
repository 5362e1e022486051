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
    match shares::open(engine, code).await {
        Ok(opened) => {
            counts.share(opened.id()).map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
            Ok(opened)
        }
        Err(gone @ Error::Gone(_)) => {
            counts.wrong().map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
            Err(gone.into())
        }
        Err(other) => Err(other.into()),
    }
}
