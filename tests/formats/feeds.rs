//! The feeds that are written: people, places and news are invented.

use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use taspa::feed::document::shared_entry::SharedEntry;
use taspa::feed::document::{Address, Category, Channel, Entry, Feed, Person};
use taspa::model::article::Media;
use taspa::model::format::Format;
use taspa::model::translations::Translations;
use taspa::text::{Html, Text};

/// Every sample with the name of its golden documents.
pub(crate) fn all() -> Vec<(&'static str, Feed)> {
    vec![
        ("ordinary", ordinary()),
        ("empty", empty()),
        ("hostile", hostile()),
        ("media", media()),
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
        entries: shared(entries),
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
            authors: vec![
                Person {
                    role: Some(Text::new("<b>корр.</b> & \"друг\" 👩‍💻")),
                    email: Some("o'neill&co?x=%@dala.example".to_owned()),
                    url: Some("https://dala.example/a?x=1&y=%22'".to_owned()),
                    ..person("О'Нил & \"Ко\" ]]>")
                },
                person("שלום"),
            ],
            image: Some(Media {
                media_type: Some("image/jpeg".to_owned()),
                alt: Some(clean("\"<img onerror='x'>\" & ]]> \u{b}\u{1}👩‍💻\u{fffe}")),
                credit: Some(clean("© <AP> & \"Рейтер\" ]]> \u{0}🇰🇿")),
                ..medium("https://dala.example/%D1%84'/a.jpg?w=1&h=2&q=%22%3C")
            }),
            enclosures: vec![
                Media {
                    alt: Some(clean("' \" & < > ]]> &quot; &#60;")),
                    ..medium("https://dala.example/'%D0%B0'?x=1&amp;y=%272")
                },
                medium("https://dala.example/b&c;d.mp3"),
            ],
            categories: vec![
                category("sections", "Ставки & <налоги>"),
                category("tags", "\"AT&amp;T\""),
                category("tags", "#, <,>, &,"),
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
            email: Some("o'neill&co@dala.example".to_owned()),
            ..person("<Редакция> & (Ко\\)")
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
        entries: shared(entries),
    }
}

/// What comes with articles, and who wrote them.
pub(crate) fn media() -> Feed {
    let same = "2026-02-01T08:00:00+05:00";
    let entries = vec![
        // A picture and sound: the sound is the enclosure.
        Entry {
            authors: vec![
                Person {
                    role: Some(Text::new("корреспондент")),
                    email: Some("aiman@dala.example".to_owned()),
                    url: Some("https://dala.example/authors/aiman".to_owned()),
                    ..person("Айман Аманжолова")
                },
                Person {
                    role: Some(Text::new("фотограф")),
                    email: Some("timur@dala.example".to_owned()),
                    ..person("Тимур Рахимов")
                },
            ],
            categories: vec![category("sections", "Суды, законы")],
            summary: Some(Text::new("Слушайте выпуск о воде.")),
            image: Some(picture("cover")),
            enclosures: vec![
                Media {
                    media_type: Some("audio/mpeg".to_owned()),
                    length: Some(4_194_304),
                    alt: Some("Выпуск о воде".to_owned()),
                    ..medium("https://dala.example/water.mp3")
                },
                Media {
                    media_type: Some("application/pdf".to_owned()),
                    ..medium("https://dala.example/water.pdf")
                },
                // Said twice, and the picture once more.
                medium("https://dala.example/water.mp3"),
                medium("https://dala.example/cover.jpg"),
            ],
            ..entry("4", "Вода: выпуск", same)
        },
        // A picture alone is the enclosure.
        Entry {
            summary: Some(Text::new("Мост стоит.")),
            image: Some(picture("bridge")),
            ..entry("3", "Мост", same)
        },
        // More pictures, two of one description.
        Entry {
            image: Some(Media {
                media_type: Some("image/png".to_owned()),
                length: Some(9_000),
                ..medium("https://dala.example/first.png")
            }),
            enclosures: vec![picture("second"), picture("third")],
            ..entry("2", "Галерея", same)
        },
        // Files of unknown kind.
        Entry {
            image: Some(medium("https://dala.example/picture?id=7")),
            enclosures: vec![medium("https://dala.example/download?id=7")],
            ..entry("1", "Без типа", same)
        },
        Entry {
            image: Some(medium("https://dala.example/picture?id=6")),
            ..entry("0", "Снимок без типа", same)
        },
    ];
    Feed {
        updated: entries[0].updated,
        channel: Channel {
            logo: None,
            ..channel()
        },
        entries: shared(entries),
    }
}

/// A photograph with all that can be known of one.
fn picture(name: &str) -> Media {
    Media {
        media_type: Some("image/jpeg".to_owned()),
        length: Some(250_000),
        width: Some(1280),
        height: Some(853),
        alt: Some("Мост через реку".to_owned()),
        credit: Some("Тимур Рахимов".to_owned()),
        ..medium(&format!("https://dala.example/{name}.jpg"))
    }
}

fn medium(url: &str) -> Media {
    Media {
        url: url.to_owned(),
        ..Media::default()
    }
}

/// Text as the gate leaves it.
fn clean(raw: &str) -> String {
    Text::new(raw).into_string()
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

fn shared(entries: impl IntoIterator<Item = Entry>) -> Vec<SharedEntry> {
    entries.into_iter().map(SharedEntry::from).collect()
}

fn with_texts(change: impl Fn(Entry) -> Entry) -> Feed {
    let feed = ordinary();
    let entries = feed.entries.iter().map(|entry| change(Entry::clone(entry)));
    Feed {
        entries: shared(entries),
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
        translations: Translations::default(),
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
        hubs: Arc::default(),
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
    names.iter().map(|name| person(name)).collect()
}

fn person(name: &str) -> Person {
    Person {
        name: Text::new(name),
        ..Person::default()
    }
}

fn category(kind: &str, label: &str) -> Category {
    Category {
        label: Text::new(label),
        scheme: format!("https://feeds.dala.example/{kind}/"),
        ..Category::default()
    }
}

/// HTML as it comes out of the store, so that what sanitizing does stays out of the documents.
pub(crate) fn html(source: &str) -> Html {
    serde_json::from_value(source.into()).expect("stored HTML is a string")
}

pub(crate) fn date(rfc3339: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(rfc3339).expect("a date of the samples")
}
