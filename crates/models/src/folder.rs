//! Where weights live on this machine.

use std::env;
use std::path::PathBuf;

/// No place for weights could be named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no home folder to keep model weights in: set BONAFIDE_MODELS_DIR to a folder")]
pub struct FolderError;

/// The weights folder: `$BONAFIDE_MODELS_DIR`, else `$XDG_DATA_HOME/bonafide/models`, else
/// `~/.local/share/bonafide/models`. It need not exist yet.
pub fn folder() -> Result<PathBuf, FolderError> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    choose(set("BONAFIDE_MODELS_DIR"), set("XDG_DATA_HOME"), env::home_dir())
}

fn choose(
    own: Option<PathBuf>,
    data_home: Option<PathBuf>,
    home: Option<PathBuf>,
) -> Result<PathBuf, FolderError> {
    if let Some(own) = own {
        // The dynamic loader would look a relative name up elsewhere.
        return std::path::absolute(own).map_err(|_| FolderError);
    }
    // The XDG specification says to ignore relative paths.
    let data_home = data_home.filter(|path| path.is_absolute());
    let data_home = data_home
        .or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(".local").join("share")));
    data_home.map(|data| data.join("bonafide").join("models")).ok_or(FolderError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_setting_before_xdg_before_home() {
        let path = |p: &str| Some(PathBuf::from(p));
        assert_eq!(choose(path("/w"), path("/x"), path("/h")).unwrap(), PathBuf::from("/w"));
        assert_eq!(choose(None, path("/x"), path("/h")).unwrap(), PathBuf::from("/x/bonafide/models"));
        let home = PathBuf::from("/h/.local/share/bonafide/models");
        assert_eq!(choose(None, path("relative"), path("/h")).unwrap(), home);
        assert_eq!(choose(None, None, path("/h")).unwrap(), home);
        assert_eq!(choose(None, None, None), Err(FolderError));
        assert!(choose(path("relative"), None, None).unwrap().is_absolute());
    }
}
