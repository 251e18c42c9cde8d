//! The feeds that a page links to: those of the sections, tags and authors of its articles.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::config::Config;
use crate::feed::compose::SiteRules;
use crate::feed::document::{Address, Entry};
use crate::model::term::{Term, TermKind};
use crate::model::url_encoding::encode_path;
use crate::render::pages::frame::RelatedFeed;
use crate::text::Text;

/// Related feeds of a page.
pub const RELATED_MAX: usize = 24;

/// The feeds of the sections, tags and authors of these articles, the most frequent first, without
/// the one at the path `own`. They depend only on the configuration and the articles.
pub fn related(
    config: &Config,
    site_rules: &SiteRules,
    entries: &[Entry],
    own: Option<&str>,
) -> Vec<RelatedFeed> {
    let mut found: HashMap<Term, (usize, &Text)> = HashMap::new();
    for (kind, label) in entries.iter().flat_map(|entry| terms(site_rules, entry)) {
        if let Some(term) = Term::new(kind, label.as_str()) {
            let term = site_rules.canonical(&term).clone();
            found.entry(term).or_insert((0, label)).0 += 1;
        }
    }
    let mut found: Vec<(Term, (usize, &Text))> = found.into_iter().collect();
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    let feeds = found.into_iter().filter_map(|(term, (_, label))| {
        let auto = config
            .auto(term.kind)
            .filter(|auto| !auto.except.contains(&term))?;
        let path = format!("{}/{}", term.kind.folder(), term.key());
        (own != Some(&*path)).then(|| RelatedFeed {
            kind: term.kind,
            label: label.clone(),
            address: Address {
                stem: format!("{}{}", site_rules.base(), encode_path(&path)),
                query: None,
            },
            formats: auto.settings.formats.clone(),
        })
    });
    feeds.take(RELATED_MAX).collect()
}

/// The section, tags and authors of an article, in its spelling.
fn terms<'a>(
    site_rules: &SiteRules,
    entry: &'a Entry,
) -> impl Iterator<Item = (TermKind, &'a Text)> {
    let sections = site_rules.scheme(TermKind::Section);
    let categories = entry.categories.iter().map(move |category| {
        let kind = match category.scheme == sections {
            true => TermKind::Section,
            false => TermKind::Tag,
        };
        (kind, &category.label)
    });
    let authors = entry.authors.iter();
    categories.chain(authors.map(|author| (TermKind::Author, &author.name)))
}

/// The most frequent terms come first, then sections, tags and authors.
fn order<'a>((term, (times, _)): &'a (Term, (usize, &Text))) -> (Reverse<usize>, usize, &'a str) {
    (Reverse(*times), kind_order(term.kind), term.key())
}

fn kind_order(kind: TermKind) -> usize {
    match kind {
        TermKind::Section => 0,
        TermKind::Tag => 1,
        TermKind::Author => 2,
        TermKind::Lang => 3,
    }
}
