//! What it costs that pictures are looked at by children: `cargo bench -p bonafide --bench processes` looks at the sample person
//! in this process and in children, in turn, and prints times and memory.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bonafide_core::{document::DocumentType, policy::Policy, weights::Weights};
use bonafide_inspect::{
    Inspector, Setup,
    jobs::{Admit, Admitted, File, Frame, JudgeCapture, MatchFaces, Networks, Page, ReadDocument},
};
use bonafide_testkit::data::sample;

const ROUNDS: usize = 15;
const STEPS: [&str; 5] = ["admit document", "admit selfie", "read document", "match faces", "judge capture"];

#[tokio::main]
async fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let options = bonafide_models::Options { concurrency: 1, ..Default::default() };
    let plan = bonafide_models::plan(&options);
    let children = Inspector::processes(Setup {
        program: env!("CARGO_BIN_EXE_bonafide").into(),
        children: 2,
        networks: serde_json::to_string(&plan).unwrap(),
        readable: plan.unwrap().places(),
        memory_mib: 4096,
        picture_timeout: Duration::from_secs(60),
        check_timeout: Duration::from_secs(120),
    });
    let start = Instant::now();
    children.ask(0, Networks).await.unwrap();
    println!("a child with all networks is ready after {:.0} ms", ms(start.elapsed()));
    let start = Instant::now();
    let front = admit(&children, "passport.jpg", true).await;
    println!("a child that decodes has taken its first picture after {:.0} ms", ms(start.elapsed()));
    let memory = |what: &str| {
        let own = std::process::id();
        println!("memory {what}: this process {} MiB", resident(own) >> 20);
        for child in children_of(own) {
            println!("  child {} MiB", resident(child) >> 20);
        }
    };
    memory("before any network is loaded here");

    let here = Inspector::here(Arc::new(bonafide_models::load(&options)));
    here.ask(0, Networks).await.unwrap();
    let mut times: [Vec<[f64; STEPS.len()]>; 2] = [vec![], vec![]];
    let mut processor = [0.0; 2];
    for round in 0..=ROUNDS {
        for (way, inspector) in [&here, &children].into_iter().enumerate() {
            let before = on_processor();
            let taken = person(inspector).await;
            // The first is to warm up.
            if round > 0 {
                processor[way] += (on_processor() - before) / ROUNDS as f64;
                times[way].push(taken);
            }
        }
    }
    memory("after looking at people in both");
    println!("{:<16} {:>10} {:>14} {:>8}", "ms, median", "here", "in a child", "more");
    let [a, b] = &times;
    for (step, name) in STEPS.iter().enumerate() {
        let [here, child] = [a, b].map(|t| median(t.iter().map(|t| t[step]).collect()));
        println!("{name:<16} {here:>10.1} {child:>14.1} {:>7.1}%", (child / here - 1.0) * 100.0);
    }
    let [here, child] = [a, b].map(|t| median(t.iter().map(|t| t.iter().sum()).collect()));
    println!("{:<16} {here:>10.1} {child:>14.1} {:>7.1}%", "whole person", (child / here - 1.0) * 100.0);
    let [here, child] = processor;
    println!("{:<16} {here:>10.1} {child:>14.1} {:>7.1}%", "on a processor", (child / here - 1.0) * 100.0);
    println!("{ROUNDS} rounds; the front of the document has {} bytes", front.jpeg.len());
}

async fn admit(inspector: &Inspector, name: &str, examine: bool) -> Admitted {
    let file = File(std::fs::read(sample(name)).unwrap());
    inspector.ask(1, Admit { file, examine }).await.unwrap().unwrap()
}

/// What each step took.
async fn person(inspector: &Inspector) -> [f64; STEPS.len()] {
    let weights = Weights::default();
    let today = "2026-06-01".parse().unwrap();
    let mut taken = [0.0; STEPS.len()];
    let mut start = Instant::now();
    let mut lap = |step: usize| {
        taken[step] = ms(start.elapsed());
        start = Instant::now();
    };
    let front = admit(inspector, "passport.jpg", true).await;
    lap(0);
    let selfie = admit(inspector, "selfie.jpg", false).await;
    lap(1);
    let read = ReadDocument {
        front: Page { file: File(front.jpeg), traces: front.traces, text: vec![] },
        back: None,
        declared: DocumentType::Unknown,
        policy: Policy::default(),
        weights,
        today,
    };
    let read = inspector.ask(1, read).await.unwrap().unwrap();
    lap(2);
    let faces = MatchFaces {
        portrait: read.portrait.map(|portrait| File(portrait.jpeg)),
        selfie: File(selfie.jpeg.clone()),
        frames: vec![],
        reading: Some(read.reading),
        weights,
        today,
    };
    let (findings, face) = inspector.ask(1, faces).await.unwrap().unwrap();
    assert!(face.is_some(), "{findings:?}");
    lap(3);
    let frames = vec![Frame { file: File(selfie.jpeg), step: None, at_ms: None }];
    let judged = inspector.ask(1, JudgeCapture { frames, challenge: None, weights }).await.unwrap();
    assert!(judged.is_ok());
    lap(4);
    taken
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Milliseconds that this process and its children computed: what else goes on does not count. Ticks are 10 ms.
fn on_processor() -> f64 {
    let own = std::process::id();
    let of = |pid: u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let after = text.rsplit_once(')').map_or("", |(_, after)| after);
        let fields = after.split_whitespace().skip(11).take(2);
        fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10.0
    };
    of(own) + children_of(own).into_iter().map(of).sum::<f64>()
}

fn status(pid: u32, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    text.lines().find(|line| line.starts_with(name))?.split_whitespace().nth(1)?.parse().ok()
}

fn resident(pid: u32) -> u64 {
    status(pid, "VmRSS:").unwrap_or_default() * 1024
}

fn children_of(parent: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| status(*pid, "PPid:") == Some(parent.into())).collect()
}
