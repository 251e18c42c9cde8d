//! QR codes as the data of an SVG path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel};
use serde::Serialize;

/// The most bytes of a text. A code of more has such small modules that a camera must be held close.
const BYTES_MAX: usize = 400;

/// The modules of light around a code (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: usize = 4;

/// A QR code, to be drawn as lines of width 1.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct QrCode {
    /// The `viewBox`, with the quiet zone.
    view_box: String,
    /// The `d` of the path: a line for each run of dark modules. Lengths repeat more often than places, so
    /// they compress better.
    path: String,
}

impl QrCode {
    /// The code of a text; `None` for a long one.
    pub(super) fn new(text: &str) -> Option<QrCode> {
        if text.len() > BYTES_MAX {
            return None;
        }
        // A screen has no dirt and no scratches, so the weakest error correction will do.
        let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        let width = code.width();
        let side = width + 2 * QUIET_ZONE;
        Some(QrCode {
            // Lines are drawn around the middle of their width.
            view_box: format!("-{QUIET_ZONE} -{QUIET_ZONE}.5 {side} {side}"),
            path: path(&code.to_colors(), width),
        })
    }
}

fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let _ = write!(path, "M0 {y}");
        for run in row.chunk_by(|a, b| a == b) {
            let length = run.len();
            let _ = match run[0] {
                Color::Dark => write!(path, "h{length}"),
                Color::Light => write!(path, "m{length} 0"),
            };
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cover_the_dark_modules() {
        let text = "https://feeds.dala.example/tags/%D0%BC";
        let code = QrCode::new(text).expect("a code");
        let modules = qrcode::QrCode::with_error_correction_level(text, EcLevel::L);
        let modules = modules.expect("a code");
        let width = modules.width();
        let mut drawn = vec![Color::Light; width * width];
        let mut at = 0;
        let commands = code.path.replace("M0 ", " M").replace('h', " h");
        let commands = commands.replace('m', " m").replace(" 0", "");
        for command in commands.split_whitespace() {
            let (name, number) = command.split_at(1);
            let number: usize = number.parse().expect("a number");
            match name {
                "M" => at = number * width,
                "m" => at += number,
                _ => {
                    drawn[at..at + number].fill(Color::Dark);
                    at += number;
                }
            }
        }
        assert!(drawn == modules.to_colors());
        assert_eq!(code.view_box, format!("-4 -4.5 {0} {0}", width + 8));
    }

    #[test]
    fn long_texts_have_no_code() {
        assert!(QrCode::new(&"a".repeat(BYTES_MAX)).is_some());
        assert_eq!(QrCode::new(&"a".repeat(BYTES_MAX + 1)), None);
    }
}
