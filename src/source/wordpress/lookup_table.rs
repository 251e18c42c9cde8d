//! Things of one kind that posts name by numbers: what the site shows of them, and what it showed before.
//!
//! A site that answers with too little for a moment, or closes one of its lists, takes nothing away that was
//! known. A thing is believed to be gone when it is missing twice, with some time in between.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::Value;
use tracing::{info, warn};

use super::error::WordPressError;
use super::interface::id_list;
use super::limited_json::ITEMS_A_CALL;
use super::site::Site;

/// A list of the site, and what feeds lack without it.
pub(super) struct LookupRoute {
    pub(super) route: &'static str,
    pub(super) fields: &'static str,
    /// What becomes of articles if the site hides this list.
    pub(super) without: &'static str,
}

/// The known things of one kind, by their numbers.
pub(super) struct LookupTable<T> {
    route: &'static LookupRoute,
    entries: HashMap<u64, Entry<T>>,
    /// Why the site does not show the list.
    hidden: Option<String>,
    /// Whether something was missing for the first time since the last question for it.
    has_new_gaps: bool,
}

struct Entry<T> {
    /// `None` for what the site does not show.
    value: Option<T>,
    /// Whether the site was asked since everything was to be compared.
    is_fresh: bool,
    /// When an answer lacked it for the first time. The value before stays until another one does.
    missing_since: Option<Instant>,
}

impl<T> LookupTable<T> {
    pub(super) fn new(route: &'static LookupRoute) -> LookupTable<T> {
        LookupTable {
            route,
            entries: HashMap::new(),
            hidden: None,
            has_new_gaps: false,
        }
    }

    /// What is known of a number.
    pub(super) fn find(&self, id: u64) -> Option<&T> {
        self.entries.get(&id)?.value.as_ref()
    }

    /// Why articles lack these things, if the site hides them.
    pub(super) fn hidden(&self) -> Option<String> {
        let reason = self.hidden.as_ref()?;
        Some(format!("{}: {reason}", self.route.without))
    }

    /// Whether something was missing for the first time since the last call.
    pub(super) fn take_new_gaps(&mut self) -> bool {
        std::mem::take(&mut self.has_new_gaps)
    }

    /// Everything is asked for anew when a post names it next.
    pub(super) fn expire(&mut self) {
        self.entries.values_mut().for_each(|entry| {
            entry.is_fresh = false;
        });
    }

    /// Drops what no post named since [`LookupTable::expire`].
    pub(super) fn drop_expired(&mut self) {
        self.entries.retain(|_, entry| entry.is_fresh);
    }

    /// Fetches those of these numbers that are not known, or not well enough.
    pub(super) async fn fetch(
        &mut self,
        site: &Site,
        ids: impl IntoIterator<Item = u64>,
        read: impl FnMut(u64, &Value) -> Option<T>,
    ) -> Result<(), WordPressError> {
        let confirm_after = site.confirm_after();
        let is_known = |id: &u64| {
            self.entries.get(id).is_some_and(|entry| {
                let since = entry.missing_since;
                entry.is_fresh && since.is_none_or(|since| since.elapsed() < confirm_after)
            })
        };
        let mut ids: Vec<u64> = ids.into_iter().filter(|id| !is_known(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        self.fetch_all(site, &ids, read).await
    }

    /// Fetches these numbers, known or not.
    pub(super) async fn fetch_all(
        &mut self,
        site: &Site,
        ids: &[u64],
        mut read: impl FnMut(u64, &Value) -> Option<T>,
    ) -> Result<(), WordPressError> {
        let LookupRoute { route, fields, .. } = self.route;
        for ids in ids.chunks(ITEMS_A_CALL) {
            let query = [
                ("include", id_list(ids)),
                ("per_page", ITEMS_A_CALL.to_string()),
                ("_fields", (*fields).to_owned()),
            ];
            let items = match site.list(route, &query).await {
                Ok(list) => list.items,
                Err(error) if error.is_hidden() => {
                    self.hide(ids, &error, site);
                    continue;
                }
                Err(error) => return Err(error),
            };
            self.show();
            let mut items: HashMap<u64, &Value> = items
                .iter()
                .filter_map(|item| Some((item["id"].as_u64()?, item)))
                .collect();
            for &id in ids {
                match items.remove(&id).and_then(|item| read(id, item)) {
                    Some(value) => self.set(id, Some(value)),
                    None => self.note_missing(id, site),
                }
            }
        }
        Ok(())
    }

    /// Forgets what is known of a number, until the site is asked for it again.
    pub(super) fn clear(&mut self, id: u64) {
        self.set(id, None);
    }

    fn set(&mut self, id: u64, value: Option<T>) {
        let entry = Entry {
            value,
            is_fresh: true,
            missing_since: None,
        };
        self.entries.insert(id, entry);
    }

    /// An answer lacks a number that it was asked for.
    fn note_missing(&mut self, id: u64, site: &Site) {
        let now = Instant::now();
        let is_gap = match self.entries.get_mut(&id) {
            // What was not there before may stay away.
            Some(entry) if entry.value.is_none() && entry.missing_since.is_none() => {
                entry.is_fresh = true;
                false
            }
            Some(entry) => {
                entry.is_fresh = true;
                let is_first = entry.missing_since.is_none();
                let since = *entry.missing_since.get_or_insert(now);
                if !is_first && now.duration_since(since) >= site.confirm_after() {
                    self.clear(id);
                }
                is_first
            }
            None => {
                let entry = Entry {
                    value: None,
                    is_fresh: true,
                    missing_since: Some(now),
                };
                self.entries.insert(id, entry);
                true
            }
        };
        self.has_new_gaps |= is_gap;
    }

    /// Notes that the site does not show the list. What is known stays, and what is not is asked for once more:
    /// a firewall may have refused this call alone.
    fn hide(&mut self, ids: &[u64], error: &WordPressError, site: &Site) {
        let is_first = self.hidden.replace(error.to_string()).is_none();
        let now = Instant::now();
        for &id in ids {
            let entry = self.entries.entry(id).or_insert_with(|| {
                self.has_new_gaps |= is_first;
                Entry {
                    value: None,
                    is_fresh: true,
                    missing_since: Some(now),
                }
            });
            entry.is_fresh = true;
            let since = entry.missing_since;
            if since.is_some_and(|since| since != now && now - since >= site.confirm_after()) {
                entry.missing_since = None;
            }
        }
        if is_first {
            warn!("{}, apart from those known: {error}", self.route.without);
        }
    }

    /// Notes that the site shows the list: what it hid before is asked for again.
    fn show(&mut self) {
        if self.hidden.take().is_some() {
            info!("the site shows `{}` again", self.route.route);
            let unknown = self.entries.values_mut();
            let unknown = unknown.filter(|entry| entry.value.is_none());
            unknown.for_each(|entry| entry.is_fresh = false);
        }
    }
}
