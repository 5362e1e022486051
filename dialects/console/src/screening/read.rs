//! `GET /console/screening`

use axum::extract::State;
use bonafide_engine::{Engine, screening};
use bonafide_http::{Caller, Json, Result, operation};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct ScreeningState {
    /// `ok`, `missing`, `stale`, `damaged` or `not_updated` (the version before stays).
    #[schema(example = "ok")]
    state: &'static str,
    /// What is wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    lists: Vec<List>,
    /// Those whose verification stands; absent where there are no lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    people: Option<People>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct List {
    list: String,
    /// Which of the publishers' formats its files were in: `bonafide lists formats` shows them.
    #[schema(example = "un_xml")]
    format: &'static str,
    sha256: String,
    /// The publisher's date, where the file gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    /// When it was last taken in or found unchanged.
    confirmed_at: String,
    age_days: i64,
    entries: usize,
    names: usize,
    stale: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct People {
    /// One word for all versions of the lists together.
    version: String,
    total: i64,
    /// Those who are looked at against these versions, whatever came of it.
    done: i64,
    /// Of these, against lists that are too old to clear anybody: they are screened again when the lists are confirmed.
    stale: i64,
    /// Of these, without a name to search for.
    nameless: i64,
    /// Of these, whose stored data cannot be read.
    failed: i64,
}

/// Read how screening stands
///
/// Whether the lists can be relied on, and how many of the organization's people are screened against them.
#[operation(
    get,
    "/console/screening",
    tag = "Screening",
    id = "screening_read",
    scope = "verifications:read"
)]
pub(crate) async fn read(State(engine): State<Engine>, caller: Caller) -> Result<Json<ScreeningState>> {
    let stand = screening::state(&engine).await?;
    let progress = screening::progress(&engine, &caller).await?;
    let not_updated = stand.not_updated().join(", ");
    let (state, detail) = match &stand.trouble {
        Some(trouble) => (trouble.word(), Some(trouble.to_string())),
        None if not_updated.is_empty() => ("ok", None),
        None => ("not_updated", Some(format!("the last update of {not_updated} did not succeed"))),
    };
    let list = |l: screening::ListState| List {
        list: l.list,
        format: l.format.as_str(),
        sha256: l.sha256,
        published: l.published,
        confirmed_at: l.confirmed_at.to_string(),
        age_days: l.age_days,
        entries: l.entries,
        names: l.names,
        stale: l.stale.is_some(),
    };
    let people = progress.map(|(version, p)| People {
        version,
        total: p.total,
        done: p.done,
        stale: p.stale,
        nameless: p.nameless,
        failed: p.failed,
    });
    Ok(Json(ScreeningState { state, detail, lists: stand.lists.into_iter().map(list).collect(), people }))
}
