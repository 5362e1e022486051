//! One published file, brought here: asked for only when it changed, resumed where a connection was cut.
//!
//! Beside a file `sdn.csv` lie `sdn.csv.json` (the validators its publisher gave with it) and, while it is on its way,
//! `sdn.csv.part` and `sdn.csv.part.json`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::ProgressBar;
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{
        CONTENT_RANGE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
    },
    redirect,
};
use serde::{Deserialize, Serialize};

type Failure = Box<dyn std::error::Error>;

/// The publisher was reached and does not give us the file.
#[derive(Debug, thiserror::Error)]
#[error("the publisher answers {0}")]
pub(super) struct Refusal(StatusCode);

/// Larger than any published list by far: the largest is about 130 MB.
pub(super) const MAX_BYTES: u64 = 1 << 30;
/// How often a cut connection is taken up again before the next run has to.
const ATTEMPTS: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest silence in the middle of a file.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_REDIRECTS: usize = 5;

/// What a publisher tells versions of a file apart by.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Validators {
    url: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Validators {
    fn of(url: &str, response: &Response) -> Self {
        let header =
            |name: HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Self { url: url.to_owned(), etag: header(ETAG), last_modified: header(LAST_MODIFIED) }
    }

    /// Those in a file, when they are about this address.
    fn read(path: &Path, url: &str) -> Option<Self> {
        let all: Self = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (all.url == url).then_some(all)
    }

    fn write(&self, path: &Path) -> Result<(), Failure> {
        Ok(fs::write(path, serde_json::to_vec(self)?)?)
    }

    /// What says for sure that the rest belongs to the beginning: a weak tag does not.
    fn strong(&self) -> Option<&str> {
        let tag = self.etag.as_deref().filter(|t| !t.starts_with("W/"));
        tag.or(self.last_modified.as_deref())
    }
}

/// Where a file and what belongs to it lie.
struct Place {
    file: PathBuf,
    about: PathBuf,
    part: PathBuf,
    about_part: PathBuf,
}

impl Place {
    fn new(file: &Path) -> Self {
        let with = |ending: &str| {
            let mut name = file.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        Self {
            file: file.to_owned(),
            about: with(".json"),
            part: with(".part"),
            about_part: with(".part.json"),
        }
    }

    fn drop_part(&self) {
        let _ = fs::remove_file(&self.part);
        let _ = fs::remove_file(&self.about_part);
    }
}

/// A client that verifies certificates, never steps down from HTTPS and gives up on silence.
#[allow(
    clippy::disallowed_methods,
    reason = "addresses are the operator's own, and a mirror may be a private one"
)]
pub(super) fn client() -> Result<Client, Failure> {
    let policy = redirect::Policy::custom(|attempt| {
        let was_safe = attempt.previous().iter().any(|u| u.scheme() == "https");
        if was_safe && attempt.url().scheme() != "https" {
            attempt.error("the address leads away from HTTPS")
        } else if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("the address leads in circles")
        } else {
            attempt.follow()
        }
    });
    Ok(Client::builder()
        .user_agent(concat!("bonafide/", env!("CARGO_PKG_VERSION")))
        .redirect(policy)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build()?)
}

/// Brings what is published at `url` into `file`; whether anything came. What is there stays until the new file is whole.
///
/// # Errors
/// When the publisher cannot be reached, refuses, or sends more than `max` bytes. What came stays in the `.part` file
/// and is taken up the next time, when the publisher lets us.
pub(super) async fn fetch(
    client: &Client,
    url: &str,
    file: &Path,
    max: u64,
    bar: &ProgressBar,
) -> Result<bool, Failure> {
    let place = Place::new(file);
    let mut last: Option<Failure> = None;
    for _ in 0..ATTEMPTS {
        match once(client, url, &place, max, bar).await {
            Ok(Some(changed)) => return Ok(changed),
            // What there was of it is of another version: from the beginning.
            Ok(None) => {}
            Err(Trouble::Cut(error)) => last = Some(error),
            Err(Trouble::Final(error)) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| "the publisher does not say which part of the file it sends".into()))
}

enum Trouble {
    /// Worth another attempt.
    Cut(Failure),
    Final(Failure),
}

impl<E: Into<Failure>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Final(error.into())
    }
}

/// One request: whether the file changed, or `None` where the part is of no use and was thrown away.
async fn once(
    client: &Client,
    url: &str,
    place: &Place,
    max: u64,
    bar: &ProgressBar,
) -> Result<Option<bool>, Trouble> {
    let (request, have) = asked(client.get(url), url, place);
    let response = request.send().await.map_err(|e| Trouble::Cut(plain(&e)))?;
    let status = response.status();
    let resumed = match status {
        StatusCode::NOT_MODIFIED if place.file.exists() => return Ok(Some(false)),
        StatusCode::OK => false,
        StatusCode::PARTIAL_CONTENT if starts_at(&response) == Some(have) && have > 0 => true,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
            place.drop_part();
            return Ok(None);
        }
        _ if status.is_server_error() => {
            return Err(Trouble::Cut(format!("the publisher answers {status}").into()));
        }
        _ => return Err(Trouble::Final(Refusal(status).into())),
    };
    let told = Validators::of(url, &response);
    let mut done = if resumed { have } else { 0 };
    let whole = response.content_length().map(|rest| done + rest);
    if whole.is_some_and(|all| all > max) {
        return Err(Trouble::Final(too_large(max)));
    }
    if !resumed {
        place.drop_part();
        told.write(&place.about_part)?;
    }
    let mut part = fs::File::options().create(true).append(true).open(&place.part)?;
    bar.set_length(whole.unwrap_or(0));
    bar.set_position(done);
    let mut response = response;
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => {
                done += bytes.len() as u64;
                if done > max {
                    place.drop_part();
                    return Err(Trouble::Final(too_large(max)));
                }
                part.write_all(&bytes)?;
                bar.set_position(done);
            }
            Ok(None) => break,
            Err(e) => return Err(Trouble::Cut(plain(&e))),
        }
    }
    if whole.is_some_and(|all| all != done) {
        return Err(Trouble::Cut("the connection was cut".into()));
    }
    part.sync_all()?;
    drop(part);
    // The validators last: without them the file is only asked for again.
    let _ = fs::remove_file(&place.about);
    fs::rename(&place.part, &place.file)?;
    told.write(&place.about)?;
    let _ = fs::remove_file(&place.about_part);
    Ok(Some(true))
}

/// The request for what is missing, and how many bytes of it are here already.
fn asked(request: RequestBuilder, url: &str, place: &Place) -> (RequestBuilder, u64) {
    let have = fs::metadata(&place.part).map_or(0, |m| m.len());
    let part = Validators::read(&place.about_part, url);
    if have > 0
        && let Some(strong) = part.as_ref().and_then(Validators::strong)
    {
        return (request.header(RANGE, format!("bytes={have}-")).header(IF_RANGE, strong), have);
    }
    let mut request = request;
    if place.file.exists()
        && let Some(about) = Validators::read(&place.about, url)
    {
        if let Some(tag) = about.etag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        if let Some(date) = about.last_modified {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
    }
    (request, 0)
}

/// The first byte of a part: `bytes 100-199/200`.
fn starts_at(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn too_large(max: u64) -> Failure {
    format!("the file is larger than {} MB, which no list is", max >> 20).into()
}

/// An error without the address, whose query may hold a token.
fn plain(error: &reqwest::Error) -> Failure {
    let mut text = match () {
        () if error.is_timeout() => "no answer in time".to_owned(),
        () if error.is_connect() => "cannot connect".to_owned(),
        () if error.is_redirect() => "a redirection that is not followed".to_owned(),
        () => "the connection was cut".to_owned(),
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.into()
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        io::{BufRead, BufReader},
        net::TcpListener,
        sync::{Arc, Mutex},
    };

    use super::*;

    /// Answers one request after the other with what it is given, and notes what was asked.
    pub(in super::super) fn server(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/lists/house.csv", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(vec![]));
        let noted = asked.clone();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|l| !l.is_empty()).collect();
                noted.lock().unwrap().push(head.join("\n").to_lowercase());
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        (url, asked)
    }

    /// An answer that says `length` and sends `body`.
    pub(in super::super) fn answer(status: &str, headers: &str, length: usize, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}")
    }

    async fn get(url: &str, file: &Path, max: u64) -> Result<bool, String> {
        fetch(&client().unwrap(), url, file, max, &ProgressBar::hidden()).await.map_err(|e| e.to_string())
    }

    #[tokio::test]
    async fn what_did_not_change_is_not_sent_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.csv");
        let (url, asked) = server(vec![
            answer(
                "200 OK",
                "ETag: \"one\"\r\nLast-Modified: Sat, 21 Nov 2026 00:00:00 GMT\r\n",
                7,
                "id,name",
            ),
            answer("304 Not Modified", "", 0, ""),
            answer("200 OK", "ETag: \"two\"\r\n", 4, "name"),
        ]);
        assert_eq!(get(&url, &file, 100).await, Ok(true));
        assert_eq!(get(&url, &file, 100).await, Ok(false));
        assert_eq!(fs::read_to_string(&file).unwrap(), "id,name");
        assert_eq!(get(&url, &file, 100).await, Ok(true));
        assert_eq!(fs::read_to_string(&file).unwrap(), "name");
        let asked = asked.lock().unwrap();
        assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
        assert!(asked[1].contains("if-none-match: \"one\"") && asked[1].contains("if-modified-since: sat"));
    }

    #[tokio::test]
    async fn a_cut_connection_is_taken_up_where_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.csv");
        let (url, asked) = server(vec![
            answer("200 OK", "ETag: \"one\"\r\n", 10, "0123"),
            answer("206 Partial Content", "ETag: \"one\"\r\nContent-Range: bytes 4-9/10\r\n", 6, "456789"),
            // The next version is cut, and changes before it is taken up: from the beginning.
            answer("200 OK", "ETag: \"two\"\r\n", 10, "abcd"),
            answer("200 OK", "ETag: \"three\"\r\n", 3, "xyz"),
        ]);
        assert_eq!(get(&url, &file, 100).await, Ok(true));
        assert_eq!(fs::read_to_string(&file).unwrap(), "0123456789");
        assert_eq!(get(&url, &file, 100).await, Ok(true));
        assert_eq!(fs::read_to_string(&file).unwrap(), "xyz");
        let asked = asked.lock().unwrap();
        assert!(
            asked[1].contains("range: bytes=4-") && asked[1].contains("if-range: \"one\""),
            "{}",
            asked[1]
        );
        assert!(asked[3].contains("if-range: \"two\""), "{}", asked[3]);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "the file and its validators: {left:?}");
    }

    #[tokio::test]
    async fn what_fails_leaves_the_file_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("house.csv");
        fs::write(&file, "old").unwrap();
        let (url, _) = server(vec![
            answer("404 Not Found", "", 0, ""),
            answer("200 OK", "", 50, &"x".repeat(50)),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmore than twenty bytes without a length".to_owned(),
            answer("206 Partial Content", "Content-Range: bytes 9-10/11\r\n", 2, "xx"),
        ]);
        assert!(get(&url, &file, 20).await.unwrap_err().contains("404"));
        assert!(get(&url, &file, 20).await.unwrap_err().contains("larger"));
        assert!(get(&url, &file, 20).await.unwrap_err().contains("larger"));
        assert!(get(&url, &file, 20).await.unwrap_err().contains("206"), "nobody asked for a part");
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let error = get(&format!("http://{nobody}/a?token=secret"), &file, 20).await.unwrap_err();
        assert!(error.starts_with("cannot connect") && !error.contains("secret"), "{error}");
    }
}
