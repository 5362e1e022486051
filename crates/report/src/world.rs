//! All that a page is made of: the template, the fonts, and one report's values. No file and no network is within reach.

use std::sync::LazyLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Dict, Duration, dict},
    syntax::{FileId, Source},
    text::{Font, FontBook},
    utils::LazyHash,
};

static TEMPLATE: LazyLock<Source> = LazyLock::new(|| Source::detached(include_str!("report.typ")));

static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    // Those for formulas have letters of many scripts, and no rules to write words with them.
    let fonts: Vec<Font> = typst_assets::fonts()
        .flat_map(|data| Font::iter(Bytes::new(data)))
        .filter(|font| !font.info().family.contains("Math"))
        .collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// The world of one report.
pub(crate) struct Sheet {
    library: LazyHash<Library>,
}

impl Sheet {
    pub(crate) fn new(report: Dict) -> Self {
        let inputs = dict! { "report" => report };
        Self { library: LazyHash::new(Library::builder().with_inputs(inputs).build()) }
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        TEMPLATE.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == TEMPLATE.id() { Ok(TEMPLATE.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    /// A report says nothing of the day on which it is drawn.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
