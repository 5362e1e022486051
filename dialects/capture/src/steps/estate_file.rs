//! `POST /capture/steps/estate/death_certificate` and `/proof_of_authority`

use axum::extract::State;
use bonafide_core::evidence::EvidenceKind;
use bonafide_engine::{Engine, steps};
use bonafide_http::{Form, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    extract::{Device, picture_of},
    session::CaptureSession,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents the form; its part is read by name")]
pub(crate) struct EstatePicture {
    /// JPEG, PNG or WebP, up to 20 MB.
    #[schema(format = Binary, min_length = 1)]
    image: String,
}

/// The death certificate
///
/// A newer picture takes the place of an older one.
#[operation(post, "/capture/steps/estate/death_certificate", tag = "Pictures", id = "capture_death_certificate",
    scope = "capture", cost = 5, request_body(content = EstatePicture, content_type = "multipart/form-data"))]
pub(crate) async fn death_certificate(
    State(engine): State<Engine>,
    device: Device,
    form: Form,
) -> Result<Json<CaptureSession>> {
    add(&engine, &device, EvidenceKind::DeathCertificate, form).await
}

/// The proof of the person's authority over the estate
///
/// A newer picture takes the place of an older one.
#[operation(post, "/capture/steps/estate/proof_of_authority", tag = "Pictures", id = "capture_proof_of_authority",
    scope = "capture", cost = 5, request_body(content = EstatePicture, content_type = "multipart/form-data"))]
pub(crate) async fn proof_of_authority(
    State(engine): State<Engine>,
    device: Device,
    form: Form,
) -> Result<Json<CaptureSession>> {
    add(&engine, &device, EvidenceKind::ProofOfAuthority, form).await
}

async fn add(
    engine: &Engine,
    device: &Device,
    kind: EvidenceKind,
    mut form: Form,
) -> Result<Json<CaptureSession>> {
    let mut problems = vec![];
    form.only(&["image"], &mut problems);
    let picture = picture_of(&mut form, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    steps::give_file(engine, device, device.session, kind, picture).await?;
    Ok(Json(CaptureSession::of(engine, device).await?))
}
