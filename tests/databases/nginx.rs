//! nginx, as the balancer or the cache before several daemons.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use tempfile::TempDir;

use crate::testkit::client::Connection;
use crate::testkit::process::Process;
use crate::testkit::programs;
use crate::testkit::wait::DEADLINE;

/// Headers that it adds to those of the daemon.
const ITS_OWN: &[&str] = &["server", "x-cache-status"];

/// An nginx in a folder of its own; stopped when it is dropped.
pub(crate) struct Nginx {
    process: Process,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    /// Starts with what `servers` writes into the block `http`, given a port to listen on and a
    /// folder for what is kept; `None`, reported, without nginx.
    pub(crate) fn start(servers: impl FnOnce(u16, &Path) -> String) -> Option<Nginx> {
        let program = programs::find("nginx")?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, port) = (folder.path(), programs::free_port());
        let at = path.display();
        // The folder is its owner's alone.
        let user = if programs::is_root() {
            "user root;"
        } else {
            ""
        };
        let servers = servers(port, path);
        let conf = format!(
            "{user} daemon off; worker_processes 1; pid {at}/pid; error_log stderr notice; events {{}}
             http {{
                 access_log off; keepalive_requests 1000000; proxy_temp_path {at}/proxy; client_body_temp_path {at}/body;
                 fastcgi_temp_path {at}/fastcgi; uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;
                 {servers}
             }}"
        );
        let file = path.join("nginx.conf");
        fs::write(&file, conf).expect("a configuration");
        let mut command = programs::command(&program, None, path);
        command
            .arg("-p")
            .arg(path)
            .arg("-c")
            .arg(file)
            .args(["-e", "stderr"]);
        let mut process = Process::spawn(command);
        process.wait_for("start worker process ");
        Some(Nginx {
            process,
            port,
            _folder: folder,
        })
    }

    pub(crate) fn connect(&self) -> Connection {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("nginx listens");
        let timeout = stream.set_read_timeout(Some(DEADLINE));
        timeout.expect("a deadline for answers");
        let mut connection = Connection::over(stream);
        connection.further_headers = ITS_OWN;
        connection
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        if self.process.is_running() {
            self.process.signal("TERM");
            self.process.wait();
        }
    }
}
