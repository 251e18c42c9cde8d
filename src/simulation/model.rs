//! What the daemon must have read: by file the version that was read last, and whose article each key
//! names. It follows from the newsroom alone, apart from losses that may be held.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::article::Article;
use super::world::World;
use crate::source::Scope;
use crate::source::directory::testkit::FileFault;

/// A file as it was last read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// The number of the version that was read; 0 if it has to be read again.
    pub(super) version: u64,
    /// The key that its article has, and the last good version.
    pub(super) owns: Option<(String, Arc<Article>)>,
    /// The key that another file has.
    pub(super) waits_for: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) rows: BTreeMap<String, Row>,
    /// Missing articles that are held.
    pub(super) held: BTreeSet<String>,
    /// Whether the next full reading reads every file.
    pub(super) reread: bool,
    /// Whether this process knows a loss of the one before by its number alone.
    pub(super) is_restored: bool,
    removals: VecDeque<Removal>,
}

/// The counts of a reading.
#[derive(Clone, Debug)]
struct Removal {
    boot: i64,
    stored: usize,
    removed: usize,
}

/// A reading as far as the model knows it.
pub(super) struct Reading {
    /// Files with articles that are gone and were not held before.
    pub(super) new: BTreeSet<String>,
    /// All files that are gone.
    pub(super) gone: BTreeSet<String>,
    /// Files that may be gone, in folders that cannot be listed.
    hidden: BTreeSet<String>,
    is_full: bool,
    /// Articles before the reading.
    stored: usize,
}

/// Whether new losses must be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Held,
    Removed,
    Either,
}

impl Model {
    /// The articles with their keys.
    pub(super) fn articles(&self) -> Vec<(String, Arc<Article>)> {
        let owned = self.rows.values().filter_map(|row| row.owns.clone());
        owned.collect()
    }

    /// Reads what has changed within the scope; `None` if the reading fails. `changed_meanwhile` is
    /// written while it is read.
    pub(super) fn read(
        &mut self,
        world: &World,
        listed: &[(String, u64)],
        scope: &Scope,
        changed_meanwhile: Option<&str>,
    ) -> Option<Reading> {
        let content = world.folder.content();
        if content.is_unreadable || content.fails_after.is_some() {
            return None;
        }
        let unlisted = content.unlisted.clone();
        drop(content);
        let is_hidden = |path: &str| {
            let folder = path.split_once('/').map(|(folder, _)| folder);
            folder.is_some_and(|folder| unlisted.contains(folder))
        };
        let is_in_scope = |path: &str| match scope {
            Scope::All | Scope::Ids | Scope::Recent => true,
            Scope::At { path: at, .. } => {
                let rest = path.strip_prefix(at.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
        };
        let stored = self.articles().len();
        let known: Vec<String> = self.rows.keys().cloned().collect();
        let mut freed = Vec::new();
        let reread = self.reread && scope.is_full();
        for (path, version) in listed.iter().filter(|(path, _)| is_in_scope(path)) {
            if is_hidden(path) {
                continue;
            }
            let is_unchanged = self
                .rows
                .get(path)
                .is_some_and(|row| row.version == *version);
            if !is_unchanged || reread {
                let is_changing = changed_meanwhile == Some(path);
                self.read_file(world, path, is_changing, &mut freed);
            }
        }
        self.retry(world, freed);
        if scope.is_full() {
            self.reread = false;
        }
        let is_listed = |path: &String| listed.iter().any(|(listed, _)| listed == path);
        let hidden = known
            .iter()
            .filter(|path| is_hidden(path))
            .cloned()
            .collect();
        let gone = known.into_iter();
        let gone = gone.filter(|path| is_in_scope(path) && !is_listed(path) && !is_hidden(path));
        let gone: BTreeSet<String> = gone.filter(|path| self.rows.contains_key(path)).collect();
        let owns = |path: &&String| self.rows[*path].owns.is_some();
        let new = gone
            .iter()
            .filter(owns)
            .filter(|path| !self.held.contains(*path));
        Some(Reading {
            new: new.cloned().collect(),
            gone,
            hidden,
            is_full: scope.is_full(),
            stored,
        })
    }

    fn read_file(&mut self, world: &World, path: &str, is_changing: bool, freed: &mut Vec<String>) {
        let Some((version, content)) = world.version(path) else {
            return;
        };
        let fault = world.fault(path);
        if is_changing || fault == Some(FileFault::Unsettled) {
            return;
        }
        let article = content.filter(|_| fault.is_none());
        let Some(article) = article else {
            // Its last good version stays.
            let row = self.rows.entry(path.to_owned()).or_default();
            row.version = if fault.is_some() { 0 } else { version };
            row.waits_for = None;
            return;
        };
        let key = article.key(path);
        let before = self.rows.get(path).and_then(|row| row.owns.clone());
        if let Some((before, _)) = before.filter(|(before, _)| *before != key) {
            self.rows.remove(path);
            freed.push(before);
        }
        let owner = self.rows.iter().find(|(other, row)| {
            let owned = row.owns.as_ref().map(|(owned, _)| owned);
            *other != path && owned == Some(&key)
        });
        let waits = |version| Row {
            version,
            owns: None,
            waits_for: Some(key.clone()),
        };
        let mut row = Row {
            version,
            owns: Some((key.clone(), article)),
            waits_for: None,
        };
        match owner.map(|(owner, row)| (owner.clone(), row.version)) {
            None => {}
            Some((owner, _)) if !world.is_visible(&owner) => drop(self.rows.remove(&owner)),
            Some((owner, _)) if owner.as_str() < path => row = waits(version),
            Some((owner, version)) => drop(self.rows.insert(owner, waits(version))),
        }
        self.rows.insert(path.to_owned(), row);
    }

    /// Reads the files again that wait for keys which are free now.
    fn retry(&mut self, world: &World, mut freed: Vec<String>) {
        while let Some(key) = freed.pop() {
            let waiting = self.rows.iter_mut();
            let waiting = waiting.filter(|(_, row)| row.waits_for.as_ref() == Some(&key));
            let paths: Vec<String> = waiting
                .map(|(path, row)| {
                    row.version = 0;
                    path.clone()
                })
                .collect();
            for path in paths {
                if world.is_visible(&path) {
                    self.read_file(world, &path, false, &mut freed);
                }
            }
        }
    }

    /// Whether what is missing is exactly what is held, as far as this process knows that.
    pub(super) fn is_exactly_held(&self, reading: &Reading) -> bool {
        let owns = |path: &&String| self.rows[*path].owns.is_some();
        let missing = reading.gone.iter().filter(owns);
        self.is_restored || missing.eq(&self.held)
    }

    /// Whether the new losses of a reading must be held.
    pub(super) fn verdict(&mut self, reading: &Reading, boot: i64) -> Verdict {
        while self
            .removals
            .front()
            .is_some_and(|first| boot - first.boot >= 60)
        {
            self.removals.pop_front();
        }
        let removed: usize = self.removals.iter().map(|reading| reading.removed).sum();
        let first = self.removals.front();
        let references = [
            first.map_or(reading.stored, |first| first.stored),
            reading.stored + removed,
        ];
        let lost = reading.new.len() + removed;
        let is_too_many = |of: &usize| lost * 2 > *of && *of >= 10;
        match (reading.new.len(), self.held.is_empty() && !self.is_restored) {
            (0, _) => Verdict::Either,
            (_, false) => Verdict::Either,
            // One that follows others at once may belong to them.
            (1, true) if self.removals.iter().any(|last| last.boot == boot) => Verdict::Either,
            (1, true) => Verdict::Removed,
            (_, true) if references.iter().all(is_too_many) => Verdict::Held,
            (_, true) if references.iter().any(is_too_many) => Verdict::Either,
            (_, true) => Verdict::Removed,
        }
    }

    /// Removes what a reading removed.
    pub(super) fn remove(
        &mut self,
        world: &World,
        reading: &Reading,
        removed: &BTreeSet<String>,
        boot: i64,
    ) {
        let mut freed = Vec::new();
        let mut articles = 0;
        for path in removed {
            let row = self.rows.remove(path);
            let owned = row.and_then(|row| row.owns);
            articles += usize::from(owned.is_some());
            freed.extend(owned.map(|(key, _)| key));
        }
        self.retry(world, freed);
        self.removals.push_back(Removal {
            boot,
            stored: reading.stored,
            removed: articles,
        });
        let owns = |path: &&String| self.rows.get(*path).is_some_and(|row| row.owns.is_some());
        let gone: BTreeSet<String> = reading.gone.iter().filter(owns).cloned().collect();
        // What was held has returned once a full reading has found it.
        let stays = |path: &String| !reading.is_full || reading.hidden.contains(path);
        match self.is_restored && reading.is_full {
            // A new process knows the loss by its number alone.
            true => self.held.clear(),
            false => self.held.retain(stays),
        }
        let is_known =
            reading.is_full && (reading.hidden.is_empty() || !gone.is_empty() || articles > 0);
        self.is_restored &= !is_known;
        self.held.extend(gone);
    }

    /// A new process knows nothing of the last minute.
    pub(super) fn restart(&mut self, is_restored: bool) {
        self.removals.clear();
        self.is_restored = is_restored;
    }
}
