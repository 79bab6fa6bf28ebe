//! Records in PostgreSQL: `HELM_DRIVER=sql`. Helm: `pkg/storage/driver/sql.go`.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use release::{
    Record, codec,
    labels::{SYSTEM_LABELS, user_labels},
};

use self::{
    connection::{Connection, Row},
    failure::Failure,
    settings::Settings,
};
use super::{Entry, Storage, Summary, storage_key, summary};
use crate::Error;

mod connection;
mod failure;
mod login;
mod notes;
mod passfile;
mod schema;
mod settings;
mod ssl;
mod stream;
mod text;
mod tls;
mod wire;

type Labels = BTreeMap<String, String>;

/// How to reach a database.
#[derive(Clone, Debug)]
pub struct SqlOptions {
    /// `HELM_DRIVER_SQL_CONNECTION_STRING`: a URL, or `key=value` pairs, as lib/pq takes them.
    pub connection: String,
    /// The variables of the environment whose names begin with `PG`.
    pub environment: Vec<(String, String)>,
    /// The user's home folder, where certificates and passwords lie.
    pub home: Option<PathBuf>,
    /// Who runs this program: the user of the database where nobody else is named.
    pub user: String,
    /// The clock that dates records.
    pub clock: fn() -> SystemTime,
}

/// Records in a database, of one namespace; of all where it is empty, to read only.
pub struct Sql {
    connection: Mutex<Connection>,
    namespace: String,
    clock: fn() -> SystemTime,
    remarks: Mutex<Vec<String>>,
}

impl Sql {
    /// Connects to a database, and makes Helm's tables where they are not there.
    ///
    /// # Errors
    /// In lib/pq's words: the connection string is wrong, nobody answers, the user may not.
    pub fn connect(options: &SqlOptions, namespace: impl Into<String>) -> Result<Sql, Error> {
        let settings = Settings::read(options).map_err(Error::Config)?;
        let mut connection = Connection::open(&settings)?;
        schema::ensure(&mut connection)?;
        Ok(Sql {
            connection: Mutex::new(connection),
            namespace: namespace.into(),
            clock: options.clock,
            remarks: Mutex::default(),
        })
    }

    fn now(&self) -> String {
        let since = (self.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i32::try_from(since.as_secs()).unwrap_or(i32::MAX).to_string()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rows(&self, query: &str, values: &[&str]) -> Result<Vec<Row>, Error> {
        Ok(self.lock().query(query, values)?)
    }

    /// The labels that users gave, by namespace and key.
    fn labels(&self, name: &str) -> Result<BTreeMap<(String, String), Labels>, Error> {
        let query = "SELECT l.releaseNamespace, l.releaseKey, l.key, l.value FROM custom_labels_v1 l \
                     JOIN releases_v1 r ON r.key = l.releaseKey AND r.namespace = l.releaseNamespace \
                     WHERE ($1 = '' OR r.namespace = $1) AND ($2 = '' OR r.name = $2)";
        let mut labels: BTreeMap<(String, String), Labels> = BTreeMap::new();
        for row in self.rows(query, &[&self.namespace, name])? {
            let key = (row.text(0), row.text(1));
            labels.entry(key).or_default().insert(row.text(2), row.text(3));
        }
        Ok(labels)
    }

    /// What there is for notes, which hold nothing up: that they cannot be had is told once.
    fn noted<T: Default>(&self, done: &str, outcome: Result<T, Failure>) -> T {
        outcome.unwrap_or_else(|failure| {
            let remark = format!("reasons and samples of gates cannot be {done} the database: {failure}");
            let mut remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
            if !remarks.contains(&remark) {
                remarks.push(remark);
            }
            T::default()
        })
    }

    fn write_notes(&self, key: &str, namespace: &str, notes: &notes::Notes) {
        let written = notes::write(&mut self.lock(), key, namespace, notes);
        self.noted("kept in", written);
    }

    fn labels_of(&self, namespace: &str, key: &str) -> Result<BTreeMap<String, String>, Error> {
        let query = "SELECT key, value FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2";
        let rows = self.rows(query, &[key, namespace])?;
        Ok(user_labels(&rows.iter().map(|row| (row.text(0), row.text(1))).collect()))
    }
}

fn namespace_of(record: &Record) -> &str {
    if record.namespace.is_empty() { "default" } else { &record.namespace }
}

fn revision(record: &Record) -> Result<String, Error> {
    let number = i32::try_from(record.revision);
    number
        .map(|number| number.to_string())
        .map_err(|_| Error::Answer(format!("revision {} is too large", record.revision)))
}

/// Texts as one value: `{"a","b"}`.
fn array<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> =
        texts.map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))).collect();
    format!("{{{}}}", quoted.join(","))
}

impl Storage for Sql {
    fn name(&self) -> &'static str {
        "SQL"
    }

    fn create(&self, record: &Record) -> Result<(), Error> {
        let key = storage_key(&record.name, record.revision);
        let body = codec::encode(record).map_err(Error::Codec)?;
        let (namespace, revision, now) = (namespace_of(record), revision(record)?, self.now());
        let status = record.info.status.name();
        let insert = "INSERT INTO releases_v1 (key,type,body,name,namespace,version,status,owner,createdAt) \
                      VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)";
        let values: [&str; 9] =
            [&key, "helm.sh/release.v1", &body, &record.name, namespace, &revision, status, "helm", &now];
        let label = "INSERT INTO custom_labels_v1 (releaseKey,releaseNamespace,key,value) VALUES ($1,$2,$3,$4)";
        let labels = user_labels(&record.labels);
        let created = self.lock().transaction(|connection| {
            connection.query(insert, &values)?;
            for (name, value) in &labels {
                connection.query(label, &[&key, namespace, name, value])?;
            }
            Ok(())
        });
        created.map_err(|failure| match failure {
            Failure::Refused(refusal) if refusal.is_duplicate() => Error::ReleaseExists,
            failure => failure.into(),
        })
    }

    fn update_annotated(&self, record: &Record, annotations: &BTreeMap<String, String>) -> Result<(), Error> {
        let body = codec::encode(record).map_err(Error::Codec)?;
        let update = "UPDATE releases_v1 SET body = $1, name = $2, version = $3, status = $4, owner = $5, \
                      modifiedAt = $6 WHERE key = $7 AND namespace = $8";
        let key = storage_key(&record.name, record.revision);
        let (namespace, revision, now) = (namespace_of(record), revision(record)?, self.now());
        let status = record.info.status.name();
        let values: [&str; 8] = [&body, &record.name, &revision, status, "helm", &now, &key, namespace];
        self.rows(update, &values)?;
        self.write_notes(&key, namespace, annotations);
        Ok(())
    }

    fn delete(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let record = self.get(name, revision)?;
        let key = storage_key(name, revision);
        let statements = [
            "DELETE FROM releases_v1 WHERE key = $1 AND namespace = $2",
            "DELETE FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2",
        ];
        self.lock().transaction(|connection| {
            for statement in statements {
                connection.query(statement, &[&key, &self.namespace])?;
            }
            Ok(())
        })?;
        self.write_notes(&key, &self.namespace, &notes::Notes::new());
        Ok(record)
    }

    fn get(&self, name: &str, revision: i64) -> Result<Record, Error> {
        let key = storage_key(name, revision);
        let query = "SELECT body FROM releases_v1 WHERE key = $1 AND namespace = $2";
        let rows = self.rows(query, &[&key, &self.namespace])?;
        let body = rows.first().ok_or(Error::ReleaseNotFound)?.text(0);
        let mut record = codec::decode(body.as_bytes()).map_err(Error::Codec)?;
        record.labels = self.labels_of(&self.namespace, &key)?;
        Ok(record)
    }

    fn query(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Record>, Error> {
        let mut query = "SELECT key, namespace, body FROM releases_v1 WHERE ($1 = '' OR namespace = $1)".to_owned();
        let mut values: Vec<&str> = vec![&self.namespace];
        for (label, value) in labels {
            if !SYSTEM_LABELS.contains(&label.as_str()) {
                return Err(Error::Config(format!("unknown label {label}")));
            }
            values.push(value);
            query.push_str(&format!(" AND {label}::text = ${}", values.len()));
        }
        let rows = self.rows(&query, &values)?;
        let mut records = Vec::new();
        for row in &rows {
            // One that cannot be read is left out, as in Helm.
            let Ok(mut record) = codec::decode(row.text(2).as_bytes()) else { continue };
            record.labels = self.labels_of(&row.text(1), &row.text(0))?;
            records.push(record);
        }
        if records.is_empty() { Err(Error::ReleaseNotFound) } else { Ok(records) }
    }

    fn entries(&self, name: &str) -> Result<Vec<Entry>, Error> {
        let query = "SELECT key, namespace, name, version, status, owner FROM releases_v1 \
                     WHERE owner = 'helm' AND ($1 = '' OR namespace = $1) AND ($2 = '' OR name = $2)";
        let rows = self.rows(query, &[&self.namespace, name])?;
        let mut users = self.labels(name)?;
        let read = notes::read(&mut self.lock(), &self.namespace, name);
        let mut notes = self.noted("read from", read);
        let read = rows.iter().filter_map(|row| {
            let (key, namespace) = (row.text(0), row.text(1));
            let place = (namespace.clone(), key);
            let annotations = notes.remove(&place).unwrap_or_default();
            let mut labels = user_labels(&users.remove(&place).unwrap_or_default());
            labels.insert("name".into(), row.text(2));
            labels.insert("version".into(), row.number(3).to_string());
            labels.insert("status".into(), row.text(4));
            labels.insert("owner".into(), row.text(5));
            Some(Entry { annotations, ..Entry::of_labels(labels, namespace)? })
        });
        Ok(read.collect())
    }

    fn summaries(&self, entries: &[Entry]) -> Result<Vec<Summary>, Error> {
        /// So many bodies are asked for at once.
        const PAGE: usize = 50;
        let query = "SELECT r.namespace, r.key, r.body FROM releases_v1 r JOIN unnest($1::text[], $2::text[]) \
                     AS wanted (namespace, key) ON r.namespace = wanted.namespace AND r.key = wanted.key";
        let mut summaries = Vec::new();
        for entries in entries.chunks(PAGE) {
            let keys: Vec<String> = entries.iter().map(|entry| storage_key(&entry.name, entry.revision)).collect();
            let namespaces = entries.iter().map(|entry| entry.namespace.as_str());
            let rows = self.rows(query, &[&array(namespaces), &array(keys.iter().map(String::as_str))])?;
            let mut bodies: BTreeMap<(String, String), String> =
                rows.iter().map(|row| ((row.text(0), row.text(1)), row.text(2))).collect();
            for (entry, key) in entries.iter().zip(keys) {
                let body = bodies.remove(&(entry.namespace.clone(), key));
                let Some(head) = body.and_then(|body| summary::read(body.as_bytes())) else { continue };
                summaries.push(Summary {
                    name: entry.name.clone(),
                    namespace: entry.namespace.clone(),
                    revision: entry.revision,
                    labels: entry.labels.clone(),
                    annotations: entry.annotations.clone(),
                    ..head
                });
            }
        }
        Ok(summaries)
    }

    fn take_remarks(&self) -> Vec<String> {
        std::mem::take(&mut self.remarks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
