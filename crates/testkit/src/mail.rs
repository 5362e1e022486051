//! A mail server on this machine, for people who are invited and codes that are sent.

use std::sync::{Arc, Mutex, PoisonError};

use bonafide_invite::{Config, Inviter};
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

/// A mail server that takes everything, refuses `nobody@`, and is busy for `busy@`. What it took, as text.
///
/// # Panics
/// When it cannot be had on this machine.
pub async fn mail_server() -> (Inviter, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    let taken: Arc<Mutex<Vec<String>>> = Arc::default();
    let into = taken.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let into = into.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.into_split();
                let (mut lines, mut mail, mut in_mail) = (BufReader::new(read).lines(), String::new(), false);
                if write.write_all(b"220 here\r\n").await.is_err() {
                    return;
                }
                while let Ok(Some(line)) = lines.next_line().await {
                    if in_mail && line != "." {
                        mail += &line;
                        mail.push('\n');
                        continue;
                    }
                    let upper = line.to_ascii_uppercase();
                    let answer = match upper.split([' ', ':']).next().unwrap_or_default() {
                        "EHLO" => "250 here",
                        "RCPT" if upper.contains("NOBODY@") => "550 no such mailbox",
                        "RCPT" if upper.contains("BUSY@") => "451 later",
                        "DATA" => {
                            in_mail = true;
                            "354 go on"
                        }
                        "." => {
                            in_mail = false;
                            into.lock()
                                .unwrap_or_else(PoisonError::into_inner)
                                .push(std::mem::take(&mut mail));
                            "250 taken"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 fine",
                    };
                    if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (inviter(port), taken)
}

/// Who sends to the mail server of this port, with the longest timeout there is: who waits for it waits too long.
///
/// # Panics
/// Never: the settings are valid.
pub fn inviter(port: u16) -> Inviter {
    let smtp = json!({
        "server": "127.0.0.1", "port": port, "tls": "none", "from": "Shop <id@example.com>", "timeout_s": 300,
    });
    let config: Config = serde_json::from_value(json!({ "smtp": smtp })).expect("settings");
    Inviter::new(config).expect("built-in texts")
}
