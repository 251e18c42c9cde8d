//! Looking around in a parsed XML document.

use roxmltree::{Document, Node};

/// The namespace of Atom, which RSS documents borrow from.
pub(crate) const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The namespace of Media RSS.
pub(crate) const MEDIA: &str = "http://search.yahoo.com/mrss/";

pub(crate) fn all<'a, 'input>(document: &'a Document<'input>, name: &str) -> Vec<Node<'a, 'input>> {
    document
        .descendants()
        .filter(|node| node.tag_name().name() == name)
        .collect()
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

pub(crate) fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Node<'a, 'input> {
    elements(node)
        .find(|child| child.tag_name().name() == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

pub(crate) fn text_of<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    child(node, name).text().unwrap_or_default()
}

pub(crate) fn leaves<'a>(node: Node<'a, '_>) -> Vec<(&'a str, &'a str)> {
    elements(node)
        .map(|child| (child.tag_name().name(), child.text().unwrap_or_default()))
        .collect()
}

pub(crate) fn has(node: Node, namespace: &str, name: &str) -> bool {
    elements(node).any(|child| child.has_tag_name((namespace, name)))
}

pub(crate) fn count(node: Node, name: &str) -> usize {
    elements(node)
        .filter(|child| child.tag_name().name() == name)
        .count()
}

/// `name=value` of every attribute, by name.
pub(crate) fn attributes(node: Node) -> String {
    let attributes = node.attributes();
    let mut attributes: Vec<String> = attributes
        .map(|attribute| format!("{}={}", attribute.name(), attribute.value()))
        .collect();
    attributes.sort();
    attributes.join(" ")
}
