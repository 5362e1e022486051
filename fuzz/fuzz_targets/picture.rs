//! A file as a picture: the gate that every upload passes.
#![no_main]

use bonafide_checks::image::{decode, encode_jpeg};
use libfuzzer_sys::fuzz_target;

/// A panic inside a decoder is caught by the gate and costs that picture alone, as in the product; the hook of
/// the fuzzer would end the process before it can be caught. One that the gate lets through still ends it.
fn let_the_gate_catch() {
    std::panic::set_hook(Box::new(|_| {}));
}

fuzz_target!(init: let_the_gate_catch(), |bytes: &[u8]| {
    if let Ok(picture) = decode(bytes) {
        let (width, height) = picture.rgb.dimensions();
        assert!(width > 0 && height > 0);
        assert!(u64::from(width) * u64::from(height) <= 50_000_000);
        // Large ones are slow to encode and teach nothing new.
        if width * height < 10_000 {
            let _ = encode_jpeg(&picture.rgb, 80);
        }
    }
});
