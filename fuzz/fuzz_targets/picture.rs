//! A file as a picture: the gate that every upload passes.
#![no_main]

use bonafide_checks::image::{decode, encode_jpeg};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
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
