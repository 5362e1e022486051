//! The state machine of one verification. Nothing else changes a status.

use crate::words::words;

words! {
    /// What a verification is about.
    #[derive(Default)]
    pub enum Kind {
        /// Who is this? A document, and the person it belongs to.
        #[default]
        IdentityVerification = "identity_verification",
        /// Is this the known person who they say they are? A face against the stored template.
        FaceAuthentication = "face_authentication",
        /// Is this identity document genuine, and whose is it? Its pictures alone, without a face.
        DocumentVerification = "document_verification",
        /// Where does somebody live? A bill or a letter that says so.
        AddressVerification = "address_verification",
    }
}

impl Kind {
    /// The organization hands in the pictures itself, with each attempt: the person is sent nowhere.
    pub const fn brings_pictures(self) -> bool {
        matches!(self, Self::DocumentVerification | Self::AddressVerification)
    }

    /// Ends with a report.
    pub const fn is_reported(self) -> bool {
        !matches!(self, Self::FaceAuthentication)
    }
}

words! {
    /// What an identity verification is for.
    #[derive(Default)]
    pub enum Purpose {
        /// To know who somebody is.
        #[default]
        Idv = "idv",
        /// To know a customer as regulation asks.
        Kyc = "kyc",
        /// To pass on what was approved before.
        Share = "share",
    }
}

words! {
    pub enum Status {
        /// Made, nobody has opened it.
        Created = "created",
        /// Opened; consent is still to be asked.
        Pending = "pending",
        /// Consent given, evidence is coming in.
        Capturing = "capturing",
        /// Handed in, checks are running.
        Processing = "processing",
        /// The evidence was not good enough; the person may try again.
        RetryRequired = "retry_required",
        /// A human has to look.
        ReviewRequired = "review_required",
        Approved = "approved",
        Declined = "declined",
        /// The person did not consent.
        Refused = "refused",
        /// Attempts used up without a result.
        Inconclusive = "inconclusive",
        Canceled = "canceled",
        Expired = "expired",
    }
}

impl Status {
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

    /// The person is asked for something and has not submitted it.
    pub const fn waits_for_the_person(self) -> bool {
        matches!(self, Self::Created | Self::Pending | Self::Capturing | Self::RetryRequired)
    }

    /// Evidence may be handed over.
    pub const fn accepts_evidence(self) -> bool {
        matches!(self, Self::Capturing | Self::RetryRequired)
    }
}

words! {
    /// What can happen to a verification.
    pub enum Action {
        /// The person opened the link.
        Open = "open",
        Consent = "consent",
        RefuseConsent = "refuse_consent",
        /// All evidence is there: run the checks.
        Submit = "submit",
        Approve = "approve",
        Decline = "decline",
        /// Ask the person for better evidence.
        AskAgain = "ask_again",
        /// Ask a human.
        Refer = "refer",
        /// The last attempt was used up without a result.
        GiveUp = "give_up",
        /// After a pause, or after their time was over, the person may try again.
        Reopen = "reopen",
        /// A human takes a decision back: it is for a human again.
        Reconsider = "reconsider",
        Cancel = "cancel",
        Expire = "expire",
        /// A human approves before the person is done: on their word alone.
        Vouch = "vouch",
        /// A human declines before the person is done.
        TurnDown = "turn_down",
    }
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
            (Action::RefuseConsent, Created | Pending | Capturing | RetryRequired) => Ok(Refused),
            (Action::Submit, Capturing | RetryRequired) => Ok(Processing),
            (Action::Approve, Processing | ReviewRequired | Inconclusive) => Ok(Approved),
            (Action::Decline, Processing | ReviewRequired | Inconclusive) => Ok(Declined),
            (Action::AskAgain, Processing | ReviewRequired) => Ok(RetryRequired),
            (Action::Refer, Processing) => Ok(ReviewRequired),
            (Action::GiveUp, Processing | RetryRequired) => Ok(Inconclusive),
            (Action::Reopen, Inconclusive | Expired) => Ok(RetryRequired),
            (Action::Reconsider, Approved | Declined) => Ok(ReviewRequired),
            (Action::Cancel, from) if !from.is_final() => Ok(Canceled),
            (Action::Expire, Created | Pending | Capturing | RetryRequired) => Ok(Expired),
            (Action::Vouch, Created | Pending | Capturing | RetryRequired) => Ok(Approved),
            (Action::TurnDown, Created | Pending | Capturing | RetryRequired) => Ok(Declined),
            (action, from) => Err(Illegal { from, action }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let mut table = String::new();
        for from in Status::ALL {
            for action in Action::ALL {
                if let Ok(to) = from.after(action) {
                    table += &format!("{from:?} --{action:?}--> {to:?}\n");
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_decision_is_not_decided_again_by_the_machine() {
        // What only a human does, and what they get it to.
        let human = [
            (Status::Approved, Action::Reconsider, Status::ReviewRequired),
            (Status::Declined, Action::Reconsider, Status::ReviewRequired),
            (Status::Expired, Action::Reopen, Status::RetryRequired),
        ];
        for from in [Status::Approved, Status::Declined, Status::Refused, Status::Canceled, Status::Expired] {
            for action in Action::ALL {
                let to = human.iter().find(|(f, a, _)| (*f, *a) == (from, action)).map(|(.., to)| *to);
                assert_eq!(from.after(action), to.ok_or(Illegal { from, action }));
            }
        }
    }

    /// Who was refused once is not approved without somebody saying first that it is open again.
    #[test]
    fn requirement_17_what_was_decided_is_opened_before_it_is_decided_otherwise() {
        for from in [Status::Approved, Status::Declined] {
            assert!(from.after(Action::Approve).is_err() && from.after(Action::Decline).is_err());
            let open = from.after(Action::Reconsider).unwrap();
            assert!(open.after(Action::Approve).is_ok() && open.after(Action::Decline).is_ok());
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
