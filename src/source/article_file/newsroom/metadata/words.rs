//! Words that pages print beside numbers, in lower case, in Russian, Kazakh, English and Uzbek.

use crate::text::{is_weekday, month};

/// A word for views that is a line of its own, as in `4236 рет`, `көрсетілді`.
pub(super) fn is_verb(word: &str) -> bool {
    begins_with(word, &["просмотр", "прочтени"])
        || matches!(
            word,
            "views"
                | "view"
                | "рет"
                | "қаралды"
                | "қаралым"
                | "көрілім"
                | "оқылды"
                | "оқылым"
                | "көрсетілді"
                | "ўқилди"
        )
}

/// A word for what is counted, or for what readers did.
pub(super) fn is_counted(word: &str) -> bool {
    is_verb(word)
        || begins_with(
            word,
            &[
                "показ",
                "прочит",
                "прочли",
                "читател",
                "комментари",
                "просм",
            ],
        )
        || matches!(
            word,
            "reads"
                | "read"
                | "hits"
                | "comment"
                | "comments"
                | "shares"
                | "likes"
                | "раз"
                | "саны"
                | "пікір"
                | "марта"
                | "маротаба"
        )
}

pub(super) fn is_multiplier(word: &str) -> bool {
    matches!(word, "тыс" | "мың" | "млн" | "mln" | "k" | "к" | "m" | "м")
}

pub(super) fn is_minute(word: &str) -> bool {
    begins_with(word, &["минут", "дақиқа", "minute"]) || matches!(word, "мин" | "min" | "mins")
}

/// A word beside the minutes that reading takes.
pub(super) fn is_of_reading(word: &str) -> bool {
    matches!(
        word,
        "время"
            | "чтения"
            | "чтение"
            | "на"
            | "оқу"
            | "уақыты"
            | "үшін"
            | "reading"
            | "time"
            | "read"
            | "ўқилади"
            | "o‘qiladi"
    )
}

/// What an age ends with.
pub(super) const AGE_ENDS: [&str; 3] = ["назад", "бұрын", "ago"];

/// A word beside the numbers and units of an age.
pub(super) fn is_of_age(word: &str) -> bool {
    matches!(
        word,
        "больше"
            | "около"
            | "примерно"
            | "почти"
            | "более"
            | "и"
            | "шамамен"
            | "бір"
            | "about"
            | "a"
            | "an"
            | "one"
    )
}

/// A unit of time, which may be shortened.
pub(super) fn is_unit(word: &str) -> bool {
    let stems = [
        "секунд",
        "минут",
        "час",
        "сут",
        "недел",
        "месяц",
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
    ];
    begins_with(word, &stems)
        || matches!(
            word,
            "сек"
                | "мин"
                | "м"
                | "ч"
                | "день"
                | "дня"
                | "дней"
                | "дн"
                | "д"
                | "нед"
                | "мес"
                | "год"
                | "года"
                | "лет"
                | "полчаса"
                | "полгода"
                | "сағат"
                | "сағ"
                | "күн"
                | "апта"
                | "ай"
                | "жыл"
                | "sec"
                | "secs"
                | "min"
                | "mins"
                | "h"
                | "hr"
                | "hrs"
                | "m"
                | "d"
                | "w"
                | "mo"
                | "y"
        )
}

/// A word that says what a date or an age is of.
pub(super) fn is_label(word: &str) -> bool {
    matches!(
        word,
        "published"
            | "posted"
            | "updated"
            | "опубликовано"
            | "обновлено"
            | "дата"
            | "жарияланды"
            | "жаңартылды"
    )
}

/// A day without its date.
pub(super) fn is_day(word: &str) -> bool {
    matches!(
        word,
        "сегодня" | "вчера" | "позавчера" | "бүгін" | "кеше" | "today" | "yesterday"
    )
}

/// A word of a date, the names of days and months included.
pub(super) fn is_of_date(word: &str) -> bool {
    matches!(
        word,
        "г" | "год"
            | "года"
            | "ж"
            | "жыл"
            | "жылы"
            | "жылғы"
            | "в"
            | "сағат"
            | "около"
            | "at"
            | "on"
            | "gmt"
            | "utc"
            | "t"
            | "z"
            | "am"
            | "pm"
            | "a"
            | "p"
            | "m"
            | "st"
            | "nd"
            | "rd"
            | "th"
    ) || is_label(word)
        || is_day(word)
        || is_weekday(word)
        || month(word).is_some()
}

fn begins_with(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}
