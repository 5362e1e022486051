//! What links and capture tokens look like, and when their verification still takes something.

use bonafide_core::{time::Timestamp, verification::Status};
use bonafide_store::{
    Tx,
    capture_tokens::{self as rows, CaptureToken},
    secrets::PlainSecret,
    verifications::{self, Verification},
};

use crate::base::{
    engine::Engine,
    error::{Error, Result},
    record::status,
};

/// What a capture token begins with.
const TOKEN: &str = "cap";
/// What the code of a link begins with.
const LINK: &str = "lnk";

/// Whether a text begins as capture tokens do.
pub(crate) fn is_token(text: &str) -> bool {
    text.strip_prefix(TOKEN).is_some_and(|rest| rest.starts_with('_'))
}

/// Draws a token or the code of a link, and keeps its hash.
pub(super) async fn draw(
    engine: &Engine,
    tx: &mut Tx,
    row: &Verification,
    link: bool,
) -> Result<PlainSecret> {
    let secret = PlainSecret::new(if link { LINK } else { TOKEN }, &*engine.entropy);
    let new = CaptureToken {
        token_sha256: secret.hash(),
        organization: row.organization,
        verification: row.id,
        link,
        created_at: engine.now(),
        ended_at: None,
    };
    if !link {
        // One device at a time.
        rows::end(tx, row.organization, row.id, false, engine.now()).await?;
    }
    rows::insert(tx, row.organization, &new).await?;
    Ok(secret)
}

/// Refuses what is over: submitted, decided, canceled or out of time.
pub(super) fn is_open(row: &Verification, now: Timestamp) -> Result<()> {
    match row.expires_at.is_none_or(|at| at > now) {
        true if status(row).waits_for_the_person() => Ok(()),
        true => Err(Error::Gone("this verification takes nothing more: it was submitted or has ended")),
        false => {
            Err(Error::Gone("the time of this verification is over; ask whoever sent the link for a new one"))
        }
    }
}

/// As long as the checks of what was submitted run, the device may ask what comes of it.
pub(super) fn is_checked(row: &Verification) -> bool {
    status(row) == Status::Processing
}

/// The verification of a link or token.
pub(super) async fn verification(tx: &mut Tx, token: &CaptureToken) -> Result<Option<Verification>> {
    Ok(verifications::get(tx, token.organization, token.verification).await?)
}
