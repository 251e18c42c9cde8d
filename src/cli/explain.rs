//! `taspa explain FEED ARTICLE`: why the article is, or is not, in that feed.
//!
//! The running daemon explains by what it publishes. Without one, the articles of the state folder are taken, and
//! without that, or if the article is not in it as it is now, all articles are read.

use std::env;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use super::config_digest::{self, ConfigDigest};
use super::output::Screen;
use super::{
    CommandError, CommandResult, Exit, ExplainArguments, ListFormat, ask_daemon, load, once,
    stored_articles,
};
use crate::config::{Config, ConfigInput};
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::explanation::{ArticleName, Search};
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::serve::control::{ControlAnswer, ControlRequest, DaemonExplanation};
use crate::serve::explain_request::{ExplainRequest, ExplanationForm};
use crate::store::Store;

pub(super) fn run(
    input: &ConfigInput,
    command: &ExplainArguments,
    screen: &mut Screen,
) -> CommandResult {
    let request = ExplainRequest {
        feed: command.feed.clone(),
        article: ArticleName::new(&command.article),
        form: match command.format {
            ListFormat::Text => ExplanationForm::Text,
            ListFormat::Json => ExplanationForm::Json,
        },
        config_folder: input.folder().to_owned(),
    };
    let output = match explain_by_daemon(input, &request, screen)? {
        Some(output) => output,
        None => explain_here(input, &request, screen)?,
    };
    match request.form {
        ExplanationForm::Text => screen.line(&output)?,
        ExplanationForm::Json => screen.json_text(&output)?,
    }
    Ok(Exit::Done)
}

/// The explanation of the daemon; `None` if there is none that can be asked.
fn explain_by_daemon(
    input: &ConfigInput,
    request: &ExplainRequest,
    screen: &mut Screen,
) -> Result<Option<String>, CommandError> {
    if input.read().is_err() {
        // The state folder is not known.
        return Ok(None);
    }
    let server = Config::find_server(input, &|name| env::var(name).ok());
    let asked = ControlRequest::Explain(request.clone());
    let answer = ask_daemon::ask(&server.state, asked, screen)?;
    let mut noted = |explanation: DaemonExplanation| {
        let own = config_digest::shown(ConfigDigest::new(input).look(true));
        let DaemonExplanation { output, config } = explanation;
        if let Some(in_force) = config.filter(|in_force| *in_force != own) {
            screen.complain(&format!(
                "the daemon explains by the configuration that is in force ({in_force}), and {} is another one ({own})",
                input.name()
            ));
        }
        output
    };
    match answer {
        Some(ControlAnswer::Explanation(explanation)) => Ok(Some(noted(explanation))),
        // A feed that only the file has is not known to the daemon.
        Some(ControlAnswer::NoExplanation(reason)) => Err(noted(reason).into()),
        Some(ControlAnswer::Unpublished) => {
            screen.complain("the daemon has published nothing yet");
            Ok(None)
        }
        Some(_) => Err(ask_daemon::UNEXPECTED.to_owned().into()),
        None => Ok(None),
    }
}

/// Explains without a daemon.
fn explain_here(
    input: &ConfigInput,
    request: &ExplainRequest,
    screen: &mut Screen,
) -> Result<String, CommandError> {
    let (loaded, templates) = load(input)?;
    let config = loaded.config;
    let stored = stored_articles::open(&config).and_then(|store| match store {
        Some(store) => explain_by_state(&config, &templates, store, request).map(Some),
        None => Ok(None),
    });
    let stored = stored.unwrap_or_else(|reason| {
        screen.complain(&format!(
            "the state folder cannot be read, so the articles are: {reason}"
        ));
        None
    });
    if let Some(ByState { result, doubt }) = &stored {
        let date = state_date(&config);
        match doubt {
            None => {
                screen.complain(&format!("this is by the state folder, {date}"));
                return result.clone().map_err(CommandError::from);
            }
            Some(doubt) => screen.complain(&format!(
                "{doubt} the state folder, {date}, so the articles are read"
            )),
        }
    }
    let read = once::read(config, templates, |warning| screen.complain(warning));
    let (publisher, report) = read.map_err(|failure| once::unreadable(&failure))?;
    match (report.failure, stored) {
        (None, _) => {}
        // An answer that may be old is better than none.
        (Some(failure), Some(ByState { result, .. })) => {
            screen.complain(&once::unreadable(&failure));
            return result.map_err(CommandError::from);
        }
        (Some(failure), None) => return Err(once::unreadable(&failure).into()),
    }
    let explained = request.explain(publisher.handle(), &mut Search::alone())?;
    Ok(request.output(&explained.explanation)?)
}

/// When the state folder was last written, in the zone of the newsroom.
fn state_date(config: &Config) -> String {
    let written = Store::written_at(&config.server.state);
    let since_epoch = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    match since_epoch.and_then(|since| i64::try_from(since.as_secs()).ok()) {
        None => "whose age is not known".to_owned(),
        Some(seconds) => {
            let date = config.site.zone.date_time(Timestamp(seconds));
            format!("written {}", date.format("%Y-%m-%d %H:%M:%S %:z"))
        }
    }
}

/// What the state folder says of an article.
struct ByState {
    result: Result<String, String>,
    /// Why the articles may say something else.
    doubt: Option<&'static str>,
}

fn explain_by_state(
    config: &Config,
    templates: &Arc<Templates>,
    store: Store,
    request: &ExplainRequest,
) -> Result<ByState, String> {
    let (config, templates) = (Arc::new(config.clone()), templates.clone());
    let now = Timestamp::now();
    let publisher = Publisher::new(config, templates, store, now);
    let publisher = publisher.map_err(|failure| chain(&failure))?;
    publisher.publish(now);
    let handle = publisher.handle();
    let explained = request.explain(handle, &mut Search::alone());
    let doubt = match &explained {
        Ok(explained) if explained.is_current(&handle.source()) => None,
        Ok(_) => Some("the article has changed since"),
        Err(_) => Some("this is not in"),
    };
    let result = explained.and_then(|explained| request.output(&explained.explanation));
    Ok(ByState { result, doubt })
}
