//! What requests of this API name.

use bonafide_core::{
    id::{AmlId, ClientId, EventId, Id, VerificationId, WebhookEndpointId},
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_engine::Error;
use bonafide_http::{Refusal, Result};
use utoipa::openapi::{Object, ObjectBuilder, Type};

/// What the APIs write before an id in their messages.
const VERIFICATION: &[&str] = &["req_", "idv_", "fav_", "iddv_", "adv_", "ver_"];
const AML: &[&str] = &["amlv_"];
const PERSON: &[&str] = &["clt_", "aplt_"];
const WEBHOOK: &[&str] = &["wh_", "wfa_"];

/// An id, with or without a prefix that it has in messages.
fn bare<'a>(text: &'a str, prefixes: &[&str]) -> &'a str {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

fn id<T>(text: &str, prefixes: &[&str], what: &'static str) -> Result<Id<T>> {
    Ok(bare(text, prefixes).parse().map_err(|_| Error::NotFound(what))?)
}

pub(crate) fn event_id(text: &str) -> Result<EventId> {
    id(text, &["evt_"], "event")
}

pub(crate) fn webhook_id(text: &str) -> Result<WebhookEndpointId> {
    id(text, WEBHOOK, "webhook")
}

pub(crate) fn verification_id(text: &str) -> Result<VerificationId> {
    id(text, VERIFICATION, "verification")
}

pub(crate) fn aml_id(text: &str) -> Result<AmlId> {
    id(text, AML, "AML verification")
}

/// The record of a client that a query names.
pub(crate) fn client_id(text: &str) -> Result<ClientId> {
    let message = "must be the id of a client";
    Ok(bare(text, PERSON).parse().map_err(|_| Problem::new("client", Rule::Format, message))?)
}

/// What an event happened to: a verification, a person, a client, an AML verification or a webhook.
pub(crate) fn subject(text: &str) -> Result<VerificationId> {
    bare(text, &[VERIFICATION, PERSON, AML, WEBHOOK].concat()).parse().map_err(|_| {
        let message =
            "must be the id of a verification, an AML verification, an applicant, a client or a webhook";
        Refusal::from(Problem::new("subject", Rule::Format, message))
    })
}

/// A time of the query or body (RFC 3339).
pub(crate) fn time(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let Some(text) = text else { return Ok(None) };
    Timestamp::parse(text).map(Some).ok_or_else(|| {
        let message = "must be a time like 2026-01-31T12:00:00Z";
        Refusal::from(Problem::new(field, Rule::Format, message))
    })
}

/// A whole number of the query.
pub(crate) fn number(field: &str, text: Option<&str>) -> Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Problem::new(field, Rule::Type, "must be a whole number").into())
}

/// What the document says of a word of the query. A pattern rather than an enumeration: generated clients make a type of
/// each of those, and a hundred words are no type.
pub(crate) fn one_word_of(about: &str, words: impl IntoIterator<Item: AsRef<str>>) -> Object {
    let words: Vec<String> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
    let pattern = format!("^({})$", words.join("|"));
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).pattern(Some(pattern)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";

    #[test]
    fn ids_are_taken_as_messages_carry_them() {
        let bare: VerificationId = ID.parse().unwrap();
        for prefix in
            ["", "req_", "idv_", "fav_", "iddv_", "adv_", "amlv_", "ver_", "clt_", "aplt_", "wh_", "wfa_"]
        {
            assert_eq!(subject(&format!("{prefix}{ID}")).unwrap(), bare, "{prefix}");
        }
        assert!(webhook_id(&format!("wh_{ID}")).is_ok() && event_id(&format!("evt_{ID}")).is_ok());
        assert!(webhook_id(&format!("evt_{ID}")).is_err());
        assert_eq!(subject("x").unwrap_err().fields[0].field, "subject");
    }
}
