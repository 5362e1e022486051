//! The words of this API that are not the core's own.

use bonafide_core::{
    finding::Code,
    liveness,
    step::{StepData, StepKind},
};
use bonafide_engine::invitations::Channel;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

bonafide_http::vocabulary!(
    pub(crate) CaptureMovement: "A movement. Left and right are the person's own.",
    liveness::Step::ALL.map(liveness::Step::as_str)
);
bonafide_http::vocabulary!(
    pub(crate) CaptureNext: "What to do next: consent to the session, a step, or handing in.",
    StepKind::ALL.map(StepKind::as_str).into_iter().chain([SESSION_CONSENT, SUBMIT])
);

/// The consent without which nothing is captured. The step `consent` is another one: of a text of the organization's own.
pub(crate) const SESSION_CONSENT: &str = "session_consent";
pub(crate) const SUBMIT: &str = "submit";

/// Where a code goes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureChannel {
    Email,
    Sms,
}

impl From<CaptureChannel> for Channel {
    fn from(channel: CaptureChannel) -> Self {
        match channel {
            CaptureChannel::Email => Self::Email,
            CaptureChannel::Sms => Self::Sms,
        }
    }
}

/// Why a person cannot go on.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CaptureAbortReason {
    /// They did not let the page use the camera.
    CameraRefused,
    /// The device has no camera, or none that works.
    CameraNotFound,
    BrowserNotSupported,
    /// Nothing arrives in time.
    Connection,
    /// They have no document with them.
    NoDocument,
    /// They would rather do it another time.
    NotReady,
    /// They left.
    Dropped,
}

impl From<CaptureAbortReason> for Code {
    fn from(reason: CaptureAbortReason) -> Self {
        match reason {
            CaptureAbortReason::CameraRefused => Self::CameraRefused,
            CaptureAbortReason::CameraNotFound => Self::CameraNotFound,
            CaptureAbortReason::BrowserNotSupported => Self::BrowserNotSupported,
            CaptureAbortReason::Connection => Self::ConnectionPoor,
            CaptureAbortReason::NoDocument => Self::NoDocumentAtHand,
            CaptureAbortReason::NotReady => Self::NotReady,
            CaptureAbortReason::Dropped => Self::CaptureDropped,
        }
    }
}

/// The word of a channel.
pub(crate) const fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
    }
}

/// What a person said, without the kind of step, which stands beside it.
pub(crate) fn said(data: &StepData) -> Value {
    json!(data)["data"].take()
}
