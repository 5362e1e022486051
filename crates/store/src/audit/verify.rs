//! Whether a chain is as it was written, and whether all of it is there.

use std::collections::{HashMap, VecDeque};

use bonafide_core::{id::OrganizationId, time::Timestamp};
use uuid::Uuid;

use super::{
    anchors::Anchor,
    append::list,
    line::{self, Line, hash},
};
use crate::{Context, Db, Error, Result, Tx, crypto::Key, keyring::KeyRing, on};

/// Lines that are read at once, each time in a transaction of its own: the database goes on as if nobody read.
const BATCH: i64 = 1000;

/// What [`verify`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every one of this many lines is as it was written. The first `unkeyed` of them are older than keys, so that whoever could
    /// write to the database then could have changed them then; `anchors` heads that were written elsewhere are among them. Of
    /// `unproved` the secret was not there: none is missing among them and they are in order, and nothing is said of what they say.
    Intact { lines: i64, unkeyed: i64, anchors: usize, unproved: i64 },
    /// The chain breaks at this line.
    Broken { seq: i64, because: Breach },
}

/// How a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    #[error("the line was changed, or written by somebody without the key")]
    Changed,
    #[error("the line is missing")]
    Missing,
    #[error("the line does not follow the one before it")]
    Unlinked,
    #[error("the line has no key, and every chain has gone on with one since keys were there")]
    Unkeyed,
    #[error("the key ring has no key {0:?}: put back the key file that has it")]
    NoKey(String),
    #[error("the chain was cut off here: at {at} it had {lines} lines")]
    CutOff { at: Timestamp, lines: i64 },
    #[error("the line is not the one that stood here at {at}: the chain was written anew")]
    Replaced { at: Timestamp },
}

/// The organizations that have a chain, or the end or some lines of one, with the number of its lines.
pub async fn chains(tx: &mut Tx) -> Result<Vec<(OrganizationId, i64)>> {
    let all: Vec<(Uuid, i64)> = on!(tx, |c| sqlx::query_as(
        "SELECT organization, MAX(seq) FROM (
             SELECT organization, seq FROM audit_heads
             UNION ALL SELECT organization, MAX(seq) AS seq FROM audit_log GROUP BY organization) AS ends
         GROUP BY organization ORDER BY organization"
    )
    .fetch_all(c)
    .await)
    .to("list the chains of the audit log")?;
    Ok(all.into_iter().map(|(id, lines)| (OrganizationId::from_uuid(id), lines)).collect())
}

/// Recomputes the chain of an organization up to where it ends now, and names the first line that is not as it was written, or
/// that one of `anchors` says was there and is not. Works beside whoever writes. `told` hears how far it is.
pub async fn verify(
    db: &Db,
    organization: OrganizationId,
    ring: &dyn KeyRing,
    anchors: &[Anchor],
    told: &(dyn Fn(i64) + Sync),
) -> Result<Verdict> {
    let mut tx = db.read().await?;
    let head = end(&mut tx, organization).await?;
    drop(tx);
    let mut chain = Chain::new(organization, Secrets::Ring(ring), anchors);
    let target = head.as_ref().map_or(i64::MAX, |(seq, _)| *seq);
    while chain.seq < target {
        let mut tx = db.read().await?;
        let batch = list(&mut tx, organization, chain.seq, BATCH.min(target - chain.seq)).await?;
        drop(tx);
        if batch.is_empty() {
            break;
        }
        for line in batch {
            if let Err((seq, because)) = chain.add(line)? {
                return Ok(Verdict::Broken { seq, because });
            }
        }
        told(chain.seq);
    }
    let broken = |seq, because| Ok(Verdict::Broken { seq, because });
    if let Some((seq, because)) = chain.cut_off() {
        return broken(seq, because);
    }
    match head {
        Some((seq, _)) if seq > chain.seq => return broken(chain.seq + 1, Breach::Missing),
        Some((_, hash)) if hash == chain.hash => {}
        None if chain.seq == 0 => {}
        _ => return broken(chain.seq, Breach::Unlinked),
    }
    // Lines beyond the end, which nobody wrote who moved it.
    let mut tx = db.read().await?;
    let now = end(&mut tx, organization).await?.map_or(0, |(seq, _)| seq);
    if !list(&mut tx, organization, now, 1).await?.is_empty() {
        return broken(now + 1, Breach::Unlinked);
    }
    Ok(chain.verdict())
}

/// A chain that was exported, gone through away from its database.
pub struct Exported<'a> {
    chain: Chain<'a>,
    broken: Option<Verdict>,
}

impl<'a> Exported<'a> {
    /// `secrets` are those of its lines that whoever looks has (see [`line::key`]), by the names that lines have for them.
    pub fn new(
        organization: OrganizationId,
        secrets: &'a HashMap<(OrganizationId, String), Key>,
        anchors: &'a [Anchor],
    ) -> Self {
        Self { chain: Chain::new(organization, Secrets::Given(secrets), anchors), broken: None }
    }

    /// The next line. After the first that is amiss nothing is looked at any more.
    ///
    /// # Errors
    /// None of these secrets' making.
    pub fn add(&mut self, line: Line) -> Result<()> {
        if self.broken.is_none() {
            self.broken = self.chain.add(line)?.err().map(|(seq, because)| Verdict::Broken { seq, because });
        }
        Ok(())
    }

    /// What became of it, after the last line.
    pub fn end(self) -> Verdict {
        let cut_off = || self.chain.cut_off().map(|(seq, because)| Verdict::Broken { seq, because });
        self.broken.or_else(cut_off).unwrap_or_else(|| self.chain.verdict())
    }
}

async fn end(tx: &mut Tx, organization: OrganizationId) -> Result<Option<(i64, Vec<u8>)>> {
    on!(tx, |c| sqlx::query_as("SELECT seq, hash FROM audit_heads WHERE organization = $1")
        .bind(organization.uuid())
        .fetch_optional(c)
        .await)
    .to("read the head of the audit log")
}

/// Where the secrets of lines are from.
enum Secrets<'a> {
    Ring(&'a dyn KeyRing),
    /// Those that somebody was given, perhaps not all.
    Given(&'a HashMap<(OrganizationId, String), Key>),
}

/// A chain as far as it was gone through.
struct Chain<'a> {
    organization: OrganizationId,
    secrets: Secrets<'a>,
    keys: HashMap<String, Key>,
    /// Heads that were not come to yet, the next one first.
    anchors: VecDeque<&'a Anchor>,
    found: usize,
    seq: i64,
    hash: Vec<u8>,
    unkeyed: i64,
    unproved: i64,
}

impl<'a> Chain<'a> {
    fn new(organization: OrganizationId, secrets: Secrets<'a>, anchors: &'a [Anchor]) -> Self {
        let mut own: Vec<&Anchor> = anchors.iter().filter(|a| a.organization == organization).collect();
        own.sort_by_key(|anchor| anchor.lines);
        Self {
            organization,
            secrets,
            keys: HashMap::new(),
            anchors: own.into(),
            found: 0,
            seq: 0,
            hash: vec![],
            unkeyed: 0,
            unproved: 0,
        }
    }

    /// Goes on by one line; says where and how the chain breaks.
    fn add(&mut self, line: Line) -> Result<Result<(), (i64, Breach)>> {
        if line.seq != self.seq + 1 {
            return Ok(Err((self.seq + 1, Breach::Missing)));
        }
        let broken = |because| Ok(Err((line.seq, because)));
        let key = match &line.key_id {
            None if self.unkeyed < self.seq => return broken(Breach::Unkeyed),
            None => None,
            Some(id) => match self.key(id) {
                Err(Error::WrongKeyRing(_)) => return broken(Breach::NoKey(id.clone())),
                other => other?,
            },
        };
        let is_proved = line.key_id.is_none() || key.is_some();
        if is_proved && line.hash != hash(self.organization, &line, key.as_ref()) {
            return broken(Breach::Changed);
        }
        if line.previous_hash != self.hash {
            return broken(Breach::Unlinked);
        }
        while let Some(anchor) = self.anchors.pop_front_if(|anchor| anchor.lines <= line.seq) {
            if anchor.hash != line.hash || anchor.key != line.key_id {
                return broken(Breach::Replaced { at: anchor.at });
            }
            self.found += 1;
        }
        self.unkeyed += i64::from(line.key_id.is_none());
        self.unproved += i64::from(!is_proved);
        (self.seq, self.hash) = (line.seq, line.hash);
        Ok(Ok(()))
    }

    fn key(&mut self, id: &str) -> Result<Option<Key>> {
        let ring = match self.secrets {
            Secrets::Given(all) => return Ok(all.get(&(self.organization, id.to_owned())).cloned()),
            Secrets::Ring(ring) => ring,
        };
        if let Some(key) = self.keys.get(id) {
            return Ok(Some(key.clone()));
        }
        let key = line::key(ring, id, self.organization)?;
        self.keys.insert(id.to_owned(), key.clone());
        Ok(Some(key))
    }

    /// Of a chain of which nothing was amiss up to its end.
    fn verdict(&self) -> Verdict {
        if self.seq > 0 && self.unkeyed == self.seq {
            return Verdict::Broken { seq: self.seq, because: Breach::Unkeyed };
        }
        let (lines, unkeyed, unproved) = (self.seq, self.unkeyed, self.unproved);
        Verdict::Intact { lines, unkeyed, anchors: self.found, unproved }
    }

    /// What an anchor says was there after the last line.
    fn cut_off(&self) -> Option<(i64, Breach)> {
        let anchor = self.anchors.back()?;
        Some((self.seq + 1, Breach::CutOff { at: anchor.at, lines: anchor.lines }))
    }
}
