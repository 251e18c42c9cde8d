//! The article that a post is.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::enclosures::enclosures;
use super::lookups::Lookups;
use super::plain_text::plain;
use super::post_summary::{PostSummary, gmt};
use crate::model::article::{AcceptSettings, Accepted, Body, Draft, Refusal, Visibility};
use crate::model::time::WrittenDate;
use crate::source::article_file::date;
use crate::text::{self, decode_references};

/// The fields of a whole post. The last ones are of plugins for podcasts.
pub(super) const WHOLE_FIELDS: &str = "id,date_gmt,date,modified_gmt,guid,link,slug,title,content,excerpt,author,\
     featured_media,categories,tags,lang,enclosure,enclosures,audio_file,download_link,meta";

/// A post with more text than this is refused, as a file is.
const CONTENT_BYTES_MAX: usize = 2 << 20;

/// Characters of a headline that is made of the text.
const TITLE_CHARS: std::ops::RangeInclusive<usize> = 20..=100;

/// The article of a whole post.
pub(super) fn accept(
    item: &Value,
    lookups: &mut Lookups,
    home: &str,
    settings: &AcceptSettings,
) -> Result<Accepted, Refusal> {
    let post = PostSummary::of(item).unwrap_or_default();
    let accepted = accept_post(&post, item, lookups, home, settings);
    // A post with a password goes, whatever else is wrong with it.
    accepted.map_err(|refusal| refusal.withdrawn_if(post.protected))
}

fn accept_post(
    post: &PostSummary,
    item: &Value,
    lookups: &mut Lookups,
    home: &str,
    settings: &AcceptSettings,
) -> Result<Accepted, Refusal> {
    let rendered = |name: &str| item[name]["rendered"].as_str().unwrap_or_default();
    let content = without_counters(rendered("content"));
    if content.len() > CONTENT_BYTES_MAX {
        let reason = format!("the text is larger than {} MiB", CONTENT_BYTES_MAX >> 20);
        return Err(Refusal::new(None, reason, "split the post"));
    }
    let published = published(item).ok_or_else(|| {
        let hint = "set its date in WordPress";
        Refusal::new(None, "the post has no date", hint)
    })?;
    let link = item["link"].as_str().map(str::to_owned);
    let excerpt = rendered("excerpt");
    let image = lookups.picture(post.picture);
    let alt = image.as_ref().and_then(|image| image.alt.as_deref());
    let title = title(item, alt.unwrap_or_default());
    let draft = Draft {
        id: Some(guid(rendered("guid"), home, post.id)),
        updated: item["modified_gmt"].as_str().and_then(gmt),
        // A post with a password is listed like others, and shown to nobody.
        visibility: match post.protected {
            true => Visibility::Draft,
            false => Visibility::Public,
        },
        sections: lookups.sections(&post.categories),
        tags: lookups.tags(&post.tags),
        authors: lookups.author(post.author).cloned().into_iter().collect(),
        language: item["lang"].as_str().map(str::to_owned),
        summary: Some(excerpt.to_owned()).filter(|excerpt| !excerpt.trim().is_empty()),
        image,
        enclosures: enclosures(item, &content),
        url: link.filter(|link| Url::parse(link).is_ok()),
        ..Draft::new(title, published, Body::Html(content.into_owned()))
    };
    let key = draft.own_key()?.unwrap_or_else(|| post.id.to_string());
    draft.accept(key, settings)
}

/// The guid as readers know it. Without one they know the post's short address.
fn guid(rendered: &str, home: &str, id: u64) -> String {
    let guid = decode_references(rendered.trim());
    match guid.trim() {
        "" => format!("{home}/?p={id}"),
        guid => guid.to_owned(),
    }
}

/// A title without its markup. Without one, the beginning of the text is the headline, as readers of
/// WordPress's own feeds make one; of a post without words, what its picture shows, its slug, or its date.
fn title(item: &Value, alt: &str) -> String {
    let rendered = |name: &str| plain(item[name]["rendered"].as_str().unwrap_or_default());
    let text = |name: &str| item[name].as_str().unwrap_or_default();
    let slug = || {
        let slug = percent_decode_str(text("slug")).decode_utf8_lossy();
        plain(&slug.replace('-', " "))
    };
    let date = || {
        text("date")
            .split('T')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let beginnings: [&dyn Fn() -> String; 5] = [
        &|| rendered("excerpt"),
        &|| rendered("content"),
        &|| plain(alt),
        &slug,
        &date,
    ];
    let mut title = rendered("title");
    let mut beginnings = beginnings.into_iter();
    while title.is_empty()
        && let Some(beginning) = beginnings.next()
    {
        title = headline(beginning());
    }
    // Its references are decoded already.
    title.replace('&', "&amp;")
}

/// The first sentence of a text, or its first words.
fn headline(text: String) -> String {
    let (from, to) = (*TITLE_CHARS.start(), *TITLE_CHARS.end());
    let sentence = text::first_sentence(&text, from, to).map(str::to_owned);
    sentence
        .or_else(|| text::cut(&text, from, to))
        .unwrap_or(text)
}

/// WordPress adds a number to the address of each player that it renders in one call (`?_=2`), which
/// depends on the posts before. The same post has to give the same bytes.
fn without_counters(content: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut copied = 0;
    for (at, mark) in content.match_indices("_=") {
        let mut signs = ["?", "&#038;", "&amp;", "&"].iter();
        let before = signs.find_map(|sign| content[copied..at].strip_suffix(sign));
        let rest = &content[at + mark.len()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_last = rest[digits..].starts_with(['"', '\'']);
        if let Some(before) = before.filter(|_| digits > 0 && is_last) {
            kept.push_str(before);
            copied = at + mark.len() + digits;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(content);
    }
    kept.push_str(&content[copied..]);
    Cow::Owned(kept)
}

fn published(item: &Value) -> Option<WrittenDate> {
    let local = || date::parse(item["date"].as_str()?).ok();
    item["date_gmt"].as_str().and_then(gmt).or_else(local)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::time::Zone;

    fn article(item: &Value) -> Result<Accepted, Refusal> {
        let settings = AcceptSettings::of_site(Zone::UTC, "kk", "https://dala.example/");
        accept(
            item,
            &mut Lookups::default(),
            "https://dala.example",
            &settings,
        )
    }

    fn item(changes: Value) -> Value {
        let mut item = json!({
            "id": 7, "date_gmt": "2026-03-05T10:00:00", "modified_gmt": "2026-03-06T10:00:00",
            "guid": { "rendered": "https://dala.example/?p=7" }, "link": "https://dala.example/kopir/",
            "title": { "rendered": "Көпір" }, "excerpt": { "rendered": "<p>Қысқаша</p>" },
            "content": { "rendered": "<p>Мәтін</p>", "protected": false },
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            item[key] = value.clone();
        }
        item
    }

    #[test]
    fn a_guid_stays_as_readers_know_it() {
        for (guid, expected) in [
            ("https://dala.example/?p=7", "https://dala.example/?p=7"),
            (
                "http://old.example/?post_type=a&#038;p=7",
                "http://old.example/?post_type=a&p=7",
            ),
            ("urn:uuid:7", "urn:uuid:7"),
            ("", "https://dala.example/?p=7"),
            (" ", "https://dala.example/?p=7"),
        ] {
            let accepted = article(&item(json!({ "guid": { "rendered": guid } })));
            let article = accepted.expect("an article").article;
            assert_eq!(article.id.as_deref(), Some(expected), "{guid}");
        }
    }

    #[test]
    fn a_title_is_text_and_never_missing() {
        for (title, excerpt, expected) in [
            ("Вода &#8212; &laquo;жизнь&raquo;", "", "Вода — «жизнь»"),
            ("<em>Көктем</em> келді", "", "Көктем келді"),
            ("5 &lt; 7 &amp;amp; 8", "", "5 < 7 &amp; 8"),
            ("AT&#038;T", "", "AT&T"),
            (
                "",
                "<p>Тақырыпсыз жазба тұр осында. Екінші сөйлем.</p>",
                "Тақырыпсыз жазба тұр осында.",
            ),
            ("", "<p>Қысқа</p>", "Қысқа"),
        ] {
            let changes =
                json!({ "title": { "rendered": title }, "excerpt": { "rendered": excerpt } });
            let article = article(&item(changes)).expect("an article").article;
            assert_eq!(article.title.as_str(), expected, "{title}");
        }
    }

    #[test]
    fn a_post_without_title_and_excerpt_is_headed_by_what_it_has() {
        let content = |html: &str| json!({ "rendered": html, "protected": false });
        for (changes, expected) in [
            (
                json!({ "content": content("<p>Су келді &amp; кетті. Тағы.</p>") }),
                "Су келді & кетті. Тағы.",
            ),
            (
                json!({ "content": content("<img src='/a.jpg'>"), "slug": "su-%d2%9b%d0%be%d1%80", "date": "2026-03-05T15:00:00" }),
                "su қор",
            ),
            (
                json!({ "content": content("<!-- -->"), "slug": "-", "date": "2026-03-05T15:00:00" }),
                "2026-03-05",
            ),
            (json!({ "content": content(" "), "slug": "7" }), "7"),
        ] {
            let mut changes = changes;
            for name in ["title", "excerpt"] {
                changes[name] = json!({ "rendered": " \u{7} " });
            }
            let article = article(&item(changes)).expect("an article").article;
            assert_eq!(article.title.as_str(), expected);
        }
        let without_words = item(json!({
            "title": { "rendered": "" }, "excerpt": { "rendered": "" }, "slug": "a",
            "content": { "rendered": "", "protected": false },
        }));
        assert_eq!(title(&without_words, "Көктем & дала"), "Көктем &amp; дала");
    }

    #[test]
    fn a_post_with_a_password_is_hidden() {
        let content = json!({ "content": { "rendered": "", "protected": true } });
        let accepted = article(&item(content)).expect("an article");
        assert_eq!(accepted.visibility, Visibility::Draft);
    }

    #[test]
    fn a_text_beyond_the_limit_and_a_post_without_date_are_refused() {
        let long = "a".repeat(CONTENT_BYTES_MAX + 1);
        for (changes, expected) in [
            (
                json!({ "content": { "rendered": long } }),
                "the text is larger than 2 MiB",
            ),
            (json!({ "date_gmt": null }), "the post has no date"),
            (
                json!({ "date_gmt": "0000-00-00T00:00:00" }),
                "the post has no date",
            ),
        ] {
            let refusal = article(&item(changes)).expect_err(expected);
            assert_eq!(refusal.reason, expected);
        }
    }

    #[test]
    fn players_have_no_numbers() {
        for (content, expected) in [
            (
                "<source src=\"/a.mp3?_=12\" />",
                "<source src=\"/a.mp3\" />",
            ),
            (
                "<source src='/a.mp3?x=1&#038;_=3'/>",
                "<source src='/a.mp3?x=1'/>",
            ),
            (
                "<a href=\"/?_=1&b=2\">?_=5</a>",
                "<a href=\"/?_=1&b=2\">?_=5</a>",
            ),
            ("a_=5\" ?_=\"", "a_=5\" ?_=\""),
            ("\"?_=1\"&amp;_=2\"?_=3", "\"\"\"?_=3"),
        ] {
            assert_eq!(without_counters(content), expected);
        }
    }
}
