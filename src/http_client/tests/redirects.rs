//! Redirects: which are followed, how many, and how fast.

use super::*;

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
        (
            "http://user:secret@[".to_owned(),
            Err("/list redirects to something that is no address"),
        ),
        (
            format!("//dala.example/жа%0a%1b{}", "x".repeat(999)),
            Err("to http://dala.example/жа%0a%1bxxx"),
        ),
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
                let error = error.to_string();
                assert!(error.contains(words), "{target}: {error}");
                assert!(!error.contains("secret") && error.len() < 400, "{error}");
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

/// A server that redirects so many times, and counts down in the path.
fn redirecting(times: usize) -> Server {
    Server::start(move |head, client| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let left = path.trim_start_matches('/').parse().unwrap_or(times);
        match left {
            0 => reply(client, "200 OK", b"end"),
            left => {
                let head = format!("302 Found\r\nlocation: /{}", left - 1);
                reply(client, &head, b"");
            }
        }
    })
}

#[tokio::test]
async fn as_many_redirects_are_followed_as_the_limit_says() {
    assert!(get(&redirecting(REDIRECTS_MAX)).await.is_ok());
    let server = redirecting(REDIRECTS_MAX + 1);
    let error = get(&server).await.expect_err("too many");
    assert!(error.to_string().contains("redirects too often"), "{error}");
    assert_eq!(server.heads().len(), REDIRECTS_MAX + 1);
}

#[tokio::test]
async fn redirects_and_calls_keep_their_distance() {
    let server = redirecting(4);
    let spacing = Duration::from_millis(60);
    let limits = CallLimits {
        spacing,
        ..CallLimits::default()
    };
    let client = HttpClient::new("taspa", limits, Proxies::none(), &TlsRoots::built_in());
    let began = Instant::now();
    let calls = [client.clone(), client].map(|client| {
        let call = Call::get(server.url("/4"));
        tokio::spawn(async move { client.call(call).await })
    });
    for call in calls {
        call.await.expect("no panic").expect("an answer");
    }
    assert_eq!(server.heads().len(), 10);
    assert!(began.elapsed() >= 9 * spacing, "{:?}", began.elapsed());
}

/// Answers with a `Location`, by their status and the method: which of them are followed.
#[tokio::test]
async fn only_redirects_of_reading_methods_are_followed() {
    for (status, method, is_followed) in [
        (301, Method::GET, true),
        (302, Method::GET, true),
        (303, Method::HEAD, true),
        (307, Method::GET, true),
        (308, Method::HEAD, true),
        (201, Method::GET, false),
        (300, Method::GET, false),
        (304, Method::GET, false),
        (503, Method::GET, false),
        (302, Method::POST, false),
        (307, Method::POST, false),
    ] {
        let server = Server::start(move |head, client| match head.contains(" /end ") {
            true => reply(client, "204 X", b""),
            false => {
                let head = format!("HTTP/1.1 {status} X\r\nlocation: /end\r\n\r\n");
                let head = head.replace("\r\n\r\n", "\r\ncontent-length: 0\r\n\r\n");
                let _ = client.write_all(head.as_bytes());
            }
        });
        let mut call = Call::get(server.url("/"));
        call.method = method;
        let answer = client(Proxies::none()).call(call).await.expect("an answer");
        let expected = if is_followed { 204 } else { status };
        assert_eq!(answer.status.as_u16(), expected, "{status}");
    }
}

#[tokio::test]
async fn a_login_in_a_redirect_is_not_sent() {
    let server = Server::start(|head, client| {
        let host = head.split("host: ").nth(1).unwrap_or_default();
        let host = host.split("\r\n").next().unwrap_or_default();
        match head.contains(" /end ") {
            true => reply(client, "200 OK", b"end"),
            false => {
                let head = format!("302 X\r\nlocation: http://user:secret@{host}/end");
                reply(client, &head, b"");
            }
        }
    });
    let answer = get(&server).await.expect("an answer");
    assert_eq!(answer.url.as_str(), server.url("/end").as_str());
    assert!(!server.heads()[1].contains("secret"));
}
