//! Whose certificate is believed.

use std::{process::Command, sync::Arc};

use crate::support::{LOOPBACK, Names, Receiver, courier, post, request};
use bonafide_courier::{BadOptions, Courier, Failure, Options, check_url};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer},
};

/// Tells a test that it runs for the second time, and where the first run listens.
const PORT: &str = "COURIER_TEST_PORT";

/// A receiver for https, and its certificate: made out to hooks.example, and signed by itself.
async fn receiver() -> (Receiver, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["hooks.example".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let receiver = Receiver::start("127.0.0.1:0", move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            request(&mut stream).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nsafe").await;
            let _ = stream.shutdown().await;
        }
    })
    .await;
    (receiver, cert.pem())
}

fn names() -> Names {
    Names::default().with("hooks.example", &[&["127.0.0.1"]]).with("other.example", &[&["127.0.0.1"]])
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let (receiver, _) = receiver().await;
    let courier = courier(&[LOOPBACK], names());
    let receipt = post(&courier, &format!("https://hooks.example:{}/", receiver.port())).await;
    assert_eq!((receipt.status, receipt.failure), (None, Some(Failure::TlsNotTrusted)));
    assert_eq!(receiver.connections(), 1);
}

/// Which roots are trusted is the environment's to say, and a process cannot safely change its own. So a test starts
/// itself once more with the given roots, and with a proxy that nobody may ask.
async fn again(test: &str, port: u16, pem: String) {
    let roots = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(roots.path(), pem).unwrap();
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", test]).env(PORT, port.to_string());
    again.env("SSL_CERT_FILE", roots.path()).env_remove("SSL_CERT_DIR");
    again
        .env("https_proxy", "http://127.0.0.1:1")
        .env("all_proxy", "http://127.0.0.1:1")
        .env_remove("no_proxy");
    let output = tokio::task::spawn_blocking(move || again.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_certificate_is_good_for_its_name_only() {
    if let Ok(port) = std::env::var(PORT) {
        let courier = courier(&[LOOPBACK], names());
        let receipt = post(&courier, &format!("https://hooks.example:{port}/")).await;
        assert!(receipt.is_delivered(), "{receipt:?}");
        assert_eq!(receipt.response, b"safe");
        for host in ["other.example", "127.0.0.1"] {
            let receipt = post(&courier, &format!("https://{host}:{port}/")).await;
            assert_eq!(receipt.failure, Some(Failure::TlsNotTrusted), "{host}");
        }
        return;
    }
    let (receiver, pem) = receiver().await;
    again("tls::a_trusted_certificate_is_good_for_its_name_only", receiver.port(), pem).await;
    assert_eq!(receiver.connections(), 3);
}

#[tokio::test]
async fn without_roots_it_is_said_what_to_install() {
    if std::env::var(PORT).is_ok() {
        assert_eq!(Courier::new(Options::default()).err(), Some(BadOptions::RootCertificates));
        return;
    }
    again("tls::without_roots_it_is_said_what_to_install", 0, String::new()).await;
}

#[tokio::test]
async fn a_port_that_does_not_speak_tls() {
    let courier = courier(&[LOOPBACK], names());
    let talking = |greeting: &'static str| {
        Receiver::start("127.0.0.1:0", move |mut stream| async move {
            let _ = stream.write_all(greeting.as_bytes()).await;
            request(&mut stream).await;
        })
    };
    let plain = talking("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n").await;
    let mail = talking("220 mail.example ESMTP\r\n").await;
    let hangs_up = Receiver::start("127.0.0.1:0", |stream| async move { drop(stream) }).await;
    let url = |receiver: &Receiver| format!("https://hooks.example:{}/", receiver.port());
    assert_eq!(post(&courier, &url(&plain)).await.failure, Some(Failure::TlsFailed));
    assert_eq!(post(&courier, &url(&mail)).await.failure, Some(Failure::TlsFailed));
    // Whether there is an end or a reset depends on how far the greeting got.
    let failure = post(&courier, &url(&hangs_up)).await.failure;
    assert!(matches!(failure, Some(Failure::TlsFailed | Failure::ConnectFailed)), "{failure:?}");
}

/// Asks nothing of the network: the address is forbidden, with or without TLS.
#[tokio::test]
async fn tls_opens_no_forbidden_address() {
    let (receiver, _) = receiver().await;
    let url = format!("https://hooks.example:{}/", receiver.port());
    assert_eq!(check_url(&url, &[]), Ok(()));
    assert_eq!(post(&courier(&[], names()), &url).await.failure, Some(Failure::ForbiddenAddress));
    assert_eq!(receiver.connections(), 0);
}
