//! What comes of a comparison.

use crate::reason::Code;

/// The outcome of one comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agreement {
    /// 1: the same; 0: nothing in common.
    pub score: f64,
    /// What was forgiven or what differs, in the order it was met, each once.
    pub notes: Vec<Note>,
}

/// What stands between two ways to write the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Note {
    /// The words stand in another order.
    Order,
    /// Letters with marks are written by ICAO 9303-3's table on one side.
    Transliterated,
    /// A word or a number is cut short on one side.
    Truncated,
    /// An initial stands for a name.
    Initial,
    /// A short form or another form of the same name.
    Nickname,
    /// One side has words the other lacks.
    MissingPart,
    /// Joined on one side, apart or hyphenated on the other.
    Joined,
    /// A particle, a title or a generation (`van`, `Dr`, `Jr`) stands on one side only.
    Particle,
    /// Characters that are misread for each other.
    Misread,
    /// Abbreviated on one side.
    Abbreviated,
    /// The house number differs.
    HouseNumber,
    /// The postal code differs.
    PostalCode,
    /// Day and month are exchanged.
    DayMonth,
    /// Letters or digits differ.
    Differs,
}

impl Note {
    /// For programs.
    pub const fn code(self) -> Code {
        match self {
            Self::Order => Code::OtherOrder,
            Self::Transliterated => Code::Transliterated,
            Self::Truncated => Code::Truncated,
            Self::Initial => Code::Initial,
            Self::Nickname => Code::Nickname,
            Self::MissingPart => Code::PartMissing,
            Self::Joined => Code::Joined,
            Self::Particle => Code::Particle,
            Self::Misread => Code::MisreadCharacters,
            Self::Abbreviated => Code::Abbreviated,
            Self::HouseNumber => Code::HouseNumberDiffers,
            Self::PostalCode => Code::PostalCodeDiffers,
            Self::DayMonth => Code::DayAndMonthExchanged,
            Self::Differs => Code::CharactersDiffer,
        }
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Order => "the words stand in another order",
            Self::Transliterated => "letters with marks are transliterated",
            Self::Truncated => "one side is cut short",
            Self::Initial => "an initial stands for a name",
            Self::Nickname => "a short form of a name is used",
            Self::MissingPart => "one side has a part that the other lacks",
            Self::Joined => "words are joined on one side",
            Self::Particle => "a particle or title stands on one side only",
            Self::Misread => "characters that are easily misread for each other differ",
            Self::Abbreviated => "a word is abbreviated",
            Self::HouseNumber => "the house numbers differ",
            Self::PostalCode => "the postal codes differ",
            Self::DayMonth => "day and month are exchanged",
            Self::Differs => "letters or digits differ",
        }
    }
}

impl Agreement {
    pub(super) fn of(score: f64, notes: &[Note]) -> Self {
        Self { score: score.clamp(0.0, 1.0), notes: notes.to_vec() }
    }

    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
