//! The text of a barcode as a licence.
#![no_main]

use bonafide_checks::document::aamva;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(licence) = aamva::parse(text) {
        for (_, value) in licence.fields() {
            assert!(value.len() <= text.len() + 64, "a value longer than its source");
        }
    }
});
