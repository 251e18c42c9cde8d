//! What a reader gets out of a document is what the feed says, the same in every format.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use feed_rs::model;
use taspa::feed::document::{Entry, Feed};
use taspa::model::format::Format;

use crate::feeds;

#[test]
fn feed_rs_reads_every_entry_as_written() {
    for (name, feed) in feeds::all() {
        for format in Format::ALL {
            let read = read(&feed, format);
            let seen: Vec<Seen> = read.entries.into_iter().map(|e| seen(e, format)).collect();
            let meant: Vec<Seen> = feed
                .entries
                .iter()
                .map(|e| meant(e, &feed, format))
                .collect();
            assert_eq!(seen, meant, "{name}.{}", format.extension());
        }
    }
}

#[test]
fn feed_rs_reads_the_feeds_own_fields() {
    for (name, feed) in feeds::all() {
        for format in Format::ALL {
            let read = read(&feed, format);
            let case = format!("{name}.{}", format.extension());
            let channel = &feed.channel;
            assert_eq!(text(read.title), Some(channel.title.to_string()), "{case}");
            assert_eq!(
                text(read.description),
                Some(channel.description.to_string()),
                "{case}"
            );
            assert_eq!(read.language.as_deref(), Some("ru"), "{case}");
            let links: Vec<&str> = read.links.iter().map(|link| link.href.as_str()).collect();
            assert!(links.contains(&channel.link.as_str()), "{case}: {links:?}");
            assert!(
                links.contains(&channel.address.url(format).as_str()),
                "{case}: {links:?}"
            );
            // JSON Feed has no date of the feed.
            let updated = (format != Format::Json).then(|| feed.updated.to_utc());
            assert_eq!(read.updated, updated, "{case}");
        }
    }
}

/// An entry as a reader keeps it.
#[derive(Debug, PartialEq)]
struct Seen {
    id: String,
    title: Option<String>,
    links: Vec<String>,
    published: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    authors: Vec<String>,
    categories: Vec<(String, Option<String>)>,
    summary: Option<String>,
    content: Option<String>,
    media: BTreeSet<String>,
}

fn seen(entry: model::Entry, format: Format) -> Seen {
    let media = media(&entry, format);
    let links = entry.links.into_iter().map(|link| link.href);
    Seen {
        id: entry.id,
        title: text(entry.title),
        links: links.filter(|link| !media.contains(link)).collect(),
        published: entry.published,
        updated: entry.updated,
        authors: entry
            .authors
            .into_iter()
            .filter_map(|author| author.name)
            .collect(),
        categories: entry
            .categories
            .into_iter()
            .map(|c| (c.term, c.scheme))
            .collect(),
        summary: text(entry.summary).map(|summary| match format {
            Format::Rss => shown(&summary),
            Format::Atom | Format::Json => summary,
        }),
        content: entry.content.and_then(|content| content.body),
        media,
    }
}

/// What a reader would offer to look at, to hear or to download. This one takes attachments of a
/// JSON Feed for links, and does not look at its `image`.
fn media(entry: &model::Entry, format: Format) -> BTreeSet<String> {
    let contents = entry.media.iter().flat_map(|object| &object.content);
    let contents = contents.filter_map(|content| content.url.as_ref());
    let links = entry.links.iter().skip(1).filter(|link| match format {
        Format::Rss | Format::Atom => link.rel.as_deref() == Some("enclosure"),
        Format::Json => true,
    });
    let links = links.map(|link| link.href.clone());
    links.chain(contents.map(ToString::to_string)).collect()
}

fn meant(entry: &Entry, feed: &Feed, format: Format) -> Seen {
    let html = entry.body().map(|html| html.as_str().to_owned());
    let lead = entry.lead().map(|lead| lead.to_string());
    let (summary, content) = match (format, lead, html) {
        // A description without a lead is the text itself, to be read as HTML.
        (Format::Rss, None, Some(html)) => (Some(shown(&html)), None),
        (Format::Json, lead, None) => {
            let content = lead.clone().unwrap_or(entry.title.to_string());
            (lead, Some(content))
        }
        (Format::Atom, None, None) => {
            let has_lead = entry.summary.is_some();
            (has_lead.then(|| entry.title.to_string()), None)
        }
        (_, lead, html) => (lead, html),
    };
    let picture = entry.image.as_ref().map(|image| image.url.clone());
    let files = entry.enclosures.iter().map(|medium| medium.url.clone());
    let media: BTreeSet<String> = match format {
        Format::Rss | Format::Atom => files.chain(picture).collect(),
        Format::Json => files.filter(|url| Some(url) != picture.as_ref()).collect(),
    };
    Seen {
        id: entry.id.clone(),
        title: Some(entry.title.to_string()),
        links: vec![entry.link.clone()],
        published: Some(entry.published.to_utc()),
        updated: match format {
            Format::Json => entry.corrected().map(|date| date.to_utc()),
            Format::Rss | Format::Atom => Some(entry.updated.to_utc()),
        },
        authors: authors(entry, feed, format),
        categories: categories(entry, format),
        summary,
        content,
        media,
    }
}

/// This reader gives entries of a JSON Feed the feed's authors, as the specification wants.
fn authors(entry: &Entry, feed: &Feed, format: Format) -> Vec<String> {
    let own = entry.authors.iter().map(|author| author.name.to_string());
    match format {
        Format::Json if entry.authors.is_empty() => vec![feed.channel.author.name.to_string()],
        Format::Rss | Format::Atom | Format::Json => own.collect(),
    }
}

fn categories(entry: &Entry, format: Format) -> Vec<(String, Option<String>)> {
    let mut categories: Vec<(String, Option<String>)> = Vec::new();
    for category in &entry.categories {
        let label = category.label.to_string();
        match format {
            Format::Rss => categories.push((in_rss(&label), Some(category.scheme.clone()))),
            Format::Atom => categories.push((label, Some(category.scheme.clone()))),
            Format::Json if categories.iter().any(|(known, _)| *known == label) => {}
            Format::Json => categories.push((label, None)),
        }
    }
    categories
}

/// A category where a comma would be taken for the end of one, and a hash for none of its letters.
pub(crate) fn in_rss(label: &str) -> String {
    label.trim_start_matches(['#', ' ']).replace(',', "‚")
}

fn read(feed: &Feed, format: Format) -> model::Feed {
    let document = taspa::render::render(format, feed).expect("a document");
    feed_rs::parser::parse(document.as_slice()).expect("a feed")
}

fn text(text: Option<model::Text>) -> Option<String> {
    text.map(|text| text.content)
}

/// HTML without elements as a browser shows it.
pub(crate) fn shown(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
