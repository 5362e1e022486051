//! ONNX Runtime as its maker builds it writes a device id into the home folder and reports to a host of the maker's from
//! its start on; what is asked of it afterwards (`with_telemetry(false)`) comes too late. A variable stops it before.

/// The variable that ONNX Runtime looks for.
const VARIABLE: &str = "ORT_DISABLE_TELEMETRY";

/// Call this first in `main`. Where the variable is not set, the program starts itself again with it, in the same process:
/// setting it here would race with threads that read the environment.
///
/// # Errors
/// The program cannot be started again; it must not go on then.
pub fn without_telemetry() -> std::io::Result<()> {
    if std::env::var_os(VARIABLE).is_some_and(|value| value == "1") {
        return Ok(());
    }
    #[cfg(not(unix))]
    return Err(std::io::Error::other(format!("set {VARIABLE}=1")));
    #[cfg(unix)]
    again()
}

#[cfg(unix)]
fn again() -> std::io::Result<()> {
    let mut again = std::process::Command::new(std::env::current_exe()?);
    again.args(std::env::args_os().skip(1)).env(VARIABLE, "1");
    Err(std::os::unix::process::CommandExt::exec(&mut again))
}
