//! `taspa diff NEW.toml`: what a new configuration would change for readers.
//!
//! The running daemon compares, over what it publishes. Without one, the articles of the state folder are
//! compared, and without that the articles are read, as they are if the new configuration reads them differently.

mod text;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::Arc;

use serde::Serialize;

use super::output::Screen;
use super::{
    CommandError, CommandResult, DiffArguments, Exit, ListFormat, ask_daemon, check_loaded, load,
    once, stored_articles,
};
use crate::config::{Config, ConfigInput, Loaded};
use crate::feed::config_diff::{ConfigDiff, loss_name};
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::publish::config_comparison::{ArticleBase, compare};
use crate::publish::pace::Pace;
use crate::render::pages::templates::Templates;
use crate::serve::control::{ControlAnswer, ControlRequest, ProposedConfig};
use crate::source::read_alike;

/// The result as JSON has it.
#[derive(Serialize)]
struct Output<'a> {
    /// Keys of `[server]` that need a restart.
    restart: &'a [&'static str],
    /// Losses that `--accept` does not name.
    losses: usize,
    #[serde(flatten)]
    diff: &'a ConfigDiff,
}

pub(super) fn run(
    input: &ConfigInput,
    arguments: &DiffArguments,
    screen: &mut Screen,
) -> CommandResult {
    let proposal = ConfigInput::open(&arguments.new).map_err(|error| {
        format!(
            "{}: error: cannot read it: {error}",
            arguments.new.display()
        )
    })?;
    if input.is_standard_input() && proposal.is_standard_input() {
        let reason = "error: standard input cannot be both configurations: name one as a file";
        return Err(CommandError::Failed(reason.to_owned(), Exit::Usage));
    }
    let variables = RefCell::new(BTreeMap::new());
    let environment = |name: &str| {
        let value = env::var(name).ok();
        let named = value.clone().map(|value| (name.to_owned(), value));
        variables.borrow_mut().extend(named);
        value
    };
    let next = Config::load_for(input.folder(), &proposal, &environment)?;
    let (next, templates) = check_loaded(next)?;
    let proposed = ProposedConfig {
        text: next.file.text().to_owned(),
        variables: variables.take(),
    };
    let server = Config::find_server(input, &|name| env::var(name).ok());
    let request = ControlRequest::Diff(proposed);
    let diff = match ask_daemon::ask(&server.state, request, screen)? {
        Some(ControlAnswer::Diff(diff)) => *diff,
        Some(ControlAnswer::ReadAnew) | None => compare_here(input, &next, templates, screen)?,
        Some(_) => return Err(ask_daemon::UNEXPECTED.to_owned().into()),
    };
    let restart = server.restart_keys(&next.config.server);
    let accepted = arguments
        .accept
        .iter()
        .map(|name| loss_name(name).to_owned());
    let accepted: BTreeSet<String> = accepted.collect();
    let mut unused = accepted.clone();
    let mut losses = diff.losses();
    losses.retain(|loss| {
        let mut names = loss.names.iter();
        let is_accepted = names.any(|name| accepted.contains(name));
        loss.names.iter().for_each(|name| {
            unused.remove(name);
        });
        !is_accepted
    });
    for name in unused {
        screen.complain(&format!("nothing that `--accept {name}` names is lost"));
    }
    match arguments.format {
        ListFormat::Text => text::print(&diff, &restart, &losses, screen)?,
        ListFormat::Json => screen.json(&Output {
            restart: &restart,
            losses: losses.len(),
            diff: &diff,
        })?,
    }
    Ok(match losses.is_empty() {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// Compares without a daemon. What both configurations read alike is taken from the state folder, if that has
/// all of it.
fn compare_here(
    input: &ConfigInput,
    next: &Loaded,
    templates: Arc<Templates>,
    screen: &mut Screen,
) -> Result<ConfigDiff, CommandError> {
    let (today, today_templates) = load(input)?;
    let (today, now) = (today.config, Timestamp::now());
    let stored = stored(&today, now).unwrap_or_else(|reason| {
        screen.complain(&format!(
            "the state folder cannot be read, so the articles are: {reason}"
        ));
        None
    });
    let base = match stored {
        Some(base) => base,
        None => read(today.clone(), today_templates, screen)?,
    };
    let next = &next.config;
    let read_anew = match read_alike(&today, next) {
        true => None,
        false => {
            screen.complain("the new configuration reads the articles differently: they are read");
            Some(read(next.clone(), templates, screen)?)
        }
    };
    let diff = compare(&today, &base, next, read_anew.as_ref(), now, Pace::Full);
    Ok(diff.map_err(|failure| chain(&failure))?)
}

/// The articles of the state folder, if it has all of them as `today` reads them.
fn stored(today: &Config, now: Timestamp) -> Result<Option<ArticleBase>, String> {
    let store = stored_articles::open(today)?;
    let base = store.map(|store| ArticleBase::of_store(Arc::new(store), today, now));
    base.transpose().map_err(|failure| chain(&failure))
}

/// Reads all articles as a configuration says.
fn read(
    config: Config,
    templates: Arc<Templates>,
    screen: &mut Screen,
) -> Result<ArticleBase, CommandError> {
    let read = once::read(config, templates, |warning| screen.complain(warning));
    let (publisher, report) = read.map_err(|failure| once::unreadable(&failure))?;
    if let Some(failure) = report.failure {
        return Err(once::unreadable(&failure).into());
    }
    let handle = publisher.handle();
    let published = handle
        .published()
        .ok_or("nothing is published".to_owned())?;
    let base = ArticleBase::of_published(&published, handle.store());
    Ok(base.map_err(|failure| chain(&failure))?)
}
