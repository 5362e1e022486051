//! Workflows: what an organization wants told where, as one API has it. A workflow's actions are webhook endpoints, and its
//! conditions say which events those get.

mod actions;
mod conditions;
mod create;
mod delete;
mod events;
mod read;
mod reflow;
mod test;
mod update;
mod workflow;

pub use actions::{NewAction, add as add_action, change as change_action, remove as remove_action};
pub use conditions::{add as add_condition, change as change_condition, remove as remove_condition};
pub use create::{NewWorkflow, create};
pub use delete::delete;
pub use events::{
    Invocation, Sending, Told, event_of as event, events_of as events_of_subject, invocation, invocations,
};
pub use read::{list, read};
pub use reflow::{Reflow, reflow};
pub use test::test;
pub use update::update;
pub use workflow::{Action, Condition, Wanted, Workflow};
