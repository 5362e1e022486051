//! What requests of this API name: requests and clients, with the prefix that answers give them or without, as 26
//! characters or as UUIDs.

use bonafide_core::{
    id::{ClientId, Id, MatterId, VerificationId},
    problem::{Problem, Rule, Wanted},
};
use bonafide_engine::Error;
use bonafide_http::Result;
use utoipa::openapi::{Object, ObjectBuilder, Type, schema::SchemaType};

/// What an id looks like, after its prefix.
const BARE: &str =
    "[0-7][0-9a-hjkmnp-tv-z]{25}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}";

/// The request that a path names. What is no id is not found.
pub(crate) fn request_id(text: &str) -> Result<VerificationId> {
    read(text, "req_").ok_or_else(|| Error::NotFound("request").into())
}

/// The client that a path names.
pub(crate) fn client_id(text: &str) -> Result<ClientId> {
    read(text, "clt_").ok_or_else(|| Error::NotFound("client").into())
}

/// A client that a body or query refers to.
pub(crate) fn client(field: &str, text: Option<&str>, problems: &mut Vec<Problem>) -> Option<ClientId> {
    reference(field, text, "clt_", problems)
}

/// A matter that a body or query refers to.
pub(crate) fn matter(field: &str, text: Option<&str>, problems: &mut Vec<Problem>) -> Option<MatterId> {
    reference(field, text, "mat_", problems)
}

fn reference<T>(field: &str, text: Option<&str>, prefix: &str, problems: &mut Vec<Problem>) -> Option<Id<T>> {
    let text = text?;
    let id = read(text, prefix);
    if id.is_none() {
        let message = format!("must be a UUID, or an id that begins with {prefix}");
        problems.push(Problem::new(field, Rule::Format, message).wanting(Wanted::Format("uuid".into())));
    }
    id
}

fn read<T>(text: &str, prefix: &str) -> Option<Id<T>> {
    Id::read(text.strip_prefix(prefix).unwrap_or(text)).ok()
}

/// The schema of a client's id.
pub(crate) fn client_schema() -> Object {
    id_schema("clt_", "A client's id as answers give it, or a UUID")
}

/// The schema of a matter's id.
pub(crate) fn matter_schema() -> Object {
    id_schema("mat_", "The id of one of your matters: `mat_` and 26 characters, or a UUID")
}

/// The same in a body, where null is as good as absent.
pub(crate) fn client_or_null() -> Object {
    or_null(client_schema())
}

pub(crate) fn matter_or_null() -> Object {
    or_null(matter_schema())
}

fn or_null(mut id: Object) -> Object {
    id.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    id
}

fn id_schema(prefix: &str, about: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
        .pattern(Some(format!("^({prefix})?({BARE})$")))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01kt1gw6g0fmj99z5sfwzpmy4a";

    #[test]
    fn ids_are_taken_in_every_form() {
        let bare: ClientId = ID.parse().unwrap();
        for text in [ID.to_owned(), format!("clt_{ID}"), bare.uuid().to_string()] {
            assert_eq!(client_id(&text).unwrap(), bare, "{text}");
        }
        assert!(client_id(&format!("req_{ID}")).is_err() && request_id("x").is_err());
    }

    #[test]
    fn a_reference_that_is_none_names_its_field() {
        let mut problems = vec![];
        assert!(client("clientId", None, &mut problems).is_none() && problems.is_empty());
        assert!(matter("matterId", Some("M-7"), &mut problems).is_none());
        assert_eq!(problems.first().map(|p| p.field.as_str()), Some("matterId"));
    }
}
