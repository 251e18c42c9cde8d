//! The request of `taspa explain`, which the daemon answers, or the command itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::feed::explain::Explanation;
use crate::model::problem::chain;
use crate::publish::explanation::{ArticleName, ExplainedVersion, Search, explain};
use crate::publish::read_handle::ReadHandle;
use crate::serve::find_document;

/// A question why an article is, or is not, in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainRequest {
    /// The path or address of the feed.
    pub feed: String,
    /// What the operator calls the article.
    pub article: ArticleName,
    /// The form of the answer.
    pub form: ExplanationForm,
    /// The folder of feeds.toml, as the command names it.
    pub config_folder: PathBuf,
}

/// The form of an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExplanationForm {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl ExplainRequest {
    /// Explains by what is published.
    ///
    /// # Errors
    /// The reason why this cannot be explained, with what may have been meant.
    pub fn explain(
        &self,
        publisher: &ReadHandle,
        search: &mut Search,
    ) -> Result<ExplainedVersion, String> {
        let ExplainRequest { feed, article, .. } = self;
        let version = find_document::find_in_any_format(publisher, feed)
            .map_err(|reason| format!("cannot explain `{feed}`: {reason}"))?;
        explain(publisher, &version, article, search)
            .map_err(|failure| format!("cannot explain `{}`: {}", article.text, chain(&failure)))
    }

    /// The explanation in the form of the request.
    ///
    /// # Errors
    /// The reason why it has no such form.
    pub fn output(&self, explanation: &Explanation) -> Result<String, String> {
        match self.form {
            ExplanationForm::Text => Ok(explanation.to_string()),
            ExplanationForm::Json => {
                serde_json::to_string_pretty(explanation).map_err(|error| error.to_string())
            }
        }
    }
}
