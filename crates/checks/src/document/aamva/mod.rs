//! Driver's licence and identification card data of North America: the AAMVA DL/ID card design standard,
//! all its versions (1 of 2000 to 11 of 2025), the forms older than it, and its magnetic stripe.
//!
//! Issuers print what the standard never said: lost separators, missing designators, dates in the other
//! country's order. What can be read without guessing is read; what cannot is left out.

mod elements;
mod issuers;
mod licence;
mod magstripe;
mod values;

pub use issuers::{Issuer, issuer};
pub use licence::{Licence, ParseError};

/// The longest text looked at, in bytes. A PDF417 symbol holds at most 1,850 characters.
const MAX_PAYLOAD: usize = 16 << 10;

/// Parses the decoded text of a barcode or of a magnetic stripe.
///
/// # Errors
/// When the text has neither an AAMVA header, enough data elements to be sure, nor the three tracks' form.
pub fn parse(payload: &str) -> Result<Licence, ParseError> {
    let mut end = payload.len().min(MAX_PAYLOAD);
    while !payload.is_char_boundary(end) {
        end -= 1;
    }
    let payload = payload.get(..end).unwrap_or_default();
    magstripe::parse(payload).map_or_else(|| elements::parse(payload), Ok)
}

#[cfg(test)]
mod tests;
