//! The calls that tell hubs and search engines.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method};
use url::Url;

use super::reply::Reply;
use crate::http_client::{
    Call, CallLimits, HttpClient, Proxies, Redirects, TlsRoots, TlsRootsError,
};
use crate::model::version;

/// The limits of a call. What is told is fetched after the answer, so a good one comes soon.
const LIMITS: CallLimits = CallLimits {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(30),
    whole: Duration::from_secs(60),
    spacing: Duration::ZERO,
};

/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// The client of one configuration. A clone shares its connections.
#[derive(Clone)]
pub(super) struct PushClient(HttpClient);

impl PushClient {
    /// A client that names the server at `public_url` as the one to ask about it.
    ///
    /// # Errors
    /// When the certificates that TLS is to trust cannot be read.
    pub(super) fn new(public_url: &str) -> Result<PushClient, TlsRootsError> {
        let (user_agent, roots) = (version::user_agent(public_url), TlsRoots::from_env()?);
        let proxies = Proxies::from_env();
        Ok(PushClient(HttpClient::new(
            &user_agent,
            LIMITS,
            proxies,
            &roots,
        )))
    }

    /// Sends `body` to `url`, which the operator chose: a redirect to another one is an answer.
    pub(super) async fn post(
        &self,
        url: Url,
        media_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Reply {
        let call = Call {
            method: Method::POST,
            body: Some((HeaderValue::from_static(media_type), body.into())),
            redirects: Redirects::Answered,
            answer_bytes_max: ANSWER_BYTES_MAX,
            ..Call::get(url)
        };
        Reply::new(self.0.call(call).await)
    }
}
