//! Whose personal data was opened for a request: every sealed value and picture passes here, so that whoever answers can write
//! down what was read without asking each use case.

use std::{cell::RefCell, collections::HashSet};

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

/// Notes that something of this name was opened.
pub(crate) fn note(name: impl FnOnce() -> Option<String>) {
    let _ = OPENED.try_with(|opened| {
        let Some(name) = name() else { return };
        let mut opened = opened.borrow_mut();
        if opened.known.insert(name.clone()) {
            opened.names.push(name);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_is_named_once_and_nobody_else_s() {
        let open = async |names: &[&str]| {
            for name in names {
                note(|| Some((*name).to_owned()));
                tokio::task::yield_now().await;
            }
        };
        // Where nobody watches.
        open(&["a"]).await;
        let (one, two) = tokio::join!(watch(open(&["a", "b", "a"])), watch(open(&["b"])));
        assert_eq!((one.1, two.1), (vec!["a".to_owned(), "b".to_owned()], vec!["b".to_owned()]));
        let (_, left) = watch(async {
            open(&["a"]).await;
            told();
            open(&["b"]).await;
        })
        .await;
        assert_eq!(left, ["b"]);
    }
}
