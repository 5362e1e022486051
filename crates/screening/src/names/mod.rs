//! Names, and how similar two of them are.

pub mod compare;
pub mod ofac;
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
