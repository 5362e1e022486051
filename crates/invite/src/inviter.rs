//! Writing to a person: words, then the channel.

use bonafide_core::{id::JobId, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Channel, Config, ConfigError, NotSent,
    email::Mailer,
    sms::Gateway,
    templates::{About, Templates},
};

/// Why a person is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Invitation,
    /// To somebody who was invited and has not finished.
    Reminder,
    /// The one-time code of a [`CodeMessage`]. An [`Invitation`] has no code to show: of this kind it is not sent.
    Code,
    /// To a third party whom a person let see what was verified. By e-mail alone.
    Share,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
            Self::Code => "code",
            Self::Share => "share",
        }
    }
}

/// One message to one person. Personal data; it prints nothing of itself.
#[derive(Clone, Copy)]
pub struct Invitation<'a> {
    pub channel: Channel,
    /// An e-mail address or a phone number, as [`crate::check`] takes it.
    pub to: &'a str,
    pub kind: Kind,
    /// BCP 47, for instance `pt-BR`; the words are of the nearest language there is, at last English.
    pub language: &'a str,
    /// Who asks, by the name that people know.
    pub organization: &'a str,
    /// Who is written to.
    pub person: Option<&'a str>,
    pub link: &'a str,
    pub expires_at: Timestamp,
    /// The same for every repeat of this message, different for every other message. The message carries it in the clear,
    /// so that who hears of its fate can say which one they mean.
    pub id: JobId,
}

/// A one-time code for a person who is to show that an address is theirs. Personal data and a secret; it prints nothing
/// of itself.
#[derive(Clone, Copy)]
pub struct CodeMessage<'a> {
    pub channel: Channel,
    /// As of an [`Invitation`].
    pub to: &'a str,
    /// As of an [`Invitation`].
    pub language: &'a str,
    /// Who asks, by the name that people know.
    pub organization: &'a str,
    pub person: Option<&'a str>,
    pub code: &'a str,
    pub expires_at: Timestamp,
    /// The host of the page that takes the code, without scheme and port. A text message then ends with the line by which
    /// a browser on that page offers to fill the code in (origin-bound one-time codes, WebOTP).
    pub host: Option<&'a str>,
    /// The same for every repeat of this message, different for every other message.
    pub id: JobId,
}

/// A message that the server or gateway took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The Message-ID of an e-mail, or what the gateway was given as `{id}`. The same for every repeat.
    pub id: String,
    /// Of the words, BCP 47.
    pub language: String,
}

/// Sends invitations and codes. One per process; it keeps no connection.
pub struct Inviter {
    templates: Templates,
    mailer: Option<Mailer>,
    gateway: Option<Gateway>,
}

impl Inviter {
    /// Checks the settings, reads the secrets and tries every template; nobody is connected to yet.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self {
            templates: Templates::new(&config)?,
            mailer: config.smtp.as_ref().map(Mailer::new).transpose()?,
            gateway: config.sms.as_ref().map(Gateway::new).transpose()?,
        })
    }

    /// What works otherwise than the operator may think, and how to change it: for the log at the start and for who checks
    /// the settings.
    pub fn remarks(&self) -> &[String] {
        self.templates.remarks()
    }

    /// The channels that are set up.
    pub fn channels(&self) -> Vec<Channel> {
        let email = self.mailer.is_some().then_some(Channel::Email);
        let sms = self.gateway.is_some().then_some(Channel::Sms);
        email.into_iter().chain(sms).collect()
    }

    /// Sends one message, once. `now` is the date that an e-mail says.
    ///
    /// A failure that is not permanent may come after the message was taken (the answer got lost): a repeat then is a
    /// second message with the same id.
    pub async fn send(&self, invitation: &Invitation<'_>, now: Timestamp) -> Result<Sent, NotSent> {
        let about = About {
            kind: invitation.kind,
            organization: invitation.organization,
            person: invitation.person,
            link: Some(invitation.link),
            code: None,
            host: None,
            expires_at: invitation.expires_at,
        };
        self.deliver(invitation.channel, invitation.to, invitation.language, &about, invitation.id, now).await
    }

    /// Sends a one-time code, once, as [`Self::send`] does. Neither the code nor the address is in what comes back.
    pub async fn send_code(&self, message: &CodeMessage<'_>, now: Timestamp) -> Result<Sent, NotSent> {
        let about = About {
            kind: Kind::Code,
            organization: message.organization,
            person: message.person,
            link: None,
            code: Some(message.code),
            host: message.host,
            expires_at: message.expires_at,
        };
        self.deliver(message.channel, message.to, message.language, &about, message.id, now).await
    }

    async fn deliver(
        &self,
        channel: Channel,
        to: &str,
        language: &str,
        about: &About<'_>,
        id: JobId,
        now: Timestamp,
    ) -> Result<Sent, NotSent> {
        let id = id.to_string();
        let not_set_up = |settings: &str| {
            let channel = channel.as_str();
            NotSent::now(NotSent::NOT_SET_UP, format!("{channel} is not set up; see the settings {settings}"))
        };
        match channel {
            Channel::Email => {
                let mailer = self.mailer.as_ref().ok_or_else(|| not_set_up("[invitations.smtp]"))?;
                let words = self.templates.email(language, about).map_err(unworded)?;
                let language = words.language.clone();
                let id = mailer.send(to, words, &id, now).await?;
                Ok(Sent { id, language })
            }
            Channel::Sms => {
                let gateway = self.gateway.as_ref().ok_or_else(|| not_set_up("[invitations.sms]"))?;
                let (language, text) = self.templates.sms(language, about).map_err(unworded)?;
                gateway.send(to, &text, &id).await?;
                Ok(Sent { id, language })
            }
        }
    }
}

/// Where in which file, but not the values that did it.
fn unworded(error: minijinja::Error) -> NotSent {
    let file = error.name().unwrap_or("a template").to_owned();
    let line = error.line().unwrap_or_default();
    NotSent::now(NotSent::WORDING_FAILED, format!("{file}, line {line}: {}", error.kind()))
}
