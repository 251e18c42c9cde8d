//! The client's side of the control socket.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::line::{encode, parse};
use super::socket_path::with_short_path;
use super::{
    ANSWER_BYTES_MAX, ControlAnswer, ControlRequest, READING_TIMEOUT, REQUEST_BYTES_MAX,
    STEP_TIMEOUT,
};

/// Asks the daemon that uses this state folder.
///
/// # Errors
/// No daemon listens there, or it does not answer in time.
pub fn ask(folder: &Path, request: ControlRequest) -> io::Result<ControlAnswer> {
    let stream = with_short_path(folder, |path| UnixStream::connect(path))?;
    // A long request waits until others are compared.
    stream.set_write_timeout(Some(READING_TIMEOUT))?;
    stream.set_read_timeout(Some(READING_TIMEOUT + STEP_TIMEOUT))?;
    // A daemon that does not read the whole request may have said why.
    let sent = (&stream).write_all(&encode(request, REQUEST_BYTES_MAX)?);
    let mut line = Vec::new();
    let mut answer = BufReader::new(&stream).take(ANSWER_BYTES_MAX as u64);
    let read = answer.read_until(b'\n', &mut line);
    if !line.ends_with(b"\n") {
        sent?;
        read?;
        let reason = "the daemon ended the connection before its answer";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, reason));
    }
    parse(&line).map_err(io::Error::other)
}
