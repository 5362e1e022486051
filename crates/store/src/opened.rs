//! Whose personal data was opened for a request: every sealed value and picture passes here, so that whoever answers can write
//! down what was read without asking each use case.

use std::{cell::RefCell, collections::HashSet};

use crate::crypto::Object;

tokio::task_local! {
    static OPENED: RefCell<Opened>;
}

/// What was opened, each once, the first first.
#[derive(Debug, Default)]
struct Opened {
    names: Vec<String>,
    known: HashSet<String>,
}

/// Does something, and says whose personal data it opened, as `verification:01h…`: each once, the first first. What it has
/// other tasks do is not among them.
pub async fn watch<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    let both = async {
        let done = work.await;
        (done, OPENED.with(RefCell::take).names)
    };
    OPENED.scope(RefCell::default(), both).await
}

/// What was opened so far was written down.
pub fn told() {
    // Where nobody watches there is nothing to forget.
    let _ = OPENED.try_with(RefCell::take);
}

pub(crate) fn note(object: Object) {
    let _ = OPENED.try_with(|opened| {
        let Some(name) = name(object) else { return };
        let mut opened = opened.borrow_mut();
        if opened.known.insert(name.clone()) {
            opened.names.push(name);
        }
    });
}

/// `None` for what is no person's, and for parts that are read with the whole alone.
fn name(object: Object) -> Option<String> {
    Some(match object {
        Object::Verification(id) | Object::Step(id, _) => format!("verification:{id}"),
        Object::Applicant(id) => format!("applicant:{id}"),
        Object::Picture(id) => format!("picture:{id}"),
        Object::Client(id) | Object::ClientMetadata(id) => format!("client:{id}"),
        Object::Aml(id) => format!("aml:{id}"),
        Object::Attempt(id) => format!("attempt:{id}"),
        Object::Share(id) => format!("share:{id}"),
        Object::Blocked(id) => format!("blocked:{id}"),
        Object::Screening(id) => format!("screening:{id}"),
        Object::Review(id) => format!("review:{id}"),
        Object::Dismissal(_) | Object::Evidence(_) | Object::Feature(_) => return None,
        Object::Webhook(_) | Object::WebhookSecret(_) | Object::SigningKey(_) | Object::Answer(_) => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use bonafide_core::{
        id::{Id, VerificationId},
        time::Timestamp,
    };
    use bonafide_testkit::world::SeededEntropy;

    use super::*;

    #[tokio::test]
    async fn each_is_named_once_and_nobody_else_s() {
        let entropy = SeededEntropy::new(1);
        let (a, b): (VerificationId, VerificationId) =
            (Id::new(Timestamp(0), &entropy), Id::new(Timestamp(0), &entropy));
        let open = async |ids: &[VerificationId]| {
            for id in ids {
                note(Object::Verification(*id));
                tokio::task::yield_now().await;
            }
        };
        // Where nobody watches.
        open(&[a]).await;
        let (first, second) = ([a, b, a], [b]);
        let (one, two) = tokio::join!(watch(open(&first)), watch(open(&second)));
        assert_eq!(one.1, [format!("verification:{a}"), format!("verification:{b}")]);
        assert_eq!(two.1, [format!("verification:{b}")]);
        let (_, left) = watch(async {
            open(&[a]).await;
            told();
            open(&[b]).await;
        })
        .await;
        assert_eq!(left, [format!("verification:{b}")]);
    }
}
