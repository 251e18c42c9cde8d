use super::*;
use crate::model::article::Visibility;

fn column(name: &str, kind: Kind) -> Column {
    Column::new(name, kind, "")
}

fn text(text: &str) -> Cell {
    Cell {
        text: Some(text.to_owned()),
        ..Cell::default()
    }
}

#[test]
fn dates_of_any_column_type_are_instants() {
    let zone = Zone::find("Asia/Almaty").expect("a zone");
    let second = 1_767_848_400_i128 * 1_000_000;
    for (kind, value, micros, as_written) in [
        (
            Kind::Instant,
            "2026-01-08 05:00:00.25+00",
            second + 250_000,
            "2026-01-08 05:00:00.25+00",
        ),
        (
            Kind::Instant,
            "2026-01-08 05:00:00",
            second,
            "2026-01-08 05:00:00Z",
        ),
        (
            Kind::Local,
            "2026-01-08 10:00:00.000001",
            second + 1,
            "2026-01-08 10:00:00.000001",
        ),
        (
            Kind::Day,
            "2026-01-08",
            second - 36_000_000_000,
            "2026-01-08",
        ),
        (Kind::Integer, "1767848400", second, "2026-01-08T05:00:00Z"),
        (
            Kind::Integer,
            "1767848400123",
            second + 123_000,
            "2026-01-08T05:00:00Z",
        ),
        (
            Kind::Number,
            "1767848400.9",
            second + 900_000,
            "2026-01-08T05:00:00Z",
        ),
        (Kind::Any, "2026-01-08T10:00", second, "2026-01-08T10:00"),
        (
            Kind::Text,
            "2026-01-08T05:00:00Z",
            second,
            "2026-01-08T05:00:00Z",
        ),
    ] {
        let (columns, cells) = ([column("date", kind)], [text(value)]);
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let moment = row.moment("DATE", &zone).expect("a moment");
        assert_eq!(moment.micros, Some(micros), "{value}");
        let written = super::value(&columns[0], &cells[0]);
        assert_eq!(written, Ok(Value::Text(as_written.to_owned())), "{value}");
    }
}

fn selected(columns: &[Column]) -> Selected {
    Selected {
        columns: columns.to_vec(),
        shape: 0,
    }
}

#[test]
fn a_small_number_is_no_time() {
    for (kind, value, expected) in [
        (Kind::Integer, "0", Value::Null),
        (Kind::Number, "0.0", Value::Null),
        (Kind::Text, "0", Value::Text("0".to_owned())),
        (
            Kind::Integer,
            "20260305",
            Value::Number("20260305".to_owned()),
        ),
        (Kind::Integer, "7", Value::Number("7".to_owned())),
    ] {
        let written = super::value(&column("expires", kind), &text(value));
        assert_eq!(written, Ok(expected), "{value}");
    }
    let columns = ["id", "title", "date", "expires"].map(|name| column(name, Kind::Any));
    for (expires, expected) in [("0", Some(None)), ("20260305", Some(Some(()))), ("7", None)] {
        let cells = ["1", "Т", "2026-01-08", expires].map(text);
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        match row.accept(&reading, Timestamp(0)) {
            Ok(accepted) => assert_eq!(Some(accepted.expires.map(drop)), expected, "{expires}"),
            Err(refusal) => assert!(refusal.withdraws && expected.is_none(), "{refusal:?}"),
        }
    }
}

#[test]
fn a_change_of_an_invalid_date_changes_the_stamp() {
    let columns = [column("updated", Kind::Text), column("date", Kind::Local)];
    let cells = [text("вчера"), text("0000-00-00 00:00:00")];
    let row = Row {
        selected: &selected(&columns),
        cells: &cells,
    };
    let moment = row.moment("updated", &Zone::UTC).expect("a moment");
    assert_eq!(moment.micros, None);
    assert_ne!(moment.stamp(), 0);
    assert_eq!(row.moment("date", &Zone::UTC), None);
    assert_eq!(super::value(&columns[1], &cells[1]), Ok(Value::Null));
}

#[test]
fn json_in_a_text_column_is_a_list() {
    let list = |words: &[&str]| {
        let node = |word: &&str| Node {
            line: 0,
            value: Value::Text((*word).to_owned()),
        };
        Value::List(words.iter().map(node).collect())
    };
    for (name, kind, written, expected) in [
        ("tags", Kind::Text, "[\"а\",\n \"б\"]", list(&["а", "б"])),
        ("tags", Kind::Own, "[\"а\"]", list(&["а"])),
        ("tags", Kind::Text, "а, б", Value::Text("а, б".to_owned())),
        ("tags", Kind::Text, "а [б", list(&["а [б"])),
        ("title", Kind::Text, "[]", Value::Text("[]".to_owned())),
        (
            "section",
            Kind::Own,
            "\"город\"",
            Value::Text("город".to_owned()),
        ),
    ] {
        let value = super::value(&column(name, kind), &text(written));
        assert_eq!(value, Ok(expected), "{written}");
    }
}

#[test]
fn rows_that_are_not_articles_are_refused() {
    let columns = ["id", "title", "date"].map(|name| column(name, Kind::Text));
    let title = "т".repeat(ROW_BYTES_MAX);
    let not_a_number = Cell {
        is_number: true,
        ..text("NaN")
    };
    for (cells, reason) in [
        (
            [text("1"), text(&title), text("2026-01-08")],
            "the row is larger than 2097152 bytes: it has 4194315",
        ),
        (
            [Cell::default(), text("Т"), text("2026-01-08")],
            "there is no `id`",
        ),
        (
            [text("1"), Cell::default(), text("2026-01-08")],
            "there is no `title`",
        ),
        (
            [text("1"), text("Т"), text("infinity")],
            "`date`: `infinity` is not a date",
        ),
        (
            [text("1"), text("Т"), not_a_number],
            "`date`: `NaN` is not a date",
        ),
    ] {
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        let refusal = row.accept(&reading, Timestamp(0)).expect_err(reason);
        assert_eq!((refusal.line, refusal.reason.as_str()), (None, reason));
    }
}

#[test]
fn a_list_that_was_cut_and_blocks_of_an_editor_refuse_the_row() {
    for (name, kind, written, reason) in [
        (
            "tags",
            Kind::Text,
            "[\"а\", \"б",
            "`tags`: is not valid JSON",
        ),
        (
            "sections",
            Kind::Any,
            " [а",
            "`sections`: is not valid JSON",
        ),
        (
            "author",
            Kind::Text,
            "{\"name\": ",
            "`author`: is not valid JSON",
        ),
        (
            "content_html",
            Kind::Json,
            "{\"type\": \"doc\", \"content\": []}",
            "`content_html`: looks like the JSON blocks of ProseMirror or Tiptap",
        ),
        (
            "body",
            Kind::Text,
            "[{\"type\": \"h2\", \"value\": \"А\", \"id\": \"1\"}]",
            "`body`: looks like the JSON blocks of Wagtail (StreamField)",
        ),
    ] {
        let refusal = super::value(&column(name, kind), &text(written)).expect_err(reason);
        assert_eq!(refusal.reason, reason);
    }
}

#[test]
fn a_guid_that_is_an_absolute_uri_is_the_id_for_readers() {
    const GUID: &str = "https://dala.example/?p=7";
    for (kind, guid, key) in [
        (Kind::Text, Some(GUID), GUID),
        (Kind::Any, Some("urn:uuid:7"), "urn:uuid:7"),
        // Other tables have a number of their own in such a column.
        (
            Kind::Text,
            Some("5f2b8a34-0d5e-4f6c-9f5e-1c2d3e4f5a6b"),
            "7",
        ),
        (Kind::Text, Some(""), "7"),
        (Kind::Text, None, "7"),
    ] {
        let columns = ["id", "title", "date"].map(|name| column(name, Kind::Text));
        let columns = [&columns[..], &[column("Guid", kind)]].concat();
        let mut cells = ["7", "Т", "2026-01-08"].map(text).to_vec();
        cells.push(guid.map(text).unwrap_or_default());
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        let accepted = row.accept(&reading, Timestamp(0)).expect("an article");
        assert_eq!((row.id(), &*accepted.article.key), ("7", key), "{guid:?}");
        assert_eq!(accepted.unknown_keys, []);
    }
    assert!(!column("guid", Kind::Bytes).is_known());
}

#[test]
fn columns_for_search_engines_keep_a_row_out_of_sitemaps_alone() {
    for (name, kind, value, visibility) in [
        ("noindex", Kind::Flag, Some("t"), Visibility::OutOfSearch),
        (
            "no_index",
            Kind::Integer,
            Some("1"),
            Visibility::OutOfSearch,
        ),
        ("noindex", Kind::Flag, Some("f"), Visibility::Public),
        ("noindex", Kind::Flag, None, Visibility::Public),
        (
            "robots",
            Kind::Text,
            Some("noindex, follow"),
            Visibility::OutOfSearch,
        ),
        ("sitemap", Kind::Integer, Some("0"), Visibility::OutOfSearch),
        ("sitemap", Kind::Number, Some("0.7"), Visibility::Public),
        (
            "meta",
            Kind::Json,
            Some("{\"robots\": {\"index\": false}}"),
            Visibility::OutOfSearch,
        ),
    ] {
        let columns = ["id", "title", "date"].map(|name| column(name, Kind::Text));
        let columns = [&columns[..], &[column(name, kind)]].concat();
        let mut cells = ["7", "Т", "2026-01-08"].map(text).to_vec();
        cells.push(value.map(text).unwrap_or_default());
        let row = Row {
            selected: &selected(&columns),
            cells: &cells,
        };
        let reading = AcceptSettings::of_site(Zone::UTC, "ru", "https://dala.example/");
        let accepted = row.accept(&reading, Timestamp(0)).expect("an article");
        assert_eq!(accepted.visibility, visibility, "{name} {value:?}");
        assert_eq!(accepted.unknown_keys, []);
    }
}
