//! Looking back: the same decision made again from what was stored, and what other weights or another policy would have
//! decided.

pub(crate) mod rejudge;
pub(crate) mod replay;
mod run;

pub use rejudge::Tried;
pub use replay::{Replayed, organization_of, replay};
pub use run::{Backtest, ChangedDecision, Verdicts, backtest};
