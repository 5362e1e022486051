//! A report as the values that the template shows.

use bonafide_core::{
    evidence::EvidenceKind,
    finding::{Check, Finding, Outcome, Reason},
    report::{By, Decision, Fact, MOST_PICTURES, Picture, Report},
    review::Grounds,
    verification::Status,
};
use typst::foundations::{Array, Bytes, Dict, IntoValue, Str, Value, dict};

use crate::{text::Texts, words};

/// Most reasons, and most lines of other lists, that are shown.
const MOST_REASONS: usize = 20;
const MOST_LINES: usize = 500;

const FACES: [EvidenceKind; 2] = [EvidenceKind::Portrait, EvidenceKind::Selfie];

pub(crate) fn values(report: &Report, texts: &mut Texts<'_>) -> Dict {
    let id = report.verification.to_string();
    let subject = format!("Verification {id}");
    let decision = decision(report, texts);
    let facts: Array = report.facts.iter().take(MOST_LINES).map(|f| fact(f, texts).into_value()).collect();
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    // What speaks against the person comes first.
    findings.sort_by_key(|finding| match finding.outcome {
        Outcome::Fail => 0,
        Outcome::Consider => 1,
        Outcome::NotAssessed => 2,
        Outcome::Clear => 3,
    });
    let checks: Array = findings.into_iter().take(MOST_LINES).map(|f| check(f, texts).into_value()).collect();
    let shown = report.history.iter().take(MOST_LINES);
    let history: Array = shown
        .map(|line| {
            let event = texts.show(&words::label(&line.event));
            dict! { "at" => words::time(line.at), "event" => event }.into_value()
        })
        .collect();
    let (faces, pictures): (Vec<&Picture>, Vec<&Picture>) =
        report.pictures.iter().take(MOST_PICTURES).partition(|picture| FACES.contains(&picture.kind));
    let mut values = dict! {
        "title" => format!("Report of verification {id}"),
        "description" => "Decision, evidence and checks of an identity verification",
        "id" => subject,
        "organization" => texts.show(&report.organization),
        "as-of" => format!("As of {}", words::time(report.as_of)),
        "sandbox" => report.sandbox,
        "person" => person(report, texts),
        "decision" => decision,
        "about" => about(report, texts),
        "facts" => facts,
        "face" => face(report, texts),
        "faces" => faces.into_iter().map(picture).collect::<Array>(),
        "pictures" => pictures.into_iter().map(picture).collect::<Array>(),
        "checks" => checks,
        "history" => history,
    };
    let left_out = [
        (report.facts.len(), "fields"),
        (report.findings.len(), "checks"),
        (report.history.len(), "lines of what happened"),
    ];
    let mut remarks: Vec<String> = left_out
        .into_iter()
        .filter(|(all, _)| *all > MOST_LINES)
        .map(|(all, what)| format!("The first {MOST_LINES} of {all} {what} are shown."))
        .collect();
    for kind in &report.damaged {
        let name = words::picture(*kind);
        remarks.push(format!("{name}: the stored picture cannot be decoded, so it is not shown."));
    }
    if texts.replaced {
        remarks.push("□ stands for a character that this report has no letter for.".to_owned());
    }
    if texts.cut {
        remarks.push("A text that ends with … is longer than what is shown of it.".to_owned());
    }
    values.insert(
        "remarks".into(),
        remarks.into_iter().map(IntoValue::into_value).collect::<Array>().into_value(),
    );
    values
}

/// Whom it is about: as the document names them, else as it was declared.
fn person(report: &Report, texts: &mut Texts<'_>) -> Value {
    use bonafide_core::document::FieldName as F;
    let fact = |name: F| report.facts.iter().find(|fact| fact.name == name);
    let read = |name: F| fact(name)?.read.first().map(|read| read.value.trim().to_owned());
    let said = |name: F| read(name).or_else(|| Some(fact(name)?.declared.as_ref()?.trim().to_owned()));
    let apart: Vec<String> =
        [F::FirstName, F::MiddleName, F::LastName].into_iter().filter_map(read).collect();
    let name = if apart.is_empty() { said(F::FullName) } else { Some(apart.join(" ")) };
    match (name, said(F::BirthDate)) {
        (Some(name), Some(born)) => texts.show(&format!("{name}, born {born}")).into_value(),
        (Some(name), None) => texts.show(&name).into_value(),
        (None, _) => Value::None,
    }
}

fn decision(report: &Report, texts: &mut Texts<'_>) -> Dict {
    let (verdict, tone) = words::status(report.status);
    let declined = report.status == Status::Declined;
    let heading = if declined { "Why it was declined" } else { "Why it was approved" };
    let Some(decision) = &report.decision else {
        return dict! {
            "verdict" => verdict, "tone" => tone.as_str(), "by" => "Who decided is not recorded.", "note" => Value::None,
            "heading" => heading, "reasons" => Array::new(), "without-reasons" => "No reasons are recorded.",
            "found" => Array::new(),
        };
    };
    let at = words::time(decision.at);
    let score = decision.score.map(|(score, least)| {
        format!(" Score {}; {} or more was needed.", words::number(score), words::number(least))
    });
    let score = score.unwrap_or_default();
    let (by, note) = match &decision.by {
        By::Checks => (format!("Decided by the checks on {at}.{score}").into(), Value::None),
        By::Reviewer { name, note, .. } => {
            let by = texts.show(&format!("Decided by the reviewer {name} on {at}."));
            (by, note.as_deref().map(|note| texts.show(note)).into_value())
        }
    };
    let without: Str = match report.status {
        Status::Approved => "Every check that is needed was clear.".into(),
        _ => "The record gives no reasons.".into(),
    };
    let found = reasons(decision, texts);
    let (reasons, found) = match &decision.by {
        By::Checks => (found, Array::new()),
        // What the checks found is not why a reviewer decided.
        By::Reviewer { grounds, .. } => {
            let said = |grounds: &Grounds| {
                let label = words::label(grounds.as_str());
                dict! { "label" => label, "detail" => "This is what the reviewer said." }.into_value()
            };
            (grounds.iter().map(said).collect(), found)
        }
    };
    dict! {
        "verdict" => verdict,
        "tone" => tone.as_str(),
        "by" => by,
        "note" => note,
        "heading" => heading,
        "reasons" => reasons,
        "without-reasons" => without,
        "found" => found,
    }
}

/// Why the checks do not speak for an approval.
fn reasons(decision: &Decision, texts: &mut Texts<'_>) -> Array {
    let mut all = Array::new();
    for reason in decision.reasons.iter().take(MOST_REASONS) {
        let label = texts.show(&words::label(&reason.code.word()));
        all.push(dict! { "label" => label, "detail" => texts.show(&sentence(&reason.detail)) }.into_value());
    }
    if let Some(more) = decision.reasons.len().checked_sub(MOST_REASONS).filter(|more| *more > 0) {
        let detail = format!("They are in the record of the verification, {more} in all.");
        all.push(dict! { "label" => "Further reasons", "detail" => detail }.into_value());
    }
    all
}

/// With a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

fn about(report: &Report, texts: &mut Texts<'_>) -> Array {
    let document = report.document.as_ref().map(|document| {
        let kind = words::document(document.document_type);
        match &document.issuer {
            Some(issuer) => format!("{kind}, issued by {issuer}"),
            None => kind,
        }
    });
    let lines = [
        ("Organization", Some(report.organization.clone())),
        ("Verification", Some(report.verification.to_string())),
        ("Reference of the organization", report.user_id.clone()),
        ("Document", document),
        ("Created", Some(words::time(report.created_at))),
        ("Handed in", report.handed_in_at.map(words::time)),
        ("Completed", report.completed_at.map(words::time)),
    ];
    let mut about = Array::new();
    for (label, value) in lines {
        if let Some(value) = value {
            about.push(dict! { "label" => label, "value" => texts.show(&value) }.into_value());
        }
    }
    about
}

fn fact(fact: &Fact, texts: &mut Texts<'_>) -> Dict {
    let (result, tone) = words::agreement(fact.agreement);
    let read: Array = fact
        .read
        .iter()
        .take(MOST_REASONS)
        .map(|read| {
            let source = format!("{}, {}", words::source(read.source), words::side(read.side));
            dict! { "value" => texts.show(&read.value), "source" => source }.into_value()
        })
        .collect();
    dict! {
        "label" => words::field(fact.name),
        "declared" => fact.declared.as_deref().map(|value| texts.show(value)),
        "read" => read,
        "result" => result,
        "tone" => tone.as_str(),
    }
}

/// How alike the faces are.
fn face(report: &Report, texts: &mut Texts<'_>) -> Dict {
    let found = report.findings.iter().find(|finding| finding.check == Check::FaceMatch);
    let Some(finding) = found else {
        let tone = words::Tone::Plain.as_str();
        return dict! { "result" => "Not compared.", "tone" => tone, "detail" => "The faces were not compared." };
    };
    let (result, tone) = match finding.outcome {
        Outcome::Clear => ("The faces are alike.", words::Tone::Good),
        Outcome::Fail => ("The faces are not alike.", words::Tone::Bad),
        Outcome::Consider => ("The faces may not be alike.", words::Tone::Look),
        Outcome::NotAssessed => ("Not compared.", words::Tone::Plain),
    };
    let detail = match finding.score.zip(finding.threshold) {
        Some((score, least)) => {
            let (score, least) = (words::number(score), words::number(least));
            format!("Similarity {score}; from {least} on they are taken for one person's.")
        }
        None => finding.reasons.iter().map(|reason| sentence(&reason.detail)).collect::<Vec<_>>().join(" "),
    };
    dict! { "result" => result, "tone" => tone.as_str(), "detail" => texts.show(&detail) }
}

fn picture(picture: &Picture) -> Value {
    let name = words::picture(picture.kind);
    let at = words::time(picture.given_at);
    dict! {
        "jpeg" => Bytes::new(picture.jpeg.clone()),
        "alt" => name,
        "caption" => format!("{name}, given on {at}"),
        // How wide it is for its height.
        "shape" => f64::from(picture.width) / f64::from(picture.height.max(1)),
    }
    .into_value()
}

fn check(finding: &Finding, texts: &mut Texts<'_>) -> Dict {
    let (result, tone) = words::outcome(finding.outcome);
    let mut label = words::check(finding.check);
    if let Some(side) = finding.side {
        label = format!("{label}, {}", words::side(side));
    }
    let found: Array = finding
        .reasons
        .iter()
        .take(MOST_REASONS)
        .map(|reason| texts.show(&told(reason)).into_value())
        .collect();
    dict! {
        "label" => label,
        "result" => result,
        "tone" => tone.as_str(),
        "score" => finding.score.map(words::number).unwrap_or_default(),
        "needed" => finding.threshold.map(words::number).unwrap_or_default(),
        "found" => found,
    }
}

fn told(reason: &Reason) -> String {
    if reason.detail.trim().is_empty() {
        sentence(&words::label(&reason.code.word()))
    } else {
        sentence(&reason.detail)
    }
}
