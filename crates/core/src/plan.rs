//! What an organization has subscribed to, where the operator sells the APIs of an installation on.

use crate::words::words;

words! {
    /// An organization's plan. Set by the operator alone.
    #[derive(Default)]
    pub enum Plan {
        #[default]
        Active = "active",
        /// The subscription is not paid for.
        Inactive = "inactive",
        /// It does not include the APIs that ask for a plan.
        WithoutApi = "without_api",
    }
}
