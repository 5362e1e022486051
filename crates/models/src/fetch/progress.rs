//! Shows people how far a fetch is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

pub(super) struct Progress {
    bar: ProgressBar,
    plain: bool,
    total: usize,
}

impl Progress {
    /// For this many files.
    pub(super) fn new(total: usize) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let bar = if plain || total == 0 { ProgressBar::hidden() } else { ProgressBar::new(total as u64) };
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {elapsed} {wide_msg}")
        {
            bar.set_style(style.progress_chars("=> "));
        }
        if !plain {
            // A download has no steps of its own to show; the spinner says that it goes on.
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, plain, total }
    }

    /// What is being waited for.
    pub(super) fn working(&self, what: &str) {
        if self.plain {
            eprintln!("downloading {what}");
        }
        self.bar.set_message(what.to_owned());
    }

    /// One file is dealt with.
    pub(super) fn done(&self, what: &str) {
        self.bar.inc(1);
        if self.plain {
            eprintln!("[{}/{}] {what}", self.bar.position(), self.total);
        } else {
            self.bar.println(what);
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
