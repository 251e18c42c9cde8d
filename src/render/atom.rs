//! Atom 1.0 (RFC 4287), with Media RSS for the pixel size, description and credit of media.
//!
//! The library escapes its own elements but not the attributes of extensions, so [`attribute`] escapes
//! them. An `entry` of the library has no `xml:lang`, so the title, summary and content of an article
//! in another language than its feed have it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Content, Generator, Link, TextType};
use chrono::SubsecRound;

use super::media::{self, EntryMedia};
use super::{GENERATOR, RenderError, alternates, buffer, category_label, escape_markup};
use crate::feed::document::{Category, Channel, Entry, Feed, Person};
use crate::model::article::Media;
use crate::model::format::Format;
use crate::text::{Html, Text};

/// Writes `feed` as Atom 1.0.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, RenderError> {
    document(feed)
        .write_to(buffer(feed))
        .map_err(RenderError::Atom)
}

fn document(feed: &Feed) -> atom_syndication::Feed {
    let channel = &feed.channel;
    let entries: Vec<atom_syndication::Entry> = feed
        .entries
        .iter()
        .map(|article| entry(article, channel))
        .collect();
    atom_syndication::Feed {
        title: text(&channel.title, None),
        id: channel.id.clone(),
        updated: feed.updated.trunc_subsecs(0),
        authors: vec![person(&channel.author)],
        generator: Some(Generator {
            value: GENERATOR.to_owned(),
            ..Generator::default()
        }),
        icon: channel.icon.clone(),
        links: links(channel),
        logo: channel.logo.clone(),
        rights: channel.copyright.as_ref().map(|rights| text(rights, None)),
        subtitle: Some(text(&channel.description, None)),
        namespaces: namespaces(&entries),
        entries,
        lang: Some(channel.language.clone()),
        ..atom_syndication::Feed::default()
    }
}

/// Media RSS, if an entry uses it: the library does not declare it. The library does not escape
/// namespaces either, so they must be constants.
fn namespaces(entries: &[atom_syndication::Entry]) -> BTreeMap<String, String> {
    let has_media = entries.iter().any(|entry| !entry.extensions.is_empty());
    let media = (media::PREFIX.to_owned(), media::NAMESPACE.to_owned());
    has_media.then_some(media).into_iter().collect()
}

/// The alternates differ in type: Atom requires it of links with one relation.
fn links(channel: &Channel) -> Vec<Link> {
    let this = channel.address.url(Format::Atom);
    let others = alternates(channel, Format::Atom)
        .map(|(media_type, href)| link("alternate", media_type, href));
    let hubs = channel.hubs.iter().map(|href| Link {
        href: href.clone(),
        rel: "hub".to_owned(),
        ..Link::default()
    });
    [
        link("self", Format::Atom.media_type(), this),
        link("alternate", PAGE_TYPE, channel.link.clone()),
    ]
    .into_iter()
    .chain(others)
    .chain(hubs)
    .collect()
}

const PAGE_TYPE: &str = "text/html";

fn link(rel: &str, media_type: &str, href: String) -> Link {
    Link {
        href,
        rel: rel.to_owned(),
        mime_type: Some(media_type.to_owned()),
        ..Link::default()
    }
}

fn entry(entry: &Entry, channel: &Channel) -> atom_syndication::Entry {
    let language = entry.own_language(channel);
    let media = EntryMedia::new(entry);
    let enclosures = media.enclosures();
    let page = link("alternate", PAGE_TYPE, entry.link.clone());
    let links = enclosures.iter().map(|media| enclosure(media));
    atom_syndication::Entry {
        title: text(&entry.title, language),
        id: entry.id.clone(),
        updated: entry.updated.trunc_subsecs(0),
        authors: entry.authors.iter().map(person).collect(),
        categories: entry.categories.iter().map(category).collect(),
        links: std::iter::once(page).chain(links).collect(),
        published: Some(entry.published.trunc_subsecs(0)),
        summary: summary(entry).map(|summary| text(summary, language)),
        content: entry.body().map(|body| content(body, language)),
        extensions: extensions(&media, &enclosures),
        ..atom_syndication::Entry::default()
    }
}

/// The lead. An article without any text has its title: readers show an entry without summary and content as
/// one that was not loaded. A feed of titles has no summaries.
fn summary(entry: &Entry) -> Option<&Text> {
    let has_text = entry.summary.is_none() || entry.body().is_some();
    entry.lead().or((!has_text).then_some(&entry.title))
}

fn enclosure(media: &Media) -> Link {
    Link {
        title: media.alt.clone(),
        length: media.length.map(|length| length.to_string()),
        ..link("enclosure", media::media_type(media), media.url.clone())
    }
}

fn extensions(entry: &EntryMedia<'_>, enclosures: &[&Media]) -> ExtensionMap {
    let contents = entry.contents(enclosures);
    if contents.is_empty() {
        return ExtensionMap::default();
    }
    let elements = contents
        .into_iter()
        .map(|media| media_content(entry, media));
    let elements = BTreeMap::from([("content".to_owned(), elements.collect())]);
    BTreeMap::from([(media::PREFIX.to_owned(), elements)])
}

fn media_content(entry: &EntryMedia<'_>, media: &Media) -> Extension {
    let attributes = entry.attributes(media).into_iter();
    let leaf = |(name, text): (&str, &str)| {
        let element = Extension {
            name: format!("{}:{name}", media::PREFIX),
            value: Some(text.to_owned()),
            ..Extension::default()
        };
        (name.to_owned(), vec![element])
    };
    Extension {
        name: format!("{}:content", media::PREFIX),
        value: None,
        attrs: attributes
            .map(|(name, value)| (name, attribute(&value).into_owned()))
            .collect(),
        children: media::texts(media).map(leaf).collect(),
    }
}

/// The value of an extension's attribute, escaped unless the library does it.
fn attribute(value: &str) -> Cow<'_, str> {
    if *ESCAPES_ATTRIBUTES || !value.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(escape_markup(value))
}

/// Whether the library escapes attributes of extensions. 0.12.10 does not; a later version may, and
/// escaping twice would break our addresses.
static ESCAPES_ATTRIBUTES: LazyLock<bool> = LazyLock::new(|| {
    let element = Extension {
        name: "probe".to_owned(),
        attrs: BTreeMap::from([("a".to_owned(), "&".to_owned())]),
        ..Extension::default()
    };
    let elements = BTreeMap::from([("probe".to_owned(), vec![element])]);
    let probe = atom_syndication::Feed {
        extensions: BTreeMap::from([("probe".to_owned(), elements)]),
        ..atom_syndication::Feed::default()
    };
    probe.to_string().contains("&amp;")
});

fn text(text: &Text, language: Option<&str>) -> atom_syndication::Text {
    atom_syndication::Text {
        value: text.as_str().to_owned(),
        lang: language.map(str::to_owned),
        r#type: TextType::Text,
        base: None,
    }
}

/// Never `xhtml`: the library does not escape it.
fn content(html: &Html, language: Option<&str>) -> Content {
    Content {
        value: Some(html.as_str().to_owned()),
        content_type: Some("html".to_owned()),
        lang: language.map(str::to_owned),
        ..Content::default()
    }
}

fn person(person: &Person) -> atom_syndication::Person {
    atom_syndication::Person {
        name: person.name.as_str().to_owned(),
        email: person.email.clone(),
        uri: person.url.clone(),
        ..atom_syndication::Person::default()
    }
}

/// Most readers show the term, so it is the article's spelling and not the key; some show the label. With a
/// slug, it is that which tells two categories of one name apart (RFC 4287, section 4.2.2).
fn category(category: &Category) -> atom_syndication::Category {
    atom_syndication::Category {
        term: category
            .slug
            .clone()
            .unwrap_or_else(|| category.label.to_string()),
        scheme: Some(category.scheme.clone()),
        label: Some(category_label(&category.label)),
    }
}
