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
use memchr::memmem;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::{self, DublinCoreExtension};
use rss::extension::{Extension, ExtensionMap, syndication};

use super::media::{self, EntryMedia};
use super::{GENERATOR, MARKUP_BYTES, RenderError, alternates, buffer, category_label, rfc3339};
use crate::feed::document::{Category, Channel, Entry, Feed, Person};
use crate::model::article::Media;
use crate::model::format::Format;
use crate::text::Text;

/// Writes `feed` as RSS 2.0. Each item is written by itself, as the library writes it in a channel, because
/// several feeds may have it.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, RenderError> {
    let mut items = buffer(feed);
    for entry in &feed.entries {
        entry.with_rss(
            &feed.channel,
            || write_item(entry, &feed.channel),
            |written| items.extend_from_slice(written),
        )?;
    }
    let mut document = write(&channel(feed), 0)?;
    document.truncate(end(&document));
    document.reserve_exact(items.len() + END.len());
    document.extend_from_slice(&items);
    document.extend_from_slice(END);
    Ok(document)
}

/// What the library writes behind the last item of a channel.
const END: &[u8] = b"</channel></rss>";

/// Writes a channel whose items have about so many bytes of text.
fn write(channel: &rss::Channel, text_bytes: usize) -> Result<Vec<u8>, RenderError> {
    let buffer = Vec::with_capacity(MARKUP_BYTES + text_bytes + text_bytes / 8);
    channel
        .write_to(buffer)
        .map(|document| references::write_hexadecimal(&document))
        .map_err(RenderError::Rss)
}

/// The item of a channel without anything else.
fn write_item(entry: &Entry, channel: &Channel) -> Result<Vec<u8>, RenderError> {
    let only = rss::Channel {
        items: vec![item(entry, channel)],
        ..rss::Channel::default()
    };
    let text_bytes = usize::try_from(entry.text_bytes()).unwrap_or(0);
    let document = write(&only, text_bytes)?;
    let start = memmem::find(&document, b"<item>").expect("the library writes an item");
    Ok(document[start..end(&document)].to_vec())
}

/// Where the channel of a document ends.
fn end(document: &[u8]) -> usize {
    let before = document.strip_suffix(END);
    before.expect("the library ends the channel").len()
}

/// The channel without its items.
fn channel(feed: &Feed) -> rss::Channel {
    let channel = &feed.channel;
    // A channel of RSS has one picture; the square icon is better than none.
    let picture = channel.logo.as_ref().or(channel.icon.as_ref());
    let update_period = update_period(channel.cache_seconds);
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
        namespaces: namespaces(feed, &update_period),
        extensions: update_period,
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

/// The namespaces of the modules that are used. The library declares those of its own modules where a channel
/// has items; without one of them the document is not well formed, and the library does not report it.
fn namespaces(feed: &Feed, update_period: &ExtensionMap) -> BTreeMap<String, String> {
    let any = |uses: &dyn Fn(&Entry) -> bool| feed.entries.iter().any(|entry| uses(entry));
    let uses_dublin_core = any(&|entry| has_dublin_core(entry, &feed.channel));
    let used = [
        ("content", CONTENT_NAMESPACE, any(&has_content)),
        ("dc", dublincore::NAMESPACE, uses_dublin_core),
        ("sy", syndication::NAMESPACE, !update_period.is_empty()),
        (media::PREFIX, media::NAMESPACE, any(&has_media)),
    ];
    used.into_iter()
        .filter(|(_, _, is_used)| *is_used)
        .map(|(prefix, uri, _)| (prefix.to_owned(), uri.to_owned()))
        .collect()
}

/// The namespace of `content:encoded`.
const CONTENT_NAMESPACE: &str = "http://purl.org/rss/1.0/modules/content/";

fn has_content(entry: &Entry) -> bool {
    entry.lead().is_some() && entry.body().is_some()
}

fn has_dublin_core(entry: &Entry, channel: &Channel) -> bool {
    !entry.authors.is_empty() || entry.own_language(channel).is_some()
}

fn has_media(entry: &Entry) -> bool {
    let media = EntryMedia::new(entry);
    let enclosure = media.enclosures().into_iter().next();
    !media.contents(enclosure.as_slice()).is_empty()
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
    let hub = |href: &String| Link {
        href: href.clone(),
        rel: "hub".to_owned(),
        ..Link::default()
    };
    std::iter::once(link("self", this))
        .chain(alternates(channel, Format::Rss).map(|other| link("alternate", other)))
        .chain(channel.hubs.iter().map(hub))
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
    has_dublin_core(entry, channel).then_some(extension)
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
    use crate::feed::document::shared_entry::SharedEntry;
    use crate::text::Html;

    fn feed(language: &str, entries: &[SharedEntry]) -> Feed {
        Feed {
            channel: Channel {
                title: Text::new("Дала"),
                language: language.to_owned(),
                ..Channel::default()
            },
            updated: DateTime::default(),
            entries: entries.to_vec(),
        }
    }

    /// Entries that use no module, one of them, and all.
    fn entries() -> [SharedEntry; 4] {
        let bare = Entry {
            title: Text::new("Көпір & жол"),
            language: "kk".to_owned(),
            ..Entry::default()
        };
        let corrected = Entry {
            updated: bare.updated + chrono::TimeDelta::days(1),
            ..bare.clone()
        };
        let signed = Entry {
            authors: vec![Person {
                name: Text::new("Сәуле <Бекова>"),
                ..Person::default()
            }],
            ..bare.clone()
        };
        let full = Entry {
            summary: Some(Text::new("Мост откроют <весной>")),
            content: Some(Html::from_paragraphs(["]]> & </item><item>"])),
            image: Some(Media {
                url: "https://dala.example/a.jpg".to_owned(),
                alt: Some("Мост & река".to_owned()),
                ..Media::default()
            }),
            ..signed.clone()
        };
        [bare, corrected, signed, full].map(SharedEntry::from)
    }

    #[test]
    fn items_are_written_as_the_library_writes_them_in_their_channel() {
        let entries = entries();
        let several = (0..=entries.len()).map(|count| &entries[..count]);
        for entries in several.chain(entries.chunks(1)) {
            for language in ["kk", "ru"] {
                let feed = feed(language, entries);
                let items = entries.iter().map(|entry| item(entry, &feed.channel));
                let mut whole = channel(&feed);
                whole.items = items.collect();
                // The library declares its own modules.
                for prefix in ["content", "dc"] {
                    whole.namespaces.remove(prefix);
                }
                let whole = write(&whole, 0).expect("a document");
                let document = render(&feed).expect("a document");
                assert_eq!(
                    String::from_utf8_lossy(&document),
                    String::from_utf8_lossy(&whole)
                );
            }
        }
    }

    #[test]
    fn an_entry_of_several_feeds_is_written_as_each_needs_it() {
        let shared = entries();
        let rendered = |language, entries: &[SharedEntry]| {
            render(&feed(language, entries)).expect("a document")
        };
        for language in ["kk", "ru", "kk", "ru"] {
            assert_eq!(rendered(language, &shared), rendered(language, &entries()));
        }
        let mut changed = shared.clone();
        changed[0].title = Text::new("Су");
        assert_eq!(rendered("kk", &shared), rendered("kk", &entries()));
        let changed = String::from_utf8(rendered("kk", &changed)).expect("UTF-8");
        assert!(changed.contains("<item><title>Су</title>"), "{changed}");
    }

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
