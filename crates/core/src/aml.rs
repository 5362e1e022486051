//! A person of the organization's records compared with the lists, once or for as long as they are monitored.

use crate::words::words;

words! {
    /// How an AML verification stands.
    pub enum AmlStatus {
        Created = "created",
        /// The lists are searched for the first time.
        ScreeningInProgress = "screening_in_progress",
        Approved = "approved",
        /// Somebody has to look: there are hits, or nobody can say that there are none.
        ReviewRequired = "review_required",
        Declined = "declined",
    }
}

impl AmlStatus {
    /// Where a search leads. `hits`: how many count; none where nobody can say. A machine declines nobody: who was declined
    /// was so by a human, and stays so.
    pub const fn after_search(self, hits: Option<u64>) -> Self {
        match (self, hits) {
            (Self::Declined, _) => Self::Declined,
            (_, Some(0)) => Self::Approved,
            // Lists that are too old say nothing new of somebody who stands.
            (Self::Approved, None) => Self::Approved,
            (_, Some(_) | None) => Self::ReviewRequired,
        }
    }

    /// Whether the first search is still to come to its end.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::ScreeningInProgress)
    }

    /// Whether it was decided.
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Approved | Self::Declined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_approved_of_whom_nobody_can_say_that_there_is_no_hit() {
        use AmlStatus as S;
        for (from, hits, to) in [
            (S::ScreeningInProgress, Some(0), S::Approved),
            (S::ScreeningInProgress, Some(2), S::ReviewRequired),
            (S::ScreeningInProgress, None, S::ReviewRequired),
            (S::Approved, Some(0), S::Approved),
            (S::Approved, Some(1), S::ReviewRequired),
            (S::Approved, None, S::Approved),
            (S::ReviewRequired, Some(0), S::Approved),
            (S::ReviewRequired, Some(1), S::ReviewRequired),
            (S::ReviewRequired, None, S::ReviewRequired),
            (S::Declined, Some(0), S::Declined),
            (S::Declined, Some(1), S::Declined),
        ] {
            assert_eq!(from.after_search(hits), to, "{from} {hits:?}");
        }
    }
}
