//! The values of `feed.html`.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::list::{FeedValue, description};
use super::subscribe::{ReaderValue, SubscribeValue};
use super::{
    AlternateValue, Href, PageValue, RelatedValue, UNRESERVED, WhenValue, article_page, build_page,
    other_language, with_site, without_site,
};
use crate::feed::document::{Channel, Entry, Feed, Person};
use crate::model::selection::Selection;
use crate::render::escape_markup;
use crate::render::pages::frame::{Frame, RelatedFeed};

/// The values of `feed.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct FeedPage<'a> {
    page: PageValue,
    feed: FeedValue<'a>,
    subscribe: SubscribeValue,
    /// Web readers with a link that adds the feed.
    readers: Vec<ReaderValue>,
    snippets: Snippets,
    articles: Vec<TeaserValue<'a>>,
    related: Vec<RelatedValue>,
    /// The page where readers combine terms, with those of the feed.
    narrow: Option<Href>,
}

impl<'a> FeedPage<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        feed: &'a Feed,
        related: &[RelatedFeed],
        selection: Option<&Selection>,
    ) -> FeedPage<'a> {
        let channel = &feed.channel;
        let about = description(frame, channel);
        let terms = selection.map(Selection::to_query);
        let terms = terms.filter(|terms| !terms.is_empty());
        FeedPage {
            page: PageValue {
                description: about
                    .or(frame.site.description.as_deref())
                    .map(str::to_owned),
                alternates: AlternateValue::each(frame, channel),
                ..PageValue::new(frame, channel.title.as_str())
            },
            feed: FeedValue::new(frame, channel, feed.entries.len(), feed.updated),
            subscribe: SubscribeValue::new(channel),
            readers: ReaderValue::each(channel),
            snippets: Snippets::new(frame, channel),
            articles: TeaserValue::each(frame, feed),
            related: RelatedValue::each(frame, related),
            narrow: terms.and_then(|terms| build_page(frame, &terms)),
        }
    }
}

/// HTML for the publication's own pages, to copy.
#[derive(Debug, Serialize)]
struct Snippets {
    /// One `<link>` for each format.
    head: String,
    /// `<a>`.
    link: String,
}

impl Snippets {
    fn new(frame: &Frame<'_>, channel: &Channel) -> Snippets {
        let title = with_site(frame, channel.title.as_str());
        let links = channel.formats.iter().map(|&format| {
            format!(
                r#"<link rel="alternate" type="{}" title="{}" href="{}">"#,
                format.media_type(),
                escape_markup(&format!("{title} ({})", format.title())),
                escape_markup(&channel.address.url(format)),
            )
        });
        // Without `lang`, so that readers get their own language there.
        let page = channel.address.page();
        Snippets {
            head: links.collect::<Vec<_>>().join("\n"),
            link: format!(
                r#"<a href="{}">{}</a>"#,
                escape_markup(&page),
                escape_markup(without_site(frame, channel.title.as_str())),
            ),
        }
    }
}

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
