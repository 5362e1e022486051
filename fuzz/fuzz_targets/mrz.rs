//! Lines of text as a machine readable zone: parsed as they stand, and repaired.
#![no_main]

use bonafide_checks::document::mrz::{self, Mrz};
use libfuzzer_sys::fuzz_target;

fn read(mrz: &Mrz) {
    let today = "2026-01-01".parse().expect("a date");
    for (_, value, _) in mrz.fields(today) {
        assert!(!value.contains('<'), "a filler in a value");
    }
    assert_eq!(mrz.valid(), mrz.checks().iter().all(|c| c.holds));
    assert!(mrz.lines().iter().all(|l| l.len() == mrz.format().width()));
    let _ = (mrz.document_type(), mrz.issuer());
}

fuzz_target!(|text: &str| {
    let lines: Vec<&str> = text.lines().take(4).collect();
    if let Ok(mrz) = mrz::parse(&lines) {
        read(&mrz);
    }
    if let Some(repaired) = mrz::repair(&lines) {
        read(&repaired.mrz);
    }
});
