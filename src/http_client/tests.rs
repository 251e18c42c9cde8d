//! Calls to a server of ours that misbehaves in each way that a call must survive.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// The head of a request as the server read it, and the connection to answer on.
type Respond = dyn Fn(&str, &mut TcpStream) + Send + Sync;

/// A server that answers each connection's requests with `respond`, and the heads of all requests.
struct Server {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(respond: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, respond): (_, Arc<Respond>) = (heads.clone(), Arc::new(respond));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (seen, respond) = (seen.clone(), respond.clone());
                thread::spawn(move || serve(client, &seen, &*respond));
            }
        });
        Server { address, heads }
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).expect("an address")
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

fn serve(mut client: TcpStream, seen: &Mutex<Vec<String>>, respond: &Respond) {
    while let Some(head) = head(&mut client) {
        seen.lock().expect("no panic").push(head.clone());
        respond(&head, &mut client);
    }
}

fn head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

fn reply(client: &mut TcpStream, head: &str, body: &[u8]) {
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n", body.len());
    let _ = client.write_all(&[head.as_bytes(), body].concat());
}

const BODY_MAX: usize = 1 << 20;

fn client(proxies: Proxies) -> HttpClient {
    let limits = CallLimits {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_secs(2),
        whole: Duration::from_secs(4),
        body_bytes: BODY_MAX,
    };
    HttpClient::new("taspa/1 (+https://dala.example/\n)", limits, proxies)
}

async fn get(server: &Server) -> Result<Answer, CallError> {
    client(Proxies::none())
        .call(Call::get(server.url("/list?page=2")))
        .await
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn answer_is_complete_and_decompressed() {
    let server = Server::start(|_, client| {
        let head = "200 OK\r\ncontent-encoding: gzip\r\nretry-after: 7";
        reply(client, head, &gzip("Жауап".as_bytes()));
    });
    let answer = get(&server).await.expect("an answer");
    assert_eq!(answer.body, "Жауап".as_bytes());
    assert_eq!(answer.retry_after(), Some(Duration::from_secs(7)));
    let heads = server.heads();
    assert!(heads[0].starts_with("GET /list?page=2 HTTP/1.1\r\n"));
    assert!(heads[0].contains("user-agent: taspa/1 (+https://dala.example/)\r\n"));
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in [204, 304, 401, 404, 429, 500, 503] {
        let server = Server::start(move |_, client| reply(client, &format!("{status} X"), b""));
        let answer = get(&server).await.expect("an answer");
        assert_eq!(answer.status.as_u16(), status);
    }
}

/// What a server does that gives no good answer, and the words for it after the address.
#[tokio::test]
async fn bad_answers_are_errors_in_words_within_the_limits() {
    type Deed = Box<dyn Fn(&mut TcpStream) + Send + Sync>;
    let bomb = gzip(&vec![0; 2 * BODY_MAX]);
    let deeds: [(Deed, &str); 9] = [
        (
            Box::new(|_| thread::sleep(Duration::from_secs(8))),
            "gave no answer within 2 s",
        ),
        (
            Box::new(move |client| {
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
                thread::sleep(Duration::from_secs(8));
            }),
            "did not end its answer within 4 s",
        ),
        (
            Box::new(move |client| {
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
                let _ = client.shutdown(std::net::Shutdown::Both);
            }),
            "ends early or is damaged",
        ),
        (
            Box::new(move |client| {
                let _ = client.shutdown(std::net::Shutdown::Both);
            }),
            "cannot be reached",
        ),
        (
            Box::new(move |client| {
                let _ = client.write_all(b"SSH-2.0-OpenSSH\r\n\r\n");
                let _ = client.shutdown(std::net::Shutdown::Both);
            }),
            "cannot be reached",
        ),
        (
            Box::new(move |client| {
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n");
            }),
            "answered with more than 1 MiB",
        ),
        (
            Box::new(move |client| {
                let _ = client.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
                let _ = client.write_all(&vec![b'x'; 2 * BODY_MAX]);
                let _ = client.shutdown(std::net::Shutdown::Both);
            }),
            "answered with more than 1 MiB",
        ),
        (
            Box::new(move |client| {
                reply(client, "200 OK\r\ncontent-encoding: gzip", &bomb);
            }),
            "answered with more than 1 MiB",
        ),
        (
            Box::new(move |client| {
                let whole = gzip(&vec![b'x'; 4096]);
                let half = &whole[..whole.len() / 2];
                reply(client, "200 OK\r\ncontent-encoding: gzip", half);
            }),
            "ends early or is damaged",
        ),
    ];
    for (number, (deed, expected)) in deeds.into_iter().enumerate() {
        let server = Server::start(move |_, client| deed(client));
        let began = Instant::now();
        let error = get(&server).await.expect_err(expected).to_string();
        assert!(error.contains(expected), "{number}: {error}");
        let url = format!("http://{}/list", server.address);
        assert!(error.contains(&url) && !error.contains("page=2"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(6), "{number}");
    }
}

#[tokio::test]
async fn closed_port_and_missing_tls_are_errors_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let plain = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let without_tls = plain.local_addr().expect("an address");
    thread::spawn(move || {
        for mut client in plain.incoming().flatten() {
            reply(&mut client, "400 Bad Request", b"");
        }
    });
    for (url, expected) in [
        (format!("http://{address}/"), "refused"),
        (format!("https://{without_tls}/"), "cannot be reached"),
        (
            "http://no-such-host.invalid/".to_owned(),
            "cannot be reached",
        ),
    ] {
        let url = Url::parse(&url).expect("an address");
        let error = client(Proxies::none()).call(Call::get(url)).await;
        let error = error.expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Redirects by their target: where the call ends, or the words of its error.
#[tokio::test]
async fn redirects_stay_on_the_host() {
    let other = Server::start(|_, client| reply(client, "200 OK", b"other"));
    let port = other.address.rsplit_once(':').expect("a port").1.to_owned();
    for (target, expected) in [
        ("/end".to_owned(), Ok("/end")),
        ("end?x=1".to_owned(), Ok("/end")),
        ("/again".to_owned(), Err("redirects too often")),
        (format!("http://127.0.0.1:{port}/end"), Err("another site")),
        (format!("http://localhost:{port}/"), Err("another site")),
        (
            "https://dala.example/".to_owned(),
            Err("https://dala.example/, which is another site"),
        ),
        ("ftp://127.0.0.1/".to_owned(), Err("another site")),
        (
            "http://user:secret@dala.example/".to_owned(),
            Err("to http://dala.example/, which"),
        ),
        ("http://[".to_owned(), Err("another site")),
    ] {
        let server = Server::start({
            let target = target.clone();
            move |head, client| match head.starts_with("GET /end") {
                true => reply(client, "200 OK", b"end"),
                false => reply(client, &format!("302 Found\r\nlocation: {target}"), b""),
            }
        });
        match (get(&server).await, expected) {
            (Ok(answer), Ok(path)) => assert_eq!(answer.url.path(), path),
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{target}: {error}");
            }
            (result, _) => panic!("{target}: {result:?}"),
        }
        let mut call = Call::get(server.url("/"));
        call.redirects = Redirects::Answered;
        let answer = client(Proxies::none()).call(call).await.expect("an answer");
        assert_eq!(answer.status, StatusCode::FOUND, "{target}");
    }
    assert_eq!(other.heads(), Vec::<String>::new());
}

#[test]
fn a_redirect_may_begin_tls_and_not_end_it() {
    let url = |text: &str| Url::parse(text).expect("an address");
    for (from, to, expected) in [
        ("http://dala.example/", "https://dala.example/x", true),
        ("https://dala.example/", "http://dala.example/x", false),
        ("https://dala.example/", "https://dala.example:8443/", false),
        ("https://dala.example/", "https://www.dala.example/", false),
    ] {
        assert_eq!(is_same_site(&url(from), &url(to)), expected, "{to}");
    }
}

#[tokio::test]
async fn proxy_is_asked_for_a_tunnel_except_to_this_machine() {
    let proxy = Server::start(|head, client| match head.starts_with("CONNECT") {
        true => {
            let _ = client.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        }
        false => reply(client, "200 OK", b"through"),
    });
    let here = Server::start(|_, client| reply(client, "200 OK", b"here"));
    let proxies = Proxies::all(&format!("http://user:secret@{}", proxy.address));
    let client = client(proxies);
    for (url, expected) in [
        ("http://dala.example/x".to_owned(), "through"),
        (here.url("/x").to_string(), "here"),
    ] {
        let url = Url::parse(&url).expect("an address");
        let answer = client.call(Call::get(url)).await.expect("an answer");
        assert_eq!(answer.body, expected);
    }
    let heads = proxy.heads();
    assert!(
        heads[0].starts_with("CONNECT dala.example:80 HTTP/1.1\r\n"),
        "{heads:?}"
    );
    assert!(heads[0].contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="));
    assert!(heads[1].starts_with("GET /x HTTP/1.1\r\n"), "{heads:?}");
    assert_eq!(heads.len(), 2);
}
