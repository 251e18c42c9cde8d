//! The values of an article in a list, and of the authors of articles.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::{Href, UNRESERVED, WhenValue, article_page, other_language};
use crate::feed::document::{Entry, Feed, Person};
use crate::render::pages::frame::Frame;

/// An article in a list.
#[derive(Debug, Serialize)]
pub(super) struct TeaserValue<'a> {
    title: &'a str,
    url: Option<Href>,
    /// Its language, if it differs from the page's.
    lang: Option<&'a str>,
    published: WhenValue,
    /// The last correction, if there was one.
    corrected: Option<WhenValue>,
    authors: Vec<AuthorValue<'a>>,
    lead: Option<&'a str>,
    /// The address of its picture.
    image: Option<Href>,
}

impl<'a> TeaserValue<'a> {
    pub(super) fn each(frame: &Frame<'_>, feed: &'a Feed) -> Vec<TeaserValue<'a>> {
        let entries = feed.entries.iter();
        entries
            .map(|entry| TeaserValue::new(frame, entry))
            .collect()
    }

    fn new(frame: &Frame<'_>, entry: &'a Entry) -> TeaserValue<'a> {
        let locale = frame.locale;
        TeaserValue {
            title: entry.title.as_str(),
            url: article_page(frame, &entry.link),
            lang: other_language(locale, &entry.language),
            published: WhenValue::new(locale, entry.published),
            corrected: entry.corrected().map(|at| WhenValue::new(locale, at)),
            authors: entry
                .authors
                .iter()
                .map(|author| AuthorValue::new(author, None))
                .collect(),
            lead: entry.lead().map(|lead| lead.as_str()),
            image: entry.image.as_ref().and_then(|image| Href::web(&image.url)),
        }
    }
}

/// An author of an article.
#[derive(Debug, Serialize)]
pub(super) struct AuthorValue<'a> {
    name: &'a str,
    role: Option<&'a str>,
    /// The person's own page, else the page of the person's feed.
    url: Option<Href>,
    /// A `mailto:` address.
    mail: Option<Href>,
    email: Option<&'a str>,
}

impl<'a> AuthorValue<'a> {
    pub(super) fn new(person: &'a Person, articles: Option<Href>) -> AuthorValue<'a> {
        let email = person.email.as_deref().filter(|email| email.contains('@'));
        AuthorValue {
            name: person.name.as_str(),
            role: person.role.as_ref().map(|role| role.as_str()),
            url: person.url.as_deref().and_then(Href::web).or(articles),
            mail: email.and_then(|email| {
                let encoded = utf8_percent_encode(email, UNRESERVED).to_string();
                Href::new(&format!("mailto:{}", encoded.replace("%40", "@")))
            }),
            email,
        }
    }
}
