//! JSON Feed 1.1. The order of the fields here is the order of the keys in the document.
//!
//! The specification has no key for the `role` of an author, the properties of an `image`, and the
//! pixel size and credit of an attachment. They are in extension objects named `_taspa`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::media::{EntryMedia, media_type};
use super::{RenderError, buffer, rfc3339};
use crate::feed::document::{Channel, Entry, Feed, Person};
use crate::model::article::Media;
use crate::model::format::Format;
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
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

/// The properties of a medium that JSON Feed has no key for.
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
        hubs: channel.hubs.iter().map(|url| hub(url)).collect(),
        items: feed
            .entries
            .iter()
            .map(|entry| item(entry, channel))
            .collect(),
    }
}

/// The type is the name of the protocol.
fn hub(url: &str) -> Hub<'_> {
    Hub {
        r#type: "WebSub",
        url,
    }
}

const VERSION: &str = "https://jsonfeed.org/version/1.1";

fn item<'a>(entry: &'a Entry, channel: &Channel) -> Item<'a> {
    let (content_html, summary) = (entry.body(), entry.lead());
    let media = EntryMedia::new(entry);
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
        image: media.picture.map(|picture| picture.url.as_str()),
        date_published: rfc3339(entry.published),
        date_modified: entry.corrected().map(rfc3339),
        authors: entry.authors.iter().map(author).collect(),
        tags: tags(entry),
        language: entry.own_language(channel),
        attachments: attachments(&media.files),
        extension: media
            .picture
            .and_then(|picture| non_empty(media_extension(picture)))
            .map(|image| ItemExtension { image }),
    }
}

/// `url` is the page of the author, or a `mailto:` address.
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

/// Characters of a mail address that a `mailto:` URI takes unencoded (RFC 6068 §2).
const RAW_IN_MAILTO: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'+')
    .remove(b'\'');

/// Readers take attachments with one title for alternatives of one file, so a description that two
/// media share is not their title.
fn attachments<'a>(files: &[&'a Media]) -> Vec<Attachment<'a>> {
    let is_shared = |alt: &str| {
        let same = files.iter().filter(|file| file.alt.as_deref() == Some(alt));
        same.count() > 1
    };
    let attachment = |media: &&'a Media| {
        let alt = media.alt.as_deref();
        let title = alt.filter(|alt| !is_shared(alt));
        Attachment {
            url: &media.url,
            mime_type: media_type(media),
            title,
            size_in_bytes: media.length,
            extension: non_empty(MediaExtension {
                mime_type: None,
                size_in_bytes: None,
                alt: alt.filter(|_| title.is_none()),
                ..media_extension(media)
            }),
        }
    };
    files.iter().map(attachment).collect()
}

fn media_extension(media: &Media) -> MediaExtension<'_> {
    MediaExtension {
        mime_type: media.media_type.as_deref(),
        size_in_bytes: media.length,
        width: media.width,
        height: media.height,
        alt: media.alt.as_deref(),
        credit: media.credit.as_deref(),
    }
}

fn non_empty(extension: MediaExtension<'_>) -> Option<MediaExtension<'_>> {
    (extension != MediaExtension::default()).then_some(extension)
}

/// Tags have no kind here, so a section and a tag of one name are one tag.
fn tags(entry: &Entry) -> Vec<&Text> {
    let mut tags = Vec::with_capacity(entry.categories.len());
    for category in &entry.categories {
        if !tags.contains(&&category.label) {
            tags.push(&category.label);
        }
    }
    tags
}
