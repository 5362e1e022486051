//! Arguments of this API's handlers.

use std::ops::Deref;

use axum::{extract::FromRequestParts, http::request::Parts};
use bonafide_core::{
    evidence::Position,
    id::VerificationId,
    problem::{Problem, Rule},
};
use bonafide_engine::{Engine, Error, capture, evidence::Picture};
use bonafide_http::{Caller, Form, Refusal, Result};

/// A person's device, and the session that its token is for. After handing in there is none.
pub(crate) struct Device {
    caller: Caller,
    pub(crate) session: VerificationId,
}

/// The same, also while what was handed in is checked.
pub(crate) struct Waiting(pub(crate) Device);

impl Deref for Device {
    type Target = bonafide_engine::Caller;
    fn deref(&self) -> &Self::Target {
        &self.caller
    }
}

impl FromRequestParts<Engine> for Device {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self> {
        let Waiting(device) = Waiting::from_request_parts(parts, engine).await?;
        capture::expect_open(engine, &device).await?;
        Ok(device)
    }
}

impl FromRequestParts<Engine> for Waiting {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, engine: &Engine) -> Result<Self> {
        let caller = Caller::from_request_parts(parts, engine).await?;
        let session = caller.session.ok_or(Error::Forbidden)?;
        Ok(Self(Device { caller, session }))
    }
}

/// Where a device says it is: both coordinates or none.
pub(crate) fn position(latitude: Option<f64>, longitude: Option<f64>) -> Result<Option<Position>, Problem> {
    let lacks = |field: &str, other: &str| {
        Err(Problem::new(field, Rule::Required, format!("is required where {other} is given")))
    };
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Ok(Some(Position { latitude, longitude })),
        (None, None) => Ok(None),
        (None, Some(_)) => lacks("latitude", "longitude"),
        (Some(_), None) => lacks("longitude", "latitude"),
    }
}

/// The position of a form, where it names one.
pub(crate) fn position_of(form: &Form, problems: &mut Vec<Problem>) -> Option<Position> {
    let mut number = |name: &str| form.text.get(name).map(|_| form.number(name, problems));
    let (latitude, longitude) = (number("latitude"), number("longitude"));
    position(latitude, longitude).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

/// The picture of a form.
pub(crate) fn picture_of(form: &mut Form, problems: &mut Vec<Problem>) -> Picture {
    let bytes = form.files.remove("image").unwrap_or_default();
    if bytes.is_empty() {
        problems.push(Problem::new("image", Rule::Required, "must be a picture file that is not empty"));
    }
    Picture { field: "image".to_owned(), bytes }
}
