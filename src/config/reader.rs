//! What all parts of the loader share while one file is read: its folder, the environment, the
//! problems found so far, and the terms named so far.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::NamedTerm;
use super::config_file::ConfigFile;
use super::environment::{self, StringValue};
use super::syntax::{Parsed, Shape};
use crate::model::count::counted;
use crate::model::problem::{Problem, Severity};

/// The state of reading one file.
pub(super) struct Reader<'a> {
    file: &'a ConfigFile,
    folder: &'a Path,
    environment: &'a dyn Fn(&str) -> Option<String>,
    findings: RefCell<Vec<Finding>>,
    named_terms: RefCell<Vec<NamedTerm>>,
}

/// A problem before its place is turned into a line and an excerpt.
struct Finding {
    severity: Severity,
    about: About,
    span: Option<Range<usize>>,
    message: String,
    hint: Option<String>,
    /// Whether the line of the file must not be shown.
    is_without_excerpt: bool,
}

/// What a finding rests on, which decides whether a syntax error makes it void.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// Something that the file says.
    Presence,
    /// Something that the file does not say, or not where it could be read.
    Absence,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        file: &'a ConfigFile,
        folder: &'a Path,
        environment: &'a dyn Fn(&str) -> Option<String>,
    ) -> Reader<'a> {
        Reader {
            file,
            folder,
            environment,
            findings: RefCell::default(),
            named_terms: RefCell::default(),
        }
    }

    /// The file cannot be used as it is.
    pub(super) fn error(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.push(Severity::Error, About::Presence, Some(span), message, hint);
    }

    /// The same about a value that must not be shown.
    pub(super) fn error_without_excerpt(&self, span: Range<usize>, message: String, hint: String) {
        self.findings.borrow_mut().push(Finding {
            severity: Severity::Error,
            about: About::Presence,
            span: Some(span),
            message,
            hint: Some(hint),
            is_without_excerpt: true,
        });
    }

    /// The file can be used, but says something doubtful.
    pub(super) fn warning(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.push(
            Severity::Warning,
            About::Presence,
            Some(span),
            message,
            hint,
        );
    }

    /// Something required is not there; without `span` a whole table.
    pub(super) fn missing(
        &self,
        span: Option<Range<usize>>,
        message: String,
        hint: Option<String>,
    ) {
        self.push(Severity::Error, About::Absence, span, message, hint);
    }

    fn push(
        &self,
        severity: Severity,
        about: About,
        span: Option<Range<usize>>,
        message: String,
        hint: Option<String>,
    ) {
        self.findings.borrow_mut().push(Finding {
            severity,
            about,
            span,
            message,
            hint,
            is_without_excerpt: false,
        });
    }

    /// `written` with the environment's values in it; what cannot be replaced is reported.
    pub(super) fn text(&self, written: &str, span: Range<usize>) -> Option<StringValue> {
        let unreplaced = match environment::replace(written, span.clone(), self.environment) {
            Ok(text) => return Some(text),
            Err(unreplaced) => unreplaced,
        };
        // Without escapes the string stands in the file byte for byte, behind one quote.
        let inside = span.start + 1..span.end.saturating_sub(1);
        let verbatim = self.file.text().get(inside.clone()) == Some(written);
        for failure in unreplaced {
            let place = if verbatim {
                inside.start + failure.at.start..inside.start + failure.at.end
            } else {
                span.clone()
            };
            self.error(place, failure.message, Some(failure.hint));
        }
        None
    }

    /// A path of the file, which starts at the file's folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    /// The folder that relative paths start from.
    pub(super) fn folder(&self) -> &Path {
        self.folder
    }

    /// The line of an offset, for messages about two places.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.file.line(offset)
    }

    /// Remembers that the file names a term.
    pub(super) fn name_term(&self, term: NamedTerm) {
        self.named_terms.borrow_mut().push(term);
    }

    /// Everything that was found, syntax errors included, in the order of the file; and the terms.
    pub(super) fn finish(&self, parsed: &Parsed<'_>) -> (Vec<Problem>, Vec<NamedTerm>) {
        let file = self.file;
        let mut findings = self.findings.take();
        if !parsed.errors.is_empty() {
            let doubtful: BTreeSet<usize> = parsed
                .errors
                .iter()
                .map(|error| file.line(error.span.start))
                .collect();
            findings.retain(|finding| is_certain(finding, parsed, file, &doubtful));
        }
        findings.extend(parsed.errors.iter().map(|error| Finding {
            severity: Severity::Error,
            about: About::Presence,
            span: Some(error.span.clone()),
            message: error.message.clone(),
            hint: error.hint.clone(),
            is_without_excerpt: false,
        }));
        findings.sort_by_key(|finding| finding.span.as_ref().map(|span| span.start));
        let more = findings.len().saturating_sub(PROBLEMS_MAX);
        // Errors decide whether the file is used: none may fall behind the limit unseen.
        if more > 0 {
            findings.sort_by_key(|finding| finding.severity);
        }
        let mut problems: Vec<Problem> = findings
            .into_iter()
            .take(PROBLEMS_MAX)
            .map(|f| {
                let problem = file.problem(f.severity, f.span, f.message, f.hint);
                if f.is_without_excerpt {
                    problem.unseen()
                } else {
                    problem
                }
            })
            .collect();
        if more > 0 {
            let message = format!(
                "{} not shown",
                counted(more, "further problem is", "further problems are")
            );
            problems.push(file.problem(Severity::Warning, None, message, None));
        }
        (problems, self.named_terms.take())
    }
}

/// How many problems are reported; more would not be read.
const PROBLEMS_MAX: usize = 100;

/// Whether a finding would still hold after the syntax errors, which stand on `doubtful` lines, are
/// corrected.
fn is_certain(
    finding: &Finding,
    parsed: &Parsed<'_>,
    file: &ConfigFile,
    doubtful: &BTreeSet<usize>,
) -> bool {
    let Some(span) = &finding.span else {
        return false;
    };
    let broken = &parsed.broken;
    let behind = broken.partition_point(|broken| broken.start <= span.start);
    let is_guess = broken[..behind]
        .last()
        .is_some_and(|broken| broken.contains(&span.start));
    parsed.shape == Shape::Known
        && finding.about == About::Presence
        && !is_guess
        && !doubtful.contains(&file.line(span.start))
}
