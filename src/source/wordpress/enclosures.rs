//! Attached sound and video: what plugins for podcasts show of it, else the players in the text.

use std::collections::HashSet;

use serde_json::Value;

use crate::model::article::{ENCLOSURES_MAX, Media};
use crate::text;

/// Where plugins for podcasts show the file of an episode.
const FIELDS: [&str; 4] = ["enclosure", "enclosures", "audio_file", "download_link"];

/// The attached files of a post.
pub(super) fn enclosures(item: &Value, content: &str) -> Vec<Media> {
    let fields = [item, &item["meta"]].into_iter();
    let shown = fields.flat_map(|at| FIELDS.iter().map(move |name| &at[*name]));
    let mut media: Vec<Media> = Vec::new();
    for value in shown {
        add(value, &mut media);
    }
    if media.is_empty() {
        // A text beyond a limit is refused later.
        let files = text::played_files(content).unwrap_or_default().into_iter();
        media.extend(files.map(|file| Media {
            url: file.url,
            media_type: file.media_type,
            ..Media::default()
        }));
    }
    let mut addresses = HashSet::new();
    media.retain(|file| addresses.insert(file.url.clone()));
    media.truncate(ENCLOSURES_MAX);
    media
}

fn add(value: &Value, media: &mut Vec<Media>) {
    match value {
        Value::String(text) => media.extend(of_text(text)),
        Value::Array(items) => items.iter().for_each(|item| {
            if !item.is_array() {
                add(item, media);
            }
        }),
        Value::Object(pairs) => {
            let text = |names: &[&str]| names.iter().find_map(|name| pairs.get(*name)?.as_str());
            let url = text(&["url", "src", "link"]);
            media.extend(url.and_then(of_text).map(|file| Media {
                media_type: text(&["type", "mime_type"]).map(str::to_owned),
                length: pairs.get("length").and_then(Value::as_u64),
                ..file
            }));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The file of an address, or of WordPress's own form: address, length and type on three lines.
fn of_text(text: &str) -> Option<Media> {
    let mut lines = text.lines().map(str::trim);
    let url = lines.next().filter(|url| url.starts_with("http"))?;
    Some(Media {
        url: url.to_owned(),
        length: lines.next().and_then(|length| length.parse().ok()),
        media_type: lines.next().map(str::to_owned),
        ..Media::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_those_of_plugins_else_those_of_players() {
        const PLAYER: &str = "<p>Тыңдаңыз</p><audio controls><source type=\"audio/mpeg\" \
            src=\"https://dala.example/a.mp3\"><a href=\"https://dala.example/a.mp3\">a</a></audio>\
            <video src='/b.mp4'></video><img src='/c.jpg'>";
        for (item, content, expected) in [
            (json!({}), "", ""),
            (
                json!({}),
                PLAYER,
                "https://dala.example/a.mp3 audio/mpeg 0, /b.mp4 - 0",
            ),
            (
                json!({ "meta": { "enclosure": "https://dala.example/a.mp3\n512\naudio/mpeg\n" } }),
                PLAYER,
                "https://dala.example/a.mp3 audio/mpeg 512",
            ),
            (
                json!({ "audio_file": "https://dala.example/a.mp3", "download_link": null, "meta": [] }),
                "",
                "https://dala.example/a.mp3 - 0",
            ),
            (
                json!({ "enclosures": [{ "url": "https://dala.example/v.mp4", "length": 7, "type": "video/mp4" }, [], 5] }),
                "",
                "https://dala.example/v.mp4 video/mp4 7",
            ),
            (json!({ "enclosure": "soon" }), "", ""),
        ] {
            let files = enclosures(&item, content).into_iter().map(|file| {
                let media_type = file.media_type.as_deref().unwrap_or("-");
                format!("{} {media_type} {}", file.url, file.length.unwrap_or(0))
            });
            assert_eq!(Vec::from_iter(files).join(", "), expected, "{item}");
        }
    }
}
