//! A comparison as text: what changes, with lines for feeds.toml, and what readers would lose.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::cli::output::Screen;
use crate::config::toml_string::{Dollars, quoted};
use crate::feed::automatic_path::AUTOMATIC;
use crate::feed::config_diff::{
    ArticleChanges, ChangedFeed, ConfigDiff, EntryChanges, List, Loss, LostFeed,
};
use crate::feed::definitions::{FeedKind, SELECT};
use crate::model::count::{counted, many};
use crate::model::term::TermKind;
use crate::model::url_encoding::encode_query;
use crate::text::visible;

/// Feeds of one kind that are named in one line; the others are counted.
const NAMED_MAX: usize = 3;

/// Feeds whose entries are described, and lost addresses for which lines are printed.
const DESCRIBED_MAX: usize = 20;

pub(super) fn print(
    diff: &ConfigDiff,
    restart: &[&str],
    losses: &[Loss],
    screen: &mut Screen,
) -> io::Result<()> {
    for paragraph in paragraphs(diff, restart, losses) {
        screen.line(&paragraph)?;
    }
    Ok(())
}

fn paragraphs(diff: &ConfigDiff, restart: &[&str], losses: &[Loss]) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if diff.is_empty() {
        paragraphs.push(format!(
            "nothing changes for readers: {} keep their addresses, entries, ids and ETags",
            many(diff.feeds_today, "feed")
        ));
    }
    paragraphs.extend(addresses(diff));
    paragraphs.extend(entries(&diff.changed));
    let ids = "the id of an entry changes, so that readers show it again";
    paragraphs.extend(articles(&diff.ids, ids));
    paragraphs.extend(articles(&diff.links, "the link of an entry changes"));
    let pages = "the page of an article is lost";
    paragraphs.extend(articles(&diff.pages, pages));
    paragraphs.extend(etags(diff));
    if !restart.is_empty() {
        paragraphs.push(format!(
            "only a restart puts these keys of [server] in force: {}",
            restart.join(", ")
        ));
    }
    paragraphs.extend(loss(losses));
    paragraphs
}

fn addresses(diff: &ConfigDiff) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(change) = &diff.public_url {
        lines.push(format!(
            "every address begins with {} in place of {}",
            change.after, change.before
        ));
    }
    let gained = diff
        .gained
        .first
        .iter()
        .filter_map(|feed| Some((feed.kind?, &*feed.path)));
    lines.extend(by_kind("gained", gained, &diff.gained));
    let others = diff
        .gained
        .first
        .iter()
        .filter(|gained| gained.kind.is_none());
    let others: Vec<&str> = others.map(|gained| &*gained.path).collect();
    if !others.is_empty() {
        lines.push(format!("gained: {}", named(&others)));
    }
    if diff.redirected.count > 0 {
        let first = diff.redirected.first.iter().take(NAMED_MAX);
        let first: Vec<String> = first
            .map(|redirected| match &*redirected.to {
                "" => format!("{} is gone", redirected.from),
                to => format!("{} leads to {to}", redirected.from),
            })
            .collect();
        let count = counted(diff.redirected.count, "address", "addresses");
        let more = diff.redirected.count - first.len();
        lines.push(format!(
            "redirected: {count}: {}{}",
            first.join(", "),
            and_more(more)
        ));
    }
    let feeds = diff.lost.first.iter();
    let of_feeds = feeds.filter_map(|lost| Some((lost.kind?, &*lost.path)));
    lines.extend(by_kind(
        "lost, with all or some of their addresses",
        of_feeds,
        &diff.lost,
    ));
    let redirects = diff.lost.first.iter().filter(|lost| lost.kind.is_none());
    let redirects: Vec<&str> = redirects.map(|lost| &*lost.path).collect();
    if !redirects.is_empty() {
        lines.push(format!(
            "lost: {} without a [[redirect]] now: {}",
            counted(redirects.len(), "address", "addresses"),
            named(&redirects)
        ));
    }
    if diff.lost.count > 0 {
        lines.push(redirect_lines(&diff.lost));
    }
    lines
}

/// One line for each kind of feeds.
fn by_kind<'a, T>(
    what: &str,
    feeds: impl Iterator<Item = (FeedKind, &'a str)>,
    all: &List<T>,
) -> Vec<String> {
    let mut kinds: BTreeMap<FeedKind, BTreeSet<&str>> = BTreeMap::new();
    for (kind, path) in feeds {
        kinds.entry(kind).or_default().insert(path);
    }
    let line = |(kind, paths): (FeedKind, BTreeSet<&str>)| {
        let noun = match kind {
            FeedKind::All | FeedKind::Declared => "feed",
            FeedKind::Section => "section feed",
            FeedKind::Tag => "tag feed",
            FeedKind::Author => "author feed",
            FeedKind::Select => "feed of selections",
        };
        let paths: Vec<String> = paths.iter().map(|path| format!("/{path}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        format!("{what}: {}: {}", many(paths.len(), noun), named(&paths))
    };
    let mut lines: Vec<String> = kinds.into_iter().map(line).collect();
    if all.count > all.first.len() {
        let more = all.count - all.first.len();
        lines.push(format!("{what}: {more} more that are not listed"));
    }
    lines
}

fn named(paths: &[&str]) -> String {
    let first = paths.iter().take(NAMED_MAX).map(|path| visible(path));
    let first: Vec<String> = first.map(|path| path.to_string()).collect();
    format!(
        "{}{}",
        first.join(", "),
        and_more(paths.len() - first.len())
    )
}

fn and_more(count: usize) -> String {
    match count {
        0 => String::new(),
        count => format!(" and {count} more"),
    }
}

/// Lines for feeds.toml that lead the readers of lost addresses on.
fn redirect_lines(lost: &List<LostFeed>) -> String {
    let (patterns, covered) = patterns(&lost.first);
    let single = lost
        .first
        .iter()
        .filter(|feed| !covered.contains(&feed.kind));
    let single = single.flat_map(|feed| &feed.addresses);
    let all = single.clone().count();
    let single = single.take(DESCRIBED_MAX);
    let lines: String = single
        .map(|lost| redirect(&lost.from, lost.to.as_deref()))
        .collect();
    let more = match all.saturating_sub(DESCRIBED_MAX) {
        0 => String::new(),
        more => format!(
            "\n  {} more; `--format json` lists them",
            counted(more, "address", "addresses")
        ),
    };
    format!("  say where their readers should go:{patterns}{lines}{more}")
}

fn redirect(from: &str, to: Option<&str>) -> String {
    let to = match to {
        Some(to) => quoted(to, Dollars::Doubled),
        None => "\"\"  # the address that takes its place; empty: 410 Gone".to_owned(),
    };
    let from = quoted(from, Dollars::Doubled);
    format!("\n    [[redirect]]\n    from = {from}\n    to   = {to}")
}

/// Redirects with a name for kinds of feeds that are lost as a whole, each of whose feeds a selection of its
/// term replaces; and these kinds.
fn patterns(lost: &[LostFeed]) -> (String, BTreeSet<Option<FeedKind>>) {
    let (mut lines, mut covered) = (String::new(), BTreeSet::new());
    for kind in AUTOMATIC {
        let of_kind = Some(FeedKind::of_terms(kind));
        let folder = kind.folder();
        let is_off = lost.iter().any(|feed| feed.path == folder);
        let feeds = lost
            .iter()
            .filter(|feed| feed.kind == of_kind && feed.path != folder);
        let prefix = match kind {
            TermKind::Tag => String::new(),
            kind => format!("{}:", kind.prefix()),
        };
        // Longer texts behind the name come first: `{key}` alone stands for `x.rss` too.
        let mut extensions = BTreeSet::new();
        let is_covered = feeds.clone().all(|feed| {
            let key = feed.path.split_once('/').map_or("", |(_, key)| key);
            feed.addresses.iter().all(|address| {
                let extension = address.from.strip_prefix(&format!("/{}", feed.path));
                let extension = extension.unwrap_or_default();
                extensions.insert(Reverse(extension));
                let to = format!("/{SELECT}{extension}?all={prefix}{}", encode_query(key));
                address.to.as_deref() == Some(&*to)
            })
        });
        if is_off && is_covered && feeds.count() > NAMED_MAX {
            covered.insert(of_kind);
            for Reverse(extension) in extensions {
                let from = format!("/{folder}/{{key}}{extension}");
                let to = format!("/{SELECT}{extension}?all={prefix}{{key}}");
                lines += &redirect(&from, Some(&to));
            }
        }
    }
    (lines, covered)
}

fn entries(changed: &List<ChangedFeed>) -> Vec<String> {
    let moves = |feed: &&ChangedFeed| feed.enter.count + feed.leave.count > 0;
    let changed: Vec<&ChangedFeed> = changed.first.iter().filter(moves).collect();
    let mut lines = Vec::new();
    for feed in changed.iter().take(DESCRIBED_MAX) {
        let before = feed.before.as_ref();
        let before = before.map(|before| format!(" (today /{})", visible(before)));
        let counts = [(&feed.leave, "leave"), (&feed.enter, "enter")];
        let counts = counts.into_iter().filter(|(changes, _)| changes.count > 0);
        let counts: Vec<String> = counts.map(|(changes, verb)| count(changes, verb)).collect();
        lines.push(format!(
            "/{}{}: {}",
            visible(&feed.path),
            before.unwrap_or_default(),
            counts.join("; ")
        ));
        lines.extend(single(&feed.leave, "-", ""));
        lines.extend(single(&feed.enter, "+", "today "));
    }
    let more = changed.iter().skip(DESCRIBED_MAX);
    let (feeds, left, entered) = more.fold((0, 0, 0), |(feeds, left, entered), feed| {
        (
            feeds + 1,
            left + feed.leave.count,
            entered + feed.enter.count,
        )
    });
    if feeds > 0 {
        lines.push(format!(
            "{}: {left} entries leave, {entered} enter",
            counted(feeds, "more feed", "more feeds")
        ));
    }
    lines
}

/// `30 entries leave (items)`.
fn count(changes: &EntryChanges, verb: &str) -> String {
    let causes: Vec<String> = match changes.causes.len() {
        1 => changes.causes.keys().cloned().collect(),
        _ => {
            let causes = changes.causes.iter();
            causes.map(|(cause, of)| format!("{of} {cause}")).collect()
        }
    };
    let entries = counted(
        changes.count,
        &format!("entry {verb}s"),
        &format!("entries {verb}"),
    );
    format!("{entries} ({})", causes.join(", "))
}

fn single(changes: &EntryChanges, sign: &str, when: &str) -> Vec<String> {
    let first = changes.first.iter().map(|entry| {
        let title = entry.title.as_ref();
        let title = title.map(|title| format!("\"{}\" ", visible(title)));
        format!(
            "  {sign} {}({}): {when}{}",
            title.unwrap_or_default(),
            visible(&entry.key),
            visible(&entry.reason)
        )
    });
    let more = changes.count - changes.first.len();
    let more = (more > 0 && !changes.first.is_empty()).then(|| format!("  {sign} {more} more"));
    first.chain(more).collect()
}

/// `the id of an entry changes: 12 of 50 entries, such as …`.
fn articles(changes: &ArticleChanges, what: &str) -> Option<String> {
    let (key, change) = changes.example.as_ref()?;
    let at_least = if changes.is_partial { "at least " } else { "" };
    let after = match &*change.after {
        "" => "nothing",
        after => after,
    };
    Some(format!(
        "{what}: {at_least}{} of {} of today, such as {}\n  today: {}\n  then:  {}",
        changes.count,
        counted(changes.compared, "entry", "entries"),
        visible(key),
        visible(&change.before),
        visible(after)
    ))
}

fn etags(diff: &ConfigDiff) -> Vec<String> {
    let causes = diff.etag_causes.iter();
    let causes: Vec<String> = causes
        .map(|(cause, of)| format!("{of} by {cause}"))
        .collect();
    let mut lines = Vec::new();
    if diff.etags_moved > 0 {
        let verb = if diff.etags_moved == 1 { "gets" } else { "get" };
        lines.push(format!(
            "{} of {} {verb} another ETag: {}",
            diff.etags_moved,
            many(diff.feeds_today, "feed"),
            causes.join(", ")
        ));
    }
    if ["id-authority", "id-year"]
        .iter()
        .any(|key| diff.etag_causes.contains_key(*key))
    {
        lines.push(
            "a daemon that has a state folder refuses another id-authority or id-year".to_owned(),
        );
    }
    lines
}

fn loss(losses: &[Loss]) -> Option<String> {
    let names: BTreeSet<&str> = losses
        .iter()
        .filter_map(|loss| loss.names.first())
        .map(String::as_str)
        .collect();
    let names: Vec<&str> = names.into_iter().collect();
    let words: BTreeSet<&str> = losses
        .iter()
        .filter_map(|loss| {
            loss.names
                .iter()
                .rfind(|name| !names.contains(&name.as_str()))
        })
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        return None;
    }
    let accept = match names.len() > NAMED_MAX && !words.is_empty() {
        true => words.into_iter().collect::<Vec<_>>().join(" "),
        false => names.join(" "),
    };
    Some(format!(
        "readers lose something; if that is meant: --accept {}",
        visible(&accept)
    ))
}
