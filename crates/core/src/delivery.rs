//! The words of a message's way to a subscriber.

use crate::words::words;

words! {
    /// What became of a message.
    pub enum DeliveryStatus {
        /// Waits for its first or next attempt.
        Pending = "pending",
        Delivered = "delivered",
        /// The schedule is at its end, or the endpoint is gone.
        Dead = "dead",
    }
}

words! {
    /// Where a subscriber's endpoint comes from.
    pub enum Origin {
        /// The organization registered it.
        Registered = "registered",
        /// It stands for the addresses that verifications of one host were created with; the addresses themselves are with
        /// the verifications, sealed.
        PerVerification = "per_verification",
    }
}

words! {
    /// What goes wrong with messages in the world, done on purpose in a sandbox.
    pub enum Chaos {
        Late = "late",
        Doubled = "doubled",
        OutOfOrder = "out_of_order",
        WrongSignature = "wrong_signature",
    }
}
