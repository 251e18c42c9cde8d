//! The values of `catalogue.html`, and of feeds in lists.

use chrono::{DateTime, FixedOffset};
use serde::Serialize;

use super::teaser::TeaserValue;
use super::{
    AlternateValue, FormatValue, Href, PageValue, WhenValue, feed_page, feed_title, list_name,
    list_page, other_language, without_site,
};
use crate::feed::definitions::FeedKind;
use crate::feed::document::{Channel, Feed};
use crate::feed::overview::FeedSummary;
use crate::model::term::TermKind;
use crate::model::time::Timestamp;
use crate::render::pages::frame::Frame;
use crate::render::pages::words::Words;

/// A feed in a list.
#[derive(Clone, Copy, Debug)]
pub(in crate::render::pages) struct FeedRow<'a> {
    pub(in crate::render::pages) kind: FeedKind,
    pub(in crate::render::pages) channel: &'a Channel,
    pub(in crate::render::pages) articles: usize,
    pub(in crate::render::pages) changed: Timestamp,
}

impl<'a> From<&'a FeedSummary> for FeedRow<'a> {
    fn from(feed: &'a FeedSummary) -> FeedRow<'a> {
        FeedRow {
            kind: feed.version.kind,
            channel: &feed.version.channel,
            articles: feed.articles,
            changed: feed.version.last_modified,
        }
    }
}

/// The most feeds of one kind in the catalogue; a longer page is not read.
const GROUP_MAX: usize = 1000;

/// The values of `catalogue.html`.
#[derive(Debug, Serialize)]
pub(in crate::render::pages) struct CataloguePage<'a> {
    page: PageValue,
    /// The feed of every article.
    all: Option<FeedValue<'a>>,
    /// Its newest articles.
    articles: Vec<TeaserValue<'a>>,
    /// The other feeds by their kind; no group is empty.
    groups: Vec<GroupValue<'a>>,
    /// The lists of all terms of a kind.
    lists: Vec<ListValue>,
}

impl<'a> CataloguePage<'a> {
    pub(in crate::render::pages) fn new(
        frame: &Frame<'a>,
        rows: &[FeedRow<'a>],
        lists: &[TermKind],
        newest: &'a Feed,
    ) -> CataloguePage<'a> {
        let words = Words::of(frame.locale);
        let all = rows.iter().find(|row| row.kind == FeedKind::All);
        let groups = [
            ("declared", words.collections, FeedKind::Declared),
            ("section", words.sections, FeedKind::Section),
            ("tag", words.tags, FeedKind::Tag),
            ("author", words.authors, FeedKind::Author),
        ];
        let groups = groups.into_iter().map(|(kind, title, of)| {
            let feeds = || rows.iter().filter(|row| row.kind == of);
            let listed = feeds().take(GROUP_MAX);
            let list = lists.iter().find(|list| list.prefix() == kind);
            let more = list.filter(|_| feeds().nth(GROUP_MAX).is_some());
            GroupValue {
                kind,
                title,
                feeds: listed.map(|row| FeedValue::of_row(frame, row)).collect(),
                more: more.and_then(|&kind| list_page(frame, kind)),
            }
        });
        let lists = lists.iter().map(|&kind| ListValue {
            kind: kind.prefix(),
            title: list_name(frame.locale, kind),
            url: list_page(frame, kind),
        });
        let alternates = all.map(|row| AlternateValue::each(frame, row.channel));
        CataloguePage {
            page: PageValue {
                description: Some(words.catalogue_intro.to_owned()),
                alternates: alternates.unwrap_or_default(),
                ..PageValue::new(frame, words.catalogue)
            },
            all: all.map(|row| FeedValue::of_row(frame, row)),
            articles: TeaserValue::each(frame, newest),
            groups: groups.filter(|group| !group.feeds.is_empty()).collect(),
            lists: lists.collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct GroupValue<'a> {
    /// `declared`, `section`, `tag` or `author`.
    kind: &'static str,
    title: &'static str,
    feeds: Vec<FeedValue<'a>>,
    /// The page of the whole list, if it is longer than `feeds`.
    more: Option<Href>,
}

#[derive(Debug, Serialize)]
struct ListValue {
    /// `section`, `tag` or `author`.
    kind: &'static str,
    title: &'static str,
    url: Option<Href>,
}

/// A feed: in a list, or on its own page.
#[derive(Debug, Serialize)]
pub(super) struct FeedValue<'a> {
    /// Its title without the publication's name.
    name: &'a str,
    /// Its title as readers show it.
    title: &'a str,
    /// Its description, if it is not that of the publication.
    description: Option<&'a str>,
    /// Its language, if it differs from the page's.
    lang: Option<&'a str>,
    url: Option<Href>,
    /// The page of the publication that it belongs to.
    link: Option<Href>,
    formats: Vec<FormatValue>,
    articles: usize,
    /// The number of articles, with the noun.
    count: String,
    /// Its last change; none while it is empty.
    changed: Option<WhenValue>,
}

impl<'a> FeedValue<'a> {
    /// The feeds of a list.
    pub(super) fn each(frame: &Frame<'a>, rows: &[FeedRow<'a>]) -> Vec<FeedValue<'a>> {
        rows.iter()
            .map(|row| FeedValue::of_row(frame, row))
            .collect()
    }

    fn of_row(frame: &Frame<'a>, row: &FeedRow<'a>) -> FeedValue<'a> {
        let changed = frame.site.zone.date_time(row.changed);
        FeedValue::new(frame, row.channel, row.articles, changed)
    }

    pub(super) fn new(
        frame: &Frame<'_>,
        channel: &'a Channel,
        articles: usize,
        changed: DateTime<FixedOffset>,
    ) -> FeedValue<'a> {
        let locale = frame.locale;
        let title = feed_title(frame, channel);
        let is_translated = channel.translations.title(locale.tag()).is_some();
        FeedValue {
            name: without_site(frame, title),
            title,
            description: description(frame, channel),
            lang: other_language(locale, &channel.language).filter(|_| !is_translated),
            url: feed_page(frame, &channel.address),
            link: Href::web(&channel.link),
            formats: FormatValue::each(frame, &channel.address, &channel.formats),
            articles,
            count: locale.count(articles, &Words::of(locale).count_articles),
            changed: (articles > 0).then(|| WhenValue::new(locale, changed)),
        }
    }
}

/// The description of a feed, if it is not that of the publication.
pub(super) fn description<'a>(frame: &Frame<'_>, channel: &'a Channel) -> Option<&'a str> {
    if let Some(translated) = channel.translations.description(frame.locale.tag()) {
        return Some(translated);
    }
    let description = channel.description.as_str();
    let own = description != frame.site.title
        && Some(description) != frame.site.description.as_deref()
        && !description.is_empty();
    own.then_some(description)
}
