//! What becomes of a generator's tag, as `[source.directory.shortcodes]` writes it.

use serde_json::json;

use super::form::{ENVIRONMENT, Form};
use crate::text::Shortcode;
use crate::text::nearest::nearest;

/// What one tag becomes.
pub(super) const SHORTCODE: Form<Shortcode> = Form {
    expected: || "`drop`, `inner`, or HTML with `{argument}` and `{inner}`".to_owned(),
    schema: || json!({ "type": "string", "pattern": format!("^(drop|inner)$|[<{{]|{ENVIRONMENT}") }),
    parse: |text| match text {
        "drop" => Ok(Shortcode::Drop),
        "inner" => Ok(Shortcode::Inner),
        html if html.contains(['<', '{']) => Ok(Shortcode::Html(html.to_owned())),
        word => {
            let meant = nearest(word, ["drop", "inner"]);
            Err(SHORTCODE.mismatch().did_you_mean(meant))
        }
    },
};
