//! A message on its way.

use std::sync::Arc;

use bonafide_core::{event::WebhookDialect, time::Timestamp};
use bonafide_courier::Receipt;
use bonafide_store::{deliveries::Delivery, secrets::PlainSecret, webhook_endpoints::WebhookEndpoint};

use crate::webhooks::signing_key::SigningKey;

/// Longest that a receiver may ask to be left alone, in seconds.
pub(super) const LONGEST_PAUSE_S: u32 = 24 * 3600;

/// One message, and what became of it.
pub(super) struct Sent {
    pub(super) delivery: Delivery,
    pub(super) at: Timestamp,
    pub(super) receipt: Outcome,
    pub(super) endpoint: Arc<Endpoint>,
}

pub(super) enum Outcome {
    Answered(Receipt),
    /// It was not sent; a stable word.
    Not(&'static str),
}

/// Everything that the messages of one endpoint have in common.
pub(super) struct Endpoint {
    pub(super) row: WebhookEndpoint,
    pub(super) dialect: &'static dyn WebhookDialect,
    pub(super) headers: Vec<(String, String)>,
    pub(super) secrets: Vec<PlainSecret>,
    /// What the messages of some APIs are signed with.
    pub(super) key: Option<SigningKey>,
    pub(super) sandbox: bool,
}

impl Endpoint {
    /// Whether its receiver took the message: as its API has it.
    pub(super) fn has_taken(&self, receipt: &Receipt) -> bool {
        receipt.is_delivered() && receipt.status.is_some_and(|status| self.dialect.is_taken(status))
    }
}
