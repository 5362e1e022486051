//! Addresses that verifications are created with.

use bonafide_core::{
    delivery::Origin,
    id::{OrganizationId, WebhookEndpointId},
};
use bonafide_store::{
    Tx, Words,
    secrets::PlainSecret,
    webhook_endpoints::{self as rows, WebhookEndpoint},
};

use super::{
    sealed::{add_secret, own_key},
    signing_key::ensure,
};
use crate::base::{
    engine::Engine,
    error::{Error, Result},
};

/// Most hosts of such addresses in one organization.
const MAX_HOSTS: i64 = 1000;

/// The endpoint that stands for the addresses of one host that verifications are created with; made at the first.
pub(crate) async fn per_verification(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    dialect: &str,
    url: &str,
) -> Result<WebhookEndpointId> {
    // Whose API has a native format has such addresses there alone.
    let native = engine.dialect(dialect).and_then(|dialect| dialect.native());
    let dialect = native.map_or(dialect, |native| native.name());
    let host = origin(url);
    if let Some(known) = rows::of_host(tx, organization, dialect, host).await? {
        return Ok(known);
    }
    let hosts = rows::Filter { origin: Some(Origin::PerVerification), ..rows::Filter::default() };
    if rows::count(tx, organization, &hosts).await? >= MAX_HOSTS {
        let message = format!(
            "verifications of an organization name at most {MAX_HOSTS} hosts in their addresses; delete the webhooks \
             of some, or register one webhook for all"
        );
        return Err(Error::conflict("too_many_webhook_hosts", message));
    }
    let key = own_key(engine, tx, organization).await?;
    let id = WebhookEndpointId::new(engine.now(), &*engine.entropy);
    let endpoint = WebhookEndpoint {
        id,
        organization,
        dialect: dialect.to_owned(),
        client: String::new(),
        name: "addresses given per verification".to_owned(),
        url: host.to_owned(),
        event_types: String::new(),
        origin: Origin::PerVerification.into(),
        active: true,
        chaos: Words::default(),
        sealed: None,
        created_at: engine.now(),
        failing_since: None,
        disabled_at: None,
        disabled_reason: None,
        workflow: None,
    };
    if !rows::insert(tx, organization, &endpoint).await? {
        let theirs = rows::of_host(tx, organization, dialect, host).await?;
        return theirs.ok_or(Error::Busy { retry_after_s: 1 });
    }
    if engine.dialect(dialect).is_some_and(|dialect| dialect.is_signed_by_key()) {
        ensure(engine, tx, organization).await?;
    }
    add_secret(engine, tx, &key, &endpoint, &PlainSecret::webhook(&*engine.entropy), 0).await?;
    Ok(id)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?', '#']).map_or(url.len(), |at| host + at);
    &url[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_host_belong_together() {
        assert_eq!(origin("https://example.com/a?b=c"), "https://example.com");
        assert_eq!(origin("https://example.com"), "https://example.com");
        assert_eq!(origin("http://example.com:8080?x"), "http://example.com:8080");
    }
}
