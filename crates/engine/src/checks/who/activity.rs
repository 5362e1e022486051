//! [`Check::Activity`]: how often and how fast this person, device and address came lately.

use std::collections::HashSet;

use bonafide_core::{
    activity::{self, Counts},
    finding::{Check, Code, Finding},
    id::VerificationId,
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx,
    marks::{self, Seen},
};

use super::{
    super::job::Case,
    marks::{ADDRESS, DEVICE, HOLDER, IDENTITY, NUMBER, NUMBER_UNMATCHED, Own, USER},
};
use crate::{
    base::{engine::Engine, error::Result},
    sandbox::clock::is_sandbox,
};

/// Nothing is counted farther back, and the marks of what is only counted go then.
const LONGEST_S: i64 = 30 * 24 * 3600;
/// More tries than any policy asks for are not told apart.
const MOST: i64 = 1_000;

/// None where the policy counts nothing.
pub(super) async fn check(engine: &Engine, tx: &mut Tx, case: &Case, own: &Own) -> Result<Option<Finding>> {
    let limits = case.record.policy()?.activity;
    if is_sandbox(tx, case.organization).await? {
        let detail = "tests come often and fast, so nothing is counted in a sandbox";
        let none = Finding::not_assessed(Check::Activity, Code::NothingToCompareWith, detail);
        return Ok(activity::finding(&limits, &Counts::default()).map(|_| none));
    }
    let at = case.record.private.handed_in_at.unwrap_or_else(|| engine.now());
    let since = at.plus_secs(-i64::from(limits.window_s).min(LONGEST_S));
    let consent = case.record.row.consent_at;
    let counts = Counts {
        attempts: attempts(tx, case, own, since).await?,
        people_on_device: people(tx, case, DEVICE, &own.devices, since).await?,
        people_at_address: people(tx, case, ADDRESS, &own.addresses, since).await?,
        seconds: consent.map(|consent| (at.0 - consent.0).max(0) / 1000),
    };
    Ok(activity::finding(&limits, &counts))
}

/// The most tries by any of the ways to know the person, this one included. A session that is being checked, and one that
/// ended well, is no try that failed: people who come back are no suspects.
async fn attempts(tx: &mut Tx, case: &Case, own: &Own, since: Timestamp) -> Result<Option<u32>> {
    let named = own.named.iter().filter(|_| own.identity.is_none()).map(|hash| (HOLDER, hash));
    let numbers = own.numbers.iter().filter(|_| own.identity.is_none());
    let numbers = numbers.flat_map(|hash| [(NUMBER, hash), (NUMBER_UNMATCHED, hash)]);
    let users = own.user.iter().map(|hash| (USER, hash));
    let identities = own.identity.iter().map(|hash| (IDENTITY, hash));
    let all: Vec<_> = named.chain(numbers).chain(users).chain(identities).collect();
    if all.is_empty() {
        return Ok(None);
    }
    let mut failed: HashSet<VerificationId> = HashSet::new();
    for (kind, hash) in all {
        let seen = marks::seen(tx, case.organization, kind, hash, since, MOST).await?;
        failed.extend(seen.into_iter().filter(has_failed).map(|seen| seen.verification));
    }
    failed.remove(&case.record.row.id);
    Ok(Some(u32::try_from(failed.len() + 1).unwrap_or(u32::MAX)))
}

fn has_failed(seen: &Seen) -> bool {
    !matches!(seen.status.known(), Some(Status::Approved | Status::Processing))
}

async fn people(
    tx: &mut Tx,
    case: &Case,
    kind: &str,
    hashes: &[[u8; 32]],
    since: Timestamp,
) -> Result<Option<u32>> {
    let mut most = None;
    for hash in hashes {
        let count = marks::people(tx, case.organization, kind, hash, since).await?;
        most = most.max(Some(u32::try_from(count).unwrap_or(u32::MAX)));
    }
    Ok(most)
}

/// Removes what is only counted and was counted for long enough.
pub(crate) async fn purge(engine: &Engine) -> Result<()> {
    let mut tx = engine.db().begin().await?;
    for kind in [USER, IDENTITY, ADDRESS, DEVICE] {
        marks::purge(&mut tx, kind, engine.now().plus_secs(-LONGEST_S)).await?;
    }
    Ok(tx.commit().await?)
}
