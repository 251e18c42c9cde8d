//! What hides an article: the keys by which generators and CMSs say that it is not public.
//!
//! It fails closed. A key of this vocabulary with a value that is not understood, such as
//! `draft: tru`, hides the article too: a wrong guess would publish what was never meant to be public.
//!
//! The keys count in any spelling, at the top level and in the tables `extra` and `params` of Zola and
//! Hugo. The list is here alone, so that a page and a folder's `_index.md` are hidden by the same keys.

use super::date;
use super::key_name;
use super::tree::{KeyValue, Node, Value};
use crate::model::article::{AcceptSettings, Refusal, Visibility};
use crate::model::time::{Timestamp, WrittenDate, Zone};
use crate::text::excerpt;

/// Whether keys hide their article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) enum Hiding {
    /// No key hides it.
    Shown,
    /// A key says that it is not public.
    Hidden,
    /// A key has a value that is not understood, which hides it too.
    NotUnderstood {
        /// The key as written.
        key: String,
        /// The start of its value.
        value: String,
        /// The line of the value; 0 for a source without lines.
        line: u32,
        /// Whether it must be a date.
        is_expiry: bool,
    },
}

/// Whether these keys hide their article.
pub(in crate::source) fn hiding(pairs: &[KeyValue], settings: &AcceptSettings) -> Hiding {
    marks(pairs, settings).hiding
}

/// What the keys of an article say about its visibility.
#[derive(Debug)]
pub(in crate::source) struct Marks<'p> {
    /// Whether they hide it. A value that is not understood wins, since it is a mistake.
    pub(in crate::source) hiding: Hiding,
    /// `feed: false`: no feed, list or page has it.
    pub(in crate::source) is_out_of_feeds: bool,
    /// `noindex: true`, `sitemap: false`: no sitemap has it.
    pub(in crate::source) is_out_of_search: bool,
    /// When it leaves all feeds; the earliest counts.
    pub(in crate::source) expires: Vec<WrittenDate>,
    /// The values of a status that hide it.
    pub(in crate::source) statuses: Vec<(&'p str, &'p Node)>,
    /// Keys that hide it elsewhere, on a start page or in search engines, each with what it does here.
    pub(in crate::source) elsewhere: Vec<(&'p str, &'p Node, &'static str)>,
}

/// Reads all keys that say something about visibility. The settings have further names of such keys, and the
/// values of a status that count as public beside those that every system has.
pub(in crate::source) fn marks<'p>(pairs: &'p [KeyValue], settings: &AcceptSettings) -> Marks<'p> {
    let mut marks = Marks {
        hiding: Hiding::Shown,
        is_out_of_feeds: false,
        is_out_of_search: false,
        expires: Vec::new(),
        statuses: Vec::new(),
        elsewhere: Vec::new(),
    };
    for pair in pairs {
        let name = key_name::normal(&pair.key);
        // `params.draft`, as exports write a key of a table.
        let (table, inner) = name.split_once('.').unwrap_or_default();
        let of_table = TABLES.contains(&table).then_some(inner);
        marks.note(of_table.unwrap_or(&name), pair, settings);
        if TABLES.contains(&&*name) {
            for pair in pair.node.value.tables().flatten() {
                marks.note(&key_name::normal(&pair.key), pair, settings);
            }
        }
    }
    marks
}

/// The tables of Zola and Hugo in which themes keep further keys, in their normal form.
const TABLES: [&str; 2] = ["extra", "params"];

/// Whether a key of this name holds a table whose keys hide too.
pub(in crate::source) fn is_table(key: &str) -> bool {
    TABLES.iter().any(|table| key_name::is(key, table))
}

/// How the value of a key decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// `true` hides.
    Flag,
    /// `false` hides.
    Reversed,
    /// As [`Rule::Reversed`], and a date shows: then it is the date of publication.
    Published,
    /// A settings table of a theme says nothing; else as [`Rule::Reversed`].
    Rss,
    /// As [`Rule::Rss`], and the article is out of feeds alone.
    Feed,
    /// Any value but those that mean public hides.
    Status,
    /// Any value hides.
    Any,
    /// Hugo's table of what is built.
    Build,
    /// `false` hides; anything else is an address.
    Permalink,
    /// A date.
    Expiry,
    /// WordPress's text with `protected: true`.
    Protected,
    /// `true` means that the article is hidden on another page than its own.
    Elsewhere,
    /// Anything but `false` keeps the article out of sitemaps alone.
    NoIndex,
    /// The directives of a `robots` element, of which `noindex` keeps the article out of sitemaps.
    Robots,
    /// `false`, or a table that says so, keeps the article out of sitemaps.
    Sitemap,
}

/// The vocabulary, of names as [`key_name::normal`] gives them.
fn rule(name: &str) -> Option<Rule> {
    Some(match name {
        "draft"
        | "isdraft"
        | "private"
        | "isprivate"
        | "hidden"
        | "ishidden"
        | "unlisted"
        | "unpublished"
        | "headless"
        | "hiddenfromrss"
        | "hidefromrss"
        | "hiddenfromfeed"
        | "hiddenfromfeeds"
        | "hidefromfeed"
        | "hidefromfeeds"
        | "excludefromrss"
        | "excludefromfeed"
        | "excludefromfeeds"
        | "eleventyexcludefromcollections" => Rule::Flag,
        "publish" | "ispublished" | "public" | "ispublic" | "render" => Rule::Reversed,
        "published" => Rule::Published,
        "rss" => Rule::Rss,
        "feed" => Rule::Feed,
        "status" | "visibility" | "pubstatus" | "poststatus" | "publicationstatus"
        | "creativeworkstatus" => Rule::Status,
        "password" | "postpassword" | "redirectto" => Rule::Any,
        "build" => Rule::Build,
        "permalink" => Rule::Permalink,
        "expires" | "expiresat" | "expiredate" | "expirydate" | "expirationdate"
        | "unpublishdate" | "unpublishat" | "unpublishon" => Rule::Expiry,
        "content" | "excerpt" => Rule::Protected,
        "hiddenfromhomepage" | "hidefromhomepage" | "hidefromhome" => Rule::Elsewhere,
        "noindex" | "robotsnoindex" | "nositemap" | "excludefromsitemap" | "sitemapexclude" => {
            Rule::NoIndex
        }
        "robots" => Rule::Robots,
        "sitemap" => Rule::Sitemap,
        _ => return None,
    })
}

/// The keys of this vocabulary to which `[source.directory.fields]` gives further names. Each of these names
/// counts, so that none is overlooked.
pub(super) const WITH_FURTHER_NAMES: [&str; 3] = ["draft", "expires", "feed"];

/// The rule of a name; a further name counts as its key does.
fn rule_of(name: &str, settings: &AcceptSettings) -> Option<Rule> {
    let further = |key: &&&str| {
        let names = settings.fields.get(**key);
        names.is_some_and(|names| names.iter().any(|further| key_name::is(further, name)))
    };
    match WITH_FURTHER_NAMES.iter().find(further) {
        Some(key) => rule(key),
        None => rule(name),
    }
}

/// Whether a key of this name marks a draft.
pub(in crate::source) fn is_draft(key: &str, settings: &AcceptSettings) -> bool {
    let mut further = settings.fields.get("draft").into_iter().flatten();
    ["draft", "isDraft"]
        .iter()
        .any(|name| key_name::is(key, name))
        || further.any(|name| key_name::is(key, name))
}

/// The values of a status by which every system means that an article is public.
const PUBLIC: [&str; 6] = [
    "published",
    "publish",
    "public",
    "released",
    "usable",
    "live",
];

impl<'p> Marks<'p> {
    fn note(&mut self, name: &str, pair: &'p KeyValue, settings: &AcceptSettings) {
        let Some(rule) = rule_of(name, settings) else {
            return;
        };
        let KeyValue { key, node } = pair;
        let value = &node.value;
        if is_empty(value) {
            return;
        }
        // What shows the article: `None` if the value is not understood.
        let shown = match rule {
            Rule::Flag => flag(value).map(|hides| !hides),
            Rule::Reversed => flag(value),
            Rule::Published => flag(value).or_else(|| is_date(value).then_some(true)),
            Rule::Rss | Rule::Feed if matches!(value, Value::Table(_)) => Some(true),
            Rule::Rss => flag(value),
            Rule::Feed => flag(value).inspect(|&shown| self.is_out_of_feeds |= !shown),
            Rule::Status => is_public(value, &settings.public_status),
            Rule::Any => Some(*value == Value::Bool(false)),
            Rule::Build => is_built(value),
            Rule::Permalink => Some(flag(value) != Some(false)),
            Rule::Expiry => self.expiry(value),
            Rule::Protected => Some(!is_protected(value)),
            Rule::Elsewhere => {
                if flag(value) == Some(true) {
                    let effect = "does not hide the article in feeds";
                    self.elsewhere.push((key, node, effect));
                }
                Some(true)
            }
            Rule::NoIndex => {
                if flag(value) != Some(false) {
                    self.is_out_of_search = true;
                    let effect = "keeps the article out of sitemaps, and not out of feeds";
                    self.elsewhere.push((key, node, effect));
                }
                Some(true)
            }
            Rule::Robots => {
                self.is_out_of_search |= has_noindex(value);
                Some(true)
            }
            Rule::Sitemap => {
                self.is_out_of_search |= !is_in_sitemap(value);
                Some(true)
            }
        };
        match (shown, rule) {
            (Some(true), _) | (Some(false), Rule::Feed) => return,
            (Some(false), Rule::Status) => self.statuses.push((key, node)),
            (Some(false) | None, _) => {}
        }
        if matches!(self.hiding, Hiding::NotUnderstood { .. }) {
            return;
        }
        self.hiding = match shown {
            Some(_) => Hiding::Hidden,
            None => Hiding::NotUnderstood {
                key: key.to_string(),
                value: excerpt(&written(value)),
                line: node.line,
                is_expiry: rule == Rule::Expiry,
            },
        };
    }

    /// Who may see the article, by these keys.
    pub(in crate::source) fn visibility(&self) -> Visibility {
        match self.hiding {
            Hiding::Hidden | Hiding::NotUnderstood { .. } => Visibility::Draft,
            Hiding::Shown if self.is_out_of_feeds => Visibility::OutOfFeeds,
            Hiding::Shown if self.is_out_of_search => Visibility::OutOfSearch,
            Hiding::Shown => Visibility::Public,
        }
    }

    /// Whether readers may not see the article at `now`.
    pub(in crate::source) fn withhold(&self, zone: &Zone, now: Timestamp) -> bool {
        let mut expires = self.expires.iter();
        self.hiding != Hiding::Shown
            || self.is_out_of_feeds
            || expires.any(|&date| zone.resolve(date) <= now)
    }

    /// Notes an expiry; whether its value is understood.
    fn expiry(&mut self, value: &Value) -> Option<bool> {
        let written = value.as_text()?;
        let written = written.trim();
        let is_never = ["never", "none"]
            .iter()
            .any(|word| written.eq_ignore_ascii_case(word));
        if is_never || flag(value) == Some(false) || date::is_zero(written) {
            return Some(true);
        }
        self.expires.push(date::parse(written).ok()?);
        Some(true)
    }
}

/// Whether a key of this name, in its normal form, says something about visibility.
pub(in crate::source) fn knows(name: &str, settings: &AcceptSettings) -> bool {
    rule_of(name, settings).is_some()
}

/// Whether a key of this name, in its normal form, says something about visibility on every site.
pub(in crate::source) fn is_mark(name: &str) -> bool {
    rule(name).is_some()
}

/// Whether a key of this name, in its normal form, is the date from which on the article is hidden.
pub(in crate::source) fn is_expiry(name: &str) -> bool {
    rule(name) == Some(Rule::Expiry)
}

impl Hiding {
    /// The refusal of an article that a value hides which is not understood.
    pub(in crate::source) fn refusal(&self) -> Option<Refusal> {
        let Hiding::NotUnderstood {
            key,
            value,
            line,
            is_expiry,
        } = self
        else {
            return None;
        };
        let hint = match is_expiry {
            true => "write a date such as 2026-01-08 or 2026-01-08T10:30, or delete the key",
            false => "write `true` or `false`, or delete the key",
        };
        let reason = format!("`{key}`: `{value}` is not understood, so the article is hidden");
        let line = (*line > 0).then_some(*line);
        Some(Refusal::new(line, reason, hint).withdrawn_if(true))
    }
}

/// Whether a key with this value counts as absent. `false` does not: here it is an answer.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Table(pairs) => pairs.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => value.is_blank(),
    }
}

/// A value that means true or false in any language of configuration.
pub(in crate::source) fn flag(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(flag) => return Some(*flag),
        Value::Number(word) | Value::Text(word) => word.trim(),
        Value::Null | Value::List(_) | Value::Table(_) => return None,
    };
    let is = |words: [&str; 6]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    match () {
        () if is(["true", "yes", "on", "1", "y", "t"]) => Some(true),
        () if is(["false", "no", "off", "0", "n", "f"]) => Some(false),
        () => None,
    }
}

/// Whether it is a date. All zeroes is none, but says nothing else either.
fn is_date(value: &Value) -> bool {
    let written = value.as_text().unwrap_or_default();
    date::is_zero(&written) || date::parse(&written).is_ok()
}

pub(super) fn is_public(value: &Value, public_status: &[String]) -> Option<bool> {
    if let Value::List(items) = value {
        let mut items = items
            .iter()
            .map(|item| is_public(&item.value, public_status));
        return items.try_fold(true, |all, item| Some(all && item?));
    }
    let status = value.as_text()?;
    let status = status.trim();
    let mut public = PUBLIC
        .into_iter()
        .chain(public_status.iter().map(|known| &**known));
    Some(public.any(|known| known.to_lowercase() == status.to_lowercase()))
}

fn is_built(value: &Value) -> Option<bool> {
    let Value::Table(pairs) = value else {
        return (flag(value) == Some(true)).then_some(true);
    };
    let decides = |pair: &&KeyValue| {
        ["list", "render"]
            .iter()
            .any(|name| key_name::is(&pair.key, name))
    };
    let mut pairs = pairs.iter().filter(decides);
    Some(pairs.all(|pair| {
        let value = &pair.node.value;
        let is_always = value
            .as_text()
            .is_some_and(|word| word.trim().eq_ignore_ascii_case("always"));
        is_empty(value) || is_always || flag(value) == Some(true)
    }))
}

fn is_protected(value: &Value) -> bool {
    let Value::Table(pairs) = value else {
        return false;
    };
    pairs.iter().any(|pair| {
        let value = &pair.node.value;
        key_name::is(&pair.key, "protected") && !is_empty(value) && flag(value) != Some(false)
    })
}

/// Whether the directives of a `robots` element say that no search engine may show the page: as the element has
/// them, or as a table such as `{index: false}`.
fn has_noindex(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(|item| has_noindex(&item.value)),
        Value::Table(pairs) => pairs.iter().any(|KeyValue { key, node }| {
            let value = &node.value;
            match () {
                () if key_name::is(key, "index") => {
                    flag(value) == Some(false) || has_noindex(value)
                }
                () if key_name::is(key, "noindex") => {
                    !is_empty(value) && flag(value) != Some(false)
                }
                () => false,
            }
        }),
        value => {
            let written = value.as_text().unwrap_or_default();
            let mut directives = written.split([',', ' ']);
            directives.any(|word| {
                ["noindex", "none"]
                    .iter()
                    .any(|no| word.eq_ignore_ascii_case(no))
            })
        }
    }
}

/// Jekyll's `sitemap: false`, Hugo's `sitemap: {disable: true}` and Eleventy's `sitemap: {ignore: true}` are
/// out of it. A table that gives a priority is not.
fn is_in_sitemap(value: &Value) -> bool {
    let Value::Table(pairs) = value else {
        return flag(value) != Some(false);
    };
    let is_out = |pair: &KeyValue| {
        let mut names = ["disable", "ignore", "exclude"].iter();
        names.any(|name| key_name::is(&pair.key, name)) && flag(&pair.node.value) == Some(true)
    };
    !pairs.iter().any(is_out)
}

/// A value as messages show it.
fn written(value: &Value) -> String {
    value.as_text().unwrap_or_else(|| value.kind().to_owned())
}

#[cfg(test)]
mod tests;
