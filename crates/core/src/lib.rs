//! The rules of identity verification, and nothing else.
//!
//! Architecture invariant: this crate never awaits, never reads a clock, never draws a random number
//! and never touches a file. Time and randomness come in as arguments, so every rule can be tested with
//! a table and every stored decision can be replayed.

pub mod acceptance;
pub mod activity;
pub mod address;
pub mod aml;
pub mod attempt;
pub mod audit;
pub mod client;
pub mod compare;
pub mod country;
pub mod currency;
pub mod decision;
pub mod delivery;
pub mod document;
pub mod email;
pub mod event;
pub mod evidence;
pub mod finding;
pub mod flip;
pub mod holder;
pub mod id;
pub mod live;
pub mod liveness;
pub mod nearest;
pub mod plan;
pub mod policy;
pub mod problem;
pub mod reason;
pub mod recapture;
pub mod report;
pub mod residence;
pub mod review;
pub mod reweigh;
pub mod secret;
pub mod share;
pub mod step;
pub mod text;
pub mod time;
pub mod verification;
pub mod weights;
pub mod words;
