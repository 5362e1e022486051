//! An entry of the block list.

use bonafide_core::{
    id::{ApplicantId, BlockedId, OrganizationId, VerificationId},
    time::Timestamp,
};
use bonafide_store::{
    Tx, block_list as rows,
    crypto::{self, Object, SubjectKey},
};
use serde::{Deserialize, Serialize};

use crate::base::error::Result;

/// What an entry is of. The words are stored and published: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Face,
    Number,
    Name,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Face, Self::Number, Self::Name];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Number => "number",
            Self::Name => "name",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An entry as a reader sees it. Personal data, so it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Blocked {
    pub id: BlockedId,
    pub kind: Kind,
    /// Whose own data it is: the entry goes when they are anonymized. Absent of what lasts.
    pub person: Option<ApplicantId>,
    /// Where it was taken from; absent of what was typed in.
    pub verification: Option<VerificationId>,
    /// The country of a number.
    pub country: Option<String>,
    /// The end of a number; the whole of it is not kept.
    pub ends_with: Option<String>,
    pub name: Option<String>,
    /// ISO 8601.
    pub birth_date: Option<String>,
    /// Why, for colleagues.
    pub reason: String,
    /// Who added it, as the audit log names them.
    pub added_by: String,
    pub added_at: Timestamp,
}

impl std::fmt::Debug for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocked").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What is sealed of an entry.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Note {
    #[serde(default)]
    pub(super) verification: Option<VerificationId>,
    #[serde(default)]
    pub(super) country: Option<String>,
    #[serde(default)]
    pub(super) ends_with: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) birth_date: Option<String>,
    #[serde(default)]
    pub(super) reason: String,
}

/// Opens a row under the organization's own key; `None` for a kind of a newer program.
pub(super) fn open(own: &SubjectKey, row: rows::Blocked) -> Result<Option<Blocked>> {
    let Some(kind) = Kind::parse(&row.kind) else { return Ok(None) };
    let note: Note = match &row.sealed {
        Some(sealed) => crypto::open_json(own, Object::Blocked(row.id), sealed)?,
        None => Note::default(),
    };
    Ok(Some(Blocked {
        id: row.id,
        kind,
        person: row.applicant,
        verification: note.verification,
        country: note.country,
        ends_with: note.ends_with,
        name: note.name,
        birth_date: note.birth_date,
        reason: note.reason,
        added_by: row.actor,
        added_at: row.created_at,
    }))
}

/// The names of the block list. They are compared one by one, as people write their names in many ways.
pub(crate) async fn names(
    tx: &mut Tx,
    organization: OrganizationId,
    own: &SubjectKey,
) -> Result<Vec<Blocked>> {
    let rows = rows::list(tx, organization, Some(Kind::Name.as_str()), 0, i64::MAX).await?;
    let mut names = vec![];
    for row in rows {
        names.extend(open(own, row)?);
    }
    Ok(names)
}
