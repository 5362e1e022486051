//! What goes out and what comes back.

use std::{fmt, time::Duration};

use bytes::Bytes;

use crate::Failure;

/// A message and where it goes. Whole: the signature is already among the headers.
pub struct Parcel<'a> {
    pub url: &'a str,
    pub headers: &'a [(String, String)],
    pub body: Bytes,
    /// How long an attempt may take, where that is less than the courier gives.
    pub patience: Option<Duration>,
}

/// What became of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why there was no answer, or that it was a redirect. A refusal (4xx, 5xx) is an answer and no failure.
    pub failure: Option<Failure>,
    /// How long the receiver asks to be left alone, in seconds, at most a day.
    pub retry_after_s: Option<u32>,
    /// The beginning of the answer's body, at most 4096 bytes, as far as it came.
    pub response: Vec<u8>,
    /// How long the attempt took, in milliseconds.
    pub ms: u64,
}

impl Receipt {
    /// Whether the receiver took the message: its status line says 2xx. What happens to the body after that line
    /// changes nothing, for the receiver has decided by then.
    pub fn is_delivered(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    pub(crate) const fn failed(failure: Failure) -> Self {
        Self { status: None, failure: Some(failure), retry_after_s: None, response: vec![], ms: 0 }
    }
}

/// Without what the receiver wrote: that may be about a person.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receipt")
            .field("status", &self.status)
            .field("failure", &self.failure)
            .field("retry_after_s", &self.retry_after_s)
            .field("response_bytes", &self.response.len())
            .field("ms", &self.ms)
            .finish()
    }
}
