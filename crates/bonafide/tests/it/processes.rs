//! Pictures are looked at by children of the server: what becomes of their work when they are killed or hang, what they can do,
//! and when they end. They are killed and halted by their number; no picture here is made to break anything.
#![cfg(target_os = "linux")]

use std::{
    collections::BTreeSet,
    net::{TcpListener, UdpSocket},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bonafide_core::{document::DocumentType, policy::Policy, weights::Weights};
use bonafide_inspect::{
    Failed, Inspector, Setup,
    jobs::{Admit, Attempt, BreakOut, DocumentRead, File, Networks, Page, ReadDocument},
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{BINARY, Client, Installation, Server, sample};

/// Children of this test process, told apart from those of other tests by their limit of memory.
struct House {
    inspector: Inspector,
    memory_mib: u64,
}

impl House {
    fn new(memory_mib: u64, children: usize, picture_timeout: u64) -> Self {
        let plan = bonafide_models::plan(&bonafide_models::Options { concurrency: 1, ..Default::default() });
        let inspector = Inspector::processes(Setup {
            program: BINARY.into(),
            children,
            networks: serde_json::to_string(&plan).unwrap(),
            readable: plan.unwrap().places(),
            memory_mib,
            picture_timeout: Duration::from_secs(picture_timeout),
            check_timeout: Duration::from_secs(300),
        });
        Self { inspector, memory_mib }
    }

    fn children(&self) -> BTreeSet<u32> {
        let own = format!("--memory-mib\0{}\0", self.memory_mib);
        let cmdline = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        children_of(std::process::id()).into_iter().filter(|pid| cmdline(*pid).ends_with(&own)).collect()
    }
}

/// The processes that look at pictures for another.
pub fn children_of(parent: u32) -> BTreeSet<u32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |pid: &u32| stat(*pid).is_some_and(|(state, of)| of == parent && state != 'Z');
    pids.filter(is_child).collect()
}

/// The state of a process, and whose child it is.
fn stat(pid: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// Whether a child is ready (it has a thread that listens) and computes.
fn works(pid: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    threads > 1 && stat(pid).is_some_and(|(state, _)| state == 'R')
}

fn signal(signal: Signal, pid: u32) {
    let pid = Pid::from_raw(pid.try_into().unwrap()).unwrap();
    // It may have ended in this moment.
    let _ = kill_process(pid, signal);
}

/// Does this to whoever of these works, at most so many times.
struct Hunter {
    stop: Arc<AtomicBool>,
    hunting: Option<std::thread::JoinHandle<BTreeSet<u32>>>,
}

impl Hunter {
    fn start(sent: Signal, most: usize, children: impl Fn() -> BTreeSet<u32> + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let hunting = std::thread::spawn(move || {
            let mut hit = BTreeSet::new();
            while !told.load(Ordering::Relaxed) && hit.len() < most {
                for pid in children() {
                    if works(pid) && hit.len() < most && hit.insert(pid) {
                        signal(sent, pid);
                    }
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            hit
        });
        Self { stop, hunting: Some(hunting) }
    }

    fn end(mut self) -> BTreeSet<u32> {
        self.stop.store(true, Ordering::Relaxed);
        self.hunting.take().unwrap().join().unwrap()
    }
}

fn passport() -> File {
    File(std::fs::read(sample("passport.jpg")).unwrap())
}

fn admit() -> Admit {
    Admit { file: passport(), examine: true }
}

fn reading() -> ReadDocument {
    ReadDocument {
        front: Page { file: passport(), traces: None, text: vec![] },
        back: None,
        declared: DocumentType::Unknown,
        policy: Policy::default(),
        weights: Weights::default(),
        today: "2026-06-01".parse().unwrap(),
    }
}

fn surname(read: &DocumentRead) -> String {
    read.reading.get(bonafide_core::document::FieldName::LastName).unwrap().value.clone()
}

/// Until it is so, or for a minute.
async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..1200 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_08_a_child_that_is_killed_while_it_works_costs_its_job_nothing() {
    let house = House::new(4101, 1, 60);
    // The same as without children.
    let here = Inspector::here(Arc::new(bonafide_models::load(&bonafide_models::Options::default())));
    let expected = here.ask(1, reading()).await.unwrap().unwrap();
    house.inspector.ask(1, Networks).await.unwrap();
    let before = house.children();
    assert_eq!(before.len(), 1);

    let memory_mib = house.memory_mib;
    let inspector = house.inspector.clone();
    let hunter = Hunter::start(Signal::KILL, 1, {
        let house = House { inspector, memory_mib };
        move || house.children()
    });
    let read = house.inspector.ask(1, reading()).await.unwrap().unwrap();
    assert_eq!(hunter.end(), before, "the one that worked was killed");
    assert_eq!(surname(&read), surname(&expected));
    assert_eq!(read.reading, expected.reading);
    let after = house.children();
    assert!(after.len() == 1 && after.is_disjoint(&before), "a fresh one did it");
    // One that dies while it has nothing to do costs nothing either, and not the second try of a job.
    signal(Signal::KILL, *after.first().unwrap());
    assert_eq!(surname(&house.inspector.ask(1, reading()).await.unwrap().unwrap()), surname(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_08_a_child_that_hangs_is_ended_and_its_job_given_up_after_another() {
    let house = House::new(4102, 1, 15);
    let (inspector, memory_mib) = (house.inspector.clone(), house.memory_mib);
    let hunter = Hunter::start(Signal::STOP, usize::MAX, {
        let house = House { inspector, memory_mib };
        move || house.children()
    });
    let hung = house.inspector.ask(1, admit()).await;
    let halted = hunter.end();
    assert_eq!(hung.err(), Some(Failed::TimedOut(Duration::from_secs(15))));
    assert_eq!(halted.len(), 2, "it was tried in two");
    assert!(house.children().is_disjoint(&halted), "both are gone");
    let taken = house.inspector.ask(1, admit()).await.unwrap();
    assert!(taken.is_ok_and(|taken| taken.width > 0), "the next is taken in");
}

/// Nobody who sends one waits for all of somebody who sends many.
#[tokio::test(flavor = "multi_thread")]
async fn many_pictures_at_once_leave_others_their_turn() {
    let house = House::new(4103, 2, 60);
    let order: Arc<Mutex<Vec<u128>>> = Arc::default();
    let ask = |whose: u128| {
        let (inspector, order) = (house.inspector.clone(), order.clone());
        tokio::spawn(async move {
            let taken = inspector.ask(whose, Admit { file: passport(), examine: false }).await;
            assert!(taken.unwrap().is_ok());
            order.lock().unwrap().push(whose);
        })
    };
    let mut all: Vec<_> = (0..24).map(|_| ask(1)).collect();
    all.push(ask(2));
    for one in all {
        one.await.unwrap();
    }
    let order = order.lock().unwrap();
    let place = order.iter().position(|who| *who == 2).unwrap();
    assert!(order.len() == 25 && place < 12, "{order:?}");
    assert!(house.children().len() <= 2, "no more than there may be");
}

#[tokio::test(flavor = "multi_thread")]
async fn requirement_08_a_child_can_do_nothing_but_compute() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "hush").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let attempt = || BreakOut { file: file.clone(), address: listener.local_addr().unwrap() };
    // The same attempt succeeds where nothing stops it.
    let here = Inspector::here(Arc::default()).ask(1, attempt()).await.unwrap();
    assert_eq!(here.not_stopped().len(), 5, "{here:?}");

    let house = House::new(4104, 1, 60);
    let tried = house.inspector.ask(1, attempt()).await.unwrap();
    let confined = house.inspector.confined().unwrap();
    assert!(confined.resources);
    // The kernel is asked, and not the child: a filter of ours that is refused is no kernel without filters.
    let offers = |file: &str, what: &str| std::fs::read_to_string(file).is_ok_and(|all| all.contains(what));
    assert_eq!(
        confined.calls,
        offers("/proc/self/status", "\nSeccomp:"),
        "seccomp is there and does not hold"
    );
    if offers("/sys/kernel/security/lsm", "landlock") {
        assert!(confined.files, "Landlock is there and does not hold");
    }
    if confined.calls {
        for (what, tried) in [("connect", tried.connect), ("send", tried.send), ("start", tried.start)] {
            assert_eq!(tried, Attempt::Stopped, "{what}");
        }
    } else {
        eprintln!("NOT ASSESSED: this kernel has no seccomp");
    }
    if confined.files {
        for (what, tried) in [("read", tried.read), ("write", tried.write)] {
            assert_eq!(tried, Attempt::Stopped, "{what}");
        }
    } else {
        eprintln!("NOT ASSESSED: this kernel has no Landlock");
    }
    // One that runs networks is held as well, and reads them all the same.
    let installed = house.inspector.ask(1, Networks).await.unwrap();
    assert!(installed.missing.is_empty(), "{:?}", installed.missing);
    assert_eq!(house.inspector.confined(), Some(confined));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_holds_no_secret_and_shows_nothing() {
    let installation = Installation::new(None);
    let server = installation.serve_with(&[("BONAFIDE_TEST_SECRET", "hush-hush")]);
    let client = Client::connect(&server, &installation).await;
    client.verified().await;
    let children = children_of(server.pid());
    assert!(children.len() >= 2, "one for pictures and one for checks: {children:?}");
    for pid in children {
        let read = |file: &str| std::fs::read(format!("/proc/{pid}/{file}")).unwrap();
        let text = |file: &str| String::from_utf8(read(file)).unwrap();
        assert_eq!(text("cmdline"), "bonafide\0worker\0--memory-mib\x004096\0");
        assert_eq!(text("oom_score_adj").trim(), "500");
        let limits = text("limits");
        for (name, most) in [
            ("Max address space", (4096u64 << 20).to_string()),
            ("Max core file size", "0".to_owned()),
            ("Max file size", "0".to_owned()),
        ] {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            assert!(line[name.len()..].split_whitespace().next() == Some(&most), "{line}");
        }
        let time = limits.lines().find_map(|line| line.strip_prefix("Max cpu time")).unwrap();
        assert!(time.split_whitespace().next().unwrap().parse::<u64>().is_ok(), "{time}");
        // The rest is for the same user to see only where the child lets it: it does not, but for the administrator.
        if let Ok(environment) = std::fs::read_to_string(format!("/proc/{pid}/environ")) {
            let names: Vec<&str> =
                environment.split('\0').filter_map(|v| Some(v.split_once('=')?.0)).collect();
            let known = ["ORT_DISABLE_TELEMETRY", "LD_LIBRARY_PATH"];
            assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        }
        if let Ok(open) = std::fs::read_dir(format!("/proc/{pid}/fd")) {
            let open: Vec<PathBuf> =
                open.flatten().filter_map(|fd| std::fs::read_link(fd.path()).ok()).collect();
            let harmless = |to: &PathBuf| {
                let to = to.display().to_string();
                to.starts_with("pipe:") || to == "/dev/null"
            };
            // What a test runner has open without closing it for others is a pipe too.
            assert!(open.iter().all(harmless) && open.len() >= 3, "{open:?}");
        }
    }
}

/// The real server: whoever works for it dies each time.
#[tokio::test(flavor = "multi_thread")]
async fn requirement_08_where_children_die_each_time_a_human_decides_and_the_server_goes_on() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    let session = created["session_id"].as_str().unwrap().to_owned();
    let handed_in = client.hand_in(&session).await;
    assert!(handed_in.is_ok());

    let pid = server.pid();
    let hunter = Hunter::start(Signal::KILL, usize::MAX, move || children_of(pid));
    let read = client.carry_on(&session).await.unwrap();
    let killed = hunter.end();
    assert!(killed.len() >= 4, "each check was tried in two: {killed:?}");
    assert_ne!(read["verified"], true, "{read:#}");
    assert_eq!(read["status_e"], "temporarily_complete", "{read:#}");
    assert!(read["history"].as_array().unwrap().iter().any(|e| e["event"] == "review_required"), "{read:#}");
    let shown = api(&server, &installation, &format!("/console/verifications/{session}")).await;
    let findings = shown["findings"].as_array().unwrap_or_else(|| panic!("{shown:#}"));
    let of = |check: &str| findings.iter().find(|f| f["check"] == check).unwrap_or(&Value::Null);
    for check in ["document_readable", "passive_liveness"] {
        let finding = of(check);
        assert_eq!(finding["outcome"], "not_assessed", "{check}: {findings:#?}");
        assert!(finding.to_string().contains("check_failed"), "{finding}");
    }
    // Nobody else is any the worse for it.
    client.verified().await;
}

async fn api(server: &Server, installation: &Installation, path: &str) -> Value {
    #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
    let http = reqwest::Client::new();
    let request = http.get(format!("{}{path}", server.url)).header("X-Api-Key", &installation.api_key);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_whose_child_dies_is_refused_by_name() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    let session = created["session_id"].as_str().unwrap().to_owned();
    client.post("/idv/sdk/consent/add", json!({"session_id": session, "consented": true})).await.unwrap();
    let pid = server.pid();
    let hunter = Hunter::start(Signal::KILL, 2, move || children_of(pid));
    let (status, refused) = client.document(&session, "front", &sample("passport.jpg")).await.unwrap();
    assert_eq!(hunter.end().len(), 2);
    assert_eq!(status, 400, "{refused}");
    assert!(refused.to_string().contains("cannot be opened"), "{refused}");
    let (status, taken) = client.document(&session, "front", &sample("passport.jpg")).await.unwrap();
    assert!(status < 300, "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn children_end_with_their_server_however_it_ends() {
    let installation = Installation::new(None);
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    client.verified().await;
    let children = children_of(server.pid());
    assert!(!children.is_empty());
    signal(Signal::TERM, server.pid());
    server.wait();
    let gone = |children: &BTreeSet<u32>| children.iter().all(|pid| stat(*pid).is_none_or(|(s, _)| s == 'Z'));
    until("the children of a server that was stopped are gone", || gone(&children)).await;

    // In the middle of its work, without a chance to say anything.
    let server = installation.serve();
    let client = Client::connect(&server, &installation).await;
    let (_, created) = client.post("/idv/session/create", json!({})).await.unwrap();
    let session = created["session_id"].as_str().unwrap().to_owned();
    let walking = tokio::spawn(async move { client.carry_on(&session).await.is_ok() });
    let pid = server.pid();
    until("a child works", || children_of(pid).into_iter().any(works)).await;
    let children = children_of(pid);
    server.kill();
    until("the children of a server that was killed are gone", || gone(&children)).await;
    walking.await.unwrap();
}
