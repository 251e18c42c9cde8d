//! How often articles come.

use crate::render::pages::feed_builder::RecentArticles;
use crate::render::pages::locale::Locale;
use crate::render::pages::words::Words;

const DAY: u64 = 86_400;

/// How often articles come: `about 4 articles a day`.
pub(super) fn pace(locale: Locale, recent: RecentArticles) -> String {
    let words = &Words::of(locale).build;
    let (articles, seconds) = (recent.articles as u64, u64::from(recent.seconds.max(1)));
    let periods = [(1, words.a_day), (7, words.a_week), (30, words.a_month)];
    let mut periods = periods
        .into_iter()
        .map(|(days, pattern)| (articles * days * DAY, pattern));
    let Some((sum, pattern)) = periods.find(|(sum, _)| *sum >= seconds) else {
        return words.none_lately.to_owned();
    };
    // Rounded to the nearest number.
    let number = (sum + seconds / 2) / seconds;
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    pattern.replace("{count}", &locale.count(number, &words.about_articles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_has_the_shortest_period_with_an_article() {
        const MONTH: u32 = 30 * 86_400;
        for (articles, seconds, ru, en) in [
            (
                120,
                MONTH,
                "около 4 статей в день",
                "about 4 articles a day",
            ),
            (30, MONTH, "около 1 статьи в день", "about 1 article a day"),
            (
                50,
                3600,
                "около 1 200 статей в день",
                "about 1,200 articles a day",
            ),
            (
                630,
                MONTH,
                "около 21 статьи в день",
                "about 21 articles a day",
            ),
            (
                29,
                MONTH,
                "около 7 статей в неделю",
                "about 7 articles a week",
            ),
            (
                10,
                MONTH,
                "около 2 статей в неделю",
                "about 2 articles a week",
            ),
            (
                1,
                MONTH,
                "около 1 статьи в месяц",
                "about 1 article a month",
            ),
            (
                0,
                MONTH,
                "за последние 30 дней ни одной статьи",
                "no article in the last 30 days",
            ),
        ] {
            let recent = RecentArticles { articles, seconds };
            assert_eq!(pace(Locale::Ru, recent).replace('\u{a0}', " "), ru);
            assert_eq!(pace(Locale::En, recent), en);
        }
        let recent = RecentArticles {
            articles: 120,
            seconds: MONTH,
        };
        assert_eq!(pace(Locale::Kk, recent), "күніне шамамен 4 мақала");
    }
}
