//! The headers that tell browsers what a document may load and run, and which sites may read it.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_SECURITY_POLICY, HeaderMap,
    HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

/// The kind of a document, which decides on its security headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DocumentKind {
    /// A feed or list. Scripts of every origin may read it.
    Feed,
    /// As a feed. Browsers save it, because people open it in their feed reader.
    SubscriptionList,
    /// An HTML page with our style sheet.
    Page,
    /// A file that pages load.
    Asset,
}

/// A browser may not guess another media type, and may load and run nothing.
pub(super) fn forbid_active_content(headers: &mut HeaderMap) {
    let no_sniffing = const { HeaderValue::from_static("nosniff") };
    headers.insert(X_CONTENT_TYPE_OPTIONS, no_sniffing);
    let policy = const { HeaderValue::from_static("default-src 'none'") };
    headers.insert(CONTENT_SECURITY_POLICY, policy);
}

/// A page may load our own style sheet, script, fonts and pictures, and media of articles from every
/// origin, and send forms to us. Scripts of other origins and those in the markup may not run. Checkers
/// of pages fetch `/robots.txt` from within a page.
pub(super) fn allow_page_content(headers: &mut HeaderMap) {
    set_policy(
        headers,
        "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; \
         connect-src 'self'; img-src 'self' https: http:; media-src https: http:; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
    );
    let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
    headers.insert(REFERRER_POLICY, policy);
}

/// An admin page may load its style sheet. Scripts may not run.
pub(super) fn allow_admin_content(headers: &mut HeaderMap) {
    set_policy(
        headers,
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    );
}

/// Scripts of every origin may read the response.
pub(super) fn allow_every_origin(headers: &mut HeaderMap) {
    let every_origin = const { HeaderValue::from_static("*") };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, every_origin);
}

/// Scripts of other origins may also read these headers, which browsers hide by default.
pub(super) fn expose_headers(headers: &mut HeaderMap) {
    let exposed = const { HeaderValue::from_static("ETag, Last-Modified, Link, Retry-After") };
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

fn set_policy(headers: &mut HeaderMap, policy: &'static str) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
}
