//! Reading print: where lines of text are, and what they say.
//!
//! PP-OCR's two networks: one marks text pixels ([`detect()`]), one reads a line 48 pixels high
//! ([`Recogniser`]). Both exist in two sizes: the small ones settle most of what comes in, and what they are
//! not sure of goes to the others, which take several times as long. A third network tells which way up a
//! page is ([`upright_turns`]).

mod detect;
mod effort;
mod line;
mod orient;
mod recognise;

pub use detect::detect;
pub use effort::Effort;
pub use line::{Char, Line};
pub use orient::upright_turns;
pub(crate) use recognise::straighten;
pub use recognise::{LineReader, Recogniser};

/// Longer side of the picture that text is looked for in: enough for the small print of a card that fills
/// the picture, and bounded whatever comes in.
pub const LONG_SIDE: u32 = 960;
/// The same for the large print of a machine readable zone.
pub const ZONE_SIDE: u32 = 736;
