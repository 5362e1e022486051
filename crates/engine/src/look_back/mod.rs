//! Looking back: the same decision made again from what was stored, and what other weights would have decided.

mod backtest;
pub(crate) mod replay;

pub use backtest::{Backtest, Flip, Verdicts, backtest};
pub use replay::{Replayed, organization_of, replay};
