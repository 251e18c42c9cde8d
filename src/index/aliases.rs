//! The same articles under another `[same]`.

use std::convert::Infallible;

use super::Index;
use super::slot::Slot;
use crate::config::Alias;
use crate::model::article_meta::ArticleMeta;
use crate::model::known_term::KnownTerm;

impl Index {
    /// An index of the same articles at the same instant, in which each of these aliases counts as the term it
    /// names, as if both had been loaded from a store that knows these terms.
    pub fn with_aliases(
        &self,
        aliases: &[Alias],
        known: impl IntoIterator<Item = KnownTerm>,
    ) -> Index {
        let mut index = Index::new(aliases, self.as_of());
        for known in known {
            index.remember(known);
        }
        let slots = (0..self.slots.len()).filter_map(|number| self.slots.get(number));
        let articles = slots.map(|slot| Ok::<_, Infallible>(self.meta(slot)));
        let Ok(()) = index.load(articles);
        index.advance(self.as_of());
        index
    }

    /// The metadata that a slot was made from, without terms that have no key.
    fn meta(&self, slot: &Slot) -> ArticleMeta {
        let spellings = slot.spellings();
        ArticleMeta {
            key: String::from_utf8_lossy(slot.key()).into(),
            revision: slot.revision,
            record: slot.record,
            published: slot.published,
            updated: slot.updated,
            expires: slot.expires(),
            visibility: slot.visibility,
            address: slot.address,
            terms: spellings
                .map(|spelling| self.terms.written(spelling))
                .collect(),
        }
    }
}
