//! Recognizes what a page prints around an article: view counters, dates, reading times.
//!
//! Newsrooms store such lines above the text because the page showed them there. They are no
//! section, author or role, so the header block drops them.

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;

use crate::text;

/// What a line, or a part of a line between `•` or `|`, says about the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Metadata {
    /// Views or comments: `1 204`, `3,4 тыс. просмотров`, `12 рет қаралды`.
    Counter,
    /// A date or a time of day: `21 января 2026 г. 6:00`, `22:45 / 26.02.2025`.
    Date {
        /// Whether it has a year or a time; `9 мая` alone may be the name of a section.
        is_full: bool,
    },
    /// How long the article is, or how old: `3 мин оқу`, `15 часов назад`.
    Duration,
    /// A credit, also without a colon: `фото Игоря Ветрова`.
    Credit,
}

impl Metadata {
    /// What `part` is; `None` for a name or other text.
    pub(in crate::source) fn of(part: &str) -> Option<Metadata> {
        if is_credit(part) {
            return Some(Metadata::Credit);
        }
        let lower = part.to_lowercase();
        // Names, the most frequent lines, have no digits.
        if !has_digit(&lower) {
            let is_counter = lower.split_whitespace().all(is_verb) && !lower.is_empty();
            let is_duration = lower == "оқу үшін";
            return match () {
                () if is_counter => Some(Metadata::Counter),
                () if is_duration => Some(Metadata::Duration),
                () => None,
            };
        }
        let tokens: Vec<Token<'_>> = tokens(&lower).collect();
        if let Some(is_full) = date(&tokens) {
            return Some(Metadata::Date { is_full });
        }
        match () {
            () if is_counter(&tokens) => Some(Metadata::Counter),
            () if is_reading_time(&tokens) || is_age(&tokens) => Some(Metadata::Duration),
            () => None,
        }
    }
}

/// Whether `text` has nothing but dates, times, counters and other numbers.
pub(in crate::source) fn is_numbers_and_dates(text: &str) -> bool {
    if text.len() > DATES_BYTES_MAX || !has_digit(text) {
        return false;
    }
    let lower = text.to_lowercase();
    let is_known = |token: &Token<'_>| match token {
        Token::Number(_) => true,
        Token::Word(word) => {
            text::month(word).is_some() || DATE_WORDS.contains(word) || is_counted(word)
        }
        Token::Sign(sign) => *sign == ':' || DATE_SIGNS.contains(sign),
    };
    tokens(&lower).all(|token| is_known(&token))
}

/// A longer text is a headline.
const DATES_BYTES_MAX: usize = 200;

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// The pieces of a line in lower case. White space parts them and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    /// ASCII digits.
    Number(&'t str),
    /// Letters and marks.
    Word(&'t str),
    Sign(char),
}

fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let is_none = move |c: char| c.is_whitespace() || (ignorable.contains(c) && !c.is_alphabetic());
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_none);
        let first = rest.chars().next()?;
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let end = match first {
            _ if first.is_ascii_digit() => run(|c| c.is_ascii_digit()),
            _ if first.is_alphabetic() => {
                run(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '‘'))
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(match first {
            _ if first.is_ascii_digit() => Token::Number(token),
            _ if first.is_alphabetic() => Token::Word(token),
            sign => Token::Sign(sign),
        })
    })
}

/// `👁 12`, `просмотров: 1 204`, `3,4 тыс.`, `2 мың рет`.
fn is_counter(tokens: &[Token<'_>]) -> bool {
    let tokens = skip_signs(tokens, &['👁', '👀']);
    let counted = skip_words(tokens, is_counted);
    let number = skip_signs(counted, &[':']);
    let Some(below) = skip_number(number) else {
        return false;
    };
    let below = skip_words(below, |word| MULTIPLIERS.contains(&word));
    let below = skip_signs(below, &['.']);
    skip_words(below, is_counted).is_empty()
}

/// A number with separators between its groups, or a decimal one.
fn skip_number<'a, 't>(tokens: &'a [Token<'t>]) -> Option<&'a [Token<'t>]> {
    let (Token::Number(_), mut rest) = tokens.split_first()? else {
        return None;
    };
    loop {
        rest = match rest {
            [Token::Number(_), below @ ..]
            | [Token::Sign('.' | ','), Token::Number(_), below @ ..] => below,
            _ => return Some(rest),
        };
    }
}

fn skip_signs<'a, 't>(tokens: &'a [Token<'t>], signs: &[char]) -> &'a [Token<'t>] {
    let is_sign = |token: &Token<'_>| matches!(token, Token::Sign(sign) if signs.contains(sign));
    let count = tokens.iter().take_while(|token| is_sign(token)).count();
    &tokens[count..]
}

fn skip_words<'a, 't>(tokens: &'a [Token<'t>], is: impl Fn(&str) -> bool) -> &'a [Token<'t>] {
    let is_word = |token: &Token<'_>| matches!(token, Token::Word(word) if is(word));
    let count = tokens.iter().take_while(|token| is_word(token)).count();
    &tokens[count..]
}

const MULTIPLIERS: [&str; 8] = ["тыс", "мың", "млн", "mln", "k", "к", "m", "м"];

/// A word for what is counted, or for what readers did.
fn is_counted(word: &str) -> bool {
    is_verb(word)
        || ["показ", "прочит", "прочли", "читател", "комментари"]
            .iter()
            .any(|stem| word.starts_with(stem))
        || [
            "reads",
            "read",
            "hits",
            "comment",
            "comments",
            "пікір",
            "марта",
            "маротаба",
        ]
        .contains(&word)
}

/// A word for views that is a line of its own, as in `4236 рет`, `көрсетілді`.
fn is_verb(word: &str) -> bool {
    ["просмотр", "прочтени"]
        .iter()
        .any(|stem| word.starts_with(stem))
        || [
            "views",
            "view",
            "рет",
            "қаралды",
            "қаралым",
            "оқылды",
            "оқылым",
            "көрсетілді",
            "ўқилди",
        ]
        .contains(&word)
}

/// `3 мин оқу`, `время чтения: 5 минут`, `6 дақиқада ўқилади`, `4 min read`.
fn is_reading_time(tokens: &[Token<'_>]) -> bool {
    let is_minute = |word: &str| {
        ["минут", "дақиқа", "minute"]
            .iter()
            .any(|stem| word.starts_with(stem))
            || ["мин", "min", "mins"].contains(&word)
    };
    let (mut numbers, mut minutes) = (0, 0);
    for token in tokens {
        match token {
            Token::Number(_) => numbers += 1,
            Token::Word(word) if is_minute(word) => minutes += 1,
            Token::Word(word) if READING_WORDS.contains(word) => {}
            Token::Sign(':' | '-' | '.' | '~' | '≈') => {}
            Token::Word(_) | Token::Sign(_) => return false,
        }
    }
    (numbers, minutes) == (1, 1)
}

const READING_WORDS: [&str; 12] = [
    "время",
    "чтения",
    "чтение",
    "на",
    "оқу",
    "уақыты",
    "үшін",
    "reading",
    "time",
    "read",
    "ўқилади",
    "o‘qiladi",
];

/// `около 15 часов назад`, `3 күн бұрын`, `2 hours ago`.
fn is_age(tokens: &[Token<'_>]) -> bool {
    let is_unit = |word: &str| {
        [
            "час",
            "минут",
            "дн",
            "недел",
            "hour",
            "minute",
            "day",
            "week",
        ]
        .iter()
        .any(|stem| word.starts_with(stem))
            || ["день", "дня", "сағат", "күн", "апта", "ай"].contains(&word)
    };
    let Some((Token::Word("назад" | "бұрын" | "ago"), before)) = tokens.split_last()
    else {
        return false;
    };
    match before {
        [Token::Word("около" | "шамамен" | "about"), before @ ..] | before => {
            matches!(before, [Token::Number(_), Token::Word(unit)] if is_unit(unit))
        }
    }
}

/// Whether a date or time that is all of `tokens` has a year or a time; `None` for other text.
fn date(tokens: &[Token<'_>]) -> Option<bool> {
    let (mut has_day, mut is_full) = (false, false);
    let mut rest = tokens;
    while !rest.is_empty() {
        rest = match rest {
            [
                Token::Number(_),
                Token::Sign(one),
                Token::Number(_),
                Token::Sign(two),
                Token::Number(_),
                below @ ..,
            ] if one == two && matches!(one, '.' | '/' | '-') => {
                (has_day, is_full) = (true, true);
                below
            }
            [
                Token::Number(hour),
                Token::Sign(':'),
                Token::Number(minute),
                below @ ..,
            ] if hour.len() <= 2 && minute.len() == 2 => {
                is_full = true;
                match below {
                    [Token::Sign(':'), Token::Number(_), below @ ..] => below,
                    below => below,
                }
            }
            [Token::Number(day), Token::Word(month), below @ ..]
            | [
                Token::Number(day),
                Token::Sign('-'),
                Token::Word(month),
                below @ ..,
            ]
            | [Token::Word(month), Token::Number(day), below @ ..]
                if day.len() <= 2 && text::month(month).is_some() =>
            {
                has_day = true;
                below
            }
            [Token::Number(year), below @ ..] if year.len() == 4 && has_day => {
                is_full = true;
                below
            }
            [
                Token::Word("gmt" | "utc"),
                Token::Sign('+' | '-'),
                Token::Number(_),
                below @ ..,
            ] => below,
            [Token::Word(word), below @ ..] if DATE_WORDS.contains(word) => below,
            [Token::Sign(sign), below @ ..] if DATE_SIGNS.contains(sign) => below,
            _ => return None,
        };
    }
    (has_day || is_full).then_some(is_full)
}

/// Words beside a date.
const DATE_WORDS: [&str; 19] = [
    "г",
    "год",
    "года",
    "ж",
    "жыл",
    "жылы",
    "жылғы",
    "в",
    "сағат",
    "at",
    "gmt",
    "utc",
    "сегодня",
    "вчера",
    "бүгін",
    "кеше",
    "today",
    "yesterday",
    "около",
];

const DATE_SIGNS: [char; 11] = [',', '.', '/', '|', '•', '·', '-', '–', '—', '(', ')'];

/// Whether a line is a credit; in the header block none has to have a colon.
fn is_credit(part: &str) -> bool {
    text::after_credit_word(part.trim_start_matches(['©', ' '])).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_about_the_page_are_told_from_names() {
        let date = |is_full| Some(Metadata::Date { is_full });
        for (kind, lines) in [
            (
                Some(Metadata::Counter),
                &[
                    "4",
                    "1 204",
                    "1\u{a0}204",
                    "2,918",
                    "3,4 тыс.",
                    "2.1K",
                    "2 мың рет",
                    "1 204 просмотра",
                    "Просмотров: 12",
                    "12 рет қаралды",
                    "👁 12",
                    "👁\u{fe0f} 7",
                    "98 views",
                    "0 пікір",
                    "көрсетілді",
                    "рет",
                ][..],
            ),
            (
                Some(Metadata::Duration),
                &[
                    "3 мин оқу",
                    "24 мин",
                    "оқу үшін",
                    "Время чтения: 3 мин",
                    "6 дақиқада ўқилади",
                    "4 min read",
                    "15 часов назад",
                    "около 15 часов назад",
                    "3 күн бұрын",
                    "2 hours ago",
                ],
            ),
            (
                date(true),
                &[
                    "21 января 2026 г. 6:00",
                    "29.06.2021",
                    "2026-01-08",
                    "22:45 / 26.02.2025",
                    "21 Ақпан, 2025",
                    "15:00, 23 қараша 2025",
                    "30 қаңтар, 2026 сағат 13:48",
                    "08.01.2026, 18:43",
                    "Jan 8, 2026",
                    "8 мая 2026, 10:00 GMT+5",
                    "сегодня в 10:30",
                    "18:43",
                ],
            ),
            (date(false), &["9 мая", "16 желтоқсан"]),
            (
                Some(Metadata::Credit),
                &[
                    "фото Игоря Ветрова",
                    "Фото - Степь",
                    "© Фото: архив",
                    "Сурет: Дала",
                ],
            ),
            (
                None,
                &[
                    "",
                    "300 лет",
                    "24 часа",
                    "100 дней",
                    "2026 год и дальше",
                    "Топ-10",
                    "1001 ночь",
                    "Канал 31",
                    "Фотограф",
                    "Мария Мартова",
                    "Редакция 24.kz",
                    "18+",
                    "№ 5",
                    "Айман Аманжолова",
                    "назад",
                ],
            ),
        ] {
            for line in lines {
                assert_eq!(Metadata::of(line), kind, "{line:?}");
            }
        }
    }

    #[test]
    fn numbers_and_dates_are_told_from_headlines() {
        for (text, expected) in [
            ("06.03.2026, 21:55 1691", true),
            ("15:00, 23 Ноябрь 2025", true),
            ("1984", true),
            ("9 мая", true),
            ("10 мифов", false),
            ("18+", false),
            ("5G", false),
            ("Март", false),
            ("", false),
            ("—", false),
        ] {
            assert_eq!(is_numbers_and_dates(text), expected, "{text:?}");
        }
    }
}
