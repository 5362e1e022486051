//! Adding to the block list.

use bonafide_checks::document::holder::Holder;
use bonafide_core::{
    audit::AuditAction,
    document::{DocumentReading, FieldName},
    id::{ApplicantId, BlockedId, VerificationId},
    problem::{Problem, Rule},
};
use bonafide_store::{
    Tx, audit, block_list as rows,
    crypto::{self, Object, SubjectKey},
    organization_keys, organizations, subject_keys, verifications,
};
use serde_json::json;

use super::{
    entry::{Blocked, Kind, Note, open},
    number::number_mark,
};
use crate::base::{
    caller::{Caller, Scope},
    engine::Engine,
    error::{Error, Result},
    features::Template,
    record::Record,
};

/// Most characters of a reason, of a name and of a number.
const MAX_REASON: usize = 500;
const MAX_NAME: usize = 200;
const MAX_NUMBER: usize = 40;
/// Names are compared one by one at every submission.
const MAX_NAMES: i64 = 10_000;

/// What to block.
#[derive(Clone)]
pub enum What {
    /// The face that came with a verification.
    FaceOf(VerificationId),
    /// The face of an identity.
    FaceOfIdentity(ApplicantId),
    /// The number of the document that came with a verification.
    NumberOf(VerificationId),
    /// The name and birth date on that document.
    NameOf(VerificationId),
    /// A document number and the country that issued it: ISO 3166-1 alpha-3, or a code of ICAO 9303.
    Number { country: String, number: String },
    /// A name in any order, and a birth date in ISO 8601. Without one, everybody of that name is told.
    Name { name: String, birth_date: Option<String> },
}

/// An entry on its way to the list.
#[derive(Clone)]
pub struct New {
    pub what: What,
    /// Why, for colleagues.
    pub reason: String,
    /// Of what is taken from a verification or an identity: whether the entry stays when they are anonymized.
    pub lasting: bool,
}

/// Blocks a face, a number or a name from now on; what was decided before stays. Adding what is there already changes
/// nothing and gives the entry that is there.
///
/// # Errors
/// [`Error::Invalid`] naming the field; a conflict `no_face`, `no_number` or `no_name` where there is none to take.
pub async fn add(engine: &Engine, caller: &Caller, new: New) -> Result<Blocked> {
    if !caller.may(Scope::Settings) {
        return Err(Error::Forbidden);
    }
    check(&new)?;
    let organization = caller.organization;
    let (now, entropy) = (engine.now(), &*engine.entropy);
    let mut tx = engine.db().begin().await?;
    if let What::FaceOf(id) | What::NumberOf(id) | What::NameOf(id) = &new.what {
        verifications::hold(&mut tx, organization, *id).await?;
    }
    let own =
        organization_keys::load_or_create(&mut tx, organization, engine.key_ring(), now, entropy).await?;
    // Of two who add the same at once, the second finds what the first added; and nobody forgets an identity meanwhile.
    organizations::hold(&mut tx, organization).await?;
    let Taken { kind, hash, person, note, face } = take(engine, &mut tx, caller, &own, &new).await?;
    if let Some(row) = rows::find(&mut tx, organization, kind.as_str(), &hash).await? {
        return open(&own, row)?.ok_or(Error::NotFound("entry"));
    }
    let id = match face {
        Some((template, theirs)) => {
            let key = if new.lasting { &own } else { &theirs };
            let shelf = engine.gallery().blocked();
            let feature = shelf.add(&mut tx, organization, None, key, &template.to_bytes()).await?;
            BlockedId::from_uuid(feature.uuid())
        }
        None => BlockedId::new(now, entropy),
    };
    if kind == Kind::Name && rows::count(&mut tx, organization, Some(kind.as_str())).await? >= MAX_NAMES {
        let message = format!("the block list holds at most {MAX_NAMES} names: remove some first");
        return Err(Error::conflict("block_list_full", message));
    }
    let row = rows::Blocked {
        id,
        kind: kind.as_str().to_owned(),
        hash: Some(hash.to_vec()),
        applicant: person.filter(|_| !new.lasting),
        sealed: Some(crypto::seal_json(&own, Object::Blocked(id), &note, entropy)?),
        actor: caller.actor(),
        created_at: now,
    };
    rows::insert(&mut tx, organization, &row).await?;
    let entry = audit::Entry {
        at: now,
        actor: &row.actor,
        action: AuditAction::BlockListAdded,
        object: &format!("blocked:{id}"),
        detail: &json!({"kind": kind, "lasting": row.applicant.is_none()}),
    };
    audit::append(&mut tx, organization, engine.key_ring(), entry).await?;
    tx.commit().await?;
    open(&own, row)?.ok_or(Error::NotFound("entry"))
}

fn check(new: &New) -> Result<()> {
    let mut problems = vec![];
    let mut length = |field: &str, text: &str, most: usize| {
        if !(1..=most).contains(&text.trim().chars().count()) {
            let message = format!("must have 1 to {most} characters");
            problems.push(Problem::new(field, Rule::Length, message));
        }
    };
    length("reason", &new.reason, MAX_REASON);
    match &new.what {
        What::Number { number, .. } => length("number", number, MAX_NUMBER),
        What::Name { name, .. } => length("name", name, MAX_NAME),
        What::FaceOf(_) | What::FaceOfIdentity(_) | What::NumberOf(_) | What::NameOf(_) => {}
    }
    match &new.what {
        What::Number { country, number } => {
            if !((1..=3).contains(&country.len()) && country.bytes().all(|b| b.is_ascii_uppercase())) {
                let message = "must be a code of at most three capital letters, such as FRA";
                problems.push(Problem::new("country", Rule::Format, message));
            }
            if number.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
                let message = "must have at least three letters or digits";
                problems.push(Problem::new("number", Rule::Format, message));
            }
        }
        What::Name { name, birth_date } => {
            if name.chars().filter(|c| c.is_alphabetic()).count() < 2 {
                problems.push(Problem::new("name", Rule::Format, "must have at least two letters"));
            }
            if birth_date.as_ref().is_some_and(|d| d.parse::<jiff::civil::Date>().is_err()) {
                problems.push(Problem::new("birth_date", Rule::Format, "must be a day such as 1980-12-31"));
            }
        }
        What::FaceOf(_) | What::FaceOfIdentity(_) | What::NumberOf(_) | What::NameOf(_) => {}
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// What an entry will be made of.
struct Taken {
    kind: Kind,
    hash: [u8; 32],
    person: Option<ApplicantId>,
    note: Note,
    face: Option<(Template, SubjectKey)>,
}

async fn take(engine: &Engine, tx: &mut Tx, caller: &Caller, own: &SubjectKey, new: &New) -> Result<Taken> {
    let organization = caller.organization;
    let note = |verification| Note { verification, reason: new.reason.trim().to_owned(), ..Note::default() };
    Ok(match &new.what {
        What::FaceOf(id) => {
            let record = Record::load(engine, tx, organization, *id).await?;
            face(engine, tx, caller, own, record.key, note(Some(*id))).await?
        }
        What::FaceOfIdentity(id) => {
            let row = bonafide_store::applicants::get(tx, organization, *id).await?;
            row.filter(|row| row.identity_since.is_some()).ok_or(Error::NotFound("identity"))?;
            let key = subject_keys::load(tx, organization, *id, engine.key_ring()).await?;
            face(engine, tx, caller, own, key, note(None)).await?
        }
        What::NumberOf(id) => {
            let record = Record::load(engine, tx, organization, *id).await?;
            let reading = record.private.reading.unwrap_or_default();
            let number = reading.get(FieldName::DocumentNumber).map(|f| f.value.clone());
            let number = number.ok_or_else(|| nothing("no_number", "number"))?;
            let (country, note) = (country(&reading), note(Some(*id)));
            Taken { person: Some(record.row.applicant), ..of_number(own, country, &number, note)? }
        }
        What::NameOf(id) => {
            let record = Record::load(engine, tx, organization, *id).await?;
            let holder = Holder::of(&record.private.reading.unwrap_or_default());
            let name = holder.name.ok_or_else(|| nothing("no_name", "name"))?;
            let note = note(Some(*id));
            Taken { person: Some(record.row.applicant), ..of_name(own, &name, holder.birth_date, note)? }
        }
        What::Number { country, number } => of_number(own, country.clone(), number, note(None))?,
        What::Name { name, birth_date } => of_name(own, name, birth_date.clone(), note(None))?,
    })
}

async fn face(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    own: &SubjectKey,
    theirs: SubjectKey,
    note: Note,
) -> Result<Taken> {
    let (organization, gallery) = (caller.organization, engine.gallery());
    let newest = gallery.faces().of(tx, organization, &theirs).await?.pop();
    let known = gallery.identities().of(tx, organization, &theirs).await?.pop();
    let of_identity = || known.and_then(|k| Some(Template { embedding: k.embedding?, holder: k.holder }));
    let template = newest.or_else(of_identity).ok_or_else(|| nothing("no_face", "face"))?;
    let person = theirs.applicant();
    let hash = crypto::mark(own, &["face", &person.to_string()])?;
    Ok(Taken { kind: Kind::Face, hash, person: Some(person), note, face: Some((template, theirs)) })
}

fn of_number(own: &SubjectKey, country: String, number: &str, note: Note) -> Result<Taken> {
    let letters: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    // Of a short number less is shown, so that the rest cannot be tried.
    let shown = (letters.len() / 3).min(3);
    let ends_with: String = letters.iter().skip(letters.len() - shown).collect();
    let hash = number_mark(own, &country, number)?;
    let note = Note { country: Some(country), ends_with: Some(ends_with), ..note };
    Ok(Taken { kind: Kind::Number, hash, person: None, note, face: None })
}

fn of_name(own: &SubjectKey, name: &str, birth_date: Option<String>, note: Note) -> Result<Taken> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let holder = Holder { name: Some(name.clone()), birth_date: birth_date.clone(), ..Holder::default() };
    let text = holder.spelled().ok_or_else(|| nothing("no_name", "name"))?;
    let hash = crypto::mark(own, &["name", &text, birth_date.as_deref().unwrap_or_default()])?;
    let note = Note { name: Some(name), birth_date, ..note };
    Ok(Taken { kind: Kind::Name, hash, person: None, note, face: None })
}

/// The country that a number is of.
pub(crate) fn country(reading: &DocumentReading) -> String {
    let issuing = || reading.get(FieldName::IssuingCountry).map(|f| f.value.clone());
    reading.issuer.clone().or_else(issuing).unwrap_or_default()
}

fn nothing(code: &'static str, what: &str) -> Error {
    Error::conflict(code, format!("this person has given no {what} yet, so there is none to block"))
}
