//! The state machine of one verification. Nothing else changes a status.

use serde::{Deserialize, Serialize};

/// What a verification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Who is this? A document, and the person it belongs to.
    #[default]
    IdentityVerification,
    /// Is this the known person who they say they are? A face against the stored template.
    FaceAuthentication,
}

impl Kind {
    /// The stored form, the same as the serialised one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityVerification => "identity_verification",
            Self::FaceAuthentication => "face_authentication",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Made, nobody has opened it.
    Created,
    /// Opened; consent is still to be asked.
    Pending,
    /// Consent given, evidence is coming in.
    Capturing,
    /// Handed in, checks are running.
    Processing,
    /// The evidence was not good enough; the person may try again.
    RetryRequired,
    /// A human has to look.
    ReviewRequired,
    Approved,
    Declined,
    /// The person did not consent.
    Refused,
    /// Attempts used up without a result.
    Inconclusive,
    Canceled,
    Expired,
}

impl Status {
    pub const ALL: [Self; 12] = [
        Self::Created,
        Self::Pending,
        Self::Capturing,
        Self::Processing,
        Self::RetryRequired,
        Self::ReviewRequired,
        Self::Approved,
        Self::Declined,
        Self::Refused,
        Self::Inconclusive,
        Self::Canceled,
        Self::Expired,
    ];

    /// The person has nothing more to do and no check runs. `Inconclusive` may be reopened.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Approved
                | Self::Declined
                | Self::Refused
                | Self::Inconclusive
                | Self::Canceled
                | Self::Expired
        )
    }

    /// Evidence may be handed over.
    pub const fn accepts_evidence(self) -> bool {
        matches!(self, Self::Capturing | Self::RetryRequired)
    }

    /// The stored form, the same as the serialised one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Capturing => "capturing",
            Self::Processing => "processing",
            Self::RetryRequired => "retry_required",
            Self::ReviewRequired => "review_required",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Refused => "refused",
            Self::Inconclusive => "inconclusive",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }
}

/// What can happen to a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The person opened the link.
    Open,
    Consent,
    RefuseConsent,
    /// All evidence is there: run the checks.
    Submit,
    Approve,
    Decline,
    /// Ask the person for better evidence.
    AskAgain,
    /// Ask a human.
    Refer,
    /// The last attempt was used up without a result.
    GiveUp,
    /// After a pause, the person may try again.
    Reopen,
    Cancel,
    Expire,
}

/// The action is not possible in this state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{action:?} is not possible while the verification is {}", from.as_str())]
pub struct Illegal {
    pub from: Status,
    pub action: Action,
}

impl Status {
    /// The state an action leads to.
    pub fn after(self, action: Action) -> Result<Self, Illegal> {
        use Status::{
            Approved, Canceled, Capturing, Created, Declined, Expired, Inconclusive, Pending, Processing,
            Refused, RetryRequired, ReviewRequired,
        };
        match (action, self) {
            (Action::Open, Created) => Ok(Pending),
            (Action::Consent, Created | Pending) => Ok(Capturing),
            (Action::RefuseConsent, Created | Pending) => Ok(Refused),
            (Action::Submit, Capturing | RetryRequired) => Ok(Processing),
            (Action::Approve, Processing | ReviewRequired | Inconclusive) => Ok(Approved),
            (Action::Decline, Processing | ReviewRequired | Inconclusive) => Ok(Declined),
            (Action::AskAgain, Processing | ReviewRequired) => Ok(RetryRequired),
            (Action::Refer, Processing) => Ok(ReviewRequired),
            (Action::GiveUp, Processing | RetryRequired) => Ok(Inconclusive),
            (Action::Reopen, Inconclusive) => Ok(RetryRequired),
            (Action::Cancel, from) if !from.is_final() => Ok(Canceled),
            (Action::Expire, Created | Pending | Capturing | RetryRequired) => Ok(Expired),
            (action, from) => Err(Illegal { from, action }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 12] = [
        Action::Open,
        Action::Consent,
        Action::RefuseConsent,
        Action::Submit,
        Action::Approve,
        Action::Decline,
        Action::AskAgain,
        Action::Refer,
        Action::GiveUp,
        Action::Reopen,
        Action::Cancel,
        Action::Expire,
    ];

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for from in Status::ALL {
            for action in ACTIONS {
                if let Ok(to) = from.after(action) {
                    table += &format!("{from:?} --{action:?}--> {to:?}\n");
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_decision_is_not_decided_again_by_the_machine() {
        for from in [Status::Approved, Status::Declined, Status::Refused, Status::Canceled, Status::Expired] {
            for action in ACTIONS {
                assert_eq!(from.after(action), Err(Illegal { from, action }));
            }
        }
    }

    #[test]
    fn nothing_is_captured_or_decided_without_consent() {
        for from in [Status::Created, Status::Pending] {
            assert!(!from.accepts_evidence());
            assert!(from.after(Action::Submit).is_err());
            assert!(from.after(Action::Approve).is_err());
        }
    }

    #[test]
    fn the_stored_form_is_the_serialised_one() {
        for s in Status::ALL {
            assert_eq!(serde_json::to_value(s).unwrap(), s.as_str());
            assert_eq!(Status::parse(s.as_str()), Some(s));
        }
    }
}
