//! JSON Feed 1.1. The order of the fields here is the order of the keys in the document.
//!
//! What the specification has no key for is in extension objects named `_taspa`, as it allows: of
//! an author the `role`; of an item what is known of its `image`; of an attachment its size in
//! pixels and its credit.

use crate::model::format::Format;
use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::media::{EntryMedia, media_type};
use super::{RenderError, buffer, rfc3339};
use crate::feed::document::{Channel, Entry, Feed, Person};
use crate::model::article::Media;
use crate::text::{Html, Text};

/// Writes `feed` as JSON Feed 1.1, compact, with a newline at its end.
pub(super) fn render(feed: &Feed) -> Result<Vec<u8>, RenderError> {
    let mut bytes = buffer(feed);
    serde_json::to_writer(&mut bytes, &document(feed)).map_err(RenderError::Json)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a Text,
    home_page_url: &'a str,
    feed_url: String,
    description: &'a Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    language: &'a str,
    authors: Vec<Author<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a Html>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_taspa", skip_serializing_if = "Option::is_none")]
    extension: Option<ItemExtension<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Cow<'a, str>>,
    #[serde(rename = "_taspa", skip_serializing_if = "Option::is_none")]
    extension: Option<AuthorExtension<'a>>,
}

#[derive(Serialize)]
struct AuthorExtension<'a> {
    role: &'a Text,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(rename = "_taspa", skip_serializing_if = "Option::is_none")]
    extension: Option<MediaExtension<'a>>,
}

#[derive(Serialize)]
struct ItemExtension<'a> {
    image: MediaExtension<'a>,
}

/// What is known of a medium and has no key of its own where this stands.
#[derive(Default, PartialEq, Serialize)]
struct MediaExtension<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<&'a str>,
}

fn document(feed: &Feed) -> Document<'_> {
    let channel = &feed.channel;
    Document {
        version: VERSION,
        title: &channel.title,
        home_page_url: &channel.link,
        feed_url: channel.address.url(Format::Json),
        description: &channel.description,
        icon: channel.icon.as_deref(),
        language: &channel.language,
        authors: vec![author(&channel.author)],
        items: feed
            .entries
            .iter()
            .map(|entry| item(entry, channel))
            .collect(),
    }
}

/// What names the format and its version.
const VERSION: &str = "https://jsonfeed.org/version/1.1";

fn item<'a>(entry: &'a Entry, channel: &Channel) -> Item<'a> {
    let (content_html, summary) = (entry.body(), entry.lead());
    let attached = EntryMedia::new(entry);
    Item {
        id: &entry.id,
        url: &entry.link,
        title: &entry.title,
        content_html,
        // An item must have one of the two contents.
        content_text: match content_html {
            Some(_) => None,
            None => Some(summary.unwrap_or(&entry.title)),
        },
        summary,
        image: attached.picture.map(|picture| picture.url.as_str()),
        date_published: rfc3339(entry.published),
        date_modified: entry.corrected().map(rfc3339),
        authors: entry.authors.iter().map(author).collect(),
        tags: tags(entry),
        language: entry.own_language(channel),
        attachments: attachments(&attached.files),
        extension: attached
            .picture
            .and_then(of_image)
            .map(|image| ItemExtension { image }),
    }
}

/// The page of the author, or where to write to.
fn author(person: &Person) -> Author<'_> {
    let page = person.url.as_deref().map(Cow::Borrowed);
    let mailbox = || person.email.as_deref().map(|email| mailto(email).into());
    Author {
        name: &person.name,
        url: page.or_else(mailbox),
        extension: person.role.as_ref().map(|role| AuthorExtension { role }),
    }
}

fn mailto(email: &str) -> String {
    format!("mailto:{}", utf8_percent_encode(email, RAW_IN_MAILTO))
}

/// What an address may hold that means nothing to a `mailto:` URI (RFC 6068 §2).
const RAW_IN_MAILTO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'\'');

/// Attachments of one title are forms of one thing to readers, so a title that two media share is
/// told apart from titles.
fn attachments<'a>(files: &[&'a Media]) -> Vec<Attachment<'a>> {
    let bearers = |alt: &str| {
        let bearers = files.iter().filter(|file| file.alt.as_deref() == Some(alt));
        bearers.count()
    };
    let attachment = |media: &&'a Media| {
        let alt = media.alt.as_deref();
        let title = alt.filter(|alt| bearers(alt) == 1);
        Attachment {
            url: &media.url,
            mime_type: media_type(media),
            title,
            size_in_bytes: media.length,
            extension: some(MediaExtension {
                mime_type: None,
                size_in_bytes: None,
                alt: alt.filter(|_| title.is_none()),
                ..details(media)
            }),
        }
    };
    files.iter().map(attachment).collect()
}

fn of_image(media: &Media) -> Option<MediaExtension<'_>> {
    some(details(media))
}

fn details(media: &Media) -> MediaExtension<'_> {
    MediaExtension {
        mime_type: media.media_type.as_deref(),
        size_in_bytes: media.length,
        width: media.width,
        height: media.height,
        alt: media.alt.as_deref(),
        credit: media.credit.as_deref(),
    }
}

fn some(extension: MediaExtension<'_>) -> Option<MediaExtension<'_>> {
    (extension != MediaExtension::default()).then_some(extension)
}

/// Tags here have no kind, so a section and a tag of one name are one.
fn tags(entry: &Entry) -> Vec<&Text> {
    let mut tags = Vec::with_capacity(entry.categories.len());
    for category in &entry.categories {
        if !tags.contains(&&category.label) {
            tags.push(&category.label);
        }
    }
    tags
}
