//! A reader that keeps its feeds and sends their validators, whichever of several daemons answers.

use std::collections::BTreeMap;

use super::client::{Connection, Request};

/// Every content coding that a client may ask for.
pub(crate) const CODINGS: [&str; 4] = ["identity", "gzip", "br", "zstd"];

/// ETag and bytes of documents by path and coding.
pub(crate) type Documents = BTreeMap<(String, &'static str), (String, Vec<u8>)>;

/// The documents of one daemon in every coding.
pub(crate) fn documents(connection: &mut Connection, paths: &[&str]) -> Documents {
    let mut documents = Documents::new();
    for path in paths {
        for coding in CODINGS {
            let request = Request::get(path).with("Accept-Encoding", coding);
            let response = connection.exchange(&request);
            assert_eq!(response.status, 200, "{path}");
            let coded = response.find("content-encoding").unwrap_or("identity");
            assert_eq!(coded, coding, "{path}");
            let tag = response.header("etag").to_owned();
            documents.insert(((*path).to_owned(), coding), (tag, response.body));
        }
    }
    documents
}

/// Every byte and every ETag is the same.
#[track_caller]
pub(crate) fn assert_same(one: &Documents, other: &Documents) {
    assert_eq!(one.len(), other.len());
    for (name, (tag, body)) in one {
        let (other_tag, other_body) = &other[name];
        assert_eq!(tag, other_tag, "{name:?}: tag");
        assert!(body == other_body, "{name:?}: bytes");
    }
}

/// A reader of some feeds in one coding.
pub(crate) struct Subscriber {
    coding: &'static str,
    /// ETag and date of the last response for each feed.
    validators: BTreeMap<String, (String, String)>,
    /// Responses with a document.
    pub(crate) given: usize,
    /// Responses without one.
    pub(crate) not_modified: usize,
}

impl Subscriber {
    pub(crate) fn new(coding: &'static str) -> Subscriber {
        Subscriber {
            coding,
            validators: BTreeMap::new(),
            given: 0,
            not_modified: 0,
        }
    }

    /// Requests these feeds once; returns those that came with a document.
    #[track_caller]
    pub(crate) fn poll<'a>(
        &mut self,
        connection: &mut Connection,
        paths: &[&'a str],
    ) -> Vec<&'a str> {
        let mut given = Vec::new();
        for path in paths {
            let mut request = Request::get(path).with("Accept-Encoding", self.coding);
            if let Some((tag, date)) = self.validators.get(*path) {
                // Readers send both, and the date may be another on another machine.
                request = request.with("If-None-Match", tag);
                request = request.with("If-Modified-Since", date);
            }
            let response = connection.exchange(&request);
            match response.status {
                304 => self.not_modified += 1,
                200 => {
                    let validators = ["etag", "last-modified"].map(|name| response.header(name));
                    let [tag, date] = validators.map(str::to_owned);
                    let before = self
                        .validators
                        .insert((*path).to_owned(), (tag.clone(), date));
                    let same = before.is_some_and(|(before, _)| before == tag);
                    assert!(!same, "{path}: given again under the tag that it has");
                    self.given += 1;
                    given.push(*path);
                }
                status => panic!("{path}: {status} {}", response.text()),
            }
        }
        given
    }
}
