//! JSON Feed 1.1. The order of the fields here is the order of the keys in the document.

use serde::Serialize;

use super::{Format, RenderError, buffer, rfc3339};
use crate::feed::{Channel, Entry, Feed, Person};
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
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a Text,
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
        date_published: rfc3339(entry.published),
        date_modified: entry.corrected().map(rfc3339),
        authors: entry.authors.iter().map(author).collect(),
        tags: tags(entry),
        language: entry.own_language(channel),
    }
}

fn author(person: &Person) -> Author<'_> {
    Author { name: &person.name }
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
