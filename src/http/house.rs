//! What every connection is given, and what it may get.

use std::sync::{Arc, OnceLock};

use hyper::Request;
use hyper::body::{Body, Incoming};

use super::observer::Observer;
use super::outcome::Answer;
use super::{answer, at_hand, guard};
use crate::config::Limits;
use crate::desk::Desk;
use crate::model::time::Timestamp;

/// The desk, once the state folder has been read.
pub type DeskSlot = Arc<OnceLock<Arc<Desk>>>;

/// What every connection is given.
pub struct House {
    /// The desk, once the state folder has been read.
    pub desk: DeskSlot,
    /// What a client may cost.
    pub limits: Limits,
    /// Whoever looks on.
    pub observer: Arc<Observer>,
}

impl House {
    /// The answer to a request without a body that the guard lets through, if it is at hand.
    pub(super) fn at_hand(&self, request: &Request<Incoming>) -> Option<Answer> {
        let is_let_through =
            request.body().is_end_stream() && guard::refusal(request, &self.limits).is_none();
        match is_let_through {
            true => at_hand(self.desk.get(), request, Timestamp::now()),
            false => None,
        }
    }

    /// The answer to a request that the guard lets through, or the guard's.
    pub(super) async fn answer(&self, request: &Request<()>, body: Incoming) -> Answer {
        if let Some(refusal) = guard::refusal(request, &self.limits) {
            return refusal.into();
        }
        let is_drained = guard::drain(body, &self.limits).await;
        let mut answer = answer(self.desk.get(), request, Timestamp::now()).await;
        if !is_drained {
            guard::close(&mut answer.reply);
        }
        answer
    }
}
