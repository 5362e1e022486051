//! Every setting once: what `bonafide config example` prints, what numbers may be, and what an error says.

use std::fmt::Write as _;

use bonafide_core::nearest;
use figment::{Source, error::Kind};

/// One setting of the settings file.
pub(crate) struct Setting {
    /// Its name, with the tables it is in: `invitations.smtp.server`.
    pub(crate) name: &'static str,
    /// What it takes, in words.
    takes: &'static str,
    value: Value,
    /// The smallest and the largest number; other kinds are judged by their type.
    pub(crate) limits: Option<(i64, i64)>,
    meaning: &'static str,
}

/// The value shown in the example, in TOML.
enum Value {
    /// What applies where the setting is left out.
    Preset(&'static str),
    /// One that fits; where the setting is left out there is none.
    Example(&'static str),
    /// One that fits; whoever uses this table has to give one.
    Required(&'static str),
}

use Value::{Example, Preset, Required};

const DAY: i64 = 86_400;

const fn setting(name: &'static str, takes: &'static str, value: Value, meaning: &'static str) -> Setting {
    Setting { name, takes, value, limits: None, meaning }
}

impl Setting {
    const fn within(mut self, least: i64, most: i64) -> Self {
        self.limits = Some((least, most));
        self
    }

    fn shown(&self) -> &'static str {
        match self.value {
            Preset(text) | Example(text) | Required(text) => text,
        }
    }

    /// The table it is in, and its name there.
    fn place(&self) -> (&'static str, &'static str) {
        self.name.rsplit_once('.').unwrap_or(("", self.name))
    }

    /// The environment variable that says the same. Tables are written in the file.
    pub(crate) fn variable(&self) -> Option<String> {
        let plain = !self.name.contains('.') && !self.takes.starts_with("a table");
        plain.then(|| format!("BONAFIDE_{}", self.name.to_uppercase()))
    }

    /// What it would be called in the environment if it could be set there.
    pub(crate) fn variable_of_part(&self) -> String {
        format!("BONAFIDE_{}", self.name.replace('.', "_").to_uppercase())
    }

    /// What to write, as the end of an error.
    pub(crate) fn advice(&self) -> String {
        format!("it takes {}, for instance {}", self.takes, self.shown())
    }
}

/// In the order of the example. Settings of one table stand together.
pub(crate) const SETTINGS: &[Setting] = &[
    setting(
        "data_dir",
        "a folder",
        Preset("\"data\""),
        "Where the database, the pictures, the lists and the key ring are kept. This file is looked for here, so the \
         setting is for the environment or the command line.",
    ),
    setting(
        "listen",
        "an address and a port",
        Preset("\"127.0.0.1:8080\""),
        "Where the server listens, without TLS: put a proxy in front (deploy/).",
    ),
    setting(
        "database",
        "a postgres:// URL or the path of an SQLite file, or { env = \"NAME\" } or { file = \"PATH\" }",
        Example("\"postgres://bonafide@db.example.com/bonafide\""),
        "PostgreSQL, for several processes. Left out, it is the SQLite file bonafide.db in data_dir.",
    ),
    setting(
        "workers",
        "a number of checks",
        Example("4"),
        "Checks that run at the same time. Left out, one per processor.",
    )
    .within(1, 1024),
    setting(
        "worker_memory_mib",
        "a number of MiB",
        Preset("4096"),
        "Memory that each process may take which looks at pictures, in addresses: what it uses is less. There are twice as many \
         of them as `workers`, started when they are needed.",
    )
    .within(2048, 1_048_576),
    setting(
        "picture_timeout_s",
        "a number of seconds",
        Preset("20"),
        "How long it may take to open a picture or a PDF that came in. One that takes longer, twice, is refused.",
    )
    .within(1, 600),
    setting(
        "check_timeout_s",
        "a number of seconds",
        Preset("120"),
        "How long a check of pictures may take. One that takes longer, twice, is not assessed, and a human decides.",
    )
    .within(1, 3600),
    setting(
        "public_url",
        "a URL that begins with https://",
        Preset("\"\""),
        "Where people and callers reach this server, for instance \"https://id.example.com\": links are made of it.",
    ),
    setting(
        "capture_url",
        "a URL with {verification} in it",
        Preset("\"\""),
        "Where an invited person goes: your own capture page, for instance \
         \"https://app.example.com/verify?v={verification}\".",
    ),
    setting(
        "share_url",
        "a URL with #{code} at its end",
        Preset("\"\""),
        "Where a third party goes who may see what was approved: your own page, which asks POST /capture/share/read, for \
         instance \"https://app.example.com/shared#{code}\".",
    ),
    setting(
        "share_lifetime_s",
        "a number of seconds",
        Preset("2592000"),
        "How long a third party's link shows what was shared with them.",
    )
    .within(1, 3650 * DAY),
    setting(
        "verification_lifetime_s",
        "a number of seconds",
        Preset("604800"),
        "How long a verification waits for the person before it expires.",
    )
    .within(1, 3650 * DAY),
    setting(
        "token_lifetime_s",
        "a number of seconds",
        Preset("3600"),
        "How long an OAuth access token is valid.",
    )
    .within(1, 30 * DAY),
    setting(
        "job_lease_s",
        "a number of seconds",
        Preset("60"),
        "How long a worker that shows no sign of life keeps its job before another takes it.",
    )
    .within(1, 3600),
    setting(
        "four_eyes",
        "\"never\", \"approve\" or \"decide\"",
        Preset("\"never\""),
        "Whether a reviewer's approval, or approval and decline, needs the word of two: the first is a proposal, and takes \
         effect when another key or client says the same.",
    ),
    setting(
        "requests_per_minute",
        "a number of requests a minute",
        Preset("200"),
        "The rate limit of a key or client that was given none of its own. Each process counts for itself.",
    )
    .within(1, 1_000_000_000),
    setting(
        "organization_requests_per_minute",
        "a number of requests a minute",
        Preset("2000"),
        "The rate limit of all keys and clients of an organization together; a single one's own limit if that is more.",
    )
    .within(1, 1_000_000_000),
    setting(
        "max_connections",
        "a number",
        Preset("1000"),
        "Connections at once; beyond that others wait. Each needs one of the files that the operating system lets a process open \
         (ulimit -n).",
    )
    .within(1, 1_000_000),
    setting(
        "metrics_listen",
        "an address and a port",
        Example("\"127.0.0.1:9464\""),
        "Where Prometheus finds metrics, at /metrics. Left out, nothing is counted.",
    ),
    setting(
        "audit_anchors",
        "the path of a file",
        Example("\"/mnt/elsewhere/bonafide-audit-anchors.jsonl\""),
        "Where the ends of the audit log are written to, so that `bonafide audit verify` misses what is cut off there; best where \
         who can write to the database cannot write. Left out, audit-anchors.jsonl in the data directory.",
    ),
    setting(
        "audit_anchor_every_s",
        "a number of seconds",
        Preset("300"),
        "How often, beside the start and the end of a server. What was written since the last time can be cut off unnoticed; \
         each time adds half a kilobyte for every organization with new lines.",
    )
    .within(1, 86_400),
    setting(
        "webhook_networks",
        "a list of addresses and networks",
        Preset("[]"),
        "Networks that webhooks may be sent to although they are not public, and without TLS: for development, or for \
         receivers inside, for instance [\"10.1.0.0/16\"].",
    ),
    setting(
        "webhook_timeout_s",
        "a number of seconds",
        Preset("15"),
        "How long one attempt to deliver a webhook may take.",
    )
    .within(1, 300),
    setting(
        "webhook_disable_after_s",
        "a number of seconds",
        Preset("432000"),
        "How long a webhook may fail before it is switched off.",
    )
    .within(1, 3650 * DAY),
    setting(
        "webhook_history_days",
        "a number of days",
        Preset("90"),
        "How long deliveries that succeeded or were given up are listed; what receivers answered is kept for 30 days at \
         most.",
    )
    .within(1, 36_500),
    setting(
        "trusted_proxies",
        "a list of addresses and networks",
        Preset("[]"),
        "The proxies in front of this server, for instance [\"127.0.0.1\", \"10.0.0.0/8\"]. Only their word on where a \
         request came from is taken. Without it, everybody seems to come from the proxy.",
    ),
    setting(
        "forwarded_header",
        "\"x-forwarded-for\" or \"forwarded\"",
        Preset("\"x-forwarded-for\""),
        "The header in which they say it; \"forwarded\" is that of RFC 7239.",
    ),
    setting(
        "ip_database",
        "a file",
        Example("\"/var/lib/GeoIP/city.mmdb\""),
        "A MaxMind DB of cities to use instead of the installed one.",
    ),
    setting(
        "two_d_doc_certificates",
        "a folder",
        Example("\"/etc/bonafide/2d-doc\""),
        "The certificates of those who sign 2D-Doc, the seal on French bills and notices, in PEM or DER (docs/operations.md). \
         Without them no seal is verified.",
    ),
    setting(
        "face_networks",
        "\"fused\" or \"single\"",
        Preset("\"fused\""),
        "Which networks measure faces: \"single\" is faster and less accurate (docs/accuracy.md).",
    ),
    setting(
        "lists",
        "a table of names and addresses",
        Example(
            "{ un = \"https://scsanctions.un.org/resources/xml/en/consolidated.xml\", \
             own = [\"https://files.example.com/a.csv\", \"https://files.example.com/b.csv\"] }",
        ),
        "Where `bonafide lists update` finds each list that people are screened against: one address, or those of the \
         files that belong together.",
    ),
    setting(
        "list_max_age_days",
        "a number of days",
        Preset("30"),
        "How long after it was imported, or found unchanged by `bonafide lists update`, a list can still say that somebody \
         is on none. An older one clears nobody, and nobody is approved whose policy asks for screening; a policy may ask \
         for younger lists.",
    )
    .within(1, 3650),
    setting(
        "paths",
        "a table of APIs",
        Example("{ vult = { \"/idv/session/create\" = \"/v3/sessions\" } }"),
        "Other paths for operations, by API. `bonafide routes` names the paths; the served OpenAPI document follows.",
    ),
    setting(
        "invitations.templates",
        "a folder",
        Example("\"/etc/bonafide/templates\""),
        "Texts of invitations and codes that replace the built-in ones, or add languages (templates/README.md).",
    ),
    setting(
        "invitations.minutes",
        "a number from 2 to 10",
        Preset("3"),
        "How many minutes a verification takes a person, as the messages say it.",
    ),
    setting(
        "invitations.smtp.server",
        "a name or an address",
        Required("\"mail.example.com\""),
        "The mail server. Without this table nothing is sent by e-mail.",
    ),
    setting(
        "invitations.smtp.port",
        "a port",
        Example("587"),
        "Left out, 465 (implicit), 587 (starttls) or 25 (none).",
    ),
    setting(
        "invitations.smtp.tls",
        "\"starttls\", \"implicit\" or \"none\"",
        Preset("\"starttls\""),
        "How the connection is protected; \"none\" is for a server on this machine.",
    ),
    setting(
        "invitations.smtp.ca",
        "a PEM file",
        Example("\"/etc/bonafide/ca.pem\""),
        "Authorities that are trusted besides those of the system.",
    ),
    setting("invitations.smtp.username", "a text", Example("\"bonafide\""), "Who signs in there."),
    setting(
        "invitations.smtp.password",
        "{ env = \"NAME\" }, { file = \"PATH\" } or the text itself",
        Example("{ env = \"SMTP_PASSWORD\" }"),
        "Keep it outside this file.",
    ),
    setting(
        "invitations.smtp.from",
        "\"Name <name@domain>\" or an address",
        Required("\"Example <id@example.com>\""),
        "The sender that people see.",
    ),
    setting(
        "invitations.smtp.timeout_s",
        "a number of seconds from 1 to 300",
        Preset("30"),
        "For the whole exchange about one message.",
    ),
    setting(
        "invitations.sms.url",
        "a URL that begins with https://",
        Required("\"https://sms.example.com/send\""),
        "A gateway for text messages that is asked with POST. Without this table nothing is sent by text message.",
    ),
    setting(
        "invitations.sms.headers",
        "a table of headers",
        Preset("{}"),
        "Headers of the request; each value may be kept outside this file, for instance \
         { Authorization = { env = \"SMS_AUTHORIZATION\" } }.",
    ),
    setting(
        "invitations.sms.body",
        "a table",
        Required("{ to = \"{to}\", text = \"{text}\" }"),
        "The request's body. Its texts may name {to} (the number, with its +), {digits} (without), {text}, {from} and \
         {id} (the same for every repeat of a message).",
    ),
    setting(
        "invitations.sms.encoding",
        "\"json\" or \"form\"",
        Preset("\"json\""),
        "How the body is written.",
    ),
    setting("invitations.sms.from", "a text", Example("\"Example\""), "The sender, where the body names {from}."),
    setting(
        "invitations.sms.accepted",
        "a table with a JSON pointer and values",
        Example("{ at = \"/status\", values = [\"queued\", 0] }"),
        "For gateways that refuse with a status of 2xx: what their answer says when they did not.",
    ),
    setting(
        "invitations.sms.timeout_s",
        "a number of seconds from 1 to 300",
        Preset("30"),
        "For one message.",
    ),
    setting(
        "registry.url",
        "a URL that begins with https://",
        Required("\"https://dldv.example/verify\""),
        "The registry of licences that documents are compared with (docs/operations.md). Without this table there is none.",
    ),
    setting(
        "registry.headers",
        "a table of headers",
        Preset("{}"),
        "Headers of the request; each value may be kept outside this file, for instance \
         { authorization = { env = \"DLDV_AUTHORIZATION\" } }.",
    ),
    setting(
        "registry.issuers",
        "a list of countries, or states of one",
        Required("[\"US-VA\", \"US-FL\", \"CAN\"]"),
        "Whose documents it knows.",
    ),
    setting(
        "registry.request",
        "a table",
        Required("{ number = \"{document_number}\", born = \"{birth_date:%m%d%Y}\" }"),
        "What is sent, and nothing else: texts name fields as `bonafide read --json` does.",
    ),
    setting(
        "registry.words",
        "a table of fields",
        Preset("{}"),
        "What the service calls our words, for instance { gender = { male = \"1\", female = \"2\" } }.",
    ),
    setting(
        "registry.answer",
        "a table of answers and JSON pointers",
        Required("{ document_number = \"/result/numberMatch\", birth_date = \"/result/bornMatch\" }"),
        "Where each answer stands.",
    ),
    setting(
        "registry.match",
        "a list of values",
        Preset("[true, \"true\", \"match\", \"Y\"]"),
        "Values that mean that a field matches.",
    ),
    setting(
        "registry.no_match",
        "a list of values",
        Preset("[false, \"false\", \"no_match\", \"N\"]"),
        "Values that mean that it does not; any other means that the registry did not say.",
    ),
    setting(
        "registry.timeout_ms",
        "a number of milliseconds from 1 to 60000",
        Preset("5000"),
        "For one try.",
    ),
    setting(
        "registry.retries",
        "a number from 0 to 5",
        Preset("2"),
        "Further tries after a timeout, a broken connection or a status of 5xx or 429.",
    ),
    setting(
        "registry.backoff_ms",
        "a number of milliseconds up to 10000",
        Preset("250"),
        "Before the second try; doubled before each further one.",
    ),
    setting(
        "registry.breaker_failures",
        "a number from 1 to 1000",
        Preset("5"),
        "Requests that fail in a row after which the service is left alone.",
    ),
    setting(
        "registry.breaker_pause_s",
        "a number of seconds from 1 to 86400",
        Preset("30"),
        "For how long; then one request may try.",
    ),
];

/// What is wrong with the settings, where it stands and what to do. Values are not repeated: some are secrets.
pub(crate) fn explain(error: figment::Error) -> String {
    const ALL: &str = "`bonafide config example` prints every setting";
    // One error stands for all that a try at a choice of kinds met; the first is the one to mend.
    let Some(error) = error.into_iter().next() else { return ALL.to_owned() };
    let name = error.path.join(".");
    let place = match error.metadata.as_ref() {
        Some(of) => match (&of.source, of.name.contains("environment")) {
            (Some(Source::File(file)), _) => format!(" in {}", file.display()),
            (_, true) => format!(" in the environment (BONAFIDE_{})", name.to_uppercase()),
            _ => " on the command line".to_owned(),
        },
        None => String::new(),
    };
    let advice = known(&name).map_or(ALL.to_owned(), Setting::advice);
    match &error.kind {
        Kind::InvalidType(..) | Kind::InvalidValue(..) => {
            format!("setting `{name}`{place}: what stands there does not fit; {advice}")
        }
        Kind::UnknownField(field, known) => {
            // The path of a setting at the top ends with its own name already.
            let whole = match error.path.as_slice() {
                [] => field.clone(),
                [.., last] if last == field => name.clone(),
                _ => format!("{name}.{field}"),
            };
            let meant = nearest::nearest(field, known.iter().copied());
            let meant = meant.map(|meant| format!("did you mean `{meant}`? ")).unwrap_or_default();
            format!("there is no setting `{whole}`{place}; {meant}{ALL}")
        }
        Kind::UnknownVariant(_, known) => {
            format!("setting `{name}`{place}: it must be one of {}; {advice}", known.join(", "))
        }
        Kind::MissingField(field) => {
            let whole = if name.is_empty() { field.to_string() } else { format!("{name}.{field}") };
            let advice = known(&whole).map_or(ALL.to_owned(), Setting::advice);
            format!("setting `{whole}`{place} is missing; {advice}")
        }
        // Of a file that is no TOML; lines in between repeat what stands there.
        Kind::Message(text) if name.is_empty() => {
            let lines: Vec<&str> = text.lines().collect();
            let (first, last) = (lines.first().copied().unwrap_or_default(), lines.last().copied());
            match last.filter(|_| lines.len() > 1) {
                Some(last) => format!("settings{place}: {first}: {last}"),
                None => format!("settings{place}: {first}"),
            }
        }
        Kind::Message(text) => format!("setting `{name}`{place}: {text}; {advice}"),
        _ => format!("setting `{name}`{place} cannot be read; {advice}"),
    }
}

/// The setting of this name, or the one that it is a part of.
fn known(name: &str) -> Option<&'static Setting> {
    SETTINGS
        .iter()
        .find(|s| name.strip_prefix(s.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// What is wrong with a number.
pub(crate) fn check_limits(config: &serde_json::Value) -> Result<(), String> {
    for setting in SETTINGS {
        let (Some((least, most)), Some(number)) = (setting.limits, config[setting.name].as_i64()) else {
            continue;
        };
        if !(least..=most).contains(&number) {
            return Err(format!("setting `{}`: {number} is not between {least} and {most}", setting.name));
        }
    }
    Ok(())
}

const HEAD: &str = "\
# Settings of Bonafide. Save this as bonafide.toml in the data directory, or name it with --config FILE.
#
# Every setting is here, switched off by the # before it: what stands there is the default, or an example where it
# says so. The environment comes before this file (BONAFIDE_LISTEN and so on), the command line before both.
#
# Made by `bonafide config example`.
";

/// The commented settings file.
pub(crate) fn example() -> String {
    let mut text = HEAD.to_owned();
    let mut table = "";
    for setting in SETTINGS {
        let (of, name) = setting.place();
        if of != table {
            table = of;
            let _ = write!(text, "\n\n#[{table}]");
        }
        text.push('\n');
        let limits =
            setting.limits.map(|(least, most)| format!(", from {least} to {most}")).unwrap_or_default();
        let variable = setting.variable().map(|v| format!(" Environment: {v}.")).unwrap_or_default();
        let kind = match setting.value {
            Preset(_) => "",
            Example(_) => " No default; an example:",
            Required(_) => " Required in this table; an example:",
        };
        for paragraph in
            [setting.meaning.to_owned(), format!("Takes {}{limits}.{variable}{kind}", setting.takes)]
        {
            for line in wrapped(&paragraph, 116) {
                let _ = write!(text, "\n# {line}");
            }
        }
        let _ = write!(text, "\n#{name} = {}", setting.shown());
    }
    text.push('\n');
    text
}

/// A paragraph in lines of at most this many characters.
fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
