//! Where the same face or the same document came before.

use bonafide_checks::{
    document::fingerprint,
    face::{compare::Calibrations, known},
};
use bonafide_core::{
    id::{ApplicantId, VerificationId},
    time::Timestamp,
    verification::Status,
};
use bonafide_store::{
    Tx,
    verifications::{self as rows, Filter, Page},
};

use crate::base::{
    engine::Engine,
    error::Result,
    features::{Known, Template},
    record::{self, Record},
};

/// Most of them that are told, the newest first.
const MAX: i64 = 50;

/// Another verification with the same face, or an identity with the same document.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    pub verification: VerificationId,
    pub identity: Option<ApplicantId>,
    pub at: Timestamp,
    pub status: Status,
    /// How alike the faces are, 0 to 1; absent where the face is not what was the same.
    pub face: Option<f64>,
    /// Whether the document has the same number.
    pub same_number: bool,
    /// Whether name and birth date are the same; absent where one of them was not read.
    pub same_holder: Option<bool>,
}

/// What was the same of one person.
#[derive(Default)]
struct Same {
    face: Option<f64>,
    number: bool,
    holder: Option<bool>,
}

/// The other verifications of this organization that the person of this one, or their document, was seen in.
pub(crate) async fn earlier(engine: &Engine, tx: &mut Tx, of: &Record) -> Result<Vec<Earlier>> {
    let (organization, gallery) = (of.row.organization, engine.gallery());
    let reading = of.private.reading.as_ref();
    let (number, holder) = (reading.and_then(fingerprint::number), reading.and_then(fingerprint::holder));
    let own = gallery.faces().of(tx, organization, &of.key).await?.pop().map(|t| t.embedding);
    let calibrations = Calibrations::of(&engine.models);
    let mut found: Vec<(ApplicantId, Same)> = vec![];
    if let Some(own) = own {
        let look = |applicant: ApplicantId, other: &Template| {
            let similarity = calibrations.similarity(&own, &other.embedding);
            if let Some(face) = similarity.filter(|s| *s >= known::threshold()) {
                let holder = holder.zip(other.holder).map(|(a, b)| a == b);
                found.push((applicant, Same { face: Some(face), number: false, holder }));
            }
        };
        gallery.faces().search(tx, organization, Some(of.row.applicant), look).await?;
    }
    let mut identities: Vec<(ApplicantId, Same)> = vec![];
    if let Some(number) = number {
        let look = |identity: ApplicantId, known: &Known| {
            if known.documents.contains(&number) {
                let holder = holder.zip(known.holder).map(|(a, b)| a == b);
                identities.push((identity, Same { face: None, number: true, holder }));
            }
        };
        gallery.identities().search(tx, organization, None, look).await?;
    }
    let mut all: Vec<Earlier> = vec![];
    let applicants: Vec<ApplicantId> = found.iter().map(|(id, _)| *id).collect();
    let people: Vec<ApplicantId> = identities.iter().map(|(id, _)| *id).collect();
    for (ids, by_identity) in [(&applicants, false), (&people, true)] {
        if ids.is_empty() {
            continue;
        }
        // A database takes only so many values in one question.
        for ids in ids.chunks(500) {
            let filter = match by_identity {
                false => Filter { applicants: ids, ..Filter::default() },
                true => Filter { identities: ids, ..Filter::default() },
            };
            let page = Page { after: None, skip: 0, limit: MAX + 1 };
            for row in rows::list(tx, organization, &filter, page).await? {
                if row.id == of.row.id {
                    continue;
                }
                let same = match by_identity {
                    false => found.iter().find(|(id, _)| *id == row.applicant),
                    true => identities.iter().find(|(id, _)| Some(*id) == row.identity),
                };
                let Some((_, same)) = same else { continue };
                match all.iter_mut().find(|s| s.verification == row.id) {
                    Some(before) => {
                        before.same_number |= same.number;
                        before.same_holder = before.same_holder.or(same.holder);
                    }
                    None => all.push(Earlier {
                        verification: row.id,
                        identity: row.identity,
                        at: row.created_at,
                        status: record::status(&row),
                        face: same.face,
                        same_number: same.number,
                        same_holder: same.holder,
                    }),
                }
            }
        }
    }
    all.sort_by_key(|s| std::cmp::Reverse((s.at, s.verification)));
    all.truncate(MAX as usize);
    Ok(all)
}
