//! Our own API: what no vendor's API has a place for. Every route of it on one screen.
//!
//! Errors are RFC 9457 problem documents. Lists are `{data, next}`; `next` goes into the query of the next page.

mod aml;
mod block_list;
mod error;
mod events;
mod extract;
mod invitations;
mod keys;
mod policies;
mod screening;
mod shares;
mod verifications;
mod webhooks;

use bonafide_http::{Dialect, Operations, error_schema, routes};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bonafide",
        version = "1",
        description = "Verifications and their review, screening, policies, events, webhooks, keys and invitations, whichever API a verification was made through."
    ),
    tags(
        (name = "Verifications", description = "All that is known of a person's case, and what a human decides"),
        (name = "Block list", description = "Whom you do not want to see again"),
        (name = "Events", description = "What happened"),
        (name = "Webhooks", description = "Where it is told"),
        (name = "Keys", description = "Who may call"),
        (name = "Screening", description = "Who is compared with which lists"),
        (name = "Invitations", description = "Asking people to come"),
        (name = "Policies", description = "What a verification must have"),
        (name = "Shares", description = "What third parties are let see"),
    ),
    modifiers(&Security),
)]
struct Api;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

pub static DIALECT: Dialect = Dialect {
    strict: true,
    prefixes: &["/console"],
    operations: Some(Operations {
        document: Api::openapi,
        scheme: "bearer",
        error: error_schema::<error::ProblemDocument>,
        folder: "dialects/console/src",
        routes: routes![
            // Verifications
            verifications::list::list,
            verifications::read::read,
            verifications::picture::picture,
            verifications::crop::crop,
            verifications::report::report,
            verifications::review::review,
            verifications::cancel::cancel,
            verifications::reopen::reopen,
            verifications::dismiss::dismiss,
            verifications::restore::restore,
            verifications::withdraw::withdraw,
            // Block list
            block_list::list::list,
            block_list::add::add,
            block_list::remove::remove,
            // Events
            events::list::list,
            events::read::read,
            events::resend::resend,
            events::trigger::trigger,
            events::types::types,
            // Webhooks
            webhooks::create::create,
            webhooks::list::list,
            webhooks::read::read,
            webhooks::update::update,
            webhooks::delete::delete,
            webhooks::rotate::rotate,
            webhooks::test::test,
            webhooks::replay::replay,
            webhooks::deliveries::deliveries,
            webhooks::attempts::attempts,
            // Keys
            keys::create::create,
            keys::list::list,
            keys::rotate::rotate,
            keys::revoke::revoke,
            // Screening
            screening::read::read,
            aml::list::list,
            aml::read::read,
            aml::review::review,
            // Invitations
            invitations::create::create,
            invitations::resend::resend,
            invitations::bounced::bounced,
            // Policies
            policies::list::list,
            policies::create::create,
            policies::current::current,
            policies::presets::presets,
            policies::backtest::backtest,
            policies::read::read,
            // Shares
            shares::list::list,
            shares::renew::renew,
            shares::revoke::revoke,
        ],
    }),
    ..Dialect::new("console", error::refuse)
};
