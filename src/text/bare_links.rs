//! Addresses that stand in text as they are, and become links.
//!
//! The rules are those of GitHub's extended autolinks: `http://`, `https://` or `www.`, a host with a dot,
//! and no punctuation at the end. Words in Russian and Kazakh stand closer: typographic quotes and
//! no-break spaces end an address too, which the libraries for this take as parts of it.

use std::ops::Range;

use memchr::{memchr2, memchr2_iter};

use super::address::{Base, resolve};
use super::elements::{ELEMENTS, Nature, is_code, position};
use super::escape::{escape_into, escape_text_into};
use super::piece::Piece;

/// The most links that are made in one article; further addresses stay text.
const BARE_LINKS_MAX: usize = 1_000;

/// Which addresses become links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BareLinks {
    /// Those that are a line of their own.
    #[default]
    Lines,
    /// All.
    All,
}

impl BareLinks {
    /// Whether an address in `text` may become a link; false for nearly every text.
    pub(super) fn may_link(self, text: &str) -> bool {
        let begins = || {
            let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
            text.starts_with(['h', 'H', 'w', 'W'])
        };
        (self == BareLinks::All || begins()) && may_have_address(text)
    }
}

/// Whether `text` may have an address.
fn may_have_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr2_iter(b':', b'.', bytes).any(|at| match bytes[at] {
        b':' => bytes[at..].starts_with(b"://"),
        _ => bytes[..at].ends_with(b"ww") || bytes[..at].ends_with(b"WW"),
    })
}

/// An address in a text.
struct Address {
    range: Range<usize>,
    href: String,
}

/// The first address at or after `from`. Every character is looked at a few times at most, whatever is
/// around it.
fn next_address(text: &str, from: usize) -> Option<Address> {
    let mut from = from;
    loop {
        let mark = from + memchr2(b':', b'.', &text.as_bytes()[from..])?;
        from = mark + 1;
        let host = match text[mark..].starts_with("://") {
            true => mark + 3,
            false => match mark.checked_sub(3) {
                Some(www) if is_word(&text.as_bytes()[www..mark], "www") => www,
                _ => continue,
            },
        };
        let scheme = text.as_bytes()[..mark].iter().rev();
        let scheme = scheme
            .take_while(|b| b.is_ascii_alphabetic())
            .take(SCHEME_MAX)
            .count();
        let start = match host < mark {
            true => host,
            false => mark - scheme,
        };
        let is_scheme = ["http", "https"]
            .iter()
            .any(|known| is_word(&text.as_bytes()[start..mark], known));
        if (host > mark && !is_scheme) || text[..start].ends_with(joins_words) {
            continue;
        }
        match address_at(text, start, host) {
            Ok(address) => return Some(address),
            Err(end) => from = from.max(end),
        }
    }
}

/// One letter more than the longest scheme has, so that a longer word is none.
const SCHEME_MAX: usize = 6;

fn is_word(bytes: &[u8], word: &str) -> bool {
    bytes.eq_ignore_ascii_case(word.as_bytes())
}

/// The address that begins at `start` and whose host begins at `host`; else the end of what is none.
fn address_at(text: &str, start: usize, host: usize) -> Result<Address, usize> {
    let host_end = host
        + text[host..]
            .find(|c| !is_host(c))
            .unwrap_or(text.len() - host);
    let after = &text[host_end..];
    let port = after.strip_prefix(':').map_or(0, |port| {
        let digits = port.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 { 0 } else { digits + 1 }
    });
    let rest = &after[port..];
    let goes_on = port > 0 || rest.starts_with(['/', '?', '#']);
    let name = match goes_on {
        true => &text[host..host_end],
        false => text[host..host_end].trim_end_matches(['.', '-', '_']),
    };
    let has_scheme = start < host;
    if !is_host_name(name, if has_scheme { 2 } else { 3 }) {
        return Err(host_end);
    }
    let path = match rest.starts_with(['/', '?', '#']) {
        true => &rest[..rest.find(ends_address).unwrap_or(rest.len())],
        false => "",
    };
    let end = match goes_on {
        true => host_end + port + without_punctuation(path),
        false => host + name.len(),
    };
    let written = &text[start..end];
    if written.len() > ADDRESS_BYTES_MAX {
        return Err(end);
    }
    let href = match has_scheme {
        true => resolve(Base::default(), written),
        false => resolve(Base::default(), &format!("http://{written}")),
    };
    let range = start..end;
    href.map(|href| Address { range, href }).ok_or(end)
}

/// The most bytes of an address in text; no browser follows a longer one.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// Whether `name` is a host as people write it: so many labels or more, of which the last is no number,
/// or four numbers.
fn is_host_name(name: &str, labels_min: usize) -> bool {
    let labels = name.split('.');
    let count = labels.clone().count();
    let last = labels.clone().next_back().unwrap_or_default();
    let is_named = last.chars().count() > 1 && last.starts_with(char::is_alphabetic);
    let is_number = |label: &str| label.bytes().all(|b| b.is_ascii_digit());
    let is_numeric = count == 4 && labels.clone().all(is_number);
    count >= labels_min && labels.clone().all(|label| !label.is_empty()) && (is_named || is_numeric)
}

fn is_host(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-' | '_')
}

/// Whether an address cannot begin right behind `c`.
fn joins_words(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '/' | '@' | '.' | '_' | '=' | '&')
}

/// Whether `c` is in no address as people write them.
fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '}' | '|')
        || matches!(
            c,
            '«' | '»' | '“' | '”' | '„' | '‘' | '’' | '‹' | '›' | '…' | '\u{200b}' | '\u{fffc}'
        )
}

/// The length of `path` without what belongs to the sentence around it: punctuation at the end, and
/// brackets that close what was opened before.
fn without_punctuation(path: &str) -> usize {
    let count = |c: char| path.matches(c).count();
    let mut surplus_round = count(')').saturating_sub(count('('));
    let mut surplus_square = count(']').saturating_sub(count('['));
    let mut rest = path;
    while let Some(last) = rest.chars().next_back() {
        let surplus = match last {
            ')' => &mut surplus_round,
            ']' => &mut surplus_square,
            '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '–' | '—' => &mut 1,
            _ => break,
        };
        if *surplus == 0 {
            break;
        }
        *surplus -= 1;
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    rest.len()
}

/// Text of one article whose addresses become links.
#[derive(Debug, Default)]
pub(super) struct Linker {
    links: usize,
}

impl Linker {
    /// Appends a paragraph of plain text with its addresses as links.
    pub(super) fn escape_into(&mut self, html: &mut String, text: &str) {
        if !may_have_address(text) {
            return escape_into(html, text);
        }
        let mut rest = 0;
        while let Some(address) = self.next(text, rest) {
            escape_into(html, &text[rest..address.range.start]);
            html.push_str("<a href=\"");
            escape_into(html, &address.href);
            html.push_str("\">");
            escape_text_into(html, &text[address.range.clone()]);
            html.push_str("</a>");
            rest = address.range.end;
        }
        escape_into(html, &text[rest..]);
    }

    /// Appends a text with its addresses as links; `link` is the index of `a`.
    fn push_pieces(&mut self, pieces: &mut Vec<Piece>, text: &str, link: usize) {
        let mut rest = 0;
        while let Some(address) = self.next(text, rest) {
            pieces.push(Piece::Text(text[rest..address.range.start].to_owned()));
            pieces.push(Piece::Open(link, vec![("href".to_owned(), address.href)]));
            pieces.push(Piece::Text(text[address.range.clone()].to_owned()));
            pieces.push(Piece::Close(link));
            rest = address.range.end;
        }
        pieces.push(Piece::Text(text[rest..].to_owned()));
    }

    fn next(&mut self, text: &str, from: usize) -> Option<Address> {
        if self.links >= BARE_LINKS_MAX {
            return None;
        }
        let address = next_address(text, from);
        self.links += usize::from(address.is_some());
        address
    }
}

/// `pieces` with links for the addresses in their text; `None` without any. The pieces are those of safe
/// HTML, in which every element ends.
pub(super) fn link_pieces(pieces: Vec<Piece>, which: BareLinks) -> Option<Vec<Piece>> {
    let link = position("a")?;
    let mut linker = Linker::default();
    let mut linked = Vec::with_capacity(pieces.len());
    // Open elements whose text stays as it is.
    let mut literal = 0_usize;
    let lines = match which {
        BareLinks::Lines => own_lines(&pieces),
        BareLinks::All => Vec::new(),
    };
    for (at, piece) in pieces.into_iter().enumerate() {
        match &piece {
            Piece::Text(text)
                if literal == 0
                    && may_have_address(text)
                    && (which == BareLinks::All || lines.binary_search(&at).is_ok()) =>
            {
                linker.push_pieces(&mut linked, text, link);
                continue;
            }
            Piece::Open(at, _) if is_literal(*at) => literal += 1,
            Piece::Close(at) if is_literal(*at) => literal = literal.saturating_sub(1),
            _ => {}
        }
        linked.push(piece);
    }
    (linker.links > 0).then_some(linked)
}

/// Whether addresses in this element are a link already, or shown for their letters.
fn is_literal(at: usize) -> bool {
    ELEMENTS[at].name == "a" || is_code(at)
}

/// The indices of texts that are an address and the only text of their line.
fn own_lines(pieces: &[Piece]) -> Vec<usize> {
    let mut lines = Vec::new();
    // The only text of the line so far.
    let mut only = None;
    let mut texts = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(text) | Piece::Formula(text) => {
                texts += 1;
                let is_address = may_have_address(text) && is_one_address(text.trim());
                only = (texts == 1 && is_address).then_some(at);
            }
            Piece::Open(element, _) | Piece::Close(element) if !ends_line(*element) => {}
            Piece::Open(..) | Piece::Close(_) => {
                lines.extend(only.take());
                texts = 0;
            }
            Piece::Frame(_) | Piece::More | Piece::NoLead => {}
        }
    }
    lines.extend(only);
    lines
}

fn ends_line(element: usize) -> bool {
    let element = &ELEMENTS[element];
    element.nature != Nature::Inline && element.name != "img"
}

fn is_one_address(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && next_address(text, 0).is_some_and(|address| address.range == (0..text.len()))
}
