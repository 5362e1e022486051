//! A new policy: what it would have changed is looked at first, and one that asks less has to be meant.

use bonafide_core::{
    audit::AuditAction,
    id::PolicyId,
    policy::Policy,
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_store::policies as rows;
use serde_json::{Value, json};

use super::{
    policies::{InForce, PolicyVersion, in_force, version},
    requirements::requirements_for,
    whom::{For, known_client, note, raced},
};
use crate::{
    backtest::rejudge::{self, Tried},
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
    },
};

/// How far back a change is looked at, in seconds, where nothing is said.
const LOOK_BACK_S: i64 = 30 * 24 * 3600;
const LONGEST_NAME: usize = 64;

/// A policy to try, or to set.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// `default` or one of the caller's own.
    pub name: String,
    pub of: For,
    pub policy: Policy,
    /// Look back on sessions judged since then; a month where absent.
    pub since: Option<Timestamp>,
}

/// What a policy would have changed, and in which fields it asks less than the one in force.
pub async fn try_policy(engine: &Engine, caller: &Caller, proposal: &Proposal) -> Result<Tried> {
    Ok(compare(engine, caller, proposal).await?.0)
}

/// Adds a version. One that asks less, or would have let somebody through, is refused unless that is meant.
pub async fn set_policy(
    engine: &Engine,
    caller: &Caller,
    proposal: Proposal,
    accept_weaker: bool,
) -> Result<(PolicyVersion, Tried)> {
    let (tried, before) = compare(engine, caller, &proposal).await?;
    if tried.weakens() && !accept_weaker {
        return Err(Error::conflict("weaker_policy", told(&tried)));
    }
    let Proposal { name, of, policy, .. } = proposal;
    let id = PolicyId::new(engine.now(), &*engine.entropy);
    let policy = Policy { id: Some(id), ..policy };
    let body = serde_json::to_value(&policy).unwrap_or(Value::Null);
    let mut tx = engine.db().begin().await?;
    // What it was compared with must be what it replaces.
    let now = in_force(&mut tx, caller.organization, of.whom(), &name).await?;
    if now.version.map(|v| v.id) != before.version.map(|v| v.id) {
        let message = "somebody else changed this at the same time; try again";
        return Err(Error::conflict("changed_meanwhile", message));
    }
    let added = rows::insert(&mut tx, caller.organization, id, &name, of.whom(), &body, engine.now()).await;
    let number = added.map_err(raced)?;
    let detail =
        json!({"name": name, "version": number, "weaker": tried.weaker, "let_through": tried.let_through()});
    note(engine, &mut tx, caller, AuditAction::PolicyChanged, &format!("policy:{id}"), &detail).await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or(Error::NotFound("policy"))?;
    tx.commit().await?;
    Ok((version(row)?, tried))
}

async fn compare(engine: &Engine, caller: &Caller, proposal: &Proposal) -> Result<(Tried, InForce)> {
    if !caller.may(Scope::Policy) {
        return Err(Error::Forbidden);
    }
    check_name("name", &proposal.name)?;
    let problems = proposal.policy.problems();
    if !problems.is_empty() {
        let within = |p: Problem| Problem { field: format!("policy.{}", p.field), ..p };
        return Err(Error::Invalid(problems.into_iter().map(within).collect()));
    }
    let (organization, whom) = (caller.organization, proposal.of.whom());
    let mut tx = engine.db().read().await?;
    known_client(&mut tx, caller, &proposal.of).await?;
    let before = in_force(&mut tx, organization, whom, &proposal.name).await?;
    let own = requirements_for(&mut tx, organization, whom).await?;
    drop(tx);
    let weaker = proposal.policy.weaker_than(&before.policy);
    let (mut new, mut old) = (proposal.policy.clone(), before.policy.clone());
    new.require(own.clone());
    old.require(own);
    let since = proposal.since.unwrap_or_else(|| engine.now().plus_secs(-LOOK_BACK_S));
    let change = rejudge::Change { new, old, of: proposal.of.clone(), in_force: before.version.clone() };
    let backtest = rejudge::backtest(engine, organization, change, since).await?;
    Ok((Tried { weaker, since, backtest }, before))
}

fn told(tried: &Tried) -> String {
    let fields = match tried.weaker.as_slice() {
        [] => String::new(),
        fields => format!("asks less than the policy in force ({}) and ", fields.join(", ")),
    };
    format!(
        "this policy {fields}would have let through {} of {} sessions since {} that were stopped, and stopped {} that were \
         let through; set accept_weaker to true if that is meant",
        tried.let_through(),
        tried.backtest.sessions,
        tried.since,
        tried.stopped(),
    )
}

/// Refuses names that would have to be quoted somewhere.
fn check_name(field: &str, name: &str) -> Result<()> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    if (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(word) {
        return Ok(());
    }
    let message = format!("must be 1 to {LONGEST_NAME} lower-case letters, digits, _ or -");
    Err(Error::invalid(field, Rule::Pattern, message))
}
