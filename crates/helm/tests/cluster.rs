//! What needs a cluster and a process or a terminal of its own: signals, and the table of what is waited for.
#![cfg(unix)]

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use testkit::{TestEnv, Testbed};

const HELM: &str = env!("CARGO_BIN_EXE_helm");
/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_secs(90);

/// A chart whose pods never start, where a cluster is.
fn stage(name: &str) -> Option<(Testbed, TestEnv)> {
    let bed = Testbed::open(name).unwrap()?;
    let env = TestEnv::on(&bed).unwrap();
    env.write("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n").unwrap();
    env.write("web/values.yaml", "simulate: none\n").unwrap();
    env.write(
        "web/templates/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
         template:\n    metadata: {labels: {app: web, {{ with .Values.simulate }}{{ if ne . \"none\" }}simulate: {{ . }}{{ end }}{{ end }}}}\n    \
         spec: {containers: [{name: c, image: example.com/x}]}\n",
    )
    .unwrap();
    Some((bed, env))
}

/// Runs a line of a shell; `$helm` is ours.
fn shell(env: &TestEnv, line: &str) -> testkit::Outcome {
    env.run(Path::new("/bin/sh"), &["-c".into(), format!("helm={HELM}; {line}")], "").unwrap()
}

/// Runs a command, and sends its process a signal once it waits.
fn interrupted(bed: &Testbed, env: &TestEnv, line: &str, signal: &str, revision: i64) -> testkit::Outcome {
    let pid = env.work().join("pid");
    _ = std::fs::remove_file(&pid);
    std::thread::scope(|scope| {
        let run = scope.spawn(|| shell(env, &format!("$helm {line} & echo $! >pid; wait $!")));
        let begin = Instant::now();
        let storage = cluster::Secrets::new(bed.cluster(), bed.namespace());
        loop {
            use cluster::Storage as _;
            let pending = storage.entries("r").unwrap().iter().any(|entry| entry.revision == revision);
            if pending && pid.exists() {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "{line} does not begin");
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(Duration::from_millis(1500));
        let pid = std::fs::read_to_string(&pid).unwrap();
        let status = Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {pid}")]).status().unwrap();
        assert!(status.success());
        run.join().unwrap()
    })
}

#[test]
fn a_signal_stops_an_operation_which_says_so() {
    let Some((bed, env)) = stage("cli-signals") else { return };
    let install = interrupted(&bed, &env, "install r web --set simulate=hang --wait", "INT", 1);
    assert_eq!((install.exit, install.stdout.as_str()), (1, "Release r has been cancelled.\n"));
    assert!(install.stderr.contains("Error: INSTALLATION FAILED: context canceled\n"), "{}", install.stderr);
    let history = shell(&env, "$helm history r -o json");
    assert!(history.stdout.contains(r#""description":"Release \"r\" failed: context canceled""#), "{}", history.stdout);
    let fixed = shell(&env, "$helm uninstall r && $helm install r web --wait");
    assert_eq!(fixed.exit, 0, "{}", fixed.stderr);
    let upgrade = "upgrade r web --set simulate=hang --rollback-on-failure --timeout 80s";
    let upgrade = interrupted(&bed, &env, upgrade, "TERM", 2);
    assert_eq!((upgrade.exit, upgrade.stdout.as_str()), (1, "Release r has been cancelled.\n"));
    let told = "Error: UPGRADE FAILED: release r failed, and has been rolled back due to rollback-on-failure being set: \
                context canceled\n";
    assert!(upgrade.stderr.contains(told), "{}", upgrade.stderr);
    let history = shell(&env, "$helm history r -o json");
    assert!(history.stdout.contains(r#""description":"Rollback to 1""#), "{}", history.stdout);
    let rollback = shell(&env, "$helm upgrade r web --set simulate=hang");
    assert_eq!(rollback.exit, 0, "{}", rollback.stderr);
    let rollback = interrupted(&bed, &env, "rollback r 2 --wait --timeout 80s", "INT", 5);
    assert_eq!((rollback.exit, rollback.stdout.as_str()), (1, ""));
    assert!(rollback.stderr.contains("Error: context canceled\n"), "{}", rollback.stderr);
    let history = shell(&env, "$helm history r -o json");
    assert!(!history.stdout.contains("pending-rollback"), "{}", history.stdout);
}

/// What a terminal of so many columns gets of standard error.
fn on_terminal(env: &TestEnv, columns: u32, line: &str) -> String {
    let script = format!("stty cols {columns} rows 24; TERM=xterm {HELM} {line} >stdout.txt");
    let outcome = env.run(Path::new("/usr/bin/script"), &["-qec".into(), script, "/dev/null".into()], "").unwrap();
    outcome.stdout
}

#[test]
fn a_terminal_shows_a_table_and_a_pipe_gets_lines() {
    let Some((_bed, env)) = stage("cli-progress") else { return };
    for columns in [80, 200] {
        let shown =
            on_terminal(&env, columns, &format!("install r{columns} web --set simulate=hang --wait --timeout 4s"));
        let shown = shown.replace('\r', "");
        assert!(shown.contains("waiting for 1s, 0 of 1 done\n  Deployment "), "{shown}");
        assert!(shown.contains("\u{1b}[2A\u{1b}[J"), "{shown}");
        let table: Vec<&str> = shown.lines().filter(|line| line.starts_with("  Deployment ")).collect();
        assert!(table.iter().all(|line| line.chars().count() < columns as usize), "{table:?}");
        assert!(table.iter().any(|line| line.contains("Available: 0/1")) || columns == 80, "{table:?}");
        // What is left on the screen in the end is the error alone.
        let last = shown.rsplit("\u{1b}[J").next().unwrap_or_default();
        assert!(last.starts_with("Error: INSTALLATION FAILED: "), "{last}");
        let stdout = std::fs::read_to_string(env.work().join("stdout.txt")).unwrap();
        assert_eq!(stdout, "");
        assert_eq!(shell(&env, &format!("$helm uninstall r{columns}")).exit, 0);
    }
    let piped = shell(&env, "$helm install p web --set simulate=hang --wait --timeout 4s");
    assert!(piped.stderr.starts_with("waiting: Deployment "), "{}", piped.stderr);
    assert!(!piped.stderr.contains('\u{1b}') && piped.stdout.is_empty(), "{}", piped.stderr);
    assert_eq!(shell(&env, "$helm uninstall p").exit, 0);
    let quick = shell(&env, "$helm install q web --wait");
    assert!(!quick.stderr.contains('\u{1b}') && quick.exit == 0, "{}", quick.stderr);
}
