//! How the lists stand, and how far everybody is screened against them.

use bonafide_core::{id::OrganizationId, time::Timestamp};
use bonafide_screening::{lists::Format, snapshot::Snapshot, standing::Stale};
use bonafide_store::{organizations, screened};

use super::{screen::lists_of_now, search::Against, trouble::Trouble};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
};

/// How many standing people there are, and how many of them were looked at against the lists of now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub total: i64,
    /// Whatever came of it.
    pub done: i64,
    /// Of these, against lists that are too old to clear anybody.
    pub stale: i64,
    /// Of these, without a name to search for.
    pub nameless: i64,
    /// Of these, whose stored data cannot be read.
    pub failed: i64,
}

impl From<screened::Progress> for Progress {
    fn from(p: screened::Progress) -> Self {
        Self { total: p.total, done: p.done, stale: p.stale, nameless: p.nameless, failed: p.failed }
    }
}

/// One list that is searched.
#[derive(Debug, Clone)]
pub struct ListState {
    pub list: String,
    /// Which of the publishers' formats its files were in.
    pub format: Format,
    pub sha256: String,
    /// The publisher's date, where the file gives one.
    pub published: Option<String>,
    pub imported_at: Timestamp,
    /// When it was last taken in or found unchanged.
    pub confirmed_at: Timestamp,
    pub age_days: i64,
    pub entries: usize,
    pub names: usize,
    pub stale: Option<Stale>,
    /// When the last update failed, where the newest one did; the version before stays.
    pub failed_at: Option<Timestamp>,
}

/// All lists, and what is wrong with them.
#[derive(Debug, Clone)]
pub struct State {
    pub lists: Vec<ListState>,
    pub trouble: Option<Trouble>,
}

impl State {
    /// The lists that their last update did not reach.
    pub fn not_updated(&self) -> Vec<&str> {
        self.lists.iter().filter(|l| l.failed_at.is_some()).map(|l| l.list.as_str()).collect()
    }
}

/// How the lists stand under the settings of this installation.
///
/// # Errors
/// When they cannot be looked at for another reason than damage.
pub async fn state(engine: &Engine) -> Result<State> {
    let lists = match lists_of_now(engine).await {
        Err(Error::Lists(error)) => {
            return Ok(State { lists: vec![], trouble: Some(Trouble::damaged(&error)) });
        }
        other => other?,
    };
    let (now, max_age) = (engine.now(), engine.settings.list_max_age_days);
    let one = |s: &Snapshot| ListState {
        list: s.list.clone(),
        format: s.format,
        sha256: s.sha256.clone(),
        published: s.published.clone(),
        imported_at: Timestamp(s.imported_at),
        confirmed_at: Timestamp(s.standing.confirmed_at),
        age_days: s.standing.age_days(now.0),
        entries: s.entries,
        names: s.names,
        stale: s.standing.stale(s.published.as_deref(), now.0, max_age),
        failed_at: s.standing.failed.as_ref().map(|f| Timestamp(f.at)),
    };
    let trouble = Trouble::of(&lists, &engine.settings.lists, now, max_age);
    Ok(State { lists: lists.snapshots.iter().map(one).collect(), trouble })
}

/// How far the caller's standing people are screened against the lists of now, and their version; `None` where there are
/// no lists.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn progress(engine: &Engine, caller: &Caller) -> Result<Option<(String, Progress)>> {
    if !caller.may(Scope::Read) {
        return Err(Error::Forbidden);
    }
    let Some(against) = against(engine).await? else { return Ok(None) };
    let mut tx = engine.db().read().await?;
    let progress = screened::progress(&mut tx, caller.organization, against.stored()).await?;
    Ok(Some((against.version, progress.into())))
}

/// The same of every organization: for the operator.
///
/// # Errors
/// When the database does not answer.
pub async fn progress_by_organization(engine: &Engine) -> Result<Vec<(OrganizationId, Progress)>> {
    let Some(against) = against(engine).await? else { return Ok(vec![]) };
    let mut tx = engine.db().read().await?;
    let mut all = vec![];
    for organization in organizations::list(&mut tx).await? {
        let progress = screened::progress(&mut tx, organization.id, against.stored()).await?;
        all.push((organization.id, progress.into()));
    }
    Ok(all)
}

async fn against(engine: &Engine) -> Result<Option<Against>> {
    match lists_of_now(engine).await {
        Err(Error::Lists(_)) => Ok(None),
        other => other.map(|lists| (!lists.snapshots.is_empty()).then(|| Against::new(lists))),
    }
}
