//! Readings of the articles, compared with the model.

use std::collections::BTreeSet;

use super::{Simulation, Step};
use crate::ingest::report::Report;
use crate::model::held_loss::Confirmation;
use crate::model::removal_guard::Removal;
use crate::simulation::model::{Row, Verdict};
use crate::source::Scope;
use crate::source::directory::testkit::HangingRead;

impl Simulation<'_> {
    /// A reading, compared with the model.
    pub(super) fn read(&mut self, scope: Scope, removal: Removal) -> Step {
        let listed = self.listed();
        let report = self.daemon()?.read(&scope, removal);
        self.compare(&listed, &scope, removal, &report, None)
    }

    pub(super) fn listed(&self) -> Vec<(String, u64)> {
        let content = self.world.folder.content();
        let files = content.files.iter();
        files
            .map(|(path, file)| (path.clone(), file.version))
            .collect()
    }

    pub(super) fn compare(
        &mut self,
        listed: &[(String, u64)],
        scope: &Scope,
        removal: Removal,
        report: &Report,
        changed_meanwhile: Option<&str>,
    ) -> Step {
        let failure = report.failure.as_ref().map(ToString::to_string);
        let held = report
            .held
            .as_ref()
            .map(|held| (held.id.to_string(), held.lost));
        self.tell(format!(
            "read {scope:?}, {removal:?}: {} changes, {} articles, held {held:?}, unsettled {:?}, failure {failure:?}",
            report.changed, report.articles, report.unsettled
        ));
        let boot = self.world.boot;
        let reading = self
            .model
            .read(&self.world, listed, scope, changed_meanwhile);
        if reading.is_some() != report.failure.is_none() {
            return Err(format!("a reading that ends with {failure:?}"));
        }
        if let Some(reading) = reading {
            let stored = self.stored()?;
            let is_removed = |path: &&String| !stored.iter().any(|(stored, _)| stored == *path);
            let removed: BTreeSet<String> =
                reading.gone.iter().filter(is_removed).cloned().collect();
            let is_named = self.held.as_ref().map(|held| Removal::Loss(held.id)) == Some(removal);
            // A loss that has changed since it was reported is another one.
            let confirmed = is_named && self.model.is_exactly_held(&reading);
            let verdict = self.model.verdict(&reading, boot);
            let new_removed = reading
                .new
                .iter()
                .filter(|path| removed.contains(*path))
                .count();
            match verdict {
                Verdict::Held if new_removed > 0 => {
                    return Err(format!(
                        "{new_removed} of {:?} are removed, and must be held",
                        reading.new
                    ));
                }
                Verdict::Removed if new_removed < reading.new.len() => {
                    return Err(format!(
                        "of {:?} only {new_removed} are removed",
                        reading.new
                    ));
                }
                _ => {}
            }
            let is_held = |path: &&String| self.model.held.contains(*path);
            if !confirmed && let Some(path) = removed.iter().find(is_held) {
                return Err(format!("{path} is removed, and was held"));
            }
            self.model.remove(&self.world, &reading, &removed, boot);
            let lost = report.held.as_ref().map_or(0, |held| held.lost);
            if lost != self.model.held.len() && !self.model.is_restored {
                return Err(format!(
                    "{lost} are reported as held, and {:?} are",
                    self.model.held
                ));
            }
        }
        self.held.clone_from(&report.held);
        self.earlier
            .extend(report.held.as_ref().map(|held| held.id));
        self.compare_store()
    }

    /// The rows of the store as the model has them.
    pub(super) fn stored(&mut self) -> Result<Vec<(String, Row)>, String> {
        let store = self.daemon()?.publisher.handle().store().clone();
        let failed = |error: crate::store::StoreError| format!("the store fails: {error}");
        let mut rows = Vec::new();
        for row in store.files("").map_err(failed)? {
            let (path, file) = row.map_err(failed)?;
            let article = match &file.key {
                Some(key) => store.article(key).map_err(failed)?,
                None => None,
            };
            let owned = article.filter(|row| *row.path == *path);
            let mut owns = None;
            if let Some(owned) = owned {
                let articles = store.articles(&[owned.meta.record]).map_err(failed)?;
                let title = articles[0].title.as_str();
                let marker = title.rsplit(' ').next().unwrap_or_default();
                let article = self.world.by_marker.get(marker);
                let article = article.ok_or(format!("{title} was never written"))?;
                owns = Some((owned.meta.key.to_string(), article.clone()));
            }
            let content = self.world.content_of(file.stamp.inode);
            let waits_for = match (&owns, &file.refusal, content) {
                (None, Some(refusal), Some(article)) if refusal.reason.contains("belongs to") => {
                    Some(article.key(&path))
                }
                _ => None,
            };
            let version = file.stamp.inode;
            rows.push((
                path,
                Row {
                    version,
                    owns,
                    waits_for,
                },
            ));
        }
        Ok(rows)
    }

    pub(super) fn compare_store(&mut self) -> Step {
        let stored = self.stored()?;
        for (path, row) in stored.iter().filter(|(_, row)| row.version == 0) {
            // It may have waited for a key once, and is read again when it can be found.
            if let Some(expected) = self.model.rows.get_mut(path)
                && !self.world.is_visible(path)
            {
                expected.version = row.version;
            }
        }
        let without_waits = |row: &Row| Row {
            waits_for: None,
            ..row.clone()
        };
        let found: Vec<_> = stored
            .iter()
            .map(|(path, row)| (path, without_waits(row)))
            .collect();
        let expected = self.model.rows.iter();
        let expected: Vec<_> = expected
            .map(|(path, row)| (path, without_waits(row)))
            .collect();
        for (expected, found) in expected.iter().zip(&found) {
            if expected != found {
                return Err(format!(
                    "the store must have {expected:?}, and has {found:?}"
                ));
            }
        }
        match expected.len() == found.len() {
            true => Ok(()),
            false => Err(format!(
                "{} files must be stored, {} are",
                expected.len(),
                found.len()
            )),
        }
    }

    /// An event names a file or a folder.
    pub(super) fn read_part(&mut self) -> Step {
        let known: Vec<String> = self.model.rows.keys().cloned().collect();
        let path = match (self.random.below(3), known.len() as u64) {
            (0, count) if count > 0 => Some(known[self.random.below(count) as usize].clone()),
            (1, _) => Some(if self.random.below(2) == 0 { "f" } else { "g" }.to_owned()),
            _ => self.some_path(),
        };
        if let Some(path) = path {
            self.read(Scope::at(path), Removal::Held)?;
        }
        self.publish()
    }

    /// A file hangs while it is read. Meanwhile publishing and serving go on.
    pub(super) fn read_while_it_hangs(&mut self) -> Step {
        let listed = self.listed();
        let is_changed = |(path, version): &&(String, u64)| {
            let row = self.model.rows.get(path);
            row.is_none_or(|row| row.version != *version) && self.world.is_visible(path)
        };
        let Some((path, _)) = listed.iter().find(is_changed).cloned() else {
            return Ok(());
        };
        self.tell(format!("{path} hangs while it is read"));
        let (hanging, reached, go_on) = HangingRead::new();
        self.world.folder.content().hangs_at = Some((path.clone(), hanging));
        let publisher = self.daemon()?.publisher.clone();
        let is_written = self.random.below(2) == 0;
        let report = std::thread::scope(|scope| {
            let folder = self.world.folder.clone();
            let reading = scope.spawn(move || {
                let report = publisher.reconcile(&[Scope::All], Removal::Held);
                // If the listing fails, the reading never reaches the file.
                folder.content().hangs_at = None;
                report
            });
            let mut result = Ok(());
            if reached.recv().is_ok() {
                let seconds = self.random.below(30) as i64;
                self.world.pass(seconds);
                result = self.publish().and_then(|()| self.ask());
                if is_written {
                    self.tell(format!("{path} is written meanwhile"));
                    self.world.rewrite(&path);
                }
            }
            let _ = go_on.send(());
            let report = reading
                .join()
                .map_err(|_| "the reading panicked".to_owned());
            result.and(report)
        })?;
        let meanwhile = is_written.then_some(path.as_str());
        self.daemon()?.note_reading(&report);
        self.compare(&listed, &Scope::All, Removal::Held, &report, meanwhile)?;
        self.publish()
    }

    /// An operator confirms a loss: the one that is held, or another number.
    pub(super) fn confirm(&mut self) -> Step {
        let earlier = self.earlier.len() as u64;
        let id = match (self.random.below(3), &self.held) {
            (0 | 1, Some(held)) => held.id,
            _ if earlier > 0 => self.earlier[self.random.below(earlier) as usize],
            _ => return Ok(()),
        };
        let held = self.held.clone();
        let is_current = held.as_ref().is_some_and(|held| held.id == id);
        self.read(Scope::All, Removal::Loss(id))?;
        let confirmation = self.daemon()?.confirmation();
        self.tell(format!("{id} is confirmed: {confirmation:?}"));
        match confirmation {
            Some(Confirmation::Removed(loss)) if !is_current || loss.id != id => {
                return Err(format!("{loss} is confirmed, and {held:?} was held"));
            }
            Some(_) => {}
            None => return Err("a confirmation without a result".to_owned()),
        }
        self.publish()
    }
}
