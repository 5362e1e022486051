//! `/docs`: a page for each API, made of its OpenAPI document. No script, nothing from another host.

mod equal;

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use axum::{
    Router,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use minijinja::{Environment, context};
use serde::Serialize;
use serde_json::Value;

const TEMPLATES: [(&str, &str); 3] = [
    ("frame.html", include_str!("docs/frame.html")),
    ("index.html", include_str!("docs/index.html")),
    ("api.html", include_str!("docs/api.html")),
];
const STYLE: &str = include_str!("docs/style.css");
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One API, for the index and for its page. Fields that end in `html` are markup already.
#[derive(Serialize)]
struct Api {
    name: String,
    title: String,
    version: String,
    description_html: String,
    count: usize,
    tags: Vec<Tag>,
    schemas: Vec<Schema>,
}

#[derive(Serialize)]
struct Tag {
    name: String,
    anchor: String,
    description: String,
    operations: Vec<Operation>,
}

#[derive(Serialize)]
struct Operation {
    id: String,
    anchor: String,
    method: String,
    path: String,
    summary: String,
    description_html: String,
    scopes: Vec<String>,
    cost: Option<u64>,
    at_once: Option<u64>,
    max_body: Option<u64>,
    parameters: Vec<Row>,
    body: Vec<Content>,
    responses: Vec<Answer>,
    /// Of other APIs.
    equal: Vec<Equal>,
}

/// An operation of another API that does the same.
#[derive(Clone, Serialize)]
struct Equal {
    api: String,
    title: String,
    anchor: String,
    method: String,
    path: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    /// Of a parameter: `path`, `query` or `header`.
    place: String,
    kind_html: String,
    required: bool,
    description_html: String,
}

#[derive(Serialize)]
struct Content {
    media: String,
    kind_html: String,
}

#[derive(Serialize)]
struct Answer {
    status: String,
    description: String,
    content: Vec<Content>,
}

#[derive(Serialize)]
struct Schema {
    name: String,
    kind_html: String,
    description_html: String,
    rows: Vec<Row>,
}

/// The pages of APIs given by name and OpenAPI document. They are made once: the documents do not change.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(documents: &[(&str, String)]) -> Router<S> {
    let mut templates = Environment::new();
    for (name, text) in TEMPLATES {
        // The templates are compiled in and a test renders all of them.
        let _ = templates.add_template(name, text);
    }
    let render = |template: &str, values: minijinja::Value| -> Arc<str> {
        let page = templates.get_template(template).and_then(|t| t.render(values));
        page.unwrap_or_else(|error| format!("cannot make this page: {error}")).into()
    };
    let mut apis: Vec<Api> = documents
        .iter()
        .filter_map(|(name, document)| Some(api(name, &serde_json::from_str(document).ok()?)))
        .collect();
    link(&mut apis);
    let index = render("index.html", context! { apis => shown(&apis), title => "API reference" });
    let mut all = Router::new()
        .route("/docs", page(index))
        .route("/docs/style.css", get(|| async { ([(header::CONTENT_TYPE, "text/css")], STYLE) }));
    for one in &apis {
        let page = render("api.html", context! { api => shown(one), title => one.title.as_str() });
        all = all.route(&format!("/docs/{}", one.name), self::page(page));
    }
    all
}

/// For a template.
fn shown(value: &impl Serialize) -> minijinja::Value {
    fn of(value: Value) -> minijinja::Value {
        match value {
            Value::Null => ().into(),
            Value::Bool(is) => is.into(),
            Value::Number(number) => number.as_u64().unwrap_or_default().into(),
            Value::String(text) => text.into(),
            Value::Array(values) => values.into_iter().map(of).collect(),
            Value::Object(pairs) => {
                let pairs = pairs.into_iter().map(|(name, value)| (name, of(value)));
                pairs.collect::<BTreeMap<String, minijinja::Value>>().into()
            }
        }
    }
    of(serde_json::to_value(value).unwrap_or_default())
}

fn page<S: Clone + Send + Sync + 'static>(text: Arc<str>) -> MethodRouter<S> {
    get(move || async move { html(&text) })
}

fn html(page: &str) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::OK, headers, page.to_owned()).into_response()
}

fn api(name: &str, document: &Value) -> Api {
    let mut tags: Vec<Tag> = vec![];
    for tag in list(&document["tags"]) {
        tags.push(Tag {
            name: text(&tag["name"]),
            anchor: anchor(&text(&tag["name"])),
            description: text(&tag["description"]),
            operations: vec![],
        });
    }
    let mut count = 0;
    for (path, methods) in pairs(&document["paths"]) {
        for (method, operation) in pairs(methods) {
            count += 1;
            let of = text(&operation["tags"][0]);
            let one = self::operation(path, method, operation);
            match tags.iter_mut().find(|tag| tag.name == of) {
                Some(tag) => tag.operations.push(one),
                None => {
                    let (anchor, description) = (anchor(&of), String::new());
                    tags.push(Tag { name: of, anchor, description, operations: vec![one] });
                }
            }
        }
    }
    Api {
        name: name.to_owned(),
        title: text(&document["info"]["title"]),
        version: text(&document["info"]["version"]),
        description_html: prose(&document["info"]["description"]),
        count,
        tags,
        schemas: pairs(&document["components"]["schemas"])
            .map(|(name, schema)| self::schema(name, schema))
            .collect(),
    }
}

/// Links each operation to those of the other APIs that do the same.
fn link(apis: &mut [Api]) {
    let mut all = BTreeMap::new();
    for api in &*apis {
        for operation in api.tags.iter().flat_map(|tag| &tag.operations) {
            let equal = Equal {
                api: api.name.clone(),
                title: api.title.clone(),
                anchor: operation.anchor.clone(),
                method: operation.method.clone(),
                path: operation.path.clone(),
            };
            all.insert((api.name.clone(), operation.id.clone()), equal);
        }
    }
    let found = |(api, id): equal::Name| all.get(&(api.to_owned(), id.to_owned())).cloned();
    let links: Vec<Vec<Equal>> = apis
        .iter()
        .flat_map(|api| api.tags.iter().flat_map(|tag| &tag.operations).map(move |op| (api, op)))
        .map(|(api, operation)| equal::equal_to(&api.name, &operation.id).filter_map(found).collect())
        .collect();
    let operations = apis.iter_mut().flat_map(|api| &mut api.tags).flat_map(|tag| &mut tag.operations);
    for (operation, links) in operations.zip(links) {
        operation.equal = links;
    }
}

fn operation(path: &str, method: &str, operation: &Value) -> Operation {
    let parameters = list(&operation["parameters"]).map(|parameter| Row {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind_html: kind(&parameter["schema"]),
        required: parameter["required"] == true,
        description_html: prose(&parameter["description"]),
    });
    let mut scopes = vec![];
    for way in list(&operation["security"]) {
        for scope in pairs(way).flat_map(|(_, scopes)| list(scopes)).map(text) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
    }
    let responses = pairs(&operation["responses"]).map(|(status, response)| Answer {
        status: status.clone(),
        description: text(&response["description"]),
        content: contents(&response["content"]),
    });
    Operation {
        id: text(&operation["operationId"]),
        anchor: anchor(&text(&operation["operationId"])),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description_html: prose(&operation["description"]),
        scopes,
        cost: operation["x-cost"].as_u64(),
        at_once: operation["x-at-once"].as_u64(),
        max_body: operation["requestBody"]["x-max-body"].as_u64(),
        parameters: parameters.collect(),
        body: contents(&operation["requestBody"]["content"]),
        responses: responses.collect(),
        equal: vec![],
    }
}

fn contents(value: &Value) -> Vec<Content> {
    let content =
        |(media, of): (&String, &Value)| Content { media: media.clone(), kind_html: kind(&of["schema"]) };
    pairs(value).map(content).collect()
}

fn schema(name: &str, schema: &Value) -> Schema {
    let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
    // What a schema is put together from lies in parts.
    let parts = list(&schema["allOf"]).filter(|part| part["properties"].is_object());
    let rows = std::iter::once(schema).chain(parts).flat_map(|part| pairs(&part["properties"])).map(
        |(name, value)| Row {
            name: name.clone(),
            place: String::new(),
            kind_html: kind(value),
            required: required.contains(&name.as_str()),
            description_html: prose(&value["description"]),
        },
    );
    let rows: Vec<Row> = rows.collect();
    Schema {
        name: name.to_owned(),
        kind_html: if rows.is_empty() { kind(schema) } else { String::new() },
        description_html: prose(&schema["description"]),
        rows,
    }
}

/// What a value has to be, as markup.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
        let name = escaped(name);
        return format!("<a href=\"#schema-{name}\">{name}</a>");
    }
    for (word, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if schema[word].is_array() {
            let parts: Vec<String> = list(&schema[word]).map(kind).filter(|part| !part.is_empty()).collect();
            return parts.join(between);
        }
    }
    if schema["enum"].is_array() {
        let values = list(&schema["enum"]).map(|value| format!("<code>{}</code>", escaped(&plain(value))));
        return values.collect::<Vec<_>>().join(" ");
    }
    let types: Vec<String> = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect(),
        Value::String(one) => vec![one.clone()],
        _ => vec![],
    };
    let mut markup = match types.first().map(String::as_str) {
        None => "any".to_owned(),
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("object of {}", kind(&schema["additionalProperties"]))
        }
        Some(one) => one.to_owned(),
    };
    for other in types.iter().skip(1) {
        let _ = write!(markup, " or {other}");
    }
    let mut limits = vec![];
    for (name, said) in [
        ("format", ""),
        ("minimum", "from "),
        ("maximum", "to "),
        ("multipleOf", "multiple of "),
        ("minLength", "min. length "),
        ("maxLength", "max. length "),
        ("minItems", "min. items "),
        ("maxItems", "max. items "),
        ("pattern", "pattern "),
    ] {
        if !schema[name].is_null() {
            limits.push(format!("{said}{}", escaped(&plain(&schema[name]))));
        }
    }
    if !limits.is_empty() {
        let _ = write!(markup, " <small>{}</small>", limits.join(", "));
    }
    markup
}

/// Paragraphs with `code` in them, as markup.
fn prose(value: &Value) -> String {
    let mut markup = String::new();
    for paragraph in text(value).split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        markup.push_str("<p>");
        for (index, part) in paragraph.split('`').enumerate() {
            let part = escaped(part);
            let _ =
                if index % 2 == 1 { write!(markup, "<code>{part}</code>") } else { write!(markup, "{part}") };
        }
        markup.push_str("</p>");
    }
    markup
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', "-")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn pairs(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    use super::*;
    use crate::mount;

    async fn asked(path: &str) -> (StatusCode, axum::http::HeaderMap, String) {
        let documents = mount::documents(&Default::default());
        let request = Request::get(path).body(Body::empty()).unwrap();
        let (head, body) = router::<()>(&documents).oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        // The templates write every / of a value as an entity.
        let text = String::from_utf8(body.to_vec()).unwrap().replace("&#x2f;", "/");
        (head.status, head.headers, text)
    }

    #[tokio::test]
    async fn every_api_has_a_page_with_every_operation_and_no_broken_link() {
        let (status, _, index) = asked("/docs").await;
        assert_eq!(status, StatusCode::OK);
        for dialect in mount::DIALECTS.iter().filter(|dialect| dialect.operations.is_some()) {
            let path = format!("/docs/{}", dialect.name);
            assert!(index.contains(&format!("href=\"{path}\"")), "{path} in {index}");
            let (status, headers, page) = asked(&path).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(headers[header::CONTENT_SECURITY_POLICY], POLICY);
            for operation in &dialect.routes(&Default::default()).operations {
                assert!(page.contains(&escaped(&operation.path)), "{} on {path}", operation.path);
            }
            assert!(page.contains(&format!("href=\"/openapi/{}.json\"", dialect.name)));
            for target in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(page.contains(&format!("id=\"{target}\"")), "{path}: nothing is at #{target}");
            }
        }
    }

    /// Each of them leads to the others, and nobody is named whom no API has.
    #[tokio::test]
    async fn equal_operations_are_linked() {
        let documents = mount::documents(&Default::default());
        for row in equal::EQUAL {
            assert!(row.len() > 1, "{row:?}");
            for (api, id) in *row {
                let (_, document) = documents.iter().find(|(name, _)| name == api).expect("an API");
                assert!(document.contains(&format!("\"operationId\": \"{id}\"")), "{api} has no {id}");
                let (_, _, page) = asked(&format!("/docs/{api}")).await;
                for (other, operation) in row.iter().filter(|(other, _)| other != api) {
                    let link = format!("href=\"/docs/{other}#{}\"", anchor(operation));
                    assert!(page.contains(&link), "{link} is not on the page of {api}");
                }
            }
        }
    }

    /// The policy allows one stylesheet of ours and nothing else; the pages ask for nothing else.
    #[tokio::test]
    async fn requirement_23_pages_need_what_their_policy_allows() {
        for path in
            ["/docs", "/docs/athenty", "/docs/capture", "/docs/console", "/docs/verifyhq", "/docs/vult"]
        {
            let (_, _, page) = asked(path).await;
            for forbidden in ["<script", "style=", "src=", "<style", "@import", " on"] {
                let found = page.match_indices(forbidden).find(|(at, _)| {
                    forbidden != " on" || {
                        page[at + 3..]
                            .split('=')
                            .next()
                            .is_some_and(|name| name.chars().all(char::is_alphabetic))
                    }
                });
                assert!(found.is_none(), "{forbidden} on {path}");
            }
        }
        let (status, headers, style) = asked("/docs/style.css").await;
        assert!(
            status == StatusCode::OK
                && headers[header::CONTENT_TYPE] == "text/css"
                && !style.contains("url(")
        );
    }

    #[test]
    fn what_a_document_says_cannot_become_markup() {
        let schema = serde_json::json!({"enum": ["<b>"], "type": "string"});
        assert_eq!(kind(&schema), "<code>&lt;b&gt;</code>");
        assert_eq!(prose(&"a `<b>` \"c\"".into()), "<p>a <code>&lt;b&gt;</code> &quot;c&quot;</p>");
    }
}
