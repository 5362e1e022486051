//! What was measured of every pair, for those who want to choose another threshold.

use std::{fmt::Write, path::Path};

use super::{Error, Measured};

#[derive(Default)]
pub(super) struct Rows(String);

impl Rows {
    pub(super) fn add(&mut self, kind: &str, portrait: &str, frame: &str, measured: &Measured) {
        let Measured { likeness, cosine, around, own } = measured;
        let [stray, mouth, face] = likeness.map_or([f32::NAN; 3], |l| [l.stray, l.mouth, l.face]);
        let (cosine, around) = (cosine.unwrap_or(f64::NAN), i32::from(around.is_some()));
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.0,
            "{kind}\t{portrait}\t{frame}\t{stray:.3}\t{mouth:.4}\t{face:.4}\t{cosine:.4}\t{around}\t{own:.4}"
        );
    }

    pub(super) fn write(&self, file: Option<&Path>) -> Result<(), Error> {
        let Some(file) = file else { return Ok(()) };
        let head = "kind\tportrait\tframe\tstray\tmouth\tface\tcosine\taround\town\n";
        std::fs::write(file, format!("{head}{}", self.0))
            .map_err(|e| format!("cannot write {}: {e}", file.display()).into())
    }
}
