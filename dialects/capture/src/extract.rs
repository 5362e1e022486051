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
    let mut number = |name: &str| {
        let text = form.text.get(name)?;
        if is_degrees(text) {
            return Some(form.number(name, problems));
        }
        problems.push(Problem::new(name, Rule::Format, "must be degrees as a decimal number, like -73.61"));
        Some(0.0)
    };
    let (latitude, longitude) = (number("latitude"), number("longitude"));
    position(latitude, longitude).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

/// Whether a text is what the schema of the forms says of degrees, but for their range.
fn is_degrees(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    text.len() <= 32
        && digits(whole)
        && digits(fraction)
        && (whole.len() < 3 || whole.len() == 3 && whole.starts_with('1'))
}

/// The picture of a form.
pub(crate) fn picture_of(form: &mut Form, problems: &mut Vec<Problem>) -> Picture {
    let bytes = form.files.remove("image").unwrap_or_default();
    if bytes.is_empty() {
        problems.push(Problem::new("image", Rule::Required, "must be a picture file that is not empty"));
    }
    Picture { field: "image".to_owned(), bytes }
}

#[cfg(test)]
mod tests {
    use super::is_degrees;

    #[test]
    fn degrees_are_written_as_the_schema_has_them() {
        for right in ["0", "-73.61", "+45.5", "180", "-179.999999", "05"] {
            assert!(is_degrees(right), "{right}");
        }
        for wrong in ["", "1e1", ".5", "5.", "north", "inf", "NaN", " 5", "--5", "1000", "045", "1.2.3"] {
            assert!(!is_degrees(wrong), "{wrong}");
        }
    }
}
