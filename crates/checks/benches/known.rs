//! How long the search for one face among many takes, on one thread: `cargo bench -p bonafide-checks --bench known`.

#![allow(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use bonafide_checks::face::embed::{Embedding, NetworkId};
use divan::Bencher;

fn main() {
    divan::main();
}

/// A template of both networks from a seed.
fn template(seed: u64) -> Embedding {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut value = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let values: Vec<f32> = (0..256).map(|_| value()).collect();
    let (first, second) = values.split_at(128);
    let first = Embedding::new(NetworkId::of(&"a".repeat(64)), first).unwrap();
    first.with_second(NetworkId::of(&"b".repeat(64)), second).unwrap()
}

/// Every template of an organization is compared: nothing is missed that an index would overlook.
#[divan::bench(args = [10_000, 100_000], sample_count = 20)]
fn search_among(bencher: Bencher<'_, '_>, known: u64) {
    let all: Vec<Embedding> = (1..=known).map(template).collect();
    let asked = template(0x5eed);
    bencher.bench(|| {
        all.iter().filter(|other| black_box(asked.compare(other)).is_some_and(|s| s.cosine > 0.99)).count()
    });
}
