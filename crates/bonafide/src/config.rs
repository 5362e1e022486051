//! What the operator sets: built-in values, then a file, then the environment, then the command line.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bonafide_core::{
    review::FourEyes,
    secret::{Secret, Zeroizing},
    time::Clock,
};
use bonafide_courier::{Courier, Options};
use bonafide_engine::{
    Engine, ForwardedHeader, Parts, Settings, Storage,
    screening::Screening,
    world::{OsEntropy, SystemClock},
};
use bonafide_http::DialectPaths;
use bonafide_inspect::{Inspector, Setup};
use bonafide_invite::Inviter;
use bonafide_models::FaceNetworks;
use bonafide_registry::{Provider, ProviderConfig};
use bonafide_store::{Db, audit, blobs::Blobs, keyring::FileKeyRing, subject_keys};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{environment, mount, seals, settings};

/// Flags shared by the commands that open the installation.
#[derive(Debug, Default, clap::Args, Serialize)]
pub(crate) struct Flags {
    /// Where the database, the pictures and the keys are kept [default: data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// Settings file [default: bonafide.toml in the data directory, if there is one]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    config: Option<PathBuf>,
}

/// All settings; `settings.rs` says what each means. In the environment `BONAFIDE_DATA_DIR` and so on.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) database: Option<Secret>,
    pub(crate) workers: Option<usize>,
    pub(crate) worker_memory_mib: u64,
    pub(crate) picture_timeout_s: u64,
    pub(crate) check_timeout_s: u64,
    pub(crate) public_url: String,
    pub(crate) capture_url: String,
    pub(crate) share_url: String,
    pub(crate) share_lifetime_s: i64,
    pub(crate) verification_lifetime_s: i64,
    pub(crate) token_lifetime_s: i64,
    pub(crate) job_lease_s: i64,
    pub(crate) four_eyes: FourEyes,
    pub(crate) requests_per_minute: i64,
    pub(crate) organization_requests_per_minute: i64,
    pub(crate) max_connections: usize,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) audit_anchors: Option<PathBuf>,
    pub(crate) audit_anchor_every_s: u64,
    pub(crate) webhook_networks: Vec<String>,
    pub(crate) webhook_timeout_s: u64,
    pub(crate) webhook_disable_after_s: i64,
    pub(crate) webhook_history_days: u32,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) forwarded_header: ForwardedHeader,
    pub(crate) ip_database: Option<PathBuf>,
    pub(crate) two_d_doc_certificates: Option<PathBuf>,
    pub(crate) face_networks: FaceNetworks,
    pub(crate) lists: BTreeMap<String, Addresses>,
    pub(crate) list_max_age_days: i64,
    pub(crate) paths: DialectPaths,
    pub(crate) invitations: bonafide_invite::Config,
    pub(crate) registry: Option<ProviderConfig>,
}

/// The address of a list's file, or those of the files that belong together.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Addresses {
    One(String),
    Several(Vec<String>),
}

impl Addresses {
    pub(crate) fn all(&self) -> Vec<&str> {
        match self {
            Self::One(address) => vec![address],
            Self::Several(addresses) => addresses.iter().map(String::as_str).collect(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            data_dir: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            database: None,
            workers: None,
            worker_memory_mib: 4096,
            picture_timeout_s: 20,
            check_timeout_s: 120,
            public_url: settings.public_url,
            capture_url: settings.capture_url,
            share_url: settings.share_url,
            share_lifetime_s: settings.share_lifetime_s,
            verification_lifetime_s: settings.verification_lifetime_s,
            token_lifetime_s: settings.token_lifetime_s,
            job_lease_s: settings.job_lease_s,
            four_eyes: settings.four_eyes,
            requests_per_minute: settings.per_minute,
            organization_requests_per_minute: settings.per_minute_organization,
            max_connections: 1_000,
            metrics_listen: None,
            audit_anchors: None,
            audit_anchor_every_s: settings.audit_anchor_every_s,
            webhook_networks: vec![],
            webhook_timeout_s: 15,
            webhook_disable_after_s: settings.webhook_disable_after_s,
            webhook_history_days: 90,
            trusted_proxies: vec![],
            forwarded_header: settings.forwarded_header,
            ip_database: None,
            two_d_doc_certificates: None,
            face_networks: FaceNetworks::default(),
            lists: BTreeMap::new(),
            list_max_age_days: settings.list_max_age_days,
            paths: DialectPaths::new(),
            invitations: bonafide_invite::Config::default(),
            registry: None,
        }
    }
}

type Failure = Box<dyn std::error::Error>;

impl Config {
    pub(crate) fn load(flags: &Flags, more: impl Serialize) -> Result<Self, Failure> {
        // Only our own names: other variables of the same prefix steer tests and set-up.
        let known = serde_json::to_value(Config::default())?;
        let names: Vec<&str> =
            known.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let environment = Env::prefixed("BONAFIDE_").only(&names);
        let built_in = Figment::from(Serialized::defaults(Config::default()));
        let early = built_in.clone().merge(environment.clone()).merge(Serialized::defaults(flags));
        let early: Config = early.extract().map_err(settings::explain)?;
        let file = match &flags.config {
            Some(file) if !file.exists() => {
                return Err(format!("there is no settings file {}", file.display()).into());
            }
            Some(file) => file.clone(),
            None => early.data_dir.join("bonafide.toml"),
        };
        let all = built_in
            .merge(Toml::file(file))
            .merge(environment)
            .merge(Serialized::defaults(flags))
            .merge(Serialized::defaults(more));
        let config: Self = all.extract().map_err(settings::explain)?;
        let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        environment::check(variables, &all.extract().map_err(settings::explain)?)?;
        settings::check_limits(&serde_json::to_value(&config)?)?;
        mount::check_paths(&config.paths)?;
        // What its type does not say, so that a wrong setting is named before anything is done.
        config.public_url()?;
        config.capture_url()?;
        config.share_url()?;
        networks("webhook_networks", &config.webhook_networks)?;
        networks("trusted_proxies", &config.trusted_proxies)?;
        Ok(config)
    }

    pub(crate) fn workers(&self) -> usize {
        self.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
    }

    /// Who looks at pictures for a server: processes of their own, with the networks that are installed now.
    pub(crate) fn inspector(&self) -> Result<Inspector, Failure> {
        let options = bonafide_models::Options {
            concurrency: 1,
            face_networks: Some(self.face_networks),
            ..Default::default()
        };
        let plan = bonafide_models::plan(&options);
        Ok(Inspector::processes(Setup {
            program: Setup::this_program()?,
            children: self.workers(),
            networks: serde_json::to_string(&plan)?,
            readable: plan.map(|plan| plan.places()).unwrap_or_default(),
            memory_mib: self.worker_memory_mib,
            picture_timeout: Duration::from_secs(self.picture_timeout_s),
            check_timeout: Duration::from_secs(self.check_timeout_s),
        }))
    }

    fn database(&self) -> Result<Zeroizing<String>, Failure> {
        let Some(database) = &self.database else {
            return Ok(Zeroizing::new(self.data_dir.join("bonafide.db").display().to_string()));
        };
        let text = database.read(|name| std::env::var(name).ok(), |path| std::fs::read_to_string(path));
        text.map_err(|error| format!("database: {error}").into())
    }

    /// Where this server is reached, without a slash at the end.
    fn public_url(&self) -> Result<String, Failure> {
        let url = self.public_url.trim_end_matches('/');
        let known = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
        if known {
            Ok(url.to_owned())
        } else {
            Err("setting `public_url`: it must begin with https://, for instance \"https://id.example.com\""
                .into())
        }
    }

    /// Where people go.
    fn capture_url(&self) -> Result<String, Failure> {
        let has_a_place = ["{link}", "{verification}"].iter().any(|place| self.capture_url.contains(place));
        if self.capture_url.is_empty() || has_a_place {
            Ok(self.capture_url.clone())
        } else {
            Err("setting `capture_url`: it must hold {link} or {verification}, for instance \
                 \"https://app.example.com/verify#{link}\"; without, everybody would be sent to the same page"
                .into())
        }
    }

    /// Where third parties go.
    fn share_url(&self) -> Result<String, Failure> {
        let in_fragment = self.share_url.split_once('#').is_some_and(|(_, rest)| rest.contains("{code}"));
        if self.share_url.is_empty() || in_fragment {
            Ok(self.share_url.clone())
        } else {
            Err("setting `share_url`: {code} must come after a #, for instance \
                 \"https://app.example.com/shared#{code}\", so that no server is told the code"
                .into())
        }
    }

    pub(crate) fn is_sqlite(&self) -> Result<bool, Failure> {
        Ok(self.database.is_none() || !self.database()?.starts_with("postgres"))
    }

    /// The SQLite file, where that is the database.
    pub(crate) fn sqlite_file(&self) -> Result<Option<PathBuf>, Failure> {
        Ok(if self.is_sqlite()? { bonafide_store::sqlite_path(&self.database()?) } else { None })
    }

    /// Where a server with these settings is reached from this machine.
    pub(crate) fn here(&self) -> String {
        let mut address = self.listen;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        format!("http://{address}")
    }

    pub(crate) fn lists_dir(&self) -> PathBuf {
        self.data_dir.join("lists")
    }

    /// The file that the ends of the audit log's chains are written to.
    pub(crate) fn audit_anchors(&self) -> PathBuf {
        self.audit_anchors.clone().unwrap_or_else(|| self.data_dir.join("audit-anchors.jsonl"))
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.data_dir.join("keys")
    }

    /// Opens the installation, creating what is not there yet.
    pub(crate) async fn open(&self, inspector: Inspector) -> Result<Engine, Failure> {
        if self.sqlite_file()?.is_some_and(|file| !file.exists()) {
            prepare(&self.data_dir)?;
        }
        let db = Db::open(&self.database()?).await?;
        if !self.key_file().exists() && is_bound(&db).await? {
            db.close().await;
            return Err(bonafide_store::Error::KeyFileMissing(self.key_file()).into());
        }
        prepare(&self.data_dir)?;
        let storage = Storage {
            db,
            blobs: Blobs::in_folder(&self.data_dir.join("blobs"))?,
            key_ring: Arc::new(FileKeyRing::open_or_create(&self.key_file(), &OsEntropy)?),
        };
        Ok(Engine::start(storage, self.parts(inspector)?).await?)
    }

    /// The database and the key ring that belongs to it, by themselves.
    pub(crate) async fn vault(&self) -> Result<(Db, FileKeyRing), Failure> {
        let key_ring = FileKeyRing::open(&self.key_file())?;
        let db = Db::open(&self.database()?).await?;
        let mut tx = db.begin().await?;
        let now = SystemClock.now();
        subject_keys::check_key_ring(&mut tx, &key_ring, now, &OsEntropy).await?;
        audit::rekey(&mut tx, &key_ring, now).await?;
        tx.commit().await?;
        Ok((db, key_ring))
    }

    /// The same, to look at it: beside a running server too, and with whatever key ring there is.
    pub(crate) async fn look_at_vault(&self) -> Result<(Db, FileKeyRing), Failure> {
        let key_ring = FileKeyRing::open(&self.key_file())?;
        Ok((Db::open_read_only(&self.database()?).await?, key_ring))
    }

    /// Opens an installation to look at it. With SQLite that is possible beside a running server, and nothing can be written.
    pub(crate) async fn open_read_only(&self, inspector: Inspector) -> Result<Engine, Failure> {
        let storage = Storage {
            db: Db::open_read_only(&self.database()?).await?,
            blobs: Blobs::in_folder(&self.data_dir.join("blobs"))?,
            key_ring: Arc::new(FileKeyRing::open(&self.key_file())?),
        };
        Ok(Engine::look(storage, self.parts(inspector)?).await?)
    }

    fn parts(&self, inspector: Inspector) -> Result<Parts, Failure> {
        let clock = Arc::new(SystemClock);
        Ok(Parts {
            started_at: clock.now(),
            clock,
            entropy: Arc::new(OsEntropy),
            inspector,
            screening: Arc::new(Screening::in_folder(self.lists_dir())),
            registry: self.registry.clone().map(Provider::new).transpose()?,
            places: bonafide_models::places(self.ip_database.as_deref()),
            seals: Arc::new(seals::certificates(self.two_d_doc_certificates.as_deref())?),
            courier: Courier::new(Options {
                allow: networks("webhook_networks", &self.webhook_networks)?,
                timeout: Duration::from_secs(self.webhook_timeout_s),
                ..Options::default()
            })?,
            inviter: Inviter::new(self.invitations.clone())?,
            dialects: mount::webhooks(),
            report: bonafide_report::render,
            settings: Settings {
                verification_lifetime_s: self.verification_lifetime_s,
                token_lifetime_s: self.token_lifetime_s,
                job_lease_s: self.job_lease_s,
                four_eyes: self.four_eyes,
                public_url: self.public_url()?,
                capture_url: self.capture_url()?,
                share_url: self.share_url()?,
                share_lifetime_s: self.share_lifetime_s,
                per_minute: self.requests_per_minute,
                per_minute_organization: self.organization_requests_per_minute,
                webhook_disable_after_s: self.webhook_disable_after_s,
                webhook_history_days: self.webhook_history_days.into(),
                list_max_age_days: self.list_max_age_days,
                lists: self.lists.keys().cloned().collect(),
                trusted_proxies: networks("trusted_proxies", &self.trusted_proxies)?,
                forwarded_header: self.forwarded_header,
                audit_anchors: Some(self.audit_anchors()),
                audit_anchor_every_s: self.audit_anchor_every_s,
                audit_notes: Some(self.data_dir.join("audit-notes")),
                ..Settings::default()
            },
        })
    }
}

/// Whether a database holds what only its own key ring opens.
async fn is_bound(db: &Db) -> Result<bool, Failure> {
    let mut tx = db.read().await?;
    Ok(subject_keys::is_bound(&mut tx).await?)
}

/// Networks out of a setting.
fn networks(setting: &str, texts: &[String]) -> Result<Vec<IpNet>, Failure> {
    let network = |text: &String| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| {
            format!("setting `{setting}`: {text} is neither an address nor a network like 10.0.0.0/8").into()
        })
    };
    texts.iter().map(network).collect()
}

/// The folder of an installation: created, and closed to other users where it was open.
fn prepare(folder: &Path) -> Result<(), Failure> {
    create_private(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        const OTHERS: u32 = 0o077;
        /// A folder like /tmp, where everybody may put files.
        const SHARED: u32 = 0o1002;
        let mode = std::fs::metadata(folder)?.mode();
        if mode & SHARED == SHARED {
            return Err(format!(
                "setting `data_dir`: {} is open to everybody on this machine; name a folder of its own",
                folder.display()
            )
            .into());
        }
        if mode & OTHERS != 0
            && let Err(error) = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
        {
            // A volume that somebody else owns: what is in it is closed all the same.
            tracing::warn!(%error, folder = %folder.display(), "the data folder is open to others and cannot be closed");
        }
    }
    Ok(())
}

/// Creates a folder that only this user can look into.
pub(crate) fn create_private(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| format!("cannot create {}: {e}", folder.display()))?;
    Ok(())
}

/// Runs a command's future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    /// For files that are being written; whatever takes longer ends with the process.
    const LAST_FILES: Duration = Duration::from_secs(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(future);
    runtime.shutdown_timeout(LAST_FILES);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every setting that can hold a secret, each with one to search for.
    const SECRETS: &str = r#"
database = "postgres://bonafide:hush-1@127.0.0.1:9/none"

[registry]
url = "https://hush-2@registry.example/ask?key=hush-3"
headers = { authorization = "Bearer hush-4" }
issuers = ["USA"]
request = { number = "{document_number}" }
answer = { document_number = "/number" }

[invitations.smtp]
server = "mail.example.org"
username = "mailer"
password = "hush-5"
from = "identity@example.org"

[invitations.sms]
url = "https://gateway.example/?key=hush-6"
headers = { authorization = "Bearer hush-7", x-key = { env = "HOME" } }
body = { to = "{to}", text = "{text}" }
"#;

    fn load(text: &str) -> Result<Config, Failure> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("bonafide.toml");
        std::fs::write(&file, text)?;
        let flags = Flags { data_dir: Some(folder.path().to_owned()), config: Some(file) };
        Config::load(&flags, serde_json::json!({}))
    }

    #[test]
    fn no_secret_is_printed_or_written() {
        let config = load(SECRETS).unwrap();
        let dump = format!("{config:?} {config:#?} {}", serde_json::to_string(&config).unwrap());
        assert!(!dump.contains("hush"), "{dump}");
        assert!(dump.contains("mail.example.org") && dump.contains("$HOME"), "{dump}");
        // They are there for those who need them.
        assert!(config.database().unwrap().contains("hush-1"));
        assert!(!config.is_sqlite().unwrap());
        assert!(Provider::new(config.registry.clone().unwrap()).is_ok());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_not_repeated() {
        for (text, said) in [
            ("workers = 2\n[invitations.smtp]\npassword = hush\n", "line 3"),
            ("database = \"hush\nworkers = 2", "line 1"),
            ("database = { hush = 1 }", "a text, or a table with `env`"),
            ("workers = 2\ndatabase = 4711\n", "a text, or a table with `env`"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
            assert!(!error.contains("hush") || text.contains("{ hush"), "{error}");
            assert!(!error.contains("4711"), "{error}");
        }
    }

    #[test]
    fn a_setting_that_cannot_be_meant_is_refused_by_its_name() {
        for (text, name, said) in [
            ("verification_lifetime_s = -1", "`verification_lifetime_s`", "not between"),
            ("token_lifetime_s = 0", "`token_lifetime_s`", "not between"),
            ("share_lifetime_s = 0", "`share_lifetime_s`", "not between"),
            ("job_lease_s = -5", "`job_lease_s`", "not between"),
            ("requests_per_minute = 0", "`requests_per_minute`", "not between"),
            ("organization_requests_per_minute = 0", "`organization_requests_per_minute`", "not between"),
            ("workers = 0", "`workers`", "not between"),
            ("workers = -1", "`workers`", "does not fit"),
            ("webhook_timeout_s = 0", "`webhook_timeout_s`", "not between"),
            ("list_max_age_days = 0", "`list_max_age_days`", "not between"),
            ("capture_url = \"https://app.example.com/verify\"", "`capture_url`", "{link}"),
            ("share_url = \"https://app.example.com/{code}\"", "`share_url`", "{code}"),
            ("public_url = \"id.example.com\"", "`public_url`", "https://"),
            ("webhook_networks = [\"10.0.0.0/33\"]", "`webhook_networks`", "10.0.0.0/8"),
            ("trusted_proxies = [\"proxy\"]", "`trusted_proxies`", "10.0.0.0/8"),
        ] {
            let error = load(text).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(said), "{text}: {error}");
        }
        for good in ["{link}", "{verification}"] {
            load(&format!("capture_url = \"https://app.example.com/#{good}\"")).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_data_folder_is_closed_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let set =
            |mode| std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        let mode = || std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o7777;
        for open in [0o755, 0o750, 0o777] {
            set(open);
            prepare(folder.path()).unwrap();
            assert_eq!(mode(), 0o700);
        }
        // Where others have their files too it is not ours to close.
        set(0o1777);
        let refused = prepare(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("data_dir") && mode() == 0o1777, "{refused}");
    }

    #[test]
    fn the_database_may_be_kept_outside_the_settings() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("database");
        std::fs::write(&file, "postgres://in-a-file/x\n").unwrap();
        let config = load(&format!("database = {{ file = {file:?} }}")).unwrap();
        assert_eq!(*config.database().unwrap(), "postgres://in-a-file/x");
        let config = load("database = { env = \"BONAFIDE_TEST_NEVER_SET\" }").unwrap();
        let error = config.database().unwrap_err().to_string();
        assert_eq!(error, "database: the variable BONAFIDE_TEST_NEVER_SET is not set; set it to the secret");
    }
}
