//! Tables of headers that are used again, so that an answer needs no new one.
//!
//! A thread keeps the table of the last request that it answered at once, and the next answer is written
//! into it. hyper keeps the table of an answer for the next request of its connection.

use std::cell::Cell;

use hyper::HeaderMap;

/// The largest table that is kept, in headers. hyper keeps one for each connection, so a request with
/// very many headers may not leave its table to others.
const CAPACITY_MAX: usize = 24;

thread_local! {
    static SPARE: Cell<Option<HeaderMap>> = const { Cell::new(None) };
}

/// An empty table.
pub(super) fn take() -> HeaderMap {
    SPARE.take().unwrap_or_default()
}

/// Keeps the table of a request that was answered.
pub(super) fn keep(mut headers: HeaderMap) {
    // Its capacity counts names alone; one name may have many values.
    if headers.capacity() <= CAPACITY_MAX && headers.len() <= CAPACITY_MAX {
        headers.clear();
        SPARE.set(Some(headers));
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{HOST, HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_table_with_many_values_of_one_name_is_not_kept() {
        SPARE.take();
        let mut table = HeaderMap::new();
        for number in 0..100 {
            table.append(HOST, HeaderValue::from(number));
        }
        keep(table);
        assert_eq!(take().capacity(), 0);
    }

    #[test]
    fn a_table_is_empty_when_it_is_used_again_and_large_ones_are_not() {
        for (headers, is_kept) in [(1, true), (12, true), (100, false)] {
            SPARE.take();
            let mut table = HeaderMap::new();
            table.insert(HOST, HeaderValue::from_static("news.example"));
            for number in 1..headers {
                let name = HeaderName::try_from(format!("x-{number}")).expect("a name");
                table.append(name, HeaderValue::from(number));
            }
            let capacity = table.capacity();
            keep(table);
            let taken = take();
            assert!(taken.is_empty(), "{headers}");
            assert_eq!(taken.capacity() == capacity, is_kept, "{headers}");
            assert_eq!(take().capacity(), 0, "it is taken once");
        }
    }
}
