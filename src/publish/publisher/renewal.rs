//! A store that is made anew while the daemon goes on serving.
//!
//! What only the store knew is written to the new one from memory. Articles are read again; meanwhile the
//! published state stays, and documents whose texts are gone are answered with the version before, or with
//! 503. A full reading then finds which articles are gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::{error, warn};

use super::writer::Writer;
use super::{FLOOR, FORGOTTEN, Publisher};
use crate::feed::definitions::{FeedDefinitions, SELECT};
use crate::index::AffectedFeeds;
use crate::model::problem::chain;
use crate::model::validators::Validators;
use crate::publish::index_state::load_index;
use crate::store::{Memory, StoreError};

/// The least time between two stores that are made anew: reading everything costs much.
const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

impl Publisher {
    /// Makes the store anew if it is damaged, but not more often than once a minute. Then
    /// everything has to be read again. Returns whether it did.
    pub fn renew_if_damaged(&self) -> bool {
        let Some(reason) = self.store.damage() else {
            return false;
        };
        let writer = &mut *self.writer();
        let is_recent = |at: Instant| at.elapsed() < RENEWAL_PAUSE;
        if writer.renewed_at.is_some_and(is_recent) {
            return false;
        }
        writer.renewed_at = Some(Instant::now());
        warn!("the state folder is made anew, and every article is read again: {reason}");
        let memory = self.memory(writer);
        self.driver.note_renewal(writer.state.index.clone());
        match self.store.renew(&memory, self.driver.held_loss().as_ref()) {
            Ok(()) => true,
            Err(failure) => {
                error!("the state folder cannot be made anew: {}", chain(&failure));
                false
            }
        }
    }

    /// What cannot be computed from the articles, as this process knows it. A store without a header is
    /// not complete; a full reading adds it.
    fn memory(&self, writer: &Writer) -> Memory {
        let mut validators = writer.validators.clone();
        if let Some(snapshot) = self.handle.snapshot() {
            let feeds = snapshot.feeds.iter();
            validators.extend(feeds.map(|(path, feed)| (path.clone(), feed.validators())));
        }
        validators.extend(writer.dead_validators());
        let forgotten = writer.forgotten_dates.map(|date| (FORGOTTEN, date));
        let second = (SELECT, writer.selection_dates.second());
        let dates = [second, (FLOOR, writer.floor)].into_iter().chain(forgotten);
        validators.extend(dates.map(|(path, date)| (path.into(), Validators::of_date(date))));
        let validators = validators.into_iter();
        Memory {
            header: None,
            terms: writer.state.index.remembered_terms().collect(),
            validators: validators
                .map(|(path, row)| (path.to_string(), row))
                .collect(),
            served: writer.served.clone(),
            source: self.driver.source().memory(),
        }
    }

    /// Loads the index of a configuration that came while the store did not have all articles.
    pub(super) fn load_index_if_due(&self, writer: &mut Writer) -> Result<(), StoreError> {
        if !writer.loads_index || self.driver.is_renewing() {
            return Ok(());
        }
        let index = load_index(
            &writer.state.config,
            &self.store,
            writer.state.index.as_of(),
        )?;
        writer.keep_dead_validators();
        let state = &mut writer.state;
        state.index = index;
        state.definitions = Arc::new(FeedDefinitions::new(&state.config, &mut state.index));
        writer.index_loads += 1;
        writer.loads_index = false;
        writer.touched = AffectedFeeds::All;
        writer.rebuild = true;
        Ok(())
    }
}
