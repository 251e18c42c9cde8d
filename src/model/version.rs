//! The version of the running program: its number, the commit that it is built from, and the profile.

/// The version number, as in `Cargo.toml`.
pub const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// The commit, as twelve hexadecimal digits; unknown in a build for development, or without a repository.
pub const COMMIT: Option<&str> = option_env!("TASPA_COMMIT");

/// The profile of cargo: `dist` in packages and images, `release` for those who build it, `dev`.
pub const PROFILE: &str = env!("TASPA_PROFILE");

/// The line of `taspa --version` after the program's name: `0.2.0 (commit 0123456789ab, dist)`.
pub fn line() -> String {
    match COMMIT {
        Some(commit) => format!("{NUMBER} (commit {commit}, {PROFILE})"),
        None => format!("{NUMBER} ({PROFILE})"),
    }
}
