//! A configuration that a client proposes, and what it would change.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Weak;

use serde::{Deserialize, Serialize};

use super::ControlAnswer;
use crate::config::Config;
use crate::model::problem::{Problem, chain};
use crate::model::time::Timestamp;
use crate::publish::config_comparison::CompareError;
use crate::publish::publisher::Publisher;

/// A configuration that may take the place of the one in force. Its relative paths start where those of that
/// one do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedConfig {
    /// Its text.
    pub text: String,
    /// The environment variables that it names, with their values.
    pub variables: BTreeMap<String, String>,
}

impl ProposedConfig {
    /// Compares it with what is published. Its relative paths start at
    /// `folder`.
    pub(super) fn compare(&self, publisher: &Weak<Publisher>, folder: &Path) -> ControlAnswer {
        let variable = |name: &str| self.variables.get(name).cloned();
        let loaded = match Config::parse(&self.text, "the new configuration", folder, &variable) {
            Ok(loaded) => loaded,
            Err(problems) => {
                let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
                return ControlAnswer::Error(problems.join("\n"));
            }
        };
        let Some(publisher) = publisher.upgrade() else {
            return ControlAnswer::Error("the daemon is stopping".to_owned());
        };
        let handle = publisher.handle().clone();
        drop(publisher);
        match handle.compare(&loaded.config, Timestamp::now()) {
            Ok(diff) => ControlAnswer::Diff(Box::new(diff)),
            Err(CompareError::ReadAnew) => ControlAnswer::ReadAnew,
            Err(failure) => ControlAnswer::Error(chain(&failure)),
        }
    }
}
