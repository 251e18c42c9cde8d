//! The headers that say what browsers may do with a reply: what may run, and which sites may read it.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_SECURITY_POLICY, HeaderMap,
    HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};

/// What a document is to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A feed or list: any site may read it, and nothing in it runs.
    Feed,
    /// A page: it is shown with our style sheet.
    Page,
    /// A part of pages.
    Asset,
}

/// The body is what its type says, and nothing in it is loaded or runs.
pub(super) fn forbid_active_content(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    set_policy(headers, "default-src 'none'");
}

/// A page may load our own style sheet and pictures, and media of articles from anywhere. Nothing runs.
pub(super) fn allow_page_content(headers: &mut HeaderMap) {
    set_policy(
        headers,
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' https: http:; \
         media-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
    headers.insert(REFERRER_POLICY, policy);
}

/// An admin page may load its style sheet. Nothing runs.
pub(super) fn allow_admin_content(headers: &mut HeaderMap) {
    set_policy(
        headers,
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
    );
}

/// Scripts of any site may read the body, and the headers that they would not see otherwise.
pub(super) fn allow_every_origin(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("ETag, Last-Modified, Link, Retry-After");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

fn set_policy(headers: &mut HeaderMap, policy: &'static str) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
}
