//! What the head of a page of the web says of its site.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::Text;

/// Bytes of a page that are read: its head is in front.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Feeds that are named.
const FEEDS_MAX: usize = 10;

/// What the head of a page says of its site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageHead {
    /// The language of the page, as written.
    pub language: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The program that made it.
    pub generator: Option<String>,
    /// The addresses of its feeds, as written.
    pub feeds: Vec<String>,
}

impl PageHead {
    /// Reads the beginning of a page.
    pub fn read(html: &str) -> PageHead {
        let tokenizer = Tokenizer::new(HeadSink::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        let head = &html[..html.floor_char_boundary(HEAD_BYTES_MAX)];
        input.push_back(StrTendril::from_slice(head));
        // The tokenizer returns early after each script; nothing runs one here.
        while !input.is_empty() {
            let _ = tokenizer.feed(&input);
        }
        tokenizer.end();
        let Open {
            mut head, title, ..
        } = tokenizer.sink.0.into_inner();
        let title = title.map(|title| Text::from_written(&title).into_string());
        head.title = title.filter(|title| !title.is_empty());
        head
    }
}

#[derive(Default)]
struct HeadSink(RefCell<Open>);

#[derive(Default)]
struct Open {
    head: PageHead,
    /// The text of the first title so far.
    title: Option<String>,
    is_in_title: bool,
}

impl TokenSink for HeadSink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut open = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return open.tag(&tag),
            Token::TagToken(_) => open.is_in_title = false,
            Token::CharacterTokens(text) if open.is_in_title => {
                open.title.get_or_insert_default().push_str(&text);
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Open {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let value = |name: &str| {
            let mut attributes = tag.attrs.iter();
            let found = attributes.find(|attribute| &*attribute.name.local == name)?;
            let value = found.value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let is = |name: &str, expected: &str| {
            value(name).is_some_and(|value| value.eq_ignore_ascii_case(expected))
        };
        match &*tag.name {
            "html" => self.head.language = self.head.language.take().or_else(|| value("lang")),
            "title" => {
                self.is_in_title = self.title.is_none();
                return TokenSinkResult::RawData(RawKind::Rcdata);
            }
            "meta" if is("name", "generator") => {
                self.head.generator = self.head.generator.take().or_else(|| value("content"));
            }
            "link" if is("rel", "alternate") => {
                let kind = value("type").unwrap_or_default().to_ascii_lowercase();
                let is_feed = ["rss+xml", "atom+xml", "feed+json"];
                let is_feed = is_feed.iter().any(|form| kind.ends_with(form));
                if is_feed && self.head.feeds.len() < FEEDS_MAX {
                    self.head.feeds.extend(value("href"));
                }
            }
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => return TokenSinkResult::RawData(RawKind::Rawtext),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_page_is_read() {
        let head = PageHead::read(
            "<!doctype html><html lang=\"kk-KZ\"><head><script>\"<title>no</title>\"</script>\
             <title>Дала &amp; таң</title><title>second</title>\
             <meta name=Generator content='Dala CMS 3.1'>\
             <link rel=alternate type='application/rss+xml' href=/rss.xml>\
             <link rel=alternate hreflang=ru href=/ru/><body>",
        );
        assert_eq!(head.language.as_deref(), Some("kk-KZ"));
        assert_eq!(head.title.as_deref(), Some("Дала & таң"));
        assert_eq!(head.generator.as_deref(), Some("Dala CMS 3.1"));
        assert_eq!(head.feeds, ["/rss.xml"]);
        assert_eq!(PageHead::read("{\"a\": 1}"), PageHead::default());
        let long = "<".repeat(HEAD_BYTES_MAX) + "я<html lang=ru>";
        assert_eq!(PageHead::read(&long).language, None);
    }
}
