//! Verifications of the caller's users: as a whole, and by their parts.

pub(crate) mod document;
pub(crate) mod identity;
pub(crate) mod liveness;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use bonafide_core::id::VerificationId;
use bonafide_engine::{Caller, Engine, Error, verifications};
use bonafide_http::Result;
use utoipa::ToSchema;

/// A JPEG file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(crate) struct Jpeg(pub(crate) Vec<u8>);

impl IntoResponse for Jpeg {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "image/jpeg")], self.0).into_response()
    }
}

/// An address of this API, from the root of the server where it is not known what that is called outside.
fn link(engine: &Engine, path: &str) -> String {
    format!("{}/verifications/{path}", engine.settings.public_url)
}

/// Hands in what there is, once it is all there.
async fn hand_in(engine: &Engine, caller: &Caller, id: VerificationId) -> Result<()> {
    match verifications::submit(engine, caller, id, None).await {
        // The other part is still to come.
        Ok(()) | Err(Error::Incomplete(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}
