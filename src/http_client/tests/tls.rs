//! Calls to servers whose certificates are right, or wrong in one way.

use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "Authority of Dala");
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, key()).expect("a certificate")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("parameters")
}

fn signed(params: &CertificateParams, authority: &Authority) -> (CertificateDer<'static>, KeyPair) {
    let key = key();
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    (certificate.der().clone(), key)
}

fn self_signed(params: &CertificateParams) -> (CertificateDer<'static>, KeyPair) {
    let key = key();
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.der().clone(), key)
}

/// The port of a server that answers over TLS with this certificate.
fn serve((certificate, key): (CertificateDer<'static>, KeyPair)) -> u16 {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate with its key");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let tls = ServerConnection::new(config.clone()).expect("a connection");
            let mut client = StreamOwned::new(tls, client);
            // The client sends its request in one piece.
            if matches!(client.read(&mut [0; 4096]), Ok(1..)) {
                let _ = client.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n");
            }
            client.conn.send_close_notify();
            let _ = client.flush();
        }
    });
    port
}

/// A file with certificates in PEM, as `SSL_CERT_FILE` names it, in a folder of its own.
fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("authorities.pem");
    std::fs::write(&path, text).expect("a file");
    (folder, path)
}

/// Calls the server: the status, or the words of the error.
async fn call(port: u16, roots: &TlsRoots) -> Result<u16, String> {
    let limits = CallLimits::default();
    let client = HttpClient::new("taspa", limits, Proxies::none(), roots);
    let url = Url::parse(&format!("https://localhost:{port}/")).expect("an address");
    let answer = client.call(Call::get(url)).await;
    answer
        .map(|answer| answer.status.as_u16())
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn certificates_are_trusted_or_said_to_be_wrong_in_words() {
    let authority = authority();
    let (_folder, path) = file(&authority.pem());
    let trusting = TlsRoots::with_file(&path).expect("an authority");
    let good = params(&["localhost"]);
    let other = params(&["dala.example", "www.dala.example"]);
    let mut expired = good.clone();
    expired.not_before = date_time_ymd(2020, 1, 1);
    expired.not_after = date_time_ymd(2021, 2, 3);
    let mut early = good.clone();
    early.not_before = date_time_ymd(4000, 1, 1);
    let mut of_authority = good.clone();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let unknown = "no authority that is known here has signed it: it is self-signed, ";
    for (name, certificate, expected) in [
        ("good", signed(&good, &authority), Ok(204)),
        (
            "another name",
            signed(&other, &authority),
            Err("it is not for localhost but for dala.example, www.dala.example; write"),
        ),
        (
            "expired",
            signed(&expired, &authority),
            Err("it expired on Wed, 03 Feb 2021 00:00:00 GMT; the site must renew it"),
        ),
        (
            "early",
            signed(&early, &authority),
            Err("it counts from Sat, 01 Jan 4000 00:00:00 GMT on; see whether the clock"),
        ),
        ("self-signed", self_signed(&good), Err(unknown)),
        (
            "self-signed as an authority",
            self_signed(&of_authority),
            Err("it is self-signed, as the certificate of an authority; the site needs one"),
        ),
    ] {
        let port = serve(certificate);
        match (call(port, &trusting).await, expected) {
            (Err(error), Err(expected)) => {
                let begin =
                    format!("the certificate of https://localhost:{port}/ is not trusted: ");
                let words = error
                    .strip_prefix(&begin)
                    .unwrap_or_else(|| panic!("{name}: {error}"));
                assert!(words.starts_with(expected), "{name}: {error}");
            }
            (result, expected) => assert_eq!(result, expected.map_err(str::to_owned), "{name}"),
        }
    }
    let port = serve(signed(&good, &authority));
    let error = call(port, &TlsRoots::built_in())
        .await
        .expect_err("a private authority");
    assert!(
        error.contains(unknown) && error.contains("`SSL_CERT_FILE`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_self_signed_certificate_can_be_trusted_by_its_file() {
    let key = key();
    let certificate = params(&["localhost"])
        .self_signed(&key)
        .expect("a certificate");
    let (_folder, path) = file(&certificate.pem());
    let roots = TlsRoots::with_file(&path).expect("a certificate");
    let port = serve((certificate.der().clone(), key));
    assert_eq!(call(port, &roots).await, Ok(204));
}

#[test]
fn a_file_of_authorities_without_one_is_said_in_words() {
    let pem = authority().pem();
    let cut = &pem[..pem.len() / 2];
    for (text, expected) in [
        ("", "which has no certificate in PEM"),
        (
            "-----BEGIN X-----\nAA==\n-----END X-----\n",
            "which has no certificate in PEM",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
            "which has no certificate in PEM",
        ),
        (cut, "which is not valid PEM"),
    ] {
        let (_folder, path) = file(text);
        let error = TlsRoots::with_file(&path).expect_err(expected).to_string();
        assert!(error.ends_with(expected), "{error}");
        assert!(error.starts_with("`SSL_CERT_FILE` names /"), "{error}");
    }
    let (_folder, path) = file(&format!("# Authorities of our network\n{pem}\n{pem}"));
    let count = TlsRoots::with_file(&path).expect("authorities").0.len();
    assert_eq!(count, TlsRoots::built_in().0.len() + 2);
    let error = TlsRoots::with_file(&path.join("none")).expect_err("no file");
    assert!(
        error.to_string().contains("which cannot be read: "),
        "{error}"
    );
}
