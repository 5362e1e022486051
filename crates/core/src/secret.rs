//! What the operator trusts the settings with: passwords, keys, and addresses that may hold one.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroize;
pub use zeroize::Zeroizing;

/// A text that nothing prints, logs or writes out, and that may be kept outside the settings file. Wiped from memory
/// when dropped.
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

/// Why a secret is not where the settings say. Names the place, never what is there.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the variable {0} is not set; set it to the secret")]
    Unset(String),
    #[error("{} cannot be read: {error}", file.display())]
    File { file: PathBuf, error: io::Error },
}

impl Secret {
    /// The secret itself. This crate reads nothing: `variable` gives an environment variable, `file` the text of a file.
    pub fn read(
        &self,
        variable: impl FnOnce(&str) -> Option<String>,
        file: impl FnOnce(&Path) -> io::Result<String>,
    ) -> Result<Zeroizing<String>, Unreadable> {
        match self {
            Self::Plain(text) => Ok(Zeroizing::new(text.clone())),
            Self::Env { env } => {
                variable(env).map(Zeroizing::new).ok_or_else(|| Unreadable::Unset(env.clone()))
            }
            Self::File { file: path } => {
                let text = file(path).map_err(|error| Unreadable::File { file: path.clone(), error })?;
                let text = Zeroizing::new(text);
                Ok(Zeroizing::new(text.lines().next().unwrap_or_default().trim().to_owned()))
            }
        }
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        if let Self::Plain(text) = self {
            text.zeroize();
        }
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(settings: serde_json::Value) -> Secret {
        serde_json::from_value(settings).unwrap()
    }

    fn read(secret: &Secret) -> Result<String, String> {
        let variable = |name: &str| (name == "KEY").then(|| "from the environment".to_owned());
        let file = |path: &Path| match path.to_str() {
            Some("/run/key") => Ok(" from the file \nand more".to_owned()),
            _ => Err(io::Error::from(io::ErrorKind::NotFound)),
        };
        secret.read(variable, file).map(|text| text.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn is_read_where_the_settings_say() {
        assert_eq!(read(&secret(json!("hush"))).as_deref(), Ok("hush"));
        assert_eq!(read(&secret(json!({"env": "KEY"}))).as_deref(), Ok("from the environment"));
        assert_eq!(read(&secret(json!({"file": "/run/key"}))).as_deref(), Ok("from the file"));
        let unset = read(&secret(json!({"env": "NONE"}))).unwrap_err();
        assert_eq!(unset, "the variable NONE is not set; set it to the secret");
        assert!(read(&secret(json!({"file": "/none"}))).unwrap_err().starts_with("/none cannot be read: "));
    }

    #[test]
    fn nothing_shows_it() {
        for (settings, shown) in [
            (json!("hush"), "(a text)"),
            (json!({"env": "KEY"}), "$KEY"),
            (json!({"file": "/run/key"}), "/run/key"),
        ] {
            let secret = secret(settings);
            assert_eq!(secret.to_string(), shown);
            assert_eq!(format!("{secret:?}"), shown);
            assert_eq!(serde_json::to_value(&secret).unwrap(), json!(shown));
        }
    }

    #[test]
    fn a_setting_of_the_wrong_form_is_not_repeated() {
        let error = serde_json::from_value::<Secret>(json!({"text": "hush"})).unwrap_err().to_string();
        assert!(error.contains("`env`") && !error.contains("hush"), "{error}");
        let error = serde_json::from_value::<Secret>(json!(4711)).unwrap_err().to_string();
        assert!(error.contains("`env`") && !error.contains("4711"), "{error}");
    }
}
