//! A human decides: approves, declines, asks the person again, ends a verification or opens it again.

use bonafide_core::{
    audit::AuditAction,
    id::{ReviewId, VerificationId},
    problem::{Problem, Rule, with_causes},
    recapture::Capture,
    review::{Grounds, Verdict},
    verification::{Action, Kind, Status},
};
use bonafide_store::{
    Tx, again,
    crypto::{self, Object},
    restarts, reviews as rows,
};
use serde_json::json;

use super::{
    decisions::{Decided, Private, decisions, last, open_proposal},
    effect::{Saying, carry_out},
};
use crate::{
    base::{
        caller::{Caller, Scope},
        engine::Engine,
        error::{Error, Result},
        record::Record,
    },
    identities::{resolve::look_ahead, revoke::end_authentications},
    verifications::restarted,
};

/// Longest note, in characters.
pub const MAX_NOTE: usize = 2000;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub review: ReviewId,
    /// How the verification stands now.
    pub status: Status,
    /// False: it is a proposal, and somebody else has to agree.
    pub decided: bool,
}

/// Carries out what a reviewer says, or keeps it as a proposal where the word of two is needed. What the machine decided
/// stays as it is.
///
/// # Errors
/// [`Error::Invalid`] for grounds, note or captures that do not fit; [`Error::Conflict`] in another state, after another
/// decision than the one that was seen, and for the second word of one and the same credential.
pub async fn review(engine: &Engine, caller: &Caller, id: VerificationId, said: &Saying<'_>) -> Result<Said> {
    again(&*engine.entropy, || review_as(engine, caller, id, said, possible)).await
}

/// What a word does to a verification as it is now, or why it cannot be said.
type Judge = fn(&Record, &Saying<'_>, &[Decided]) -> Result<Action>;

pub(super) async fn review_as(
    engine: &Engine,
    caller: &Caller,
    id: VerificationId,
    said: &Saying<'_>,
    possible: Judge,
) -> Result<Said> {
    if !caller.may(Scope::Review) {
        return Err(Error::Forbidden);
    }
    let _ahead = match said.verdict {
        Verdict::Approve => Some(look_ahead(engine, caller.organization, id).await?),
        _ => None,
    };
    let mut tx = engine.db().begin().await?;
    let mut record = Record::hold(engine, &mut tx, caller.organization, id).await?;
    let problems = problems(record.kind(), said);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    if restarts::successor(&mut tx, caller.organization, id).await?.is_some() {
        return Err(restarted());
    }
    let all = decisions(&mut tx, &record.row, Some(&record.key)).await?;
    let action = possible(&record, said, &all)?;
    let two_needed = engine.settings.four_eyes.asks_for(said.verdict);
    let proposal = open_proposal(&all).filter(|p| two_needed && p.verdict == said.verdict.as_str());
    let confirms = match proposal {
        Some(proposal) if proposal.credential == caller.credential => {
            return Err(Error::conflict(
                "same_reviewer",
                "this was proposed with this credential; somebody with another one has to agree",
            ));
        }
        other => other.map(|p| p.id),
    };
    let decided = confirms.is_some() || !two_needed;
    let status = if decided { after(&record, action)? } else { record.status() };
    let review = ReviewId::new(engine.now(), &*engine.entropy);
    let private = Private { note: note(said).map(str::to_owned), captures: said.captures.to_vec() };
    let row = rows::Review {
        id: review,
        verification: id,
        applicant: record.row.applicant,
        verdict: said.verdict.into(),
        grounds: said.grounds.into(),
        decided,
        status: status.into(),
        seen: last(&all).map(Decided::uuid),
        confirms,
        credential: caller.credential,
        sealed: crypto::seal_json(&record.key, Object::Review(review), &private, &*engine.entropy)?,
        created_at: engine.now(),
        assessments: 0,
    };
    rows::insert(&mut tx, caller.organization, &row).await?;
    if !decided {
        propose(engine, &mut tx, &mut record, caller, said, review).await?;
        tx.commit().await?;
        return Ok(Said { review, status, decided });
    }
    let detail = json!({
        "review": review, "verdict": said.verdict, "reason": said.grounds, "confirms": confirms,
    });
    record.note(engine, &mut tx, AuditAction::VerificationReviewed, &caller.actor(), &detail).await?;
    let gone = carry_out(engine, &mut tx, &mut record, caller, action, said).await?;
    tx.commit().await?;
    if let Some(identity) = gone {
        engine.gallery().forget(caller.organization, identity).await;
        // What the reviewer said is done.
        if let Err(error) = end_authentications(engine, caller, identity).await {
            tracing::error!(%identity, error = with_causes(&error), "cannot cancel the authentications of an identity");
        }
    }
    engine.bells().done.notify_waiters();
    engine.bells().work.notify_waiters();
    Ok(Said { review, status, decided })
}

/// Keeps a proposal. The record is written too, so that of two who propose at once the second is told.
async fn propose(
    engine: &Engine,
    tx: &mut Tx,
    record: &mut Record,
    caller: &Caller,
    said: &Saying<'_>,
    review: ReviewId,
) -> Result<()> {
    record.save(engine, tx).await?;
    let detail = json!({"review": review, "verdict": said.verdict, "reason": said.grounds});
    let action = AuditAction::VerificationReviewProposed;
    record.note(engine, tx, action, &caller.actor(), &detail).await
}

fn note<'a>(said: &Saying<'a>) -> Option<&'a str> {
    said.note.map(str::trim).filter(|note| !note.is_empty())
}

/// What is wrong with what was said, whatever the verification.
fn problems(kind: Kind, said: &Saying<'_>) -> Vec<Problem> {
    let mut all = vec![];
    if !said.grounds.fits(said.verdict) {
        let fitting: Vec<&str> = Grounds::of(said.verdict).into_iter().map(Grounds::as_str).collect();
        let message = format!("for {} it must be one of {}", said.verdict, fitting.join(", "));
        all.push(Problem::new("reason", Rule::Enum, message));
    }
    if said.grounds == Grounds::Other && note(said).is_none() {
        all.push(Problem::new("note", Rule::Required, "is required for the reason other"));
    }
    if note(said).is_some_and(|note| note.chars().count() > MAX_NOTE) {
        all.push(Problem::new("note", Rule::Length, format!("must have at most {MAX_NOTE} characters")));
    }
    match (said.verdict, said.captures) {
        (Verdict::AskAgain, []) => {
            all.push(Problem::new("captures", Rule::Required, "is required: what is to be captured again"));
        }
        (Verdict::AskAgain, captures) => {
            let document = captures.iter().any(|c| *c != Capture::Liveness);
            if kind == Kind::FaceAuthentication && document {
                let message = "an authentication has no document: only liveness can be asked for";
                all.push(Problem::new("captures", Rule::Enum, message));
            }
            if kind.brings_pictures() && captures.contains(&Capture::Liveness) {
                let message = "there is no face in it: only pictures of the document can be asked for";
                all.push(Problem::new("captures", Rule::Enum, message));
            }
        }
        (_, []) => {}
        (..) => all.push(Problem::new("captures", Rule::Other, "goes with ask_again alone")),
    }
    all
}

/// What it does to the verification as it is now, if that can be done on what the reviewer saw.
fn possible(record: &Record, said: &Saying<'_>, all: &[Decided]) -> Result<Action> {
    let (status, verdict) = (record.status(), said.verdict);
    let Some(action) = verdict.action(status) else {
        let first = match status {
            Status::Approved | Status::Declined => ": reopen it first",
            Status::Processing => ": wait until the checks are done",
            Status::Inconclusive => ": approve, decline or reopen it",
            Status::Expired if verdict != Verdict::Reopen => ": reopen it, and the person may go on",
            Status::Canceled | Status::Refused => ": it is over, create a new one",
            Status::Created | Status::Pending | Status::Capturing | Status::RetryRequired
                if verdict != Verdict::Reopen =>
            {
                ": the person has to submit first; cancel is possible"
            }
            _ => "",
        };
        let message = format!("{verdict} is not possible while the verification is {status}{first}");
        return Err(Error::conflict("wrong_state", message));
    };
    let must_have_seen = matches!(verdict, Verdict::Approve | Verdict::Decline | Verdict::AskAgain);
    if said.seen.is_none() && must_have_seen {
        return Err(Error::invalid("seen", Rule::Required, "is required: the `decision` that you read"));
    }
    on_what_was_seen(record, said, all)?;
    if matches!(action, Action::Reopen | Action::AskAgain) && record.private.face_withdrawn_at.is_some() {
        let message =
            "the person took their consent back, so they are asked for nothing more; create a new session";
        return Err(Error::conflict("consent_withdrawn", message));
    }
    if matches!(action, Action::Reopen | Action::AskAgain) && record.row.consent_given != Some(true) {
        let never_asked = record.kind() != Kind::IdentityVerification;
        if !never_asked {
            let message = "the person never consented, so nothing can be captured; create a new session";
            return Err(Error::conflict("never_consented", message));
        }
    }
    Ok(action)
}

/// Whether what the reviewer saw is still the last word, and leaves nothing open that stands against an approval.
pub(super) fn on_what_was_seen(record: &Record, said: &Saying<'_>, all: &[Decided]) -> Result<()> {
    let now = last(all).map(Decided::id);
    if said.seen.is_some_and(|seen| now.as_deref() != Some(seen)) {
        let message = "another decision was made since the one you saw; read the verification again";
        return Err(Error::conflict("decision_changed", message));
    }
    let counting = record.private.screened.as_ref().map_or(0, |s| s.counting().count());
    if said.verdict == Verdict::Approve && counting > 0 {
        let message = format!(
            "{counting} hits of lists still count; dismiss those that are somebody else first, with a reason"
        );
        return Err(Error::conflict("hits_open", message));
    }
    Ok(())
}

fn after(record: &Record, action: Action) -> Result<Status> {
    record.status().after(action).map_err(|e| Error::conflict("wrong_state", e.to_string()))
}
