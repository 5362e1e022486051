//! `bonafide ready`: whether a server serves, as an exit status: for containers and service managers.

use std::time::Duration;

use super::CommandResult;
use crate::config::block_on;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the server is
    #[arg(long, env = "BONAFIDE_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: String,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let url = format!("{}/ready", args.url.trim_end_matches('/'));
    block_on(async {
        #[expect(clippy::disallowed_methods, reason = "talks to the server that the operator named")]
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
        let status = match client.get(&url).send().await {
            Ok(answer) => answer.status(),
            Err(_) => return Err(format!("{url} does not answer").into()),
        };
        if status.is_success() { Ok(()) } else { Err(format!("{url} answers {status}").into()) }
    })
}
