//! What a careful officer would refuse is not approved, and who is honest is: every row of `docs/attacks.md` is gone
//! through over HTTP, with drawn documents and real faces. Each row has a server and an organization of its own.
//!
//! `UPDATE_DOCS=1 cargo test -p bonafide-vult --test it attacks::page` renews the page; `ATTACKS=word` goes through the
//! rows whose text has that word, and no others.

mod attempts {
    pub(super) mod conduct;
    pub(super) mod document;
    pub(super) mod face;
    pub(super) mod person;
}
mod honest {
    pub(super) mod people;
    pub(super) mod pictures;
}
mod cast;
mod page;
mod row;
mod walk;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use row::{Attempt, Ends, Faces, Go, Under, Variation};
use walk::{Seen, Walk};

/// By what is attacked, each group under its heading.
const ATTEMPTS: [(&str, &[Attempt]); 4] = [
    ("A face that is not there", attempts::face::ROWS),
    ("A document that is not theirs, not good, or none", attempts::document::ROWS),
    ("A person who says something else", attempts::person::ROWS),
    ("The way it is asked", attempts::conduct::ROWS),
];
const VARIATIONS: [(&str, &[Variation]); 2] = [
    ("The same papers, other pictures", honest::pictures::ROWS),
    ("Other papers, other ways", honest::people::ROWS),
];

/// The least share of the honest who have to be approved.
const LEAST: f64 = 0.95;

fn attempts(faces: Faces) -> Vec<&'static Attempt> {
    let all = ATTEMPTS.iter().flat_map(|(_, rows)| rows.iter());
    all.filter(|row| row.faces == faces && asked_for(row.attempt)).collect()
}

fn variations(faces: Faces) -> Vec<&'static Variation> {
    let all = VARIATIONS.iter().flat_map(|(_, rows)| rows.iter());
    all.filter(|row| row.faces == faces && asked_for(row.variation)).collect()
}

fn asked_for(text: &str) -> bool {
    std::env::var("ATTACKS").map_or(true, |word| text.contains(&word))
}

/// Goes through every row, as many at a time as there are processors, and says how each ended.
fn go_through(rows: Vec<(Go, Faces, Under)>) -> Vec<Result<Seen, String>> {
    let next = AtomicUsize::new(0);
    let ended: Mutex<Vec<(usize, Result<Seen, String>)>> = Mutex::new(vec![]);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            let Some((go, faces, under)) = rows.get(at) else { break };
            let row = || {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
                runtime.unwrap().block_on(async {
                    let walk = Walk::start(*faces, *under).await;
                    go(&walk).await
                })
            };
            let begin = Instant::now();
            let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(row));
            match &seen {
                Ok(seen) => println!(
                    "{:5.1} s  row {at}: {} {:?}",
                    begin.elapsed().as_secs_f32(),
                    seen.ends,
                    seen.because
                ),
                Err(_) => println!("{:5.1} s  row {at}: it stopped", begin.elapsed().as_secs_f32()),
            }
            let seen = seen.map_err(|panic| match panic.downcast::<String>() {
                Ok(text) => *text,
                Err(_) => "it stopped".to_owned(),
            });
            ended.lock().unwrap().push((at, seen));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut ended = ended.into_inner().unwrap();
    ended.sort_by_key(|(at, _)| *at);
    ended.into_iter().map(|(_, seen)| seen).collect()
}

fn none_is_approved(faces: Faces) {
    let rows = attempts(faces);
    let seen = go_through(rows.iter().map(|row| (row.go, row.faces, row.under)).collect());
    let mut wrong = vec![];
    for (row, seen) in rows.iter().zip(seen) {
        let as_told = |seen: &Seen| {
            seen.ends == row.ends
                && row.because.iter().all(|code| seen.because.iter().any(|told| told == code))
        };
        match &seen {
            Ok(seen) if as_told(seen) => {
                println!("ok     {} — {}: {:?}", row.attempt, seen.ends, seen.because)
            }
            Ok(seen) => {
                let told = format!("{} — {}: {:?}", row.attempt, seen.ends, seen.because);
                println!("WRONG  {told}");
                wrong.push(format!("{told}; the table says {}: {:?}", row.ends, row.because));
            }
            Err(panic) => {
                println!("WRONG  {} — {panic}", row.attempt);
                wrong.push(format!("{} — {panic}", row.attempt));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn the_honest_are_approved(faces: Faces) {
    let rows = variations(faces);
    let seen = go_through(rows.iter().map(|row| (row.go, row.faces, row.under)).collect());
    let mut wrong = vec![];
    for (row, seen) in rows.iter().zip(seen) {
        let told = match &seen {
            Ok(seen) => format!("{} — {}: {:?}", row.variation, seen.ends, seen.because),
            Err(panic) => format!("{} — {panic}", row.variation),
        };
        if seen.is_ok_and(|seen| seen.ends == row.ends) {
            println!("ok     {told}");
        } else {
            println!("WRONG  {told}");
            wrong.push(told);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn no_attempt_is_approved() {
    none_is_approved(Faces::Sample);
}

#[test]
#[ignore = "needs real data: faces_london, faces/count_compreface"]
fn no_attempt_is_approved_among_several_people() {
    none_is_approved(Faces::Volunteers);
}

#[test]
fn honest_people_are_approved() {
    the_honest_are_approved(Faces::Sample);
}

#[test]
#[ignore = "needs real data: faces_london, faces/count_compreface"]
fn honest_people_are_approved_among_several_people() {
    the_honest_are_approved(Faces::Volunteers);
}

/// What the tests above hold to: of the attempts none, of the honest enough.
#[test]
fn the_tables_are_long_enough_and_the_share_is_high_enough() {
    let attempts: Vec<&Attempt> = ATTEMPTS.iter().flat_map(|(_, rows)| rows.iter()).collect();
    assert!(attempts.len() >= 40, "{}", attempts.len());
    assert!(attempts.iter().all(|row| row.ends != Ends::Approved && !row.because.is_empty()));
    let honest: Vec<&Variation> = VARIATIONS.iter().flat_map(|(_, rows)| rows.iter()).collect();
    let approved = honest.iter().filter(|row| row.ends == Ends::Approved).count();
    assert!(
        honest.len() >= 40 && approved as f64 / honest.len() as f64 >= LEAST,
        "{approved} of {}",
        honest.len()
    );
}
