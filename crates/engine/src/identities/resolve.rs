//! Who is this? Somebody who was verified is an identity from then on, and is recognised when they come back.

use std::collections::BTreeMap;

use bonafide_checks::{
    document::{fingerprint, holder::Holder},
    face::{compare::DEFAULT_ONBOARDING_DISTANCE, known},
};
use bonafide_core::{
    audit::AuditAction,
    document::DocumentReading,
    event::EventType,
    evidence::EvidenceKind,
    id::{ApplicantId, OrganizationId, VerificationId},
    verification::Kind,
};
use bonafide_store::{
    Tx, applicants,
    crypto::{self, Object, SubjectKey},
    evidence as evidence_rows, organizations, subject_keys,
};
use serde_json::json;

use super::{
    person::{Document, Link, Opened, Person, open},
    search,
};
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        features::Known,
        gallery::{Ahead, Alike},
        record::Record,
    },
    events::emit::emit_for,
    screening::dismiss::pass_on,
};

/// Finds or makes the identity of somebody who is being approved, and keeps what this verification taught of them.
///
/// An identity has one holder: it is somebody's only where no document contradicts, and two of the three agree: the face,
/// and the document's number or the holder's name and birth date. A face that was measured by other networks cannot be
/// compared; then number and holder together decide. Where face or number are another holder's, whoever approved this
/// decided that both may stand: the identities are linked, and neither takes the other's place.
pub(crate) async fn identify(engine: &Engine, tx: &mut Tx, record: &mut Record, actor: &str) -> Result<()> {
    let organization = record.row.organization;
    // Two verifications of one person may be approved at once: the second has to see what the first made.
    organizations::hold(tx, organization).await?;
    let reading = record.private.reading.clone().unwrap_or_default();
    let own = own(engine, tx, record).await?;
    let found = find(engine, tx, record, &own, &reading).await?;
    let now = engine.now();
    let (id, key, mut person) = match found.known {
        Some(opened) => (opened.row.id, opened.key, opened.person),
        None => {
            let id = ApplicantId::new(now, &*engine.entropy);
            applicants::insert(tx, organization, id, now).await?;
            let (ring, entropy) = (engine.key_ring(), &*engine.entropy);
            let key = subject_keys::create(tx, organization, id, ring, now, entropy).await?;
            (id, key, Person::default())
        }
    };
    let is_known = !person.documents.is_empty();
    let given = evidence_rows::list(tx, organization, record.row.id).await?;
    let front = given.iter().find(|e| e.kind == EvidenceKind::DocumentFront);
    person.documents.retain(|d| d.reading.document_type != reading.document_type);
    person.documents.push(Document {
        verification: record.row.id,
        evidence: front.map(|e| e.id),
        reading,
        verified_at: now,
    });
    person.metadata = record.private.metadata.clone();
    if record.private.face_withdrawn_at.is_none() {
        person.face_withdrawn_at = None;
    }
    for other in &found.others {
        link(engine, tx, record, id, other).await?;
        add_link(&mut person.links, other.as_link(record));
    }
    let sealed = crypto::seal_json(&key, Object::Applicant(id), &person, &*engine.entropy)?;
    applicants::update(tx, organization, id, &sealed).await?;
    applicants::become_identity(tx, organization, id, now).await?;
    search::index(engine, tx, organization, id, &person).await?;
    remember(engine, tx, record, &key, own).await?;
    pass_on(engine, tx, record, &key).await?;
    record.row.identity = Some(id);
    let detail = json!({
        "identity_id": id,
        "known": is_known,
        "document_of_another_identity": found.others.iter().any(|other| other.same_document),
        "linked_identities": found.others.iter().map(|other| other.id).collect::<Vec<_>>(),
    });
    record.note(engine, tx, AuditAction::VerificationIdentified, actor, &detail).await?;
    // Of the applicant, whose id subscribers know, and not of the identity.
    emit_for(engine, tx, record, EventType::ApplicantUpdated).await?;
    Ok(())
}

/// Looks for the identities that somebody may be, ahead of the transaction that may make them one: that compares them with those
/// alone who came since. It goes when what this returns does.
pub(crate) async fn look_ahead(
    engine: &Engine,
    organization: OrganizationId,
    id: VerificationId,
) -> Result<LookedAhead<'_>> {
    let looked = LookedAhead { engine, id };
    let mut tx = engine.db().read().await?;
    let record = Record::find(engine, &mut tx, organization, id).await?;
    if let Some(record) = record.filter(|record| record.kind() == Kind::IdentityVerification) {
        let own = own(engine, &mut tx, &record).await?;
        let (alike, until) = alike(engine, &mut tx, &record, &own, None).await?;
        engine.gallery().keep_ahead(id, Ahead { own: own.to_bytes(), alike, until });
    }
    Ok(looked)
}

pub(crate) struct LookedAhead<'a> {
    engine: &'a Engine,
    id: VerificationId,
}

impl Drop for LookedAhead<'_> {
    fn drop(&mut self) {
        self.engine.gallery().take_ahead(self.id);
    }
}

/// What the person of a verification would be known again by.
async fn own(engine: &Engine, tx: &mut Tx, record: &Record) -> Result<Known> {
    let mine = engine.gallery().faces().of(tx, record.row.organization, &record.key).await?.pop();
    let reading = record.private.reading.clone().unwrap_or_default();
    Ok(Known {
        documents: fingerprint::number(&reading).into_iter().collect(),
        holder: fingerprint::holder(&reading),
        embedding: mine.map(|t| t.embedding),
    })
}

#[derive(Default)]
struct Found {
    known: Option<Opened>,
    /// Those with the same face or document, and another holder.
    others: Vec<Other>,
}

/// An identity that this person is not taken for.
struct Other {
    id: ApplicantId,
    same_face: bool,
    same_document: bool,
}

impl Other {
    fn as_link(&self, record: &Record) -> Link {
        let Self { id, same_face, same_document } = *self;
        Link { identity: id, same_face, same_document, verification: record.row.id }
    }
}

/// The least similarity of two faces of one person, where something else agrees.
const LEAST: f64 = 1.0 - DEFAULT_ONBOARDING_DISTANCE;

/// The identities that may be this person, or have something in common with them, and up to where they were looked at. What was
/// found of the same ahead is gone on with.
async fn alike(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    own: &Known,
    ahead: Option<Ahead>,
) -> Result<(BTreeMap<ApplicantId, Alike>, u64)> {
    let calibrations = engine.inspector.installed().await?.calibrations.clone();
    let (mut all, after) = match ahead.filter(|ahead| ahead.own == own.to_bytes()) {
        Some(ahead) => (ahead.alike, ahead.until),
        None => (BTreeMap::new(), 0),
    };
    let (documents, embedding) = (own.documents.clone(), own.embedding.clone());
    let look = move |found: &mut Vec<(ApplicantId, Option<Alike>)>, id: ApplicantId, other: &Known| {
        let document = documents.iter().any(|d| other.documents.contains(d));
        let similarity = embedding.as_ref().zip(other.embedding.as_ref());
        let face = similarity.and_then(|(a, b)| calibrations.similarity(a, b));
        let is_alike = document || face.is_some_and(|s| s >= LEAST);
        if is_alike || after > 0 {
            found.push((id, is_alike.then_some(Alike { face, document })));
        }
    };
    let identities = engine.gallery().identities();
    let looked = identities.search_after(tx, record.row.organization, after, None, look).await?;
    for (id, alike) in looked.found {
        // What is known of an identity now is in the place of what was known before.
        match alike {
            Some(alike) => all.insert(id, alike),
            None => all.remove(&id),
        };
    }
    Ok((all, looked.until))
}

async fn find(
    engine: &Engine,
    tx: &mut Tx,
    record: &Record,
    own: &Known,
    reading: &DocumentReading,
) -> Result<Found> {
    let (least, organization) = (LEAST, record.row.organization);
    let ahead = engine.gallery().take_ahead(record.row.id);
    // Ids sort by time: the oldest first, should there be several.
    let (candidates, _) = alike(engine, tx, record, own, ahead).await?;
    let holder = Holder::of(reading);
    let mut found = Found::default();
    for (id, Alike { face, document }) in candidates {
        let opened = match open(engine, tx, organization, id).await {
            Ok(opened) => opened,
            // Forgotten since they were looked for.
            Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => continue,
            Err(other) => return Err(other),
        };
        let compared: Vec<Option<bool>> =
            opened.person.documents.iter().map(|d| holder.compare(&Holder::of(&d.reading)).same()).collect();
        let contradicted = compared.contains(&Some(false));
        let named = compared.contains(&Some(true));
        let same = !contradicted
            && match face {
                Some(similarity) => similarity >= least && (document || named),
                None => document && named,
            };
        // Where nothing but the face leads there, it has to be as sure as in the search among everybody.
        let same_face = face.is_some_and(|s| s >= if document { least } else { known::threshold() });
        if same && found.known.is_none() {
            found.known = Some(opened);
        } else if document || same_face && contradicted {
            found.others.push(Other { id, same_face, same_document: document });
        }
    }
    Ok(found)
}

/// Tells another identity of this one, under its own key.
async fn link(engine: &Engine, tx: &mut Tx, record: &Record, id: ApplicantId, other: &Other) -> Result<()> {
    let organization = record.row.organization;
    let mut opened = open(engine, tx, organization, other.id).await?;
    if !add_link(&mut opened.person.links, Link { identity: id, ..other.as_link(record) }) {
        return Ok(());
    }
    let object = Object::Applicant(other.id);
    let sealed = crypto::seal_json(&opened.key, object, &opened.person, &*engine.entropy)?;
    applicants::update(tx, organization, other.id, &sealed).await?;
    Ok(())
}

/// Whether it is a new one. Each identity is named once.
fn add_link(links: &mut Vec<Link>, new: Link) -> bool {
    const MOST: usize = 100;
    let is_new = links.len() < MOST && !links.iter().any(|link| link.identity == new.identity);
    if is_new {
        links.push(new);
    }
    is_new
}

/// Keeps the newest face and all documents in the place of what was kept before.
async fn remember(engine: &Engine, tx: &mut Tx, record: &Record, key: &SubjectKey, own: Known) -> Result<()> {
    let (organization, shelf) = (record.row.organization, engine.gallery().identities());
    let mut known = shelf.of(tx, organization, key).await?.pop().unwrap_or_default();
    for document in own.documents {
        known.documents.retain(|d| *d != document);
        known.documents.push(document);
    }
    known.holder = own.holder.or(known.holder);
    known.embedding = own.embedding.or(known.embedding);
    shelf.withdraw(tx, organization, key.applicant()).await?;
    shelf.add(tx, organization, Some(record.row.id), key, &known.to_bytes()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use bonafide_core::{document::FieldName, verification::Action};

    use super::*;
    use crate::{
        identities::read,
        testing::{ANNA, Handed, House},
    };

    async fn approved(house: &House, handed: Handed<'_>) -> (VerificationId, ApplicantId) {
        let (id, _) = house.checked(handed).await;
        house.end(id, Action::Approve).await;
        let view = crate::verifications::read(&house.engine, &house.caller, id).await.unwrap();
        house.clock.advance(60_000);
        (id, view.identity.unwrap())
    }

    async fn person(house: &House, id: ApplicantId) -> (String, Vec<ApplicantId>) {
        let person = read(&house.engine, &house.caller, id).await.unwrap().person;
        let name = person.reading().unwrap().get(FieldName::FirstName).unwrap().value.clone();
        (name, person.links.iter().map(|link| link.identity).collect())
    }

    #[tokio::test]
    async fn an_identity_is_never_overwritten_by_a_document_that_contradicts() {
        let house = House::new().await;
        let (_, anna) = approved(&house, ANNA).await;
        assert_eq!(approved(&house, Handed { first: "Anna", ..ANNA }).await.1, anna, "she came back");
        // A reviewer lets both stand: the same number with another name.
        let (session, berta) = approved(&house, Handed { first: "BERTA", ..ANNA }).await;
        assert_ne!(berta, anna);
        assert_eq!(person(&house, anna).await, ("Anna".to_owned(), vec![berta]));
        assert_eq!(person(&house, berta).await, ("BERTA".to_owned(), vec![anna]));
        // What the list of identities says of Anna comes from her own sessions.
        let latest = read(&house.engine, &house.caller, anna).await.unwrap().latest.unwrap();
        assert_ne!(latest.id, session);
        let (_, younger) = approved(&house, Handed { born: "1999-01-01", ..ANNA }).await;
        assert!(younger != anna && younger != berta);
        assert_eq!(person(&house, younger).await.1, [anna, berta]);
        // Each comes back as who they are.
        assert_eq!(approved(&house, ANNA).await.1, anna);
        assert_eq!(approved(&house, Handed { first: "BERTA", ..ANNA }).await.1, berta);
    }

    #[tokio::test]
    async fn what_was_found_ahead_is_gone_on_with() {
        let house = House::new().await;
        let (engine, organization) = (&house.engine, house.caller.organization);
        let (_, anna) = approved(&house, ANNA).await;
        let (again, _) = house.checked(ANNA).await;
        let ahead = look_ahead(engine, organization, again).await.unwrap();
        // Somebody with the same number comes in between.
        let (_, berta) = approved(&house, Handed { first: "BERTA", ..ANNA }).await;
        house.end(again, Action::Approve).await;
        assert!(engine.gallery().take_ahead(again).is_none(), "it was used");
        drop(ahead);
        let identity = crate::verifications::read(engine, &house.caller, again).await.unwrap().identity;
        assert_eq!((identity, person(&house, anna).await.1), (Some(anna), vec![berta]));
        // Somebody who was found ahead is forgotten in between.
        let (third, _) = house.checked(ANNA).await;
        let ahead = look_ahead(engine, organization, third).await.unwrap();
        crate::identities::anonymize(engine, &house.caller, anna).await.unwrap();
        house.end(third, Action::Approve).await;
        drop(ahead);
        let identity = crate::verifications::read(engine, &house.caller, third).await.unwrap().identity;
        assert!(identity.is_some_and(|id| id != anna && id != berta), "{identity:?}");
        // Nothing stays of what was not used.
        drop(look_ahead(engine, organization, third).await.unwrap());
        assert!(engine.gallery().take_ahead(third).is_none());
    }
}
