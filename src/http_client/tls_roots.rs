//! The certificate authorities that a client trusts: those in the binary, and those of an operator's file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

/// The variable that names a file with further authorities. curl, Go and OpenSSL know it too, and take its
/// authorities in place of their own ones.
pub(super) const CERTIFICATE_FILE: &str = "SSL_CERT_FILE";

/// Bytes of that file. All the authorities that systems trust are a quarter of a mebibyte.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Why there are no authorities.
#[derive(Debug, thiserror::Error)]
pub enum TlsRootsError {
    /// The file cannot be read.
    #[error("`{CERTIFICATE_FILE}` names {}, which cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The file is no PEM (RFC 7468), or is damaged.
    #[error("`{CERTIFICATE_FILE}` names {}, which is not valid PEM", .0.display())]
    NotPem(PathBuf),
    /// The file has no certificate that is one of an authority.
    #[error("`{CERTIFICATE_FILE}` names {}, which has no certificate in PEM", .0.display())]
    Empty(PathBuf),
}

/// The certificate authorities that a client trusts.
#[derive(Clone, Debug)]
pub struct TlsRoots(pub(super) Arc<RootCertStore>);

impl TlsRoots {
    /// Those in the binary, which are Mozilla's, and those in the file that `SSL_CERT_FILE` names.
    ///
    /// # Errors
    /// When that file cannot be read or has no certificate.
    pub fn from_env() -> Result<TlsRoots, TlsRootsError> {
        let path = std::env::var_os(CERTIFICATE_FILE).filter(|path| !path.is_empty());
        match path {
            Some(path) => TlsRoots::with_file(Path::new(&path)),
            None => Ok(TlsRoots(Arc::new(built_in()))),
        }
    }

    pub(super) fn with_file(path: &Path) -> Result<TlsRoots, TlsRootsError> {
        let unreadable = |cause| TlsRootsError::Unreadable {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(unreadable)?.take(FILE_BYTES_MAX);
        let mut certificates = Vec::new();
        for certificate in CertificateDer::pem_reader_iter(io::BufReader::new(file)) {
            certificates.push(certificate.map_err(|error| match error {
                pem::Error::Io(cause) => unreadable(cause),
                _ => TlsRootsError::NotPem(path.to_owned()),
            })?);
        }
        let mut roots = built_in();
        match roots.add_parsable_certificates(certificates) {
            (0, _) => Err(TlsRootsError::Empty(path.to_owned())),
            _ => Ok(TlsRoots(Arc::new(roots))),
        }
    }

    /// Those in the binary.
    #[cfg(test)]
    pub(super) fn built_in() -> TlsRoots {
        TlsRoots(Arc::new(built_in()))
    }
}

fn built_in() -> RootCertStore {
    RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    }
}
