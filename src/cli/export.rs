//! `taspa export FOLDER`: every feed as files, for a static host.
//!
//! Articles are read as the daemon reads them, with the same state folder and the same doubts; beside
//! a daemon, which has the folder for itself, without it.

use std::io;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use super::kept::StartError;
use super::output::Screen;
use super::{Exit, ExportArguments, kept, load_or_complain, once, progress};
use crate::config::Config;
use crate::export::{self, ExportOptions, ExportProgress, ExportReport, Folder, PageExport};
use crate::ingest::report::Report;
use crate::model::count::many;
use crate::model::problem::{Severity, chain};
use crate::model::removal_guard::Removal;
use crate::model::time::Timestamp;
use crate::publish::publisher::Publisher;
use crate::render::pages::templates::Templates;
use crate::source::Scope;

/// How often files are read again that were being written.
const LOOKS_AGAIN: usize = 5;

pub(super) fn run(path: &Path, command: &ExportArguments, screen: &mut Screen) -> io::Result<Exit> {
    let Some((loaded, templates)) = load_or_complain(path, screen) else {
        return Ok(Exit::Config);
    };
    for warning in &loaded.warnings {
        screen.complain(&warning.to_string());
    }
    // A wrong folder is told before all articles are read.
    let folder = match Folder::open(&command.folder) {
        Ok(folder) => folder,
        Err(failure) => {
            screen.complain(&chain(&failure));
            return Ok(Exit::Failed);
        }
    };
    let removal = match command.confirm_removal {
        true => Removal::Confirmed,
        false => Removal::Held,
    };
    let opened = match open(loaded.config, templates, removal, screen) {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let report = read(&opened);
    if report.failure.is_some() && !opened.publisher.driver().is_complete() {
        tell(&report, screen);
        screen.complain("nothing is exported");
        return Ok(Exit::Failed);
    }
    publish(&opened.publisher, &report);
    let is_read = tell(&report, screen);
    if let Some(trouble) = opened.publisher.state_trouble() {
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
    let write = || {
        let Opened { publisher, .. } = &opened;
        export::export(
            publisher.handle(),
            folder,
            report.articles,
            &options,
            &progress,
            &stop,
        )
    };
    let is_written = match progress::run_export_with_progress(&progress, write) {
        Ok(report) => summarize(&report, &command.folder, screen),
        Err(failure) => {
            screen.complain(&format!("{}{}", chain(&failure), hint(&failure)));
            false
        }
    };
    Ok(match is_read && is_written {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

/// A publisher, and how far what it misses is to be believed gone.
struct Opened {
    publisher: Publisher,
    removal: Removal,
}

fn open(
    config: Config,
    templates: Arc<Templates>,
    removal: Removal,
    screen: &mut Screen,
) -> Result<Opened, Exit> {
    let failure = match kept::open(&config, &templates, |warning| screen.complain(warning)) {
        Ok(Ok(publisher)) => return Ok(Opened { publisher, removal }),
        Ok(Err(failure)) => failure,
        Err(failure) => {
            screen.complain(&format!("cannot start: {}", chain(&failure)));
            return Err(match failure {
                StartError::Identity(_) | StartError::Source(_) => Exit::Config,
                StartError::Store(_) => Exit::Failed,
            });
        }
    };
    let reason = chain(&failure);
    screen.complain(&format!("exporting without keeping state: {reason}"));
    match once::open(config, templates, Timestamp::now()) {
        // Nothing is gone that this process has not just been told of.
        Ok(publisher) => Ok(Opened {
            publisher,
            removal: Removal::Confirmed,
        }),
        Err(failure) => {
            screen.complain(&format!("the articles cannot be read: {}", chain(&failure)));
            Err(Exit::Failed)
        }
    }
}

/// Reads what changed, and once more what was being written meanwhile.
fn read(Opened { publisher, removal }: &Opened) -> Report {
    let read = |scopes: &[Scope]| {
        progress::run_with_progress(publisher.driver().progress(), || {
            publisher.reconcile(scopes, *removal)
        })
    };
    let mut report = read(&[Scope::All]);
    for _ in 0..LOOKS_AGAIN {
        let unsettled = mem::take(&mut report.unsettled);
        if unsettled.is_empty() || report.failure.is_some() {
            break;
        }
        report.add(read(&publisher.driver().source().scopes_at(unsettled)));
    }
    report
}

/// Says what is wrong with the articles; whether nothing is.
fn tell(report: &Report, screen: &mut Screen) -> bool {
    for problem in &report.problems {
        screen.complain(&problem.to_string());
    }
    for path in &report.unsettled {
        screen.complain(&format!("{path}: error: it is being written all the time"));
    }
    if let Some(failure) = &report.failure {
        screen.complain(&format!("the articles cannot be read: {}", chain(failure)));
    }
    if report.held > 0 {
        screen.complain(&format!(
            "{} articles are gone, more than half of all: they stay until they return or \
             `--confirm-removal` is given",
            report.held
        ));
    }
    let is_error = |severity| severity == Severity::Error;
    let mut severities = report.problems.iter().map(|problem| problem.severity);
    !severities.any(is_error)
        && report.unsettled.is_empty()
        && report.failure.is_none()
        && report.held == 0
}

/// Publishes what was read. A feed moves at most once in a second, so that its date tells.
fn publish(publisher: &Publisher, report: &Report) {
    if let Some(last) = publisher.last_moved().filter(|_| report.changed > 0) {
        thread::sleep(last.plus(1).remaining());
    }
    publisher.publish(Timestamp::now());
}

/// Has the export end with whole files at the first signal, and at once at the second.
fn stop_at_signal(stop: Arc<AtomicBool>) -> io::Result<()> {
    let runtime: Runtime = Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    // It waits for what may never come, so nobody waits for it.
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

/// Says what was done; whether that is everything.
fn summarize(report: &ExportReport, folder: &Path, screen: &mut Screen) -> bool {
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
