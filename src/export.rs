//! The export: a snapshot as files, for a host that knows nothing else.
//!
//! [`Plan`] says which files there are to be, a [`Folder`] remembers in its [`Manifest`] which an
//! earlier export wrote. What the manifest vouches for is neither made nor touched, so an export costs
//! what changed. Every file has the bytes that the daemon serves and, as its date, their
//! `Last-Modified`; a document that cannot be made costs itself alone.

pub mod entry_cache;
mod folder;
mod manifest;
mod plan;

use crate::render::pages::PageRequest;
use std::collections::{BTreeMap, HashSet};
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use bytes::Bytes;

pub use self::folder::{Folder, FolderError, Standing};
pub use self::manifest::{FILE, Manifest, Written};
pub use self::plan::{Pages, Plan, Planned, Source, Told, is_file_path};
use crate::export::entry_cache::EntryCache;
use crate::feed::coding::Coding;
use crate::feed::document::Feed;
use crate::feed::snapshot::{ETag, Snapshot, last_modified};
use crate::ingest;
use crate::model::problem::chain;
use crate::model::time::Timestamp;
use crate::model::validators::Validators;
use crate::publish::published_state::PublishedState;
use crate::publish::publisher::{PageMissing, Publisher, Removal};
use crate::render::compress::encode;
use crate::render::pages::locale::Locale;
use crate::serve::document_cache::DocumentError;

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct Options {
    /// The codings of text beside its plain bytes.
    pub codings: Vec<Coding>,
    /// Whether people get pages.
    pub pages: Pages,
    /// Whether more than half of the articles may be gone since the last export.
    pub removal: Removal,
}

/// What an export did.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Files that were written.
    pub written: usize,
    /// Files that were left as they are.
    pub unchanged: usize,
    /// Files that were deleted.
    pub removed: usize,
    /// Files that are not what they should be, and why.
    pub failures: Vec<Failure>,
    /// Why something that is served has no file.
    pub homeless: Vec<String>,
    /// Whether it ended before all was done: nothing more could be written, or somebody stopped it.
    pub cut_short: bool,
}

/// A file that could not be brought up to date; an earlier version of it stays.
#[derive(Debug)]
pub struct Failure {
    /// Its path below the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl Failure {
    fn of_manifest(error: &io::Error) -> Failure {
        Failure {
            path: FILE.to_owned(),
            reason: format!("cannot be written: {error}"),
        }
    }
}

/// How far an export is, for whoever watches it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    documents: AtomicUsize,
    done: AtomicUsize,
}

impl Progress {
    /// The documents that are done, and all of them; none before they are known.
    pub fn reached(&self) -> Option<(usize, usize)> {
        let documents = self.documents.load(Ordering::Relaxed);
        (documents > 0).then(|| (self.done.load(Ordering::Relaxed), documents))
    }
}

/// Why nothing was exported at all.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no snapshot.
    #[error("nothing is published")]
    Unpublished,
    /// Most articles are gone.
    #[error("of the {before} articles of the last export {now} are left: all files stay")]
    Shrunk {
        /// The articles that the last export knew.
        before: usize,
        /// The articles that are there now.
        now: usize,
    },
}

/// Brings `folder` up to what `publisher` has published of so many `articles`. It ends early, with whole
/// files, once `stop` is true.
///
/// # Errors
/// [`ExportError`]; no file was touched then.
pub fn export(
    publisher: &Publisher,
    folder: Folder,
    articles: usize,
    options: &Options,
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<Outcome, ExportError> {
    let (published, overview) = publisher
        .published()
        .zip(publisher.overview())
        .ok_or(ExportError::Unpublished)?;
    let before = folder.before().articles;
    let is_shrunk = ingest::is_too_many(before.saturating_sub(articles), before);
    if is_shrunk && options.removal == Removal::Held {
        let now = articles;
        return Err(ExportError::Shrunk { before, now });
    }
    let plan = Plan::new(
        &published,
        &overview,
        told(publisher, &published.snapshot, options),
        options.pages,
    );
    let run = Run::new(publisher, &published, &folder, &plan, options);
    let (mut outcome, mut kept) = run.all(progress, stop);
    if !outcome.cut_short {
        remove(&folder, &mut kept, &mut outcome);
    }
    outcome.homeless = plan.homeless;
    let manifest = Manifest {
        articles,
        files: kept,
    };
    if let Err(error) = folder.finish(&manifest) {
        outcome.failures.push(Failure::of_manifest(&error));
        outcome.cut_short = true;
    }
    Ok(outcome)
}

/// The articles that may have a page here; none where all have one elsewhere.
fn told(publisher: &Publisher, snapshot: &Snapshot, options: &Options) -> Vec<Told> {
    if options.pages == Pages::Left || snapshot.config.source.link().is_some() {
        return Vec::new();
    }
    let released = publisher.released().into_iter();
    released
        .map(|(key, updated)| Told { key, updated })
        .collect()
}

/// Deletes what earlier exports wrote and this one does not have.
fn remove(folder: &Folder, kept: &mut BTreeMap<String, Written>, outcome: &mut Outcome) {
    let before = folder.before();
    let gone: Vec<(&String, &Written)> = before
        .files
        .iter()
        .filter(|(path, _)| !kept.contains_key(*path))
        .collect();
    for (path, written) in gone {
        match folder.remove(path) {
            Ok(()) => outcome.removed += 1,
            Err(error) => {
                outcome.failures.push(Failure {
                    path: path.clone(),
                    reason: format!("cannot be deleted: {error}"),
                });
                kept.insert(path.clone(), *written);
            }
        }
    }
}

/// One export, looked at by all its workers.
struct Run<'a> {
    publisher: &'a Publisher,
    published: &'a PublishedState,
    folder: &'a Folder,
    shelf: EntryCache<'a>,
    codings: Vec<Coding>,
    documents: &'a [Planned],
    /// The instant that the snapshot is true for.
    as_of: Timestamp,
    /// Documents that need not be made, by their path.
    vouched: HashSet<&'a str>,
}

/// What one worker did.
#[derive(Default)]
struct Share {
    outcome: Outcome,
    kept: BTreeMap<String, Written>,
}

/// Why a document is not in its files.
enum Refused {
    /// It is not served here.
    NotHere,
    /// It cannot be made.
    Unmade(String),
}

impl<'a> Run<'a> {
    fn new(
        publisher: &'a Publisher,
        published: &'a PublishedState,
        folder: &'a Folder,
        plan: &'a Plan,
        options: &Options,
    ) -> Run<'a> {
        let others = options.codings.iter().copied();
        let others = others.filter(|coding| *coding != Coding::Identity);
        let mut run = Run {
            publisher,
            published,
            folder,
            shelf: publisher.shelf(),
            codings: [Coding::Identity].into_iter().chain(others).collect(),
            documents: &plan.documents,
            as_of: as_of(&published.snapshot),
            vouched: HashSet::new(),
        };
        let vouched = run.documents.iter().filter(|document| {
            let seal = document.seal();
            seal.is_some_and(|seal| run.files(document).all(|path| run.is_vouched(&path, seal)))
        });
        run.vouched = vouched.map(|document| &*document.path).collect();
        run
    }

    /// Does everything, on all processors.
    fn all(&self, progress: &Progress, stop: &AtomicBool) -> (Outcome, BTreeMap<String, Written>) {
        let documents = self.documents.len();
        progress.documents.store(documents, Ordering::Relaxed);
        let jobs: Vec<&[Planned]> = self.documents.chunk_by(Planned::is_beside).collect();
        let next = AtomicUsize::new(0);
        let cut_short = AtomicBool::new(false);
        let work = |worker| {
            let mut share = Share::default();
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) || cut_short.load(Ordering::Relaxed) {
                    cut_short.store(true, Ordering::Relaxed);
                    job.iter()
                        .for_each(|document| self.keep(document, &mut share));
                    continue;
                }
                if let Err(error) = self.job(job, worker, &mut share) {
                    // The others would meet the same.
                    cut_short.store(true, Ordering::Relaxed);
                    share.outcome.failures.push(error);
                }
                progress.done.fetch_add(job.len(), Ordering::Relaxed);
            }
            share
        };
        let workers = thread::available_parallelism().map_or(1, NonZero::get);
        let shares: Vec<Share> = thread::scope(|scope| {
            let started: Vec<_> = (0..workers)
                .map(|worker| scope.spawn(move || work(worker)))
                .collect();
            let joined = started.into_iter().map(thread::ScopedJoinHandle::join);
            joined
                .map(|share| share.expect("a worker does not panic"))
                .collect()
        });
        let (mut outcome, mut kept) = (Outcome::default(), BTreeMap::new());
        for share in shares {
            outcome.written += share.outcome.written;
            outcome.unchanged += share.outcome.unchanged;
            outcome.failures.extend(share.outcome.failures);
            kept.extend(share.kept);
        }
        outcome.cut_short = cut_short.into_inner();
        outcome.failures.sort_by(|a, b| a.path.cmp(&b.path));
        (outcome, kept)
    }

    /// Brings the files of a feed in all its formats, or of one other document, up to date.
    fn job(&self, job: &[Planned], worker: usize, share: &mut Share) -> Result<(), Failure> {
        let mut composed = None;
        for document in job {
            let made = match (self.vouched.contains(&*document.path), document.seal()) {
                (true, Some(seal)) => Ok((None, seal)),
                (_, seal) => self.make(document, &mut composed).map(|bytes| {
                    let seal = seal.unwrap_or_else(|| ETag::of(&bytes).digest());
                    (Some(bytes), seal)
                }),
            };
            match made {
                Ok((bytes, seal)) => self.write(document, bytes, seal, worker, share)?,
                Err(Refused::NotHere) => {}
                Err(Refused::Unmade(reason)) => {
                    let path = document.path.clone();
                    share.outcome.failures.push(Failure { path, reason });
                    self.keep(document, share);
                }
            }
        }
        Ok(())
    }

    fn make(&self, document: &Planned, composed: &mut Option<Feed>) -> Result<Bytes, Refused> {
        let unmade =
            |error: DocumentError| Refused::Unmade(format!("cannot be made: {}", chain(&error)));
        match &document.source {
            Source::Feed(version, format) => {
                let feed = match composed.take() {
                    Some(feed) => feed,
                    None => {
                        let feed = self.shelf.compose(version);
                        feed.map_err(|error| unmade(error.into()))?
                    }
                };
                let written = crate::render::render(*format, composed.insert(feed));
                written
                    .map(Bytes::from)
                    .map_err(|error| unmade(error.into()))
            }
            Source::Page(wanted) => self.page(wanted).map_err(|refused| match refused {
                Ok(error) => unmade(error),
                Err(PageMissing::Store(error)) => unmade(error.into()),
                Err(PageMissing::Elsewhere(_) | PageMissing::Unknown(_)) => Refused::NotHere,
            }),
            Source::Asset(asset) => Ok(asset.bytes.clone()),
        }
    }

    fn page(&self, wanted: &PageRequest) -> Result<Bytes, Result<DocumentError, PageMissing>> {
        let snapshot = &self.published.snapshot;
        let page = self.publisher.page(snapshot, wanted.clone()).map_err(Err)?;
        let locale = Locale::of_site(&snapshot.config.site.language);
        self.publisher
            .render_page(&page, self.published, locale)
            .map_err(Ok)
    }

    /// Brings the files of a document up to date; without `bytes`, all of them are.
    ///
    /// An error ends the export: no other file could be written either.
    fn write(
        &self,
        document: &Planned,
        bytes: Option<Bytes>,
        seal: u128,
        worker: usize,
        share: &mut Share,
    ) -> Result<(), Failure> {
        for (path, coding) in self.files(document).zip(&self.codings) {
            let before = self.folder.before().files.get(&path);
            let modified = self.date(document, seal, before);
            let vouched = before.filter(|_| bytes.is_none() || self.is_vouched(&path, seal));
            if let Some(before) = vouched {
                let written = Written {
                    modified,
                    ..*before
                };
                if self.folder.standing(&path, &written) != Standing::AsWritten {
                    self.folder.redate(&path, modified);
                }
                share.outcome.unchanged += 1;
                share.kept.insert(path, written);
                continue;
            }
            let Some(bytes) = &bytes else { continue };
            let begun = self.folder.begin(|| self.giving_up());
            begun.map_err(|error| Failure::of_manifest(&error))?;
            let put = self.put(&path, bytes, *coding, modified, worker);
            match put {
                Ok(size) => {
                    let written = Written {
                        seal: Some(seal),
                        bytes: size,
                        modified,
                    };
                    share.outcome.written += 1;
                    share.kept.insert(path, written);
                }
                Err(error) => {
                    let reason = format!("cannot be written: {error}");
                    let failure = Failure { path, reason };
                    self.keep(document, share);
                    if is_final(&error) {
                        return Err(failure);
                    }
                    share.outcome.failures.push(failure);
                    break;
                }
            }
        }
        Ok(())
    }

    fn put(
        &self,
        path: &str,
        bytes: &Bytes,
        coding: Coding,
        modified: Timestamp,
        worker: usize,
    ) -> io::Result<u64> {
        let coded = encode(bytes.clone(), coding)?;
        self.folder.put(path, &coded, modified, worker)?;
        Ok(coded.len() as u64)
    }

    /// The manifest before, with nothing vouched for that may be touched.
    fn giving_up(&self) -> Manifest {
        let mut manifest = self.folder.before().clone();
        let touched = self.documents.iter();
        let touched = touched.filter(|document| !self.vouched.contains(&*document.path));
        for path in touched.flat_map(|document| self.files(document)) {
            let unknown = Written {
                seal: None,
                bytes: 0,
                modified: Timestamp(0),
            };
            let written = manifest.files.entry(path).or_insert(unknown);
            *written = written.unsealed();
        }
        manifest
    }

    /// Keeps what earlier exports wrote of a document and this one has not replaced.
    fn keep(&self, document: &Planned, share: &mut Share) {
        for path in self.files(document) {
            if let Some(before) = self.folder.before().files.get(&path) {
                share.kept.entry(path).or_insert(*before);
            }
        }
    }

    /// The files of a document, in the order of the codings.
    fn files(&self, document: &Planned) -> impl Iterator<Item = String> {
        let codings = match document.is_text() {
            true => &self.codings[..],
            false => &self.codings[..1],
        };
        let path = &document.path;
        codings
            .iter()
            .map(move |coding| format!("{path}{}", coding.file_suffix()))
    }

    /// Whether an earlier export wrote the same, and it is still there.
    fn is_vouched(&self, path: &str, seal: u128) -> bool {
        let before = self.folder.before().files.get(path);
        let before = before.filter(|before| before.seal == Some(seal));
        before.is_some_and(|before| self.folder.standing(path, before) != Standing::Amiss)
    }

    /// The date of a file: that of its content, which moves forward whenever the bytes move.
    fn date(&self, document: &Planned, seal: u128, before: Option<&Written>) -> Timestamp {
        let before = before.map(|before| Validators {
            // Unknown bytes are others.
            digest: before.seal.unwrap_or(!seal),
            last_modified: before.modified,
        });
        let dated = last_modified(seal, document.modified, before, self.as_of);
        match document.source {
            // A feed may have moved to and fro meanwhile.
            Source::Feed(..) => dated.max(document.modified),
            Source::Page(_) | Source::Asset(_) => dated,
        }
    }
}

fn as_of(snapshot: &Snapshot) -> Timestamp {
    let instants = snapshot.feeds.values().map(|version| version.as_of);
    instants.max().unwrap_or(snapshot.publication.epoch())
}

/// Whether an error will meet every other file too.
fn is_final(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    matches!(
        error.kind(),
        StorageFull | QuotaExceeded | ReadOnlyFilesystem
    )
}
