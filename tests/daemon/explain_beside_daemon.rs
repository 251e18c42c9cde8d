//! `taspa explain` by the daemon, by its state folder and by the articles.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Output;
use std::thread;

use crate::testkit::daemon::Daemon;
use crate::testkit::newsroom::{CONFIG, HARVEST, MATCH, Newsroom, SESSION, Story};
use crate::testkit::output::assert_ends;

/// Articles of every kind that a feed has or leaves out.
fn newsroom() -> Newsroom {
    let newsroom = Newsroom::of_three();
    newsroom.reconfigure(
        "[auto.sections]",
        "[[feed]]\nname = \"lately\"\ntitle = \"Недавно\"\nany = [\"#мажилис\"]\noldest = \"30d\"\n\n\
         [auto.sections]",
    );
    let future = Story {
        date: "2099-03-01T10:00",
        headline: "Мост откроют весной",
        ..SESSION
    };
    newsroom.write("future", &future);
    for (name, key) in [("drafted", "draft = true"), ("kept-out", "feed = false")] {
        let text =
            format!("+++\ntitle = \"Заметка {name}\"\ndate = 2026-01-10\n{key}\n+++\nТекст.\n");
        newsroom.write_markdown(name, &text);
    }
    newsroom.write("broken", &"\n date 2026-02-31 Заголовок\n\nТекст.\n");
    newsroom.write("_note", &SESSION);
    newsroom
}

/// A feed, an article and the exit code.
const QUESTIONS: [(&str, &str, i32); 20] = [
    ("parliament", "session", 0),
    ("parliament", "articles/session.txt", 0),
    ("/rss.xml", "tag:dala.example,2026:session", 0),
    ("select?any=#мажилис", "сессию срока", 0),
    ("tags/футбол", "match.txt", 0),
    ("parliament", "match", 0),
    ("lately", "session", 0),
    ("all", "future", 0),
    ("all", "drafted", 0),
    ("all", "kept-out", 0),
    ("all", "broken", 0),
    ("all", "articles/broken.txt", 0),
    ("all", "sesion", 1),
    ("all", "заметка", 1),
    ("all", "articles/_note.txt", 1),
    ("all", "feeds.toml", 1),
    ("all", "https://dala.example/nowhere", 1),
    ("all", "", 1),
    ("tags/мажилес", "session", 1),
    ("old", "session", 1),
];

/// The exit code, the answer, and the reason where there is none.
fn answers(newsroom: &Newsroom, note: &str) -> Vec<(Option<i32>, String, String)> {
    let mut answers = Vec::new();
    for (feed, article, code) in QUESTIONS {
        for format in ["text", "json"] {
            let output = newsroom.run(&["explain", feed, article, "--format", format]);
            let [said, noted] =
                [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
            assert_eq!(
                output.status.code(),
                Some(code),
                "{feed} {article}: {noted}"
            );
            let reason = noted.find("cannot explain").unwrap_or(noted.len());
            let (notes, reason) = noted.split_at(reason);
            assert_eq!(
                notes.is_empty(),
                note.is_empty(),
                "{feed} {article}: {notes}"
            );
            assert!(notes.contains(note), "{feed} {article}: {notes}");
            answers.push((output.status.code(), said, reason.to_owned()));
        }
    }
    answers
}

#[test]
fn a_daemon_its_state_and_the_articles_say_the_same() {
    let newsroom = newsroom();
    let mut daemon = Daemon::start(&newsroom);
    newsroom.write("match", &"Матч доиграли при свете фар\n");
    daemon.signal("HUP");
    daemon.wait_for("its last good version stays");
    let by_daemon = answers(&newsroom, "");
    let said: Vec<&str> = by_daemon.iter().map(|(_, said, _)| said.as_str()).collect();
    for part in [
        "is in /parliament.",
        "its last good version stays",
        "it is a draft",
        "it cannot be read as an article",
    ] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}");
    }
    daemon.stop();
    let by_state = answers(&newsroom, "the state folder, written 20");
    // A state folder that another listing filled has not all articles.
    newsroom.reconfigure(
        "rescan = \"60s\"",
        "rescan = \"60s\"\nexclude = [\"nothing-*\"]",
    );
    let by_articles = answers(&newsroom, "");
    assert_eq!(by_daemon, by_articles);
    assert_eq!(by_state, by_articles);
}

#[test]
fn articles_are_read_where_the_state_folder_may_be_wrong() {
    let newsroom = Newsroom::of_three();
    Daemon::start(&newsroom).stop();
    let explain = |article: &str| newsroom.run(&["explain", "all", article]);
    let said = ["\"Урожай дынь свезли на ярмарку\" (harvest) is in /all."];
    let noted = ["this is by the state folder, written 20"];
    assert_ends(&explain("harvest"), 0, &said, &noted);
    let headline = "Урожай арбузов свезли на ярмарку";
    newsroom.write(
        "harvest",
        &Story {
            headline,
            ..HARVEST
        },
    );
    let said = ["\"Урожай арбузов свезли на ярмарку\" (harvest) is in /all."];
    let noted = [
        "the article has changed since the state folder, written 20",
        "so the articles are read",
    ];
    assert_ends(&explain("harvest"), 0, &said, &noted);
    newsroom.write("late", &HARVEST);
    let said = ["(late) is in /all."];
    assert_ends(
        &explain("late"),
        0,
        &said,
        &["this is not in the state folder"],
    );
    newsroom.remove("session");
    assert_ends(&explain("session"), 1, &[], &["no article has this key"]);
    // An answer that may be old is better than none.
    fs::rename(newsroom.articles(), newsroom.path("articles-away")).expect("the articles go");
    let said = ["\"Матч доиграли при свете фар\" (match) is in /all."];
    assert_ends(
        &explain("match"),
        0,
        &said,
        &["the articles cannot be read"],
    );
}

#[test]
fn the_daemon_answers_by_the_configuration_in_force() {
    let newsroom = Newsroom::of_three();
    let daemon = Daemon::start(&newsroom);
    let explain = || newsroom.run(&["explain", "parliament", "session"]);
    let said = ["(session) is in /parliament."];
    assert_ends(&explain(), 0, &said, &[]);
    let unknown = || newsroom.run(&["explain", "lately", "session"]);
    assert_ends(&unknown(), 1, &[], &["no feed \"lately\""]);
    newsroom.configure(&format!("{CONFIG}\n[[feed]]\nname = \"lately\"\n[site"));
    let noted = [
        "the daemon explains by the configuration that is in force",
        "feeds.toml is another one",
    ];
    assert_ends(&explain(), 0, &said, &noted);
    // Such a feed may be in the file that is not in force.
    let noted = [noted[0], noted[1], "no feed \"lately\""];
    assert_ends(&unknown(), 1, &[], &noted);
    newsroom.configure(CONFIG);
    assert_ends(&explain(), 0, &said, &[]);
    daemon.stop();
}

#[test]
fn a_relative_path_starts_where_the_command_runs() {
    let newsroom = Newsroom::of_three();
    fs::create_dir(newsroom.articles().join("may")).expect("a folder");
    newsroom.write("may/session", &MATCH);
    let daemon = Daemon::start(&newsroom);
    let explain = |folder: &str| -> Output {
        let arguments = ["explain", "all", "./session.txt", "--config"];
        let mut command = newsroom.taspa(&arguments);
        command.arg(newsroom.path("feeds.toml"));
        let output = command.current_dir(newsroom.path(folder)).output();
        output.expect("taspa runs")
    };
    assert_ends(&explain("articles"), 0, &["(session) is in /all."], &[]);
    newsroom.remove("session");
    let mut connection = daemon.connect();
    crate::testkit::wait::eventually("the article is gone", || {
        let request = crate::testkit::client::Request::get("/articles/session");
        connection.exchange(&request).status != 200
    });
    assert_ends(
        &explain("articles/may"),
        0,
        &["(may/session) is in /all."],
        &[],
    );
    let path = newsroom.path("articles/may/session.txt");
    let shown = path.to_str().expect("UTF-8");
    assert_ends(&explain("articles/may"), 0, &[shown], &[]);
    daemon.stop();
    let noted = ["this is by the state folder"];
    assert_ends(&explain("articles/may"), 0, &[shown], &noted);
}

#[test]
fn without_an_answer_of_the_daemon_the_articles_are_read() {
    let newsroom = Newsroom::of_three();
    fs::create_dir(newsroom.path("state")).expect("the state folder");
    let socket = newsroom.path("state/control.sock");
    for (answer, note) in [
        ("", "ended the connection before its answer"),
        (
            r#"{"version":1,"answer":"error","value":"no message of this protocol: unknown variant `explain`"}"#,
            "it is of another version",
        ),
        (
            r#"{"version":2,"answer":"explanation","value":{}}"#,
            "speaks version 2 of the protocol",
        ),
        (
            r#"{"version":1,"answer":"enlightenment","value":{}}"#,
            "no message of this protocol",
        ),
        (
            r#"{"version":1,"answer":"unpublished"}"#,
            "the daemon has published nothing yet",
        ),
    ] {
        let listener = UnixListener::bind(&socket).expect("a socket");
        let answering = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a copy"));
            reader.read_line(&mut request).expect("a request");
            if !answer.is_empty() {
                writeln!(stream, "{answer}").expect("the answer is sent");
            }
            request
        });
        let output = newsroom.run(&["explain", "all", "session"]);
        let request = answering.join().expect("no panic");
        assert!(request.contains("\"request\":\"explain\""), "{request}");
        assert_ends(&output, 0, &["(session) is in /all."], &[note]);
        fs::remove_file(&socket).expect("the socket's file");
    }
}

#[test]
fn a_search_that_a_stop_ends_leaves_the_state_folder_whole() {
    let newsroom = Newsroom::of_three();
    for number in 0..1000 {
        newsroom.write(&format!("more-{number}"), &SESSION);
    }
    let daemon = Daemon::start(&newsroom);
    let request = r#"{"version":1,"request":"explain","feed":"all","article":{"text":"нет таких слов",
        "absolute":null,"resolved":null,"is_file":false},"form":"text","config_folder":""}"#;
    let request = request.replace('\n', " ") + "\n";
    let mut clients = Vec::new();
    for _ in 0..3 {
        let client = UnixStream::connect(newsroom.path("state/control.sock"));
        let mut client = client.expect("a control socket");
        client.write_all(request.as_bytes()).expect("it is sent");
        clients.push(client);
    }
    daemon.stop();
    let said = ["(session) is in /parliament."];
    let noted = ["this is by the state folder, written 20"];
    assert_ends(
        &newsroom.run(&["explain", "parliament", "session"]),
        0,
        &said,
        &noted,
    );
}
