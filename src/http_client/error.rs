//! Why a call failed, in words that contain no secret.

use std::error::Error;
use std::time::Duration;

use url::Url;

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
    /// The answer did not begin in time.
    #[error("{url} gave no answer within {} s", waited.as_secs())]
    Silent {
        /// The address.
        url: String,
        /// The limit.
        waited: Duration,
    },
    /// The call did not end in time.
    #[error("{url} did not end its answer within {} s", waited.as_secs())]
    Slow {
        /// The address.
        url: String,
        /// The limit.
        waited: Duration,
    },
    /// The answer is too large.
    #[error("{url} answered with more than {} MiB", bytes_max >> 20)]
    TooLarge {
        /// The address.
        url: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The answer ended early, or is damaged.
    #[error("the answer of {url} ends early or is damaged: {reason}")]
    Cut {
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
    /// There are too many redirects.
    #[error("{0} redirects too often")]
    Circle(String),
}

impl CallError {
    pub(super) fn of(url: String, error: &hyper_util::client::legacy::Error) -> CallError {
        let reason = reason(error);
        CallError::Unreachable { url, reason }
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

/// An address as messages show it.
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}"));
    let port = port.unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}
