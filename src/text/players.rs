//! The files of the players in a text.

use super::elements::ELEMENTS;
use super::markup::{Markup, MarkupError};
use super::piece::Piece;

/// The file that a player plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayedFile {
    /// Its address as written.
    pub url: String,
    /// Its media type as written.
    pub media_type: Option<String>,
}

/// The first file of each `<audio>` and `<video>` of a text, in their order.
///
/// # Errors
/// When the HTML is beyond a limit.
pub fn played_files(html: &str) -> Result<Vec<PlayedFile>, MarkupError> {
    let mut files = Vec::new();
    if !html.contains("<audio") && !html.contains("<video") {
        return Ok(files);
    }
    // Whether a player is open that has no file yet.
    let mut is_waiting = false;
    for piece in &Markup::read(html)?.pieces {
        match piece {
            Piece::Open(element, attributes) => {
                let name = ELEMENTS[*element].name;
                let is_player = matches!(name, "audio" | "video");
                is_waiting |= is_player;
                let value = |wanted: &str| {
                    let mut attributes = attributes.iter();
                    let found = attributes.find(|(name, _)| name == wanted);
                    found.map(|(_, value)| value.clone())
                };
                let is_file = is_player || name == "source";
                if let Some(url) = value("src").filter(|_| is_waiting && is_file) {
                    let media_type = value("type");
                    files.push(PlayedFile { url, media_type });
                    is_waiting = false;
                }
            }
            Piece::Close(element) => {
                is_waiting &= !matches!(ELEMENTS[*element].name, "audio" | "video");
            }
            Piece::Formula(_) | Piece::Frame(_) | Piece::Text(_) | Piece::More | Piece::NoLead => {}
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_player_has_one_file() {
        for (html, expected) in [
            ("<p>Сөз</p>", ""),
            ("<audio controls src=a.mp3></audio>", "a.mp3"),
            (
                "<audio><source type=audio/ogg src=a.ogg><source type=audio/mpeg src=a.mp3></audio>",
                "a.ogg audio/ogg",
            ),
            (
                "<video><source src=b.mp4 type=video/mp4></video><audio src=a.mp3></audio>",
                "b.mp4 video/mp4, a.mp3",
            ),
            (
                "<audio></audio><picture><source src=p.webp><img src=p.jpg></picture>",
                "",
            ),
            ("<!-- <audio src=a.mp3> -->", ""),
        ] {
            let files = played_files(html).expect("small HTML").into_iter();
            let files = files.map(|file| match file.media_type {
                Some(media_type) => format!("{} {media_type}", file.url),
                None => file.url,
            });
            assert_eq!(Vec::from_iter(files).join(", "), expected, "{html}");
        }
    }
}
