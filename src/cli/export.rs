//! `taspa export FOLDER`: every feed as files, for a static host.
//!
//! It reads articles as the daemon does, with the same state folder and the same guard against losses.
//! While a daemon has the state folder open, it runs without one.

use std::io;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use super::output::Screen;
use super::{
    CommandError, CommandResult, Exit, ExportArguments, load, once, progress, state_folder,
};
use crate::config::{Config, ConfigInput};
use crate::export::{self, ExportOptions, ExportProgress, ExportReport, Folder, PageExport};
use crate::ingest::report::Report;
use crate::model::count::many;
use crate::model::problem::chain;
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::Scope;
use crate::text::visible;

/// The most times that files are read again because they were being written.
const REREADS_MAX: usize = 5;

pub(super) fn run(
    input: &ConfigInput,
    command: &ExportArguments,
    screen: &mut Screen,
) -> CommandResult {
    let (loaded, templates) = load(input)?;
    for warning in &loaded.warnings {
        screen.complain(&warning.to_string());
    }
    // A wrong folder is reported before the articles are read, which may take long.
    let folder = Folder::open(&command.folder).map_err(|failure| chain(&failure))?;
    let removal = match command.confirm_removal {
        true => Removal::Confirmed,
        false => Removal::Held,
    };
    let (publisher, believed) = open(loaded.config, templates, removal, screen)?;
    let report = read(&publisher, believed);
    if report.failure.is_some() && !publisher.driver().is_complete() {
        print_problems(&report, screen);
        return Err("nothing is exported".to_owned().into());
    }
    publish(&publisher, &report);
    let is_read = print_problems(&report, screen);
    if let Some(trouble) = publisher.state_trouble() {
        screen.complain(&format!(
            "the state folder cannot be written, so the next export will read more than it has to: {trouble}"
        ));
    }
    let options = ExportOptions {
        codings: command.codings.0.clone(),
        pages: match command.pages {
            true => PageExport::Write,
            false => PageExport::Skip,
        },
        removal,
    };
    let (progress, stop) = (ExportProgress::default(), Arc::new(AtomicBool::new(false)));
    stop_at_signal(stop.clone())?;
    let (handle, articles) = (publisher.handle(), report.articles);
    let report = progress::run_export_with_progress(&progress, || {
        export::export(handle, folder, articles, &options, &progress, &stop)
    });
    let report = report.map_err(|failure| format!("{}{}", chain(&failure), hint(&failure)))?;
    let is_written = print_report(&report, &command.folder, screen);
    if publisher.handle().store().is_scratch() {
        // The process ends, and the system frees its memory faster than we could.
        mem::forget(publisher);
    }
    Ok(match is_read && is_written {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// A publisher, and whether it may believe the loss of most articles. It runs without the state folder if
/// a daemon has that open.
fn open(
    config: Config,
    templates: Arc<Templates>,
    removal: Removal,
    screen: &mut Screen,
) -> Result<(Publisher, Removal), CommandError> {
    let opened = state_folder::open(&config, &templates, |warning| screen.complain(warning));
    let failure = match opened.map_err(|failure| {
        CommandError::Failed(format!("cannot start: {}", chain(&failure)), failure.exit())
    })? {
        Ok(publisher) => return Ok((publisher, removal)),
        Err(failure) => failure,
    };
    let reason = chain(&failure);
    screen.complain(&format!("exporting without keeping state: {reason}"));
    let warn = |warning: &str| screen.complain(warning);
    let publisher = once::open(config, templates, Timestamp::now(), warn);
    let publisher = publisher.map_err(|failure| once::unreadable(&failure))?;
    // Its store is empty, so no article can be lost.
    Ok((publisher, Removal::Confirmed))
}

/// Reads what has changed, and again what was being written. Only a listing of all rows shows that a row
/// is gone.
fn read(publisher: &Publisher, removal: Removal) -> Report {
    let driver = publisher.driver();
    let read = |scopes: &[Scope]| {
        progress::run_with_progress(driver.progress(), || publisher.reconcile(scopes, removal))
    };
    let mut report = read(&[Scope::All]);
    for _ in 0..REREADS_MAX {
        let unsettled = mem::take(&mut report.unsettled);
        if unsettled.is_empty() || report.failure.is_some() {
            break;
        }
        report.add(read(&driver.source().scopes_at(unsettled)));
    }
    report
}

/// Prints the problems of the articles, and returns whether there is none.
fn print_problems(report: &Report, screen: &mut Screen) -> bool {
    let problems = &report.problems;
    for problem in &problems.first {
        screen.complain(&problem.to_string());
    }
    if problems.total() > problems.first.len() {
        screen.complain(&format!(
            "and {} more; `taspa check --verbose` lists all {}: {}",
            problems.total() - problems.first.len(),
            problems.total(),
            problems.all_reasons()
        ));
    }
    for path in &report.unsettled {
        let path = visible(path);
        screen.complain(&format!("{path}: error: it is being written all the time"));
    }
    if let Some(failure) = &report.failure {
        screen.complain(&format!("the articles cannot be read: {}", chain(failure)));
    }
    if let Some(loss) = &report.held {
        screen.complain(&format!(
            "{loss}: they stay until they return or `--confirm-removal` is given"
        ));
    }
    problems.errors == 0
        && report.unsettled.is_empty()
        && report.failure.is_none()
        && report.held.is_none()
}

/// Publishes the articles, not in the same second as the last change: Last-Modified must differ.
fn publish(publisher: &Publisher, report: &Report) {
    if let Some(last) = publisher.last_moved().filter(|_| report.changed > 0) {
        thread::sleep(last.plus(1).remaining());
    }
    publisher.publish(Timestamp::now());
}

/// At the first signal the export ends with whole files, at the second at once.
fn stop_at_signal(stop: Arc<AtomicBool>) -> io::Result<()> {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    // A signal may never come, so the thread is not joined.
    thread::spawn(move || {
        runtime.block_on(async {
            let mut next = async || {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            };
            next().await;
            stop.store(true, Ordering::Relaxed);
            next().await;
            std::process::exit(1);
        });
    });
    Ok(())
}

/// Prints the result, and returns whether every file is written.
fn print_report(report: &ExportReport, folder: &Path, screen: &mut Screen) -> bool {
    let folder = folder.display();
    for reason in &report.without_file {
        screen.complain(&format!("{folder}: warning: {reason}"));
    }
    for failure in &report.failures {
        screen.complain(&format!(
            "{folder}/{}: error: {}",
            failure.path, failure.reason
        ));
    }
    let ExportReport {
        written,
        unchanged,
        removed,
        ..
    } = report;
    let how = match report.cut_short {
        true => "cut short, what is missing stays as it was",
        false => "done",
    };
    screen.complain(&format!(
        "{folder}: {} written, {unchanged} unchanged, {removed} deleted; {how}",
        many(*written, "file")
    ));
    report.failures.is_empty() && !report.cut_short
}

fn hint(failure: &export::ExportError) -> &'static str {
    match failure {
        export::ExportError::Shrunk { .. } => {
            "\n  hint: check that the articles are where they should be, or give `--confirm-removal`"
        }
        export::ExportError::Unpublished => "",
    }
}
