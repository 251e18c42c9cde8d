//! A folder of article files.
//!
//! Listing and reading are separate, so an unchanged file costs one `stat`. What a missing file
//! means is decided in [`ingest`](crate::ingest).

pub mod events;
pub(crate) mod file;
mod file_name;
mod inheritance;
mod links;
mod listing;
mod path_filter;
mod sibling_files;
#[cfg(test)]
pub(crate) mod testkit;
pub(crate) mod watcher;
mod write_log;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use icu_normalizer::ComposingNormalizerBorrowed;

use self::file::{FILE_BYTES_MAX, read_unchanged, too_large};
use self::file_name::{FileFormat, format_of};
use self::inheritance::{Inheritance, Inherited, Parents};
use self::listing::{Listing, SkippedFiles};
use self::path_filter::PathFilter;
use super::article_file::fields::{self, Fields};
use super::article_file::hidden;
use super::article_file::{
    ParseContext, date, encoding, front_matter, html, json, markdown, newsroom, rough_keys,
};
use super::{Place, ReadOutcome, Unlisted};
use crate::config::{DirectoryConfig, KeyFrom, LegacyEncoding, Watch};
use crate::model::article::{AcceptSettings, Accepted, Body, Draft, Refusal, Visibility};
use crate::model::article_path::ArticlePath;
use crate::model::time::Timestamp;
use crate::source::directory::write_log::WriteLog;
use crate::text;

/// A folder of article files.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
    key: KeyFrom,
    watch: Watch,
    legacy: LegacyEncoding,
    reading: AcceptSettings,
    write_log: WriteLog,
    filter: PathFilter,
    inheritance: Inheritance,
    skipped: SkippedFiles,
}

impl Directory {
    /// `reading` is how its articles are read: time zone, default language, site address,
    /// permalinks.
    pub fn new(config: &DirectoryConfig, reading: AcceptSettings) -> Directory {
        let write_log = WriteLog::default();
        Directory {
            root: config.path.clone(),
            key: config.key,
            watch: config.watch,
            legacy: config.legacy_encoding,
            filter: PathFilter::new(&config.include, &config.exclude),
            inheritance: Inheritance::new(
                &config.path,
                config.legacy_encoding,
                &reading,
                write_log.clone(),
            ),
            reading,
            write_log,
            skipped: SkippedFiles::default(),
        }
    }

    /// The same folder, sharing the write log of an earlier configuration.
    pub fn with_write_log(self, write_log: WriteLog) -> Directory {
        Directory {
            inheritance: self.inheritance.with_write_log(write_log.clone()),
            write_log,
            ..self
        }
    }

    /// The writes and links that events and listings record.
    pub fn write_log(&self) -> &WriteLog {
        &self.write_log
    }

    /// How changes are noticed between two listings.
    pub fn watch(&self) -> Watch {
        self.watch
    }

    /// The path of the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Everything that changes how a file is read, as bytes for a digest.
    pub fn reading_bytes(&self) -> Vec<u8> {
        let key = match self.key {
            KeyFrom::Path => "path",
            KeyFrom::Name => "name",
        };
        let mut bytes = [key, self.legacy.name(), ""].join("\n").into_bytes();
        bytes.extend(self.reading.bytes());
        bytes
    }

    /// Lists every file that may hold an article, in byte order of the paths, and everything that
    /// cannot be listed. `below` limits the listing to one file or folder; if it does not exist,
    /// the listing is empty as long as the folder itself exists.
    pub fn walk(
        &self,
        below: Option<&str>,
        closed: bool,
    ) -> impl Iterator<Item = Result<Place, Unlisted>> + use<> {
        Listing::start(
            &self.root,
            below,
            closed,
            &self.write_log,
            &self.filter,
            &self.inheritance,
            &self.skipped,
        )
    }

    /// As [`Source::skipped`](crate::source::Source::skipped).
    pub fn skipped(&self) -> BTreeMap<String, usize> {
        self.skipped.counts()
    }

    /// The files at these paths with their current stamps, without missing ones.
    pub fn stat(&self, paths: &[String]) -> Vec<Place> {
        // By folder, because all files in one have the same parents.
        let mut parents: HashMap<&str, Option<Parents>> = HashMap::new();
        let mut places = Vec::new();
        for path in paths {
            let Some(mut place) = self.stat_file(path) else {
                continue;
            };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let parents = parents.entry(folder).or_insert_with(|| {
                let parents = self.inheritance.parents(Some(path), &mut Vec::new());
                parents.ok()
            });
            match parents {
                Some(parents) => self.inheritance.mark(&mut place, parents),
                None => Inheritance::mark_unknown(&mut place),
            }
            places.push(place);
        }
        places
    }

    fn stat_file(&self, path: &str) -> Option<Place> {
        #[cfg(test)]
        if let Some(folder) = testkit::FakeFolder::at(&self.root) {
            return folder.stat(path);
        }
        let metadata = fs::metadata(self.root.join(path)).ok()?;
        metadata.is_file().then(|| Place {
            path: path.to_owned(),
            stamp: file::stamp(&metadata),
            closed: false,
            recheck: false,
            columns: None,
        })
    }

    /// Reads and accepts one file at `now`. A panic while accepting it costs this file alone.
    pub fn read(&self, found: &Place, now: Timestamp) -> ReadOutcome {
        // What was said of it when it was listed is not known any more; a new listing says it.
        let Some((stamp, inherited)) = self.inheritance.find(found.stamp) else {
            return ReadOutcome::Unsettled;
        };
        let found = &Place {
            stamp,
            ..found.clone()
        };
        let outcome = self.read_file(found, &inherited, now);
        match outcome {
            // A hidden article must not be public by its last good version.
            ReadOutcome::Refused(refusal) => {
                ReadOutcome::Refused(refusal.withdrawn_if(inherited.is_hidden))
            }
            ReadOutcome::Unreadable(refusal) => {
                ReadOutcome::Unreadable(refusal.withdrawn_if(inherited.is_hidden))
            }
            outcome => outcome,
        }
    }

    fn read_file(&self, found: &Place, inherited: &Inherited, now: Timestamp) -> ReadOutcome {
        let is_being_written = || self.write_log.is_being_written(found.stamp.inode);
        if is_being_written() {
            return ReadOutcome::Unsettled;
        }
        let bytes = match self.read_bytes(found) {
            Ok(_) if is_being_written() => return ReadOutcome::Unsettled,
            Ok(Some(bytes)) => bytes,
            Ok(None) => return ReadOutcome::Unsettled,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return ReadOutcome::Unsettled,
            Err(error) => {
                return ReadOutcome::Unreadable(self.unreadable(
                    &found.path,
                    inherited,
                    &error,
                    now,
                ));
            }
        };
        let outcome = ReadOutcome::of("file", || match found.stamp.size > FILE_BYTES_MAX {
            true => Err(too_large(found.stamp.size)),
            false => self.accept(&found.path, &bytes, inherited),
        });
        match outcome {
            ReadOutcome::Refused(refusal) if !refusal.withdraws => ReadOutcome::of("file", || {
                Err(self.withdraw_hidden(&found.path, &bytes, inherited, refusal, now))
            }),
            outcome => outcome,
        }
    }

    /// The refusal of a file that cannot be read: what is above it may hide its article.
    fn unreadable(
        &self,
        path: &str,
        inherited: &Inherited,
        error: &io::Error,
        now: Timestamp,
    ) -> Refusal {
        let hint = "make the file readable for the user that runs taspa";
        let refusal = Refusal::new(None, format!("cannot be read: {error}"), hint);
        let context = self.context(path, inherited);
        Fields::new(&[], 1, &self.reading).refuse(refusal, &context, now)
    }

    /// The refusal of a file with these bytes, for whatever reason: where they may hide the article, its last
    /// good version goes too. Keys that cannot be parsed are searched for roughly.
    fn withdraw_hidden(
        &self,
        path: &str,
        bytes: &[u8],
        inherited: &Inherited,
        refusal: Refusal,
        now: Timestamp,
    ) -> Refusal {
        let text = encoding::decode_damaged(bytes, self.legacy);
        let text = text::clean(text.strip_prefix('\u{feff}').unwrap_or(&text));
        let context = self.context(path, inherited);
        let keys = match format_of(path) {
            Some(FileFormat::Markdown | FileFormat::Mdx | FileFormat::Html) => {
                front_matter::split(&text, &context)
                    .map(|file| file.pairs)
                    .ok()
            }
            Some(FileFormat::Json) => json::keys(&text, &context).ok(),
            Some(FileFormat::Newsroom) | None => None,
        };
        // Without title and date they are not the keys of the article, which may be a table of its own.
        let keys = keys.filter(|keys| Fields::new(keys, 1, &self.reading).are_of_article());
        let keys = keys.unwrap_or_else(|| rough_keys::find(&text, &self.reading));
        Fields::new(&keys, 1, &self.reading).refuse(refusal, &context, now)
    }

    fn context<'c>(&'c self, path: &str, inherited: &'c Inherited) -> ParseContext<'c> {
        ParseContext {
            name_date: date::at_front(path),
            settings: &self.reading,
            inherited: &inherited.pairs,
        }
    }

    fn read_bytes(&self, found: &Place) -> io::Result<Option<Vec<u8>>> {
        #[cfg(test)]
        if let Some(folder) = testkit::FakeFolder::at(&self.root) {
            return folder.read(found);
        }
        read_unchanged(&self.root.join(&found.path), found)
    }

    fn accept(&self, path: &str, bytes: &[u8], inherited: &Inherited) -> Result<Accepted, Refusal> {
        let text = encoding::decode(bytes, self.legacy)?;
        let context = self.context(path, inherited);
        let mut draft: Draft = match format_of(path) {
            Some(FileFormat::Newsroom) | None => {
                let mut draft = newsroom::parse(&text)?;
                hide(&mut draft, inherited, &self.reading)?;
                draft
            }
            Some(FileFormat::Markdown) => markdown::parse(&text, &context)?,
            Some(FileFormat::Mdx) => as_mdx(markdown::parse(&text, &context)?),
            Some(FileFormat::Html) => html::parse(&text, &context)?,
            Some(FileFormat::Json) => json::parse(&text, &context)?,
        };
        if inherited.is_hidden {
            draft.visibility = Visibility::Draft;
        }
        inherited.name_authors(&mut draft);
        draft.path = path.rsplit_once('.').map(|(path, _)| path.to_owned());
        if let Some(folder) = self.root.join(path).parent() {
            sibling_files::fill_lengths(folder, &mut draft);
        }
        let key = draft.own_key()?.unwrap_or_else(|| self.key_of(path));
        draft.accept(key, &self.reading)
    }

    /// The key of an article without an id: its path or name in NFC, without extension. `x/index`
    /// becomes `x`.
    pub fn key_of(&self, path: &str) -> String {
        let path = path.rsplit_once('.').map_or(path, |(path, _)| path);
        let path = ArticlePath::new(path, self.reading.languages.tags());
        let key = match self.key {
            KeyFrom::Path => path.key(),
            KeyFrom::Name => path.short_key(),
        };
        ComposingNormalizerBorrowed::new_nfc()
            .normalize(&key)
            .into_owned()
    }
}

/// Newsroom text has no keys of its own that come before those of a cascade.
fn hide(
    draft: &mut Draft,
    inherited: &Inherited,
    settings: &AcceptSettings,
) -> Result<(), Refusal> {
    let marks = hidden::marks(&inherited.pairs, settings);
    if let Some(refusal) = marks.hiding.refusal() {
        return Err(refusal);
    }
    draft.visibility = match marks.visibility() {
        Visibility::Public => draft.visibility,
        other => other,
    };
    let resolve = |date| settings.zone.resolve(date);
    let expires = marks.expires.into_iter().min_by_key(|&date| resolve(date));
    draft.expires = draft.expires.or(expires);
    let date = fields::inherited_date(&inherited.pairs, settings)?;
    if let Some(date) = date.filter(|&date| resolve(date) > resolve(draft.published)) {
        draft.published = date;
    }
    Ok(())
}

fn as_mdx(draft: Draft) -> Draft {
    let body = match draft.body {
        Body::Markdown(text) => Body::Mdx(text),
        body => body,
    };
    Draft { body, ..draft }
}

#[cfg(test)]
mod tests;
