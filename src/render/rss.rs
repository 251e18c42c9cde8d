//! RSS 2.0 by the Best Practices Profile of the RSS Advisory Board, with the modules that readers know.
//!
//! Readers show titles, names and labels as plain text, so the writer escapes them once, with hexadecimal
//! references. They read
//! `description` and `content:encoded` as HTML, so a plain lead is converted to HTML first. The writer
//! puts `description` before `content:encoded`, for readers that keep the last of the two.
//!
//! An item has one `enclosure` at most. Media RSS has further media and the properties that an enclosure
//! cannot express. Names of authors are `dc:creator`; their e-mail addresses, pages and roles are not in
//! RSS, since an `author` beside `dc:creator` would name the person twice.

mod references;

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap, syndication};

use super::media::{self, EntryMedia};
use super::{GENERATOR, RenderError, alternates, buffer, category_label, rfc3339};
use crate::feed::document::{Category, Channel, Entry, Feed, Person};
use crate::model::article::Media;
use crate::model::format::Format;
use crate::text::Text;

/// Writes `feed` as RSS 2.0.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, RenderError> {
    let document = channel(feed).write_to(buffer(feed));
    document
        .map(|document| references::write_hexadecimal(&document))
        .map_err(RenderError::Rss)
}

fn channel(feed: &Feed) -> rss::Channel {
    let channel = &feed.channel;
    // A channel of RSS has one picture; the square icon is better than none.
    let picture = channel.logo.as_ref().or(channel.icon.as_ref());
    let update_period = update_period(channel.cache_seconds);
    let items: Vec<rss::Item> = feed
        .entries
        .iter()
        .map(|entry| item(entry, channel))
        .collect();
    rss::Channel {
        title: owned(&channel.title),
        link: channel.link.clone(),
        description: owned(&channel.description),
        language: Some(channel.language.clone()),
        copyright: channel.copyright.as_ref().map(owned),
        managing_editor: contact(&channel.author),
        last_build_date: Some(rfc822(feed.updated)),
        generator: Some(GENERATOR.to_owned()),
        docs: Some(DOCS.to_owned()),
        ttl: Some(ttl_minutes(channel.cache_seconds).to_string()),
        image: picture.map(|url| image(channel, url)),
        atom_ext: Some(AtomExtension {
            links: links(channel),
        }),
        namespaces: namespaces(&update_period, &items),
        extensions: update_period,
        items,
        ..rss::Channel::default()
    }
}

const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// The freshness of a copy, rounded up to whole minutes.
fn ttl_minutes(cache_seconds: u32) -> u32 {
    cache_seconds.div_ceil(60).max(1)
}

/// `sy:updatePeriod` and `sy:updateFrequency`, for a freshness that divides the hour.
fn update_period(cache_seconds: u32) -> ExtensionMap {
    let Some(frequency) = updates_per_hour(cache_seconds) else {
        return ExtensionMap::default();
    };
    let elements = BTreeMap::from([
        leaf("sy", "updatePeriod", "hourly".to_owned()),
        leaf("sy", "updateFrequency", frequency.to_string()),
    ]);
    BTreeMap::from([("sy".to_owned(), elements)])
}

/// The namespaces that the writer does not declare itself, each only if it is used. Without one of them
/// the document is not well formed, and the writer does not report it.
fn namespaces(update_period: &ExtensionMap, items: &[rss::Item]) -> BTreeMap<String, String> {
    let has_media = items
        .iter()
        .any(|item| item.extensions.contains_key(media::PREFIX));
    let used = [
        ("sy", syndication::NAMESPACE, !update_period.is_empty()),
        (media::PREFIX, media::NAMESPACE, has_media),
    ];
    used.into_iter()
        .filter(|(_, _, is_used)| *is_used)
        .map(|(prefix, uri, _)| (prefix.to_owned(), uri.to_owned()))
        .collect()
}

fn updates_per_hour(cache_seconds: u32) -> Option<u32> {
    let exact = cache_seconds > 0 && 3600 % cache_seconds == 0;
    exact.then(|| 3600 / cache_seconds)
}

/// An element of a module, under its local name.
fn leaf(prefix: &str, name: &str, value: String) -> (String, Vec<Extension>) {
    let element = Extension {
        name: format!("{prefix}:{name}"),
        value: Some(value),
        ..Extension::default()
    };
    (name.to_owned(), vec![element])
}

/// `mail@host (Name)`, the only form that validators accept. The name is a comment, so characters that
/// end a comment are replaced.
fn contact(person: &Person) -> Option<String> {
    let email = person.email.as_deref()?;
    let name = person.name.as_str();
    if name.is_empty() {
        return Some(email.to_owned());
    }
    let name = name.replace('(', "[").replace(')', "]").replace('\\', "/");
    Some(format!("{email} ({name})"))
}

/// Validators require the title and link of the channel.
fn image(channel: &Channel, url: &str) -> rss::Image {
    rss::Image {
        url: url.to_owned(),
        title: owned(&channel.title),
        link: channel.link.clone(),
        ..rss::Image::default()
    }
}

fn links(channel: &Channel) -> Vec<Link> {
    let link = |rel: &str, (media_type, href): (&str, String)| Link {
        href,
        rel: rel.to_owned(),
        mime_type: Some(media_type.to_owned()),
        ..Link::default()
    };
    let this = (Format::Rss.media_type(), channel.address.url(Format::Rss));
    std::iter::once(link("self", this))
        .chain(alternates(channel, Format::Rss).map(|other| link("alternate", other)))
        .collect()
}

fn item(entry: &Entry, channel: &Channel) -> rss::Item {
    let (description, content) = texts(entry);
    let entry_media = EntryMedia::new(entry);
    let enclosure = entry_media.enclosures().into_iter().next();
    rss::Item {
        title: Some(owned(&entry.title)),
        link: Some(entry.link.clone()),
        guid: Some(rss::Guid {
            value: entry.id.clone(),
            permalink: false,
        }),
        pub_date: Some(rfc822(entry.published)),
        categories: entry.categories.iter().map(category).collect(),
        description,
        content,
        enclosure: enclosure.map(self::enclosure),
        extensions: extensions(entry, &entry_media, enclosure),
        dublin_core_ext: dublin_core(entry, channel),
        ..rss::Item::default()
    }
}

/// `description` and `content:encoded`, both HTML. Without a lead, the full text is the description.
fn texts(entry: &Entry) -> (Option<String>, Option<String>) {
    let body = entry.body().map(|html| html.as_str().to_owned());
    match entry.lead() {
        Some(lead) => (Some(as_html(lead)), body),
        None => (body, None),
    }
}

fn as_html(text: &Text) -> String {
    quick_xml::escape::partial_escape(text.as_str()).into_owned()
}

fn category(category: &Category) -> rss::Category {
    rss::Category {
        name: category_label(&category.label),
        domain: Some(category.scheme.clone()),
    }
}

/// A length of 0 means unknown.
fn enclosure(media: &Media) -> rss::Enclosure {
    rss::Enclosure {
        url: media.url.clone(),
        length: media.length.unwrap_or(0).to_string(),
        mime_type: media::media_type(media).to_owned(),
    }
}

fn extensions(
    entry: &Entry,
    entry_media: &EntryMedia<'_>,
    enclosure: Option<&Media>,
) -> ExtensionMap {
    let correction = entry.corrected().map(correction);
    let contents = entry_media.contents(enclosure.as_slice());
    let elements = (!contents.is_empty()).then(|| {
        let elements = contents
            .into_iter()
            .map(|media| content(entry_media, media));
        let elements = BTreeMap::from([("content".to_owned(), elements.collect())]);
        (media::PREFIX.to_owned(), elements)
    });
    correction.into_iter().chain(elements).collect()
}

/// RSS has no element for corrections, and `pubDate` never changes, so this is Atom's. Its namespace is
/// declared in every document for the self link.
fn correction(date: DateTime<FixedOffset>) -> (String, BTreeMap<String, Vec<Extension>>) {
    let elements = BTreeMap::from([leaf("atom", "updated", rfc3339(date))]);
    ("atom".to_owned(), elements)
}

fn content(entry_media: &EntryMedia<'_>, media: &Media) -> Extension {
    Extension {
        name: format!("{}:content", media::PREFIX),
        value: None,
        attrs: entry_media.attributes(media),
        children: media::texts(media)
            .map(|(name, text)| leaf(media::PREFIX, name, text.to_owned()))
            .collect(),
    }
}

/// `dc:creator` has the names, because `author` of RSS requires an e-mail address.
fn dublin_core(entry: &Entry, channel: &Channel) -> Option<DublinCoreExtension> {
    let names = entry.authors.iter().map(|author| owned(&author.name));
    let extension = DublinCoreExtension {
        creators: names.collect(),
        languages: entry
            .own_language(channel)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        ..DublinCoreExtension::default()
    };
    (extension != DublinCoreExtension::default()).then_some(extension)
}

fn owned(text: &Text) -> String {
    text.as_str().to_owned()
}

/// chrono's own form has one-digit days, which some readers reject.
fn rfc822(date: DateTime<FixedOffset>) -> String {
    date.format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_two_digit_days_english_names_and_the_offset() {
        for (date, expected) in [
            (
                "2024-02-05T09:00:00+06:00",
                "Mon, 05 Feb 2024 09:00:00 +0600",
            ),
            (
                "2026-01-08T00:00:00+05:00",
                "Thu, 08 Jan 2026 00:00:00 +0500",
            ),
            ("2026-12-31T23:59:59.9Z", "Thu, 31 Dec 2026 23:59:59 +0000"),
            (
                "2026-03-01T00:00:00-03:30",
                "Sun, 01 Mar 2026 00:00:00 -0330",
            ),
        ] {
            let date = DateTime::parse_from_rfc3339(date).expect("a date");
            assert_eq!(rfc822(date), expected);
        }
    }

    #[test]
    fn freshness_in_minutes_and_updates_per_hour() {
        for (seconds, minutes, per_hour) in [
            (0, 1, None),
            (1, 1, Some(3600)),
            (59, 1, None),
            (60, 1, Some(60)),
            (61, 2, None),
            (300, 5, Some(12)),
            (3600, 60, Some(1)),
            (7200, 120, None),
            (u32::MAX, 71_582_789, None),
        ] {
            assert_eq!(ttl_minutes(seconds), minutes, "{seconds} s");
            assert_eq!(updates_per_hour(seconds), per_hour, "{seconds} s");
        }
    }
}
