//! What is kept of a share under the person's key.

use bonafide_core::{id::ShareId, share::ShareMail};
use bonafide_store::{
    crypto::{self, Object, Sealed, SubjectKey},
    shares::Share,
};
use serde::{Deserialize, Serialize};

use crate::base::{engine::Engine, error::Result, private::ThirdParty};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    #[serde(flatten)]
    pub(super) party: ThirdParty,
    /// Absent where none is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) mail: Option<Mail>,
}

/// The e-mail to the third party.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Mail {
    Sending {
        /// Of the link that every try carries; drawn by the first, and forgotten when it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    Sent,
    Failed {
        /// A stable word.
        reason: String,
    },
}

impl Kept {
    pub(super) fn open(key: &SubjectKey, row: &Share) -> Result<Self> {
        Ok(crypto::open_json(key, Object::Share(row.id), &row.sealed)?)
    }

    pub(super) fn seal(&self, engine: &Engine, key: &SubjectKey, id: ShareId) -> Result<Sealed> {
        Ok(crypto::seal_json(key, Object::Share(id), self, &*engine.entropy)?)
    }

    pub(super) fn mail(&self) -> ShareMail {
        match &self.mail {
            None => ShareMail::NotSent,
            Some(Mail::Sending { .. }) => ShareMail::Sending,
            Some(Mail::Sent) => ShareMail::Sent,
            Some(Mail::Failed { .. }) => ShareMail::Failed,
        }
    }

    /// Why it did not arrive.
    pub(super) fn reason(self) -> Option<String> {
        match self.mail {
            Some(Mail::Failed { reason }) => Some(reason),
            _ => None,
        }
    }
}
