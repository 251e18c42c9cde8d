//! Tags of the tokenizer: their attributes, and what text follows them.

use html5ever::tokenizer::states::{Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{Tag, TokenSinkResult};

use crate::text::characters::clean;
use crate::text::elements::{ATTRIBUTE_BYTES_MAX, GLOBAL_ATTRIBUTES};

/// The state that the tree builder sets the tokenizer to after this start tag (HTML Standard, section
/// 13.2.6.4).
pub(super) fn tokenizer_state(name: &str) -> TokenSinkResult<()> {
    TokenSinkResult::RawData(match name {
        "script" => ScriptData,
        "title" | "textarea" => Rcdata,
        _ => Rawtext,
    })
}

/// The allowed attributes of `tag`, clean and in their order.
pub(super) fn attributes(tag: &Tag, allowed: &[&str]) -> Vec<(String, String)> {
    let is_allowed = |name: &str| allowed.contains(&name) || GLOBAL_ATTRIBUTES.contains(&name);
    tag.attrs
        .iter()
        .filter(|attribute| is_allowed(&attribute.name.local))
        .filter(|attribute| attribute.value.len() <= ATTRIBUTE_BYTES_MAX)
        .map(|attribute| {
            let value = clean(&attribute.value).into_owned();
            (attribute.name.local.to_string(), value)
        })
        .collect()
}

/// The value of an attribute.
pub(super) fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name);
    found.map(|found| &*found.value)
}
