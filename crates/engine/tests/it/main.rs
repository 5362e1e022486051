//! The engine, with an invented API that sends its events: no vendor, no HTTP and no network of ours is in it.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod aml;
mod attempts;
mod capture;
mod decisions;
mod dying;
mod invitations;
mod locks;
mod no_room;
mod races;
mod rejudge;
mod reports;
mod screening;
mod share_mail;
mod shares;
mod simulation;
mod steering;
mod steps;
mod submit;
mod support;
mod upkeep;
mod webhooks {
    mod deliver;
    mod endpoints;
}
