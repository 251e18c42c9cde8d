//! The order of keys, which decides between articles of the same second.

use std::cmp::Ordering;

/// Compares two keys in natural order, so `news/9` comes before `news/10`: runs of ASCII digits by
/// value, all other characters by code point. Keys that differ only in leading zeros are compared by
/// their bytes, so the order is total.
pub fn natural(a: &[u8], b: &[u8]) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) if l.is_ascii_digit() && r.is_ascii_digit() => {
                let (l, l_rest) = split_number(left);
                let (r, r_rest) = split_number(right);
                let by_value = l.len().cmp(&r.len()).then_with(|| l.cmp(r));
                if by_value != Ordering::Equal {
                    return by_value;
                }
                (left, right) = (l_rest, r_rest);
            }
            (Some(l), Some(r)) => {
                if l != r {
                    return l.cmp(r);
                }
                (left, right) = (&left[1..], &right[1..]);
            }
        }
    }
}

/// The leading run of digits without its zeros, and the rest.
fn split_number(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes
        .iter()
        .position(|b| !b.is_ascii_digit())
        .unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at(end);
    let zeros = digits.iter().take_while(|&&b| b == b'0').count();
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_of_digits_are_compared_by_value() {
        for (smaller, larger) in [
            ("news/9", "news/10"),
            ("2026/a", "2026/b"),
            ("a", "a1"),
            ("a01", "a1"),
            ("a1b", "a01c"),
            ("а9я", "а10а"),
            ("x-99999999999999999999998", "x-99999999999999999999999"),
        ] {
            assert_eq!(
                natural(smaller.as_bytes(), larger.as_bytes()),
                Ordering::Less,
                "{smaller} < {larger}"
            );
            assert_eq!(
                natural(larger.as_bytes(), smaller.as_bytes()),
                Ordering::Greater,
                "{larger} > {smaller}"
            );
        }
    }

    proptest! {
        #[test]
        fn natural_order_is_total(mut keys in proptest::collection::vec("[a01/9б]{0,6}", 3)) {
            let order = |a: &String, b: &String| natural(a.as_bytes(), b.as_bytes());
            keys.sort_by(order);
            prop_assert!(order(&keys[0], &keys[2]) != Ordering::Greater);
            prop_assert_eq!(order(&keys[0], &keys[1]) == Ordering::Equal, keys[0] == keys[1]);
        }
    }
}
