//! The values of `feed.html`.

use percent_encoding::utf8_percent_encode;
use serde::Serialize;

use super::list::{FeedValue, description};
use super::{
    AlternateValue, Href, PageValue, RelatedValue, UNRESERVED, WhenValue, article_page, feed_title,
    other_language, with_site, without_site,
};
use crate::feed::document::{Channel, Entry, Feed, Person};
use crate::model::format::Format;
use crate::render::escape_markup;
use crate::render::pages::frame::{Frame, RelatedFeed};

/// The values of `feed.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct FeedPage<'a> {
    page: PageValue,
    feed: FeedValue<'a>,
    /// Web readers with a link that adds the feed.
    readers: Vec<ReaderValue>,
    snippets: Snippets,
    articles: Vec<TeaserValue<'a>>,
    related: Vec<RelatedValue>,
}

impl<'a> FeedPage<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        feed: &'a Feed,
        related: &[RelatedFeed],
    ) -> FeedPage<'a> {
        let channel = &feed.channel;
        let about = description(frame, channel);
        FeedPage {
            page: PageValue {
                description: about.or(frame.site_description()).map(str::to_owned),
                alternates: AlternateValue::each(frame, channel),
                ..PageValue::new(frame, feed_title(frame, channel))
            },
            feed: FeedValue::new(frame, channel, feed.entries.len(), feed.updated),
            readers: readers(channel),
            snippets: Snippets::new(frame, channel),
            articles: feed
                .entries
                .iter()
                .map(|entry| TeaserValue::new(frame, entry))
                .collect(),
            related: RelatedValue::each(frame, related),
        }
    }
}

/// A reader on the web.
#[derive(Debug, Serialize)]
struct ReaderValue {
    name: &'static str,
    url: Option<Href>,
}

/// Name, the link up to the encoded address of the feed, and whether the reader knows JSON Feed.
const READERS: [(&str, &str, bool); 4] = [
    ("Feedly", "https://feedly.com/i/subscription/feed%2F", false),
    ("Inoreader", "https://www.inoreader.com/?add_feed=", true),
    ("NewsBlur", "https://www.newsblur.com/?url=", true),
    (
        "The Old Reader",
        "https://theoldreader.com/feeds/subscribe?url=",
        false,
    ),
];

fn readers(channel: &Channel) -> Vec<ReaderValue> {
    let is_served = |format: &Format| channel.formats.contains(format);
    let Some(format) = [Format::Rss, Format::Atom, Format::Json]
        .into_iter()
        .find(is_served)
    else {
        return Vec::new();
    };
    let address = channel.address.url(format);
    let encoded = utf8_percent_encode(&address, UNRESERVED);
    READERS
        .iter()
        .filter(|(_, _, json)| *json || format != Format::Json)
        .map(|(name, link, _)| ReaderValue {
            name,
            url: Href::web(&format!("{link}{encoded}")),
        })
        .collect()
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

/// An article in the list of a feed's page.
#[derive(Debug, Serialize)]
struct TeaserValue<'a> {
    title: &'a str,
    url: Option<Href>,
    /// Its language, if it differs from the page's.
    lang: Option<&'a str>,
    published: WhenValue,
    /// The last correction, if there was one.
    corrected: Option<WhenValue>,
    authors: Vec<AuthorValue<'a>>,
    lead: Option<&'a str>,
}

impl<'a> TeaserValue<'a> {
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
