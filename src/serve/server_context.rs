//! What every connection is given, and what it may get.

use std::sync::{Arc, OnceLock};

use hyper::Request;
use hyper::body::{Body, Incoming};

use super::{answer, at_hand, request_checks};
use crate::config::Limits;
use crate::model::time::Timestamp;
use crate::serve::documents::Documents;
use crate::serve::record::Recorder;
use crate::serve::request_outcome::Answer;

/// What is published, once the state folder has been read.
pub type DocumentsSlot = Arc<OnceLock<Arc<Documents>>>;

/// What every connection is given.
pub struct ServerContext {
    /// What is published, once the state folder has been read.
    pub documents: DocumentsSlot,
    /// What a client may cost.
    pub limits: Limits,
    /// Whoever looks on.
    pub observer: Arc<Recorder>,
}

impl ServerContext {
    /// The answer to a request without a body that the guard lets through, if it is at hand.
    pub(super) fn at_hand(&self, request: &Request<Incoming>) -> Option<Answer> {
        let is_let_through = request.body().is_end_stream()
            && request_checks::refusal(request, &self.limits).is_none();
        match is_let_through {
            true => at_hand(self.documents.get(), request, Timestamp::now()),
            false => None,
        }
    }

    /// The answer to a request that the guard lets through, or the guard's.
    pub(super) async fn answer(&self, request: &Request<()>, body: Incoming) -> Answer {
        if let Some(refusal) = request_checks::refusal(request, &self.limits) {
            return refusal.into();
        }
        let is_drained = request_checks::drain(body, &self.limits).await;
        let mut answer = answer(self.documents.get(), request, Timestamp::now()).await;
        if !is_drained {
            request_checks::close(&mut answer.reply);
        }
        answer
    }
}
