//! `taspa check`: the configuration and every article, all problems at once.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::article_problems::{ArticleProblems, ListedReason};
use super::article_report::ArticleReport;
use super::key_files::KeyFiles;
use super::output::Screen;
use super::unknown_names::{lost_redirects, unused_terms};
use super::variables::unknown_variables;
use super::{CommandError, CommandResult, Exit, ListFormat, load, once, site_report};
use crate::config::{ConfigInput, Loaded, SourceConfig};
use crate::feed::vanished::find_vanished;
use crate::ingest::state_header::check_identity;
use crate::ingest::{Observer, renamed_file};
use crate::model::count::many;
use crate::model::problem::{Problem, Severity, chain};
use crate::model::time::Timestamp;
use crate::publish::publisher::{Publisher, served_before};
use crate::publish::read_handle::ReadHandle;
use crate::render::pages::templates::Templates;
use crate::source::Source;
use crate::source::sql::{Sql, SqlError};
use crate::store::{Store, StoreError};
use crate::text::visible;

pub(super) fn run(
    input: &ConfigInput,
    config_only: bool,
    is_verbose: bool,
    format: ListFormat,
    screen: &mut Screen,
) -> CommandResult {
    let mut found = Found::new(is_verbose || matches!(format, ListFormat::Json));
    let (exit, summary) = match load(input) {
        Err(errors) => {
            found.problems.extend(errors);
            (Exit::Config, "the configuration cannot be used".to_owned())
        }
        Ok((loaded, templates)) => {
            found.problems.extend(loaded.warnings.iter().cloned());
            found.problems.extend(unknown_variables(&loaded.file));
            found.problems.extend(state_problems(&loaded));
            let summary = match config_only {
                true => "the articles were not read".to_owned(),
                false => check_articles(&loaded, templates, &mut found),
            };
            let exit = match found.count(Severity::Error) {
                0 => Exit::Done,
                _ => Exit::Failed,
            };
            (exit, summary)
        }
    };
    let counts = [Severity::Error, Severity::Warning].map(|severity| found.count(severity));
    match format {
        ListFormat::Json => {
            let problems = found.into_listed().into_iter();
            let problems: Vec<Problem> = problems.flat_map(|listed| listed.problems).collect();
            screen.json(&problems)?;
        }
        ListFormat::Text => {
            let report = mem::take(&mut found.report);
            let mut unlisted: usize = counts.iter().sum();
            let all = unlisted;
            for listed in found.into_listed() {
                unlisted -= listed.problems.len();
                print(listed, screen)?;
            }
            if unlisted > 0 {
                screen.line(&format!("with `--verbose` all {all} problems are listed"))?;
            }
            for line in report {
                // Names of files and sections are in it, and it has no second line.
                screen.line(&visible(&line))?;
            }
            screen.line(&format!("{}; {summary}", in_words(counts)))?;
        }
    }
    Ok(exit)
}

/// Prints problems with one reason, and a hint that several have once.
fn print(listed: ListedReason, screen: &mut Screen) -> Result<(), CommandError> {
    let mut problems = listed.problems.into_iter().peekable();
    while let Some(mut problem) = problems.next() {
        if problems
            .peek()
            .is_some_and(|next| next.hint == problem.hint)
        {
            problem.hint = None;
        }
        screen.line(&problem.to_string())?;
    }
    for line in listed.lines {
        screen.line(&visible(&line))?;
    }
    Ok(())
}

/// What there is to say.
struct Found {
    /// Whether all problems are listed, and all files named.
    lists_all: bool,
    /// The problems of the configuration and of the query.
    problems: Vec<Problem>,
    /// Those of articles, and terms that no article has.
    articles: ArticleProblems,
    /// Those of the source as a whole.
    of_source: Vec<Problem>,
    /// Lines about the articles, which are no problems.
    report: Vec<String>,
}

impl Found {
    fn new(lists_all: bool) -> Found {
        Found {
            lists_all,
            problems: Vec::new(),
            articles: match lists_all {
                true => ArticleProblems::all(),
                false => ArticleProblems::first_of_each_reason(),
            },
            of_source: Vec::new(),
            report: Vec::new(),
        }
    }

    /// The problems in parts. What keeps everything from being read is the last.
    fn into_listed(self) -> Vec<ListedReason> {
        let alone = |problems| ListedReason {
            problems,
            lines: Vec::new(),
        };
        let mut listed = vec![alone(self.problems)];
        listed.extend(self.articles.into_listed());
        listed.push(alone(self.of_source));
        listed
    }

    fn count(&self, severity: Severity) -> usize {
        [&self.problems, &self.of_source]
            .map(|problems| count_severity(problems, severity))
            .iter()
            .sum::<usize>()
            + self.articles.count(severity)
    }
}

/// Reads every article, and returns how many articles and feeds there are, for the last line.
fn check_articles(loaded: &Loaded, templates: Arc<Templates>, found: &mut Found) -> String {
    let counts = read(loaded, templates, found);
    counts.unwrap_or_else(|| "the articles could not be read".to_owned())
}

fn read(loaded: &Loaded, templates: Arc<Templates>, found: &mut Found) -> Option<String> {
    // The comparison of the state folder with the configuration says if it cannot be read.
    let as_of = Timestamp::now();
    let publisher = match once::open(loaded.config.clone(), templates, as_of, |_| {}) {
        Ok(publisher) => publisher,
        Err(failure) => {
            found
                .of_source
                .push(of_source(loaded, chain(&failure), None));
            return None;
        }
    };
    let key_files = Arc::new(Mutex::new(KeyFiles::default()));
    let articles = observe(&publisher, loaded, found.lists_all, as_of, &key_files);
    let report = once::read_into(&publisher, as_of);
    let published = publisher.handle();
    // What is wrong with the query as a whole explains what is wrong with each row.
    let of_query = source_problems(loaded, published);
    let errors = count_severity(&of_query, Severity::Error);
    found.problems.extend(of_query);
    if errors > 0 {
        return None;
    }
    let mut articles = articles.lock().unwrap_or_else(PoisonError::into_inner);
    let visited = publisher.driver().visit_problems(&mut |problem| {
        // It was accepted, and then refused because of its key.
        if problem.severity == Severity::Error {
            articles.remove(&problem.file);
        }
        found.articles.add(problem);
    });
    if let Err(failure) = visited {
        found
            .of_source
            .push(of_source(loaded, chain(&failure), None));
        return None;
    }
    found.articles.complete(&report.problems);
    let problems = articles.take_problems();
    problems.for_each(|problem| found.articles.add(problem));
    if let Some(failure) = report.failure {
        let hint = match &loaded.config.source {
            SourceConfig::Directory(_) => Some("check that the folder exists and can be read"),
            SourceConfig::Sql(_) => None,
            SourceConfig::WordPress(_) => {
                Some("open that address in a browser, and check `url` and `post-types`")
            }
        };
        let hint = hint.map(str::to_owned);
        found
            .of_source
            .push(of_source(loaded, chain(&failure), hint));
        return None;
    }
    // Without articles, every term would get a warning.
    match report.articles == 0 && report.problems.total() == 0 {
        true => found.of_source.push(empty_source(loaded)),
        false => {
            unused_terms(loaded, published).for_each(|problem| found.articles.add(problem));
            lost_redirects(loaded, published).for_each(|problem| found.articles.add(problem));
        }
    }
    let renamed = renamed_files(loaded, published).into_iter();
    renamed.for_each(|problem| found.articles.add(problem));
    found.report = articles.lines();
    found.report.extend(articles.robots_lines(&loaded.config));
    let site = site_report::lines(published, found.lists_all);
    found.report.extend(site);
    let key_files = key_files.lock().unwrap_or_else(PoisonError::into_inner);
    found.report.extend(key_files.lines(&loaded.config));
    let published = published.published();
    let (released, feeds) = published.map_or((0, 0), |state| {
        (state.released().len(), state.snapshot.feeds.len())
    });
    let (articles, feeds) = (many(report.articles, "article"), many(feeds, "feed"));
    Some(match released {
        _ if released == report.articles => format!("{articles} in {feeds}"),
        0 => format!("{articles}, none of them in feeds"),
        _ => format!("{articles}, {released} of them in {feeds}"),
    })
}

/// Adds every article that is read from now on to a report, and its page to `key_files`.
fn observe(
    publisher: &Publisher,
    loaded: &Loaded,
    lists_all: bool,
    as_of: Timestamp,
    key_files: &Arc<Mutex<KeyFiles>>,
) -> Arc<Mutex<ArticleReport>> {
    let report = ArticleReport::new(lists_all, &loaded.config.site.language, as_of);
    let report = Arc::new(Mutex::new(report));
    let (source, shared) = (publisher.driver().source(), report.clone());
    let (config, key_files) = (loaded.config.clone(), key_files.clone());
    publisher
        .driver()
        .observe(Observer::new(move |path, accepted| {
            let mut report = shared.lock().unwrap_or_else(PoisonError::into_inner);
            report.add(&source.locate(path), accepted);
            let mut key_files = key_files.lock().unwrap_or_else(PoisonError::into_inner);
            key_files.add(&config, accepted);
        }));
    report
}

/// An error of the source as a whole.
fn of_source(loaded: &Loaded, message: String, hint: Option<String>) -> Problem {
    match &loaded.config.source {
        SourceConfig::Directory(folder) => Problem {
            severity: Severity::Error,
            file: folder.path.display().to_string(),
            line: None,
            column: None,
            message,
            hint,
            excerpt: None,
        },
        SourceConfig::Sql(_) => loaded.file.problem(
            Severity::Error,
            None,
            format!("[source.sql]: {message}"),
            hint,
        ),
        SourceConfig::WordPress(_) => of_site(loaded, Severity::Error, &message, hint),
    }
}

/// The warning about a source without articles.
fn empty_source(loaded: &Loaded) -> Problem {
    match &loaded.config.source {
        SourceConfig::Directory(_) => Problem {
            severity: Severity::Warning,
            ..of_source(
                loaded,
                "there is no article in it".to_owned(),
                Some("check that it is the right folder".to_owned()),
            )
        },
        SourceConfig::WordPress(_) => {
            let message = "the site shows no published posts";
            let hint = "check that `url` is the right site, and `post-types`".to_owned();
            of_site(loaded, Severity::Warning, message, Some(hint))
        }
        SourceConfig::Sql(_) => {
            let hint = "check its `WHERE`, and that it is the right database".to_owned();
            let message = "the query gives no rows".to_owned();
            of_query(loaded, Severity::Warning, message, Some(hint))
        }
    }
}

/// A problem at the `url` of a site.
fn of_site(loaded: &Loaded, severity: Severity, message: &str, hint: Option<String>) -> Problem {
    let place = loaded.place(&["source", "wordpress", "url"]);
    let message = format!("[source.wordpress]: {message}");
    loaded.file.problem(severity, place, message, hint)
}

/// What is wrong with the source as a whole: the columns of the query, or what a site hides.
fn source_problems(loaded: &Loaded, published: &ReadHandle) -> Vec<Problem> {
    match &*published.source() {
        Source::Directory(_) => Vec::new(),
        Source::Sql(sql) => query_problems(loaded, sql),
        Source::WordPress(site) => {
            let hidden = site.hidden().into_iter().map(|message| {
                let hint = "set `user` and `password`, an application password of WordPress";
                of_site(loaded, Severity::Warning, &message, Some(hint.to_owned()))
            });
            hidden.collect()
        }
    }
}

/// Checks the columns of the query.
fn query_problems(loaded: &Loaded, sql: &Sql) -> Vec<Problem> {
    match sql.check() {
        Ok(columns) => {
            let problems = columns.into_iter().map(|column| {
                let severity = match column.is_error {
                    true => Severity::Error,
                    false => Severity::Warning,
                };
                of_query(loaded, severity, column.message, Some(column.hint))
            });
            problems.collect()
        }
        // The database refused the query; with other errors it does not answer.
        Err(error @ (SqlError::Database { .. } | SqlError::Slow { .. })) => {
            let hint = error.hint(sql.query());
            vec![of_query(loaded, Severity::Error, error.to_string(), hint)]
        }
        Err(error) => vec![of_source(loaded, error.to_string(), None)],
    }
}

/// A problem at the `query` of feeds.toml.
fn of_query(loaded: &Loaded, severity: Severity, message: String, hint: Option<String>) -> Problem {
    let place = loaded.place(&["source", "sql", "query"]);
    let message = format!("[source.sql]: {message}");
    loaded.file.problem(severity, place, message, hint)
}

/// Files that the state folder has under another name, and rows that it has under another id.
fn renamed_files(loaded: &Loaded, published: &ReadHandle) -> Vec<Problem> {
    let source = published.source();
    if matches!(&*source, Source::WordPress(_)) {
        return Vec::new();
    }
    // The comparison of the state folder with the configuration says if it cannot be read.
    let renamed = renamed_file::find_since(&loaded.config.server.state, &source, published.store());
    let renamed = renamed.unwrap_or_default();
    let problems = renamed.iter().map(|file| file.problem(&source));
    problems.collect()
}

/// Compares the configuration with the state folder: the identity of the site, and feeds that are gone.
fn state_problems(loaded: &Loaded) -> Vec<Problem> {
    let Loaded { config, file, .. } = loaded;
    let folder = config.server.state.display();
    let of_config =
        |severity, message: String, hint| file.problem(severity, None, message, Some(hint));
    match Store::peek(&config.server.state) {
        Ok(None) => Vec::new(),
        Ok(Some(memory)) => {
            let identity = check_identity(config, memory.header.as_ref()).err();
            let identity = identity.map(|changed| {
                let hint =
                    format!("restore both keys; if the change is meant, delete {folder} first");
                of_config(Severity::Error, changed.to_string(), hint)
            });
            let vanished = find_vanished(&served_before(memory), config).into_iter();
            let vanished = vanished
                .map(|vanished| of_config(Severity::Warning, vanished.to_string(), vanished.hint));
            identity.into_iter().chain(vanished).collect()
        }
        Err(failure) => {
            let hint = match failure {
                StoreError::Unclosed => "nothing needs to be done: the next start closes it",
                _ => "start the daemon: it repairs this folder, or makes it anew",
            };
            vec![Problem {
                severity: Severity::Warning,
                file: folder.to_string(),
                line: None,
                column: None,
                message: format!("not compared with the configuration: {}", chain(&failure)),
                hint: Some(hint.to_owned()),
                excerpt: None,
            }]
        }
    }
}

fn count_severity(problems: &[Problem], severity: Severity) -> usize {
    let problems = problems.iter();
    problems.filter(|p| p.severity == severity).count()
}

fn in_words([errors, warnings]: [usize; 2]) -> String {
    match (errors, warnings) {
        (0, 0) => "no problems".to_owned(),
        (errors, warnings) => format!("{}, {}", many(errors, "error"), many(warnings, "warning")),
    }
}
