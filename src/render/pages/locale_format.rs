//! Formats dates, numbers and sizes in each language.

use chrono::{DateTime, Datelike, FixedOffset};

use crate::render::pages::locale::Locale;
use crate::render::pages::words::{PluralForms, Words};

impl Locale {
    /// `8 января 2026`, `2026 жылғы 8 қаңтар`, `8 January 2026`.
    pub(super) fn date(self, date: DateTime<FixedOffset>) -> String {
        let words = Words::of(self);
        let month = words.months[date.month0() as usize];
        words
            .date
            .replace("{day}", &date.day().to_string())
            .replace("{month}", month)
            .replace("{year}", &date.year().to_string())
    }

    /// `1 204`, `1,204`.
    pub(super) fn number(self, number: usize) -> String {
        let digits = number.to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * 2);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push_str(Words::of(self).thousands_mark);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// `5 статей`, `1 article`: the number and the plural form of the noun.
    pub(super) fn count(self, number: usize, noun: &PluralForms) -> String {
        let form = match self {
            Locale::Kk => noun.many,
            Locale::En if number == 1 => noun.one,
            Locale::En => noun.many,
            Locale::Ru => match (number % 10, number % 100) {
                (_, 11..=14) => noun.many,
                (1, _) => noun.one,
                (2..=4, _) => noun.few,
                _ => noun.many,
            },
        };
        format!("{} {form}", self.number(number))
    }

    /// `640 КБ`, `4,2 MB`: in thousands, with one decimal below ten.
    pub(super) fn size(self, bytes: u64) -> String {
        let words = Words::of(self);
        let (mut tenths, mut unit) = (bytes.saturating_mul(10), 0);
        while tenths >= 9_995 && unit + 1 < words.sizes.len() {
            tenths = tenths.saturating_add(500) / 1000;
            unit += 1;
        }
        let (whole, rest) = (tenths / 10, tenths % 10);
        let unit = words.sizes[unit];
        if whole < 10 && rest > 0 {
            format!("{whole}{}{rest}\u{a0}{unit}", words.decimal_mark)
        } else {
            let rounded = usize::try_from((tenths + 5) / 10).unwrap_or(usize::MAX);
            format!("{}\u{a0}{unit}", self.number(rounded))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_form_of_each_language() {
        let date = DateTime::parse_from_rfc3339("2026-01-08T23:30:00+05:00").expect("a date");
        assert_eq!(Locale::Ru.date(date), "8 января 2026");
        assert_eq!(Locale::Kk.date(date), "2026 жылғы 8 қаңтар");
        assert_eq!(Locale::En.date(date), "8 January 2026");
    }

    #[test]
    fn nouns_have_the_plural_form_of_their_number() {
        for (locale, number, expected) in [
            (Locale::Ru, 0, "0 статей"),
            (Locale::Ru, 1, "1 статья"),
            (Locale::Ru, 2, "2 статьи"),
            (Locale::Ru, 4, "4 статьи"),
            (Locale::Ru, 5, "5 статей"),
            (Locale::Ru, 11, "11 статей"),
            (Locale::Ru, 12, "12 статей"),
            (Locale::Ru, 21, "21 статья"),
            (Locale::Ru, 112, "112 статей"),
            (Locale::Ru, 1204, "1 204 статьи"),
            (Locale::Kk, 1, "1 мақала"),
            (Locale::Kk, 1_000_000, "1 000 000 мақала"),
            (Locale::En, 0, "0 articles"),
            (Locale::En, 1, "1 article"),
            (Locale::En, 21, "21 articles"),
            (Locale::En, 1204, "1,204 articles"),
        ] {
            let words = Words::of(locale);
            let counted = locale.count(number, &words.count_articles);
            assert_eq!(counted.replace('\u{a0}', " "), expected);
        }
    }

    #[test]
    fn sizes_are_rounded() {
        for (locale, bytes, expected) in [
            (Locale::Ru, 0, "0 Б"),
            (Locale::Ru, 999, "999 Б"),
            (Locale::Ru, 1000, "1 КБ"),
            (Locale::Ru, 4_200_000, "4,2 МБ"),
            (Locale::En, 4_249_000, "4.2 MB"),
            (Locale::En, 999_960, "1 MB"),
            (Locale::En, 64_300_000, "64 MB"),
            (Locale::Kk, 2_000_000_000_000, "2 000 ГБ"),
            (Locale::En, u64::MAX, "1,844,674,407 GB"),
        ] {
            let size = locale.size(bytes).replace('\u{a0}', " ");
            assert_eq!(size, expected, "{bytes}");
        }
    }
}
