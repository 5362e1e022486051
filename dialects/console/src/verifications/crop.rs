//! `GET /console/verifications/{id}/pictures/{picture}/crop`

use axum::extract::State;
use bonafide_core::{
    document::{FieldName, Source},
    problem::{Problem, Rule},
};
use bonafide_engine::{
    Engine, Error,
    evidence::{self, Part},
};
use bonafide_http::{Caller, Path, Query, Refusal, Result, operation};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema, openapi::Object};

use super::{Jpeg, evidence_id};
use crate::extract::{one_word_of, verification_id};

#[derive(Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crop {
    #[param(schema_with = fields, required = false)]
    field: Option<String>,
    /// As this source gave it: `visual`, `mrz` or `barcode`; the best one where absent.
    #[param(pattern = "^(visual|mrz|barcode)$")]
    source: Option<String>,
    /// Left, top, width and height in pixels of the upright picture, with commas between them.
    #[param(pattern = "^[0-9]{1,5}(,[0-9]{1,5}){3}$")]
    region: Option<String>,
}

/// Look at a part of a picture
///
/// Where a field was read, with a little around it, or any region: one of `field` and `region`. The audit log says who
/// looked.
#[operation(get, "/console/verifications/{id}/pictures/{picture}/crop", tag = "Verifications", id = "picture_crop",
    scope = "verifications:read", cost = 2, params(("id" = String, Path), ("picture" = String, Path), Crop),
    responses((status = 200, content_type = "image/jpeg", body = Jpeg)))]
pub(crate) async fn crop(
    State(engine): State<Engine>,
    caller: Caller,
    Path((id, picture)): Path<(String, String)>,
    Query(asked): Query<Crop>,
) -> Result<Jpeg> {
    let part = part(&asked)?;
    let (id, picture) = (verification_id(&id)?, evidence_id(&picture)?);
    Ok(Jpeg(evidence::show(&engine, &caller, id, picture, part).await?))
}

fn part(asked: &Crop) -> Result<Part> {
    let wrong = |field: &str, rule, message: &str| Refusal::from(Problem::new(field, rule, message));
    let source = match asked.source.as_deref().map(Source::parse) {
        Some(None) => return Err(wrong("source", Rule::Enum, "must be visual, mrz or barcode")),
        known => known.flatten(),
    };
    match (asked.field.as_deref(), asked.region.as_deref()) {
        (Some("portrait"), None) => Ok(Part::Portrait),
        (Some(field), None) => {
            FieldName::parse(field).map(|field| Part::Field(field, source)).ok_or_else(|| {
                wrong(
                    "field",
                    Rule::Enum,
                    "is no field of a document; GET /console/verifications/{id} names those read",
                )
            })
        }
        (None, Some(region)) => {
            let numbers: Vec<f32> = region.split(',').filter_map(|n| n.trim().parse().ok()).collect();
            <[f32; 4]>::try_from(numbers).map(Part::Region).map_err(|_| {
                wrong(
                    "region",
                    Rule::Format,
                    "must be left,top,width,height in pixels, for instance 40,60,200,80",
                )
            })
        }
        (None, None) => Err(Error::conflict("no_part", "give a field or a region").into()),
        (Some(_), Some(_)) => Err(Error::conflict("two_parts", "give a field or a region, not both").into()),
    }
}

fn fields() -> Object {
    one_word_of(
        "Where this field was read, for instance `last_name`; or `portrait`.",
        std::iter::once("portrait").chain(FieldName::ALL.iter().map(|field| field.as_str())),
    )
}
