//! Records in a real PostgreSQL (`testkit::Postgres`).

use std::{sync::OnceLock, time::SystemTime};

use cluster::{Entry, Error, Sql, SqlOptions, Storage};
use release::{Record, Status};
use testkit::Postgres;

/// One server for all tests of this file.
fn server() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(|| Postgres::start("records in a database").unwrap()).as_ref()
}

fn options(connection: &str) -> SqlOptions {
    SqlOptions {
        connection: connection.to_owned(),
        environment: Vec::new(),
        home: None,
        user: String::new(),
        clock: SystemTime::now,
    }
}

fn open(connection: &str, namespace: &str) -> Result<Sql, Error> {
    Sql::connect(&options(connection), namespace)
}

fn record(namespace: &str, revision: i64) -> Record {
    let mut record = Record { name: "r".into(), namespace: namespace.into(), revision, ..Record::default() };
    record.chart.metadata.name = "c".into();
    record.chart.metadata.version = "1.2.3".into();
    record.labels.insert("team".into(), "it's \"x\"".into());
    record.info.status = Status::Superseded;
    record
}

#[test]
fn records_are_kept_and_found() {
    let Some(server) = server() else { return };
    let connection = server.database("kept").unwrap();
    let storage = open(&connection, "a").unwrap();
    for revision in 1..=12 {
        let mut record = record("a", revision);
        record.info.status = if revision == 11 { Status::Deployed } else { Status::Superseded };
        storage.create(&record).unwrap();
    }
    let mut last = record("a", 12);
    assert!(matches!(storage.create(&last), Err(Error::ReleaseExists)));
    last.info.status = Status::Failed;
    last.info.description = "a 'quoted' \\ text — and $1".into();
    storage.update(&last).unwrap();
    let read = storage.last("r").unwrap();
    assert_eq!((read.revision, read.info.status, &read.labels), (12, Status::Failed, &last.labels));
    assert_eq!(read.info.description, last.info.description);
    assert_eq!(storage.deployed("r").unwrap().revision, 11);
    assert_eq!(storage.history("r").unwrap().len(), 12);
    let entries = storage.entries("r").unwrap();
    let summaries = storage.summaries(&entries).unwrap();
    assert!(summaries.len() == 12 && summaries.iter().all(|head| head.chart_version == "1.2.3"));
    assert!(entries.iter().all(|entry| entry.labels.get("team").is_some_and(|team| team == "it's \"x\"")));
    open(&connection, "b").unwrap().create(&record("b", 1)).unwrap();
    let all = open(&connection, "").unwrap();
    let newest = Entry::newest(all.entries("").unwrap());
    assert_eq!(
        newest.iter().map(|entry| (entry.namespace.as_str(), entry.revision)).collect::<Vec<_>>(),
        [("a", 12), ("b", 1)]
    );
    assert_eq!(all.summaries(&newest).unwrap().len(), 2);
    assert_eq!(storage.delete("r", 12).unwrap().revision, 12);
    assert!(matches!(storage.get("r", 12), Err(Error::ReleaseNotFound)));
    assert!(matches!(storage.history("nobody"), Err(Error::ReleaseNotFound)));
    assert_eq!(server.sql("kept", "SELECT count(*) FROM custom_labels_v1").unwrap(), "12");
    let large = Record { manifest: "x\u{e4}\n".repeat(300_000), ..record("a", 13) };
    storage.create(&large).unwrap();
    assert_eq!(storage.get("r", 13).unwrap().manifest, large.manifest);
}

/// The loser of two simultaneous operations is told so; two programs that make the tables do not trip.
#[test]
fn two_come_at_once() {
    let Some(server) = server() else { return };
    let connection = server.database("twice").unwrap();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let connection = connection.clone();
            std::thread::spawn(move || open(&connection, "a").unwrap().create(&record("a", 1)))
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(results.iter().filter(|result| matches!(result, Err(Error::ReleaseExists))).count(), 7);
    assert_eq!(server.sql("twice", "SELECT id FROM gorp_migrations ORDER BY id").unwrap(), "custom_labels\ninit");
}

#[test]
fn connections_are_made_in_each_way() {
    let Some(server) = server() else { return };
    server.database("ways").unwrap();
    server
        .sql(
            "ways",
            "SET password_encryption = 'md5'; CREATE USER sums SUPERUSER PASSWORD 'a b'; SET password_encryption = 'scram-sha-256'; \
             CREATE USER plain SUPERUSER PASSWORD 'c'; CREATE USER proud SUPERUSER PASSWORD 'd'",
        )
        .unwrap();
    let (port, folder) = (server.port(), server.folder().display());
    let ways = [
        server.connection("ways"),
        format!("host=127.0.0.1 port={port} user=sums password='a b' dbname=ways sslmode=disable"),
        format!("host=127.0.0.1 port={port} user=plain password=c dbname=ways sslmode=prefer"),
        format!(
            "postgres://proud:d@127.0.0.1:{port}/ways?sslmode=disable&application_name=x&target_session_attrs=read-write"
        ),
        format!("host={folder} port={port} user=keeper dbname=ways"),
        format!("host=127.0.0.1,127.0.0.1 port=1,{port} user=plain password=c dbname=ways sslmode=disable"),
    ];
    for way in ways {
        open(&way, "a").map(drop).unwrap_or_else(|error| panic!("{way}: {error}"));
    }
    let refused = |connection: &str| open(connection, "a").map(drop).unwrap_err().to_string();
    assert_eq!(
        refused(&format!("postgres://proud:wrong@127.0.0.1:{port}/ways?sslmode=disable")),
        "pq: password authentication failed for user \"proud\" (28P01)"
    );
    assert_eq!(refused(&format!("postgres://proud:d@127.0.0.1:{port}/ways")), "pq: SSL is not enabled on the server");
    assert_eq!(
        refused("postgres://x@127.0.0.1:1/y?sslmode=disable"),
        "dial tcp 127.0.0.1:1: connect: connection refused"
    );
    assert_eq!(
        refused(&format!("postgres://proud:d@127.0.0.1:{port}/nowhere?sslmode=disable")),
        "pq: database \"nowhere\" does not exist (3D000)"
    );
}
