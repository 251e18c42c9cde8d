//! Numbers with their nouns, for messages to operators.

use std::fmt::Display;

/// `1 article`, `2 articles`: for a noun whose plural only adds an s.
pub fn many<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    counted(number, noun, &format!("{noun}s"))
}

/// `1 article is`, `2 articles are`: for words with another plural.
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, one: &str, more: &str) -> String {
    let words = if number == N::from(1) { one } else { more };
    format!("{number} {words}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_number_one_is_singular() {
        assert_eq!(
            [0, 1, 2, 21].map(|number| many(number, "row")),
            ["0 rows", "1 row", "2 rows", "21 rows"]
        );
        assert_eq!(counted(1, "row has", "rows have"), "1 row has");
    }
}
