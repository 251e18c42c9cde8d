//! The status that hides an article. Of one that every system has, only the number of articles is told; one
//! that nothing knows may mean that the article is public, so each article gets a warning.

use super::super::hidden::is_public;
use super::super::tree::{Node, Value};
use super::at;
use crate::model::article::{WARNINGS_MAX, Warning};
use crate::text::excerpt;

/// The first status that is known and not public, with its key; warnings about the others.
/// `statuses` are those that hide the article.
pub(super) fn hiding(
    statuses: &[(&str, &Node)],
    public_status: &[String],
    warnings: &mut Vec<Warning>,
) -> Option<String> {
    let mut hiding = None;
    for (key, node) in statuses.iter().take(WARNINGS_MAX) {
        let items = match &node.value {
            Value::List(items) => items,
            _ => std::slice::from_ref(*node),
        };
        let items = items.iter().take(WARNINGS_MAX);
        for item in items.filter(|item| is_public(&item.value, public_status) == Some(false)) {
            let value = item.value.as_text().unwrap_or_default();
            // The value stands outside of quotes, so that articles are counted by it.
            let value = excerpt(value.trim()).replace('`', "'");
            match is_known(&value) {
                true => drop(hiding.get_or_insert_with(|| format!("{key}: {value}"))),
                false => warnings.push(Warning::new(
                    at(item.line),
                    format!("`{key}`: the value {value} hides the article"),
                    format!("if it means that the article is public, name it in the table of the source: `public-status = [\"{value}\"]`"),
                )),
            }
        }
    }
    hiding
}

/// Whether some system means by this status that an article is not public.
fn is_known(status: &str) -> bool {
    let status = status.to_lowercase().replace(['-', '_'], " ");
    NOT_PUBLIC.binary_search(&&*status).is_ok()
}

/// In lower case and in the order of their letters, with a space for `-` and `_`.
const NOT_PUBLIC: [&str; 54] = [
    "0",
    "archive",
    "archived",
    "auto draft",
    "canceled",
    "cancelled",
    "deleted",
    "disabled",
    "draft",
    "drafts",
    "embargo",
    "embargoed",
    "expired",
    "false",
    "future",
    "hidden",
    "idea",
    "in progress",
    "in review",
    "inactive",
    "incomplete",
    "inherit",
    "internal",
    "members",
    "needs review",
    "no",
    "obsolete",
    "off",
    "offline",
    "paid",
    "password",
    "pending",
    "pending review",
    "planned",
    "private",
    "protected",
    "rejected",
    "removed",
    "review",
    "scheduled",
    "sent",
    "spam",
    "tiers",
    "todo",
    "trash",
    "trashed",
    "unlisted",
    "unpublished",
    "wip",
    "withdrawn",
    "withheld",
    "архив",
    "жоба",
    "черновик",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_statuses_are_in_order() {
        assert!(NOT_PUBLIC.is_sorted());
        for status in ["draft", "Auto-Draft", "PENDING", "in_review", "Черновик"] {
            assert!(is_known(status), "{status}");
        }
        for status in ["", "pitch", "publish", "ready"] {
            assert!(!is_known(status), "{status}");
        }
    }
}
