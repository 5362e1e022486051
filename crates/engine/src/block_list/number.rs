//! What a document number is recognised by, on the block list and among the submissions.

use bonafide_store::crypto::{self, SubjectKey};

use crate::base::error::Result;

/// The keyed hash of a number and the country that issued it, however they are written.
pub(crate) fn number_mark(own: &SubjectKey, country: &str, number: &str) -> Result<[u8; 32]> {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    };
    Ok(crypto::mark(own, &["number", &letters(country), &letters(number)])?)
}
