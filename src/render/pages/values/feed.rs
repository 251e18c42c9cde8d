//! The values of `feed.html`.

use serde::Serialize;

use super::list::{FeedValue, description};
use super::selection_sentence::describe;
use super::subscribe::{ReaderValue, SubscribeValue};
use super::teaser::TeaserValue;
use super::{
    AlternateValue, Href, PageValue, RelatedValue, build_page, feed_title, with_site, without_site,
};
use crate::feed::document::{Channel, Feed};
use crate::model::selection::Selection;
use crate::model::term::Term;
use crate::render::escape_markup;
use crate::render::pages::feed_builder::label;
use crate::render::pages::frame::{Frame, RelatedFeed};

/// The values of `feed.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct FeedPage<'a> {
    page: PageValue,
    feed: FeedValue<'a>,
    /// Which articles a selection holds, as a sentence; none for other feeds.
    sentence: Option<String>,
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
        // Only the address of a selection has a query.
        let selected = selection.filter(|_| channel.address.query.is_some());
        let sentence = selected.map(|selection| {
            describe(frame.locale, selection, |term| {
                term_label(frame, related, term)
            })
        });
        FeedPage {
            page: PageValue {
                description: about.or(frame.site_description()).map(str::to_owned),
                alternates: AlternateValue::each(frame, channel),
                ..PageValue::new(
                    frame,
                    sentence.as_deref().unwrap_or(feed_title(frame, channel)),
                )
            },
            feed: FeedValue::new(frame, channel, feed.entries.len(), feed.updated),
            subscribe: SubscribeValue::new(channel),
            readers: ReaderValue::each(channel),
            snippets: Snippets::new(frame, channel),
            articles: TeaserValue::each(frame, feed),
            related: RelatedValue::each(frame, related),
            narrow: terms.and_then(|terms| build_page(frame, &terms)),
            sentence,
        }
    }
}

/// A term as readers see it, in the spelling of the page's language or of an article.
fn term_label(frame: &Frame<'_>, related: &[RelatedFeed], term: &Term) -> String {
    let spelled = related.iter().find(|feed| feed.is_of(term));
    let name = spelled.map_or(term.key(), |feed| feed.label.as_str());
    label(term, frame.names.name(term).unwrap_or(name))
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
