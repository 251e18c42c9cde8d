//! JSON of an editor in a column for text: it would be served as it stands, so its row is refused with the
//! editor's name.

use crate::source::article_file::tree::json;
use crate::source::article_file::tree::{KeyValue, Node, Value};

/// The editor whose blocks this text looks like; `None` for text that is none.
pub(super) fn editor(text: &str) -> Option<&'static str> {
    let text = text.trim_start();
    if !text.starts_with(['{', '[']) {
        return None;
    }
    match json::value(text)? {
        Value::Table(document) => of_document(&document),
        Value::List(blocks) => of_blocks(&blocks),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    }
}

fn of_document(document: &[KeyValue]) -> Option<&'static str> {
    let list = |name: &str| matches!(find(document, name), Some(Value::List(_)));
    let is_type = |name: &str| text(document, "type") == Some(name);
    let root = match find(document, "root") {
        Some(Value::Table(root)) => root,
        _ => &[][..],
    };
    match () {
        () if list("blocks") && find(document, "entityMap").is_some() => Some("Draft.js"),
        () if list("blocks") => Some("Editor.js"),
        () if find(root, "children").is_some() => Some("Lexical"),
        () if is_type("doc") && list("content") => Some("ProseMirror or Tiptap"),
        () if list("ops") => Some("Quill"),
        () => None,
    }
}

fn of_blocks(blocks: &[Node]) -> Option<&'static str> {
    let Value::Table(block) = &blocks.first()?.value else {
        return None;
    };
    let has = |name: &str| find(block, name).is_some();
    let child = match find(block, "children") {
        Some(Value::List(children)) => children.first(),
        _ => None,
    };
    let child = child.and_then(|child| match &child.value {
        Value::Table(child) => Some(child.as_slice()),
        _ => None,
    });
    match (child, text(block, "type")) {
        (_, None) if has("_type") => Some("Portable Text"),
        (Some(child), Some(_)) if find(child, "type").is_some() => Some("Strapi"),
        (Some(_), _) => Some("Slate"),
        (None, Some(_)) if has("value") => Some("Wagtail (StreamField)"),
        (None, Some(_)) if has("data") => Some("Editor.js"),
        (None, _) => None,
    }
}

/// The value of a key that is written exactly so: an editor's `_type` is no `type`.
fn find<'v>(pairs: &'v [KeyValue], name: &str) -> Option<&'v Value> {
    let pair = pairs.iter().find(|pair| *pair.key == *name)?;
    Some(&pair.node.value)
}

fn text<'v>(pairs: &'v [KeyValue], name: &str) -> Option<&'v str> {
    match find(pairs, name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_told_by_the_shape_of_their_json() {
        for (text, expected) in [
            (
                r#"{"time": 1, "blocks": [{"type": "paragraph", "data": {"text": "А"}}], "version": "2.30"}"#,
                Some("Editor.js"),
            ),
            (
                r#"[{"type": "paragraph", "data": {"text": "А"}}]"#,
                Some("Editor.js"),
            ),
            (
                r#" [{"type": "paragraph", "children": [{"text": "А"}]}]"#,
                Some("Slate"),
            ),
            (
                r#"[{"type": "paragraph", "children": [{"type": "text", "text": "А"}]}]"#,
                Some("Strapi"),
            ),
            (
                r#"{"root": {"type": "root", "children": [{"type": "paragraph"}]}}"#,
                Some("Lexical"),
            ),
            (
                r#"{"type": "doc", "content": [{"type": "paragraph"}]}"#,
                Some("ProseMirror or Tiptap"),
            ),
            (
                r#"[{"type": "paragraph", "value": "<p>А</p>", "id": "0f"}]"#,
                Some("Wagtail (StreamField)"),
            ),
            (
                r#"[{"_type": "block", "children": [{"_type": "span", "text": "А"}]}]"#,
                Some("Portable Text"),
            ),
            (r#"{"ops": [{"insert": "А"}]}"#, Some("Quill")),
            (
                r#"{"blocks": [{"text": "А"}], "entityMap": {}}"#,
                Some("Draft.js"),
            ),
            ("<p>{\"blocks\": []}</p>", None),
            ("[Обновлено] Текст.", None),
            ("[1, 2]", None),
            ("[]", None),
            ("{\"a\": 1}", None),
            ("{% if x %}", None),
        ] {
            assert_eq!(editor(text), expected, "{text}");
        }
    }
}
