//! Tells the program from which commit and with which profile it is built.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=TASPA_COMMIT");
    let profile = profile();
    println!("cargo::rustc-env=TASPA_PROFILE={profile}");
    // While taspa is developed, a commit must not build everything again.
    let commit = match profile.as_str() {
        "dev" => None,
        _ => commit_of_packager()
            .or_else(commit_of_crate)
            .or_else(commit_of_checkout),
    };
    let number = env::var("CARGO_PKG_VERSION").expect("cargo sets CARGO_PKG_VERSION");
    let Some(commit) = commit else {
        println!("cargo::rustc-env=TASPA_VERSION={number} ({profile})");
        return;
    };
    let short = commit.get(..12).unwrap_or(&commit);
    // Of another name than the variable above, which the compiler would see even if it names no commit.
    println!("cargo::rustc-env=TASPA_BUILD_COMMIT={short}");
    println!("cargo::rustc-env=TASPA_VERSION={number} (commit {short}, {profile})");
}

/// The profile's name, after which cargo names the folder of its builds: `TARGET/PROFILE/build/PACKAGE/out`.
fn profile() -> String {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let folder = out.ancestors().nth(3).and_then(Path::file_name);
    match folder.and_then(|name| name.to_str()) {
        Some("debug") | None => "dev".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// The commit that the environment names: sources may come without their repository.
fn commit_of_packager() -> Option<String> {
    env::var("TASPA_COMMIT")
        .ok()
        .filter(|commit| is_commit(commit))
}

/// What `cargo package` writes beside the sources.
fn commit_of_crate() -> Option<String> {
    let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let commit = after.split('"').nth(1)?;
    Some(commit.to_owned()).filter(|commit| is_commit(commit))
}

/// The commit that is checked out, if this folder is the top of the repository.
fn commit_of_checkout() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    println!(
        "cargo::rerun-if-changed={}",
        git(&["rev-parse", "--git-path", "logs/HEAD"])?
    );
    git(&["rev-parse", "HEAD"]).filter(|commit| is_commit(commit))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|_| output.status.success())
}

fn is_commit(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
