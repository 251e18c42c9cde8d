//! Markdown to HTML. HTML inside the Markdown passes through; the sanitizer handles it later.

mod footnotes;
mod inline_marks;
mod raw_html;

use std::fmt;

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};

use super::commonmark::OPTIONS;
use super::escape::escape_into;
use super::markup::{HTML_BYTES_MAX, MarkupError};
use super::shortcodes::{Replacements, Syntax, TemplateContext, expand};

/// Extensions of articles in Markdown.
const EXTENSIONS: [&str; 3] = [".md", ".markdown", ".mdx"];

/// Renders CommonMark with the extensions that generators share, and without their tags.
pub fn markdown_to_html(
    markdown: &str,
    context: &TemplateContext<'_>,
) -> Result<String, MarkupError> {
    render(markdown, Syntax::Markdown, context)
}

/// The same of MDX, without its imports, components and expressions.
pub fn mdx_to_html(mdx: &str, context: &TemplateContext<'_>) -> Result<String, MarkupError> {
    render(mdx, Syntax::Mdx, context)
}

fn render(
    markdown: &str,
    syntax: Syntax,
    context: &TemplateContext<'_>,
) -> Result<String, MarkupError> {
    let (markdown, replacements) = expand(markdown, syntax, context)?;
    let has_marks = inline_marks::may_occur(&markdown);
    let has_footnotes = markdown.contains("[^");
    let mut html = LimitedString(String::with_capacity(markdown.len() * 5 / 4));
    let mut rewriter = Rewriter {
        context,
        replacements: &replacements,
        in_picture: false,
    };
    let parser = Parser::new_ext(&markdown, OPTIONS);
    let rewrite = |event| rewriter.rewrite(event);
    let written = if has_marks || has_footnotes {
        let events = match has_marks {
            true => inline_marks::replace(&markdown, parser.into_offset_iter()),
            false => parser.collect(),
        };
        let events = footnotes::at_the_end(events);
        html::write_html_fmt(&mut html, events.into_iter().map(rewrite))
    } else {
        html::write_html_fmt(&mut html, parser.map(rewrite))
    };
    written.map_err(|fmt::Error| MarkupError::TooLong)?;
    match replacements.is_empty() {
        true => Ok(html.0),
        false => replacements.fill_html(&html.0),
    }
}

/// Changes single events of the parser.
struct Rewriter<'c> {
    context: &'c TemplateContext<'c>,
    replacements: &'c Replacements,
    in_picture: bool,
}

impl Rewriter<'_> {
    fn rewrite<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => Event::Start(Tag::Link {
                link_type,
                dest_url: self.address(dest_url),
                title: self.without_html(title),
                id,
            }),
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                self.in_picture = true;
                Event::Start(Tag::Image {
                    link_type,
                    dest_url: self.without_html(dest_url),
                    title: self.without_html(title),
                    id,
                })
            }
            Event::End(TagEnd::Image) => {
                self.in_picture = false;
                event
            }
            // The words of a picture are an attribute.
            Event::Text(text) if self.in_picture => Event::Text(self.without_html(text)),
            Event::Html(html) => Event::Html(self.html(html)),
            Event::InlineHtml(html) => Event::InlineHtml(self.html(html)),
            // A feed has no controls.
            Event::TaskListMarker(true) => Event::Text("☑ ".into()),
            Event::TaskListMarker(false) => Event::Text("☐ ".into()),
            event => event,
        }
    }

    /// The address of a link; a file of an article stands for that article.
    fn address<'e>(&self, written: CowStr<'e>) -> CowStr<'e> {
        let address = match written.strip_prefix('@') {
            Some(path) if path.starts_with('/') => (self.context.article)(path),
            _ if is_article_file(&written) => (self.context.article)(&written),
            _ => None,
        };
        address.map_or_else(|| self.without_html(written), CowStr::from)
    }

    /// HTML in the text, whose links to files of articles mean the same as those of Markdown.
    fn html<'e>(&self, html: CowStr<'e>) -> CowStr<'e> {
        let mut out = String::new();
        let mut written = 0;
        for value in raw_html::link_addresses(&html) {
            let address = &html[value.clone()];
            if address.starts_with("@/") || is_article_file(address) {
                let address = self.address(CowStr::from(address.to_owned()));
                out.push_str(&html[written..value.start]);
                escape_into(&mut out, &address);
                written = value.end;
            }
        }
        if written == 0 {
            return html;
        }
        out.push_str(&html[written..]);
        out.into()
    }

    fn without_html<'e>(&self, text: CowStr<'e>) -> CowStr<'e> {
        match self.replacements.is_empty() {
            true => text,
            false => self.replacements.fill_text(&text).into(),
        }
    }
}

/// Whether a link leads to a file of an article, and not to another host.
fn is_article_file(address: &str) -> bool {
    let path = address.split(['#', '?']).next().unwrap_or_default();
    let is_at_end = |extension: &&str| {
        let start = path.len().checked_sub(extension.len());
        let end = start.and_then(|start| path.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(extension))
    };
    EXTENSIONS.iter().any(is_at_end)
        && !path.starts_with("//")
        && !path.split('/').next().unwrap_or_default().contains(':')
}

/// A string that fails to grow beyond [`HTML_BYTES_MAX`].
struct LimitedString(String);

impl fmt::Write for LimitedString {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > HTML_BYTES_MAX {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
