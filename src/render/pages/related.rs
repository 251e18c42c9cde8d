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

/// The number of articles with a term, and the words and slug of the first.
type Found<'a> = (usize, &'a Text, Option<&'a str>);

/// The feeds of the sections, tags and authors of these articles, the most frequent first, without
/// the one at the path `own`. They depend only on the configuration and the articles.
pub fn related<'e>(
    config: &Config,
    site_rules: &SiteRules,
    entries: impl IntoIterator<Item = &'e Entry>,
    own: Option<&str>,
) -> Vec<RelatedFeed> {
    let mut found: HashMap<Term, Found> = HashMap::new();
    let terms = |entry: &'e Entry| terms(site_rules, entry);
    for (kind, label, slug) in entries.into_iter().flat_map(terms) {
        if let Some((term, _)) = site_rules.counts_as(kind, label.as_str(), slug) {
            found.entry(term).or_insert((0, label, slug)).0 += 1;
        }
    }
    let mut found: Vec<(Term, Found)> = found.into_iter().collect();
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    let feeds = found.into_iter().filter_map(|(term, (_, label, slug))| {
        let name = Term::new(term.kind, label.as_str());
        let mut spellings = [Some(&term), name.as_ref()].into_iter().flatten();
        let auto = config
            .auto(term.kind)
            .filter(|auto| auto.settings.listed)
            .filter(|auto| !spellings.any(|spelling| auto.except.contains(spelling)))?;
        let path = format!("{}/{}", term.kind.folder(), term.key());
        (own != Some(&*path)).then(|| RelatedFeed {
            kind: term.kind,
            label: label.clone(),
            slug: slug.map(str::to_owned),
            address: Address {
                stem: format!("{}{}", site_rules.base(), encode_path(&path)),
                query: None,
            },
            formats: auto.settings.formats.clone(),
        })
    });
    feeds.take(RELATED_MAX).collect()
}

/// The sections, tags and authors of an article in its spelling, with their slugs.
fn terms<'a>(
    site_rules: &SiteRules,
    entry: &'a Entry,
) -> impl Iterator<Item = (TermKind, &'a Text, Option<&'a str>)> {
    let sections = site_rules.scheme(TermKind::Section);
    let categories = entry.categories.iter().map(move |category| {
        let kind = match category.scheme == sections {
            true => TermKind::Section,
            false => TermKind::Tag,
        };
        (kind, &category.label, category.slug.as_deref())
    });
    let authors = entry.authors.iter();
    let authors = authors.map(|author| (TermKind::Author, &author.name, author.slug.as_deref()));
    categories.chain(authors)
}

/// The most frequent terms come first, then sections, tags and authors.
fn order<'a>((term, (times, ..)): &'a (Term, Found)) -> (Reverse<usize>, usize, &'a str) {
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
