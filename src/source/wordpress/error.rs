//! Why a site of WordPress cannot be read, in words that contain no secret.

use std::time::Duration;

use http::StatusCode;

use super::limited_json::ITEMS_A_CALL;
use crate::http_client::CallError;

/// Why a site cannot be read. Each message is one line and names the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordPressError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The site answered with another status than 200.
    #[error("{url} answered {status}{}", of_message(.message))]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: StatusCode,
        /// The message of WordPress.
        message: Option<String>,
    },
    /// The site asks for a pause that is longer than a call waits.
    #[error("{url} asks for a pause; the next call is in {} s", wait.as_secs().max(1))]
    Pause {
        /// The address.
        url: String,
        /// The rest of the pause.
        wait: Duration,
    },
    /// The answer is not JSON.
    #[error("{url} answered with {what} in place of JSON")]
    NotJson {
        /// The address.
        url: String,
        /// What it seems to be.
        what: &'static str,
    },
    /// The answer is JSON of another shape.
    #[error("{url} answered with other JSON than {expected}")]
    OtherJson {
        /// The address.
        url: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The answer is JSON of more items, or of more values, than are taken into memory.
    #[error("{url} answered with more than {limit} {of}")]
    TooMuchJson {
        /// The address.
        url: String,
        /// The limit.
        limit: usize,
        /// What it counts.
        of: &'static str,
    },
    /// There is no REST interface.
    #[error("{url} shows no REST interface of WordPress: {reason}")]
    NoInterface {
        /// The address of the site.
        url: String,
        /// The last answer.
        reason: String,
    },
    /// The site shows no posts of a type.
    #[error("{url} shows no posts of the type `{name}`{}", of_message(.message))]
    NoSuchType {
        /// The address of the site.
        url: String,
        /// The type.
        name: String,
        /// The message of WordPress.
        message: Option<String>,
    },
    /// A listing does not have as many posts as the site counts.
    #[error("{url} lists {listed} of the {counted} posts that it counts")]
    Incomplete {
        /// The address of the site.
        url: String,
        /// Posts that were listed.
        listed: u64,
        /// Posts that the site counts.
        counted: u64,
    },
    /// Pages have fewer posts than were asked for.
    #[error(
        "{url} gives {given} posts a page, {ITEMS_A_CALL} were asked for: a filter on the site changes `per_page`"
    )]
    ShortPages {
        /// The address of the site.
        url: String,
        /// Posts of a page.
        given: usize,
    },
    /// A type of posts that had some has none.
    #[error("{url} lists no posts any more, {known} are known")]
    Emptied {
        /// The address of the site.
        url: String,
        /// Posts that are known.
        known: usize,
    },
    /// No thread can be started.
    #[error("the site cannot be read: no thread can be started: {0}")]
    NoThread(String),
    /// The certificates that the environment names cannot be read.
    #[error("{0}")]
    Certificates(String),
    /// The address of the configuration is not valid.
    #[error("the address of the site is not valid: {0}")]
    Address(String),
    /// The program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

fn of_message(message: &Option<String>) -> String {
    message
        .as_ref()
        .map_or_else(String::new, |message| format!(": {message}"))
}

impl WordPressError {
    /// Whether the same call may succeed in a moment.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            WordPressError::Call(error) => error.is_transient(),
            WordPressError::Status { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            // Half an answer is not JSON either.
            WordPressError::NotJson { .. } => true,
            WordPressError::OtherJson { .. }
            | WordPressError::TooMuchJson { .. }
            | WordPressError::Pause { .. }
            | WordPressError::NoInterface { .. }
            | WordPressError::NoSuchType { .. }
            | WordPressError::Incomplete { .. }
            | WordPressError::ShortPages { .. }
            | WordPressError::Emptied { .. }
            | WordPressError::NoThread(_)
            | WordPressError::Certificates(_)
            | WordPressError::Address(_)
            | WordPressError::Stopping => false,
        }
    }

    /// Whether one of several posts that were asked for may be the reason.
    pub(super) fn may_be_of_one_post(&self) -> bool {
        match self {
            WordPressError::Call(error) => matches!(
                error,
                CallError::TooLarge { .. }
                    | CallError::ResponseTimeout { .. }
                    | CallError::CallTimeout { .. }
                    | CallError::IncompleteBody { .. }
            ),
            WordPressError::Status { status, .. } => status.is_server_error(),
            WordPressError::NotJson { .. }
            | WordPressError::OtherJson { .. }
            | WordPressError::TooMuchJson { .. } => true,
            WordPressError::Pause { .. }
            | WordPressError::NoInterface { .. }
            | WordPressError::NoSuchType { .. }
            | WordPressError::Incomplete { .. }
            | WordPressError::ShortPages { .. }
            | WordPressError::Emptied { .. }
            | WordPressError::NoThread(_)
            | WordPressError::Certificates(_)
            | WordPressError::Address(_)
            | WordPressError::Stopping => false,
        }
    }

    /// Whether fewer posts in one call may succeed: the site took too long, or answered too much.
    pub(super) fn is_of_size(&self) -> bool {
        match self {
            WordPressError::Call(error) => matches!(
                error,
                CallError::TooLarge { .. }
                    | CallError::ResponseTimeout { .. }
                    | CallError::CallTimeout { .. }
            ),
            WordPressError::Status { status, .. } => *status == StatusCode::GATEWAY_TIMEOUT,
            WordPressError::TooMuchJson { .. } => true,
            WordPressError::NotJson { .. }
            | WordPressError::OtherJson { .. }
            | WordPressError::Pause { .. }
            | WordPressError::NoInterface { .. }
            | WordPressError::NoSuchType { .. }
            | WordPressError::Incomplete { .. }
            | WordPressError::ShortPages { .. }
            | WordPressError::Emptied { .. }
            | WordPressError::NoThread(_)
            | WordPressError::Certificates(_)
            | WordPressError::Address(_)
            | WordPressError::Stopping => false,
        }
    }

    /// Whether the operator has to change something here or on the site.
    pub(super) fn is_of_configuration(&self) -> bool {
        matches!(self, WordPressError::NoSuchType { .. })
    }

    /// Whether the site does not show this to the user, or has no such thing.
    pub(super) fn is_hidden(&self) -> bool {
        let WordPressError::Status { status, .. } = self else {
            return false;
        };
        matches!(
            *status,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND
        )
    }
}
