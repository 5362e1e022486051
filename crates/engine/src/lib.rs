//! What the product does, one file per use case.
//!
//! Architecture invariants:
//! - A use case takes a [`Caller`]: there is no way to reach a tenant's data without one.
//! - State changes only through `Record::apply`, carried out in one transaction with its history line, its
//!   audit entry, its event and its jobs.
//! - No model, no picture decoding and no blob access inside a write transaction.
//! - A job may run twice; its effect happens once, because the effect and the end of the job commit together.

pub mod access;
pub mod aml;
pub mod applicants;
pub mod attempts;
pub mod backtest;
mod base;
pub mod block_list;
pub mod capture;
mod checks;
pub mod clients;
pub mod events;
pub mod evidence;
pub mod health;
pub mod idempotency;
pub mod identities;
pub mod invitations;
pub mod location;
pub mod reads;
pub mod registry;
pub mod reports;
pub mod reviews;
pub mod sandbox;
pub mod screening;
pub mod shares;
pub mod specimens;
pub mod steps;
#[cfg(test)]
mod testing;
pub mod trigger;
pub mod tuning;
pub mod verifications;
pub mod webhooks;
mod worker;
pub mod workflows;

pub use base::{
    caller::{Caller, ClientAddress, Device, Scope},
    engine::{Engine, ForwardedHeader, Parts, Settings, Storage},
    error::{Error, Result},
    private::{AskedAgain, Private, Subject, ThirdParty},
    sighting::Sighting,
    world,
};
pub use bonafide_store::Contended;
pub use worker::{anchors, deliver, housekeeping, jobs};
