//! The feeds that are written: people, places and news are invented.

use chrono::{DateTime, FixedOffset};
use taspa::feed::{Address, Category, Channel, Entry, Feed, Person};
use taspa::format::Format;
use taspa::text::{Html, Text};

/// Every sample with the name of its golden documents.
pub(crate) fn all() -> Vec<(&'static str, Feed)> {
    vec![
        ("ordinary", ordinary()),
        ("empty", empty()),
        ("hostile", hostile()),
        ("title-only", title_only()),
        ("summary", summary()),
    ]
}

/// Full content in two languages and under both offsets of the newsroom; a correction; a flash.
pub(crate) fn ordinary() -> Feed {
    let entries = vec![
        Entry {
            updated: date("2026-01-09T11:05:30+05:00"),
            authors: people(&["Айман Аманжолова", "Тимур Рахимов"]),
            categories: vec![
                category("sections", "Парламент"),
                category("tags", "мажилис"),
                category("tags", "Парламент"),
                category("tags", "C++"),
            ],
            summary: Some(Text::new("Депутаты одобрили поправки о «зелёных» тарифах.")),
            content: Some(html(
                "<p>Депутаты одобрили поправки о «зелёных» тарифах.</p>\n\
                 <p>– Это первый шаг, – сказал Ерлан Досов.</p>\n\
                 <p>Фото: пресс-служба</p>",
            )),
            ..entry(
                "0001/000_13c4",
                "Мажилис принял поправки",
                "2026-01-08T10:30:15+05:00",
            )
        },
        Entry {
            authors: people(&["Әсел Қоңырбаева"]),
            categories: vec![category("sections", "Өңірлер")],
            language: "kk".to_owned(),
            summary: Some(Text::new("Ауылда жаңа мектеп ашылды.")),
            content: Some(html("<p>Ауылда жаңа мектеп ашылды.</p>")),
            ..entry("0001/000_0b7e", "Жаңа мектеп", "2024-02-05T09:00:00+06:00")
        },
        Entry {
            summary: Some(Text::default()),
            content: Some(Html::default()),
            ..entry(
                "0001/000_0a01",
                "Землетрясения не было",
                "2024-02-04T00:00:00+06:00",
            )
        },
    ];
    Feed {
        updated: entries[0].updated,
        channel: channel(),
        entries,
    }
}

/// Nothing in it, nothing optional said, and served in two formats.
pub(crate) fn empty() -> Feed {
    let channel = Channel {
        author: Person {
            name: Text::new("Дала жаңалықтары"),
            ..Person::default()
        },
        copyright: None,
        icon: None,
        logo: None,
        cache_seconds: 5400,
        formats: vec![Format::Rss, Format::Json],
        ..channel()
    };
    Feed {
        channel,
        updated: date("2026-01-01T00:00:00+00:00"),
        entries: Vec::new(),
    }
}

/// Everything that breaks careless writers, in every field that holds text.
pub(crate) fn hostile() -> Feed {
    let same = "2026-03-01T00:00:00+05:00";
    let entries = vec![
        Entry {
            id: "https://old.example/?p=7&lang=ru".to_owned(),
            link: "https://dala.example/news?id=7&from=%22feed%22".to_owned(),
            authors: people(&["О'Нил & \"Ко\" ]]>", "שלום"]),
            categories: vec![
                category("sections", "Ставки & <налоги>"),
                category("tags", "\"AT&amp;T\""),
            ],
            summary: Some(Text::new(
                "a < b && c > d: &lt;b&gt; ]]> <script>alert('1')</script>",
            )),
            content: Some(html(
                "<p>1 &lt; 2 ]]> &amp;amp; <a href=\"https://dala.example/?a=1&amp;b=2\">é</a></p>\n\
                 <pre>]]]]>><![CDATA[x]]></pre>",
            )),
            ..entry(
                "7",
                "]]> <script>alert(\"x\")</script> &amp; &#60; &nbsp;",
                same,
            )
        },
        Entry {
            summary: Some(Text::new("]]]]>>")),
            content: Some(html("]]>")),
            language: "AR".to_owned(),
            ..entry("6", "مرحبا 👩‍💻🇰🇿 <![CDATA[x]]>", same)
        },
        Entry {
            content: Some(html("<p>&lt;без лида&gt; ]]></p>")),
            ..entry("5", &"Щ&".repeat(150), same)
        },
        Entry {
            summary: Some(Text::new("\u{0}вы\u{1}пуск\u{1b}\u{fffe} «<!--»")),
            ..entry("4", "\u{8}Обры\u{2}в\u{ffff}\r\n\t строки", same)
        },
    ];
    let channel = Channel {
        address: Address {
            stem: "https://feeds.dala.example/select".to_owned(),
            query: Some("any=%D0%B0,section:%D0%B1&none=%22".to_owned()),
        },
        title: Text::new("<b>Дала</b> & \"Co\" ]]>"),
        description: Text::new("&lt;всё&gt; ]]> <подряд>"),
        link: "https://dala.example/?a=1&b=2".to_owned(),
        author: Person {
            name: Text::new("<Редакция> & Ко"),
            ..Person::default()
        },
        copyright: Some(Text::new("© <2026> & далее")),
        icon: Some("https://dala.example/icon?w=1&h=1".to_owned()),
        logo: Some("https://dala.example/logo?w=2&h=1".to_owned()),
        cache_seconds: 7,
        ..channel()
    };
    Feed {
        channel,
        updated: date(same),
        entries,
    }
}

/// The ordinary feed as it is with `content = "title"`.
pub(crate) fn title_only() -> Feed {
    with_texts(|entry| Entry {
        summary: None,
        content: None,
        ..entry
    })
}

/// The ordinary feed as it is with `content = "summary"`.
pub(crate) fn summary() -> Feed {
    with_texts(|entry| Entry {
        content: None,
        ..entry
    })
}

fn with_texts(change: impl Fn(Entry) -> Entry) -> Feed {
    let feed = ordinary();
    Feed {
        entries: feed.entries.into_iter().map(change).collect(),
        ..feed
    }
}

fn channel() -> Channel {
    Channel {
        address: Address {
            stem: "https://feeds.dala.example/parliament".to_owned(),
            query: None,
        },
        id: "tag:dala.example,2026:feeds/parliament".to_owned(),
        title: Text::new("Парламент — Дала жаңалықтары"),
        description: Text::new("Мажилис, Сенат и всё, что вокруг"),
        link: "https://dala.example/".to_owned(),
        language: "ru".to_owned(),
        author: Person {
            name: Text::new("Дала жаңалықтары"),
            email: Some("editors@dala.example".to_owned()),
            ..Person::default()
        },
        copyright: Some(Text::new("© 2026 Дала жаңалықтары")),
        icon: Some("https://dala.example/icon.png".to_owned()),
        logo: Some("https://dala.example/logo.png".to_owned()),
        cache_seconds: 300,
        formats: Format::ALL.to_vec(),
    }
}

/// An article with a title alone.
fn entry(key: &str, title: &str, published: &str) -> Entry {
    Entry {
        id: format!("tag:dala.example,2026:{key}"),
        link: format!("https://dala.example/articles/{key}"),
        title: Text::new(title),
        published: date(published),
        updated: date(published),
        authors: Vec::new(),
        categories: Vec::new(),
        language: "ru".to_owned(),
        summary: None,
        content: None,
        image: None,
        enclosures: Vec::new(),
    }
}

fn people(names: &[&str]) -> Vec<Person> {
    let person = |name: &&str| Person {
        name: Text::new(name),
        ..Person::default()
    };
    names.iter().map(person).collect()
}

fn category(kind: &str, label: &str) -> Category {
    Category {
        label: Text::new(label),
        scheme: format!("https://feeds.dala.example/{kind}/"),
    }
}

/// HTML as it comes out of the store, so that what sanitizing does stays out of the documents.
pub(crate) fn html(source: &str) -> Html {
    serde_json::from_value(source.into()).expect("stored HTML is a string")
}

pub(crate) fn date(rfc3339: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(rfc3339).expect("a date of the samples")
}
