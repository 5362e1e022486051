//! No message gets to an address that it must not get to. A trap listens on every address of this machine, and the
//! last word is whether anybody connected to it.

use crate::support::{LOOPBACK, Names, Receiver, courier, post};
use bonafide_courier::{Failure, Parcel, check_url};

const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";

/// One trap for IPv4 and IPv6 where the machine has both.
async fn trap() -> Receiver {
    let both = std::net::TcpListener::bind("[::]:0").is_ok();
    Receiver::answering(if both { "[::]:0" } else { "0.0.0.0:0" }, OK).await
}

/// Hosts that are forbidden addresses, in all the ways to write them.
const FORBIDDEN: [&str; 62] = [
    // Loopback, and the many ways to say it.
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0X7F.0.0.0X1",
    "0177.0.0.1",
    "017700000001",
    "0177.0x0.0.1",
    "127.0.0.1.",
    "0x7f.1.",
    "%31%32%37.0.0.1",
    "127%2e0.0.1",
    "１２７.0.0.1",
    "１２７。0。0。1",
    "127｡0｡0｡1",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::FFFF:7F00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "hooks.localhost",
    "ｌｏｃａｌｈｏｓｔ",
    // Unspecified.
    "0",
    "0.0.0.0",
    "0x0",
    "[::]",
    "[::ffff:0.0.0.0]",
    // Private and shared networks.
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "0xc0a80101",
    "100.64.0.1",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    // Link-local, with the clouds' metadata service.
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    // Multicast and broadcast.
    "224.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    // IPv4 inside IPv6: 6to4, Teredo (client and server), NAT64, translated.
    "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:808:808::80ff:fffe]",
    "[2001:0:7f00:1::f7f7:f7f7]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
];

#[tokio::test]
async fn requirement_20_no_disguise_gets_through() {
    let trap = trap().await;
    let courier = courier(&[], Names::default());
    for host in FORBIDDEN {
        for scheme in ["https", "http", "HttpS"] {
            let url = format!("{scheme}://{host}:{}/hooks", trap.port());
            assert_eq!(check_url(&url, &[]), Err(Failure::ForbiddenAddress), "{url}");
            let receipt = post(&courier, &url).await;
            assert_eq!((receipt.status, receipt.failure), (None, Some(Failure::ForbiddenAddress)), "{url}");
        }
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn what_is_no_address_for_messages_is_not_connected_to() {
    let trap = trap().await;
    // Even where the network is allowed.
    let courier = courier(&[LOOPBACK, "::/0"], Names::default());
    let port = trap.port();
    for (url, why) in [
        (format!("https://good.example@127.0.0.1:{port}/"), Failure::CredentialsInUrl),
        (format!("http://good.example:80@127.0.0.1:{port}/"), Failure::CredentialsInUrl),
        (format!("http://good.example\\@127.0.0.1:{port}/"), Failure::NotUrl),
        (format!("http://127.0.0.1\t:{port}/"), Failure::NotUrl),
        (format!("http://[::1%25lo]:{port}/"), Failure::NotUrl),
        (format!("http://[fe80::1%lo]:{port}/"), Failure::NotUrl),
        ("http://127.0.0.1:0/".to_owned(), Failure::PortZero),
        (format!("ftp://127.0.0.1:{port}/"), Failure::SchemeNotHttp),
        (format!("gopher://127.0.0.1:{port}/_GET"), Failure::SchemeNotHttp),
        ("file:///etc/passwd".to_owned(), Failure::SchemeNotHttp),
        ("unix:///run/docker.sock".to_owned(), Failure::SchemeNotHttp),
        ("http://".to_owned(), Failure::NotUrl),
        (format!("http://:{port}/"), Failure::NotUrl),
    ] {
        assert_eq!(post(&courier, &url).await.failure, Some(why), "{url}");
    }
    assert_eq!(trap.connections(), 0);
    // The trap does catch.
    assert!(post(&courier, &format!("http://127.0.0.1:{port}/")).await.is_delivered());
    assert_eq!(trap.connections(), 1);
}

#[tokio::test]
async fn names_are_no_better_than_their_addresses() {
    let trap = trap().await;
    let literals = FORBIDDEN.iter().filter_map(|host| {
        host.trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .ok()
            .map(|ip| ip.to_string())
    });
    let literals: Vec<_> = literals.collect();
    assert!(literals.len() > 30);
    for literal in &literals {
        let names = Names::default().with("hooks.example", &[&[literal]]);
        let courier = courier(&["198.51.100.0/24"], names);
        for scheme in ["https", "http"] {
            let url = format!("{scheme}://hooks.example:{}/", trap.port());
            assert_eq!(check_url(&url, &["198.51.100.0/24".parse().unwrap()]), Ok(()));
            let receipt = post(&courier, &url).await;
            assert_eq!(receipt.failure, Some(Failure::ForbiddenAddress), "{url} at {literal}");
        }
    }
    assert_eq!(trap.connections(), 0);
}

/// Listeners at one port of 127.0.0.2 and 127.0.0.1. What is free at the one may be taken at the other.
async fn twins() -> (Receiver, Receiver) {
    for _ in 0..100 {
        let good = Receiver::answering("127.0.0.2:0", OK).await;
        if let Ok(bad) = Receiver::try_answering(&format!("127.0.0.1:{}", good.port()), OK).await {
            return (good, bad);
        }
    }
    panic!("no port is free at both addresses");
}

#[tokio::test]
async fn requirement_20_of_mixed_answers_only_the_allowed_address_is_connected_to() {
    let (good, bad) = twins().await;
    let answer: &[&str] = &["127.0.0.1", "10.0.0.1", "::1", "127.0.0.2", "169.254.169.254"];
    let courier = courier(&["127.0.0.2/32"], Names::default().with("mixed.example", &[answer]));
    let receipt = post(&courier, &format!("http://mixed.example:{}/", good.port())).await;
    assert!(receipt.is_delivered(), "{receipt:?}");
    assert_eq!((good.connections(), bad.connections()), (1, 0));
}

#[tokio::test]
async fn requirement_20_a_name_that_changes_its_mind_gains_nothing() {
    let (good, bad) = twins().await;
    let names = Names::default().with("rebinding.example", &[&["127.0.0.2"], &["127.0.0.1"]]);
    let courier = courier(&["127.0.0.2/32"], names);
    let url = format!("http://rebinding.example:{}/", good.port());
    // Were the name asked twice for one message, already this one would be lost.
    assert!(post(&courier, &url).await.is_delivered());
    assert_eq!(post(&courier, &url).await.failure, Some(Failure::ForbiddenAddress));
    assert_eq!((good.connections(), bad.connections()), (1, 0));
}

#[tokio::test]
async fn http_stays_within_the_allowed_networks() {
    let names = Names::default().with("public.example", &[&["8.8.8.8"]]).with("none.example", &[&[]]);
    let courier = courier(&[LOOPBACK], names);
    assert_eq!(post(&courier, "http://public.example/").await.failure, Some(Failure::PlainHttp));
    assert_eq!(post(&courier, "http://8.8.8.8/").await.failure, Some(Failure::PlainHttp));
    assert_eq!(post(&courier, "http://none.example/").await.failure, Some(Failure::NameNotFound));
    assert_eq!(post(&courier, "http://unknown.example/").await.failure, Some(Failure::NameNotFound));
}

#[tokio::test]
async fn requirement_19_redirects_are_not_followed() {
    let trap = trap().await;
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nlocation: http://127.0.0.1:{}/\r\ncontent-length: 2\r\n\r\nno",
            trap.port()
        );
        let receiver = Receiver::answering("127.0.0.1:0", answer).await;
        let receipt = post(&courier(&[LOOPBACK], Names::default()), &receiver.url()).await;
        assert_eq!((receipt.status, receipt.failure), (Some(status), Some(Failure::Redirect)));
        assert!(!receipt.is_delivered());
        assert_eq!(receipt.response, b"no");
        assert_eq!(receiver.connections(), 1);
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn headers_cannot_change_where_or_how() {
    let receiver = Receiver::answering("127.0.0.1:0", OK).await;
    let courier = courier(&[LOOPBACK], Names::default());
    for (name, value) in
        [("host", "internal"), ("transfer-encoding", "chunked"), ("x", "a\r\nhost: internal")]
    {
        let headers = [(name.to_owned(), value.to_owned())];
        let receipt = courier
            .post(&Parcel { url: &receiver.url(), headers: &headers, body: "{}".into(), patience: None })
            .await;
        assert_eq!(receipt.failure, Some(Failure::BadHeader), "{name}");
    }
    assert_eq!(receiver.connections(), 0);
}
