//! Pictures and models for the commands that work without a server.

use std::path::Path;

use bonafide_checks::{
    image::{
        self, Picture,
        manipulation::{self, Traces},
    },
    models::Models,
};
use bonafide_core::{
    document::{DocumentType, Side},
    finding::{Check, Code, Finding},
    policy::Policy,
    weights::Weights,
};
use bonafide_inspect::assess;

/// Reads a picture through the same gate as the server's.
pub(crate) fn load(file: &Path) -> Result<Picture, Box<dyn std::error::Error>> {
    let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    Ok(image::decode(&bytes).map_err(|refused| format!("{}: {refused}", file.display()))?)
}

/// Reads a document from its pictures' files as the server does, today or on another day.
pub(crate) fn document(
    models: &Models,
    front: &Path,
    back: Option<&Path>,
    today: jiff::civil::Date,
) -> Result<assess::Document, Box<dyn std::error::Error>> {
    let (front, front_traces) = examined(front)?;
    let back = back.map(examined).transpose()?;
    let (policy, weights) = (Policy::default(), Weights::default());
    let other = back.as_ref().map(|(picture, _)| picture);
    let mut read = assess::document(models, &policy, &weights, &front, other, DocumentType::Unknown, today);
    let no_lists = "names are screened by the server and by `bonafide screen`";
    read.findings.push(Finding::not_assessed(Check::Sanctions, Code::NoLists, no_lists));
    read.findings.push(assess::manipulation(&read.reading, Side::Front, &front, Some(front_traces)));
    if let Some((back, traces)) = back {
        read.findings.push(assess::manipulation(&read.reading, Side::Back, &back, Some(traces)));
    }
    read.findings.push(bonafide_engine::registry::no_provider());
    Ok(read)
}

fn examined(file: &Path) -> Result<(Picture, Traces), Box<dyn std::error::Error>> {
    let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let picture = image::decode(&bytes).map_err(|refused| format!("{}: {refused}", file.display()))?;
    let traces = manipulation::examine(&bytes, &picture);
    Ok((picture, traces))
}

pub(crate) fn models() -> Models {
    bonafide_models::load(&bonafide_models::Options::default())
}
