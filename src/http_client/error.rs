//! Why a call failed, in words that contain no secret.

use std::error::Error;
use std::io;
use std::time::Duration;

use super::certificate_fault;

/// Why a call failed. Each message names the address without user, password and query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// There is no connection, or it ended before the answer began.
    #[error("{url} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// The message of the system, of TLS or of the proxy.
        reason: String,
    },
    /// The server's certificate is not trusted (RFC 5280, section 6; RFC 9525 for its names).
    #[error("the certificate of {url} is not trusted: {reason}")]
    Certificate {
        /// The address.
        url: String,
        /// What is wrong with the certificate, and what helps.
        reason: String,
    },
    /// The answer did not begin in time.
    #[error("{url} gave no answer within {} s", waited.as_secs())]
    ResponseTimeout {
        /// The address.
        url: String,
        /// The limit.
        waited: Duration,
    },
    /// The call did not end in time.
    #[error("{url} did not end its answer within {} s", waited.as_secs())]
    CallTimeout {
        /// The address.
        url: String,
        /// The limit.
        waited: Duration,
    },
    /// The answer is too large.
    #[error("{url} answered with more than {}", size(*bytes_max))]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The answer ended early (RFC 9112, section 8), or its coding is damaged.
    #[error("the answer of {url} ends early or is damaged: {reason}")]
    IncompleteBody {
        /// The address.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// A redirect leads to another host, or from TLS to no TLS.
    #[error("{url} redirects to {to}, which is another site")]
    Redirected {
        /// The address.
        url: String,
        /// Where it redirects to.
        to: String,
    },
    /// The `Location` of a redirect is no URL (RFC 9110, section 10.2.2).
    #[error("{0} redirects to something that is no address")]
    InvalidRedirect(String),
    /// There are more redirects than one call follows (RFC 9110, section 15.4).
    #[error("{0} redirects too often")]
    TooManyRedirects(String),
}

impl CallError {
    pub(super) fn of(url: String, error: &hyper_util::client::legacy::Error) -> CallError {
        let reason = match tls_error(error) {
            Some(rustls::Error::InvalidCertificate(fault)) => {
                let reason = certificate_fault::words(fault);
                return CallError::Certificate { url, reason };
            }
            Some(rustls::Error::InvalidMessage(_)) => {
                "the server does not speak TLS on this port".to_owned()
            }
            _ => reason(error),
        };
        CallError::Unreachable { url, reason }
    }

    /// Whether the same call may succeed in a moment. A call that has taken long enough already is not
    /// worth another one.
    pub fn is_transient(&self) -> bool {
        match self {
            CallError::Unreachable { .. } | CallError::IncompleteBody { .. } => true,
            CallError::Certificate { .. }
            | CallError::ResponseTimeout { .. }
            | CallError::CallTimeout { .. }
            | CallError::TooLarge { .. }
            | CallError::Redirected { .. }
            | CallError::InvalidRedirect(_)
            | CallError::TooManyRedirects(_) => false,
        }
    }
}

/// The innermost cause that says something.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The error of TLS among the causes of an error.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        // An error of I/O that is asked for its cause passes over what it holds.
        let held = error.downcast_ref().and_then(io::Error::get_ref);
        cause = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}

/// A number of bytes in words.
fn size(bytes: usize) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}
