//! The least a server can do: whatever is asked, the same bytes, on one thread.
//!
//! `canned ADDRESS FILE` answers every request with the content of FILE, a whole HTTP/1.1 response.
//! It reads until an empty line and looks at nothing, so what another server costs beyond it is
//! what that server's work costs.

use std::error::Error;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: canned ADDRESS FILE".into());
    };
    let response: Arc<[u8]> = std::fs::read(file)?.into();
    let listener = TcpListener::bind(address).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let response = response.clone();
        tokio::spawn(async move {
            // A client that goes away ends its own task.
            let _ = answer(socket, &response).await;
        });
    }
}

async fn answer(mut socket: TcpStream, response: &[u8]) -> std::io::Result<()> {
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        let read = socket.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            socket.write_all(response).await?;
            filled = 0;
        } else if filled == buffer.len() {
            return Ok(());
        }
    }
}
