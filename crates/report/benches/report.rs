//! How long a report takes: `cargo bench -p bonafide-report`.

#[path = "../src/sample.rs"]
#[expect(dead_code, reason = "the tests' sample")]
mod sample;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 100)]
fn declined(bencher: divan::Bencher<'_, '_>) {
    bencher.with_inputs(sample::declined).bench_values(|report| bonafide_report::render(&report));
}
