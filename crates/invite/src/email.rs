//! A message to a mail server, by SMTP (RFC 5321).

use std::{error::Error as _, fmt, io, time::Duration};

use bonafide_core::time::Timestamp;
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use tokio::time::timeout;

use crate::{
    ConfigError, Kind, NotSent, SmtpConfig, Tls,
    address::{self, AddressProblem},
    config::{limit, read},
    templates::Email,
};

/// Longest wait for the server's goodbye: the message is on its way by then.
const GOODBYE: Duration = Duration::from_secs(2);

pub(crate) struct Mailer {
    server: String,
    port: u16,
    tls: Tls,
    trust: TlsParameters,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
}

/// Where an exchange with the server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    StartTls,
    Auth,
    Sender,
    Recipient,
    Content,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "the greeting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Content => "DATA",
        })
    }
}

impl Mailer {
    /// Checks the settings and reads the secrets; nobody is connected to yet.
    pub(crate) fn new(config: &SmtpConfig) -> Result<Self, ConfigError> {
        let bad = |setting: &str, why: &str| ConfigError::new(format!("smtp.{setting}"), why);
        let server = config.server.trim().to_owned();
        if server.is_empty() || server.contains(|c: char| c.is_whitespace() || "/@".contains(c)) {
            return Err(bad("server", "is not the name of a host; write for instance mail.example.org"));
        }
        let from: Mailbox = config.from.parse().map_err(|_| {
            bad("from", "is not a sender; write an address, or \"Example Bank <identity@example.org>\"")
        })?;
        let address = address::email(from.email.as_ref()).map_err(|why| bad("from", &why.to_string()))?;
        let from = Mailbox::new(from.name, address);
        let credentials = match (&config.username, &config.password) {
            (None, None) => None,
            (Some(name), Some(password)) => {
                let password = read(password).map_err(|error| bad("password", &error.to_string()))?;
                Some(Credentials::new(name.clone(), password.to_string()))
            }
            (Some(_), None) => return Err(bad("password", "is missing; a username needs one")),
            (None, Some(_)) => return Err(bad("username", "is missing; a password needs one")),
        };
        let here = matches!(server.as_str(), "localhost" | "127.0.0.1" | "::1");
        if credentials.is_some() && config.tls == Tls::None && !here {
            let why = "would send the password in the clear; write \"starttls\" or \"implicit\"";
            return Err(bad("tls", why));
        }
        let mut trust = TlsParameters::builder(server.clone());
        if let Some(path) = &config.ca {
            let cannot = |why: String| bad("ca", &format!("{} {why}", path.display()));
            let pem = std::fs::read(path).map_err(|error| cannot(format!("cannot be read: {error}")))?;
            let not_pem = || cannot("holds no certificate; write the path of a PEM file".to_owned());
            if !pem.windows(17).any(|window| window == b"BEGIN CERTIFICATE") {
                return Err(not_pem());
            }
            trust = trust.add_root_certificate(Certificate::from_pem(&pem).map_err(|_| not_pem())?);
        }
        let trust = trust.build().map_err(|_| bad("server", "is not a name that a certificate can have"))?;
        let port = config.port.unwrap_or(match config.tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        });
        let timeout = limit("smtp.timeout_s", config.timeout_s)?;
        Ok(Self { server, port, tls: config.tls, trust, credentials, from, timeout })
    }

    /// Hands a message over to the server. `id` makes its Message-ID, the same for every repeat, by which mail programs
    /// know a repeat; it is letters and digits. An invitation has it in a header of its own as well: some servers put
    /// another Message-ID, and a bounce is reported by it.
    pub(crate) async fn send(
        &self,
        to: &str,
        words: Email,
        id: &str,
        now: Timestamp,
    ) -> Result<String, NotSent> {
        let malformed = |why: AddressProblem| NotSent::for_good(NotSent::ADDRESS_MALFORMED, why.to_string());
        let to = address::email(to).map_err(malformed)?;
        let message_id = format!("<{id}@{}>", self.from.email.domain());
        let message = self.compose(&to, words, id, &message_id, now)?;
        match timeout(self.timeout, self.hand_over(&to, &message)).await {
            Ok(Ok(mut connection)) => {
                let _ = timeout(GOODBYE, connection.quit()).await;
                Ok(message_id)
            }
            Ok(Err(failure)) => Err(failure),
            Err(_) => {
                let limit = self.timeout.as_secs();
                Err(NotSent::now(NotSent::TIMEOUT, format!("the mail server was not done within {limit} s")))
            }
        }
    }

    fn compose(
        &self,
        to: &Address,
        words: Email,
        id: &str,
        message_id: &str,
        now: Timestamp,
    ) -> Result<Vec<u8>, NotSent> {
        let header =
            |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        // The years that a Date header can say.
        let now = jiff::Timestamp::from_millisecond(now.0.clamp(0, 253_402_300_799_000)).unwrap_or_default();
        // The boundary as well is the same for every repeat; no text holds the random bits of an id by chance.
        let body = MultiPart::alternative()
            .boundary(id)
            .singlepart(SinglePart::plain(words.text))
            .singlepart(SinglePart::html(words.html));
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.clone().into())
            .subject(words.subject)
            .date(now.into())
            .message_id(Some(message_id.to_owned()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", &words.language));
        let message = match words.kind {
            Kind::Code | Kind::Share => message,
            Kind::Invitation | Kind::Reminder => message.raw_header(header("X-Invitation-Id", id)),
        };
        message
            .multipart(body)
            .map(|message| message.formatted())
            .map_err(|_| NotSent::now(NotSent::WORDING_FAILED, "the message could not be put together"))
    }

    async fn hand_over(&self, to: &Address, message: &[u8]) -> Result<AsyncSmtpConnection, NotSent> {
        let failed = |step: Step| move |error: Error| understood(step, &error);
        let me = ClientId::default();
        let from_the_start = (self.tls == Tls::Implicit).then(|| self.trust.clone());
        let mut server = AsyncSmtpConnection::connect_tokio1(
            (self.server.as_str(), self.port),
            None,
            &me,
            from_the_start,
            None,
        )
        .await
        .map_err(failed(Step::Connect))?;
        if self.tls == Tls::StartTls {
            server.starttls(self.trust.clone(), &me).await.map_err(failed(Step::StartTls))?;
        }
        if let Some(credentials) = &self.credentials {
            server.auth(DEFAULT_MECHANISMS, credentials).await.map_err(failed(Step::Auth))?;
        }
        let mut options = vec![];
        // Only an address with letters outside ASCII before its @ puts them into the message.
        if !message.is_ascii() {
            if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
                let why = "the mail server cannot carry addresses with letters outside ASCII before the @";
                return Err(NotSent::for_good(NotSent::ADDRESS_UNSUPPORTED, why));
            }
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender = Mail::new(Some(self.from.email.clone()), options);
        server.command(sender).await.map_err(failed(Step::Sender))?;
        server.command(Rcpt::new(to.clone(), vec![])).await.map_err(failed(Step::Recipient))?;
        server.command(Data).await.map_err(failed(Step::Content))?;
        server.message(message).await.map_err(failed(Step::Content))?;
        Ok(server)
    }
}

/// Of what the server says only the codes are kept: its words often repeat the address.
fn understood(step: Step, error: &Error) -> NotSent {
    if let Some(code) = error.status() {
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        return refused(step, code.into(), enhanced(&words));
    }
    let deepest = std::iter::successors(error.source(), |error| (*error).source()).last();
    let network = std::iter::successors(error.source(), |error| (*error).source())
        .find_map(|error| error.downcast_ref::<io::Error>());
    if let Some(network) = network {
        // What TLS refuses arrives as data that is not valid.
        if matches!(step, Step::Connect | Step::StartTls) && network.kind() == io::ErrorKind::InvalidData {
            let why = deepest.map(ToString::to_string).unwrap_or_default();
            return NotSent::now(
                NotSent::TLS_FAILED,
                format!(
                    "no protected connection to the mail server: {why}; see the settings tls, server and ca"
                ),
            );
        }
        return NotSent::now(
            NotSent::UNREACHABLE,
            format!("the connection to the mail server failed at {step}: {}", network.kind()),
        );
    }
    match step {
        Step::StartTls => {
            let why = "the mail server does not offer STARTTLS; set tls to implicit, or to none if you must";
            NotSent::now(NotSent::TLS_FAILED, why)
        }
        Step::Auth => {
            let why = "the mail server offers no way to log in that is known here (PLAIN, LOGIN)";
            NotSent::now(NotSent::AUTH_FAILED, why)
        }
        _ => NotSent::now(NotSent::UNREACHABLE, format!("the mail server's answer to {step} is not SMTP")),
    }
}

fn refused(step: Step, code: u16, enhanced: Option<&str>) -> NotSent {
    let detail = match enhanced {
        Some(enhanced) => format!("the mail server answered {step} with {code} {enhanced}"),
        None => format!("the mail server answered {step} with {code}"),
    };
    let for_good = code >= 500;
    // 530 and 535: log in first.
    let (name, permanent) = match (step, code) {
        (_, 530 | 535) | (Step::Auth, _) => (NotSent::AUTH_FAILED, false),
        (Step::Connect, _) => (NotSent::SERVER_REFUSED, false),
        (Step::StartTls, _) => (NotSent::TLS_FAILED, false),
        _ if code == 421 => (NotSent::DEFERRED, false),
        (Step::Sender, 500..) => (NotSent::SENDER_REFUSED, false),
        (Step::Sender, _) => (NotSent::DEFERRED, false),
        (Step::Recipient | Step::Content, _) if is_full(code, enhanced) => (NotSent::MAILBOX_FULL, for_good),
        (Step::Recipient, 500..) => (NotSent::ADDRESS_REFUSED, true),
        (Step::Content, 500..) => (NotSent::MESSAGE_REFUSED, true),
        (Step::Recipient | Step::Content, _) => (NotSent::DEFERRED, false),
    };
    NotSent { permanent, code: name, detail }
}

/// RFC 3463 says X.2.2 of a full mailbox; servers without such codes say it with 452 and 552.
fn is_full(code: u16, enhanced: Option<&str>) -> bool {
    match enhanced.and_then(|enhanced| enhanced.split_once('.')) {
        Some((_, rest)) => rest == "2.2",
        None => code == 452 || code == 552,
    }
}

/// The enhanced status code (RFC 3463) that an answer's words start with.
fn enhanced(words: &str) -> Option<&str> {
    let first = words.split_whitespace().next()?;
    let parts: Vec<&str> = first.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (parts.len() == 3 && matches!(parts[0], "4" | "5") && parts.iter().all(number)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_of_recipient_or_message_is_for_good() {
        for (step, code, words, expected) in [
            (Step::Connect, 554, "no", (NotSent::SERVER_REFUSED, false)),
            (Step::Auth, 535, "5.7.8 wrong", (NotSent::AUTH_FAILED, false)),
            (Step::Auth, 454, "4.7.0 later", (NotSent::AUTH_FAILED, false)),
            (Step::Sender, 530, "5.7.0 log in", (NotSent::AUTH_FAILED, false)),
            (Step::Sender, 553, "5.7.1 not you", (NotSent::SENDER_REFUSED, false)),
            (Step::Sender, 451, "later", (NotSent::DEFERRED, false)),
            (Step::Recipient, 421, "4.3.2 closing", (NotSent::DEFERRED, false)),
            (Step::Recipient, 450, "4.2.0 greylisted", (NotSent::DEFERRED, false)),
            (Step::Recipient, 452, "storage", (NotSent::MAILBOX_FULL, false)),
            (Step::Recipient, 452, "4.5.3 too many recipients", (NotSent::DEFERRED, false)),
            (Step::Recipient, 530, "log in", (NotSent::AUTH_FAILED, false)),
            (Step::Recipient, 550, "5.1.1 <anna@example.org>", (NotSent::ADDRESS_REFUSED, true)),
            (Step::Recipient, 552, "5.2.2 full", (NotSent::MAILBOX_FULL, true)),
            (Step::Content, 552, "5.3.4 too big", (NotSent::MESSAGE_REFUSED, true)),
            (Step::Content, 554, "", (NotSent::MESSAGE_REFUSED, true)),
            (Step::Content, 451, "4.3.0 later", (NotSent::DEFERRED, false)),
        ] {
            let failure = refused(step, code, enhanced(words));
            assert_eq!((failure.code, failure.permanent), expected, "{step} {code} {words}");
        }
    }

    #[test]
    fn of_a_servers_words_only_codes_are_kept() {
        assert_eq!(enhanced("5.1.1 <anna@example.org>: unknown"), Some("5.1.1"));
        for words in ["", "anna", "5.1", "5.1.1.1", "5.1.1anna", "2.0.0 ok", "5.1234.1", "5..1"] {
            assert_eq!(enhanced(words), None, "{words}");
        }
    }
}
