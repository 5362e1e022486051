//! All eleven steps of one person, looked at by the installed networks, from the link to the decision.

use bonafide_core::{
    finding::Check,
    step::{StepKind, StepState},
    verification::Status,
};
use bonafide_engine::verifications::NewVerification;
use serde_json::{Value, json};

use crate::{
    data,
    support::{App, Device, sample, step},
};

#[tokio::test(flavor = "multi_thread")]
async fn all_eleven_steps_of_one_person() {
    let app = App::looking().await;
    let new = NewVerification { steps: StepKind::ALL.to_vec(), ..NewVerification::default() };
    let session = app.created_with(new).await;
    let made = app.exchange(&app.link(session).await).await.ok();
    let device = Device { token: made["token"].as_str().unwrap().to_owned(), session };
    app.post(&device, "/capture/session/consent", json!({"given": true, "language": "fr"})).await.ok();
    let mut asked = vec![];
    // The device does what it is told is next.
    loop {
        let next = app.session(&device).await["next"].as_str().unwrap().to_owned();
        if next == "submit" {
            break;
        }
        assert!(!asked.contains(&next), "{next} is wanted twice");
        give(&app, &device, &next).await;
        asked.push(next);
    }
    assert_eq!(asked, StepKind::ALL.map(StepKind::as_str));
    assert_eq!(app.submit(&device).await.ok()["outcome"], "done");
    let view = app.view(session).await;
    // A mayor in the family, a private company: somebody looks. The documents and the face are in order.
    assert_eq!(view.status, Status::ReviewRequired, "{:#?}", view.findings);
    for check in [Check::IsIdentityDocument, Check::FaceMatch, Check::PassiveLiveness] {
        assert_eq!(view.passed(check), Some(true), "{check:?} of {:#?}", view.findings);
    }
    for check in [Check::Declaration, Check::DeclaredRisk] {
        assert!(view.findings.iter().any(|f| f.check == check), "{check:?} of {:#?}", view.findings);
    }
    assert_eq!(view.steps.len(), StepKind::ALL.len());
    assert!(view.steps.iter().all(|step| step.state == StepState::Submitted), "{:?}", view.steps);
    assert!(view.steps.iter().all(|step| step.data.is_some() == step.kind.has_data()));
    let reading = view.private.as_ref().and_then(|private| private.reading.as_ref());
    assert!(reading.is_some(), "the document was read");
}

async fn give(app: &App, device: &Device, kind: &str) {
    let session: Value = match kind {
        "document" => {
            let said = [("document_type", "passport"), ("latitude", "45.5"), ("longitude", "-73.6")];
            app.picture(device, "document/front", &said, Some(&sample("passport.jpg"))).await.ok()
        }
        "biometric_face" => app.face(device).await.ok(),
        "contact" => {
            let to = json!({"channel": "email", "to": "raphael@example.com"});
            app.post(device, "/capture/steps/contact/code", to).await.ok();
            let confirm = json!({"channel": "email", "code": app.code()});
            app.post(device, "/capture/steps/contact/code/confirm", confirm).await.ok();
            app.put(device, kind, data::contact()).await.ok()
        }
        "estate" => {
            for paper in ["death_certificate", "proof_of_authority"] {
                let picture = sample("card_front.jpg");
                app.picture(device, &format!("estate/{paper}"), &[], Some(&picture)).await.ok();
            }
            app.put(device, kind, data::estate()).await.ok()
        }
        kind => {
            let said = data::all().into_iter().find(|(of, _)| *of == kind).unwrap().1;
            app.put(device, kind, said).await.ok()
        }
    };
    assert_ne!(step(&session, kind)["state"], "pending", "{session:#}");
}
