//! A model of the index: a plain list, which is scanned for every question.

use super::*;

/// The same answers as the index, computed slowly.
pub(super) struct Model {
    pub(super) as_of: Timestamp,
    pub(super) metas: BTreeMap<Box<str>, ArticleMeta>,
    /// The name of each term when its first article was released.
    pub(super) first_names: BTreeMap<Term, String>,
}

impl Model {
    pub(super) fn new() -> Model {
        Model {
            as_of: Timestamp(0),
            metas: BTreeMap::new(),
            first_names: BTreeMap::new(),
        }
    }

    pub(super) fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Put(meta) => self.metas.insert(meta.key.clone(), meta.clone()),
                Change::Remove(key) => self.metas.remove(key),
            };
        }
        self.remember();
    }

    pub(super) fn advance(&mut self, as_of: Timestamp) {
        self.as_of = self.as_of.max(as_of);
        self.remember();
    }

    pub(super) fn remember(&mut self) {
        let written = SPELLINGS.iter();
        let written = written.map(|(kind, text, slug)| MetaTerm::new(*kind, text, *slug));
        for (_, term) in written.filter_map(|written| printed(&written)) {
            if let Some(name) = self.oldest_spelling(&term) {
                self.first_names.entry(term).or_insert(name);
            }
        }
    }

    /// Every released article at an instant, newest first.
    pub(super) fn released(&self, at: Timestamp) -> Vec<&ArticleMeta> {
        let is_released = |meta: &&ArticleMeta| {
            let expired = meta.expires.is_some_and(|expires| expires <= at);
            meta.published <= at && !expired && meta.visibility == Visibility::Public
        };
        let mut released: Vec<&ArticleMeta> = self.metas.values().filter(is_released).collect();
        let place = |meta: &ArticleMeta| KEYS.iter().position(|key| *key == &*meta.key);
        released.sort_by_key(|meta| (meta.published, place(meta)));
        released.reverse();
        released
    }

    /// Every released article at an instant that has a term as its own, newest first.
    pub(super) fn having(&self, term: &Term, at: Timestamp) -> Vec<&ArticleMeta> {
        let mut having = self.released(at);
        having.retain(|meta| terms_of(meta).contains(term));
        having
    }

    /// Whether a term is the slug of an article that is released at an instant.
    pub(super) fn is_slug(&self, term: &Term, at: Timestamp) -> bool {
        let released = self.released(at);
        let mut terms = released.iter().flat_map(|meta| &meta.terms);
        terms.any(|written| {
            let has_slug = written.slug.is_some() && !is_alias(written);
            has_slug && own(written).as_ref() == Some(term)
        })
    }

    /// Whether the terms of a selection that are names mean at an instant what they mean now.
    pub(super) fn names_mean_the_same(&self, selection: &Selection, at: Timestamp) -> bool {
        let mut terms = selection.terms().map(canonical);
        terms.all(|term| self.is_slug(&term, at) == self.is_slug(&term, self.as_of))
    }

    pub(super) fn matching(&self, selection: &Selection, at: Timestamp) -> Vec<&ArticleMeta> {
        let mut matching = self.released(at);
        let terms = selection.terms().map(canonical);
        let slugs: BTreeSet<Term> = terms.filter(|term| self.is_slug(term, at)).collect();
        matching.retain(|meta| {
            let carries = |term: &Term| {
                let term = canonical(term);
                let is_named = || !slugs.contains(&term) && names_of(meta).contains(&term);
                terms_of(meta).contains(&term) || is_named()
            };
            (selection.any.is_empty() || selection.any.iter().any(carries))
                && selection.all.iter().all(carries)
                && !selection.none.iter().any(carries)
        });
        matching
    }

    /// The part of a feed that readers can see at an instant.
    pub(super) fn feed_state(
        &self,
        selection: &Selection,
        settings: &Settings,
        at: Timestamp,
    ) -> FeedState {
        let visible_from = |meta: &ArticleMeta| meta.published.plus(settings.delay.into());
        let mut visible = self.matching(selection, at);
        visible.retain(|meta| visible_from(meta) <= at);
        let newest = visible.first().map(|newest| newest.published);
        let items = usize::from(settings.items);
        let stays = |(newer, meta): &(usize, &ArticleMeta)| {
            let age = newest.map_or(0, |newest| newest.0 - meta.published.0);
            let fits = *newer < items || (age < settings.keep.into() && *newer < 4 * items);
            let oldest = settings.oldest.map_or(i64::MAX, i64::from);
            fits && at.0 - meta.published.0 < oldest
        };
        let window = visible.iter().copied().enumerate().filter(stays);
        let window: Vec<&ArticleMeta> = window.map(|(_, meta)| meta).collect();
        FeedState {
            content_time: window
                .iter()
                .map(|meta| visible_from(meta).max(updated(meta, at)))
                .max(),
            entries: window.iter().map(|meta| entry(meta, at)).collect(),
        }
    }

    /// The spelling of a term in its oldest released article.
    pub(super) fn oldest_spelling(&self, term: &Term) -> Option<String> {
        let oldest = self.having(term, self.as_of);
        let spellings = oldest.last()?.terms.iter();
        let mut shown = spellings.filter_map(printed);
        shown.find(|(_, other)| other == term).map(|(name, _)| name)
    }

    pub(super) fn name(&self, term: &Term) -> Option<String> {
        self.oldest_spelling(term)
            .or_else(|| self.first_names.get(term).cloned())
    }

    /// Every instant at which a feed can change.
    pub(super) fn instants(&self, settings: &Settings) -> BTreeSet<Timestamp> {
        let instants = |meta: &ArticleMeta| {
            let after = |seconds: u32| Some(meta.published.plus(seconds.into()));
            let oldest = settings.oldest.and_then(after);
            let own = [Some(meta.updated), meta.expires, oldest];
            [own, [after(0), after(settings.delay), None]].concat()
        };
        self.metas.values().flat_map(instants).flatten().collect()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct FeedState {
    pub(super) entries: Vec<Entry>,
    pub(super) content_time: Option<Timestamp>,
}

/// The values of an entry that a digest covers, and its record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) revision: Revision,
    pub(super) record: RecordId,
    pub(super) updated: Timestamp,
    pub(super) replacements: Vec<(usize, String)>,
}

fn updated(meta: &ArticleMeta, at: Timestamp) -> Timestamp {
    if meta.updated <= at {
        meta.updated
    } else {
        meta.published
    }
}

fn entry(meta: &ArticleMeta, at: Timestamp) -> Entry {
    Entry {
        key: meta.key.to_string(),
        revision: meta.revision,
        record: meta.record,
        updated: updated(meta, at),
        replacements: meta
            .terms
            .iter()
            .filter(|written| printed(written).is_some())
            .enumerate()
            .filter(|(_, written)| is_alias(written))
            .map(|(place, _)| (place, SAME.2.to_owned()))
            .collect(),
    }
}

pub(super) fn canonical(written: &Term) -> Term {
    match *written == term(SAME.0) {
        true => term(SAME.1),
        false => written.clone(),
    }
}

/// The term of a spelling, without `[same]`.
fn own(written: &MetaTerm) -> Option<Term> {
    let key = written.slug.as_ref().unwrap_or(&written.name);
    Term::new(written.kind, key)
}

pub(super) fn by_name(written: &MetaTerm) -> Option<Term> {
    Term::new(written.kind, &written.name)
}

/// Whether `[same]` names the spelling, by its slug or by its name.
fn is_alias(written: &MetaTerm) -> bool {
    let alias = Some(term(SAME.0));
    own(written) == alias || by_name(written) == alias
}

/// The text that feeds print for a spelling, and the term it counts as.
pub(super) fn printed(written: &MetaTerm) -> Option<(String, Term)> {
    match is_alias(written) {
        true => Some((SAME.2.to_owned(), term(SAME.1))),
        false => Some((written.name.to_string(), own(written)?)),
    }
}

fn terms_of(meta: &ArticleMeta) -> BTreeSet<Term> {
    let shown = meta.terms.iter().filter_map(printed);
    shown.map(|(_, term)| term).collect()
}

/// The terms that lead to an article because of names, or of slugs that `[same]` replaces by name.
fn names_of(meta: &ArticleMeta) -> BTreeSet<Term> {
    meta.terms.iter().filter_map(name_of).collect()
}

pub(super) fn name_of(written: &MetaTerm) -> Option<Term> {
    written.slug.as_ref()?;
    let is_alias_by_name = is_alias(written) && own(written) != Some(term(SAME.0));
    let name = match is_alias_by_name {
        true => own(written),
        false => by_name(written),
    };
    let name = canonical(&name?);
    let counts_as = printed(written).map(|(_, term)| term);
    (counts_as.as_ref() != Some(&name)).then_some(name)
}
