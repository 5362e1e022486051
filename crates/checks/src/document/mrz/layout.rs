//! Where everything stands in a machine readable zone: one table a format, from which parsing, check
//! digits and repair all work.

/// The formats of ICAO 9303 parts 4 to 7, and national ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Cards: three lines of 30.
    Td1,
    /// Larger cards and older identity documents: two lines of 36.
    Td2,
    /// Passports: two lines of 44.
    Td3,
    /// Visas of full page size: two lines of 44.
    MrvA,
    /// Visas of smaller size: two lines of 36.
    MrvB,
    /// The French national identity card issued until 2021: two lines of 36 with the surname in the first and the given
    /// names in the second.
    FrenchId,
    /// The internal passport of Russia: two lines of 44 without a date of expiry; digits stand for Cyrillic letters.
    RussianInternal,
    /// The French driving licence since 2013: one line of 30.
    FrenchLicence,
    /// The Dutch driving licence: one line of 30 (ISO/IEC 18013-3, annex B: input string of the chip's access protocol).
    DutchLicence,
    /// The Swiss driving licence: two lines of 30 without check digits, under a short one.
    SwissLicence,
}

/// What may stand at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Letters, digits, filler.
    Any,
    /// Letters and filler.
    Letter,
    /// Digits, and filler where a date is partly unknown or a check digit left out.
    Digit,
    /// `M`, `F`, `X` or filler.
    Sex,
    /// Nothing but filler.
    Filler,
}

impl Class {
    pub(crate) fn admits(self, c: u8) -> bool {
        match self {
            Self::Any => true,
            Self::Letter => c.is_ascii_uppercase() || c == b'<',
            Self::Digit => c.is_ascii_digit() || c == b'<',
            Self::Sex => matches!(c, b'M' | b'F' | b'X' | b'<'),
            Self::Filler => c == b'<',
        }
    }
}

/// Characters `start..end` of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span(pub(crate) usize, pub(crate) usize, pub(crate) usize);

/// What a check digit covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckKind {
    DocumentNumber,
    BirthDate,
    ExpiryDate,
    /// The optional data of a passport.
    OptionalData,
    /// Everything that matters, once more.
    Composite,
}

pub(crate) struct Check {
    pub(crate) kind: CheckKind,
    pub(crate) parts: &'static [Span],
    pub(crate) line: usize,
    pub(crate) at: usize,
}

pub(crate) struct Layout {
    pub(crate) number: Span,
    pub(crate) issuer: Span,
    pub(crate) nationality: Option<Span>,
    pub(crate) birth: Span,
    pub(crate) sex: Span,
    pub(crate) expiry: Option<Span>,
    pub(crate) optional: &'static [Span],
    pub(crate) names: Span,
    /// Runs of positions that are not [`Class::Any`].
    pub(crate) classes: &'static [(Span, Class)],
    pub(crate) checks: &'static [Check],
}

const fn check(kind: CheckKind, parts: &'static [Span], line: usize, at: usize) -> Check {
    Check { kind, parts, line, at }
}

use CheckKind::{BirthDate, Composite, DocumentNumber, ExpiryDate, OptionalData};

static TD1: Layout = Layout {
    number: Span(0, 5, 14),
    issuer: Span(0, 2, 5),
    nationality: Some(Span(1, 15, 18)),
    birth: Span(1, 0, 6),
    sex: Span(1, 7, 8),
    expiry: Some(Span(1, 8, 14)),
    optional: &[Span(0, 15, 30), Span(1, 18, 29)],
    names: Span(2, 0, 30),
    classes: &[
        (Span(0, 0, 1), Class::Letter),
        (Span(0, 2, 5), Class::Letter),
        (Span(0, 14, 15), Class::Digit),
        (Span(1, 0, 7), Class::Digit),
        (Span(1, 7, 8), Class::Sex),
        (Span(1, 8, 15), Class::Digit),
        (Span(1, 15, 18), Class::Letter),
        (Span(1, 29, 30), Class::Digit),
        (Span(2, 0, 30), Class::Letter),
    ],
    checks: &[
        check(DocumentNumber, &[Span(0, 5, 14)], 0, 14),
        check(BirthDate, &[Span(1, 0, 6)], 1, 6),
        check(ExpiryDate, &[Span(1, 8, 14)], 1, 14),
        check(Composite, &[Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)], 1, 29),
    ],
};

const fn two_lines(width: usize, optional_end: usize) -> Layout {
    Layout {
        number: Span(1, 0, 9),
        issuer: Span(0, 2, 5),
        nationality: Some(Span(1, 10, 13)),
        birth: Span(1, 13, 19),
        sex: Span(1, 20, 21),
        expiry: Some(Span(1, 21, 27)),
        optional: match optional_end {
            35 => &[Span(1, 28, 35)],
            36 => &[Span(1, 28, 36)],
            42 => &[Span(1, 28, 42)],
            _ => &[Span(1, 28, 44)],
        },
        names: Span(0, 5, width),
        classes: &[],
        checks: &[],
    }
}

macro_rules! two_line_classes {
    ($width:expr $(, $more:expr)*) => {
        &[
            (Span(0, 0, $width), Class::Letter),
            (Span(1, 9, 10), Class::Digit),
            (Span(1, 10, 13), Class::Letter),
            (Span(1, 13, 20), Class::Digit),
            (Span(1, 20, 21), Class::Sex),
            (Span(1, 21, 28), Class::Digit),
            $($more,)*
        ]
    };
}

macro_rules! two_line_checks {
    ($($more:expr),*) => {
        &[
            check(DocumentNumber, &[Span(1, 0, 9)], 1, 9),
            check(BirthDate, &[Span(1, 13, 19)], 1, 19),
            check(ExpiryDate, &[Span(1, 21, 27)], 1, 27),
            $($more,)*
        ]
    };
}

static TD2: Layout = Layout {
    classes: two_line_classes!(36, (Span(1, 35, 36), Class::Digit)),
    checks: two_line_checks!(check(Composite, &[Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)], 1, 35)),
    ..two_lines(36, 35)
};

static TD3: Layout = Layout {
    classes: two_line_classes!(44, (Span(1, 42, 44), Class::Digit)),
    checks: two_line_checks!(
        check(OptionalData, &[Span(1, 28, 42)], 1, 42),
        check(Composite, &[Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)], 1, 43)
    ),
    ..two_lines(44, 42)
};

static MRV_A: Layout =
    Layout { classes: two_line_classes!(44), checks: two_line_checks!(), ..two_lines(44, 44) };

static MRV_B: Layout =
    Layout { classes: two_line_classes!(36), checks: two_line_checks!(), ..two_lines(36, 36) };

static FRENCH_ID: Layout = Layout {
    number: Span(1, 0, 12),
    issuer: Span(0, 2, 5),
    nationality: None,
    birth: Span(1, 27, 33),
    sex: Span(1, 34, 35),
    expiry: None,
    optional: &[],
    names: Span(0, 5, 30),
    classes: &[
        (Span(0, 0, 30), Class::Letter),
        (Span(1, 0, 4), Class::Digit),
        (Span(1, 12, 13), Class::Digit),
        (Span(1, 13, 27), Class::Letter),
        (Span(1, 27, 34), Class::Digit),
        (Span(1, 34, 35), Class::Sex),
        (Span(1, 35, 36), Class::Digit),
    ],
    checks: &[
        check(DocumentNumber, &[Span(1, 0, 12)], 1, 12),
        check(BirthDate, &[Span(1, 27, 33)], 1, 33),
        check(Composite, &[Span(0, 0, 36), Span(1, 0, 35)], 1, 35),
    ],
};

/// What a zone does not have.
const NOWHERE: Span = Span(0, 0, 0);

/// As a passport, but for the expiry.
static RUSSIAN_INTERNAL: Layout = Layout {
    expiry: None,
    classes: &[
        (Span(0, 0, 5), Class::Letter),
        (Span(1, 0, 10), Class::Digit),
        (Span(1, 10, 13), Class::Letter),
        (Span(1, 13, 20), Class::Digit),
        (Span(1, 20, 21), Class::Sex),
        (Span(1, 21, 28), Class::Filler),
        (Span(1, 28, 44), Class::Digit),
    ],
    checks: &[
        check(DocumentNumber, &[Span(1, 0, 9)], 1, 9),
        check(BirthDate, &[Span(1, 13, 19)], 1, 19),
        check(OptionalData, &[Span(1, 28, 42)], 1, 42),
        check(Composite, &[Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)], 1, 43),
    ],
    ..two_lines(44, 42)
};

static FRENCH_LICENCE: Layout = Layout {
    number: Span(0, 5, 14),
    issuer: Span(0, 2, 5),
    nationality: None,
    birth: NOWHERE,
    sex: NOWHERE,
    expiry: Some(Span(0, 15, 21)),
    optional: &[],
    // The first eight letters of the surname.
    names: Span(0, 21, 29),
    classes: &[
        (Span(0, 0, 1), Class::Letter),
        (Span(0, 1, 2), Class::Digit),
        (Span(0, 2, 5), Class::Letter),
        (Span(0, 5, 7), Class::Digit),
        (Span(0, 7, 9), Class::Letter),
        (Span(0, 9, 21), Class::Digit),
        (Span(0, 21, 29), Class::Letter),
        (Span(0, 29, 30), Class::Digit),
    ],
    // Both begin with the first letter of the line.
    checks: &[check(DocumentNumber, &[Span(0, 0, 14)], 0, 14), check(Composite, &[Span(0, 0, 29)], 0, 29)],
};

static DUTCH_LICENCE: Layout = Layout {
    number: Span(0, 6, 16),
    names: NOWHERE,
    expiry: None,
    classes: &[
        (Span(0, 0, 1), Class::Letter),
        (Span(0, 1, 2), Class::Digit),
        (Span(0, 2, 5), Class::Letter),
        (Span(0, 5, 16), Class::Digit),
        (Span(0, 29, 30), Class::Digit),
    ],
    checks: &[check(Composite, &[Span(0, 0, 29)], 0, 29)],
    ..FRENCH_LICENCE
};

static SWISS_LICENCE: Layout = Layout {
    number: Span(0, 5, 14),
    birth: Span(0, 19, 25),
    expiry: None,
    names: Span(1, 0, 30),
    classes: &[
        (Span(0, 0, 5), Class::Letter),
        (Span(0, 5, 17), Class::Digit),
        (Span(0, 17, 19), Class::Filler),
        (Span(0, 19, 25), Class::Digit),
        (Span(0, 25, 30), Class::Filler),
        (Span(1, 0, 30), Class::Letter),
    ],
    checks: &[],
    ..FRENCH_LICENCE
};

impl Format {
    pub(crate) const ALL: [Self; 10] = [
        Self::Td3,
        Self::Td1,
        Self::Td2,
        Self::MrvA,
        Self::MrvB,
        Self::FrenchId,
        Self::RussianInternal,
        Self::FrenchLicence,
        Self::DutchLicence,
        Self::SwissLicence,
    ];

    /// Number of lines.
    pub fn lines(self) -> usize {
        match self {
            Self::Td1 => 3,
            Self::FrenchLicence | Self::DutchLicence => 1,
            _ => 2,
        }
    }

    /// Characters in each line.
    pub fn width(self) -> usize {
        match self {
            Self::Td1 | Self::FrenchLicence | Self::DutchLicence | Self::SwissLicence => 30,
            Self::Td2 | Self::MrvB | Self::FrenchId => 36,
            Self::Td3 | Self::MrvA | Self::RussianInternal => 44,
        }
    }

    /// The line that holds the names and nothing a check digit covers, where there is one.
    pub fn name_line(self) -> Option<usize> {
        match self {
            Self::Td1 => Some(2),
            Self::SwissLicence => Some(1),
            Self::FrenchLicence | Self::DutchLicence => None,
            _ => Some(0),
        }
    }

    pub(crate) fn layout(self) -> &'static Layout {
        match self {
            Self::Td1 => &TD1,
            Self::Td2 => &TD2,
            Self::Td3 => &TD3,
            Self::MrvA => &MRV_A,
            Self::MrvB => &MRV_B,
            Self::FrenchId => &FRENCH_ID,
            Self::RussianInternal => &RUSSIAN_INTERNAL,
            Self::FrenchLicence => &FRENCH_LICENCE,
            Self::DutchLicence => &DUTCH_LICENCE,
            Self::SwissLicence => &SWISS_LICENCE,
        }
    }

    pub(crate) fn class(self, line: usize, at: usize) -> Class {
        let within = |s: &Span| s.0 == line && (s.1..s.2).contains(&at);
        self.layout().classes.iter().find(|(s, _)| within(s)).map_or(Class::Any, |(_, class)| *class)
    }

    /// Whether the first letters of the zone suit the format: visas begin with V and nothing else does; national formats
    /// begin with their issuer's code.
    pub(crate) fn suits<L: AsRef<[u8]>>(self, lines: &[L]) -> bool {
        let first = lines.first().map_or(&[][..], |l| l.as_ref());
        let visa = first.first() == Some(&b'V');
        let french = first.starts_with(b"IDFRA");
        // `PN` alone does not tell: it is the expiry that travel documents have.
        let unlimited = || lines.get(1).and_then(|l| l.as_ref().get(21..28)) == Some(b"<<<<<<<");
        let russian = || first.starts_with(b"PNRUS") && unlimited();
        match self {
            Self::MrvA | Self::MrvB => visa,
            Self::FrenchId => french,
            Self::Td2 => !visa && !french,
            Self::Td1 => !visa,
            Self::Td3 => !visa && !russian(),
            Self::RussianInternal => russian(),
            Self::FrenchLicence => first.starts_with(b"D1FRA"),
            Self::DutchLicence => first.starts_with(b"D1NLD"),
            Self::SwissLicence => first.starts_with(b"FACHE"),
        }
    }

    /// Whether only the first letters tell this format from other print: too little in it is checked by digits.
    pub(crate) fn is_licence(self) -> bool {
        matches!(self, Self::FrenchLicence | Self::DutchLicence | Self::SwissLicence)
    }
}
