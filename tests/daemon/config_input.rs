//! feeds.toml by `-c`, from standard input and from pipes.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::Newsroom;
use crate::testkit::output::assert_ends;

/// A newsroom whose feeds.toml has another name and place, so that no command finds it by itself.
fn newsroom() -> (Newsroom, String) {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure("[server]", "[server]\nadmin = \"unix:admin.sock\"");
    let text = fs::read_to_string(newsroom.path("feeds.toml")).expect("feeds.toml");
    fs::remove_file(newsroom.path("feeds.toml")).expect("it is there");
    fs::write(newsroom.path("other.toml"), &text).expect("a file");
    (newsroom, text)
}

/// Runs a command with this standard input.
fn run_with_input(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("taspa starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that does not read it has closed the pipe.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[test]
fn every_command_takes_c_and_a_dash() {
    let (newsroom, text) = newsroom();
    let all = newsroom.run(&["render", "all.rss", "--config", "other.toml"]);
    for arguments in [
        &["-c", "other.toml", "render", "all.rss"][..],
        &["render", "all.rss", "-cother.toml"],
        &["render", "all.rss", "--config=-"],
        &["-c-", "render", "all.rss"],
        &["render", "all.rss", "-c", "/dev/stdin"],
    ] {
        let output = run_with_input(newsroom.taspa(arguments), &text);
        assert_ends(&output, 0, &["<rss "], &[]);
        assert_eq!(output.stdout, all.stdout, "{arguments:?}");
    }
    let checked = run_with_input(newsroom.taspa(&["check", "-c", "-"]), &text);
    assert_ends(&checked, 0, &["no problems; 3 articles in"], &[]);
    let listed = run_with_input(newsroom.taspa(&["list", "-c", "-"]), &text);
    assert_ends(&listed, 0, &["parliament"], &[]);
    let broken = text.replace("[site]", "[site]\ntitel = 1");
    let checked = run_with_input(
        newsroom.taspa(&["check", "--config-only", "-c", "-"]),
        &broken,
    );
    let expected = "<stdin>:3:1: error: [site]: unknown key `titel`\n3 | titel = 1\n";
    assert_ends(&checked, 78, &[expected], &[]);
    let nothing = run_with_input(newsroom.taspa(&["list", "-c", "-"]), "");
    assert_ends(&nothing, 78, &[], &["<stdin>: error: `[site]` is required"]);
    assert_ends(
        &newsroom.run(&["list", "-c", ""]),
        2,
        &[],
        &["`--config` wants a file"],
    );
    // A command that needs no configuration reads no input.
    assert_ends(
        &run_with_input(newsroom.taspa(&["schema", "-c", "-"]), ""),
        0,
        &["{"],
        &[],
    );
    // As the shell writes `-c <(sed … other.toml)`.
    let script = format!(
        "'{}' list -c <(cat other.toml)",
        env!("CARGO_BIN_EXE_taspa")
    );
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(newsroom.path(""));
    if let Ok(output) = bash.output() {
        assert_ends(&output, 0, &["parliament"], &[]);
    }
}

#[test]
fn daemon_with_standard_input_serves_and_reads_articles_again() {
    let (newsroom, text) = newsroom();
    let mut daemon = Daemon::start_reading(&newsroom, "other.toml");
    // It is read once: later changes of the file count for nothing.
    fs::write(newsroom.path("other.toml"), "[site").expect("a file");
    let before = daemon.get("/all.rss").text().to_owned();
    newsroom.remove("match");
    daemon.signal("HUP");
    daemon.wait_for(
        "SIGHUP: reading the articles again; feeds.toml came from <stdin> and stays as it is",
    );
    daemon.wait_for("the templates are in force");
    daemon.eventually("/all.rss", |feed| {
        feed.status == 200 && feed.text() != before
    });
    // The same text leads other commands to it.
    let run = |command: &str| run_with_input(newsroom.taspa(&[command, "-c", "-"]), &text);
    assert_ends(&run("health"), 0, &["ready\n"], &[]);
    assert_ends(&run("confirm"), 1, &[], &["no loss is held"]);
    daemon.stop();
}
