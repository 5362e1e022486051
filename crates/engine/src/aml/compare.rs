//! One client compared with the lists.

use std::sync::Arc;

use bonafide_core::{
    audit::AuditAction,
    client::MemberType,
    country::country,
    event::EventType,
    id::{AmlId, OrganizationId},
};
use bonafide_screening::{index::Query, names::Kind};
use bonafide_store::{
    aml_verifications as rows, clients,
    crypto::{self, Object, SubjectKey},
    jobs::Job,
};
use serde_json::json;

use super::record::{Opened, open};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        jobs::finish,
        lists::Lists,
        screened::Screened,
    },
    clients::Details,
    screening::{
        log,
        screen::{hits, lists_of_now},
        trouble::Trouble,
    },
    tuning::weights,
};

/// The lists that are searched.
pub(super) struct Sources {
    lists: Arc<Lists>,
    /// Empty where there are none that can be read.
    pub(super) version: String,
    trouble: Option<Trouble>,
}

impl Sources {
    pub(super) fn of(engine: &Engine, lists: Arc<Lists>) -> Self {
        let version = if lists.snapshots.is_empty() { String::new() } else { lists.version() };
        let settings = &engine.settings;
        let trouble = Trouble::of(&lists, &settings.lists, engine.now(), settings.list_max_age_days);
        Self { lists, version, trouble }
    }

    /// Those of now. Lists that cannot be read are none.
    pub(super) async fn of_now(engine: &Engine) -> Result<Self> {
        match lists_of_now(engine).await {
            Ok(lists) => Ok(Self::of(engine, lists)),
            Err(Error::Lists(error)) => Ok(Self {
                lists: Arc::default(),
                version: String::new(),
                trouble: Some(Trouble::damaged(&error)),
            }),
            Err(other) => Err(other),
        }
    }
}

/// What a client is searched by.
#[derive(Default)]
pub(super) struct Named {
    pub(super) names: Vec<(String, Option<Kind>)>,
    /// ISO 3166-1 alpha-3.
    countries: Vec<String>,
    /// What the organization's own systems call it.
    pub(super) external_id: Option<String>,
}

/// Reads the names of a record.
pub(super) fn names(key: &SubjectKey, client: &clients::Client) -> Result<Named> {
    let details: Details = crypto::open_json(key, Object::Client(client.id), &client.sealed)?;
    let Details { name_first, name_last, business_name, external_id, country: code, .. } = details;
    // A business may stand on a list as what it is or by the name of who owns it.
    let person = (client.member_type == MemberType::Individual).then_some(Kind::Person);
    let parts: Vec<String> = [name_first, name_last].into_iter().flatten().collect();
    let names = [(parts.join(" "), person), (business_name.unwrap_or_default(), None)];
    Ok(Named {
        names: names.into_iter().filter(|(name, _)| !name.trim().is_empty()).collect(),
        countries: code.as_deref().and_then(country).map(|c| c.alpha3.to_owned()).into_iter().collect(),
        external_id,
    })
}

/// Searches the lists; none without lists or without a name.
async fn search(
    engine: &Engine,
    organization: OrganizationId,
    sources: &Sources,
    named: Named,
) -> Result<Option<Screened>> {
    if sources.lists.snapshots.is_empty() || named.names.is_empty() {
        return Ok(None);
    }
    let threshold = weights::current(engine, organization).await?.sanctions_tolerance;
    let (lists, trouble, now) =
        (sources.lists.clone(), sources.trouble.as_ref().map(Trouble::reason), engine.now());
    let found = move || {
        let Named { names, countries, .. } = named;
        let query = |(name, kind): &(String, Option<Kind>)| Query {
            name: name.clone(),
            kind: *kind,
            birth: None,
            countries: countries.clone(),
            gender: None,
            numbers: vec![],
        };
        let hits = hits(&lists, names.iter().map(query), threshold);
        let names = names.into_iter().map(|(name, _)| name).collect();
        let lists = lists.pinned();
        Screened { at: now, names, birth_date: None, countries, threshold, lists, hits, trouble }
    };
    Ok(Some(tokio::task::spawn_blocking(found).await?))
}

/// How many hits count; none where nobody can say that there are no others.
pub(super) fn judged(screened: &Screened) -> Option<u64> {
    let counting = screened.counting().count() as u64;
    (counting > 0 || screened.trouble.is_none()).then_some(counting)
}

/// Compares a client with these lists, keeps what was found and tells what changed, at the end of `job` if there is one.
///
/// # Errors
/// A conflict `changed_meanwhile` when the client or the verification did.
pub(super) async fn compare(
    engine: &Engine,
    organization: OrganizationId,
    id: AmlId,
    sources: &Sources,
    job: Option<&Job>,
) -> Result<()> {
    let mut tx = engine.db().read().await?;
    let Some(row) = rows::get(&mut tx, organization, id).await? else { return Ok(()) };
    let before = clients::get(&mut tx, organization, row.client).await?;
    let mut opened = open(engine, &mut tx, row).await?;
    drop(tx);
    let named = match (&opened.key, &before) {
        (Some(key), Some(client)) => names(key, client)?,
        _ => Named::default(),
    };
    let found = match opened.private.steered {
        Some(_) => None,
        None => search(engine, organization, sources, named).await?,
    };

    let mut tx = engine.db().begin().await?;
    // Who is anonymized or called otherwise meanwhile must not get back what was found of the old name.
    let now = clients::hold(&mut tx, organization, opened.row.client).await?;
    if now.map(|client| client.updated_at) != before.map(|client| client.updated_at) {
        let message = "the client was changed while it was compared with the lists";
        return Err(Error::conflict("changed_meanwhile", message));
    }
    let searched = found.is_some();
    let told = take(engine, &mut opened, found, sources);
    opened.save(engine, &mut tx).await?;
    if let (true, Some(key), Some(screened)) = (searched, &opened.key, &opened.private.screened) {
        let whose = (organization, clients::subject(opened.row.client), key);
        log::keep_for(engine, &mut tx, whose, log::Purpose::Aml(id), screened).await?;
    }
    let detail = json!({"hits": opened.row.hits, "status": opened.status(), "lists": sources.version});
    opened.note(engine, &mut tx, AuditAction::AmlScreened, "worker", &detail).await?;
    opened.tell(engine, &mut tx, &told).await?;
    match job {
        Some(job) => finish(engine, tx, job).await,
        None => Ok(tx.commit().await?),
    }
}

/// Takes over what was found, and what follows from it. What is to be told, in order.
fn take(engine: &Engine, opened: &mut Opened, found: Option<Screened>, sources: &Sources) -> Vec<EventType> {
    let (now, from) = (engine.now(), opened.status());
    let private = &mut opened.private;
    let entries = |screened: &Option<Screened>| screened.as_ref().map(Screened::entries).unwrap_or_default();
    let before = entries(&private.screened);
    opened.row.stale = found.as_ref().is_some_and(|screened| screened.trouble.is_some());
    if let Some(mut screened) = found {
        screened.set_aside(&private.acknowledged);
        opened.row.hits = judged(&screened).map(hits_stored);
        private.screened = Some(screened);
    } else {
        opened.row.hits = private.steered.map(hits_stored);
    }
    let after = entries(&private.screened);
    if before != after {
        private.proposal = None;
    }
    opened.row.lists.clone_from(&sources.version);
    opened.row.screened_at = Some(now);
    let hits = opened.row.hits.and_then(|hits| u64::try_from(hits).ok());
    let changed = opened.change(from.after_search(hits), now);
    let mut told = vec![];
    if from.is_open() {
        told.push(EventType::AmlOnboardingCompleted);
    } else if after.difference(&before).next().is_some() {
        told.push(EventType::AmlMonitoringAlert);
    }
    if changed {
        told.push(EventType::AmlStatusChanged);
    }
    told
}

pub(super) fn hits_stored(hits: u64) -> i64 {
    i64::try_from(hits).unwrap_or(i64::MAX)
}
