//! The last search of the lists, and where the person was seen before.

use bonafide_engine::{
    screening::{Dismissal, Screened},
    verifications::{Seen, Whole},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What was searched, in which lists, and what was hit.
#[derive(Serialize, ToSchema)]
pub(crate) struct Screening {
    at: String,
    /// The names that were looked for, as each source gives them.
    names: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<String>,
    countries: Vec<String>,
    /// The similarity from which on a name is a hit.
    threshold: f64,
    lists: Vec<SearchedList>,
    /// How many hits count.
    counting: usize,
    hits: Vec<Hit>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SearchedList {
    name: String,
    /// Names the version.
    sha256: String,
}

/// An entry of a list that is like the person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Hit {
    /// Names it in paths: list and entry.
    #[schema(example = "ofac_sdn:12345")]
    id: String,
    list: String,
    entry: String,
    /// The listed name most like the person's.
    name: String,
    /// The entry's main name.
    main: String,
    /// 0 to 1: how alike the names are. This is what the threshold applies to.
    score: f64,
    /// 0 to 1: rank among the hits, with birth date, country, gender and numbers.
    rank: f64,
    /// Word by word: what matched, and how.
    #[schema(value_type = Vec<Object>)]
    pairs: Value,
    /// What else agrees or differs: `what`, and `agrees` (null where one side does not say).
    #[schema(value_type = Vec<Object>)]
    facts: Value,
    programs: Vec<String>,
    /// Whether it does not count.
    dismissed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    dismissal: Option<HitDismissal>,
}

/// Why a hit does not count.
#[derive(Serialize, ToSchema)]
pub(crate) struct HitDismissal {
    reason: String,
    /// As in the audit log.
    by: String,
    at: String,
    until: String,
}

impl Screening {
    /// `dismissals`: what reviewers said of the hits that do not count.
    pub(crate) fn of(screened: &Screened, dismissals: &[Dismissal]) -> Self {
        let list =
            |(name, sha256): &(String, String)| SearchedList { name: name.clone(), sha256: sha256.clone() };
        Self {
            at: screened.at.to_string(),
            names: screened.names.clone(),
            birth_date: screened.birth_date.clone(),
            countries: screened.countries.clone(),
            threshold: screened.threshold,
            lists: screened.lists.iter().map(list).collect(),
            counting: screened.counting().count(),
            hits: screened.hits.iter().map(|hit| Hit::of(hit, dismissals)).collect(),
        }
    }
}

impl Hit {
    fn of(hit: &Value, dismissals: &[Dismissal]) -> Self {
        let text = |key: &str| hit[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| hit[key].as_f64().unwrap_or_default();
        let list_of = |key: &str| if hit[key].is_array() { hit[key].clone() } else { Value::Array(vec![]) };
        let (list, entry) = (text("list"), text("id"));
        let dismissed = hit["dismissed"] == true;
        let said = dismissals.iter().find(|d| d.list == list && d.entry == entry).filter(|_| dismissed);
        let programs = hit["programs"].as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            id: format!("{list}:{entry}"),
            name: text("name"),
            main: text("main"),
            score: number("score"),
            rank: number("rank"),
            pairs: list_of("pairs"),
            facts: list_of("facts"),
            programs: programs.iter().filter_map(|p| p.as_str().map(str::to_owned)).collect(),
            dismissed,
            dismissal: said.map(|d| HitDismissal {
                reason: d.reason.clone(),
                by: d.by.clone(),
                at: d.at.to_string(),
                until: d.until.to_string(),
            }),
            list,
            entry,
        }
    }
}

/// An earlier submission with the same face, number or picture, as it was when this one was last checked.
#[derive(Serialize, ToSchema)]
pub(crate) struct EarlierVerification {
    /// Absent where it was erased and only the identity is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    at: String,
    /// How it stands now.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// How alike the faces are, 0 to 1, where that is of interest.
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<f64>,
    /// Whether the faces are taken for one.
    same_face: bool,
    /// Whether the document has the same number, country and type.
    same_number: bool,
    /// Whether the same picture of a document was handed in.
    same_picture: bool,
    /// How much the names agree, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<f64>,
    /// Whether the birth dates are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_date: Option<bool>,
    /// What speaks against it being one person with true documents.
    contradictions: Vec<String>,
    /// Whether those count: not those that were refused then, or approved beside this person by somebody who looked.
    settled: bool,
}

impl EarlierVerification {
    pub(crate) fn all(whole: &Whole) -> Vec<Self> {
        let of = |seen: &Seen| {
            let s = &seen.sighting;
            Self {
                id: s.verification.map(|id| id.to_string()),
                identity: s.identity.map(|id| id.to_string()),
                at: s.at.to_string(),
                status: seen.status.map(|status| status.as_str()),
                face: s.face,
                same_face: s.same_face,
                same_number: s.same_number,
                same_picture: s.same_picture,
                name: s.name,
                birth_date: s.birth_date,
                contradictions: s.contradictions.iter().map(ToString::to_string).collect(),
                settled: s.settled,
            }
        };
        whole.sightings.iter().map(of).collect()
    }
}
