//! Names, and how alike two of them are.

pub mod compare;
pub mod token;
mod word;
mod words;

pub use compare::{Comparison, Pair, Rarity, compare};
pub use token::{Kind, Name, Token, TokenKind};
