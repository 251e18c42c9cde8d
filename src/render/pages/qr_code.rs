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
    /// The `d` of the path: a line for each run of dark modules.
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
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let length = run.len();
            if run[0] == Color::Dark {
                let _ = write!(path, "M{x} {y}h{length}");
            }
            x += length;
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
        for line in code.path.split('M').skip(1) {
            let (from, length) = line.split_once('h').expect("a line");
            let (x, y) = from.split_once(' ').expect("a point");
            let number = |text: &str| text.parse::<usize>().expect("a number");
            let at = number(y) * width + number(x);
            drawn[at..at + number(length)].fill(Color::Dark);
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
