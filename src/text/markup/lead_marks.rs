//! What comments and classes say about the lead.

use html5ever::tokenizer::Tag;

/// Whether the comment ends the lead: `more`, `more words of a link`, `truncate`, `excerpt`.
pub(super) fn ends_lead(comment: &str) -> bool {
    let comment = comment.trim();
    let goes_on = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    comment.strip_prefix("more").is_some_and(goes_on) || matches!(comment, "truncate" | "excerpt")
}

/// Whether a class says that the element is a caption, a credit or a footnote: `wp-caption-text`,
/// `image__credit`, `footnote-ref`.
pub(super) fn is_no_lead(tag: &Tag) -> bool {
    let mut attributes = tag.attrs.iter();
    let class = attributes.find(|attribute| &*attribute.name.local == "class");
    class.is_some_and(|class| {
        let mut names = class.value.split_ascii_whitespace();
        names.any(|name| {
            name.starts_with("footnote")
                || ["caption", "caption-text", "credit", "credits"]
                    .iter()
                    .any(|end| name.ends_with(end))
        })
    })
}
