//! Atom 1.0 (RFC 4287), without extensions: its own vocabulary says all we know.
//!
//! An `entry` of the library has no `xml:lang`, so an article in another language than its feed
//! says so on its title, summary and content.

use atom_syndication::{Content, Generator, Link, TextType};
use chrono::SubsecRound;

use super::{Format, GENERATOR, RenderError, alternates, buffer};
use crate::feed::{Category, Channel, Entry, Feed, Person};
use crate::text::{Html, Text};

/// Writes `feed` as Atom 1.0.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, RenderError> {
    document(feed)
        .write_to(buffer(feed))
        .map_err(RenderError::Atom)
}

fn document(feed: &Feed) -> atom_syndication::Feed {
    let channel = &feed.channel;
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
        entries: feed
            .entries
            .iter()
            .map(|article| entry(article, channel))
            .collect(),
        lang: Some(channel.language.clone()),
        ..atom_syndication::Feed::default()
    }
}

/// The alternates differ in type, as Atom demands of links with one relation.
fn links(channel: &Channel) -> Vec<Link> {
    let this = channel.address.url(Format::Atom);
    let others = alternates(channel, Format::Atom)
        .map(|(media_type, href)| link("alternate", media_type, href));
    [
        link("self", Format::Atom.media_type(), this),
        link("alternate", PAGE_TYPE, channel.link.clone()),
    ]
    .into_iter()
    .chain(others)
    .collect()
}

/// The media type of pages for people.
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
    atom_syndication::Entry {
        title: text(&entry.title, language),
        id: entry.id.clone(),
        updated: entry.updated.trunc_subsecs(0),
        authors: entry.authors.iter().map(person).collect(),
        categories: entry.categories.iter().map(category).collect(),
        links: vec![link("alternate", PAGE_TYPE, entry.link.clone())],
        published: Some(entry.published.trunc_subsecs(0)),
        summary: entry.lead().map(|lead| text(lead, language)),
        content: entry.body().map(|body| content(body, language)),
        ..atom_syndication::Entry::default()
    }
}

fn text(text: &Text, language: Option<&str>) -> atom_syndication::Text {
    atom_syndication::Text {
        value: text.as_str().to_owned(),
        lang: language.map(str::to_owned),
        r#type: TextType::Text,
        base: None,
    }
}

/// Never `xhtml`: the library writes that one unescaped.
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
        ..atom_syndication::Person::default()
    }
}

fn category(category: &Category) -> atom_syndication::Category {
    let label = category.label.as_str();
    atom_syndication::Category {
        term: label.to_owned(),
        scheme: Some(category.scheme.clone()),
        label: Some(label.to_owned()),
    }
}
