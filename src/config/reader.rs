//! What all parts of the loader share while one file is read: its folder, the environment, the
//! problems found so far, and the terms named so far.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::config_file::ConfigFile;
use super::corrections::Correction;
use super::environment::{self, StringValue};
use super::secrets::{may_hold_secret, without_secrets};
use super::syntax::SyntaxTree;
use super::{NamedTerm, RedirectTarget};
use crate::model::count::counted;
use crate::model::problem::{Problem, Severity};

pub(super) struct Reader<'a> {
    file: &'a ConfigFile,
    folder: &'a Path,
    environment: &'a dyn Fn(&str) -> Option<String>,
    findings: RefCell<Vec<Finding>>,
    named_terms: RefCell<Vec<NamedTerm>>,
    redirect_targets: RefCell<Vec<RedirectTarget>>,
}

/// A problem before its place is turned into a line and an excerpt.
struct Finding {
    severity: Severity,
    span: Option<Range<usize>>,
    message: String,
    hint: Option<String>,
    /// The line as it was meant, in place of a hint.
    correction: Option<String>,
    /// Whether it rests on what the file does not say, which a syntax error may have hidden.
    is_absence: bool,
    /// Whether the line of the file must not be shown.
    is_without_excerpt: bool,
    /// Whether its place is one of the file as it was read, not as it was meant.
    is_of_original: bool,
}

impl Finding {
    fn new(
        severity: Severity,
        span: Option<Range<usize>>,
        message: String,
        hint: Option<String>,
    ) -> Finding {
        Finding {
            severity,
            span,
            message,
            hint,
            correction: None,
            is_absence: false,
            is_without_excerpt: false,
            is_of_original: false,
        }
    }
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
            redirect_targets: RefCell::default(),
        }
    }

    /// The file cannot be used as it is.
    pub(super) fn error(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.push(Finding::new(Severity::Error, Some(span), message, hint));
    }

    /// The same about a value; `meant` is the TOML that was probably meant in its place.
    pub(super) fn refuse_with_correction(
        &self,
        span: Range<usize>,
        message: String,
        meant: Option<String>,
    ) {
        let line = |meant: String| self.file.line_with(&span, &meant);
        self.push(Finding {
            correction: meant.and_then(line),
            ..Finding::new(Severity::Error, Some(span), message, None)
        });
    }

    /// The same about a value that must not be shown.
    pub(super) fn error_without_excerpt(&self, span: Range<usize>, message: String) {
        let hint = Some(NOT_SHOWN.to_owned());
        self.push(Finding {
            is_without_excerpt: true,
            ..Finding::new(Severity::Error, Some(span), message, hint)
        });
    }

    /// The file can be used, but says something doubtful.
    pub(super) fn warning(&self, span: Range<usize>, message: String, hint: Option<String>) {
        self.push(Finding::new(Severity::Warning, Some(span), message, hint));
    }

    /// Something required is not there; without `span` a whole table.
    pub(super) fn missing(
        &self,
        span: Option<Range<usize>>,
        message: String,
        hint: Option<String>,
    ) {
        self.push(Finding {
            is_absence: true,
            ..Finding::new(Severity::Error, span, message, hint)
        });
    }

    fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// `written` with the environment's values in it; what cannot be replaced is reported.
    pub(super) fn text(&self, written: &str, span: Range<usize>) -> Option<StringValue> {
        let errors = match environment::replace(written, span.clone(), self.environment) {
            Ok(text) => return Some(text),
            Err(errors) => errors,
        };
        // Without escapes the string stands in the file byte for byte, behind one quote.
        let inside = span.start + 1..span.end.saturating_sub(1);
        let verbatim = self.file.text().get(inside.clone()) == Some(written);
        for failure in errors {
            let place = match verbatim {
                true => inside.start + failure.at.start..inside.start + failure.at.end,
                false => span.clone(),
            };
            self.error(place, failure.message, Some(failure.hint));
        }
        None
    }

    /// A path of the file, which starts at the file's folder.
    pub(super) fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder
    }

    /// The line of an offset, for messages about two places.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.file.line(offset)
    }

    pub(super) fn name_redirect_target(&self, target: RedirectTarget) {
        self.redirect_targets.borrow_mut().push(target);
    }

    pub(super) fn take_redirect_targets(&self) -> Vec<RedirectTarget> {
        self.redirect_targets.take()
    }

    pub(super) fn name_term(&self, term: NamedTerm) {
        self.named_terms.borrow_mut().push(term);
    }

    /// The text of the file at a place.
    pub(super) fn written(&self, span: &Range<usize>) -> &str {
        self.file.text().get(span.clone()).unwrap_or_default()
    }

    /// Everything that was found, syntax errors included, in the order of the file; and the terms. `original` is
    /// the file as it was read, with what was wrong on some of its lines.
    pub(super) fn finish(
        &self,
        parsed: SyntaxTree<'_>,
        original: &ConfigFile,
        mut corrections: BTreeMap<usize, Correction>,
    ) -> (Vec<Problem>, Vec<NamedTerm>) {
        let file = self.file;
        let mut findings = self.findings.take();
        if !parsed.errors.is_empty() {
            let lines = parsed
                .errors
                .iter()
                .map(|error| file.line(error.span.start));
            let doubtful = lines.collect();
            findings.retain(|finding| is_certain(finding, &parsed, file, &doubtful));
        }
        findings.extend(parsed.errors.into_iter().map(|error| {
            Finding::new(Severity::Error, Some(error.span), error.message, error.hint)
        }));
        // A person corrects a line as a whole.
        findings.retain_mut(|finding| {
            let line = finding.span.as_ref().map(|span| file.line(span.start));
            let Some(correction) = line.and_then(|line| corrections.get_mut(&line)) else {
                return true;
            };
            match finding.correction.take() {
                Some(line) => correction.meant_is(line),
                None if finding.severity == Severity::Error && !finding.is_absence => {
                    let message = std::mem::take(&mut finding.message);
                    correction.refuse(finding.hint.take().unwrap_or(message));
                }
                None => {}
            }
            false
        });
        findings.extend(corrections.into_values().map(Finding::of_correction));
        findings.sort_by_key(|finding| {
            let file = if finding.is_of_original {
                original
            } else {
                file
            };
            let start = finding.span.as_ref().map(|span| span.start);
            start.map(|start| (file.line(start), start))
        });
        let more = findings.len().saturating_sub(PROBLEMS_MAX);
        // Errors decide whether the file is used: none may fall behind the limit unseen.
        if more > 0 {
            findings.sort_by_key(|finding| finding.severity);
            findings.truncate(PROBLEMS_MAX);
            let further = counted(more, "further problem is", "further problems are");
            let message = format!("{further} not shown");
            findings.push(Finding::new(Severity::Warning, None, message, None));
        }
        let problems = findings.into_iter().map(|finding| {
            let file = if finding.is_of_original {
                original
            } else {
                file
            };
            finding.problem(file)
        });
        (problems.collect(), self.named_terms.take())
    }
}

impl Finding {
    fn of_correction(correction: Correction) -> Finding {
        Finding {
            correction: Some(correction.text)
                .filter(|_| correction.hint.is_none() && correction.refusal.is_none()),
            is_of_original: true,
            ..Finding::new(
                Severity::Error,
                Some(correction.span),
                correction.message,
                correction.hint.or(correction.refusal),
            )
        }
    }

    fn problem(self, file: &ConfigFile) -> Problem {
        let start = self.span.as_ref().map(|span| span.start);
        let is_secret = |line: &str| {
            may_hold_secret(line) || start.is_some_and(|start| file.may_hold_secret(start))
        };
        let meant = match self.correction {
            Some(line) if is_secret(&line) => Some(NOT_SHOWN.to_owned()),
            Some(line) if line.len() <= CORRECTION_BYTES_MAX => {
                Some(format!("write `{}`", without_secrets(&line)))
            }
            Some(_) | None => None,
        };
        let hint = meant.or(self.hint);
        let problem = file.problem(self.severity, self.span, self.message, hint);
        match self.is_without_excerpt {
            true => problem.without_excerpt(),
            false => problem,
        }
    }
}

const NOT_SHOWN: &str = "its value is not shown: it may hold a password";

/// A longer line is not repeated in a hint.
const CORRECTION_BYTES_MAX: usize = 400;

/// How many problems are reported; more would not be read.
const PROBLEMS_MAX: usize = 100;

/// Whether a finding would still hold after the syntax errors, which stand on `doubtful` lines, are
/// corrected.
fn is_certain(
    finding: &Finding,
    parsed: &SyntaxTree<'_>,
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
    !parsed.is_shape_lost
        && !finding.is_absence
        && !is_guess
        && !doubtful.contains(&file.line(span.start))
}
