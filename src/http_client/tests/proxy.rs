//! Calls through a proxy.

use super::*;

fn proxies(proxy: &str) -> Proxies {
    Proxies::from_variables(|name| (name == "ALL_PROXY").then(|| proxy.to_owned()))
}

#[tokio::test]
async fn a_proxy_gets_plain_requests_and_is_asked_for_tunnels_except_to_this_machine() {
    let proxy = Server::start(|head, client| match head.starts_with("CONNECT") {
        true => reply(client, "502 X", b""),
        false => reply(client, "200 OK", b"through"),
    });
    let here = Server::start(|_, client| reply(client, "200 OK", b"here"));
    let client = client(proxies(&format!("http://user:secret@{}", proxy.address)));
    for (url, expected) in [
        ("http://dala.example/x?y=1", Some("through")),
        ("https://dala.example/x", None),
        (here.url("/x").as_str(), Some("here")),
    ] {
        let url = Url::parse(url).expect("an address");
        let answer = client.call(Call::get(url)).await.ok();
        let body = answer.map(|answer| answer.body);
        assert_eq!(body.as_deref(), expected.map(str::as_bytes));
    }
    let heads = proxy.heads();
    let expected = [
        "GET http://dala.example/x?y=1 HTTP/1.1\r\n",
        "CONNECT dala.example:443 HTTP/1.1\r\n",
    ];
    assert_eq!(heads.len(), expected.len(), "{heads:?}");
    for (head, expected) in heads.iter().zip(expected) {
        assert!(head.starts_with(expected), "{head}");
        let login = "proxy-authorization: basic dxnlcjpzzwnyzxq=\r\n";
        assert!(head.to_lowercase().contains(login), "{head}");
    }
    let heads = here.heads().concat();
    assert!(!heads.to_lowercase().contains("proxy"), "{heads}");
}

/// What a proxy does in place of opening a tunnel, and the words for it.
#[tokio::test]
async fn a_proxy_that_gives_no_connection_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nowhere = closed.local_addr().expect("an address").to_string();
    drop(closed);
    let answering = |answer: &'static str| {
        let server = Server::start(move |_, client| {
            let _ = client.write_all(answer.as_bytes());
            let _ = client.shutdown(std::net::Shutdown::Both);
        });
        server.address
    };
    for (proxy, expected) in [
        (
            nowhere.clone(),
            "of `ALL_PROXY` cannot be reached: Connection refused",
        ),
        (
            answering("HTTP/1.1 407 X\r\n\r\n"),
            "of `ALL_PROXY` wants another login: write `ALL_PROXY` as http://user:password@host:port",
        ),
        (
            answering("HTTP/1.1 403 X\r\n\r\n"),
            "of `ALL_PROXY` refuses to connect to the site",
        ),
        (
            answering(""),
            "of `ALL_PROXY` gives no connection to the site",
        ),
        (
            "socks5://user:secret@proxy:1".to_owned(),
            "`ALL_PROXY` must be the address of an HTTP proxy",
        ),
    ] {
        let url = Url::parse("https://dala.example/").expect("an address");
        let client = client(proxies(&proxy));
        let error = client.call(Call::get(url)).await.expect_err(expected);
        let error = error.to_string();
        assert!(error.contains(expected), "{error}");
        assert!(
            error.starts_with("https://dala.example/ cannot be reached: "),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }
}
