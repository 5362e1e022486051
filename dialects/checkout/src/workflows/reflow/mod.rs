//! Events through workflows once more: sent again under the ids they had.

pub(crate) mod by_event;
pub(crate) mod by_event_and_workflow;
pub(crate) mod by_subject;
pub(crate) mod by_subject_and_workflow;
pub(crate) mod many;
