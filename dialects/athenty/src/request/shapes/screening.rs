//! Which lists the person was compared with, and what they are like on them.

use bonafide_core::finding::{Check, Outcome};
use bonafide_engine::verifications::Whole;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The last search of the lists.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Screening {
    /// `clear`, `consider`, `fail`, or `not_assessed` where the lists could not clear anybody.
    status: &'static str,
    #[schema(format = DateTime)]
    screened_at: String,
    /// The names that were looked for.
    names: Vec<String>,
    lists: Vec<String>,
    /// Those that were dismissed included.
    hits: Vec<ScreeningHit>,
}

/// An entry of a list that is like the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct ScreeningHit {
    /// List and entry.
    #[schema(example = "ofac_sdn:12345")]
    id: String,
    list: String,
    /// The listed name most like the person's.
    name: String,
    /// 0 to 1: how alike the names are.
    score: f64,
    programs: Vec<String>,
    /// Whether a reviewer said that it is somebody else.
    dismissed: bool,
}

impl Screening {
    /// Absent until somebody was looked for, and after the person was erased.
    pub(crate) fn of(whole: &Whole) -> Option<Self> {
        let screened = whole.screened.as_ref()?;
        let found = whole.view.finding(Check::Sanctions, None);
        Some(Self {
            status: found.map_or(Outcome::NotAssessed, |finding| finding.outcome).as_str(),
            screened_at: screened.at.to_string(),
            names: screened.names.clone(),
            lists: screened.lists.iter().map(|(name, _)| name.clone()).collect(),
            hits: screened.hits.iter().map(ScreeningHit::of).collect(),
        })
    }
}

impl ScreeningHit {
    fn of(hit: &Value) -> Self {
        let text = |key: &str| hit[key].as_str().unwrap_or_default().to_owned();
        let programs = hit["programs"].as_array().map(Vec::as_slice).unwrap_or_default();
        let list = text("list");
        Self {
            id: format!("{list}:{}", text("id")),
            list,
            name: text("name"),
            score: hit["score"].as_f64().unwrap_or_default(),
            programs: programs.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
            dismissed: hit["dismissed"] == true,
        }
    }
}
