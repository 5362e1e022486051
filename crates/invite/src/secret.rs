//! What must not be printed.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize, Serializer};

/// A text that may be kept outside the settings file.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "a text, or a table with `env` (a variable's name) or `file` (a file's path)")]
pub enum Secret {
    Plain(String),
    /// In an environment variable.
    Env {
        env: String,
    },
    /// The first line of a file.
    File {
        file: PathBuf,
    },
}

/// Where the text is, never the text itself.
impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(_) => f.write_str("(a text)"),
            Self::Env { env } => write!(f, "${env}"),
            Self::File { file } => write!(f, "{}", file.display()),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One way: what is written cannot be read back as the secret.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Secret {
    pub(crate) fn read(&self) -> Result<String, String> {
        match self {
            Self::Plain(text) => Ok(text.clone()),
            Self::Env { env } => {
                std::env::var(env).map_err(|_| format!("the variable {env} is not set; set it to the secret"))
            }
            Self::File { file } => std::fs::read_to_string(file)
                .map(|text| text.lines().next().unwrap_or_default().trim().to_owned())
                .map_err(|error| format!("{} cannot be read: {error}", file.display())),
        }
    }
}
