//! What happened.

pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod resend;
pub(crate) mod trigger;
pub(crate) mod types;

use bonafide_engine::events::Event as Row;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Something that happened. It is never changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Event {
    /// As in messages: `webhook-id`.
    #[schema(example = "evt_01kt1gw6g0fmj99z5sfwzpmy4a")]
    id: String,
    #[schema(example = "verification.approved")]
    r#type: String,
    /// The verification, applicant, client or webhook.
    subject: String,
    /// Counts the events of the subject from 1.
    sequence: i64,
    /// Counts the organization's events from 1; a page goes on after it.
    position: i64,
    occurred_at: String,
    /// The facts of the moment.
    #[schema(value_type = Object)]
    data: Value,
    /// What an API says of it, where one was asked for and tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

/// The event as one API words it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Message {
    r#type: String,
    #[schema(value_type = Object)]
    body: Value,
}

impl Event {
    fn of(row: Row, message: Option<(String, Value)>) -> Self {
        Self {
            id: bonafide_engine::events::message_id(row.id),
            r#type: row.kind.as_str().to_owned(),
            subject: bonafide_core::id::VerificationId::from_uuid(row.subject).to_string(),
            sequence: row.sequence,
            position: row.position,
            occurred_at: row.at.to_string(),
            data: row.snapshot,
            message: message.map(|(word, body)| Message { r#type: word, body }),
        }
    }
}
