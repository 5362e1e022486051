//! A file as a PDF: its first page as a picture, and the text on it.
#![no_main]

use bonafide_checks::pdf::{pages, sides};
use libfuzzer_sys::fuzz_target;

/// A panic of the reader is caught and costs that file alone, as in the product; the hook of the fuzzer would end the process
/// before it can be caught.
fn let_the_reader_catch() {
    std::panic::set_hook(Box::new(|_| {}));
}

fuzz_target!(init: let_the_reader_catch(), |bytes: &[u8]| {
    for page in pages(bytes, 1).unwrap_or_default() {
        let (width, height) = page.picture.rgb.dimensions();
        assert!((64..=4_000).contains(&width) && (64..=4_000).contains(&height));
        assert!(page.text.iter().all(|line| !line.text.is_empty()));
        assert!((1..=2).contains(&sides(&page.picture.rgb).len()));
    }
});
