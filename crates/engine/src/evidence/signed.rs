//! Links to pictures that need no credential: signed, good for one picture and a few minutes.

use bonafide_core::id::{EvidenceId, OrganizationId, VerificationId};
use bonafide_store::evidence as rows;
use serde_json::json;

use super::show::note;
pub use crate::base::link::LIFETIME_S;
use crate::base::{
    caller::Caller,
    engine::Engine,
    error::{Error, Result},
    link::{self, Presented},
    record::Record,
};

/// What a link is told whose picture is gone.
const GONE: &str = "this picture was erased";

/// Makes links to the pictures of one organization, all with the same end.
pub struct Signer(link::Signer);

/// A link, as it was presented. It lets its holder in, so it does not print itself.
#[derive(Clone, Copy)]
pub struct Link<'a> {
    pub organization: OrganizationId,
    pub verification: VerificationId,
    pub picture: EvidenceId,
    /// In seconds since 1970.
    pub expires: i64,
    pub signature: &'a str,
}

/// What makes links that are good from now on.
///
/// # Errors
/// [`Error::Forbidden`] for who may not read pictures.
pub async fn signer(engine: &Engine, caller: &Caller) -> Result<Signer> {
    Ok(Signer(link::Signer::new(engine, caller).await?))
}

impl Signer {
    /// The link to a picture of a verification.
    ///
    /// # Errors
    /// Never in practice: see [`bonafide_store::crypto::mark`].
    pub fn link(&self, verification: VerificationId, picture: EvidenceId) -> Result<String> {
        self.0.link(verification, &picture.to_string())
    }
}

/// A link that is good.
#[derive(Clone, Copy)]
pub struct Opened {
    organization: OrganizationId,
    verification: VerificationId,
    picture: EvidenceId,
}

impl Opened {
    pub fn picture(&self) -> EvidenceId {
        self.picture
    }
}

/// What a link opens.
///
/// # Errors
/// [`Error::Forbidden`] for a link that was not made here, was changed or is over.
pub async fn open(engine: &Engine, link: Link<'_>) -> Result<Opened> {
    let Link { organization, verification, picture, expires, signature } = link;
    let what = picture.to_string();
    link::check(engine, Presented { organization, verification, what: &what, expires, signature }).await?;
    Ok(Opened { organization, verification, picture })
}

/// The picture of a link, as JPEG. Each look is in the audit log.
///
/// # Errors
/// [`Error::Gone`] when the picture was erased.
pub async fn look(engine: &Engine, opened: &Opened) -> Result<Vec<u8>> {
    let Opened { organization, verification, picture } = *opened;
    let mut tx = engine.db().read().await?;
    let record = Record::find(engine, &mut tx, organization, verification).await?.ok_or(Error::Gone(GONE))?;
    let row = rows::get(&mut tx, organization, picture).await?;
    let row = row.filter(|row| row.verification == verification).ok_or(Error::Gone(GONE))?;
    drop(tx);
    let jpeg = engine.blobs().get(&record.key, row.id, &row.blob_key).await?.to_vec();
    let detail = json!({"picture": picture, "part": "whole", "by": "link"});
    note(engine, organization, "link", verification, detail).await?;
    Ok(jpeg)
}

#[cfg(test)]
mod tests {
    use bonafide_core::audit::AuditAction;
    use bonafide_store::audit;

    use super::*;
    use crate::{
        testing::{ANNA, House, organization},
        verifications,
    };

    /// What a link says, taken apart.
    fn parts(link: &str) -> (OrganizationId, VerificationId, EvidenceId, i64, String) {
        let (path, query) = link.split_once("?expires=").unwrap();
        let (expires, signature) = query.split_once("&signature=").unwrap();
        let mut ids = path.strip_prefix("/assets/").unwrap().split('/');
        let mut id = || ids.next().unwrap();
        let (organization, verification, picture) = (id().parse(), id().parse(), id().parse());
        (
            organization.unwrap(),
            verification.unwrap(),
            picture.unwrap(),
            expires.parse().unwrap(),
            signature.to_owned(),
        )
    }

    async fn picture_of(house: &House, id: VerificationId) -> EvidenceId {
        verifications::read(&house.engine, &house.caller, id).await.unwrap().given[0].id
    }

    fn is_refused(opened: Result<Opened>) -> bool {
        matches!(opened, Err(Error::Forbidden))
    }

    #[tokio::test]
    async fn a_link_shows_one_picture_for_a_quarter_of_an_hour() {
        let house = House::new().await;
        let (engine, caller) = (&house.engine, &house.caller);
        let (one, two) = (house.handed_in(ANNA).await, house.handed_in(ANNA).await);
        let (id, other) = (one.record.row.id, two.record.row.id);
        let (shown, another) = (picture_of(&house, id).await, picture_of(&house, other).await);
        let stranger = organization(engine, "second", false).await;
        signer(engine, &stranger).await.unwrap();

        let text = signer(engine, caller).await.unwrap().link(id, shown).unwrap();
        let (of, verification, picture, expires, signature) = parts(&text);
        assert_eq!((of, verification, picture), (caller.organization, id, shown));
        let link = Link { organization: of, verification, picture, expires, signature: &signature };
        let opened = open(engine, link).await.unwrap();
        assert_eq!(look(engine, &opened).await.unwrap(), [0]);
        let log = audit::list(&mut engine.db().read().await.unwrap(), of, 0, 1000).await.unwrap();
        let last = log.last().map(|line| (line.action.as_str(), line.actor.as_str()));
        assert_eq!(last, Some((AuditAction::VerificationPictureRead.as_str(), "link")));

        let wrong = signature.replace(['0', '1', '2', '3'], "4");
        let others = [
            Link { organization: stranger.organization, ..link },
            Link { organization: OrganizationId::from_uuid(id.uuid()), ..link },
            Link { verification: other, ..link },
            Link { picture: another, ..link },
            Link { verification: other, picture: another, ..link },
            Link { expires: expires + 1, ..link },
            Link { expires: i64::MAX, ..link },
            Link { signature: &wrong, ..link },
            Link { signature: "", ..link },
        ];
        for (n, changed) in others.into_iter().enumerate() {
            assert!(is_refused(open(engine, changed).await), "{n}");
        }
        house.clock.advance(LIFETIME_S * 1000 - 1000);
        assert!(open(engine, link).await.is_ok());
        house.clock.advance(1000);
        assert!(is_refused(open(engine, link).await));
    }

    #[tokio::test]
    async fn nothing_is_shown_of_who_was_forgotten() {
        let house = House::new().await;
        let (engine, caller) = (&house.engine, &house.caller);
        let id = house.handed_in(ANNA).await.record.row.id;
        let picture = picture_of(&house, id).await;
        let text = signer(engine, caller).await.unwrap().link(id, picture).unwrap();
        let (organization, verification, picture, expires, signature) = parts(&text);
        let link = Link { organization, verification, picture, expires, signature: &signature };
        verifications::anonymize(engine, caller, id).await.unwrap();
        let opened = open(engine, link).await.unwrap();
        assert!(matches!(look(engine, &opened).await, Err(Error::Gone(_))));
    }

    #[tokio::test]
    async fn who_may_not_read_makes_no_links() {
        let house = House::new().await;
        let caller = Caller { scopes: "verifications:write".to_owned(), ..house.caller.clone() };
        assert!(matches!(signer(&house.engine, &caller).await, Err(Error::Forbidden)));
    }
}
