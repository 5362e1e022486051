//! What a submission is recognised by when something of it comes again.

use std::{collections::BTreeSet, net::IpAddr};

use bonafide_checks::{
    document::{fingerprint, holder::Holder},
    face::embed::Embedding,
};
use bonafide_core::{
    document::{DocumentReading, DocumentType, FieldName},
    id::ApplicantId,
};
use bonafide_store::{
    crypto::{self, SubjectKey},
    marks::{self, Mark},
};

use super::super::job::Case;
use crate::{
    base::{
        engine::Engine,
        error::{Error, Result},
        features::Template,
        own_key::own_key,
    },
    block_list::{country, number_mark},
    evidence::accept::Origin,
    identities::person,
    location::origins,
};

/// The kinds of marks. The words are stored: never change one.
pub(super) const NUMBER: &str = "number";
/// A number whose selfie was not that of the document: it says nothing about whose face the number goes with.
pub(super) const NUMBER_UNMATCHED: &str = "number_unmatched";
pub(super) const HOLDER: &str = "holder";
pub(super) const USER: &str = "user";
pub(super) const IDENTITY: &str = "identity";
pub(super) const ADDRESS: &str = "address";
pub(super) const DEVICE: &str = "device";

/// A keyed hash: what is only recognised.
type Hash = [u8; 32];

/// Numbers that are shorter are cut, or no numbers.
const LEAST_NUMBER: usize = 5;

/// What one submission brings.
pub(super) struct Own {
    /// The organization's own key.
    pub(super) key: SubjectKey,
    pub(super) holder: Holder,
    pub(super) document_type: DocumentType,
    pub(super) state: Option<String>,
    /// Every number that a source gave, the best first.
    pub(super) numbers: Vec<Hash>,
    /// As older programs kept it, where it was read surely.
    pub(super) sure_number: Option<Hash>,
    pub(super) face: Option<Embedding>,
    /// Whether the selfie is that of the document.
    matched: bool,
    /// Of last name and birth date, as it is kept beside a template.
    digest: Option<Hash>,
    pub(super) named: Option<Hash>,
    pub(super) user: Option<Hash>,
    /// The identity that an authentication is about.
    pub(super) identity: Option<Hash>,
    /// Who it is, for counting people.
    person: Hash,
    pub(super) addresses: Vec<Hash>,
    /// Devices that give themselves a name.
    pub(super) devices: Vec<Hash>,
}

impl Own {
    pub(super) async fn of(
        engine: &Engine,
        case: &Case,
        face: Option<Embedding>,
        matched: bool,
    ) -> Result<Self> {
        let reading = case.record.private.reading.clone().unwrap_or_default();
        Self::new(engine, case, &reading, face, matched).await
    }

    /// Of an authentication: the person is the identity's.
    pub(super) async fn returning(engine: &Engine, case: &Case, face: Option<Embedding>) -> Result<Self> {
        let mut reading = DocumentReading::default();
        if let Some(id) = case.record.row.identity {
            let mut tx = engine.db().read().await?;
            match person::open(engine, &mut tx, case.organization, id).await {
                Ok(opened) => reading = opened.person.reading().cloned().unwrap_or_default(),
                Err(Error::NotFound(_) | Error::Conflict { code: "anonymized", .. }) => {}
                Err(other) => return Err(other),
            }
        }
        let own = Self::new(engine, case, &reading, face, false).await?;
        let identity =
            case.record.row.identity.map(|id| crypto::mark(&own.key, &[IDENTITY, &id.to_string()]));
        Ok(Self { identity: identity.transpose()?, ..own })
    }

    async fn new(
        engine: &Engine,
        case: &Case,
        reading: &DocumentReading,
        face: Option<Embedding>,
        matched: bool,
    ) -> Result<Self> {
        let origins = origins(engine, &case.record).await?;
        let key = own_key(engine, case.organization).await?;
        let holder = Holder::of(reading);
        let issued_by = country(reading);
        let mut numbers = vec![];
        for field in reading.fields.get(&FieldName::DocumentNumber).into_iter().flatten() {
            if field.value.chars().filter(|c| c.is_alphanumeric()).count() >= LEAST_NUMBER {
                let mark = number_mark(&key, &issued_by, &field.value)?;
                if !numbers.contains(&mark) {
                    numbers.push(mark);
                }
            }
        }
        let named = match holder.spelled().zip(holder.birth_date.as_deref()) {
            Some((name, born)) => Some(crypto::mark(&key, &[HOLDER, &name, born])?),
            None => None,
        };
        let user = match case.record.row.user_id.as_str() {
            "" => None,
            user => Some(crypto::mark(&key, &[USER, user])?),
        };
        let itself: ApplicantId = case.record.row.applicant;
        let person = match named.or(user) {
            Some(person) => person,
            None => crypto::mark(&key, &["applicant", &itself.to_string()])?,
        };
        let said = case.record.private.sdk_metadata.get("device_id").and_then(|v| v.as_str());
        let (addresses, devices) = places(&key, &origins, said)?;
        Ok(Self {
            holder,
            document_type: reading.document_type,
            state: reading.get(FieldName::IssuingState).map(|f| f.value.clone()),
            numbers,
            sure_number: fingerprint::number(reading),
            face,
            matched,
            digest: fingerprint::holder(reading),
            named,
            user,
            identity: None,
            person,
            addresses,
            devices,
            key,
        })
    }

    /// Keeps it, unless another submission has taken this one's place.
    pub(super) async fn keep(&self, engine: &Engine, case: &Case) -> Result<()> {
        let Some(mut tx) = case.begin(engine).await? else { return Ok(()) };
        let (organization, row) = (case.organization, &case.record.row);
        if let (Some(face), None) = (&self.face, self.identity) {
            let template = Template { embedding: face.clone(), holder: self.digest };
            let shelf = engine.gallery().faces();
            shelf.keep(&mut tx, organization, row.id, &case.record.key, &template.to_bytes()).await?;
        }
        let at = case.record.private.handed_in_at.unwrap_or_else(|| engine.now());
        let number = if self.matched { NUMBER } else { NUMBER_UNMATCHED };
        // What the documents of an identity say was said when they were handed in.
        let of_document = self.identity.is_none();
        let numbers = self.numbers.iter().filter(|_| of_document).map(|hash| (number, hash));
        let named = self.named.iter().filter(|_| of_document).map(|hash| (HOLDER, hash));
        let others = [(USER, &self.user), (IDENTITY, &self.identity)];
        let others = others.into_iter().filter_map(|(kind, hash)| Some((kind, hash.as_ref()?)));
        let addresses = self.addresses.iter().map(|hash| (ADDRESS, hash));
        let devices = self.devices.iter().map(|hash| (DEVICE, hash));
        let kinds = [NUMBER, NUMBER_UNMATCHED, HOLDER, ADDRESS, DEVICE];
        marks::withdraw(&mut tx, organization, row.id, &kinds).await?;
        for (kind, hash) in numbers.chain(named).chain(others).chain(addresses).chain(devices) {
            let mark = Mark {
                kind,
                hash: *hash,
                verification: row.id,
                applicant: row.applicant,
                person: self.person,
                at,
            };
            marks::keep(&mut tx, organization, &mark).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// What addresses and devices are recognised by. `said` is what the device said of itself beside the pictures.
fn places(key: &SubjectKey, origins: &[Origin], said: Option<&str>) -> Result<(Vec<Hash>, Vec<Hash>)> {
    let (mut addresses, mut devices): (BTreeSet<Hash>, BTreeSet<Hash>) = Default::default();
    for address in origins.iter().filter_map(|origin| origin.address).filter(|a| is_somebodys(*a)) {
        addresses.insert(crypto::mark(key, &[ADDRESS, &network(address)])?);
    }
    let said = said.filter(|text| (1..=512).contains(&text.len()));
    for device in origins.iter().filter_map(|origin| origin.device.as_deref()).chain(said) {
        devices.insert(crypto::mark(key, &[DEVICE, device])?);
    }
    Ok((addresses.into_iter().collect(), devices.into_iter().collect()))
}

/// Whether an address may be a person's: those inside one machine or one building are everybody's.
fn is_somebodys(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()),
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified())
        }
    }
}

/// An address as it is counted: all of IPv4, and the network of IPv6 that one household has.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_has_one_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!((of("192.0.2.7"), of("::ffff:192.0.2.7")), ("192.0.2.7".into(), "192.0.2.7".into()));
    }
}
