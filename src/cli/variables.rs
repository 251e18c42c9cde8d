//! The environment variables that taspa reads, and those that look like one.

use std::cmp::Reverse;

use crate::config::ConfigFile;
use crate::model::problem::{Problem, Severity};
use crate::text::nearest::{all_of, did_you_mean, nearest};

/// What all variables of taspa begin with.
const PREFIX: &str = "TASPA_";

/// The variables that taspa reads.
const NAMES: [&str; 4] = [
    "TASPA_CONFIG",
    "TASPA_LISTEN",
    "TASPA_LOG",
    "TASPA_LOG_FORMAT",
];

/// What other programs of Rust read in the place of `TASPA_LOG`.
const OF_OTHERS: &str = "RUST_LOG";

/// Letters of a name that may be the beginning of one of ours.
const LETTERS_MIN: usize = 3;

/// What the build sets, also for a program that cargo runs.
const OF_THE_BUILD: [&str; 3] = ["TASPA_COMMIT", "TASPA_PROFILE", "TASPA_VERSION"];

/// Warnings about the variables of this process that taspa does not know and `file` does not name.
pub(super) fn unknown_variables(file: &ConfigFile) -> Vec<Problem> {
    let variables = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name, value.to_string_lossy().into_owned()))
    });
    let mut problems: Vec<Problem> = variables
        .filter_map(|(name, value)| problem_of(&name, &value, file.text()))
        .collect();
    problems.sort_by(|a, b| a.message.cmp(&b.message));
    problems
}

fn problem_of(name: &str, value: &str, config: &str) -> Option<Problem> {
    let is_foreign = name == OF_OTHERS;
    let rest = if is_foreign {
        name
    } else {
        name.strip_prefix(PREFIX)?
    };
    let is_named = || {
        let uses = ["}", ":-"].map(|end| format!("${{{name}{end}"));
        uses.iter().any(|used| config.contains(used))
    };
    let is_known = NAMES.contains(&name) || OF_THE_BUILD.contains(&name);
    if is_known || is_of_kubernetes(name, value) || is_named() {
        return None;
    }
    let known = NAMES.iter().filter_map(|name| name.strip_prefix(PREFIX));
    let meant = match is_foreign {
        true => Some("LOG"),
        false => nearest(rest, known.clone()).or_else(|| with_same_beginning(rest, known)),
    };
    let hint = match meant {
        Some(name) => did_you_mean(format!("{PREFIX}{name}")),
        None => format!(
            "taspa reads {}, and what feeds.toml names, such as `${{{name}}}`",
            all_of(NAMES)
        ),
    };
    Some(Problem {
        severity: Severity::Warning,
        file: "<environment>".to_owned(),
        line: None,
        column: None,
        message: format!("the variable `{name}` does nothing"),
        hint: Some(hint),
        excerpt: None,
    })
}

/// The known name that begins as this one does, underscores aside: `LOGFMT` as `LOG_FORMAT`, `LOG_LEVEL` as
/// `LOG`. It must begin with a whole name of ours, or one of ours with it.
fn with_same_beginning<'n>(
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'n str> {
    let letters = |name: &str| name.replace('_', "");
    let name = letters(name);
    let is_beginning = |known: &str| {
        let known = letters(known);
        name.starts_with(&known) || (name.len() >= LETTERS_MIN && known.starts_with(&name))
    };
    if !known.clone().any(is_beginning) {
        return None;
    }
    let shared = |known: &str| {
        let known = letters(known);
        name.bytes()
            .zip(known.bytes())
            .take_while(|(a, b)| a == b)
            .count()
    };
    known.max_by_key(|known| (shared(known), Reverse(known.len())))
}

/// Whether Kubernetes sets it in every container beside a service whose name begins with `taspa`.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    let is_port = name.ends_with("_PORT") && value.contains("://");
    is_port
        || ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"]
            .iter()
            .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_variables_are_named_with_the_nearest_known_one() {
        let config = "public-url = \"${TASPA_URL:-http://a.example/}\"\nurl = \"${TASPA_DB}\"";
        let known = "taspa reads `TASPA_CONFIG`, `TASPA_LISTEN`, `TASPA_LOG` and `TASPA_LOG_FORMAT`, and what \
                     feeds.toml names, such as `${TASPA_STATE}`";
        for (name, value, expected) in [
            ("TASPA_CONFIG", "x", None),
            ("TASPA_LISTEN", "", None),
            ("TASPA_LOG", "info", None),
            ("TASPA_LOG_FORMAT", "json", None),
            ("TASPA_COMMIT", "0123456789ab", None),
            ("TASPA_URL", "http://b.example/", None),
            ("TASPA_DB", "postgres://b.example/", None),
            ("TASPA_SERVICE_HOST", "10.0.0.1", None),
            ("TASPA_PORT", "tcp://10.0.0.1:8080", None),
            ("TASPA_PORT_8080_TCP_ADDR", "10.0.0.1", None),
            ("TASPA_ADMIN_SERVICE_PORT_HTTP", "9090", None),
            ("PATH", "/bin", None),
            ("TASPALOG", "info", None),
            (
                "TASPA_LOGFORMAT",
                "json",
                Some("did you mean `TASPA_LOG_FORMAT`?"),
            ),
            (
                "TASPA_LOG_FROMAT",
                "json",
                Some("did you mean `TASPA_LOG_FORMAT`?"),
            ),
            (
                "TASPA_LOGFMT",
                "json",
                Some("did you mean `TASPA_LOG_FORMAT`?"),
            ),
            (
                "TASPA_LOG_FMT",
                "json",
                Some("did you mean `TASPA_LOG_FORMAT`?"),
            ),
            (
                "TASPA_LOG_LEVEL",
                "debug",
                Some("did you mean `TASPA_LOG`?"),
            ),
            ("TASPA_LOGLEVEL", "debug", Some("did you mean `TASPA_LOG`?")),
            (
                "TASPA_CONFIG_FILE",
                "a",
                Some("did you mean `TASPA_CONFIG`?"),
            ),
            ("TASPA_CONF", "a", Some("did you mean `TASPA_CONFIG`?")),
            (
                "TASPA_LISTEN_ADDR",
                "",
                Some("did you mean `TASPA_LISTEN`?"),
            ),
            ("RUST_LOG", "debug", Some("did you mean `TASPA_LOG`?")),
            ("RUST_BACKTRACE", "1", None),
            ("TASPA_LISTEN_", "", Some("did you mean `TASPA_LISTEN`?")),
            ("TASPA_STATE", "/var/lib/taspa", Some(known)),
        ] {
            let problem = problem_of(name, value, config);
            let hint = problem.and_then(|problem| problem.hint);
            assert_eq!(hint.as_deref(), expected, "{name}");
        }
    }
}
