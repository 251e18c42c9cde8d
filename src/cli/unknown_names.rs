//! Names in feeds.toml that lead to nothing: terms without articles, and redirects.

use crate::config::Loaded;
use crate::model::problem::{Problem, Severity};
use crate::publish::read_handle::{ReadHandle, did_you_mean};
use crate::serve::find_document;

/// Problems for which a term or feed is searched that was meant. Each search passes over all names.
const SEARCHES_MAX: usize = 100;

/// Terms that feeds.toml names and no released article has.
pub(super) fn unused_terms<'a>(
    loaded: &'a Loaded,
    published: &ReadHandle,
) -> impl Iterator<Item = Problem> + use<'a> {
    let published = published.published();
    let unused = published
        .as_ref()
        .map_or(Vec::new(), |published| published.unused_terms());
    unused.into_iter().enumerate().map(move |(number, named)| {
        let kind = named.term.kind;
        let message = format!(
            "no released article has the {} `{}`",
            kind.prefix(),
            named.text
        );
        let near = published.as_ref().filter(|_| number < SEARCHES_MAX);
        let near = near.map(|published| published.nearest_terms(kind, &named.text));
        let near = near.into_iter().flatten();
        let hint = did_you_mean(near.map(|near| (near.written, near.articles)));
        let hint = hint
            .unwrap_or_else(|| "check the spelling; the feed is served all the same".to_owned());
        loaded
            .file
            .problem(Severity::Warning, Some(named.span), message, Some(hint))
    })
}

/// Redirects to an address of this server where nothing is.
pub(super) fn lost_redirects<'a>(
    loaded: &'a Loaded,
    published: &ReadHandle,
) -> impl Iterator<Item = Problem> + use<'a> {
    let published = published.published();
    let targets = loaded.redirect_targets.iter();
    let lost = targets.filter_map(move |target| {
        let published = published.as_ref()?;
        let (reason, hint) = find_document::leads_nowhere(published, &target.path)?;
        let message = format!("[[redirect]]: `to` leads to no feed or page: {reason}");
        let span = Some(target.span.clone());
        Some(loaded.file.problem(Severity::Warning, span, message, hint))
    });
    lost.take(SEARCHES_MAX)
}
