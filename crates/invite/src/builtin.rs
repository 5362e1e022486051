//! The words that come with the program: the folder `templates/` at the repository's root.

/// What every language has.
pub(crate) const INVITING: [&str; 8] = [
    "invitation.subject.txt",
    "invitation.txt",
    "invitation.html",
    "invitation.sms.txt",
    "reminder.subject.txt",
    "reminder.txt",
    "reminder.html",
    "reminder.sms.txt",
];

/// What an operator's language may go without, as those do that were written before there were codes.
pub(crate) const CODE: [&str; 4] = ["code.subject.txt", "code.txt", "code.html", "code.sms.txt"];

/// What an operator's language may go without as well: the e-mail to a third party.
pub(crate) const SHARE: [&str; 3] = ["share.subject.txt", "share.txt", "share.html"];

pub(crate) const LAYOUT: &str = "layout.html";

macro_rules! file {
    ($path:expr) => {
        ($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/", $path)))
    };
}

macro_rules! language {
    ($language:literal) => {
        [
            file!(concat!($language, "/invitation.subject.txt")),
            file!(concat!($language, "/invitation.txt")),
            file!(concat!($language, "/invitation.html")),
            file!(concat!($language, "/invitation.sms.txt")),
            file!(concat!($language, "/reminder.subject.txt")),
            file!(concat!($language, "/reminder.txt")),
            file!(concat!($language, "/reminder.html")),
            file!(concat!($language, "/reminder.sms.txt")),
            file!(concat!($language, "/code.subject.txt")),
            file!(concat!($language, "/code.txt")),
            file!(concat!($language, "/code.html")),
            file!(concat!($language, "/code.sms.txt")),
            file!(concat!($language, "/share.subject.txt")),
            file!(concat!($language, "/share.txt")),
            file!(concat!($language, "/share.html")),
        ]
    };
}

/// Path and content, by language.
const LANGUAGES: [[(&str, &str); INVITING.len() + CODE.len() + SHARE.len()]; 6] =
    [language!("ar"), language!("de"), language!("en"), language!("es"), language!("fr"), language!("pt")];

/// What every file of a language may be called.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    INVITING.into_iter().chain(CODE).chain(SHARE)
}

pub(crate) fn layout() -> &'static str {
    file!("layout.html").1
}

/// Every file: its path in the folder, and what it says.
pub(crate) fn files() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.into_iter().flatten().chain([(LAYOUT, layout())])
}
