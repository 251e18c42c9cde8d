use proptest::prelude::*;

use super::*;

/// The date as RFC 3339, in the newsroom's zone UTC; the error for a refused one.
fn read(written: &str) -> String {
    match parse(written) {
        Ok(date) => Zone::UTC.resolve(date).to_string(),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn a_form_that_means_one_date_is_read() {
    for (written, expected) in [
        ("2026-03-05", "2026-03-05T00:00:00Z"),
        ("2026/03/05", "2026-03-05T00:00:00Z"),
        ("2026-3-5", "2026-03-05T00:00:00Z"),
        ("2026.03.05", "2026-03-05T00:00:00Z"),
        ("20260305", "2026-03-05T00:00:00Z"),
        ("05.03.2026", "2026-03-05T00:00:00Z"),
        ("5.3.2026 9:00", "2026-03-05T09:00:00Z"),
        ("05.03.2026, 10:00", "2026-03-05T10:00:00Z"),
        ("2026-03-05 9:00:00 +0000", "2026-03-05T09:00:00Z"),
        ("2026-03-05 9:00", "2026-03-05T09:00:00Z"),
        ("2026-03-05T9:00Z", "2026-03-05T09:00:00Z"),
        ("2026-03-05T10", "2026-03-05T10:00:00Z"),
        ("2026-03-05T10:30:00.000Z", "2026-03-05T10:30:00Z"),
        (
            "2026-03-05T10:00:00.123456789+05:00",
            "2026-03-05T05:00:00Z",
        ),
        ("2026-03-05 10:00:00.000000", "2026-03-05T10:00:00Z"),
        ("2026-03-05 10:00:00 +0500", "2026-03-05T05:00:00Z"),
        ("2026-03-05 10:00:00 +05", "2026-03-05T05:00:00Z"),
        ("2026-03-05 10:00-05:00", "2026-03-05T15:00:00Z"),
        ("2026-03-05 10:00:00 -0500", "2026-03-05T15:00:00Z"),
        ("2026-03-05T10:00:00 +05:00", "2026-03-05T05:00:00Z"),
        ("2026-03-05T10:00:00+05", "2026-03-05T05:00:00Z"),
        ("2026-03-05 10:00:00 UTC", "2026-03-05T10:00:00Z"),
        ("2026-03-05 10:00:00 EST", "2026-03-05T15:00:00Z"),
        ("2026-03-05 10:00 UTC+5", "2026-03-05T05:00:00Z"),
        ("2026-03-05 10:00 МСК", "2026-03-05T07:00:00Z"),
        ("2026-03-05 10:00:00 Asia/Almaty", "2026-03-05T05:00:00Z"),
        ("2026-03-05T10:00:00[Asia/Almaty]", "2026-03-05T05:00:00Z"),
        (
            "2026-03-05T10:00:00+05:00[Asia/Almaty]",
            "2026-03-05T05:00:00Z",
        ),
        ("2026-03-05 10:00 PM", "2026-03-05T22:00:00Z"),
        ("2026-03-05 12:15 am", "2026-03-05T00:15:00Z"),
        ("2026-03-05 12:15PM", "2026-03-05T12:15:00Z"),
        ("2026-03-05T24:00:00", "2026-03-06T00:00:00Z"),
        ("20260305T100000Z", "2026-03-05T10:00:00Z"),
        ("20260305100000", "2026-03-05T10:00:00Z"),
        ("25/12/2026", "2026-12-25T00:00:00Z"),
        ("12/25/2026 10:00", "2026-12-25T10:00:00Z"),
        ("05/05/2026", "2026-05-05T00:00:00Z"),
        ("March 5, 2026", "2026-03-05T00:00:00Z"),
        ("Mar 5 2026", "2026-03-05T00:00:00Z"),
        (
            "Thursday, March 5th, 2026 at 10:00 PM",
            "2026-03-05T22:00:00Z",
        ),
        ("5 March 2026", "2026-03-05T00:00:00Z"),
        ("5 Sept. 2026 7:05", "2026-09-05T07:05:00Z"),
        ("Thu, 05 Mar 2026 10:00:00 +0500", "2026-03-05T05:00:00Z"),
        ("Thu, 5 Mar 2026 10:00 GMT", "2026-03-05T10:00:00Z"),
        ("Thu Mar 5 10:00:00 2026", "2026-03-05T10:00:00Z"),
        // RFC 822
        ("Wed, 02 Oct 02 13:00:00 GMT", "2002-10-02T13:00:00Z"),
        ("Thu, 5 Mar 26 10:00 +0500", "2026-03-05T05:00:00Z"),
        ("05 Mar 26 10:00:00 EST", "2026-03-05T15:00:00Z"),
        ("31 Dec 49 00:00:00 UT", "2049-12-31T00:00:00Z"),
        ("01 Jan 50 00:00:00 Z", "1950-01-01T00:00:00Z"),
        ("Fri, 31 Dec 99 23:59:59 GMT", "1999-12-31T23:59:59Z"),
        (
            "Thu Mar 05 2026 10:00:00 GMT+0500 (East Kazakhstan Time)",
            "2026-03-05T05:00:00Z",
        ),
        ("5 марта 2026 г.", "2026-03-05T00:00:00Z"),
        ("5 мая 2026 г., 9:30", "2026-05-05T09:30:00Z"),
        ("12 август 2026", "2026-08-12T00:00:00Z"),
        ("2026 жылғы 5 наурыз, 15:00", "2026-03-05T15:00:00Z"),
        ("6 маусым 2026", "2026-06-06T00:00:00Z"),
        ("6 мамыр 2026", "2026-05-06T00:00:00Z"),
        ("1772704800", "2026-03-05T10:00:00Z"),
        ("1772704800.5", "2026-03-05T10:00:00Z"),
        ("1772704800123", "2026-03-05T10:00:00Z"),
    ] {
        assert_eq!(read(written), expected, "{written}");
        assert_eq!(read(&format!(" {written} ")), expected, "{written}");
    }
}

#[test]
fn what_is_no_date_or_could_be_two_is_refused() {
    for (written, expected) in [
        ("03/05/2026", "TwoDates"),
        ("3-5-2026", "TwoDates"),
        ("2026-02-30", "NoSuchDay"),
        ("2026-13-01", "NoSuchDay"),
        ("31.11.2026", "NoSuchDay"),
        ("2026-03-05 24:05", "NoSuchDay"),
        ("2026-03-05 25:00", "NoSuchDay"),
        ("2026-03-05 13:00 PM", "NoSuchDay"),
        ("13/13/2026", "NoSuchDay"),
        ("2026-03", "Shape"),
        ("2026", "Shape"),
        ("5", "Shape"),
        ("March 2026", "Shape"),
        ("05.03.26", "Shape"),
        // Less than RFC 822 has, or a weekday that tells of another order.
        ("02 Oct 02", "Shape"),
        ("Wed, 02 Oct 02", "Shape"),
        ("Wed, 02 Oct 02 13:00:00", "Shape"),
        ("Oct 02 02 13:00:00 GMT", "Shape"),
        ("02 10 02 13:00:00 GMT", "Shape"),
        ("Thu, 02 Oct 02 13:00:00 GMT", "Shape"),
        ("Wed, 32 Oct 02 13:00:00 GMT", "Shape"),
        ("Thu, 05 Mar 2026 10:00:00 XYZ", "Shape"),
        ("999999999", "Shape"),
        ("17727048001", "Shape"),
        ("-1772704800", "Shape"),
        ("1772704800123456", "Shape"),
        ("2026-03-05 10:0", "Shape"),
        ("2026-03-05 10:00 Asia/Nowhere", "Shape"),
        ("2026-03-05 10:00 XYZ", "Shape"),
        ("2026-03-05 +05:00", "Shape"),
        ("2026-03-05 PM", "Shape"),
        ("2026-03-05 2026-03-06", "Shape"),
        ("5 March 2026 2027", "Shape"),
        ("5 Marchember 2026", "Shape"),
        ("вчера", "Shape"),
        ("", "Shape"),
        ("٢٠٢٦-٠٣-٠٥", "Shape"),
    ] {
        assert_eq!(read(written), expected, "{written}");
    }
}

#[test]
fn zeroes_are_no_date() {
    for (written, expected) in [
        ("0000-00-00 00:00:00", true),
        ("0", true),
        ("0000-00-00", true),
        ("", false),
        ("2000-00-00", false),
        ("-", false),
    ] {
        assert_eq!(is_zero(written), expected, "{written}");
    }
}

#[test]
fn the_date_of_a_name_stands_at_its_front() {
    for (path, expected) in [
        ("2026-03-05-bridge.md", Some("2026-03-05")),
        ("2026-03-05_bridge.md", Some("2026-03-05")),
        ("2026-3-5-bridge.md", Some("2026-03-05")),
        ("2026-03-05.md", Some("2026-03-05")),
        ("2026-03-05.kk.md", Some("2026-03-05")),
        ("news/2026-03-05-bridge/index.md", Some("2026-03-05")),
        ("news/2026-03-05-bridge/index.kk.md", Some("2026-03-05")),
        ("2026-03-05-news/bridge.md", None),
        ("bridge-2026-03-05.md", None),
        ("2026-03-055.md", None),
        ("2026-03-05x.md", None),
        ("2026-02-30-bridge.md", None),
        ("2026-03.md", None),
        ("index.md", None),
    ] {
        let expected = expected.map(|day| WrittenDate::parse(day).expect("a day"));
        assert_eq!(at_front(path), expected, "{path}");
    }
    let split = split_front("2026-03-05-bridge-opened");
    assert_eq!(split.map(|(_, title)| title), Some("bridge-opened"));
}

proptest! {
    #[test]
    fn no_text_panics_and_the_strict_form_is_always_read(
        text in "[0-9TZ:/. +\\-a-zа-я\\[\\]()]{0,40}",
        (year, month, day) in (1000_u16..=9999, 1_u8..=12, 1_u8..=28),
        (hour, minute) in (0_u8..24, 0_u8..60),
    ) {
        let _ = parse(&text);
        let _ = at_front(&text);
        let strict = format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}");
        for loose in [
            format!("{year}-{month}-{day} {hour}:{minute:02}"),
            format!("{day:02}.{month:02}.{year} {hour:02}:{minute:02}"),
            format!("{year}{month:02}{day:02}T{hour:02}{minute:02}00"),
        ] {
            prop_assert_eq!(read(&loose), read(&strict), "{}", loose);
        }
    }
}
