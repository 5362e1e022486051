//! Looking back: the same decision made again from what was stored, and what other weights would have decided.

pub(crate) mod replay;
mod run;

pub use replay::{Replayed, organization_of, replay};
pub use run::{Backtest, ChangedDecision, Verdicts, backtest};
