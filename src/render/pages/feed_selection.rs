//! The selection of a feed: its terms as `/build` takes them.

use crate::config::Config;
use crate::feed::automatic_path::split_automatic;
use crate::feed::definitions::FeedKind;
use crate::feed::snapshot::FeedVersion;
use crate::model::selection::{Selection, TERMS_MAX};
use crate::model::term::Term;

/// The selection of the articles of a feed, if a URL can have as many terms.
pub(super) fn feed_selection(config: &Config, version: &FeedVersion) -> Option<Selection> {
    let path = &*version.path;
    let selection = match version.kind {
        FeedKind::Select => Selection::from_canonical(path.split_once('?')?.1)?,
        FeedKind::All | FeedKind::Declared => {
            let feed = config.feeds.iter().find(|feed| feed.name == path)?;
            feed.selection.clone()
        }
        FeedKind::Section | FeedKind::Tag | FeedKind::Author => {
            let (kind, key) = split_automatic(path)?;
            with_term(Term::new(kind, key)?, &config.auto(kind)?.selection)
        }
    };
    (selection.terms().count() <= TERMS_MAX).then_some(selection)
}

/// A lone term is among `any`, where a second one widens the selection.
fn with_term(term: Term, others: &Selection) -> Selection {
    let mut selection = others.clone();
    match selection.any.is_empty() {
        true => selection.any.insert(term),
        false => selection.all.insert(term),
    };
    selection
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_term_can_be_widened() {
        let term = || Term::parse("мажилис").expect("a term");
        for (others, expected) in [
            ("none=спорт", "any=мажилис&none=спорт"),
            ("all=lang:kk", "any=мажилис&all=lang:kk"),
            ("any=a,b", "any=a,b&all=мажилис"),
        ] {
            let others = Selection::from_canonical(others).expect("a selection");
            assert_eq!(with_term(term(), &others).to_string(), expected);
        }
        let alone = with_term(term(), &Selection::default());
        assert_eq!(alone.to_string(), "any=мажилис");
    }
}
