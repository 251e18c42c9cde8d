//! stub
#![allow(missing_docs, unused)]
use super::{Found, Outcome};
use crate::article::Reading;
use crate::config::SqlConfig;
use crate::time::Timestamp;
use std::sync::Arc;
#[derive(Clone, Debug)]
pub struct Sql(Arc<()>);
#[derive(Clone, Copy, Debug)]
pub enum Extent {
    Stamps,
    Heads,
    Recent,
}
#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct SqlError;
pub struct ColumnProblem {
    pub is_error: bool,
    pub message: String,
    pub hint: String,
}
pub struct Line;
pub enum Sign {
    Down(Arc<str>),
    Up,
    Changed,
    Emptied,
    Refilled,
}
impl Line {
    pub async fn next(&mut self) -> Sign {
        std::future::pending().await
    }
}
impl Sql {
    pub fn new(config: &SqlConfig, reading: Reading) -> Result<Sql, SqlError> {
        Err(SqlError)
    }
    pub fn name(&self) -> &str {
        ""
    }
    pub fn reading_bytes(&self) -> Vec<u8> {
        Vec::new()
    }
    pub fn walk(&self, extent: Extent) -> impl Iterator<Item = Result<Found, SqlError>> + use<> {
        std::iter::empty()
    }
    pub fn read(&self, found: &[Found]) -> Result<Vec<Outcome>, SqlError> {
        Err(SqlError)
    }
    pub fn accept_head(&self, found: &Found) -> Outcome {
        Outcome::Unsettled
    }
    pub fn look(&self, id: &str) -> Result<Option<Found>, SqlError> {
        Err(SqlError)
    }
    pub fn count(&self) -> Result<u64, SqlError> {
        Err(SqlError)
    }
    pub fn check(&self) -> Result<Vec<ColumnProblem>, SqlError> {
        Err(SqlError)
    }
    pub fn newest(&self) -> Option<Timestamp> {
        None
    }
    pub fn replica_lag(&self) -> Option<f64> {
        None
    }
    pub fn refresh(&self) -> std::time::Duration {
        std::time::Duration::from_secs(1)
    }
    pub fn watch(&self) -> Line {
        Line
    }
}
