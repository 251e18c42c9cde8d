//! What is found in an article's text beside the text.

use std::borrow::Cow;
use std::ops::Range;

use super::arguments::Arguments;

/// A tag, or something else that is replaced, with its place in the text.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) range: Range<usize>,
    pub(super) what: What<'t>,
}

#[derive(Debug)]
pub(super) enum What<'t> {
    /// A tag that may have an end tag.
    Open(Tag<'t>),
    /// The end tag of the last open tag of this family and name; without name, of the last open tag.
    Close(Family, &'t str),
    /// A tag that has no end tag.
    Alone(Tag<'t>),
    /// Text of the article in its own markup.
    Source(Cow<'t, str>),
    /// Text that is shown as it is.
    Text(Cow<'t, str>),
    /// A formula, which is shown as it is.
    Formula(&'t str),
    /// The text of a footnote in the place of its mark.
    Note(&'t str),
    /// HTML.
    Html(String),
}

impl What<'_> {
    /// Nothing stands in place of the piece.
    pub(super) const NOTHING: What<'static> = What::Source(Cow::Borrowed(""));
}

/// A tag of a site generator.
#[derive(Debug)]
pub(super) struct Tag<'t> {
    pub(super) family: Family,
    pub(super) name: &'t str,
    pub(super) arguments: Arguments<'t>,
    /// Words in the tag that readers see, such as the title of a note.
    pub(super) label: Option<&'t str>,
}

/// Which tags can be the start and the end of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Family {
    /// `{{< name >}}`, `{{% name %}}`.
    Hugo,
    /// `{% name %}`.
    Liquid,
    /// `{{ name() }}`.
    Call,
    /// `:::name`.
    Directive,
    /// `<Name>`.
    Component,
    /// `[name]`.
    WordPress,
}
