//! Decodes the bytes of an article file.
//!
//! The rules, in order: a byte order mark decides; valid UTF-8 is UTF-8; anything else is the
//! configured one-byte encoding, unless the file contains Cyrillic in UTF-8 or is UTF-8 up to its last
//! bytes. Such a file was truncated or overwritten, and windows-1251 would turn it into garbage.
//! Statistics cannot help: they do not distinguish KZ-1048 from windows-1251.

use std::borrow::Cow;
use std::str::Utf8Error;

use encoding_rs::{UTF_8, WINDOWS_1251};

use crate::config::LegacyEncoding;
use crate::model::article::Refusal;

/// Decodes a file and removes its byte order mark.
pub fn decode(bytes: &[u8], legacy: LegacyEncoding) -> Result<Cow<'_, str>, Refusal> {
    match bytes {
        [0xff, 0xfe, units @ ..] => decode_utf16(units, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, units @ ..] => decode_utf16(units, u16::from_be_bytes).map(Cow::Owned),
        [0xef, 0xbb, 0xbf, text @ ..] => {
            decode_utf8(text).map_err(|error| damaged_utf8(text, error))
        }
        text => match decode_utf8(text) {
            Ok(text) => Ok(text),
            Err(error) if has_cyrillic_utf8(text) || is_cut(text, error) => {
                Err(damaged_utf8(text, error))
            }
            Err(_) => Ok(decode_legacy(text, legacy)),
        },
    }
}

/// Decodes a file of which a part may be damaged: what cannot be decoded becomes U+FFFD.
pub fn decode_damaged(bytes: &[u8], legacy: LegacyEncoding) -> Cow<'_, str> {
    decode(bytes, legacy).unwrap_or_else(|_| UTF_8.decode(bytes).0)
}

fn decode_utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Utf8Error> {
    // encoding_rs is several times faster; the standard library tells where the damage is.
    match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text),
        None => str::from_utf8(bytes).map(Cow::Borrowed),
    }
}

fn damaged_utf8(bytes: &[u8], error: Utf8Error) -> Refusal {
    let line = next_line_number(&bytes[..error.valid_up_to()]);
    match error.error_len() {
        None => Refusal::new(
            line,
            "damaged UTF-8: the file ends inside a character",
            "the file was truncated while it was copied; copy it again",
        ),
        Some(_) => Refusal::new(
            line,
            format!(
                "damaged UTF-8: byte 0x{:02X} is not part of a character",
                bytes[error.valid_up_to()]
            ),
            "copy the file again, or save it as UTF-8",
        ),
    }
}

/// The number of the line that ends `text`, counted from 1. CRLF counts once.
fn next_line_number(text: &[u8]) -> u32 {
    let feeds = text.iter().filter(|&&b| b == b'\n').count();
    let returns = text.iter().filter(|&&b| b == b'\r').count();
    let pairs = text.windows(2).filter(|pair| pair == b"\r\n").count();
    u32::try_from(feeds + returns - pairs + 1).unwrap_or(u32::MAX)
}

/// Whether the bytes contain two adjacent Cyrillic letters in UTF-8. In a one-byte encoding the same
/// four bytes are two capitals, each followed by a sign or a rare letter, so text hardly has them.
fn has_cyrillic_utf8(bytes: &[u8]) -> bool {
    bytes
        .windows(4)
        .any(|four| str::from_utf8(four).is_ok_and(|pair| pair.chars().all(is_common_cyrillic)))
}

/// The letters of Russian and related alphabets; every line of Kazakh text has two of them side by
/// side. Letters that only Kazakh uses are excluded: the KZ-1048 bytes of «ТҮРІ» and «ӨНДІРІСІ» are
/// valid UTF-8 for such a letter, or a historic one, beside a `в`.
fn is_common_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{45f}')
}

/// Whether the bytes are UTF-8 that ends inside a character. Two characters outside ASCII must be whole:
/// one alone may be two signs of a one-byte encoding.
fn is_cut(bytes: &[u8], error: Utf8Error) -> bool {
    let whole = str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
    let mut letters = whole.chars().filter(|c| !c.is_ascii());
    error.error_len().is_none() && letters.nth(1).is_some()
}

fn decode_legacy(bytes: &[u8], legacy: LegacyEncoding) -> Cow<'_, str> {
    match legacy {
        LegacyEncoding::Windows1251 => WINDOWS_1251.decode_without_bom_handling(bytes).0,
        LegacyEncoding::Kz1048 => {
            let (russian, _) = WINDOWS_1251.decode_without_bom_handling(bytes);
            let letters = bytes.iter().zip(russian.chars());
            Cow::Owned(
                letters
                    .map(|(&b, c)| kz1048_letter(b).unwrap_or(c))
                    .collect(),
            )
        }
    }
}

/// The sixteen bytes in which KZ-1048 (STRK1048-2002) differs from windows-1251.
fn kz1048_letter(byte: u8) -> Option<char> {
    Some(match byte {
        0x8d => 'Қ',
        0x8e => 'Һ',
        0x9d => 'қ',
        0x9e => 'һ',
        0xa1 => 'Ұ',
        0xa2 => 'ұ',
        0xa3 => 'Ә',
        0xa5 => 'Ө',
        0xaa => 'Ғ',
        0xaf => 'Ү',
        0xb4 => 'ө',
        0xba => 'ғ',
        0xbc => 'ә',
        0xbd => 'Ң',
        0xbe => 'ң',
        0xbf => 'ү',
        _ => return None,
    })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Refusal> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for c in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match c {
            Ok(c) => text.push(c),
            Err(_) => return Err(damaged_utf16(&text, "half a surrogate pair")),
        }
    }
    if odd.is_empty() {
        Ok(text)
    } else {
        Err(damaged_utf16(&text, "the file ends inside a character"))
    }
}

fn damaged_utf16(before: &str, what: &str) -> Refusal {
    Refusal::new(
        next_line_number(before.as_bytes()),
        format!("damaged UTF-16: {what}"),
        "copy the file again, or save it as UTF-8",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        decode(bytes, LegacyEncoding::Windows1251)
            .expect("decodable bytes")
            .into_owned()
    }

    fn refused(bytes: &[u8]) -> Refusal {
        decode(bytes, LegacyEncoding::Windows1251).expect_err("damaged bytes")
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(bytes)
            .collect()
    }

    #[test]
    fn utf8_and_utf16_decode_to_the_same_text() {
        let text = "Мәжіліс\r\n😀 A";
        let with_mark = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            with_mark.into_bytes(),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decoded(&bytes), text);
        }
        assert_eq!(decoded(b""), "");
        assert_eq!(decoded(b"\xef\xbb\xbf"), "");
        assert_eq!(decoded(b"\xff\xfe"), "");
    }

    #[test]
    fn russian_without_utf8_is_windows_1251() {
        let bytes = b"date 2026-01-08 \xd1\xe5\xed\xe0\xf2 \xab\xc4\xe0\xbb \x96 \xb9\xa05";
        assert_eq!(decoded(bytes), "date 2026-01-08 Сенат «Да» – №\u{a0}5");
    }

    #[test]
    fn kz_1048_decodes_kazakh_letters() {
        let bytes = b"\x8d\x8e\x9d\x9e\xa1\xa2\xa3\xa5\xaa\xaf\xb4\xba\xbc\xbd\xbe\xbf \xa8\xb8\xb2\xb3\xb5\xc0\xff\x85a";
        let text = decode(bytes, LegacyEncoding::Kz1048).expect("every byte has a letter");
        assert_eq!(text, "ҚҺқһҰұӘӨҒҮөғәҢңү ЁёІіµАя…a");
    }

    #[test]
    fn kz_1048_capitals_are_not_mistaken_for_utf8() {
        let bytes = b"\xa5\xcd\xc4\xb2\xd0\xb2\xd1\xb2 \xd2\xaf\xd0\xb2";
        let text = decode(bytes, LegacyEncoding::Kz1048).expect("no UTF-8 in it");
        assert_eq!(text, "ӨНДІРІСІ ТҮРІ");
    }

    #[test]
    fn a_damaged_file_is_refused_with_the_line_of_the_damage() {
        let cut_inside_a_character = &"date\nСенат".as_bytes()[.."date\nСенат".len() - 1];
        let quotes = "“a”\n“b”";
        let cut_latin = &quotes.as_bytes()[..quotes.len() - 1];
        let overwritten = ["а\r\nб\rСенат\n".as_bytes(), b"\xff", "да".as_bytes()].concat();
        let marked = b"\xef\xbb\xbfdate\n\n\xd1\xe5";
        let odd = [utf16("а\nб", u16::to_le_bytes), vec![0x30]].concat();
        let lone = b"\xfe\xff\0a\0\r\0\n\xd8\x00\0b";
        for (bytes, line, reason) in [
            (
                cut_inside_a_character,
                2,
                "damaged UTF-8: the file ends inside a character",
            ),
            (
                cut_latin,
                2,
                "damaged UTF-8: the file ends inside a character",
            ),
            (
                &overwritten,
                4,
                "damaged UTF-8: byte 0xFF is not part of a character",
            ),
            (
                marked,
                3,
                "damaged UTF-8: byte 0xD1 is not part of a character",
            ),
            (&odd, 2, "damaged UTF-16: the file ends inside a character"),
            (lone, 2, "damaged UTF-16: half a surrogate pair"),
        ] {
            let refusal = refused(bytes);
            assert_eq!(
                (refusal.line, refusal.reason.as_str()),
                (Some(line), reason)
            );
            assert!(!refusal.hint.is_empty());
        }
    }

    #[test]
    fn a_single_utf8_letter_does_not_mean_damage() {
        // The windows-1251 bytes of «С…» are one letter in UTF-8; damage takes two adjacent ones.
        assert_eq!(decoded(b"\xd1\x85\xe0"), "С…а");
    }
}
