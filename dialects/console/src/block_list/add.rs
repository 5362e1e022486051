//! `POST /console/block-list`

use axum::extract::State;
use bonafide_engine::{
    Engine, Error,
    block_list::{self, New, What},
};
use bonafide_http::{Caller, Created, Json, Result, operation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Blocked;
use crate::extract::verification_id;

/// What to block: of a verification its face, number or name; or a number with its country, or a name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    kind: ToBlock,
    /// The verification that it is taken from.
    verification: Option<String>,
    /// The identity that a face is taken from.
    #[schema(pattern = "^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    identity: Option<String>,
    /// The country that issued the number: ISO 3166-1 alpha-3, or a code of ICAO 9303.
    #[schema(max_length = 3, example = "FRA")]
    country: Option<String>,
    #[schema(max_length = 40)]
    number: Option<String>,
    /// In any order.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// ISO 8601. Without it everybody of that name is told.
    #[schema(max_length = 10, example = "1980-12-31")]
    birth_date: Option<String>,
    /// Why, for colleagues.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Of what is taken from a verification or an identity: whether it stays when they are anonymized. False when absent.
    lasting: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToBlock {
    Face,
    Number,
    Name,
}

/// Add to the block list
///
/// From now on whoever comes with the same face, number or name is told by a finding, with the consequence that the policy
/// gives it. What was decided before stays. Adding what is there already answers with the entry that is there.
#[operation(post, "/console/block-list", tag = "Block list", id = "block_list_add", scope = "settings")]
pub(crate) async fn add(
    State(engine): State<Engine>,
    caller: Caller,
    Json(asked): Json<Block>,
) -> Result<Created<Blocked>> {
    let new =
        New { what: what(&asked)?, reason: asked.reason.clone(), lasting: asked.lasting.unwrap_or(false) };
    Ok(Created(Blocked::of(block_list::add(&engine, &caller, new).await?)))
}

fn what(asked: &Block) -> Result<What> {
    let needs = |field: &str, message: &str| Error::conflict("missing_field", format!("{field}: {message}"));
    // Nothing of what does not belong to it: somebody means something by it that would not happen.
    let given = [
        ("verification", asked.verification.is_some()),
        ("identity", asked.identity.is_some()),
        ("country", asked.country.is_some()),
        ("number", asked.number.is_some()),
        ("name", asked.name.is_some()),
        ("birth_date", asked.birth_date.is_some()),
    ];
    let allowed: &[&str] = match (asked.kind, asked.verification.is_some()) {
        (_, true) => &["verification"],
        (ToBlock::Face, false) => &["identity"],
        (ToBlock::Number, false) => &["country", "number"],
        (ToBlock::Name, false) => &["name", "birth_date"],
    };
    let extra: Vec<&str> = given
        .into_iter()
        .filter(|(field, there)| *there && !allowed.contains(field))
        .map(|(field, _)| field)
        .collect();
    if !extra.is_empty() {
        let (extra, allowed) = (extra.join(", "), allowed.join(" and "));
        let message = format!("{extra}: what is blocked is said by {allowed} alone");
        return Err(Error::conflict("contradicting_fields", message).into());
    }
    let verification = asked.verification.as_deref().map(verification_id).transpose()?;
    Ok(match (asked.kind, verification) {
        (ToBlock::Face, Some(id)) => What::FaceOf(id),
        (ToBlock::Number, Some(id)) => What::NumberOf(id),
        (ToBlock::Name, Some(id)) => What::NameOf(id),
        (ToBlock::Face, None) => {
            let identity = asked.identity.as_deref();
            let identity =
                identity.ok_or_else(|| needs("verification", "give the verification or the identity"))?;
            What::FaceOfIdentity(identity.parse().map_err(|_| Error::NotFound("identity"))?)
        }
        (ToBlock::Number, None) => {
            let number = asked.number.clone();
            let number = number.ok_or_else(|| needs("number", "give the number, or the verification"))?;
            let country = asked.country.clone();
            let country = country.ok_or_else(|| needs("country", "is required with a number"))?;
            What::Number { country, number }
        }
        (ToBlock::Name, None) => {
            let name = asked.name.clone();
            let name = name.ok_or_else(|| needs("name", "give the name, or the verification"))?;
            What::Name { name, birth_date: asked.birth_date.clone() }
        }
    })
}
