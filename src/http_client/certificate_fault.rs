//! What is wrong with a certificate, in words, and what helps.

use std::time::{Duration, SystemTime};

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::tls_roots::CERTIFICATE_FILE;

/// Names of a certificate that a message shows.
const NAMES_MAX: usize = 3;

/// What is wrong (RFC 5280, section 6; RFC 9525 for names), and what helps.
pub(super) fn words(fault: &CertificateError) -> String {
    match fault {
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names = presented.iter().take(NAMES_MAX).map(|name| bare(name));
            let mut names = names.collect::<Vec<_>>().join(", ");
            if presented.len() > NAMES_MAX {
                names.push_str(", …");
            }
            let names = Some(names).filter(|names| !names.is_empty());
            format!(
                "it is not for {} but for {}; write the address with a name that it has",
                expected.to_str(),
                names.as_deref().unwrap_or("no name"),
            )
        }
        CertificateError::ExpiredContext { not_after, .. } => format!(
            "it expired on {}; the site must renew it, if the clock of this machine is right",
            date(*not_after)
        ),
        CertificateError::NotValidYetContext { not_before, .. } => format!(
            "it counts from {} on; see whether the clock of this machine is right",
            date(*not_before)
        ),
        CertificateError::UnknownIssuer => format!(
            "no authority that is known here has signed it: it is self-signed, an authority of a private \
             network has signed it, or the site does not send the certificates between it and its \
             authority; `{CERTIFICATE_FILE}` can name a PEM file with a further authority"
        ),
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            format!(
                "it is self-signed, as the certificate of an authority; the site needs one of its own that \
             the authority has signed, and `{CERTIFICATE_FILE}` can name the authority's PEM file"
            )
        }
        other => other.to_string(),
    }
}

/// A name of a certificate, which rustls shows as `DnsName("dala.example")`.
fn bare(name: &str) -> &str {
    let name = name.split_once('(').map_or(name, |(_, name)| name);
    name.trim_matches([')', '"'])
}

fn date(at: UnixTime) -> String {
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(at.as_secs()))
}
