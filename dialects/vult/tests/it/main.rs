//! The whole dialect in memory, asked over HTTP. Modules mirror `src`, but for what every operation has in common.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod attacks;
mod bad_input;
mod device;
mod gate;
mod identity;
mod idv {
    mod finalize;
    mod liveness;
    mod policy;
    mod requirements;
    mod session;
    mod weights;
}
mod backtest;
mod location;
mod misspelt;
mod registry;
mod sandbox;
mod seed;
mod support;
mod webhook;
