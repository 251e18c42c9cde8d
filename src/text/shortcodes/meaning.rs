//! What a tag becomes: by the rules of feeds.toml, else as the generators themselves mean it.

use url::Url;

use super::braces::written_address;
use super::piece::{Family, Tag};
use super::{Shortcode, TemplateContext};
use crate::text::commonmark::inline_html;
use crate::text::embed::media_element;
use crate::text::escape::escape_into;

/// What stands in place of a tag, and of what is between it and its end tag.
#[derive(Debug)]
pub(super) enum Meaning {
    /// The tags go, and what is between them stays.
    Inner,
    /// The tags go with what is between them.
    Drop,
    /// HTML in place of everything.
    Html(String),
    /// HTML in place of the tags.
    Around(String, String),
    /// Text in the article's own markup in place of the tag.
    Source(String),
}

/// The most bytes between two tags that can be the name of a video.
const VIDEO_BYTES_MAX: usize = 200;

/// Arguments that name a file of sound or video.
const MEDIA: [&str; 9] = [
    "src", "url", "path", "file", "mp4", "webm", "mp3", "ogg", "m4a",
];

/// Tags whose argument or content is the address of what they show.
const EMBEDS: [&str; 12] = [
    "dailymotion",
    "embed",
    "instagram",
    "rutube",
    "soundcloud",
    "telegram",
    "tiktok",
    "tweet",
    "twitter",
    "vk",
    "wpvideo",
    "x",
];

/// The meaning of `tag`, with what is between it and its end tag if it has one, and what stands behind it.
pub(super) fn of(
    tag: &Tag<'_>,
    inner: Option<&str>,
    behind: &str,
    context: &TemplateContext<'_>,
) -> Meaning {
    if let (Family::Call, Some(expression)) = (tag.family, tag.label) {
        return address_of(expression, behind, context).map_or(Meaning::Inner, Meaning::Source);
    }
    if tag.family == Family::Component && tag.arguments.is_hidden() {
        return Meaning::Drop;
    }
    let names = [included(tag), Some(tag.name)];
    for name in names.into_iter().flatten() {
        let rule = context.shortcodes.get(name);
        let lower = name.to_ascii_lowercase();
        if let Some(rule) = rule.or_else(|| context.shortcodes.get(&lower)) {
            return by_rule(rule, tag, inner);
        }
        let meaning = known(&lower, tag, inner, behind, context);
        if let Some(meaning) = meaning {
            return meaning;
        }
    }
    Meaning::Inner
}

/// The name of the file that `{% include figure.html %}` names, without extension.
fn included<'t>(tag: &'t Tag<'_>) -> Option<&'t str> {
    let includes = [
        "include",
        "include_relative",
        "include_cached",
        "render",
        "partial",
    ];
    let is_include = tag.family == Family::Liquid && includes.contains(&tag.name);
    let file = tag.arguments.positional(0).filter(|_| is_include)?;
    let name = file.rsplit('/').next().unwrap_or(file);
    Some(name.split('.').next().unwrap_or(name))
}

fn by_rule(rule: &Shortcode, tag: &Tag<'_>, inner: Option<&str>) -> Meaning {
    let template = match rule {
        Shortcode::Drop => return Meaning::Drop,
        Shortcode::Inner => return Meaning::Inner,
        Shortcode::Html(template) => template,
    };
    match (template.split_once("{inner}"), inner) {
        (Some((before, after)), Some(_)) => Meaning::Around(fill(before, tag), fill(after, tag)),
        (Some((before, after)), None) => Meaning::Html(fill(before, tag) + &fill(after, tag)),
        (None, _) => Meaning::Html(fill(template, tag)),
    }
}

/// A template with its `{argument}`s, each by name or, counted from 0, by place. One that the tag does
/// not have is empty.
fn fill(template: &str, tag: &Tag<'_>) -> String {
    let mut html = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        html.push_str(before);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let end = behind.find(|c| !is_name(c)).unwrap_or(behind.len());
        let (name, after) = behind.split_at(end);
        match after.strip_prefix('}') {
            Some(after) if !name.is_empty() => {
                let by_place = || tag.arguments.positional(name.parse().ok()?);
                let label = tag.label.filter(|_| name == "label");
                let value = tag.arguments.named(&[name]).or_else(by_place).or(label);
                escape_into(&mut html, value.unwrap_or_default());
                rest = after;
            }
            _ => {
                html.push('{');
                rest = behind;
            }
        }
    }
    html.push_str(rest);
    html
}

/// The tags that this program understands; `None` for all others.
fn known(
    name: &str,
    tag: &Tag<'_>,
    inner: Option<&str>,
    behind: &str,
    context: &TemplateContext<'_>,
) -> Option<Meaning> {
    let arguments = &tag.arguments;
    match name {
        "figure" | "image" | "img" | "picture" => figure(tag, inner),
        "youtube" | "vimeo" => video(name, tag, inner),
        "video" | "audio" => {
            let named = arguments.named(&MEDIA);
            let is_file = |it: &&str| is_address(it) || is_media_file(it);
            let source = named.or_else(|| arguments.positional(0).filter(is_file))?;
            Some(Meaning::Html(match tag.family {
                Family::WordPress => link(source),
                _ => element(name, "src", source),
            }))
        }
        "caption" | "wp_caption" if tag.family == Family::WordPress => {
            Some(Meaning::Html(captioned(tag, inner?)))
        }
        "gist" => Some(Meaning::Html(link(&gist(tag)?))),
        name if EMBEDS.contains(&name) => {
            let address = arguments.named_or_first(&["src", "url"]);
            let address = address.or(inner.map(str::trim)).filter(|it| is_address(it));
            let address = address
                .map(str::to_owned)
                .or_else(|| post_address(name, tag));
            Some(Meaning::Html(link(&address?)))
        }
        "ref" | "relref" if tag.family == Family::Hugo => {
            let path = arguments.named_or_first(&["path"])?;
            Some(Meaning::Source((context.article)(path)?))
        }
        "post_url" | "link" if tag.family == Family::Liquid => {
            let path = arguments.positional(0)?;
            let path = path.strip_prefix("_posts/").unwrap_or(path);
            Some(Meaning::Source((context.article)(&format!("/{path}"))?))
        }
        "link" if tag.family == Family::Component => {
            let address = arguments.named(&["to", "href"])?;
            let mut start = String::from("<a href=\"");
            escape_into(&mut start, address);
            start.push_str("\">");
            Some(Meaning::Around(start, "</a>".to_owned()))
        }
        "get_url" => {
            let path = arguments.named_or_first(&["path"])?;
            let address = match path.strip_prefix('@') {
                Some(path) => (context.article)(path)?,
                None => format!("{}/{}", site_path(context), path.trim_start_matches('/')),
            };
            Some(Meaning::Source(address))
        }
        "baseurl" | "base_url" | "siteurl" | "site_url" => {
            Some(Meaning::Source(base_address(behind, context)))
        }
        "comment" => Some(Meaning::Drop),
        "gallery" | "playlist" if tag.family == Family::WordPress => Some(Meaning::Drop),
        _ => None,
    }
}

/// The address of the post or video that a tag names by its id.
fn post_address(site: &str, tag: &Tag<'_>) -> Option<String> {
    let arguments = &tag.arguments;
    let id = arguments.named_or_first(&["id"])?;
    let id = id.strip_prefix('#').unwrap_or(id);
    if !id.split('/').all(is_id) {
        return None;
    }
    let user = arguments.named(&["user"]).filter(|user| is_id(user));
    Some(match site {
        "dailymotion" => format!("https://www.dailymotion.com/video/{id}"),
        "instagram" => format!("https://www.instagram.com/p/{id}/"),
        "rutube" => format!("https://rutube.ru/video/{id}/"),
        "telegram" => format!("https://t.me/{id}"),
        "tweet" | "twitter" | "x" => match user {
            Some(user) => format!("https://twitter.com/{user}/status/{id}"),
            None => format!("https://x.com/i/status/{id}"),
        },
        _ => return None,
    })
}

/// The address of `gist user id`, `gist user/id` and `gist id`.
fn gist(tag: &Tag<'_>) -> Option<String> {
    let arguments = &tag.arguments;
    let first = arguments.named_or_first(&["id"])?;
    let mut parts = vec![first];
    if !first.contains('/') && first.chars().any(|c| !c.is_ascii_hexdigit()) {
        parts.extend(arguments.positional(1));
    }
    let path = parts.join("/");
    path.split('/')
        .all(is_id)
        .then(|| format!("https://gist.github.com/{path}"))
}

/// A picture with its caption.
fn figure(tag: &Tag<'_>, inner: Option<&str>) -> Option<Meaning> {
    let arguments = &tag.arguments;
    let named = arguments.named(&["src", "url", "path", "file", "image", "image_path"]);
    let source = named.or_else(|| {
        let first = arguments.positional(0).filter(|_| included(tag).is_none());
        first.filter(|first| !first.starts_with(['.', '#']))
    })?;
    let mut html = String::from("<figure>");
    let link = arguments.named(&["link", "href"]);
    if let Some(link) = link {
        html.push_str("<a href=\"");
        escape_into(&mut html, link);
        html.push_str("\">");
    }
    html.push_str("<img src=\"");
    escape_into(&mut html, source);
    html.push('"');
    let alt = arguments.named(&["alt"]);
    let alt = alt.or_else(|| arguments.positional(1).filter(|_| named.is_none()));
    for (name, value) in [
        ("alt", alt),
        ("width", arguments.named(&["width"])),
        ("height", arguments.named(&["height"])),
    ] {
        if let Some(value) = value {
            html.push_str(&format!(" {name}=\""));
            escape_into(&mut html, value);
            html.push('"');
        }
    }
    html.push('>');
    html.push_str(if link.is_some() { "</a>" } else { "" });
    let caption = [
        arguments
            .named(&["title"])
            .map(|title| format!("<strong>{}</strong>", inline_html(title))),
        arguments
            .named(&["caption", "figcaption"])
            .or(tag.label)
            .map(inline_html),
        arguments.named(&["attr", "credit"]).map(inline_html),
    ];
    let caption: Vec<String> = caption.into_iter().flatten().collect();
    if caption.is_empty() && inner.is_some_and(|inner| !inner.trim().is_empty()) {
        html.push_str("<figcaption>");
        return Some(Meaning::Around(html, "</figcaption></figure>".to_owned()));
    }
    if !caption.is_empty() {
        html.push_str("<figcaption>");
        html.push_str(&caption.join(" "));
        html.push_str("</figcaption>");
    }
    html.push_str("</figure>");
    Some(Meaning::Html(html))
}

/// A video as the frame of its player, which becomes a link as all frames do.
fn video(site: &str, tag: &Tag<'_>, inner: Option<&str>) -> Option<Meaning> {
    let arguments = &tag.arguments;
    let named = arguments.named(&["id", "video", "videoid", "video_id", "url", "src"]);
    let inner = inner.filter(|inner| inner.len() <= VIDEO_BYTES_MAX);
    let first = arguments.positional(0).filter(|_| included(tag).is_none());
    let id = named.or(first).or(inner.map(str::trim))?;
    let id = id.strip_prefix('#').unwrap_or(id);
    let address = match site {
        _ if is_address(id) => id.to_owned(),
        _ if !is_id(id) => return None,
        "vimeo" => format!("https://player.vimeo.com/video/{id}"),
        _ => format!("https://www.youtube.com/embed/{id}"),
    };
    let mut html = element("iframe", "src", &address);
    if let Some(title) = arguments.named(&["title", "caption"]).or(tag.label) {
        let mut attribute = String::from(" title=\"");
        escape_into(&mut attribute, title);
        attribute.push('"');
        html.insert_str("<iframe".len(), &attribute);
    }
    Some(Meaning::Html(html))
}

fn is_id(text: &str) -> bool {
    let is_id = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    !text.is_empty() && text.bytes().all(is_id)
}

/// WordPress's picture with its caption, which stands behind it or in an argument.
fn captioned(tag: &Tag<'_>, inner: &str) -> String {
    let picture = inner
        .rfind("<img")
        .and_then(|at| Some(at + inner[at..].find('>')? + 1));
    let (picture, words) = inner.split_at(picture.unwrap_or(0));
    let (picture, words) = match words.trim_start().strip_prefix("</a>") {
        Some(words) => (format!("{picture}</a>"), words),
        None => (picture.to_owned(), words),
    };
    let words = match words.trim() {
        "" => tag.arguments.named(&["caption"]).unwrap_or_default(),
        words => words,
    };
    match words {
        "" => format!("<figure>{picture}</figure>"),
        words => format!("<figure>{picture}<figcaption>{words}</figcaption></figure>"),
    }
}

fn element(name: &str, key: &str, value: &str) -> String {
    let mut html = format!("<{name} {key}=\"");
    escape_into(&mut html, value);
    html.push_str(&format!("\"></{name}>"));
    html
}

fn link(address: &str) -> String {
    let mut html = String::from("<p><a href=\"");
    escape_into(&mut html, address);
    html.push_str("\">");
    escape_into(&mut html, address);
    html.push_str("</a></p>");
    html
}

/// Whether the name is that of a file with sound or video.
fn is_media_file(text: &str) -> bool {
    !text.contains(char::is_whitespace) && media_element(text).is_some()
}

fn is_address(text: &str) -> bool {
    let is_whole = !text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '"'));
    is_whole && (text.starts_with("https://") || text.starts_with("http://"))
}

/// The address that an expression stands for: the site's, or one that is written in it.
fn address_of(expression: &str, behind: &str, context: &TemplateContext<'_>) -> Option<String> {
    if let Some(address) = written_address(expression) {
        let is_of_site = address.starts_with('/') && expression.contains("url");
        let path = if is_of_site {
            site_path(context)
        } else {
            String::new()
        };
        return Some(path + &address);
    }
    let name = expression.split('|').next().unwrap_or(expression).trim();
    match name.to_ascii_lowercase().as_str() {
        "site.url" => Some(site_origin(context)),
        "site.baseurl" | "root_url" => Some(site_path(context)),
        "site.base_url" | ".site.baseurl" | "config.base_url" | "base_url" | "$.site.baseurl" => {
            Some(base_address(behind, context))
        }
        _ => None,
    }
}

/// Scheme and host of the site, as Jekyll's `site.url`.
fn site_origin(context: &TemplateContext<'_>) -> String {
    let site = Url::parse(context.site);
    site.map(|site| site.origin().ascii_serialization())
        .unwrap_or_default()
}

/// The path of the site without the last slash, as Jekyll's `site.baseurl`.
fn site_path(context: &TemplateContext<'_>) -> String {
    let site = Url::parse(context.site);
    site.map(|site| site.path().trim_end_matches('/').to_owned())
        .unwrap_or_default()
}

/// The whole address of the site, with a slash unless `behind` begins with one: generators differ in it.
fn base_address(behind: &str, context: &TemplateContext<'_>) -> String {
    let slash = if behind.starts_with('/') { "" } else { "/" };
    format!("{}{}{slash}", site_origin(context), site_path(context))
}
