//! What a human may decide about a verification, and why.

use crate::{
    reason::Code,
    verification::{Action, Status},
    words::words,
};

words! {
    /// What a reviewer does.
    pub enum Verdict {
        Approve = "approve",
        Decline = "decline",
        /// The person is asked for some captures again.
        AskAgain = "ask_again",
        /// It is ended without a result.
        Cancel = "cancel",
        /// A decision is taken back, or the person gets more time.
        Reopen = "reopen",
    }
}

words! {
    /// Why. Stored and sent to subscribers: it says nothing that only the note may say.
    pub enum Grounds {
        // for an approval
        /// The document and the person were looked at, and are in order.
        EvidenceInOrder = "evidence_in_order",
        /// The person was asked, or confirmed by another way.
        ConfirmedOtherwise = "confirmed_otherwise",
        /// Whoever the check took them for is somebody else.
        SomebodyElse = "somebody_else",
        // for a decline
        DocumentForged = "document_forged",
        DocumentAltered = "document_altered",
        DocumentNotAccepted = "document_not_accepted",
        NotTheHolder = "not_the_holder",
        NotALivePerson = "not_a_live_person",
        Listed = "listed",
        AnotherIdentity = "another_identity",
        BelowMinimumAge = "below_minimum_age",
        SuspectedFraud = "suspected_fraud",
        // for asking again
        PictureUnclear = "picture_unclear",
        WrongSide = "wrong_side",
        WrongDocument = "wrong_document",
        MorePicturesNeeded = "more_pictures_needed",
        // for ending or opening it
        Withdrawn = "withdrawn",
        CreatedByMistake = "created_by_mistake",
        NewInformation = "new_information",
        DecidedByMistake = "decided_by_mistake",
        PersonAskedForTime = "person_asked_for_time",
        /// What the note says.
        Other = "other",
    }
}

impl Grounds {
    /// What they are grounds for; `Other` is for everything.
    pub const fn fits(self, verdict: Verdict) -> bool {
        match self {
            Self::EvidenceInOrder | Self::ConfirmedOtherwise | Self::SomebodyElse => {
                matches!(verdict, Verdict::Approve)
            }
            Self::DocumentForged
            | Self::DocumentAltered
            | Self::DocumentNotAccepted
            | Self::NotTheHolder
            | Self::NotALivePerson
            | Self::Listed
            | Self::AnotherIdentity
            | Self::BelowMinimumAge
            | Self::SuspectedFraud => matches!(verdict, Verdict::Decline),
            Self::PictureUnclear | Self::WrongSide | Self::WrongDocument | Self::MorePicturesNeeded => {
                matches!(verdict, Verdict::AskAgain)
            }
            Self::Withdrawn | Self::CreatedByMistake => matches!(verdict, Verdict::Cancel),
            Self::NewInformation | Self::DecidedByMistake | Self::PersonAskedForTime => {
                matches!(verdict, Verdict::Reopen)
            }
            Self::Other => true,
        }
    }

    /// The reason code that says the same, for subscribers whose API has words for those.
    pub const fn code(self) -> Option<Code> {
        match self {
            Self::NotTheHolder => Some(Code::FaceMismatch),
            Self::NotALivePerson => Some(Code::NotLive),
            Self::Listed => Some(Code::Listed),
            Self::AnotherIdentity => Some(Code::FaceOfAnotherHolder),
            Self::BelowMinimumAge => Some(Code::BelowMinimumAge),
            Self::DocumentNotAccepted => Some(Code::DocumentTypeNotAccepted),
            Self::PictureUnclear => Some(Code::TooBlurry),
            Self::WrongSide => Some(Code::FrontNotCaptured),
            Self::WrongDocument => Some(Code::OtherDocumentType),
            _ => None,
        }
    }

    /// All that are grounds for a verdict.
    pub fn of(verdict: Verdict) -> Vec<Self> {
        Self::ALL.into_iter().filter(|grounds| grounds.fits(verdict)).collect()
    }
}

words! {
    /// Which verdicts need the word of two.
    #[derive(Default)]
    pub enum FourEyes {
        #[default]
        Never = "never",
        /// An approval.
        Approve = "approve",
        /// An approval and a decline.
        Decide = "decide",
    }
}

impl FourEyes {
    pub const fn asks_for(self, verdict: Verdict) -> bool {
        match self {
            Self::Never => false,
            Self::Approve => matches!(verdict, Verdict::Approve),
            Self::Decide => matches!(verdict, Verdict::Approve | Verdict::Decline),
        }
    }
}

impl Verdict {
    /// What it does to a verification in this state; `None` where it is not for a human to say, or leads nowhere.
    pub fn action(self, from: Status) -> Option<Action> {
        let action = match self {
            Self::Approve => Action::Approve,
            Self::Decline => Action::Decline,
            Self::AskAgain => Action::AskAgain,
            Self::Cancel => Action::Cancel,
            Self::Reopen if matches!(from, Status::Approved | Status::Declined) => Action::Reconsider,
            Self::Reopen => Action::Reopen,
        };
        // While the checks run there is nothing to decide on yet.
        let too_early = from == Status::Processing && self != Self::Cancel;
        (!too_early && from.after(action).is_ok()).then_some(action)
    }

    /// What it does to one that the person is not done with, where a reviewer may decide that on their word alone.
    pub fn before_submission(self, from: Status) -> Option<Action> {
        let action = match self {
            Self::Approve => Action::Vouch,
            Self::Decline => Action::TurnDown,
            Self::AskAgain | Self::Cancel | Self::Reopen => return None,
        };
        from.after(action).is_ok().then_some(action)
    }

    /// The states it is possible in.
    pub fn states(self) -> Vec<Status> {
        Status::ALL.into_iter().filter(|from| self.action(*from).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_grounds_and_every_ground_one_verdict() {
        for verdict in Verdict::ALL {
            let own = Grounds::of(verdict);
            assert!(own.len() >= 3 && own.contains(&Grounds::Other), "{verdict}");
        }
        for grounds in Grounds::ALL.into_iter().filter(|g| *g != Grounds::Other) {
            assert_eq!(Verdict::ALL.into_iter().filter(|v| grounds.fits(*v)).count(), 1, "{grounds}");
        }
    }

    #[test]
    fn what_a_human_may_say_and_when() {
        let states =
            |verdict: Verdict| verdict.states().into_iter().map(Status::as_str).collect::<Vec<_>>().join(" ");
        assert_eq!(states(Verdict::Approve), "review_required inconclusive");
        assert_eq!(states(Verdict::Decline), "review_required inconclusive");
        assert_eq!(states(Verdict::AskAgain), "review_required");
        assert_eq!(
            states(Verdict::Cancel),
            "created pending capturing processing retry_required review_required"
        );
        assert_eq!(states(Verdict::Reopen), "approved declined inconclusive expired");
        let before = |verdict: Verdict| -> Vec<Status> {
            Status::ALL.into_iter().filter(|from| verdict.before_submission(*from).is_some()).collect()
        };
        let open = [Status::Created, Status::Pending, Status::Capturing, Status::RetryRequired];
        assert_eq!((before(Verdict::Approve), before(Verdict::Decline)), (open.to_vec(), open.to_vec()));
        assert!(before(Verdict::Cancel).is_empty());
        assert_eq!(Verdict::Reopen.action(Status::Declined), Some(Action::Reconsider));
        assert_eq!(Verdict::Reopen.action(Status::Expired), Some(Action::Reopen));
    }

    #[test]
    fn two_are_asked_for_what_the_setting_says() {
        let asked = |setting: FourEyes| Verdict::ALL.into_iter().filter(|v| setting.asks_for(*v)).count();
        assert_eq!(FourEyes::ALL.map(asked), [0, 1, 2]);
    }
}
