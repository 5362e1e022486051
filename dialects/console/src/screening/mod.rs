//! Screening as a control: whether the lists can be relied on, and how far everybody is screened.

pub(crate) mod read;
