//! Calls to a server of ours that misbehaves in each way that a call must survive.

mod proxy;
mod redirects;
mod tls;

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
        spacing: Duration::ZERO,
    };
    let user_agent = "taspa/1 (+https://dala.example/\n)";
    HttpClient::new(user_agent, limits, proxies, &TlsRoots::built_in())
}

async fn get(server: &Server) -> Result<Answer, CallError> {
    let mut call = Call::get(server.url("/list?page=2"));
    call.answer_bytes_max = BODY_MAX;
    client(Proxies::none()).call(call).await
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
    assert!(heads[0].contains("cache-control: no-cache\r\n"));
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
    let trailing = [gzip(b"x"), b"y".to_vec()].concat();
    let deeds: [(Deed, &str); 11] = [
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
        (
            Box::new(move |client| {
                reply(client, "200 OK\r\ncontent-encoding: gzip", b"\x1f\x8b");
            }),
            "ends early or is damaged",
        ),
        (
            Box::new(move |client| {
                reply(client, "200 OK\r\ncontent-encoding: gzip", &trailing);
            }),
            "ends early or is damaged: bytes follow its end",
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

/// The length of an answer to `HEAD` is that of content which is not sent (RFC 9110, section 9.3.2).
#[tokio::test]
async fn an_answer_to_head_is_small_whatever_its_length_says() {
    let server = Server::start(|_, client| {
        let _ = client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n");
    });
    let mut call = Call::get(server.url("/"));
    call.method = Method::HEAD;
    let answer = client(Proxies::none()).call(call).await.expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
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
        (
            format!("https://{without_tls}/"),
            "cannot be reached: the server does not speak TLS on this port",
        ),
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

/// Contents that are not there as a whole, beside a status that says enough.
#[tokio::test]
async fn a_failure_keeps_its_status_and_its_pause_whatever_its_content_is() {
    type Deed = fn(&mut TcpStream);
    let deeds: [Deed; 5] = [
        |client| {
            let _ = client.write_all(b"content-length: 99\r\n\r\nhalf");
            let _ = client.shutdown(std::net::Shutdown::Both);
        },
        |client| {
            let _ = client.write_all(b"transfer-encoding: chunked\r\n\r\n5\r\nha");
            let _ = client.shutdown(std::net::Shutdown::Both);
        },
        |client| {
            let _ = client.write_all(b"content-length: 99\r\n\r\nsilence");
            thread::sleep(Duration::from_secs(8));
        },
        |client| {
            let _ = client.write_all(b"content-length: 99999999999\r\n\r\n");
        },
        |client| {
            let _ = client.write_all(b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc");
        },
    ];
    for (number, deed) in deeds.into_iter().enumerate() {
        let server = Server::start(move |_, client| {
            let _ = client.write_all(b"HTTP/1.1 503 X\r\nretry-after: 90\r\n");
            deed(client);
        });
        let answer = get(&server).await.expect("an answer");
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{number}");
        let pause = answer.retry_after();
        assert_eq!(pause, Some(Duration::from_secs(90)), "{number}");
    }
}
