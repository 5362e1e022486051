//! The examples of proxies in `deploy/`, with the programs themselves in front of the server. They need nginx and Caddy
//! and take a minute: `cargo test -p bonafide --features proxies --test proxy`.

#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test stops at the first surprise")]

#[path = "it/support.rs"]
#[allow(dead_code, reason = "most of it is for the other tests")]
mod support;

use std::{
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use support::{Installation, sample};

/// Ends with the test.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_passes_pictures_addresses_and_long_answers() {
    passes(|server, port, folder| {
        // Without TLS and on a port of the test; all else as in the file.
        let site = include_str!("../../../deploy/nginx.conf")
            .replace("127.0.0.1:8080", server)
            .replace("listen 443 ssl http2;", &format!("listen 127.0.0.1:{port};"))
            .replace("/var/log/nginx", folder.to_str().unwrap());
        let dropped = ["ssl_", "listen [::]", "listen 80;", "access_log"];
        let site: Vec<&str> = site.lines().filter(|l| !dropped.iter().any(|d| l.trim().starts_with(d))).collect();
        let (site, _) = site.split(|line| *line == "server {").fold((String::new(), 0), |(text, n), part| match n {
            0 => (part.join("\n"), 1),
            // The second server only says where the first one is.
            1 => (format!("{text}\nserver {{\n{}", part.join("\n")), 2),
            _ => (text, n),
        });
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {}/{kind};\n", folder.display()))
            .concat();
        let whole = format!(
            "daemon off;\npid {0}/pid;\nerror_log {0}/error.log;\nevents {{}}\nhttp {{\n{temporary}access_log off;\n{site}\n}}",
            folder.display()
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, whole).unwrap();
        // As root, nginx gives its workers to a user who cannot look into the test's folder.
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).arg("-c").arg(&file).args(["-g", "user root;"]);
        command
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_passes_pictures_addresses_and_long_answers() {
    passes(|server, port, folder| {
        let site = include_str!("../../../deploy/Caddyfile")
            .replace("127.0.0.1:8080", server)
            .replace("id.example.com {", &format!("http://127.0.0.1:{port} {{"));
        let file = folder.join("Caddyfile");
        std::fs::write(&file, format!("{{\n\tadmin off\n}}\n{site}")).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder);
        command
    })
    .await;
}

/// `proxy` is given the server's address, its own port and a folder for what it writes.
async fn passes(proxy: impl Fn(&str, u16, &Path) -> Command) {
    // Nobody works, so that finalize waits as long as it ever does.
    let installation = Installation::new(Some(bonafide_testkit::postgres::database()));
    let server = installation.serve_as(&[("BONAFIDE_TRUSTED_PROXIES", "[\"127.0.0.1\"]")], &["--no-workers"]);
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = proxy(server.url.strip_prefix("http://").unwrap(), port, folder.path());
    let _proxy = Proxy(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(start.elapsed() < Duration::from_secs(10), "the proxy does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }

    // A caller at an address of its own, who says to be elsewhere.
    let here = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
    #[expect(clippy::disallowed_methods, reason = "talks to the server under test")]
    let http =
        reqwest::Client::builder().local_address(here).timeout(Duration::from_secs(90)).build().unwrap();
    let (id, secret) = (installation.client_id.as_str(), installation.client_secret.as_str());
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    let token = http.post(format!("http://127.0.0.1:{port}/oauth2/token")).form(&form).send().await.unwrap();
    let token: Value = token.json().await.unwrap();
    let at = |path: &str| {
        let request = http.post(format!("http://127.0.0.1:{port}{path}"));
        let request = request.header("X-Forwarded-For", "203.0.113.9").header("X-Client-Id", id);
        request.header("Forwarded", "for=203.0.113.9").bearer_auth(token["access_token"].as_str().unwrap())
    };
    let post = async |path: &str, body: Value| -> (u16, Value) {
        let answer = at(path).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    };
    let (_, created) = post("/idv/session/create", json!({})).await;
    let this = json!({"session_id": created["session_id"]});
    let with = |more: Value| {
        let mut body = this.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let (status, told) = post("/idv/sdk/consent/add", with(json!({"consented": true}))).await;
    assert_eq!(status, 200, "{told}");
    let place = json!({"latitude": 45.5, "longitude": -73.6});

    // As large as the server takes, and larger: both are the server's own answers.
    let picture = base64::Engine::encode(
        &base64::prelude::BASE64_STANDARD,
        std::fs::read(sample("selfie.jpg")).unwrap(),
    );
    post("/idv/sdk/liveness/session/generate", with(place.clone())).await;
    let padded = format!("{picture}{}", "A".repeat(60 << 20));
    let mut body = with(place.clone());
    body["images"] = json!([padded]);
    let (status, told) = post("/idv/sdk/liveness/session/process", body.clone()).await;
    assert!(
        (400..500).contains(&status) && status != 413 && told["error"]["code"].is_string(),
        "{status} {told}"
    );
    body["images"] = json!([picture]);
    let (status, told) = post("/idv/sdk/liveness/session/process", body).await;
    assert_eq!(status, 200, "{told}");
    let form = reqwest::multipart::Form::new()
        .text("session_id", created["session_id"].as_str().unwrap().to_owned())
        .text("latitude", "45.5")
        .text("longitude", "-73.6")
        .part(
            "image",
            reqwest::multipart::Part::bytes(std::fs::read(sample("passport.jpg")).unwrap()).file_name("a"),
        );
    let answer = at("/idv/sdk/document/front/add").multipart(form).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{}", answer.text().await.unwrap());

    let capture = json!({"location_capture_type_e": "selfie_image_capture"});
    let (_, location) = post("/idv/session/location/read", with(capture)).await;
    assert_eq!(location["ip_address"], "127.0.0.2", "{location}");

    let start = Instant::now();
    let answer = at("/idv/sdk/finalize").json(&this).send().await.unwrap();
    let waited = start.elapsed().as_secs();
    assert!((48..60).contains(&waited), "{waited} s, {}", answer.status());
    assert!(answer.status() == 503 && answer.headers().contains_key("retry-after"), "{answer:?}");
}
