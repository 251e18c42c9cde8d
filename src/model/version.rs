//! The version of the running program: its number, the commit that it is built from, and the profile.

/// The version number, as in `Cargo.toml`.
pub const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// The commit, as twelve hexadecimal digits; unknown in a build for development, or without a repository.
pub const COMMIT: Option<&str> = option_env!("TASPA_BUILD_COMMIT");

/// The profile of cargo: `dist` in packages and images, `release` for those who build it, `dev`.
pub const PROFILE: &str = env!("TASPA_PROFILE");

/// All of them, as `taspa --version` shows them: `0.2.0 (commit 0123456789ab, dist)`.
pub const LINE: &str = env!("TASPA_VERSION");

/// How calls to other servers name this program (RFC 9110, section 10.1.5), with the public address as the
/// contact: `taspa/0.2.0 (+https://feeds.dala.example/)`.
pub fn user_agent(public_url: &str) -> String {
    format!("taspa/{NUMBER} (+{public_url})")
}
