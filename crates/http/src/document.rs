//! What is the same in every API's document is not written at each operation but added here: how to say who one is,
//! idempotency keys, and every refusal. Its status and media type are those that the dialect itself answers with.

use std::collections::BTreeMap;

use axum::http::header;
use bonafide_core::{
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_engine::Scope;
use utoipa::openapi::{
    Content, ObjectBuilder, OpenApi, PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBody,
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

use crate::{
    Denied, Dialect, Refusal,
    dialect::Operations,
    operations::{all_scopes, known_scopes, max_body, scopes},
    repeat,
};

/// What `#[operation]` writes for the scheme of the dialect.
const SCHEME: &str = "caller";
/// Most bytes of a body.
pub(crate) const MAX_BODY: &str = "x-max-body";

pub(crate) fn complete(document: &mut OpenApi, dialect: &Dialect, api: &Operations) {
    let refusals = Refusals::new(dialect, api);
    let components = document.components.get_or_insert_default();
    components.schemas.extend((api.error)().schemas);
    let scheme = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
        "X-Api-Key",
        "A key instead of an access token; it may be sent as bearer token as well",
    )));
    components.add_security_scheme("api_key", scheme);
    let schemas = components.schemas.clone();
    let mut for_devices = false;
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            limit(operation);
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                // A body of which nothing is required may be left out.
                let optional: Vec<_> = schemas_of(body).map(|named| wants_nothing(named, &schemas)).collect();
                if !optional.is_empty() && optional.into_iter().all(|it| it) {
                    body.required = Some(Required::False);
                }
            }
            describe(operation);
            bound_ids(operation);
            let Some((scopes, or_capture)) = secure(operation, api.scheme) else {
                if operation.request_body.is_some() {
                    refusals.answer(operation, &Denied::BodyTooLarge.into());
                }
                continue;
            };
            for_devices |= or_capture;
            let scopes = known_scopes(&scopes, operation.operation_id.as_deref().unwrap_or_default());
            let asks = Asks {
                repeatable: repeat::does_something(method, &scopes),
                changes: method != "GET",
                device: or_capture || scopes.contains(&Scope::Capture),
                something: operation.request_body.is_some() || operation.parameters.is_some(),
                body: operation.request_body.is_some(),
            };
            refusals.add(operation, asks);
            if asks.repeatable {
                operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
            }
        }
    }
    if for_devices {
        let about = "The token of one session, for the person's device: it opens the operations that name it, for this \
                     session and until what was given is handed in";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(about)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme(Scope::Capture.as_str(), SecurityScheme::Http(scheme));
    }
}

/// Publishes how large a body may be, where the body is described.
fn limit(operation: &mut Operation) {
    let most = max_body(&serde_json::to_value(&*operation).unwrap_or_default());
    if let Some(extensions) = &mut operation.extensions {
        extensions.remove(MAX_BODY);
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.extensions.get_or_insert_default().insert(MAX_BODY.to_owned(), most.into());
    }
}

/// What decides which refusals an operation may answer with.
#[derive(Clone, Copy)]
struct Asks {
    /// It takes an idempotency key.
    repeatable: bool,
    changes: bool,
    /// It is asked from a person's device, with a token that ends.
    device: bool,
    /// It has a body or parameters.
    something: bool,
    body: bool,
}

/// The refusals of one dialect: each with the status and media type that the dialect gives it.
struct Refusals<'a> {
    dialect: &'a Dialect,
    schema: String,
}

impl<'a> Refusals<'a> {
    fn new(dialect: &'a Dialect, api: &Operations) -> Self {
        Self { dialect, schema: (api.error)().name }
    }

    fn add(&self, operation: &mut Operation, asks: Asks) {
        use bonafide_engine::Error;
        let mut all: Vec<Refusal> = vec![
            Denied::NoCredentials.into(),
            Denied::MissingScope("").into(),
            Denied::TooMany { retry_after_s: 1 }.into(),
            Refusal::internal(),
            Error::Busy { retry_after_s: 1 }.into(),
        ];
        if self.dialect.bound_to_plan {
            all.extend([Denied::SubscriptionInactive, Denied::NotInPlan].map(Refusal::from));
        }
        if asks.something {
            all.extend([Rule::Other, Rule::NotJson].map(|rule| Problem::new("", rule, "").into()));
            all.push(Error::NotFound("").into());
        }
        if asks.device {
            all.push(Error::Gone("").into());
        }
        if asks.something || asks.changes {
            all.push(Error::conflict("", "").into());
        }
        if asks.repeatable {
            let denied = [Denied::BadIdempotencyKey, Denied::InFlight, Denied::AnotherRequest];
            all.extend(denied.map(Refusal::from));
        }
        if asks.body {
            all.push(Denied::BodyTooLarge.into());
        }
        for refusal in &all {
            self.answer(operation, refusal);
        }
    }

    /// Adds an answer, unless the operation says itself what it is.
    fn answer(&self, operation: &mut Operation, refusal: &Refusal) {
        let answer = self.dialect.answer(refusal, Timestamp(0));
        let status = answer.status();
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let content = Content::new(Some(Ref::from_schema_name(&self.schema)));
        let response = ResponseBuilder::new()
            .description(meaning(status.as_str()))
            .content(kind.unwrap_or("application/json"), content);
        let answers = &mut operation.responses.responses;
        answers.entry(status.as_str().to_owned()).or_insert_with(|| RefOr::T(response.build()));
    }
}

/// OpenAPI requires a description of every answer; most are all said by their status.
fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "Done",
        "204" => "Done; there is no body",
        "400" => "Refused: the code says why, the fields say where",
        "401" => "The access token is missing, unknown or expired",
        "402" => "The subscription of your organization is not active",
        "403" => "The credential has not the scope, or the plan of your organization does not include this",
        "404" => "Your organization has no such object",
        "409" => {
            "Not in this state, or a request with this idempotency key is being answered; see Retry-After"
        }
        "410" => "The session takes nothing more: it was handed in or is over",
        "413" => "The body is larger than `x-max-body` bytes",
        "422" => "The request is not valid, or the idempotency key was used for another request",
        "429" => "Too many requests; see Retry-After",
        "500" => "The server could not do this; the request id names the log line",
        "503" => "Not now; see Retry-After",
        _ => "See the body",
    }
}

fn describe(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response @ Response { .. }) = response
            && response.description.is_empty()
        {
            response.description = meaning(status).to_owned();
        }
    }
}

/// An id in a path that says nothing else is one of ours: letters, digits, low lines and hyphens.
fn bound_ids(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(Parameter { parameter_in: ParameterIn::Path, schema: Some(RefOr::T(schema)), .. }) =
            parameter
        else {
            continue;
        };
        if let Schema::Object(object) = schema
            && object.pattern.is_none()
            && object.enum_values.is_none()
        {
            object.max_length.get_or_insert(255);
            object.pattern = Some("^[A-Za-z0-9_-]+$".to_owned());
        }
    }
}

/// Puts the dialect's scheme in its place, and an API key with the same scopes beside it. The scopes, where there are any, and
/// whether the capture token of a session is taken instead.
fn secure(operation: &mut Operation, scheme: &str) -> Option<(Vec<String>, bool)> {
    let written = serde_json::to_value(operation.security.as_ref()?).unwrap_or_default();
    let written = serde_json::json!({ "security": written });
    let scopes = scopes(&written)?;
    let capture = Scope::Capture.as_str();
    let or_capture = all_scopes(&written).skip(1).any(|words| words.contains(&capture.to_owned()));
    let first = written["security"][0].as_object();
    let named = first.and_then(|first| first.keys().next()).map_or(SCHEME, String::as_str);
    let scheme = if named == SCHEME { scheme } else { named };
    let mut ways: Vec<_> =
        [scheme, "api_key"].map(|scheme| SecurityRequirement::new(scheme, scopes.clone())).into();
    if or_capture {
        ways.push(SecurityRequirement::new(capture, [capture]));
    }
    operation.security = Some(ways);
    Some((scopes, or_capture))
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn schemas_of(body: &RequestBody) -> impl Iterator<Item = &Ref> {
    body.content.values().filter_map(|content| match content {
        RefOr::T(Content { schema: Some(RefOr::Ref(reference)), .. }) => Some(reference),
        _ => None,
    })
}

/// Whether the members of the objects that a name stands for may all be left out.
fn wants_nothing(named: &Ref, schemas: &BTreeMap<String, RefOr<Schema>>) -> bool {
    let name = named.ref_location.rsplit('/').next().unwrap_or_default();
    let of = |part: &RefOr<Schema>| match part {
        RefOr::Ref(named) => wants_nothing(named, schemas),
        RefOr::T(Schema::Object(object)) => object.required.is_empty(),
        RefOr::T(_) => false,
    };
    match schemas.get(name) {
        Some(RefOr::T(Schema::AllOf(all))) => all.items.iter().all(of),
        Some(part) => of(part),
        None => false,
    }
}

fn idempotency_key() -> Parameter {
    let about = "A key of your choice: the same request sent again with it within a day gets the same answer and is not carried out twice, unless the server was killed before it had answered";
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[ \\t]*[!-~]([ -~]{0,253}[!-~])?[ \\t]*$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(about))
        .schema(Some(text.build()))
        .build()
}
