//! From the tokenizer's tokens to the pieces of [`Markup`], with the work of one article bounded.

use html5ever::LocalName;
use html5ever::tokenizer::{Tag, TagKind, TokenSinkResult};

use super::appearance::Appearance;
use super::formula::Formula;
use super::lead_marks::{ends_lead, is_no_lead};
use super::marks::Marks;
use super::pictures::{Source, settle_source};
use super::removed_element::{Effect, RemovedElement};
use super::steps::{self, Steps};
use super::tags::{attribute, attributes, tokenizer_state};
use super::twins::{Picture, drop_twins};
use super::{DEPTH_MAX, Markup, MarkupError};
use crate::text::bare_links::BareLinks;
use crate::text::characters::clean;
use crate::text::elements::{self, ELEMENTS, Nature};
use crate::text::embed::{Frame, Post, Script, read_inline_script};
use crate::text::piece::Piece;

/// The most bytes of an inline script that are read; the embed codes of sites are shorter.
const CODE_BYTES_MAX: usize = 16 << 10;

#[derive(Default)]
pub(super) struct MarkupBuilder {
    pieces: Vec<Piece>,
    /// How many of each element are open, by index in [`ELEMENTS`].
    open: Vec<usize>,
    depth: usize,
    steps: Steps,
    /// The element whose content is no markup, until its end tag.
    raw_text: Option<LocalName>,
    /// The code of the open inline script.
    code: Option<String>,
    /// The element that is removed with its content.
    removed: Option<RemovedElement>,
    formula: Option<Formula>,
    /// Open elements whose style marks their text.
    marks: Marks,
    /// A post of another site, until its element ends.
    post: Option<Post>,
    pictures: Vec<Picture>,
    /// Whether the open `picture` has a source.
    has_picture_source: bool,
    open_forms: usize,
    in_paragraph: bool,
    dropped_scripts: usize,
    error: Option<MarkupError>,
}

impl MarkupBuilder {
    pub(super) fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Counts what the tokenizer reads next; it must not see a tag with too many attributes.
    pub(super) fn count_chunk(&mut self, chunk: &str) {
        let counted = self.steps.add_chunk(chunk);
        self.check(counted);
    }

    pub(super) fn end_token(&mut self) {
        self.steps.end_token();
    }

    pub(super) fn comment(&mut self, comment: &str) {
        let is_shown = self.removed.is_none() && self.raw_text.is_none();
        if is_shown && ends_lead(comment) {
            self.push(Piece::More);
        }
    }

    pub(super) fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        self.step(steps::of_attributes(tag));
        let starts = tag.kind == TagKind::StartTag;
        if let Some(raw_text) = &self.raw_text {
            if !starts && *raw_text == tag.name {
                self.raw_text = None;
                if let Some(code) = self.code.take() {
                    self.step(steps::of_code(&code));
                    for script in read_inline_script(&code) {
                        self.script(script);
                    }
                }
            }
            return TokenSinkResult::Continue;
        }
        if self.removed.is_some() {
            match self.effect_on_removed(tag) {
                Effect::Inside => return self.inside_removed(tag),
                Effect::Ends => {
                    self.end_removed();
                    return TokenSinkResult::Continue;
                }
                Effect::Ended => self.end_removed(),
            }
        }
        match starts {
            true => self.start(tag),
            false => {
                self.end(tag);
                TokenSinkResult::Continue
            }
        }
    }

    fn effect_on_removed(&mut self, tag: &Tag) -> Effect {
        let Some(mut removed) = self.removed.take() else {
            return Effect::Ended;
        };
        self.step(removed.depth() + 1);
        if removed.depth() > DEPTH_MAX {
            self.fail(MarkupError::TooDeep);
        }
        let effect = match tag.kind {
            TagKind::StartTag => {
                removed.start(&tag.name, tag.self_closing, |name| self.is_open(name))
            }
            TagKind::EndTag => removed.end(&tag.name, |name| self.is_open(name)),
        };
        self.removed = Some(removed);
        effect
    }

    /// Whether an element is open; of one whose end tag may be left out, whether it is likely.
    fn is_open(&self, name: &str) -> bool {
        let count = |name: &str| {
            let at = elements::position(name);
            at.and_then(|at| self.open.get(at))
                .map_or(0, |count| *count)
        };
        match name {
            "p" => self.in_paragraph,
            "li" => count("ul") + count("ol") > 0,
            "dd" | "dt" => count("dl") > 0,
            "rp" | "rt" => count("ruby") > 0,
            "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" => {
                count("table") > 0
            }
            _ => count(name) > 0,
        }
    }

    /// A tag inside of a removed element. `noscript` has the pictures and frames that scripts load late.
    fn inside_removed(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        if let Some(formula) = &mut self.formula {
            formula.push(" ");
        }
        let is_foreign = self
            .removed
            .as_ref()
            .is_some_and(RemovedElement::is_foreign);
        if tag.kind == TagKind::EndTag || is_foreign {
            return TokenSinkResult::Continue;
        }
        let is_fallback = self
            .removed
            .as_ref()
            .is_some_and(|removed| removed.is("noscript"));
        let name: &str = &tag.name;
        if is_fallback {
            let looks = Appearance::of(tag);
            match name {
                "img" if !looks.is_hidden && !looks.is_pixel => self.picture(tag, true),
                "iframe" if looks.is_shown() => self.push(Piece::Frame(Frame::of_tag(tag))),
                _ => {}
            }
        }
        match elements::RAW_TEXT.contains(&name) {
            true => self.raw_text(&tag.name),
            false => TokenSinkResult::Continue,
        }
    }

    fn raw_text(&mut self, name: &LocalName) -> TokenSinkResult<()> {
        self.raw_text = Some(name.clone());
        tokenizer_state(name)
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let looks = Appearance::of(tag);
        let at = elements::position(&tag.name);
        if at.is_none() {
            if let Some(state) = self.start_of_removed(tag, looks) {
                return state;
            }
        } else if looks.is_hidden {
            self.remove(tag);
            return TokenSinkResult::Continue;
        }
        match &mut self.post {
            Some(post) => post.start(&tag.name),
            None => self.post = Post::of_tag(tag),
        }
        self.open_forms += usize::from(&*tag.name == "form");
        if let Some(at) = at {
            self.element(at, tag, looks);
        }
        TokenSinkResult::Continue
    }

    /// The start tag of an element that feeds do not carry; `None` where only its tags go.
    fn start_of_removed(&mut self, tag: &Tag, looks: Appearance) -> Option<TokenSinkResult<()>> {
        let name: &str = &tag.name;
        match name {
            "script" => {
                self.code = attribute(tag, "src").is_none().then(String::new);
                self.script(Script::of_tag(tag));
            }
            "iframe" | "embed" if looks.is_shown() => {
                self.push(Piece::Frame(Frame::of_tag(tag)));
            }
            _ => {}
        }
        if elements::RAW_TEXT.contains(&name) {
            return Some(self.raw_text(&tag.name));
        }
        match name {
            _ if looks.is_hidden => self.remove(tag),
            "math" => self.formula(tag),
            "object" => self.object(tag, looks),
            "label" if self.open_forms > 0 => self.remove(tag),
            _ if elements::REMOVED.contains(&name) => self.remove(tag),
            _ => return None,
        }
        Some(TokenSinkResult::Continue)
    }

    /// Ends an open paragraph before a tag that does so, with what strikes its text.
    fn end_paragraph(&mut self) {
        if std::mem::take(&mut self.in_paragraph)
            && let Some(struck) = self.marks.end_paragraph()
        {
            self.push(Piece::Close(struck));
        }
    }

    fn script(&mut self, script: Script) {
        match script {
            Script::Shows(frame) => self.push(Piece::Frame(frame)),
            Script::Unknown => self.dropped_scripts += 1,
            Script::Nothing => {}
        }
    }

    fn end(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if name == "form" {
            self.open_forms = self.open_forms.saturating_sub(1);
        }
        if self.post.as_mut().is_some_and(|post| post.end(&tag.name)) {
            self.end_post();
        }
        let Some(at) = elements::position(name) else {
            return;
        };
        let closed = self.marks.end(at).into_iter().flatten();
        self.step((self.depth + 1) * closed.clone().count().max(1));
        let is_open = self.open.get(at).is_some_and(|open| *open > 0);
        if is_open {
            self.open[at] -= 1;
            self.depth = self.depth.saturating_sub(closed.clone().count());
        }
        if (is_open || ELEMENTS[at].nature == Nature::OptionalEnd) && elements::ends_paragraph(at) {
            self.end_paragraph();
        }
        for at in closed.rev() {
            self.push(Piece::Close(at));
        }
    }

    /// Removes an element with its content. One without content, or one of XML that ends itself, is gone
    /// with its tag.
    fn remove(&mut self, tag: &Tag) {
        let is_xml = matches!(&*tag.name, "svg" | "math" | "xml") || tag.name.contains(':');
        let is_closed = elements::is_void(&tag.name) || (is_xml && tag.self_closing);
        if is_closed {
            return;
        }
        let block = elements::position(&tag.name).filter(|at| elements::ends_paragraph(*at));
        if let (true, Some(_), Some(p)) = (self.in_paragraph, block, elements::position("p")) {
            // The paragraph before it ends all the same.
            self.end_paragraph();
            self.push(Piece::Close(p));
        }
        self.removed = Some(RemovedElement::new(&tag.name));
    }

    fn end_removed(&mut self) {
        self.removed = None;
        if let Some(formula) = self.formula.take() {
            let text = clean(&formula.into_text()).into_owned();
            self.push(Piece::Formula(text));
        }
    }

    fn formula(&mut self, tag: &Tag) {
        self.remove(tag);
        self.formula = Some(Formula::of_tag(tag));
        if self.removed.is_none() {
            self.end_removed();
        }
    }

    /// An `object` becomes a picture or a link to what it shows, and its content is for browsers that
    /// cannot show it. Without an address its content is all there is.
    fn object(&mut self, tag: &Tag, looks: Appearance) {
        let data = attribute(tag, "data").filter(|data| !data.trim().is_empty());
        let Some(data) = data.filter(|_| looks.is_shown()) else {
            return;
        };
        let kind = attribute(tag, "type").unwrap_or_default();
        match elements::position("img") {
            Some(at) if kind.starts_with("image/") => {
                let title = attribute(tag, "title").unwrap_or_default();
                let attributes = [("src", data), ("alt", title)];
                let attributes =
                    attributes.map(|(key, value)| (key.to_owned(), clean(value).into_owned()));
                self.push(Piece::Open(at, attributes.into()));
            }
            _ => self.push(Piece::Frame(Frame::of_tag(tag))),
        }
        self.remove(tag);
    }

    /// A post becomes a link behind what its element says itself.
    fn end_post(&mut self) {
        if let Some(post) = self.post.take() {
            self.push(Piece::Frame(post.into_frame()));
        }
    }

    fn element(&mut self, at: usize, tag: &Tag, looks: Appearance) {
        self.open.resize(ELEMENTS.len(), 0);
        let element = &ELEMENTS[at];
        if elements::ends_paragraph(at) {
            self.end_paragraph();
        }
        let opened = self.marks.start(at, looks).into_iter().flatten();
        self.step((self.depth + 1) * opened.clone().count().max(1));
        match element.nature {
            Nature::Inline | Nature::Block => {
                self.open[at] += 1;
                self.depth += opened.clone().count();
            }
            Nature::OptionalEnd | Nature::Void => {}
        }
        if self.depth > DEPTH_MAX {
            self.fail(MarkupError::TooDeep);
        }
        self.in_paragraph |= element.name == "p";
        match element.name {
            // A picture of a pixel counts visits.
            "img" if looks.is_pixel => return,
            "img" => return self.picture(tag, false),
            "picture" => self.has_picture_source = false,
            "caption" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
                if !self.is_open(&tag.name) =>
            {
                // Outside of a table the tree builder drops the tag, and texts would run together.
                self.push_text(" ");
            }
            _ => {}
        }
        let mut attributes = attributes(tag, element.attributes);
        if matches!(element.name, "audio" | "source" | "video") {
            let source = settle_source(tag, &mut attributes);
            self.has_picture_source |= element.name == "source" && source != Source::Placeholder;
        }
        if is_no_lead(tag) {
            self.push(Piece::NoLead);
        }
        let mut attributes = Some(attributes);
        for at in opened {
            self.push(Piece::Open(at, attributes.take().unwrap_or_default()));
        }
    }

    fn picture(&mut self, tag: &Tag, is_fallback: bool) {
        let Some(at) = elements::position("img") else {
            return;
        };
        let mut attributes = attributes(tag, ELEMENTS[at].attributes);
        let mut source = settle_source(tag, &mut attributes);
        if source == Source::Placeholder && self.has_picture_source && !is_fallback {
            // What `picture` has a source for stands behind the placeholder.
            attributes.retain(|(name, _)| name != "src");
            source = Source::Late;
        }
        self.pictures.push(Picture {
            at: self.pieces.len(),
            source,
            is_fallback,
        });
        self.push(Piece::Open(at, attributes));
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.raw_text.is_some() {
            if let Some(code) = &mut self.code {
                let room = CODE_BYTES_MAX.saturating_sub(code.len());
                code.push_str(&text[..text.floor_char_boundary(room)]);
            }
            return;
        }
        self.step(steps::of_text(text));
        match (&mut self.formula, &self.removed) {
            (Some(formula), Some(removed)) if !removed.has("annotation") => formula.push(text),
            (_, Some(_)) => {}
            _ => self.push_text(text),
        }
    }

    fn push_text(&mut self, text: &str) {
        let text = clean(text);
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(&text),
            _ => self.push(Piece::Text(text.into_owned())),
        }
    }

    fn step(&mut self, steps: usize) {
        let counted = self.steps.add(steps);
        self.check(counted);
    }

    fn check(&mut self, counted: Result<(), MarkupError>) {
        if let Err(error) = counted {
            self.fail(error);
        }
    }

    fn push(&mut self, piece: Piece) {
        self.step(steps::of_addresses(&piece));
        if self.error.is_none() {
            self.pieces.push(piece);
        }
    }

    /// Keeps the first error and frees the pieces.
    fn fail(&mut self, error: MarkupError) {
        self.error.get_or_insert(error);
        self.pieces = Vec::new();
    }

    pub(super) fn finish(mut self) -> Result<Markup, MarkupError> {
        self.end_removed();
        self.end_post();
        if let Some(error) = self.error {
            return Err(error);
        }
        drop_twins(&mut self.pieces, &self.pictures);
        Ok(Markup {
            pieces: self.pieces,
            steps: self.steps.count(),
            bare_links: BareLinks::default(),
            dropped_scripts: self.dropped_scripts,
        })
    }
}
