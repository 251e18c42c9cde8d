//! Sample articles and feeds that check templates when they are loaded.
//!
//! Each page is rendered three times in each language: with all optional values, as after a search that
//! found nothing, and with no optional value.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use crate::config::Site;
use crate::feed::definitions::FeedKind;
use crate::feed::document::{Address, Category, Channel, Entry, Feed, Person};
use crate::feed::letter::Letter;
use crate::model::article::Media;
use crate::model::format::Format;
use crate::model::selection::Selection;
use crate::model::term::{Term, TermKind};
use crate::model::time::{Timestamp, Zone};
use crate::model::translations::Translations;
use crate::render::pages::build_query::{BuildQuery, Condition};
use crate::render::pages::feed_builder::{
    BuildResult, BuiltFeed, CountedTerm, FeedBuilder, RecentArticles, SuggestedTerms,
    SuggestionReason,
};
use crate::render::pages::frame::{ErrorReason, Frame, Host, ListPart, RelatedFeed};
use crate::render::pages::locale::Locale;
use crate::render::pages::templates::{ARTICLE, BUILD, CATALOGUE, ERROR, FEED, TERMS, Templates};
use crate::render::pages::term_list::{TermFilter, TermListRequest};
use crate::render::pages::term_names::TermNames;
use crate::render::pages::values::{
    ArticlePage, BuildPage, CataloguePage, ErrorPageValues, FeedPage, FeedRow, TermsPage,
};
use crate::text::{Html, Text};

const BASE: &str = "https://feeds.dala.example/";

/// Renders every page of every sample: the template's name and the result.
pub(super) fn pages(
    templates: &Templates,
) -> Vec<(&'static str, Result<String, minijinja::Error>)> {
    let samples = [Sample::full(), Sample::found_nothing(), Sample::bare()];
    let mut pages = Vec::new();
    for name in PAGES {
        let rendered = samples.iter().flat_map(|sample| {
            let render = |locale| (name, sample.render(templates, name, locale));
            Locale::ALL.into_iter().map(render)
        });
        // One failure of a template is enough, and each may use the whole budget of a page.
        for (name, page) in rendered {
            let failed = page.is_err();
            pages.push((name, page));
            if failed {
                break;
            }
        }
    }
    pages
}

/// The templates of pages.
pub(super) const PAGES: [&str; 6] = [CATALOGUE, TERMS, FEED, BUILD, ARTICLE, ERROR];

/// A publication on one day.
pub(super) struct Sample {
    pub(super) site: Site,
    pub(super) channels: Vec<(FeedKind, Channel)>,
    pub(super) lists: Vec<TermKind>,
    pub(super) feed: Feed,
    pub(super) article: Entry,
    pub(super) related: Vec<RelatedFeed>,
    pub(super) part: ListPart,
    pub(super) builder: FeedBuilder,
    pub(super) filter: TermFilter,
    pub(super) letters: Vec<Letter>,
    pub(super) selection: Option<Selection>,
    pub(super) host: Host,
}

impl Sample {
    pub(super) fn full() -> Sample {
        let formats = Format::ALL;
        let channel = |path: &str, title: &str| channel(path, title, &formats);
        Sample {
            site: Site {
                description: Some("Новости степи".to_owned()),
                copyright: Some("© Дала жаңалықтары".to_owned()),
                icon: Some("https://dala.example/icon.png".to_owned()),
                ..site()
            },
            channels: vec![
                (FeedKind::All, channel("all", "Дала жаңалықтары")),
                (FeedKind::Declared, channel("parliament", "Парламент")),
                (
                    FeedKind::Section,
                    channel("sections/%D0%B0", "Спорт — Дала жаңалықтары"),
                ),
                (FeedKind::Tag, channel("tags/%D0%B0", "#мәжіліс")),
                (FeedKind::Author, channel("authors/%D0%B0", "Айгүл Өмірбек")),
            ],
            lists: vec![TermKind::Section, TermKind::Tag, TermKind::Author],
            feed: Feed {
                channel: Channel {
                    description: Text::new("Законы, бюджет, назначения"),
                    ..channel("parliament", "Парламент")
                },
                updated: at("2026-11-20T10:30:00+05:00"),
                entries: vec![article().into(), flash().into()],
            },
            article: article(),
            related: [
                (TermKind::Section, "Парламент", "sections/%D0%BF"),
                (TermKind::Tag, "мәжіліс", "tags/%D0%BC"),
                (TermKind::Author, "Айгүл Өмірбек", "authors/%D0%B0"),
            ]
            .map(|(kind, label, path)| RelatedFeed {
                kind,
                label: Text::new(label),
                slug: None,
                address: address(path),
                formats: formats.to_vec(),
            })
            .into(),
            part: ListPart {
                page: 2,
                pages: 3,
                feeds: 512,
            },
            builder: builder(),
            filter: TermFilter::All,
            letters: ["бюджет", "мәжіліс", "5G"].map(Letter::of).into(),
            selection: Selection::from_canonical("any=section:парламент,мәжіліс&none=спорт"),
            host: Host::Taspa,
        }
    }

    /// A search that found nothing.
    fn found_nothing() -> Sample {
        Sample {
            filter: TermFilter::Words("мажылис".to_owned()),
            ..Sample::full()
        }
    }

    pub(super) fn bare() -> Sample {
        Sample {
            site: site(),
            channels: Vec::new(),
            lists: Vec::new(),
            feed: Feed {
                channel: channel("all", "Дала жаңалықтары", &[Format::Json]),
                updated: at("2026-01-01T00:00:00+00:00"),
                entries: Vec::new(),
            },
            article: flash(),
            related: Vec::new(),
            part: ListPart {
                page: 1,
                pages: 1,
                feeds: 0,
            },
            builder: FeedBuilder {
                query: BuildQuery::default(),
                known: Vec::new(),
                unknown: Vec::new(),
                suggestions: SuggestedTerms {
                    reason: SuggestionReason::Largest,
                    terms: Vec::new(),
                },
                titled: Vec::new(),
                result: BuildResult::TooCostly,
            },
            filter: TermFilter::All,
            letters: Vec::new(),
            selection: None,
            host: Host::Static,
        }
    }

    pub(super) fn rows(&self) -> Vec<FeedRow<'_>> {
        self.channels
            .iter()
            .enumerate()
            .map(|(at, (kind, channel))| FeedRow {
                kind: *kind,
                channel,
                articles: at * 21,
                changed: Timestamp(1_795_000_000 + 86_400 * at as i64),
            })
            .collect()
    }

    /// Renders a template with this sample.
    pub(super) fn render(
        &self,
        templates: &Templates,
        template: &str,
        locale: Locale,
    ) -> Result<String, minijinja::Error> {
        let names = TermNames::default();
        let frame = |path| Frame {
            is_chosen: false,
            site: &self.site,
            names: &names,
            root: "/",
            base: BASE,
            path,
            locale,
            host: self.host,
        };
        let related = &self.related;
        match template {
            CATALOGUE => {
                let frame = frame("");
                let page = CataloguePage::new(&frame, &self.rows(), &self.lists, &self.feed);
                templates.render(template, &frame, page)
            }
            TERMS => {
                let frame = frame("tags?page=2");
                let request = TermListRequest {
                    kind: TermKind::Tag,
                    filter: self.filter.clone(),
                    page: self.part.page,
                };
                let (part, letters) = (self.part, &self.letters);
                let (rows, nearest) = match self.filter {
                    TermFilter::Words(_) => (Vec::new(), self.rows()),
                    TermFilter::All | TermFilter::Letter(_) => (self.rows(), Vec::new()),
                };
                let page = TermsPage::new(&frame, &request, part, letters, &rows, &nearest);
                templates.render(template, &frame, page)
            }
            FEED => {
                let frame = frame("parliament");
                let page = FeedPage::new(&frame, &self.feed, related, self.selection.as_ref());
                templates.render(template, &frame, page)
            }
            BUILD => {
                let path = self.builder.query.path();
                let frame = frame(&path);
                templates.render(template, &frame, BuildPage::new(&frame, &self.builder))
            }
            ERROR => {
                let (frame, rows) = (frame(""), self.rows());
                let (reason, wanted) = match rows.is_empty() {
                    true => (ErrorReason::Starting, None),
                    false => (ErrorReason::NoFeed, Some("мажылис")),
                };
                let page = ErrorPageValues::new(&frame, reason, wanted, &rows, true);
                templates.render(template, &frame, page)
            }
            _ => {
                let (frame, all) = (frame("articles/a"), &self.feed.channel);
                let page = ArticlePage::new(&frame, &self.article, all, related, true);
                templates.render(template, &frame, page)
            }
        }
    }
}

/// A search, known terms and one that is not, and a feed without articles.
fn builder() -> FeedBuilder {
    let query = "any=а,б&all=section:п&none=author:а&q=м";
    let term = |text: &str| Term::parse(text).expect("the terms of samples are terms");
    let counted = |text: &str| CountedTerm::new(term(text), term(text).key(), 3);
    let chosen = ["а", "section:п", "author:а"];
    let mut suggested = ["а", "м", "section:м", "lang:kk"].map(counted);
    suggested[1].feed = Some(address("tags/%D0%BC"));
    FeedBuilder {
        query: BuildQuery::parse(query),
        known: chosen.map(counted).into(),
        unknown: vec![(term("б"), vec![counted("в")])],
        suggestions: SuggestedTerms {
            reason: SuggestionReason::Found,
            terms: suggested.into(),
        },
        titled: vec![Arc::new(channel("parliament", "Парламент", &[Format::Rss]))],
        result: BuildResult::Feed(Box::new(BuiltFeed {
            feed: Feed {
                channel: channel("select", "а", &Format::ALL),
                updated: at("2026-11-20T10:30:00+05:00"),
                entries: vec![article().into(), flash().into()],
            },
            is_ready: true,
            recent: RecentArticles {
                articles: 2,
                seconds: 86_400,
            },
            obstacles: vec![(Condition::Any, term("а"))],
        })),
    }
}

fn site() -> Site {
    Site {
        title: "Дала жаңалықтары".to_owned(),
        url: "https://dala.example/".to_owned(),
        id_authority: "dala.example".to_owned(),
        id_year: 2026,
        language: "ru".to_owned(),
        languages: vec!["ru".to_owned()],
        zone: Zone::UTC,
        description: None,
        author: None,
        email: None,
        copyright: None,
        icon: None,
        logo: None,
        translations: Translations::default(),
    }
}

fn channel(path: &str, title: &str, formats: &[Format]) -> Channel {
    Channel {
        address: address(path),
        id: format!("tag:dala.example,2026:/{path}"),
        title: Text::new(title),
        description: Text::new("Дала жаңалықтары"),
        link: "https://dala.example/".to_owned(),
        language: "ru".to_owned(),
        cache_seconds: 300,
        formats: formats.to_vec(),
        ..Channel::default()
    }
}

fn address(path: &str) -> Address {
    Address {
        stem: format!("{BASE}{path}"),
        query: None,
    }
}

/// An article with all optional values.
fn article() -> Entry {
    let medium = |name: &str, media_type: &str| Media {
        url: format!("https://dala.example/media/{name}"),
        media_type: Some(media_type.to_owned()),
        length: Some(4_200_000),
        alt: Some("Зал заседаний".to_owned()),
        credit: Some("Фото: Айгүл Өмірбек".to_owned()),
        ..Media::default()
    };
    let category = |kind: &str, label: &str| Category {
        label: Text::new(label),
        scheme: format!("{BASE}{kind}/"),
        slug: None,
    };
    Entry {
        summary: Some(Text::new("Депутаты приняли бюджет на три года.")),
        content: Some(Html::from_paragraphs([
            "В зале были все.",
            "– Мы долго спорили, – сказала председатель.",
        ])),
        updated: at("2026-11-20T10:30:00+05:00"),
        authors: vec![
            Person {
                name: Text::new("Айгүл Өмірбек"),
                role: Some(Text::new("корреспондент")),
                email: Some("aigul@dala.example".to_owned()),
                ..Person::default()
            },
            Person {
                name: Text::new("Тимур Ахметов"),
                url: Some("https://dala.example/people/timur".to_owned()),
                ..Person::default()
            },
        ],
        categories: vec![
            category("sections", "Парламент"),
            category("sections", "Экономика"),
            category("tags", "мәжіліс"),
            category("tags", "бюджет"),
        ],
        image: Some(Media {
            width: Some(1200),
            height: Some(800),
            ..medium("hall.jpg", "image/jpeg")
        }),
        enclosures: vec![
            medium("debate.mp3", "audio/mpeg"),
            medium("debate.mp4", "video/mp4"),
            Media {
                alt: None,
                credit: None,
                ..medium("budget.pdf", "application/pdf")
            },
        ],
        language: "kk".to_owned(),
        ..flash()
    }
}

/// An article with only a headline.
fn flash() -> Entry {
    Entry {
        id: "tag:dala.example,2026:a".to_owned(),
        link: format!("{BASE}articles/a"),
        title: Text::new("Мәжіліс бюджетті қабылдады"),
        published: at("2026-11-19T00:00:00+05:00"),
        updated: at("2026-11-19T00:00:00+05:00"),
        language: "ru".to_owned(),
        ..Entry::default()
    }
}

fn at(date: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(date).expect("the dates of samples are dates")
}
