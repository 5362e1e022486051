//! Names, and how similar two of them are.

mod arabic;
pub mod compare;
pub mod ofac;
mod script;
pub mod token;
mod word;
mod words;

pub use compare::{Comparison, Pair, compare, score};
pub use token::{Kind, Name, Token, TokenKind};
pub use word::Likeness;
pub(crate) use words::nickname_groups;

/// The consonants of a word in normal form, by sound.
pub(crate) fn sound(word: &str) -> String {
    token::sound(word, false)
}

/// A word with letters of one sound as one.
pub(crate) fn fold(word: &str) -> String {
    token::fold(word)
}
