//! What can go wrong with a use case, independent of any dialect's envelope.

use bonafide_core::problem::{Problem, Rule};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// This organization has no such object; also the answer for another tenant's id.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The request is wrong in the fields named.
    #[error("the request is not valid")]
    Invalid(Vec<Problem>),
    /// The request is fine, but what it is about lacks what the fields name.
    #[error("something is missing")]
    Incomplete(Vec<Problem>),
    /// The request is fine but not now. `code` is stable; `message` says what to do instead.
    #[error("{message}")]
    Conflict { code: &'static str, message: String },
    /// It was there and is over for good; the message says what to do instead.
    #[error("{0}")]
    Gone(&'static str),
    /// The credential may not do this.
    #[error("the credential has no permission for this")]
    Forbidden,
    /// The credential may do this, but not so: it would weaken decisions in the fields named.
    #[error("the credential may not weaken decisions")]
    Weakens(Vec<Problem>),
    /// The work is still going on; ask again after this many seconds.
    #[error("still being processed")]
    Busy { retry_after_s: u32 },
    /// This process is being stopped; the next one goes on with it. Ask again after this many seconds.
    #[error("the server is being stopped")]
    Stopping { retry_after_s: u32 },
    /// The disk is full, or cannot be written: nothing was changed. Ask again after this many seconds.
    #[error("the server has no room to keep this")]
    NoRoom {
        retry_after_s: u32,
        #[source]
        source: bonafide_store::Error,
    },
    /// Too much is asked at once; ask again after this many seconds.
    #[error("overloaded")]
    Overloaded { retry_after_s: u32 },
    #[error(transparent)]
    Store(bonafide_store::Error),
    #[error("the lists to screen against cannot be read: {0}")]
    Lists(Box<bonafide_screening::snapshot::Error>),
    #[error("an invitation was not sent")]
    NotSent(#[source] bonafide_invite::NotSent),
    #[error(transparent)]
    Report(bonafide_core::report::Undrawn),
    /// A picture was not looked at: whoever did died, or took too long.
    #[error("a picture was not looked at")]
    NotInspected(#[source] bonafide_inspect::Failed),
    #[error("a background task did not run to its end")]
    Task(#[from] tokio::task::JoinError),
}

impl Error {
    pub fn invalid(field: &str, rule: Rule, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(field, rule, message)])
    }

    /// What was stored by another version of this program, or is damaged.
    pub(crate) fn not_understood(what: &str) -> Self {
        Self::conflict("not_understood", format!("this {what} was stored by another version of this program"))
    }

    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }
}

impl bonafide_store::Contended for Error {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_contended())
    }
}

impl From<bonafide_inspect::Failed> for Error {
    fn from(failed: bonafide_inspect::Failed) -> Self {
        match failed {
            bonafide_inspect::Failed::Unavailable(_) => Self::Overloaded { retry_after_s: 5 },
            other => Self::NotInspected(other),
        }
    }
}

impl From<bonafide_store::Error> for Error {
    fn from(error: bonafide_store::Error) -> Self {
        match error {
            bonafide_store::Error::NotFound(what) => Self::NotFound(what),
            bonafide_store::Error::Conflict(_) => Self::conflict(
                "changed_meanwhile",
                "somebody else changed the verification at the same time; read it and try again",
            ),
            bonafide_store::Error::KeyDestroyed => {
                Self::conflict("anonymized", "the personal data of this verification was erased")
            }
            bonafide_store::Error::Overloaded(_) => Self::Overloaded { retry_after_s: 1 },
            full if full.is_no_room() => Self::NoRoom { retry_after_s: 30, source: full },
            other => Self::Store(other),
        }
    }
}
