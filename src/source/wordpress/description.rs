//! What a site of WordPress says of itself: its name, its zone, its posts and their sections.

use serde_json::Value;

use super::plain_text::plain;
use super::site::{Attempts, Site};
use super::{WordPress, WordPressError};
use crate::model::time::Zone;

/// Sections and tags that are named.
const TERMS_MAX: u64 = 20;

/// What a site says of itself. Everything but its address may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteDescription {
    /// Its name.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// The address that readers know.
    pub home: String,
    /// The name of its time zone.
    pub zone: Option<String>,
    /// How many posts it shows.
    pub posts: Option<u64>,
    /// The year of the oldest post.
    pub first_year: Option<i16>,
    /// The categories with most posts, and how many each has.
    pub sections: Vec<(String, usize)>,
    /// The same of tags.
    pub tags: Vec<(String, usize)>,
}

impl WordPress {
    /// Asks the site what it is.
    ///
    /// # Errors
    /// When the site cannot be reached, or shows no REST interface or no posts.
    pub fn describe(&self) -> Result<SiteDescription, WordPressError> {
        let inner = self.0.clone();
        self.wait(async move { describe(&inner.site).await })
    }
}

async fn describe(site: &Site) -> Result<SiteDescription, WordPressError> {
    let interface = site.interface().await?;
    let index = site.index().await?;
    let text = |name: &str| {
        let text = plain(index[name].as_str()?);
        (!text.is_empty()).then_some(text)
    };
    let mut description = SiteDescription {
        title: text("name"),
        description: text("description"),
        home: format!("{}/", interface.home),
        zone: zone(&index),
        ..SiteDescription::default()
    };
    for route in &interface.posts {
        let query = [
            ("per_page", "1".to_owned()),
            ("orderby", "date".to_owned()),
            ("order", "asc".to_owned()),
            ("_fields", "date_gmt,date".to_owned()),
        ];
        let oldest = site.list(route, &query).await?;
        description.posts = oldest
            .total
            .map(|total| total + description.posts.unwrap_or(0));
        let year = oldest.items.first().and_then(year);
        description.first_year = description.first_year.into_iter().chain(year).min();
    }
    description.sections = terms(site, "wp/v2/categories").await;
    description.tags = terms(site, "wp/v2/tags").await;
    Ok(description)
}

/// The terms with most posts; none where the site hides them.
async fn terms(site: &Site, route: &str) -> Vec<(String, usize)> {
    let query = [
        ("per_page", TERMS_MAX.to_string()),
        ("orderby", "count".to_owned()),
        ("order", "desc".to_owned()),
        ("hide_empty", "true".to_owned()),
        ("_fields", "name,count".to_owned()),
    ];
    let Ok(list) = site.list_by(Attempts::One, route, &query).await else {
        return Vec::new();
    };
    let term = |item: &Value| {
        let name = plain(item["name"].as_str()?);
        let count = usize::try_from(item["count"].as_u64()?).ok()?;
        (!name.is_empty() && count > 0).then_some((name, count))
    };
    list.items.iter().filter_map(term).collect()
}

fn year(post: &Value) -> Option<i16> {
    let date = post["date_gmt"].as_str().or(post["date"].as_str())?;
    let year = date.get(..4)?.parse().ok()?;
    (year >= 1990).then_some(year)
}

/// The zone of a site. Where an operator chose an offset in place of a city, it is one of whole hours, whose
/// sign the names of zones have reversed; other offsets have no name.
fn zone(index: &Value) -> Option<String> {
    let named = index["timezone_string"].as_str().unwrap_or_default();
    if !named.is_empty() {
        return Zone::find(named).map(|zone| zone.name());
    }
    let offset = &index["gmt_offset"];
    let offset = offset
        .as_f64()
        .or_else(|| offset.as_str()?.parse::<f64>().ok())?;
    if offset == 0.0 {
        return Some("UTC".to_owned());
    }
    let name = format!(
        "Etc/GMT{}{}",
        if offset > 0.0 { '-' } else { '+' },
        offset.abs()
    );
    Zone::find(&name).map(|zone| zone.name())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_zone_is_a_city_or_whole_hours() {
        for (index, expected) in [
            (
                json!({ "timezone_string": "Asia/Almaty" }),
                Some("Asia/Almaty"),
            ),
            (
                json!({ "timezone_string": "", "gmt_offset": 5 }),
                Some("Etc/GMT-5"),
            ),
            (
                json!({ "timezone_string": "", "gmt_offset": "-3" }),
                Some("Etc/GMT+3"),
            ),
            (
                json!({ "timezone_string": "", "gmt_offset": 0 }),
                Some("UTC"),
            ),
            (json!({ "timezone_string": "", "gmt_offset": 5.5 }), None),
            (json!({ "timezone_string": "Mars/Crater" }), None),
            (json!({}), None),
        ] {
            assert_eq!(zone(&index).as_deref(), expected, "{index}");
        }
    }
}
