//! Looking back at decisions.

mod backtest;

pub(crate) use backtest::Stored;
pub use backtest::{Backtest, Flip, Replayed, Verdicts, backtest, organization_of, replay};
