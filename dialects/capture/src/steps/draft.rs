//! `PUT /capture/steps/{kind}/draft`

use axum::extract::State;
use bonafide_core::step::StepKind;
use bonafide_engine::{Engine, Error, steps};
use bonafide_http::{Json, NoContent, Path, Result, operation};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::extract::Device;

/// Any JSON object of at most 64 KiB.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct StepDraft(Map<String, Value>);

/// Keep a draft
///
/// What the person typed so far, kept as it is for going on after a break or on another device. It is sealed like what they
/// give, judges nothing and is gone when the step is given.
#[operation(put, "/capture/steps/{kind}/draft", tag = "Steps", id = "capture_step_draft", scope = "capture",
    params(("kind" = StepKind, Path)))]
pub(crate) async fn draft(
    State(engine): State<Engine>,
    device: Device,
    Path(kind): Path<String>,
    Json(draft): Json<StepDraft>,
) -> Result<NoContent> {
    let kind = StepKind::parse(&kind).ok_or(Error::NotFound("step"))?;
    steps::draft(&engine, &device, device.session, kind, Value::Object(draft.0)).await?;
    Ok(NoContent)
}
