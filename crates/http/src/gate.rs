//! The gate in front of every operation: who calls, what they may, how much, and whether they asked this before.
//!
//! What an operation asks of its caller stands in its document (`security`, `x-cost`, `x-at-once`, `x-max-body`), and the
//! gate reads it there: what is published is what is enforced.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use bonafide_core::{
    id::{CredentialId, EvidenceId, ShareId, VerificationId},
    plan::Plan,
};
use bonafide_engine::{Caller, ClientAddress, Device, Engine, Error, Scope, reads};

use crate::{
    Dialect, Refusal, address,
    body::{self, Room},
    layers::{self, RequestId},
    limits::{Allowance, Holder, Limits},
    members::Members,
    operations::{Routes, known_scopes},
    repeat,
};

/// Why a request was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error("no credential was sent; send `Authorization: Bearer <token or key>` or `X-Api-Key: <key>`")]
    NoCredentials,
    #[error("the header Authorization does not say Bearer; send `Authorization: Bearer <token or key>`")]
    WithoutBearer,
    #[error("the token or key is unknown, expired or revoked; ask for a new one")]
    BadToken,
    #[error("the credential has no permission for this; it needs the scope {0}")]
    MissingScope(&'static str),
    #[error("the subscription of this organization is not active")]
    SubscriptionInactive,
    #[error("the plan of this organization does not include this API")]
    NotInPlan,
    #[error("too many requests; try again in {retry_after_s} s")]
    TooMany { retry_after_s: u32 },
    #[error("this credential may have {0} of these requests open at once; wait for one to be answered")]
    TooManyOpen(u32),
    #[error("the idempotency key must have 1 to 255 printable ASCII characters")]
    BadIdempotencyKey,
    #[error("a request with this idempotency key is being answered; ask again in a moment")]
    InFlight,
    #[error("this idempotency key was used for another request; use a new one")]
    AnotherRequest,
    #[error(
        "the body is larger than this operation takes; `x-max-body` in its document says how much that is"
    )]
    BodyTooLarge,
    #[error(transparent)]
    Engine(#[from] bonafide_engine::Error),
}

/// What the operations of one API ask of their callers.
struct Rules {
    engine: Engine,
    limits: Arc<Limits>,
    room: Arc<Room>,
    by_route: HashMap<(Method, String), Arc<Rule>>,
    dialect: &'static Dialect,
}

struct Rule {
    /// `None` where nobody has to say who they are.
    scopes: Option<Vec<Scope>>,
    or_capture: bool,
    cost: u32,
    at_once: Option<u32>,
    max_body: usize,
    /// Whether whose personal data was opened for an answer is written down: what else is done is so by who does it.
    reads: bool,
}

/// Puts the gate in front of the operations of one API. All APIs of a process share `limits` and `room`.
pub(crate) fn guard(
    dialect: &'static Dialect,
    Routes { router, operations, .. }: Routes,
    engine: &Engine,
    limits: &Arc<Limits>,
    room: &Arc<Room>,
) -> Router<Engine> {
    let members = Arc::new(Members::new(dialect, &operations));
    let by_route = operations
        .into_iter()
        .filter_map(|op| {
            let parsed = |words: Vec<String>| known_scopes(&words, &op.path);
            let method = Method::from_bytes(op.method.as_bytes()).ok()?;
            let scopes: Option<Vec<Scope>> = op.scopes.map(parsed);
            let only_reads = op.method == "GET" || scopes.as_deref() == Some(&[Scope::Read]);
            let rule = Rule {
                reads: only_reads && !op.impersonal,
                scopes,
                or_capture: op.or_capture,
                cost: op.cost,
                at_once: op.at_once,
                max_body: op.max_body,
            };
            Some(((method, op.path), Arc::new(rule)))
        })
        .collect();
    // Inside the gate, which keeps what was answered to a request with an idempotency key.
    let router = router
        .method_not_allowed_fallback(async || Refusal::wrong_method())
        .layer(middleware::from_fn(move |request, next| members.clone().watch(request, next)))
        .layer(middleware::from_fn_with_state((dialect, engine.clone()), finish));
    let router = match dialect.also_under {
        Some(prefix) => router.clone().nest(prefix, router),
        None => router,
    };
    let (limits, room) = (limits.clone(), room.clone());
    let rules = Arc::new(Rules { engine: engine.clone(), limits, room, by_route, dialect });
    router
        .layer(middleware::from_fn(move |request, next| enter(rules.clone(), request, next)))
        .layer(layers::panics())
        .layer(middleware::from_fn_with_state((dialect, engine.clone()), finish))
}

/// Has the dialect finish what a handler, or the gate itself, answered.
async fn finish(
    State((dialect, engine)): State<(&'static Dialect, Engine)>,
    request: Request,
    next: Next,
) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    dialect.finish(next.run(request).await, id.as_ref(), engine.now())
}

async fn enter(rules: Arc<Rules>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = route.as_ref().map_or("", MatchedPath::as_str);
    // What answers a GET answers a HEAD.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let of = |path: &str| rules.by_route.get(&(method.clone(), path.to_owned())).cloned();
    // As it is first: a path of the settings may begin with the prefix too.
    let rule = of(path).or_else(|| of(path.strip_prefix(rules.dialect.also_under?)?));
    let mut response = match rule {
        None => next.run(request).await,
        Some(rule) if rule.scopes.is_none() => {
            let (mut parts, body) = request.into_parts();
            let from = address::of(&parts, &rules.engine.settings);
            parts.extensions.insert(Counts { limits: rules.limits.clone(), from });
            let request = body::bound(Request::from_parts(parts, body), rule.max_body);
            // What such an operation shows is written down by who shows it.
            reads::watch(id(&request), next.run(request)).await.0
        }
        Some(rule) => {
            let (allowance, done) = admit(&rules, &rule, path, request, next).await;
            let mut response = match done {
                Ok(response) => response,
                Err(denied) => Refusal::from(denied).into_response(),
            };
            if let Some(allowance) = allowance {
                tell(&mut response, allowance);
            }
            response
        }
    };
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

async fn admit(
    rules: &Rules,
    rule: &Rule,
    path: &str,
    request: Request,
    next: Next,
) -> (Option<Allowance>, Result<Response, Denied>) {
    let (mut parts, body) = request.into_parts();
    let engine = &rules.engine;
    let caller = match identify(rules, &parts).await {
        Ok(caller) => caller,
        Err(denied) => return (None, Err(denied)),
    };
    // For the line in the log: the key's id, which is no secret.
    tracing::Span::current().record("key", tracing::field::display(caller.credential));
    let allowance = match take(rules, &caller, rule.cost) {
        Ok(allowance) => allowance,
        Err(refused) => {
            metrics::counter!("bonafide_rate_limited_total").increment(1);
            return (Some(refused), Err(Denied::TooMany { retry_after_s: refused.reset_s }));
        }
    };
    if rules.dialect.bound_to_plan {
        match caller.plan {
            Plan::Active => {}
            Plan::Inactive => return (Some(allowance), Err(Denied::SubscriptionInactive)),
            Plan::WithoutApi => return (Some(allowance), Err(Denied::NotInPlan)),
        }
    }
    let scopes = rule.scopes.as_deref().unwrap_or_default();
    // Which session a device's request is about is for the engine to look at: see `verifications::expect`.
    let device = rule.or_capture && caller.may(Scope::Capture);
    if let Some(missing) = scopes.iter().find(|scope| !device && !caller.may(**scope)) {
        return (Some(allowance), Err(Denied::MissingScope(missing.as_str())));
    }
    // What a person chooses is theirs alone, whoever made their verification.
    let whose = caller.session.map(|session| format!("{session}:")).unwrap_or_default();
    let key = match repeat::key(&parts.headers, rules.dialect.idempotency_header) {
        Ok(key) => key.map(|key| format!("{whose}{key}")),
        Err(denied) => return (Some(allowance), Err(denied)),
    };
    let does_something = repeat::does_something(parts.method.as_str(), scopes);
    let at_once = rule.at_once.map(|most| caller.session.map_or(most, |_| most.min(DEVICE_AT_ONCE)));
    let open = match at_once {
        None => None,
        Some(most) => match rules.limits.open(holder(&caller), path, most) {
            Some(open) => Some(open),
            None => return (Some(allowance), Err(Denied::TooManyOpen(most))),
        },
    };
    parts.extensions.insert(crate::Caller(caller.clone()));
    let request = Request::from_parts(parts, body);
    // Who announces much and sends it slowly takes room from everybody else of the organization.
    let alone = match caller.session.is_some() && body::is_large(&request, rule.max_body) {
        false => None,
        true => match rules.limits.open(holder(&caller), LARGE, DEVICE_LARGE_AT_ONCE) {
            Some(open) => Some(open),
            None => {
                body::count_refused();
                return (Some(allowance), Err(Denied::TooManyOpen(DEVICE_LARGE_AT_ONCE)));
            }
        },
    };
    let (request, under_way) =
        match body::admit(&rules.room, request, rule.max_body, caller.organization).await {
            Ok(admitted) => admitted,
            Err(denied) => return (Some(allowance), Err(denied)),
        };
    // Given back when the request is answered, or given up.
    let held = (open, alone, under_way);
    let done = match key.filter(|_| does_something) {
        Some(chosen) => repeat::run(engine, &caller, chosen, request, next, held).await,
        None if rule.reads => read(engine, &caller, path, request, next).await,
        None => Ok(next.run(request).await),
    };
    (Some(allowance), done)
}

/// Answers, and writes down whose personal data was opened for it before the answer goes out. What a person's device reads of
/// its own open session is no line.
async fn read(
    engine: &Engine,
    caller: &Caller,
    path: &str,
    request: Request,
    next: Next,
) -> Result<Response, Denied> {
    let (id, operation) = (id(&request), format!("{} {path}", request.method()));
    let (response, opened) = reads::watch(id.clone(), next.run(request)).await;
    if response.status().is_success() && caller.session.is_none() {
        reads::note(engine, caller, &operation, id.as_deref(), opened).await?;
    }
    Ok(response)
}

/// What a request is called.
fn id(request: &Request) -> Option<String> {
    Some(request.extensions().get::<RequestId>()?.0.to_str().ok()?.to_owned())
}

/// How many of one operation that waits a person's device may have open: it waits for one result, and a page that is loaded anew
/// asks again before the first request is given up.
const DEVICE_AT_ONCE: u32 = 4;
/// Large bodies that a person's device may have under way, whatever they are for: both sides of a document come at once. No path
/// has this name.
const DEVICE_LARGE_AT_ONCE: u32 = 2;
const LARGE: &str = "large";

/// Whose requests these are.
fn holder(caller: &Caller) -> Holder {
    caller.session.map_or(Holder::Credential(caller.credential), Holder::Session)
}

/// Out of the caller's bucket and their organization's: with many keys nobody takes the others' turn.
fn take(rules: &Rules, caller: &Caller, cost: u32) -> Result<Allowance, Allowance> {
    let settings = &rules.engine.settings;
    let most = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let mine = most(caller.per_minute.unwrap_or(settings.per_minute));
    let all = most(settings.per_minute_organization).max(mine);
    let allowance = rules.limits.take(holder(caller), mine, cost)?;
    rules.limits.take(Holder::Organization(caller.organization, all), all, cost)?;
    Ok(allowance)
}

/// Looks a minute at what one link shows.
const LOOKS_PER_MINUTE: u32 = 60;

/// For an operation that looks at credentials itself: how often whoever asks may.
#[derive(Clone)]
pub struct Counts {
    limits: Arc<Limits>,
    from: Option<ClientAddress>,
}

impl Counts {
    /// Where the request came from, as far as it is known.
    pub fn from(&self) -> Option<ClientAddress> {
        self.from
    }

    /// What a code opens. Whoever guesses codes is told to wait before the database is asked, as whoever guesses tokens is; a code
    /// that was good a moment ago is not held up. `none`: whether this error says that the code opens nothing.
    ///
    /// # Errors
    /// The refusal of a code that opens nothing, or is not looked at because too many from this address were none.
    pub async fn opened<T>(
        &self,
        code: &str,
        looking: impl Future<Output = Result<T, Error>>,
        none: impl Fn(&Error) -> bool,
    ) -> Result<T, Refusal> {
        let wait = |retry_after_s| Denied::TooMany { retry_after_s };
        if !self.is_known(code) {
            self.too_often().map_err(wait)?;
        }
        match looking.await {
            Err(error) if none(&error) => {
                self.bad(code).map_err(wait)?;
                Err(error.into())
            }
            done => Ok(done?),
        }
    }

    fn wrong(&self) -> Result<(), u32> {
        self.from.map_or(Ok(()), |from| self.limits.wrong(from.0))
    }

    /// Whether a credential was good when it was last seen here.
    pub(crate) fn is_known(&self, credential: &str) -> bool {
        self.limits.is_known(credential)
    }

    /// Says whether a credential that is not known may be looked at.
    ///
    /// # Errors
    /// Seconds to wait, when too many from this address were wrong.
    pub(crate) fn too_often(&self) -> Result<(), u32> {
        self.from.map_or(Ok(()), |from| self.limits.too_often(from.0))
    }

    /// Counts a wrong credential, and knows it no more.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many from this address.
    pub(crate) fn bad(&self, credential: &str) -> Result<(), u32> {
        self.limits.forget(credential);
        self.wrong()
    }

    /// Notes a credential that was just given out or found good.
    pub fn good(&self, credential: &str) {
        self.limits.know(credential);
    }

    /// Counts a look at what was shared by a link.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many by this link.
    pub fn share(&self, share: ShareId) -> Result<(), u32> {
        self.look(Holder::Share(share))
    }

    /// Counts a look at a picture by a link that needs no credential.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many at this picture.
    pub fn picture(&self, picture: EvidenceId) -> Result<(), u32> {
        self.look(Holder::Picture(picture))
    }

    /// Counts a look at a report by a link that needs no credential.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many at this report.
    pub fn report(&self, verification: VerificationId) -> Result<(), u32> {
        self.look(Holder::Report(verification))
    }

    fn look(&self, holder: Holder) -> Result<(), u32> {
        let taken = self.limits.take(holder, LOOKS_PER_MINUTE, 1);
        taken.map(drop).map_err(|refused| refused.reset_s)
    }

    /// Counts an exchange of a client's secret for a token.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many of this client.
    pub fn exchange(&self, client: CredentialId, per_minute: i64) -> Result<(), u32> {
        let per_minute = u32::try_from(per_minute).unwrap_or(u32::MAX);
        let taken = self.limits.take(Holder::Exchange(client), per_minute, 1);
        taken.map(drop).map_err(|refused| refused.reset_s)
    }
}

async fn identify(rules: &Rules, parts: &Parts) -> Result<Caller, Denied> {
    let presented = presented(parts, rules.dialect.key_header).ok_or_else(|| {
        let said = parts.headers.get(header::AUTHORIZATION);
        match said.filter(|said| !said.is_empty() && bearer(said).is_none()) {
            Some(_) => Denied::WithoutBearer,
            None => Denied::NoCredentials,
        }
    })?;
    let address = address::of(parts, &rules.engine.settings);
    let counts = Counts { limits: rules.limits.clone(), from: address };
    // Whoever guesses is told to wait before the database is asked; whom it knew a moment ago goes on from there too.
    if !rules.limits.is_known(presented) {
        counts.too_often().map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
    }
    match bonafide_engine::access::authenticate(&rules.engine, presented).await? {
        Some(caller) => {
            counts.good(presented);
            Ok(Caller { address, device: device(parts), ..caller })
        }
        None => {
            counts.bad(presented).map_err(|retry_after_s| Denied::TooMany { retry_after_s })?;
            Err(Denied::BadToken)
        }
    }
}

/// The name that the device gives itself. What kind of program it is (`User-Agent`) is no name: a caller's own server sends
/// the same for everybody.
fn device(parts: &Parts) -> Option<Device> {
    let name = parts.headers.get("x-device-id")?.to_str().ok()?.trim();
    (1..=512).contains(&name.len()).then(|| Device(name.to_owned()))
}

/// The credential: a bearer token or key, or a key in a header of its own; a dialect may have one more of those.
fn presented<'a>(parts: &'a Parts, key_header: Option<&'static str>) -> Option<&'a str> {
    let text = |name: &str| parts.headers.get(name)?.to_str().ok();
    let bearer = parts.headers.get(header::AUTHORIZATION).and_then(bearer);
    let named = || {
        let sent = [Some("x-api-key"), key_header].into_iter().flatten().filter_map(text);
        sent.map(str::trim).find(|key| !key.is_empty())
    };
    bearer.filter(|token| !token.is_empty()).or_else(named)
}

/// What follows the word `Bearer`.
fn bearer(authorization: &HeaderValue) -> Option<&str> {
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The limit, as the draft of the HTTP working group has it.
fn tell(response: &mut Response, allowance: Allowance) {
    let Allowance { per_minute, remaining, reset_s } = allowance;
    let headers = response.headers_mut();
    for (name, value) in [
        ("ratelimit-policy", format!("\"default\";q={per_minute};w=60")),
        ("ratelimit", format!("\"default\";r={remaining};t={reset_s}")),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
