//! A version of an article.

use serde_json::{Value, json};

use super::START;
use crate::model::time::Timestamp;

/// A section as an article writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) slug: Option<&'static str>,
}

impl Section {
    fn json(&self) -> Value {
        match self.slug {
            Some(slug) => json!({ "name": self.name, "slug": slug }),
            None => json!(self.name),
        }
    }
}

/// What one version of an article says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Article {
    /// A word that no other version has.
    pub(super) marker: String,
    pub(super) id: Option<String>,
    pub(super) published: i64,
    pub(super) updated: Option<i64>,
    pub(super) expires: Option<i64>,
    pub(super) is_draft: bool,
    pub(super) is_in_feeds: bool,
    /// No two with the same key, nor with the same name unless both have a slug.
    pub(super) sections: Vec<Section>,
    pub(super) tags: Vec<String>,
}

impl Article {
    /// The key of the article if it is in the file at `path`.
    pub(super) fn key(&self, path: &str) -> String {
        let stem = path.strip_suffix(".json").unwrap_or(path);
        self.id.clone().unwrap_or_else(|| stem.to_owned())
    }

    /// Whether feeds and pages may show it at this second.
    pub(super) fn is_released(&self, at: i64) -> bool {
        self.was_released(at) && self.expires.is_none_or(|end| end > at)
    }

    /// Whether they may have shown it until then.
    pub(super) fn was_released(&self, at: i64) -> bool {
        !self.is_draft && self.is_in_feeds && self.published <= at
    }

    /// The text of its file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let date = |at: i64| Timestamp(at).to_string();
        json!({
            "title": format!("Новость {}", self.marker),
            "id": self.id,
            "date": date(self.published),
            "updated": self.updated.map(date),
            "expires": self.expires.map(date),
            "draft": self.is_draft,
            "feed": self.is_in_feeds,
            "sections": self.sections.iter().map(Section::json).collect::<Vec<_>>(),
            "tags": self.tags,
            "lang": "ru",
            "content_text": format!("Текст версии {}.", self.marker),
        })
        .to_string()
        .into_bytes()
    }
}

/// The article in a story.
pub(super) fn said(article: &Article) -> String {
    let Article {
        marker,
        id,
        published,
        updated,
        expires,
        is_draft,
        is_in_feeds,
        sections,
        tags,
    } = article;
    let relative = |at: &i64| format!("{:+}", at - START);
    let sections = sections.iter().map(|Section { name, slug }| match slug {
        Some(slug) => format!("{name} ({slug})"),
        None => (*name).to_owned(),
    });
    let sections: Vec<String> = sections.collect();
    format!(
        "{marker} id {id:?} at {} updated {:?} expires {:?}{}{} {sections:?} {tags:?}",
        relative(published),
        updated.as_ref().map(relative),
        expires.as_ref().map(relative),
        if *is_draft { " draft" } else { "" },
        if *is_in_feeds { "" } else { " not in feeds" },
    )
}
