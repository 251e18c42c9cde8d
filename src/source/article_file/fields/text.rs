//! Fields that are text: title, summary, addresses, language, and the article's own text.

use url::Url;

use super::{Key, find};
use crate::model::article::{Body, Refusal, Warning};
use crate::source::article_file::hidden;
use crate::source::article_file::key_name;
use crate::source::article_file::tree::{Node, Value};
use crate::text as cleaning;

/// A scalar as text, or WordPress's `{rendered}`.
fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Table(pairs) => find(pairs, &["rendered"])?.value.as_text(),
        value => value.as_text(),
    }
}

/// The title. Without one there is no article, so a value that is no text refuses it.
pub(super) fn title(keys: &[Key<'_>]) -> Result<Option<String>, Refusal> {
    let mut texts = keys.iter().filter_map(|key| {
        let text = text_of(key.node)?;
        match key_name::is(key.name, "title_html") {
            true => cleaning::Text::from_summary(&text)
                .ok()
                // References are decoded once more where the article is accepted.
                .map(|title| title.as_str().replace('&', "&amp;")),
            false => Some(text),
        }
    });
    match (texts.find(|text| !text.trim().is_empty()), keys.first()) {
        (None, Some(key)) => {
            let wrong = key.wrong(key.node, "text");
            Err(Refusal::new(wrong.line, wrong.reason, wrong.hint))
        }
        (title, _) => Ok(title),
    }
}

/// The first value that is text; warns of those before it that are not.
pub(super) fn first(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Option<String> {
    keys.iter().find_map(|key| {
        let is_flag = matches!(key.node.value, Value::Bool(_));
        let text = text_of(key.node).filter(|_| !is_flag);
        if text.is_none() {
            warn_unless_theme(key, "text", warnings);
        }
        text.filter(|text| !text.trim().is_empty())
    })
}

/// In a generator's table, a value of another type belongs to a theme.
fn warn_unless_theme(key: &Key<'_>, expected: &str, warnings: &mut Vec<Warning>) {
    if key.table == 0 {
        warnings.push(key.wrong(key.node, expected));
    }
}

/// The address of the article's page. A pattern that a generator fills in is none.
pub(super) fn page(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Option<String> {
    keys.iter().find_map(|key| {
        // A flag or a table says how the generator makes the page.
        let written = key.node.value.as_text()?;
        let written = written.trim();
        if hidden::flag(&key.node.value).is_some() {
            return None;
        }
        let is_pattern = written.contains("{{")
            || written.contains("{%")
            || written
                .split('/')
                .any(|part| part.starts_with(':') && part.len() > 1);
        if is_pattern {
            let expected = "the address of the article's page without a pattern";
            warnings.push(key.wrong(key.node, expected));
            return None;
        }
        let last = written.rsplit('/').next().unwrap_or_default();
        // A `path` of Zola names the folder that holds the page.
        let is_folder = key_name::is(key.name, "path") && !last.is_empty() && !last.contains('.');
        Some(format!("{written}{}", if is_folder { "/" } else { "" }))
    })
}

/// A link that is the article's page because it is on the site itself: others lead to what the article
/// is about, or to where it appeared first.
pub(super) fn own_page(keys: &[Key<'_>], site: &str) -> Option<String> {
    let host = |address: &str| {
        let url = Url::parse(address).ok()?;
        let host = url.host_str()?;
        Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
    };
    if keys.is_empty() {
        return None;
    }
    let own = host(site)?;
    let links = keys.iter().filter_map(|key| key.node.value.as_text());
    let links = links.map(|link| link.trim().to_owned());
    links
        .into_iter()
        .find(|link| host(link).as_ref() == Some(&own))
}

pub(super) fn slug(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Option<String> {
    let slug = first(keys, warnings)?;
    let slug = slug.trim().trim_matches('/');
    let leaves_folder = slug
        .split(['/', '\\'])
        .any(|part| matches!(part.trim(), "." | ".."));
    if leaves_folder {
        // The value that counted is that of the first key with text.
        let key = keys
            .iter()
            .find(|key| text_of(key.node).is_some_and(|text| text.trim() != ""));
        warnings.extend(key.map(|key| key.wrong(key.node, "a part of an address without `..`")));
        return None;
    }
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// The language tag, also of the form `kk_KZ.UTF-8`.
pub(super) fn language(keys: &[Key<'_>], warnings: &mut Vec<Warning>) -> Option<String> {
    keys.iter().find_map(|key| {
        let written = key.node.value.as_text().unwrap_or_default();
        let tag = written.trim().split('.').next().unwrap_or_default();
        let mut subtags = tag.split(['-', '_']);
        let is_first = |tag: &str| matches!(tag.len(), 2 | 3) && is_alphabetic(tag);
        let is_part = |tag: &str| matches!(tag.len(), 1..=8) && is_alphanumeric(tag);
        if subtags.next().is_some_and(is_first) && subtags.all(is_part) {
            return Some(tag.to_owned());
        }
        warn_unless_theme(key, "a language tag such as `kk`", warnings);
        None
    })
}

fn is_alphabetic(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic())
}

fn is_alphanumeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The summary; a description, which is written for search engines, only where there is no other and
/// it does not repeat the title.
pub(super) fn summary(
    summaries: &[Key<'_>],
    descriptions: &[Key<'_>],
    title: &str,
    warnings: &mut Vec<Warning>,
) -> Option<String> {
    let summary = first(summaries, warnings).or_else(|| {
        let description = first(descriptions, warnings)?;
        let is_title = description.trim().to_lowercase() == title.trim().to_lowercase();
        (!is_title).then_some(description)
    });
    summary.map(|summary| without_angles(&summary))
}

/// A summary in which each address in angle brackets, as people write it in texts, is the address alone:
/// `<https://dala.example/>` would be read as a tag.
fn without_angles(summary: &str) -> String {
    let is_address = |text: &str| {
        let has_scheme = ["http://", "https://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| {
                let start = text.get(..scheme.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            });
        let name_and_host = text.split_once('@');
        let is_mail = name_and_host.is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        });
        (has_scheme || is_mail) && !text.contains(|c: char| c.is_whitespace() || c == '"')
    };
    let mut rest = summary;
    let mut text = String::with_capacity(summary.len());
    while let Some((before, behind)) = rest.split_once('<') {
        text.push_str(before);
        let end = behind
            .find(['<', '>'])
            .filter(|&end| behind[end..].starts_with('>'));
        rest = match end.filter(|&end| is_address(&behind[..end])) {
            Some(end) => {
                text.push_str(&behind[..end]);
                &behind[end + 1..]
            }
            None => {
                text.push('<');
                behind
            }
        };
    }
    text + rest
}

/// The text of the article from its keys.
pub(super) fn body(
    html: &[Key<'_>],
    markdown: &[Key<'_>],
    plain_text: &[Key<'_>],
    warnings: &mut Vec<Warning>,
) -> Option<Body> {
    let html = first_key(html, warnings).map(|(key, text)| {
        if key_name::is(key.name, "content_wordpress") {
            return Body::Html(cleaning::post_content_to_html(&text));
        }
        // Only these two names are used for plain text too, where HTML would join the paragraphs.
        let is_vague = matches!(key.name.to_ascii_lowercase().as_str(), "content" | "body");
        match is_vague && !text.contains(['<', '&']) {
            true => plain(&text),
            false => Body::Html(text),
        }
    });
    html.or_else(|| first_key(markdown, warnings).map(|(_, text)| Body::Markdown(text)))
        .or_else(|| first_key(plain_text, warnings).map(|(_, text)| plain(&text)))
}

fn first_key<'k, 'p>(
    keys: &'k [Key<'p>],
    warnings: &mut Vec<Warning>,
) -> Option<(&'k Key<'p>, String)> {
    keys.iter()
        .find_map(|key| Some((key, first(std::slice::from_ref(key), warnings)?)))
}

/// Plain text: its paragraphs are parted by blank lines, or by every line end where it has no blank line.
pub(super) fn plain(text: &str) -> Body {
    let text = cleaning::clean(text);
    let lines: Vec<&str> = text.trim().lines().map(str::trim).collect();
    let runs = lines.split(|line| line.is_empty());
    let joined: Vec<String> = runs
        .filter(|run| !run.is_empty())
        .map(|run| run.join(" "))
        .collect();
    Body::Paragraphs {
        paragraphs: match joined.len() {
            0 | 1 => lines.into_iter().map(str::to_owned).collect(),
            _ => joined,
        },
        credits: Vec::new(),
    }
}
