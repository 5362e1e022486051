//! A human decides what the machine left open.

use bonafide_core::{
    aml::AmlStatus,
    audit::AuditAction,
    event::EventType,
    id::AmlId,
    problem::{Problem, Rule},
    review::{Grounds, Verdict},
};
use bonafide_store::{aml_verifications as rows, clients};
use serde_json::{Value, json};

use super::{
    compare::{hits_stored, judged},
    record::{Aml, Opened, Proposal, Reviewed, not_found, open},
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    screened::Dismissed,
};

/// Longest note, in characters.
pub const MAX_NOTE: usize = 2000;

/// The grounds there are: of those that fit a verdict, the ones that need no document and no face.
pub const GROUNDS: [Grounds; 5] = [
    Grounds::SomebodyElse,
    Grounds::ConfirmedOtherwise,
    Grounds::Listed,
    Grounds::SuspectedFraud,
    Grounds::Other,
];

/// What a reviewer says.
#[derive(Clone, Copy)]
pub struct Saying<'a> {
    /// [`Verdict::Approve`] or [`Verdict::Decline`].
    pub verdict: Verdict,
    pub grounds: Grounds,
    pub note: Option<&'a str>,
    /// The version that the reviewer read.
    pub seen: i64,
}

impl<'a> Saying<'a> {
    fn note(&self) -> Option<&'a str> {
        self.note.map(str::trim).filter(|note| !note.is_empty())
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Said {
    pub aml: Aml,
    /// False: it is a proposal, and somebody else has to agree.
    pub decided: bool,
}

/// Approves or declines a client that waits for a human, or proposes to where the word of two is needed. The hits that it is
/// approved with count no more until their entries change.
///
/// # Errors
/// [`Error::Invalid`] for grounds or a note that do not fit; [`Error::Conflict`] in another state, after another change than
/// the one that was seen, for an approval without a search, and for the second word of one and the same credential.
pub async fn review(engine: &Engine, caller: &Caller, id: AmlId, said: &Saying<'_>) -> Result<Said> {
    if !caller.may(Scope::Review) {
        return Err(Error::Forbidden);
    }
    let mut tx = engine.db().begin().await?;
    let row = rows::get(&mut tx, caller.organization, id).await?.ok_or_else(not_found)?;
    let problems = problems(said);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    // Who is being anonymized is so before or after.
    clients::hold(&mut tx, caller.organization, row.client).await?;
    let mut opened = open(engine, &mut tx, row).await?;
    possible(&opened, said)?;
    let (now, actor) = (engine.now(), caller.actor());
    let detail = json!({"verdict": said.verdict, "reason": said.grounds});
    if engine.settings.four_eyes.asks_for(said.verdict) {
        let proposal = opened.private.proposal.take().filter(|p| p.verdict == said.verdict);
        match proposal {
            Some(proposal) if proposal.credential == caller.credential => {
                return Err(Error::conflict(
                    "same_reviewer",
                    "this was proposed with this credential; somebody with another one has to agree",
                ));
            }
            Some(_) => {}
            None => {
                let (verdict, reason, credential) = (said.verdict, said.grounds, caller.credential);
                opened.private.proposal = Some(Proposal { verdict, reason, credential, at: now });
                opened.save(engine, &mut tx).await?;
                opened.note(engine, &mut tx, AuditAction::AmlReviewProposed, &actor, &detail).await?;
                tx.commit().await?;
                return Ok(Said { aml: opened.into_view(), decided: false });
            }
        }
    }
    let first = opened.row.decided_at.is_none();
    let to = match said.verdict {
        Verdict::Decline => AmlStatus::Declined,
        _ => AmlStatus::Approved,
    };
    if to == AmlStatus::Approved {
        acknowledge(&mut opened, said);
    }
    opened.private.proposal = None;
    opened.private.reviews.push(Reviewed {
        verdict: said.verdict,
        reason: said.grounds,
        note: said.note().map(str::to_owned),
        by: actor.clone(),
        at: now,
    });
    opened.change(to, now);
    opened.save(engine, &mut tx).await?;
    opened.note(engine, &mut tx, AuditAction::AmlReviewed, &actor, &detail).await?;
    let reviewed = if first { EventType::AmlOnboardingReviewed } else { EventType::AmlMonitoringReviewed };
    opened.tell(engine, &mut tx, &[reviewed, EventType::AmlStatusChanged]).await?;
    tx.commit().await?;
    Ok(Said { aml: opened.into_view(), decided: true })
}

/// What is wrong with what was said, whoever it is said of.
fn problems(said: &Saying<'_>) -> Vec<Problem> {
    let mut all = vec![];
    if !matches!(said.verdict, Verdict::Approve | Verdict::Decline) {
        all.push(Problem::new("verdict", Rule::Enum, "must be approve or decline"));
    }
    let fits = |grounds: &Grounds| grounds.fits(said.verdict);
    if !GROUNDS.iter().any(|grounds| *grounds == said.grounds && fits(grounds)) {
        let fitting: Vec<&str> = GROUNDS.into_iter().filter(fits).map(Grounds::as_str).collect();
        let message = format!("for {} it must be one of {}", said.verdict, fitting.join(", "));
        all.push(Problem::new("reason", Rule::Enum, message));
    }
    if said.grounds == Grounds::Other && said.note().is_none() {
        all.push(Problem::new("note", Rule::Required, "is required for the reason other"));
    }
    if said.note().is_some_and(|note| note.chars().count() > MAX_NOTE) {
        all.push(Problem::new("note", Rule::Length, format!("must have at most {MAX_NOTE} characters")));
    }
    all
}

/// Whether it can be said of the client as it is now.
fn possible(opened: &Opened, said: &Saying<'_>) -> Result<()> {
    if opened.key.is_none() {
        let message = "the personal data of this client was erased: there is nothing left to decide on";
        return Err(Error::conflict("anonymized", message));
    }
    if opened.status() != AmlStatus::ReviewRequired {
        let message = match opened.status() {
            AmlStatus::Approved | AmlStatus::Declined => "it was decided: create a new AML verification",
            _ => "wait until the lists were searched",
        };
        return Err(Error::conflict("wrong_state", message));
    }
    if opened.row.version != said.seen {
        let message = "it was changed since you read it; read it again";
        return Err(Error::conflict("decision_changed", message));
    }
    if said.verdict == Verdict::Approve && opened.row.hits.is_none() {
        let message = "nobody could say whether the client is on a list, so nobody can approve it: see GET \
                       /console/screening for what is wrong with the lists; it is compared again once they can be relied on";
        return Err(Error::conflict("not_screened", message));
    }
    Ok(())
}

/// Sets the hits aside that the client is approved with.
fn acknowledge(opened: &mut Opened, said: &Saying<'_>) {
    let private = &mut opened.private;
    private.steered = private.steered.map(|_| 0);
    opened.row.hits = private.steered.map(hits_stored);
    let Some(screened) = &mut private.screened else { return };
    let text = |hit: &Value, key: &str| hit[key].as_str().map(str::to_owned);
    let dismissed = |hit: &Value| {
        Some(Dismissed {
            list: text(hit, "list")?,
            entry: text(hit, "id")?,
            entry_sha256: text(hit, "entry_sha256")?,
            reason: said.grounds.as_str().to_owned(),
        })
    };
    let with: Vec<Dismissed> = screened.counting().filter_map(dismissed).collect();
    private.acknowledged.extend(with);
    screened.set_aside(&private.acknowledged);
    opened.row.hits = judged(screened).map(hits_stored);
}
