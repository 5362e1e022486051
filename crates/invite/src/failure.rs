//! Why a message was not sent.

/// The words hold nothing of the person, the address or the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct NotSent {
    /// Whether this address stays out of reach however often it is tried: a bounce. Whatever passes by itself, or when
    /// the operator mends a setting, is not.
    pub permanent: bool,
    /// Stable: one of the constants here.
    pub code: &'static str,
    /// For the operator: what happened and where to look.
    pub detail: String,
}

impl NotSent {
    /// The settings have no mail server, or no gateway.
    pub const NOT_SET_UP: &'static str = "not_set_up";
    /// Not an e-mail address, or not a phone number.
    pub const ADDRESS_MALFORMED: &'static str = "address_malformed";
    /// The mail server knows no such recipient.
    pub const ADDRESS_REFUSED: &'static str = "address_refused";
    /// The address has letters that the mail server cannot carry.
    pub const ADDRESS_UNSUPPORTED: &'static str = "address_unsupported";
    pub const MAILBOX_FULL: &'static str = "mailbox_full";
    /// The mail server knows the recipient but does not take the message.
    pub const MESSAGE_REFUSED: &'static str = "message_refused";
    /// The mail server or gateway asks to come back later.
    pub const DEFERRED: &'static str = "deferred";
    /// The mail server does not want to talk to us.
    pub const SERVER_REFUSED: &'static str = "server_refused";
    /// The mail server does not take messages from the setting `from`.
    pub const SENDER_REFUSED: &'static str = "sender_refused";
    /// User name, password or key are wrong or missing.
    pub const AUTH_FAILED: &'static str = "auth_failed";
    /// No protected connection: no TLS there, or a certificate that is not trusted.
    pub const TLS_FAILED: &'static str = "tls_failed";
    pub const UNREACHABLE: &'static str = "unreachable";
    pub const TIMEOUT: &'static str = "timeout";
    /// The gateway does not take this message.
    pub const GATEWAY_REFUSED: &'static str = "gateway_refused";
    /// The gateway is in trouble itself, or not where the settings say.
    pub const GATEWAY_FAILED: &'static str = "gateway_failed";
    /// The words could not be put together.
    pub const WORDING_FAILED: &'static str = "wording_failed";

    pub(crate) fn now(code: &'static str, detail: impl Into<String>) -> Self {
        Self { permanent: false, code, detail: detail.into() }
    }

    pub(crate) fn for_good(code: &'static str, detail: impl Into<String>) -> Self {
        Self { permanent: true, code, detail: detail.into() }
    }
}
