//! A site of WordPress, read through its REST interface: what WordPress renders is what feeds carry.
//!
//! A listing shows the ids and dates of posts, and what they name by numbers, so that WordPress renders
//! only the texts of those that are read. A post's place is its id, and its stamp is made of everything that
//! a listing shows, with the words of its categories, tags and author and with its picture.
//!
//! A poll asks for what was modified, for the newest posts by date, among which those are that were
//! scheduled, and for the newest by id, among which those are that came with an old date; so every arrival
//! is seen, and a number of posts that is not the number stored shows that one has gone.
//!
//! ```text
//!  WordPress::walk ──▶ Walk (all) · poll::recent ──▶ Listing, Lookups ──▶ Site ──▶ HttpClient
//!  WordPress::read ──▶ post::accept                    (a call at a time, repeated, with its pauses)
//! ```

mod description;
mod enclosures;
mod error;
mod interface;
mod limited_json;
mod listing;
mod lookup_table;
mod lookups;
mod plain_text;
mod poll;
mod post;
mod post_summary;
mod reading;
mod removed_posts;
mod site;
mod term_slugs;
#[cfg(test)]
pub(crate) mod testkit;
#[cfg(test)]
mod tests;
mod walk;
pub(crate) mod watcher;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;
use tokio::runtime::{Builder, Runtime};
use url::Url;
use xxhash_rust::xxh3::xxh3_128;

pub use self::description::SiteDescription;
pub use self::error::WordPressError;
use self::lookups::Lookups;
use self::poll::{one, recent};
use self::post_summary::KnownPosts;
use self::reading::CallSize;
use self::site::{RateLimit, Site};
pub use self::term_slugs::TermSlugs;
use self::walk::{Walk, unlisted};
use super::{ListingError, Place};
use crate::config::WordPressConfig;
use crate::http_client::{CallLimits, HttpClient, Proxies, TlsRoots};
use crate::model::article::{ACCEPT_VERSION, AcceptSettings};
use crate::model::record::Stamp;
use crate::model::time::Timestamp;
use crate::model::version;

pub(super) use self::limited_json::ITEMS_A_CALL;

/// How far before the last listing a poll starts: posts in the recheck window, and ten seconds for what was
/// being written.
///
/// And an hour: WordPress compares with the clock of its own zone, which repeats one when summer time ends.
const OVERLAP_SECONDS: i64 = crate::source::recheck_window::RECHECK_SECONDS + 10 + 3_600;

/// How the memory of a first reading that has not ended begins,
const FIRST_READING: &str = "first reading ";

/// and that of a full reading.
const TERM_SLUGS: &str = "numbers ";

/// What a listing of all posts takes the words of categories, tags, authors and pictures from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// What is known of them.
    Known,
    /// The site, anew.
    Renewed,
}

/// A site of WordPress.
#[derive(Clone, Debug)]
pub struct WordPress(Arc<Inner>);

struct Inner {
    site: Site,
    name: String,
    refresh: Duration,
    rows: Duration,
    settings: AcceptSettings,
    lookups: tokio::sync::Mutex<Lookups>,
    term_slugs: Arc<TermSlugs>,
    state: Mutex<State>,
    /// `None` only while this is dropped.
    runtime: Option<Runtime>,
}

/// What the listings until now have shown.
#[derive(Clone, Debug, Default)]
struct State {
    /// The clock of the site when the last complete listing began.
    listed: Option<Timestamp>,
    /// The last change of a post.
    newest: Option<Timestamp>,
    /// What is known of each type of posts; empty before a complete listing.
    types: Vec<TypeState>,
    /// Whether a poll could not list what it had to, since the watcher asked.
    has_failed_poll: bool,
    /// Until when polls list posts again that name something which an answer lacked.
    gaps_until: Option<Instant>,
    /// Posts that have gone, until the listing of one place says so.
    removed: BTreeSet<u64>,
    /// How many posts of each type the last listing lacked, and since when listings lack as many.
    lacking: Option<(Vec<u64>, Instant)>,
    /// Whether the site lists posts by their last change; `None` until it was asked.
    filters_changes: Option<bool>,
    call_size: CallSize,
    /// Posts that the site could not show when they were asked for alone.
    failed: BTreeMap<u64, FailedPost>,
    /// Posts that were listed and then not shown, and how often in a row.
    absent: BTreeMap<u64, u32>,
}

/// A post that the site could not show.
#[derive(Clone, Debug)]
struct FailedPost {
    /// Its stamp then; `None` when it is to be asked for again.
    stamp: Option<Stamp>,
    reason: String,
}

/// What the listings have shown of a type of posts.
#[derive(Clone, Debug, Default)]
struct TypeState {
    known: KnownPosts,
    /// Posts that the site counted last.
    counted: u64,
    /// How many posts the site counts beyond those that it lists, if it does so for good.
    hidden: u64,
}

impl fmt::Debug for Inner {
    /// Leaves out the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Drop for Inner {
    /// Waiting for the runtime's tasks would panic in an async context.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl WordPress {
    /// The site that `config` names. Does not connect.
    ///
    /// # Errors
    /// When no thread can be started, or the address is not valid.
    pub fn new(
        config: &WordPressConfig,
        settings: AcceptSettings,
    ) -> Result<WordPress, WordPressError> {
        WordPress::with_rate_limit(config, settings, RateLimit::default())
    }

    fn with_rate_limit(
        config: &WordPressConfig,
        settings: AcceptSettings,
        rate_limit: RateLimit,
    ) -> Result<WordPress, WordPressError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("taspa-wordpress")
            .enable_all()
            .build()
            .map_err(|error| WordPressError::NoThread(error.to_string()))?;
        let url = Url::parse(&config.url);
        let url = url.map_err(|error| WordPressError::Address(error.to_string()))?;
        let authorization = config.login.as_ref().map(|(user, password)| {
            let login = STANDARD.encode(format!("{user}:{}", password.expose()));
            let value = HeaderValue::from_str(&format!("Basic {login}"));
            let mut value = value.expect("base64 is visible ASCII");
            value.set_sensitive(true);
            value
        });
        let user_agent = version::user_agent(&settings.public_url);
        let limits = CallLimits {
            spacing: rate_limit.spacing,
            ..CallLimits::default()
        };
        let roots = TlsRoots::from_env();
        let roots = roots.map_err(|error| WordPressError::Certificates(error.to_string()))?;
        let client = HttpClient::new(&user_agent, limits, Proxies::from_env(), &roots);
        let site = Site::new(
            client,
            url,
            authorization,
            config.post_types.clone(),
            rate_limit,
        );
        Ok(WordPress(Arc::new(Inner {
            name: site.shown(),
            site,
            refresh: Duration::from_secs(config.refresh.into()),
            rows: Duration::from_secs(config.rows.into()),
            settings,
            lookups: tokio::sync::Mutex::default(),
            term_slugs: Arc::default(),
            state: Mutex::default(),
            runtime: Some(runtime),
        })))
    }

    /// The path of the post whose number an operator writes, alone or as messages name the post.
    pub fn path_of(text: &str) -> Option<String> {
        let number = text
            .strip_prefix("[source.wordpress] post ")
            .unwrap_or(text);
        number.parse().ok().map(post_summary::path)
    }

    /// The site's address.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Everything that decides how a post is read, as bytes for a digest.
    pub fn reading_bytes(&self) -> Vec<u8> {
        self.0.settings.bytes()
    }

    /// What a first reading leaves in the store at its beginning, so that the next start goes on with what
    /// was read by the same rules.
    pub fn first_reading_mark(&self) -> Vec<u8> {
        let digest = xxh3_128(&self.reading_bytes());
        let mark = format!(
            "{FIRST_READING}{} {ACCEPT_VERSION} {digest:032x}",
            self.name()
        );
        mark.into_bytes()
    }

    /// What the listings have shown, as bytes for the next start.
    pub fn memory(&self) -> Vec<u8> {
        let mut memory = self.memory_heading();
        memory.extend(self.0.term_slugs.encode());
        memory
    }

    /// How the memory of this site begins. Another site has other numbers.
    fn memory_heading(&self) -> Vec<u8> {
        format!("{TERM_SLUGS}{}\n", self.name()).into_bytes()
    }

    /// Restores the memory of an earlier run of the same site, if it is not the mark of a first reading.
    pub fn restore_memory(&self, memory: &[u8]) {
        if let Some(slugs) = memory.strip_prefix(&*self.memory_heading()) {
            self.0.term_slugs.restore(slugs);
        }
    }

    /// The slugs of categories and authors by their numbers.
    pub fn term_slugs(&self) -> &Arc<TermSlugs> {
        &self.0.term_slugs
    }

    /// What articles lack because the site hides it, and why; and how many posts it hides.
    pub fn hidden(&self) -> Vec<String> {
        let mut hidden = self.0.lookups.blocking_lock().hidden();
        let posts = self.state().hidden_posts();
        hidden.extend((posts > 0).then(|| unlisted(posts)));
        hidden
    }

    /// Lists all posts in the order of their ids. An error of the site is the last item; without one the
    /// listing is complete.
    pub fn walk(&self, names: Names) -> impl Iterator<Item = Result<Place, ListingError>> + use<> {
        Walk::start(self.clone(), names)
    }

    /// Lists the posts that may have changed since the last listings, in the order of their ids.
    pub fn walk_recent(&self) -> Box<dyn Iterator<Item = Result<Place, ListingError>>> {
        let Some(since) = self.since() else {
            return Box::new(self.walk(Names::Known));
        };
        match self.call(recent(self.clone(), since)) {
            Ok(places) => Box::new(places.into_iter().map(Ok)),
            Err(error) => {
                self.state().has_failed_poll = true;
                Box::new([Err(error.into())].into_iter())
            }
        }
    }

    /// The place of one post; none if it has gone.
    pub fn walk_one(&self, path: &str) -> Box<dyn Iterator<Item = Result<Place, ListingError>>> {
        let id = post_summary::id(path).unwrap_or_default();
        if self.state().removed.remove(&id) {
            return Box::new(std::iter::empty());
        }
        match self.call(one(self.clone(), id)) {
            Ok(places) => Box::new(places.into_iter().map(Ok)),
            Err(error) => Box::new([Err(error.into())].into_iter()),
        }
    }

    /// From which instant on posts may be new to the next poll; `None` before a complete listing.
    fn since(&self) -> Option<Timestamp> {
        let state = self.state();
        let listed = state.listed?;
        // The clock of the server that answers may differ from that of the one that writes.
        let since = state.newest.map_or(listed, |newest| newest.min(listed));
        Some(since.plus(-OVERLAP_SECONDS))
    }

    /// The settings of another configuration know what this one's listings have shown, if they read the same
    /// posts.
    pub(super) fn with_state_of(self, before: &WordPress) -> WordPress {
        if self.0.site.is_same_as(&before.0.site) {
            let state = before.state().clone();
            *self.state() = state;
            self.0.term_slugs.restore(&before.0.term_slugs.encode());
        }
        self.0.site.keep_pause_of(&before.0.site);
        self
    }

    /// Whether answers about what posts name lacked something for the first time since the last call.
    ///
    /// Nobody holds them between two readings.
    fn takes_new_gaps(&self) -> bool {
        let lookups = self.0.lookups.try_lock();
        lookups.is_ok_and(|mut lookups| lookups.take_new_gaps())
    }

    /// Whether a poll since the last call could not list what it had to.
    fn takes_failed_poll(&self) -> bool {
        std::mem::take(&mut self.state().has_failed_poll)
    }

    /// Whether the number of posts is not the number known.
    fn has_drifted(&self) -> bool {
        let state = self.state();
        let mut types = state.types.iter();
        types.any(|of_type| of_type.counted != of_type.known.len() as u64 + of_type.hidden)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves no change half done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` like [`WordPress::wait`]. After an error the interface is found anew: the site may have
    /// moved it.
    fn call<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, WordPressError>> + Send + 'static,
    ) -> Result<T, WordPressError> {
        let result = self.wait(work);
        if let Err(error) = &result {
            self.doubt_interface(error);
        }
        result
    }

    fn doubt_interface(&self, error: &WordPressError) {
        if !matches!(error, WordPressError::Pause { .. }) {
            self.0.site.doubt_interface();
        }
    }

    /// Runs `work` on the runtime and waits for it.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, WordPressError>> + Send + 'static,
    ) -> Result<T, WordPressError> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        if let Some(runtime) = &self.0.runtime {
            runtime.spawn(async move {
                let _ = sender.send(work.await);
            });
        }
        let ended = |_| Err(WordPressError::Stopping);
        receiver.recv().unwrap_or_else(ended)
    }
}
