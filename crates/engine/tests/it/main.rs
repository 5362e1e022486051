//! The engine, with an invented API that sends its events: no vendor, no HTTP and no network of ours is in it.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

mod aml;
mod attempts;
mod capture;
mod dying;
mod invitations;
mod locks;
mod rejudge;
mod reports;
mod screening;
mod share_mail;
mod shares;
mod steering;
mod steps;
mod submit;
mod support;
mod upkeep;
mod webhooks {
    mod deliver;
    mod endpoints;
}
