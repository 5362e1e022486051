//! `PUT /capture/steps/…`: what the person says, one operation a step that is no picture.

use axum::extract::State;
use bonafide_core::step::{self, StepData};
use bonafide_engine::{Engine, steps};
use bonafide_http::{Json, Result, operation};

use crate::{extract::Device, session::CaptureSession};

/// One operation each: its documentation, handler, path and id, the kind of step, and the data that it takes.
macro_rules! given { ($(
    $(#[$($doc:tt)*])*
    $handler:ident, $path:literal, $id:literal, $kind:ident($data:ident);
)*) => { $(
    $(#[$($doc)*])*
    #[operation(put, $path, tag = "Steps", id = $id, scope = "capture")]
    pub(crate) async fn $handler(
        State(engine): State<Engine>,
        device: Device,
        Json(data): Json<step::$data>,
    ) -> Result<Json<CaptureSession>> {
        steps::give(&engine, &device, device.session, StepData::$kind(data)).await?;
        Ok(Json(CaptureSession::of(&engine, &device).await?))
    }
)* } }

given! {
    /// Who the person is
    ///
    /// As they say it. It is compared with the document where one is asked for.
    person, "/capture/steps/person", "capture_step_person", Person(Person);

    /// Where the person is
    ///
    /// The device's position, with the person's leave.
    location, "/capture/steps/location", "capture_step_location", Location(LocationData);

    /// Where the person can be reached
    ///
    /// Addresses that have to be confirmed are confirmed by code before the session is handed in.
    contact, "/capture/steps/contact", "capture_step_contact", Contact(Contact);

    /// The business that the person acts for
    business, "/capture/steps/business", "capture_step_business", Business(Business);

    /// Political offices
    ///
    /// Of the person, their family and those close to them.
    pep_hio, "/capture/steps/pep_hio", "capture_step_pep_hio", PepHio(PepHio);

    /// Where the person's money comes from
    financial, "/capture/steps/financial", "capture_step_financial", Financial(Financial);

    /// Agreement with a text of the organization's
    ///
    /// A no is an answer: it is recorded, and whoever asked decides what follows. Without this step nothing is asked here;
    /// consent to the session itself is another operation.
    consent, "/capture/steps/consent", "capture_step_consent", Consent(Answer);

    /// The person's word that what they said is true
    attestation, "/capture/steps/attestation", "capture_step_attestation", Attestation(Answer);

    /// The estate of somebody who died
    ///
    /// The pictures of the death certificate and of the proof of authority are sent apart.
    estate, "/capture/steps/estate", "capture_step_estate", Estate(Estate);
}
