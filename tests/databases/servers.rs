//! The test servers themselves, so that the tests of the daemon can rely on them.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::mariadb::MariaDb;
use crate::postgres::Postgres;
use crate::relay::Relay;
use crate::sample::{BRIDGE, DRAFT, HARVEST, RELEASED, UNTITLED};
use crate::session::Session;
use crate::table::{Kind, Table};
use crate::testkit::wait::{DEADLINE, eventually};

const TABLE: &str = "CREATE TABLE notes (id integer); INSERT INTO notes VALUES (1)";
const COUNT: &str = "SELECT count(*) FROM notes";

#[test]
fn killed_postgres_restarts_with_its_rows() {
    let Some(mut postgres) = Postgres::start(&[]) else {
        return;
    };
    let database = postgres.database();
    postgres.session(&database).execute(TABLE);
    let mut open = postgres.session(&database);
    postgres.kill();
    assert!(open.try_execute("SELECT 1").is_err());
    assert!(Session::try_open(&postgres.url(&database)).is_err());
    postgres.start_again();
    assert_eq!(postgres.session(&database).number(COUNT), 1);
    // Its readers may read and nothing else.
    let mut reader = Session::open(&postgres.url(&database));
    assert_eq!(reader.number(COUNT), 1);
    assert!(reader.try_execute("INSERT INTO notes VALUES (2)").is_err());
    postgres.stop();
    assert!(Session::try_open(&postgres.url(&database)).is_err());
}

#[test]
fn standby_follows_its_primary() {
    let Some(primary) = Postgres::start(&[]) else {
        return;
    };
    let standby = primary.standby();
    primary.session("postgres").execute(TABLE);
    let mut reader = Session::open(&standby.url("postgres"));
    let arrived = "SELECT count(*) FROM pg_tables WHERE tablename = 'notes'";
    eventually("the table arrives", || reader.number(arrived) == 1);
    eventually("the row arrives", || reader.number(COUNT) == 1);
    assert!(standby.session("postgres").try_execute(TABLE).is_err());
}

#[test]
fn killed_mariadb_restarts_with_its_rows() {
    let Some(mut mariadb) = MariaDb::start() else {
        return;
    };
    let database = mariadb.database();
    mariadb.session(&database).execute(TABLE);
    mariadb.kill();
    assert!(Session::try_open(&mariadb.url(&database)).is_err());
    mariadb.start_again();
    let mut reader = Session::open(&mariadb.url(&database));
    assert_eq!(reader.number(COUNT), 1);
    assert!(reader.try_execute("INSERT INTO notes VALUES (2)").is_err());
    mariadb.stop();
    assert!(Session::try_open(&mariadb.url(&database)).is_err());
}

#[test]
fn table_exists_in_every_kind_of_database() {
    for table in Kind::ALL.into_iter().filter_map(Table::shared) {
        table.insert(&RELEASED);
        table.insert(&[BRIDGE, DRAFT, UNTITLED]);
        table.edit(HARVEST.id, "title = 'Урожай дынь растёт'");
        let mut reader = Session::open(&table.url);
        for (condition, expected) in [
            ("true", 9),
            ("draft", 1),
            ("title LIKE 'Урожай дынь растёт'", 1),
            ("changed IS NOT NULL", 2),
            ("views = 0 AND tags IS NULL", 3),
        ] {
            let count = format!("SELECT count(*) FROM articles WHERE {condition}");
            assert_eq!(
                reader.number(&count),
                expected,
                "{:?}: {condition}",
                table.kind
            );
        }
    }
}

#[test]
fn silent_relay_delivers_nothing_and_loses_nothing() {
    let echo = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = echo.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for client in echo.incoming() {
            let client = client.expect("a connection");
            let back = client.try_clone().expect("a second handle");
            thread::spawn(move || {
                let (mut from, mut to) = (client, back);
                std::io::copy(&mut from, &mut to)
            });
        }
    });
    let relay = Relay::before(address.clone());
    let relayed = relay.instead_of(&address, &address);
    let connect = || {
        let stream = TcpStream::connect(&relayed).expect("nobody is refused");
        let patience = stream.set_read_timeout(Some(DEADLINE));
        patience.expect("a deadline");
        stream
    };
    let mut stream = connect();
    assert_echo(&mut stream, b"before");

    relay.fall_silent();
    let mut other = connect();
    for stream in [&mut stream, &mut other] {
        stream.write_all(b"x").expect("what is said is taken");
        let patience = stream.set_read_timeout(Some(Duration::from_millis(200)));
        patience.expect("a short patience");
        // A signal for another thread may end the wait.
        let silence = loop {
            let silence = stream.read(&mut [0]).expect_err("nothing is heard");
            if silence.kind() != ErrorKind::Interrupted {
                break silence;
            }
        };
        let is_silence = matches!(silence.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        assert!(is_silence, "{silence}");
        let patience = stream.set_read_timeout(Some(DEADLINE));
        patience.expect("a deadline");
    }
    relay.speak();
    for stream in [&mut stream, &mut other] {
        let mut kept = [0];
        stream.read_exact(&mut kept).expect("what was kept");
        assert_eq!(&kept, b"x");
        assert_echo(stream, b"after");
    }

    relay.cut();
    for stream in [stream, other, connect()].iter_mut() {
        // A connection that is reset is closed as well.
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    }
    relay.speak();
    assert_echo(&mut connect(), b"again");
}

#[track_caller]
fn assert_echo(stream: &mut TcpStream, said: &[u8]) {
    stream.write_all(said).expect("what is said is taken");
    let mut heard = vec![0; said.len()];
    stream
        .read_exact(&mut heard)
        .expect("what is said comes back");
    assert_eq!(heard, said);
}
