//! TLS to a database, with its certificate checked.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use crate::postgres::Postgres;
use crate::sample::RELEASED;
use crate::table::{QUERY, Server, Table, newsroom};
use crate::testkit::daemon::Daemon;
use crate::testkit::output::assert_ends;
use crate::testkit::programs::{self, Account};

/// A certificate authority of the newsroom, another one, and a server's certificate of the first.
struct Certificates(TempDir);

impl Certificates {
    /// `None`, reported, without openssl.
    fn make() -> Option<Certificates> {
        let openssl = programs::find("openssl")?;
        let certificates = Certificates(tempfile::tempdir().expect("a temporary folder"));
        let folder = certificates.0.path();
        let request = |name: &str| {
            let mut request = Command::new(&openssl);
            request
                .current_dir(folder)
                .args(["req", "-x509", "-newkey", "ec"]);
            request.args([
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ]);
            request.args(["-subj", &format!("/CN={name}")]);
            request.args([
                "-keyout",
                &format!("{name}.key"),
                "-out",
                &format!("{name}.pem"),
            ]);
            request
        };
        for authority in ["newsroom", "stranger"] {
            programs::run(&mut request(authority));
        }
        let mut server = request("server");
        server.args(["-CA", "newsroom.pem", "-CAkey", "newsroom.key"]);
        server.args(["-addext", "subjectAltName=IP:127.0.0.1"]);
        programs::run(server.args(["-addext", "basicConstraints=critical,CA:FALSE"]));
        programs::give(folder, Account::of("postgres"));
        Some(certificates)
    }

    fn path(&self, name: &str) -> String {
        let path: &Path = self.0.path();
        path.join(name).display().to_string()
    }
}

/// An address, what is asked of the server's certificate, whose word is believed, and what is said
/// where that is not enough.
const CASES: [(&str, &str, &str, Option<&str>); 5] = [
    ("127.0.0.1", "verify-full", "newsroom", None),
    ("localhost", "verify-ca", "newsroom", None),
    ("127.0.0.1", "verify-full", "stranger", Some("certificate")),
    ("127.0.0.1", "verify-ca", "stranger", Some("certificate")),
    ("localhost", "verify-full", "newsroom", Some("certificate")),
];

#[test]
fn tls_needs_a_trusted_certificate() {
    let Some(certificates) = Certificates::make() else {
        return;
    };
    let (certificate, key) = (
        certificates.path("server.pem"),
        certificates.path("server.key"),
    );
    let settings = [
        "ssl=on",
        &format!("ssl_cert_file={certificate}"),
        &format!("ssl_key_file={key}"),
    ];
    let Some(postgres) = Postgres::start(&settings) else {
        return;
    };
    let table = Table::on(Server::Postgres(Arc::new(postgres)));
    table.insert(&RELEASED);
    for (host, mode, authority, refused) in CASES {
        let authority = certificates.path(&format!("{authority}.pem"));
        let url = table.url.replace("127.0.0.1", host);
        let url = format!("{url}?sslmode={mode}&sslrootcert={authority}");
        let newsroom = newsroom(&url, QUERY, "");
        let output = newsroom.run(&["check"]);
        match refused {
            Some(said) => assert_ends(&output, 1, &["error", said], &[]),
            None => assert_ends(&output, 0, &["no problems; 6 articles"], &[]),
        }
    }

    let authority = certificates.path("newsroom.pem");
    let url = format!("{}?sslmode=verify-full&sslrootcert={authority}", table.url);
    let newsroom = newsroom(&url, QUERY, "");
    let daemon = Daemon::start(&newsroom);
    assert!(daemon.get("/all.rss").says("Урожай дынь"));
    let mut session = table.session();
    let connections = |secret: &str| {
        format!(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE usename = 'reader' AND {secret}"
        )
    };
    assert!(session.number(&connections("ssl")) > 0);
    assert_eq!(session.number(&connections("NOT ssl")), 0);
}
