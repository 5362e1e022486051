//! The real binary, started the way an operator starts it.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod architecture;
mod audit;
mod backup;
mod cli;
mod console;
mod disk;
mod four_views;
mod kill;
mod lists;
mod lists_agree;
mod policies;
mod processes;
mod readme;
mod remains;
mod requirements;
mod rescreen;
mod review;
mod steps_killed;
mod support;
mod tenants;
mod upkeep;
