//! A client's record in the clear.

use bonafide_core::{
    audit::AuditAction,
    client::MemberType,
    country::country,
    event::{ClientFacts, EventType, Snapshot},
    id::{ClientId, OrganizationId},
    problem::{Problem, Rule},
    time::Timestamp,
};
use bonafide_store::{
    Tx, audit, clients as rows,
    crypto::{self, Object, Sealed, SubjectKey},
    subject_keys,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    base::{
        caller::Caller,
        engine::Engine,
        error::{Error, Result},
        own_data::too_large,
    },
    events::emit::{Recipients, emit},
};

/// A person or business that an organization keeps a record of.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    pub id: ClientId,
    pub organization: OrganizationId,
    pub content: Content,
    /// How many verifications were made for it.
    pub request_count: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What the organization says of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub member_type: MemberType,
    /// The organization's own word; nothing here follows from it.
    pub active: bool,
    pub details: Details,
    /// The organization's own data. Personal, like the details.
    pub metadata: Map<String, Value>,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            member_type: MemberType::default(),
            active: true,
            details: Details::default(),
            metadata: Map::new(),
        }
    }
}

/// Who it is. Personal data: stored only under the record's own key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub name_first: Option<String>,
    pub name_last: Option<String>,
    pub business_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// What the organization's own systems call it.
    pub external_id: Option<String>,
    pub address_line1: Option<String>,
    pub address_line2: Option<String>,
    pub city: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// Without what it holds.
impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(..)")
    }
}

impl Details {
    fn fields(&mut self) -> [&mut Option<String>; 12] {
        [
            &mut self.name_first,
            &mut self.name_last,
            &mut self.business_name,
            &mut self.email,
            &mut self.phone,
            &mut self.external_id,
            &mut self.address_line1,
            &mut self.address_line2,
            &mut self.city,
            &mut self.region,
            &mut self.postal_code,
            &mut self.country,
        ]
    }
}

impl Content {
    /// Makes nothing of blank text.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming every wrong field.
    pub(super) fn checked(mut self) -> Result<Self> {
        for field in self.details.fields() {
            *field = field.take().filter(|text| !text.trim().is_empty());
        }
        let mut problems = vec![];
        if let Some(code) = &self.details.country
            && country(code).is_none_or(|country| country.code != code)
        {
            let message = "must be the code of a country: ISO 3166-1 alpha-2";
            problems.push(Problem::new("country", Rule::Enum, message));
        }
        problems.extend(too_large("metadata", &json!(self.metadata)));
        if problems.is_empty() { Ok(self) } else { Err(Error::Invalid(problems)) }
    }

    /// The names of the fields that are not the same in another.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let flat = |content: &Self| {
            let mut all = json!(content.details).as_object().cloned().unwrap_or_default();
            all.insert("member_type".to_owned(), json!(content.member_type));
            all.insert("active".to_owned(), json!(content.active));
            all.insert("metadata".to_owned(), json!(content.metadata));
            all
        };
        let other = flat(other);
        let mine = flat(self).into_iter();
        mine.filter(|(name, value)| other.get(name) != Some(value)).map(|(name, _)| name).collect()
    }
}

/// Opens a record.
pub(super) async fn open(engine: &Engine, tx: &mut Tx, row: rows::Client) -> Result<Client> {
    let key = subject_keys::load(tx, row.organization, rows::subject(row.id), engine.key_ring()).await?;
    open_with(&key, row)
}

pub(super) fn open_with(key: &SubjectKey, row: rows::Client) -> Result<Client> {
    let metadata = match &row.metadata {
        Some(sealed) => crypto::open_json(key, Object::ClientMetadata(row.id), sealed)?,
        None => Map::new(),
    };
    let content = Content {
        member_type: row.member_type.known().unwrap_or_default(),
        active: row.active,
        details: crypto::open_json(key, Object::Client(row.id), &row.sealed)?,
        metadata,
    };
    Ok(Client {
        id: row.id,
        organization: row.organization,
        content,
        request_count: row.request_count,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// A record as it is stored.
pub(super) fn seal(engine: &Engine, key: &SubjectKey, client: &Client) -> Result<rows::Client> {
    let entropy = &*engine.entropy;
    let Content { member_type, active, details, metadata } = &client.content;
    let metadata: Option<Sealed> = match metadata.is_empty() {
        true => None,
        false => Some(crypto::seal_json(key, Object::ClientMetadata(client.id), metadata, entropy)?),
    };
    Ok(rows::Client {
        id: client.id,
        organization: client.organization,
        member_type: (*member_type).into(),
        active: *active,
        request_count: client.request_count,
        sealed: crypto::seal_json(key, Object::Client(client.id), details, entropy)?,
        metadata,
        created_at: client.created_at,
        updated_at: client.updated_at,
    })
}

/// Writes down what was done to a record.
pub(super) async fn note(
    engine: &Engine,
    tx: &mut Tx,
    caller: &Caller,
    id: ClientId,
    action: AuditAction,
    detail: Value,
) -> Result<()> {
    let (actor, object) = (caller.actor(), format!("client:{id}"));
    let entry = audit::Entry { at: engine.now(), actor: &actor, action, object: &object, detail: &detail };
    audit::append(tx, caller.organization, engine.key_ring(), entry).await?;
    Ok(())
}

/// Tells subscribers what happened to a record.
pub(super) async fn tell(
    engine: &Engine,
    tx: &mut Tx,
    organization: OrganizationId,
    id: ClientId,
    event_type: EventType,
    facts: ClientFacts,
) -> Result<()> {
    let snapshot = Snapshot { client: Some(facts), ..Snapshot::default() };
    emit(engine, tx, organization, event_type, id.uuid(), &snapshot, Recipients::Everybody).await?;
    Ok(())
}

impl Client {
    pub(super) fn facts(&self) -> ClientFacts {
        ClientFacts {
            member_type: self.content.member_type,
            active: self.content.active,
            request_count: self.request_count,
            created_at: self.created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::own_data::MOST;

    fn named(name: &str) -> Content {
        let details = Details { name_first: Some(name.to_owned()), ..Details::default() };
        Content { details, ..Content::default() }
    }

    #[test]
    fn blank_text_is_none_and_countries_are_codes() {
        assert_eq!(named("  ").checked().unwrap(), Content::default());
        let from = |code: &str| {
            let details = Details { country: Some(code.to_owned()), ..Details::default() };
            Content { details, ..Content::default() }.checked()
        };
        assert!(from("CA").is_ok());
        for wrong in ["ZZ", "CAN", "ca", "Canada"] {
            assert!(matches!(from(wrong), Err(Error::Invalid(p)) if p[0].field == "country"), "{wrong}");
        }
    }

    #[test]
    fn data_of_ones_own_has_a_limit() {
        let with = |length: usize| {
            let metadata = Map::from_iter([("a".to_owned(), json!("x".repeat(length)))]);
            Content { metadata, ..Content::default() }.checked()
        };
        let around = r#"{"a":""}"#.len();
        assert!(with(MOST - around).is_ok());
        assert!(matches!(with(MOST - around + 1), Err(Error::Invalid(p)) if p[0].field == "metadata"));
    }

    #[test]
    fn what_changed_is_named_and_nothing_said_of_it() {
        assert!(named("a").differences(&named("a")).is_empty());
        let other = Content { active: false, ..named("b") };
        assert_eq!(named("a").differences(&other), ["active", "name_first"]);
        assert_eq!(format!("{:?}", named("Jane").details), "Details(..)");
    }
}
