//! What holds at every moment, whatever happened before: each of them says what breaks it.

use std::collections::{BTreeMap, BTreeSet};

use bonafide_core::{
    audit::AuditAction,
    event::EventType,
    finding::{Check, Outcome},
    id::VerificationId,
    verification::{Action, Kind, Status},
};
use serde_json::Value;
use uuid::Uuid;

use super::facts::{Event, Evidence, Fact, Line, Seen, Verification};

type Verdict = Result<(), String>;

/// What holds, and what finds where it does not.
pub type Invariant = (&'static str, fn(&Seen) -> Verdict);

/// At every moment.
pub const ALWAYS: [Invariant; 13] = [
    ("what was promised stands", promises),
    ("a status moves along the arrows alone", arrows),
    ("each transition is told once, in order", told),
    ("events are numbered without gaps", numbered),
    ("each transition is in the audit log, which has no gap", audited),
    ("nobody is approved by the machine without the checks that were asked for", approved),
    ("nothing is captured without consent", consented),
    ("a check and a decision count once for a submission", once),
    ("whoever waits is carried on", carried_on),
    ("nothing is left of an erased person but the tombstone", erased),
    ("nothing goes on of an erased person", over),
    ("a picture that counts is there", pictures),
    ("every event has its message", messages),
];

/// Once everything that was due is done.
pub const SETTLED: [Invariant; 3] = [
    ("nobody waits for a check that does not come", settled),
    ("the pictures of an erased person are gone", swept),
    ("every message arrived", delivered),
];

/// And once everybody's time is over.
pub const ENDED: [Invariant; 2] = [("nobody waits for ever", ended), ("no picture is nobody's", no_strays)];

fn none<T: std::fmt::Display>(broken: impl IntoIterator<Item = T>) -> Verdict {
    broken.into_iter().next().map_or(Ok(()), |broken| Err(broken.to_string()))
}

/// What was written of a verification's states: where it went, and what was said of it.
fn states(lines: &[Line]) -> Vec<(Status, &Line)> {
    let named = |line| -> Option<(Status, &Line)> {
        let line: &Line = line;
        Some((Status::parse(&line.event)?, line))
    };
    lines.iter().filter_map(named).collect()
}

/// Where it was at first: an authentication is captured at once.
fn first(verification: &Verification) -> Status {
    match verification.kind() {
        Kind::FaceAuthentication => Status::Capturing,
        _ => Status::Created,
    }
}

/// Each change of state, from and to. The line that says that it was created is none.
fn changes<'a>(seen: &'a Seen, verification: &Verification) -> Vec<(Status, Status, &'a Line)> {
    let mut from = first(verification);
    let all = states(seen.lines(verification.id)).into_iter().skip(1);
    all.map(|(to, line)| (std::mem::replace(&mut from, to), to, line)).collect()
}

fn promises(seen: &Seen) -> Verdict {
    let stands = |fact: &Fact| match fact {
        Fact::Created(id) | Fact::Answered(_, id) => seen.of(*id).is_some(),
        Fact::Consented(id, given) => seen.of(*id).is_some_and(|v| v.consent_given == Some(*given)),
        // What a human decided before is handed in no more.
        Fact::Submitted(id) => {
            let was = |line: &Line| line.event == "processing" || line.detail.0.get("reviewed").is_some();
            seen.lines(id.uuid()).iter().any(was)
        }
        Fact::Reviewed(id, review) => {
            seen.reviews.iter().any(|r| r.id == review.uuid() && r.verification == id.uuid())
        }
        Fact::Withdrawn(id) => {
            let face = |e: &&Evidence| ["selfie", "liveness_frame", "portrait"].contains(&&*e.kind);
            let mut theirs = seen.evidence.iter().filter(|e| e.verification == id.uuid()).filter(face);
            let gone = seen.of(*id).is_some_and(|v| seen.is_erased(v.applicant));
            gone || theirs.all(|e| e.superseded_at.is_some())
        }
        Fact::Erased(id) => seen.of(*id).is_some_and(|v| seen.is_erased(v.applicant)),
        Fact::Deleted(id) => seen.of(*id).is_some_and(|v| v.deleted_at.is_some()),
        Fact::Forgotten(person) => seen.is_erased(person.uuid()),
        Fact::Broken(_) => false,
    };
    none(seen.facts.iter().filter(|fact| !stands(fact)).map(|fact| match fact {
        Fact::Broken(why) => why.clone(),
        fact => format!("{fact:?}"),
    }))
}

fn arrows(seen: &Seen) -> Verdict {
    none(seen.verifications.iter().filter_map(|verification| {
        let all = states(seen.lines(verification.id));
        if all.first().map(|(status, _)| *status) != Some(Status::Created) {
            return Some(format!("{}: begins with {:?}", verification.id, all.first()));
        }
        let mut at = first(verification);
        for (from, to, line) in changes(seen, verification) {
            if !Action::ALL.into_iter().any(|action| from.after(action) == Ok(to)) {
                return Some(format!("{}: {from} to {to} at line {}", verification.id, line.seq));
            }
            at = to;
        }
        let stored = verification.status();
        (at != stored).then(|| format!("{}: is {stored}, and its history says {at}", verification.id))
    }))?;
    none(seen.history.iter().filter_map(|(id, lines)| {
        let gap = lines.iter().zip(1..).any(|(line, n)| line.seq != n);
        gap.then(|| format!("{id}: its history has a gap"))
    }))
}

/// What is told of a change of state.
fn events(verification: &Verification, from: Status, to: Status) -> Vec<EventType> {
    let again = to == Status::RetryRequired && matches!(from, Status::Inconclusive | Status::Expired);
    let mut told = vec![if again { EventType::VerificationReopened } else { EventType::to(to) }];
    if matches!(to, Status::Approved | Status::Declined) {
        told.push(EventType::VerificationCompleted);
        if verification.kind().is_reported() {
            told.push(EventType::VerificationReportCreated);
        }
    }
    told
}

fn told(seen: &Seen) -> Verdict {
    let of_states: BTreeSet<&str> = Status::ALL
        .into_iter()
        .map(EventType::to)
        .chain([
            EventType::VerificationReopened,
            EventType::VerificationCompleted,
            EventType::VerificationReportCreated,
        ])
        .map(EventType::as_str)
        .collect();
    none(seen.verifications.iter().filter_map(|verification| {
        let mut expected = vec![EventType::VerificationCreated];
        if first(verification) == Status::Capturing {
            expected.push(EventType::VerificationStarted);
        }
        for (from, to, _) in changes(seen, verification) {
            expected.extend(events(verification, from, to));
        }
        let expected: Vec<&str> = expected.into_iter().map(EventType::as_str).collect();
        let is_its = |e: &&Event| e.subject == verification.id && of_states.contains(&*e.kind);
        let told: Vec<&str> = seen.events.iter().filter(is_its).map(|e| e.kind.as_str()).collect();
        (told != expected).then(|| format!("{}: told {told:?}, and there was {expected:?}", verification.id))
    }))
}

fn numbered(seen: &Seen) -> Verdict {
    let mut of_subject: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (event, n) in seen.events.iter().zip(1..) {
        let sequence = of_subject.entry(event.subject).or_default();
        *sequence += 1;
        if (event.position, event.sequence) != (n, *sequence) {
            return Err(format!("event {}: number {n}, {sequence} of its subject", event.position));
        }
    }
    let last = seen.events.len() as i64;
    if seen.event_head == last { Ok(()) } else { Err(format!("the head is {} of {last}", seen.event_head)) }
}

fn audited(seen: &Seen) -> Verdict {
    if let Some((line, n)) = seen.audit.iter().zip(1..).find(|(line, n)| line.seq != *n) {
        return Err(format!("line {} where {n} is expected", line.seq));
    }
    if seen.audit_head != seen.audit.len() as i64 {
        return Err(format!("the head is {} of {}", seen.audit_head, seen.audit.len()));
    }
    let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in &seen.audit {
        of.entry(&line.object).or_default().push(&line.action);
    }
    none(seen.verifications.iter().filter_map(|verification| {
        let id = VerificationId::from_uuid(verification.id);
        let states: BTreeSet<&str> = Status::ALL.into_iter().map(|s| AuditAction::to(s).as_str()).collect();
        let audited: Vec<&str> =
            of.get(&*format!("verification:{id}")).into_iter().flatten().copied().collect();
        let audited: Vec<&str> = audited.into_iter().filter(|action| states.contains(action)).collect();
        let history: Vec<&str> = self::states(seen.lines(verification.id))
            .iter()
            .map(|(s, _)| AuditAction::to(*s).as_str())
            .collect();
        (audited != history).then(|| format!("{id}: the log has {audited:?}, its history {history:?}"))
    }))
}

/// The last word of somebody about an approval: a human's, or the machine's decision with the findings.
fn approved(seen: &Seen) -> Verdict {
    none(seen.verifications.iter().filter(|v| v.status() == Status::Approved).filter_map(|verification| {
        let id = verification.id;
        let last = states(seen.lines(id)).into_iter().rfind(|(status, _)| *status == Status::Approved);
        let Some((_, line)) = last else { return Some(format!("{id}: approved without a line")) };
        if line.detail.0.get("reviewed").is_some() {
            let said =
                seen.reviews.iter().any(|r| r.verification == id && r.decided && r.status == "approved");
            return (!said).then(|| format!("{id}: approved by a review that is not there"));
        }
        let judged = seen.assessments.get(&id).and_then(|all| all.iter().rfind(|a| a.outcome == "approve"));
        let Some(judged) = judged else { return Some(format!("{id}: approved, and nobody decided so")) };
        let findings = judged.detail.0["findings"].as_array().cloned().unwrap_or_default();
        let clear = |check: Check| {
            let found = findings.iter().filter(|f| f["check"] == check.as_str());
            let outcomes: Vec<&Value> = found.map(|f| &f["outcome"]).collect();
            !outcomes.is_empty() && outcomes.iter().all(|outcome| **outcome == Outcome::Clear.as_str())
        };
        let needed: &[Check] = match verification.kind() {
            Kind::FaceAuthentication => &[Check::FaceMatch, Check::PassiveLiveness],
            _ => &[Check::DocumentReadable, Check::FaceMatch, Check::PassiveLiveness],
        };
        if let Some(check) = needed.iter().find(|check| !clear(**check)) {
            return Some(format!("{id}: approved, and {check} is not clear"));
        }
        let screened = verification.policy.0["screening"]["required"] == true;
        (screened && !clear(Check::Sanctions)).then(|| format!("{id}: approved, and compared with no list"))
    }))
}

fn consented(seen: &Seen) -> Verdict {
    let asked = |v: &&Verification| v.kind() == Kind::IdentityVerification && v.consent_given != Some(true);
    none(seen.verifications.iter().filter(asked).filter_map(|verification| {
        let captured = seen.evidence.iter().any(|e| e.verification == verification.id);
        let was = |status| states(seen.lines(verification.id)).iter().any(|(s, _)| *s == status);
        let started = [Status::Capturing, Status::Processing].into_iter().any(was);
        (captured || started).then(|| format!("{}: captured without consent", verification.id))
    }))
}

fn once(seen: &Seen) -> Verdict {
    none(seen.verifications.iter().filter_map(|verification| {
        let (mut checked, mut decided): (BTreeSet<String>, bool) = (BTreeSet::new(), false);
        for line in seen.lines(verification.id) {
            match &*line.event {
                "processing" => (checked, decided) = (BTreeSet::new(), false),
                "checked" if !checked.insert(line.detail.0["job"].to_string()) => {
                    return Some(format!("{}: checked twice at line {}", verification.id, line.seq));
                }
                // The machine's own decisions alone say how they were scored.
                _ if Status::parse(&line.event).is_some() && line.detail.0.get("score").is_some() => {
                    // Lists that arrive later have it decided anew.
                    if decided && !seen.listed {
                        return Some(format!("{}: decided twice at line {}", verification.id, line.seq));
                    }
                    decided = true;
                }
                _ => {}
            }
        }
        let submissions = seen.lines(verification.id).iter().filter(|l| l.event == "processing").count();
        let decisions = seen.assessments.get(&verification.id).map_or(0, Vec::len);
        (decisions > submissions && !seen.listed)
            .then(|| format!("{}: {decisions} decisions on {submissions} submissions", verification.id))
    }))
}

fn carried_on(seen: &Seen) -> Verdict {
    const CHECKS: [&str; 7] = [
        "read_document",
        "match_faces",
        "match_template",
        "check_liveness",
        "ask_registry",
        "check_steps",
        "decide",
    ];
    none(seen.verifications.iter().filter_map(|verification| {
        let open = |kinds: &[&str]| {
            seen.jobs.iter().any(|job| job.subject == verification.id && kinds.contains(&&*job.kind))
        };
        let missing = match verification.status() {
            Status::Processing if !open(&CHECKS) => "a check",
            status if status.waits_for_the_person() && !open(&["expire"]) => "the timer that ends it",
            Status::Inconclusive if !seen.is_erased(verification.applicant) && !open(&["reopen"]) => {
                "the timer that opens it again"
            }
            _ => return None,
        };
        Some(format!(
            "{}: is {}, and waits for {missing} that nobody does",
            verification.id,
            verification.status()
        ))
    }))
}

fn erased(seen: &Seen) -> Verdict {
    none(seen.people.values().filter(|person| person.anonymized_at.is_some()).filter_map(|person| {
        let left = match person {
            p if p.destroyed_at.is_none() || p.wrapped > 0 => "their key",
            p if p.sealed > 0 => "what was sealed of them",
            p if p.traces > 0 => "what they are known again by",
            p if p.said > 0 => "what they said",
            _ => return None,
        };
        Some(format!("{}: {left} is still there", person.id))
    }))
}

fn over(seen: &Seen) -> Verdict {
    let going_on = |v: &&Verification| {
        let gone = seen.is_erased(v.applicant) || v.identity.is_some_and(|identity| seen.is_erased(identity));
        let of_identity = v.kind() == Kind::FaceAuthentication || seen.is_erased(v.applicant);
        gone && of_identity && !v.status().is_final()
    };
    let all = seen.verifications.iter().filter(going_on);
    none(all.map(|v| format!("{}: is {}, and its person is erased", v.id, v.status())))
}

fn pictures(seen: &Seen) -> Verdict {
    let counts = |e: &&Evidence| e.superseded_at.is_none() && !seen.is_erased(e.applicant);
    let lost = seen.evidence.iter().filter(counts).find(|e| !seen.files.contains(&e.blob_key));
    none(lost.map(|e| format!("{}: the file of its {} is gone", e.verification, e.kind)))
}

fn messages(seen: &Seen) -> Verdict {
    none(seen.events.iter().filter_map(|event| {
        let wanted = usize::from(super::wants(&event.kind));
        let sent = seen.messages.get(&event.id).map_or(0, Vec::len);
        (sent != wanted)
            .then(|| format!("{} at {}: {sent} messages for {wanted}", event.kind, event.position))
    }))
}

fn settled(seen: &Seen) -> Verdict {
    let waits = seen.verifications.iter().find(|v| v.status() == Status::Processing);
    none(waits.map(|v| format!("{} is still being checked", v.id)))?;
    let due = seen.jobs.iter().find(|job| job.run_at <= seen.now && job.lease_until <= seen.now);
    none(due.map(|job| format!("{} about {} is due and not done", job.kind, job.subject)))
}

fn swept(seen: &Seen) -> Verdict {
    let left = seen.evidence.iter().find(|e| seen.is_erased(e.applicant) && seen.files.contains(&e.blob_key));
    none(left.map(|e| format!("{}: the file of its {} is still there", e.verification, e.kind)))
}

fn delivered(seen: &Seen) -> Verdict {
    let waits = |statuses: &[String]| statuses.iter().any(|status| status != "delivered");
    none(seen.messages.iter().filter(|(_, s)| waits(s)).map(|(event, s)| format!("{event}: {s:?}")))
}

fn ended(seen: &Seen) -> Verdict {
    let waits = |v: &&Verification| {
        v.status().waits_for_the_person() && v.expires_at.is_some_and(|at| at <= seen.now)
    };
    let all = seen.verifications.iter().filter(waits);
    none(all.map(|v| format!("{}: is {}, and its time is over", v.id, v.status())))
}

fn no_strays(seen: &Seen) -> Verdict {
    let known: BTreeSet<&str> = seen.evidence.iter().map(|e| e.blob_key.as_str()).collect();
    none(seen.files.iter().filter(|name| !known.contains(name.as_str())))
}
