//! On whose behalf something is done.

use std::{fmt, net::IpAddr};

use bonafide_core::{
    id::{CredentialId, OrganizationId, VerificationId},
    plan::Plan,
};

/// What a credential may do. The words are stored and published: never change one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Read verifications, people, evidence and events.
    Read,
    /// Create verifications, submit evidence, erase people.
    Write,
    /// Weights, requirements and the block list.
    Settings,
    /// Policies, and every other setting that can weaken a decision.
    Policy,
    /// Decide what waits for a human.
    Review,
    /// Where events are sent.
    Webhooks,
    /// Other credentials of the organization.
    Keys,
    /// Capture in one verification, from the person's own device. Only a capture token grants it.
    Capture,
}

impl Scope {
    /// Those that a credential may be given.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::Write, Self::Settings, Self::Policy, Self::Review, Self::Webhooks, Self::Keys];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "verifications:read",
            Self::Write => "verifications:write",
            Self::Settings => "settings",
            Self::Policy => "policy",
            Self::Review => "reviews",
            Self::Webhooks => "webhooks",
            Self::Keys => "keys",
            Self::Capture => "capture",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().chain([Self::Capture]).find(|s| s.as_str() == word)
    }

    /// The word for everyday work: everything but other credentials, what can weaken decisions, and reviews.
    pub const EVERYTHING: &str = "verifications";

    /// What a word of a list of scopes stands for; nothing for a word that is none, or that no credential is given.
    pub fn of_word(word: &str) -> Vec<Self> {
        match word {
            Self::EVERYTHING => vec![Self::Read, Self::Write, Self::Settings, Self::Webhooks],
            word => Self::parse(word).filter(|scope| *scope != Self::Capture).into_iter().collect(),
        }
    }

    /// Whether a space-separated list grants this.
    pub fn is_granted_by(self, scopes: &str) -> bool {
        scopes.split(' ').any(|word| word == self.as_str() || Self::of_word(word).contains(&self))
    }

    /// The words of a space-separated list that stand for nothing, or that no credential is given.
    pub fn unknown(scopes: &str) -> Vec<&str> {
        scopes.split(' ').filter(|word| !word.is_empty() && Self::of_word(word).is_empty()).collect()
    }

    /// Whether one list grants all that another does. What a word stands for that nobody knows is granted by none.
    pub fn covers(scopes: &str, others: &str) -> bool {
        Self::unknown(others).is_empty()
            && others.split(' ').flat_map(Self::of_word).all(|scope| scope.is_granted_by(scopes))
    }
}

/// An authenticated credential. Made only by [`crate::access`].
#[derive(Debug, Clone)]
pub struct Caller {
    pub organization: OrganizationId,
    pub credential: CredentialId,
    /// The public name of the credential: an OAuth client id, or what an API key is called.
    pub client_id: String,
    /// Space-separated words.
    pub scopes: String,
    /// Requests a minute; the server's own limit when absent.
    pub per_minute: Option<i64>,
    /// Whether the organization is a sandbox.
    pub sandbox: bool,
    /// What the organization has subscribed to.
    pub plan: Plan,
    /// Where the request came from, if that is known.
    pub address: Option<ClientAddress>,
    /// The device that sent the request, if it said so.
    pub device: Option<Device>,
    /// The one verification that the caller may capture in, and nothing else: they came with a capture token.
    pub session: Option<VerificationId>,
}

/// The name that a device, or the app on it, gives itself. Personal data, so it does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Device(pub String);

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device(..)")
    }
}

/// An internet address of a person or of the caller. Personal data, so it does not print itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAddress(..)")
    }
}

impl Caller {
    pub fn may(&self, scope: Scope) -> bool {
        scope.is_granted_by(&self.scopes) && (scope != Scope::Capture || self.session.is_some())
    }

    /// How the audit log names this caller.
    pub(crate) fn actor(&self) -> String {
        match self.session {
            Some(_) => "person".to_owned(),
            None => format!("credential:{}", self.credential),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_words_and_one_word_stands_for_several() {
        assert!(
            Scope::Read.is_granted_by("verifications") && Scope::Webhooks.is_granted_by("keys verifications")
        );
        assert!(!Scope::Keys.is_granted_by("verifications") && !Scope::Read.is_granted_by(""));
        assert!(!Scope::Write.is_granted_by("verifications:read"));
        assert!(Scope::covers("verifications keys", "settings verifications:read"));
        assert!(!Scope::covers("verifications:read", "verifications"));
        assert!(!Scope::covers("verifications", "keys"));
        for unknown in ["everything", "verifications:read everything", "capture", "Verifications"] {
            assert!(!Scope::covers("verifications keys policy reviews", unknown), "{unknown}");
        }
        assert_eq!(Scope::unknown("verifications  capture reviews all"), ["capture", "all"]);
        // Nobody is given what only a capture token has.
        assert!(Scope::of_word("capture").is_empty() && Scope::Capture.is_granted_by("capture"));
        assert!(!Scope::Capture.is_granted_by("verifications keys policy"));
    }
}
