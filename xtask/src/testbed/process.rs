//! Starts processes that outlive this one, and ends those that it started.

use std::{
    fs::File,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::Context as _;

/// How long a process has to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts `command` in the state folder; `NAME.log` takes what it says, `NAME.pid` its number and its program.
pub(super) fn start(folder: &Path, name: &str, command: &mut Command) -> anyhow::Result<()> {
    let log = File::create(folder.join(format!("{name}.log")))?;
    let child = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
        .with_context(|| format!("starting {name}"))?;
    let program = Path::new(command.get_program()).to_string_lossy().into_owned();
    std::fs::write(folder.join(format!("{name}.pid")), format!("{}\n{program}\n", child.id()))?;
    Ok(())
}

/// Whether the process that a `*.pid` file names still runs.
pub(super) fn runs(folder: &Path, name: &str) -> bool {
    read(&folder.join(format!("{name}.pid"))).is_some()
}

/// Ends every process that left a `*.pid` file in the folder, and takes the kubeconfig away.
pub(super) fn end_all(folder: &Path) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let pids: Vec<&PathBuf> = files.iter().filter(|file| file.extension().is_some_and(|end| end == "pid")).collect();
    let _ = std::fs::remove_file(folder.join("kubeconfig"));
    for signal in ["-TERM", "-KILL"] {
        let running: Vec<u32> = pids.iter().filter_map(|file| read(file)).collect();
        for pid in running {
            let pid = pid.to_string();
            let _ = Command::new("kill").args([signal, pid.as_str()]).stderr(Stdio::null()).status();
        }
        let start = Instant::now();
        while start.elapsed() < PATIENCE && pids.iter().any(|file| read(file).is_some()) {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    for file in pids {
        anyhow::ensure!(read(file).is_none(), "{} names a process that does not end", file.display());
        std::fs::remove_file(file)?;
    }
    Ok(())
}

/// The process that a `*.pid` file names, if it runs and still is the program that was started.
fn read(file: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(file).ok()?;
    let (pid, program) = text.split_once('\n')?;
    let pid: u32 = pid.parse().ok()?;
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok();
    let words = match std::fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(words) => words,
        Err(_) => output?.stdout,
    };
    words.starts_with(program.trim_end().as_bytes()).then_some(pid)
}
