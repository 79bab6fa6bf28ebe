//! HELM_DRIVER=sql over TLS: a real PostgreSQL with a certificate of a private authority, and the real Helm beside ours.
#![cfg(unix)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use testkit::{Outcome, Postgres, PostgresTls, TEST_HELM, TestEnv, Testbed, needed_program};

const OURS: &str = env!("CARGO_BIN_EXE_helm");

/// An authority with a certificate for 127.0.0.1 and one for the database's user `bearer`; an authority that nobody knows.
const SECRETS: &str = r#"{{- $ca := genCA "tests" 365 -}}
{{- $leaf := genSignedCert "127.0.0.1" (list "127.0.0.1") nil 365 $ca -}}
{{- $client := genSignedCert "bearer" nil nil 365 $ca -}}
ca: {{ $ca.Cert | quote }}
certificate: {{ $leaf.Cert | quote }}
key: {{ $leaf.Key | quote }}
client: {{ $client.Cert | quote }}
clientKey: {{ $client.Key | quote }}
stranger: {{ (genCA "strangers" 365).Cert | quote }}
"#;

/// How a connection is asked for behind user, password, port and database, and whether it is made.
const WAYS: [(&str, bool); 17] = [
    ("host=127.0.0.1 sslmode=require", true),
    ("host=127.0.0.1", true),
    ("host=127.0.0.1 sslmode=prefer", true),
    ("host=127.0.0.1 sslmode=verify-ca sslrootcert={ca}", true),
    ("host=127.0.0.1 sslmode=verify-full sslrootcert={ca}", true),
    // The certificate is for another name.
    ("host=localhost sslmode=require", true),
    ("host=localhost sslmode=verify-ca sslrootcert={ca}", true),
    ("host=localhost sslmode=verify-full sslrootcert={ca}", false),
    // Its issuer is another one, or nobody that the system knows.
    ("host=127.0.0.1 sslmode=verify-ca sslrootcert={stranger}", false),
    ("host=127.0.0.1 sslmode=verify-full sslrootcert={stranger}", false),
    ("host=127.0.0.1 sslmode=require sslrootcert={stranger}", false),
    ("host=127.0.0.1 sslmode=verify-full", false),
    ("host=127.0.0.1 sslmode=verify-full sslrootcert={work}/nothing", false),
    // The server takes nobody who does not encrypt.
    ("host=127.0.0.1 sslmode=disable", false),
    // A user who is known by a certificate.
    ("host=127.0.0.1 user=bearer sslmode=verify-full sslrootcert={ca} sslcert={client} sslkey={key}", true),
    ("host=127.0.0.1 user=bearer sslmode=verify-full sslrootcert={ca}", false),
    ("host=127.0.0.1 user=bearer sslmode=require sslcert={client} sslkey={open}", false),
];

struct Stage {
    env: TestEnv,
    server: Postgres,
    bed: Testbed,
}

/// Everything that is needed; none where something is not there.
fn stage(name: &str) -> anyhow::Result<Option<Stage>> {
    let Some(bed) = Testbed::open(name)? else { return Ok(None) };
    let mut env = TestEnv::new()?;
    env.write("secrets/Chart.yaml", "apiVersion: v2\nname: secrets\nversion: 0.1.0\n")?;
    env.write("secrets/templates/x.yaml", SECRETS)?;
    let made = env.run(Path::new(OURS), &["template".to_owned(), "secrets".to_owned()], "")?;
    ensure!(made.exit == 0, "{made:?}");
    let map = value::yaml::map_from_slice(made.stdout.as_bytes()).context("reading the secrets")?;
    let secret = |name: &str| map.get(name).and_then(|text| Some(text.as_str()?.to_string())).unwrap_or_default();
    for name in ["ca", "stranger", "client"] {
        env.write(&format!("{name}.pem"), &secret(name))?;
    }
    for (name, mode) in [("key", 0o600), ("open", 0o644)] {
        env.write(&format!("{name}.pem"), &secret("clientKey"))?;
        fs::set_permissions(env.work().join(format!("{name}.pem")), fs::Permissions::from_mode(mode))?;
    }
    env.set("KUBECONFIG", bed.kubeconfig());
    env.set("HELM_NAMESPACE", bed.namespace());
    env.set("HELM_DRIVER", "sql");
    let tls = PostgresTls { certificate: secret("certificate"), key: secret("key"), clients: secret("ca") };
    let Some(server) = Postgres::start_encrypted(name, &tls)? else { return Ok(None) };
    server.database("records")?;
    server.sql("records", "CREATE USER visitor SUPERUSER PASSWORD 'guest'; CREATE USER bearer SUPERUSER")?;
    Ok(Some(Stage { env, server, bed }))
}

impl Stage {
    /// Runs a command on records that are reached in this way.
    fn run(&self, binary: &Path, way: &str, words: &[&str]) -> anyhow::Result<Outcome> {
        let mut way = way.replace("{work}", &self.env.work().to_string_lossy());
        for name in ["ca", "stranger", "client", "key", "open"] {
            way = way.replace(&format!("{{{name}}}"), &self.env.work().join(format!("{name}.pem")).to_string_lossy());
        }
        let known = if way.contains("user=") { "" } else { "user=visitor password=guest " };
        let connection = format!("{known}port={} dbname=records {way}", self.server.port());
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let variables = [("HELM_DRIVER_SQL_CONNECTION_STRING".to_owned(), connection)];
        self.env.run_with(binary, &words, &variables)
    }
}

#[test]
fn encrypted_connections_are_made_and_refused_as_helm_does() -> anyhow::Result<()> {
    let Some(stage) = stage("cli-database")? else { return Ok(()) };
    let helm: Option<PathBuf> = needed_program(TEST_HELM, "records over TLS")?;
    let mut faults = Vec::new();
    for (way, made) in WAYS {
        let ours = stage.run(Path::new(OURS), way, &["list"])?;
        if (ours.exit == 0) != made {
            faults.push(format!("{way}: {ours:?}"));
        }
        let Some(helm) = &helm else { continue };
        let theirs = stage.run(helm, way, &["list"])?;
        let message = |outcome: &Outcome| outcome.stderr.lines().next().unwrap_or_default().to_owned();
        if ours.exit != theirs.exit || message(&ours) != message(&theirs) {
            faults.push(format!(
                "{way}:\n  ours  {} {}\n  Helm  {} {}",
                ours.exit,
                message(&ours),
                theirs.exit,
                message(&theirs)
            ));
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

#[test]
fn a_release_lives_in_an_encrypted_database() -> anyhow::Result<()> {
    let Some(stage) = stage("cli-encrypted")? else { return Ok(()) };
    stage.env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")?;
    stage.env.write(
        "demo/templates/x.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\ndata: {revision: '{{ .Release.Revision }}'}\n",
    )?;
    let full = "host=127.0.0.1 sslmode=verify-full sslrootcert={ca}";
    for (words, said) in [
        (&["install", "demo", "demo"][..], "STATUS: deployed"),
        (&["upgrade", "demo", "demo"], "REVISION: 2"),
        (&["rollback", "demo", "1"], "Rollback was a success!"),
        (&["history", "demo"], "Rollback to 1"),
    ] {
        let outcome = stage.run(Path::new(OURS), full, words)?;
        ensure!(outcome.exit == 0 && outcome.stdout.contains(said), "{words:?}: {outcome:?}");
    }
    ensure!(stage.server.sql("records", "SELECT count(*) FROM releases_v1")? == "3");
    let id = cluster::ObjectId {
        api_version: "v1".into(),
        kind: "ConfigMap".into(),
        namespace: stage.bed.namespace().to_owned(),
        name: "demo".into(),
    };
    ensure!(stage.bed.cluster().get(&id)?.is_some());
    let gone = stage.run(Path::new(OURS), full, &["uninstall", "demo"])?;
    ensure!(gone.exit == 0 && stage.server.sql("records", "SELECT count(*) FROM releases_v1")? == "0", "{gone:?}");
    Ok(())
}

/// Why a revision failed, and what its gates measured, stays in a table of our own, which nobody needs.
#[test]
fn reasons_stay_beside_the_records_of_a_database() -> anyhow::Result<()> {
    let Some(stage) = stage("cli-reasons")? else { return Ok(()) };
    let bad: Vec<&str> =
        "upgrade demo demo --gate-for 0s --gate-query".split(' ').chain(["smoke: exec: exit 3"]).collect();
    stage.env.write("demo/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")?;
    stage.env.write("demo/templates/x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: demo}\n")?;
    let sql = |query: &str| stage.server.sql("records", query);
    let ours = |words: &[&str]| stage.run(Path::new(OURS), "host=127.0.0.1", words);
    let installed = ours(&["install", "demo", "demo"])?;
    ensure!(installed.exit == 0 && sql("SELECT to_regclass('pintle_notes_v1') IS NULL")? == "t", "{installed:?}");
    ensure!(ours(&bad)?.exit == 1);
    for (words, said) in [
        (&["history", "demo"][..], "revision 2 failed: gate smoke failed: 1 of 1 samples are bad, the last is 3"),
        (&["history", "demo"], "revision 3 is an automatic rollback: revision 2 failed: gate smoke failed"),
        (&["history", "demo", "--all"], "gate smoke failed: 1 of 1 samples are bad"),
        (&["status", "demo", "--revision", "2"], "gate smoke: failed, wanted: result == 0; samples: 3"),
        (&["status", "demo"], "revision 3 is an automatic rollback"),
    ] {
        let outcome = ours(words)?;
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        ensure!(outcome.exit == 0 && told.contains(said), "{words:?}: {outcome:?}");
    }
    if let Some(helm) = needed_program(TEST_HELM, "reasons in a database")? {
        for words in
            ["list", "history demo", "rollback demo 2", "uninstall demo", "install demo demo", "upgrade demo demo"]
        {
            let outcome = stage.run(&helm, "host=127.0.0.1", &words.split(' ').collect::<Vec<_>>())?;
            ensure!(outcome.exit == 0, "{words}: {outcome:?}");
        }
        // Another revision 2 has nothing to do with the first one.
        let history = ours(&["history", "demo"])?;
        ensure!(history.exit == 0 && !history.stderr.contains("revision 2"), "{history:?}");
        ensure!(ours(&bad)?.exit == 1 && sql("SELECT count(*) FROM pintle_notes_v1")? == "2");
    }
    let gone = ours(&["uninstall", "demo"])?;
    ensure!(gone.exit == 0 && sql("SELECT count(*) FROM pintle_notes_v1")? == "0", "{gone:?}");
    // Who may make no table goes without.
    sql(
        "DROP TABLE pintle_notes_v1; REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE USER poor BYPASSRLS PASSWORD \
         'poor'; GRANT SELECT ON gorp_migrations TO poor",
    )?;
    let poor = |words: &[&str]| stage.run(Path::new(OURS), "host=127.0.0.1 user=poor password=poor", words);
    let installed = poor(&["install", "demo", "demo"])?;
    ensure!(installed.exit == 0 && !installed.stderr.contains("warning: "), "{installed:?}");
    let failed = poor(&bad)?;
    let warning =
        "warning: reasons and samples of gates cannot be kept in the database: pq: permission denied for schema";
    ensure!(failed.exit == 1 && failed.stderr.matches(warning).count() == 1, "{failed:?}");
    let history = poor(&["history", "demo"])?;
    ensure!(history.exit == 0 && history.stdout.contains("Rollback to 1") && history.stderr.is_empty(), "{history:?}");
    Ok(())
}
