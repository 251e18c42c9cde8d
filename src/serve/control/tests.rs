//! Requests over a socket, in order and beside each other.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use tokio::task;

use super::*;
use crate::model::time::Timestamp;

fn control() -> (Control, mpsc::Receiver<Order>) {
    let (orders, ordered) = mpsc::channel(1);
    let health = Arc::new(Health::new("articles", Timestamp(0)));
    let control = Control::new(health, orders, Weak::new(), PathBuf::new());
    (control, ordered)
}

/// Serves requests in this folder until the test ends.
fn serve(folder: &Path) -> Turns {
    let mut socket = ControlSocket::open(folder).expect("a socket");
    let control = control().0;
    let comparisons = control.turns.comparisons.clone();
    task::spawn(async move { socket.serve(control).await });
    comparisons
}

fn soon() -> Instant {
    Instant::now() + STEP_TIMEOUT
}

fn long_request() -> ControlRequest {
    ControlRequest::Diff(ProposedConfig {
        text: "#".repeat(100 * SHORT_REQUEST_BYTES_MAX),
        variables: Default::default(),
    })
}

async fn ask_in(folder: &Path, request: ControlRequest) -> io::Result<ControlAnswer> {
    let folder = folder.to_owned();
    let asked = task::spawn_blocking(move || ask(&folder, request));
    asked.await.expect("no panic")
}

#[tokio::test]
async fn a_socket_answers_below_any_path_and_replaces_a_stale_one() {
    let above = tempfile::tempdir().expect("a folder");
    for name in ["state", &"длинное-имя".repeat(10)] {
        let folder = above.path().join(name);
        fs::create_dir(&folder).expect("the state folder");
        fs::write(folder.join(FILE), "stale").expect("a file in its place");
        let mut socket = ControlSocket::open(&folder).expect("a socket");
        let file = fs::metadata(folder.join(FILE)).expect("its file");
        assert!(file.file_type().is_socket());
        assert_eq!(file.mode() & 0o777, 0o600);
        let control = control().0;
        let serving = task::spawn(async move { socket.serve(control).await });
        let answer = ask_in(&folder, ControlRequest::Held).await;
        assert_eq!(answer.expect("an answer"), ControlAnswer::Held(None));
        serving.abort();
        let _ = serving.await;
        assert!(!folder.join(FILE).exists(), "it is removed at the end");
        assert!(ask_in(&folder, ControlRequest::Held).await.is_err());
    }
}

#[tokio::test]
async fn a_confirmation_is_answered_by_the_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut socket = ControlSocket::open(folder.path()).expect("a socket");
    let (control, mut ordered) = control();
    let _serving = task::spawn(async move { socket.serve(control).await });
    let request = ControlRequest::Confirm { id: LossId(7) };
    let asking = task::spawn({
        let (folder, request) = (folder.path().to_owned(), request.clone());
        async move { ask_in(&folder, request).await }
    });
    let Some(Order::Confirm(LossId(7), result)) = ordered.recv().await else {
        panic!("no order");
    };
    result.send(Confirmation::Changed(None)).expect("it waits");
    let answer = asking.await.expect("no panic").expect("an answer");
    let expected = ControlAnswer::Confirmation(Confirmation::Changed(None));
    assert_eq!(answer, expected);
    // A reading that panics drops the order.
    let asking = task::spawn({
        let folder = folder.path().to_owned();
        async move { ask_in(&folder, request).await }
    });
    drop(ordered.recv().await);
    let answer = asking.await.expect("no panic").expect("an answer");
    assert!(matches!(answer, ControlAnswer::Error(_)), "{answer:?}");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut socket = ControlSocket::open(folder.path()).expect("a socket");
    let (control, mut ordered) = control();
    let _serving = task::spawn(async move { socket.serve(control).await });
    let path = folder.path().join(FILE);
    let stream = UnixStream::connect(path).await.expect("a connection");
    let request = ControlRequest::Confirm { id: LossId(7) };
    let line = encode(&request, SHORT_REQUEST_BYTES_MAX).expect("a line");
    write(&stream, &line).await.expect("it is sent");
    let Some(Order::Confirm(_, mut result)) = ordered.recv().await else {
        panic!("no order");
    };
    drop(stream);
    result.closed().await;
}

#[tokio::test]
async fn the_end_of_the_socket_ends_its_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut socket = ControlSocket::open(folder.path()).expect("a socket");
    let (control, mut ordered) = control();
    let serving = task::spawn(async move { socket.serve(control).await });
    let asking = task::spawn({
        let path = folder.path().to_owned();
        async move { ask_in(&path, ControlRequest::Confirm { id: LossId(7) }).await }
    });
    let Some(Order::Confirm(_, mut result)) = ordered.recv().await else {
        panic!("no order");
    };
    serving.abort();
    result.closed().await;
    assert!(asking.await.expect("no panic").is_err());
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_threads_that_work_for_clients() {
    let (control, _ordered) = control();
    control.threads_ended(STEP_TIMEOUT).await;
    let explanations = &control.turns.explanations;
    let turn = explanations.turn(soon()).await.expect("a turn");
    let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
    let thread = turns::run(turn, soon(), move || goes_on.recv().is_err());
    assert!(thread.await.is_err(), "it takes too long");
    let begun = Instant::now();
    control.threads_ended(STEP_TIMEOUT).await;
    assert!(begun.elapsed() >= STEP_TIMEOUT);
    drop(go_on);
    time::resume();
    let begun = Instant::now();
    control.threads_ended(READING_TIMEOUT).await;
    assert!(begun.elapsed() < READING_TIMEOUT);
}

#[test]
fn a_client_that_leaves_ends_its_search() {
    let cancelled = CancelledOnDrop::default();
    let seen = cancelled.0.clone();
    assert!(!seen.load(Ordering::Relaxed));
    drop(cancelled);
    assert!(seen.load(Ordering::Relaxed));
}

#[tokio::test]
async fn long_requests_are_read_one_after_another_and_short_ones_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let comparisons = serve(folder.path());
    let turn = comparisons.turn(soon()).await.expect("a turn");
    let long = long_request();
    let path = folder.path().to_owned();
    let asking = task::spawn(async move { ask_in(&path, long).await });
    let answer = ask_in(folder.path(), ControlRequest::Held).await;
    assert_eq!(answer.expect("an answer"), ControlAnswer::Held(None));
    assert!(!asking.is_finished(), "it waits for its turn");
    drop(turn);
    let answer = asking.await.expect("no panic").expect("an answer");
    let ControlAnswer::Error(reason) = answer else {
        panic!("{answer:?}");
    };
    assert!(reason.contains("`[site]` is required"), "{reason}");
    while !comparisons.is_free() {
        task::yield_now().await;
    }
}

#[tokio::test]
async fn bad_requests_get_the_reason() {
    let (control, _ordered) = control();
    for (line, reason) in [
        (&b""[..], "no message of this protocol"),
        (b"{\"version\":2,\"request\":\"held\"}", "speaks version 2"),
        (b"{\"version\":1,\"request\":\"stop\"}", "unknown variant"),
        (
            b"{\"version\":1,\"request\":\"confirm\",\"id\":\"7\"}",
            "32",
        ),
    ] {
        let mut request = RequestLine {
            line: line.to_vec(),
            turn: None,
        };
        let answer = control.answer(&mut request, soon()).await;
        match parse(&answer) {
            Ok(ControlAnswer::Error(text)) => assert!(text.contains(reason), "{text}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn comparisons_that_wait_leave_connections_for_other_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let comparisons = serve(folder.path());
    let turn = comparisons.turn(soon()).await.expect("a turn");
    let asking = || {
        let path = folder.path().to_owned();
        task::spawn(async move { ask_in(&path, long_request()).await })
    };
    let mut waiting: Vec<_> = std::iter::repeat_with(asking).take(12).collect();
    // Those without a place are told so, which the client reads though it could not send all of its request.
    let (refused, _, others) = futures_util::future::select_all(waiting).await;
    waiting = others;
    let refused = refused.expect("no panic").expect("an answer");
    let expected = "too many clients wait for a comparison now; try again";
    assert_eq!(refused, ControlAnswer::Error(expected.to_owned()));
    let answer = ask_in(folder.path(), ControlRequest::Held).await;
    assert_eq!(answer.expect("an answer"), ControlAnswer::Held(None));
    drop(turn);
    for asking in waiting {
        let answer = asking.await.expect("no panic").expect("an answer");
        assert!(matches!(answer, ControlAnswer::Error(_)), "{answer:?}");
    }
    while !comparisons.is_free() {
        task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_and_for_a_comparison_has_an_end() {
    let comparisons = Turns::new("comparison", 1, 4);
    let deadline = Instant::now() + READING_TIMEOUT;
    let turn = comparisons.turn(deadline).await.expect("a turn");
    assert!(comparisons.turn(deadline).await.is_err());
    let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
    let late = Instant::now() + STEP_TIMEOUT;
    let result = turns::run(turn, late, move || goes_on.recv().is_err()).await;
    assert_eq!(result, Err("the comparison takes too long".to_owned()));
    assert!(!comparisons.is_free(), "the thread still works");
    drop(go_on);
    while !comparisons.is_free() {
        task::yield_now().await;
    }
}

#[test]
fn a_message_that_is_too_long_is_not_in_memory() {
    let message = ControlAnswer::Error("x".repeat(100));
    let whole = encode(&message, 1000).expect("it is short");
    assert!(encode(&message, whole.len()).is_ok());
    let error = encode(&message, whole.len() - 1).expect_err("it is too long");
    assert!(error.to_string().contains("longer than"), "{error}");
}
