//! `bonafide eval mrz`

use super::Report;

pub(super) fn run(_dir: &std::path::Path) -> Result<Report, Box<dyn std::error::Error>> {
    unimplemented!()
}
