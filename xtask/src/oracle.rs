//! Answers of the real Helm on charts of ours: recorded on request, compared at every test run.
//!
//! A case is a folder `tests/oracle/AREA/CASE` with `case.toml` and whatever the runs need (charts, values files).
//! Every run happens in a fresh copy of the folder. Answers lie in `expected/RUN.{stdout,stderr,exit,tree}`; a file
//! that would be empty (or `0` for the exit code) is absent. Where ours is meant to differ, the run names the
//! difference's id in COMPATIBILITY.md (`differs`), and our own answer lies in `expected/RUN.pintle.*`. A run that
//! would take all of a machine with Helm names it as `alone`: Helm is not asked.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::{binary, corpus, made::Made, process, process::Home, tools, tree, workspace};

#[derive(Deserialize)]
struct CaseFile {
    run: Vec<Run>,
    /// Files that are made rather than kept.
    #[serde(default)]
    made: Vec<Made>,
}

#[derive(Deserialize)]
struct Run {
    name: String,
    args: Vec<String>,
    /// Environment on top of the clean one.
    #[serde(default)]
    env: BTreeMap<String, String>,
    stdin: Option<String>,
    /// A file or folder whose content after the run is part of the answer.
    tree: Option<String>,
    /// Commands that go before, whose answer does not count.
    #[serde(default)]
    before: Vec<Vec<String>>,
    /// The line of COMPATIBILITY.md by which our answer is another one.
    differs: Option<String>,
    /// The same, where Helm is not asked at all.
    alone: Option<String>,
    /// The advisory or the limit that the run is about.
    #[serde(default)]
    guards: String,
}

impl Run {
    /// The line of COMPATIBILITY.md by which our answer is another one than Helm's.
    fn deviation(&self) -> Option<&str> {
        self.differs.as_deref().or(self.alone.as_deref())
    }
}

/// What a run may take: memory in KiB and seconds of the processor.
const LIMITS: &str = "ulimit -v 6291456; ulimit -t 60; exec timeout 120 \"$0\" \"$@\"";

/// One case's folder, by its name `AREA/CASE`.
struct Case {
    name: String,
    folder: PathBuf,
    runs: Vec<Run>,
    made: Vec<Made>,
}

/// The parts of an answer by the ending of the file that keeps them.
type Parts = BTreeMap<&'static str, Vec<u8>>;

const PARTS: [&str; 4] = ["stdout", "stderr", "exit", "tree"];

fn cases(filter: Option<&str>) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for file in workspace::files("tests/oracle")? {
        if file.file_name().is_none_or(|name| name != "case.toml") {
            continue;
        }
        let folder = workspace::root().join(&file).parent().context("a case has a folder")?.to_path_buf();
        let name = folder.strip_prefix(workspace::root().join("tests/oracle"))?.to_string_lossy().into_owned();
        if filter.is_some_and(|filter| !name.contains(filter)) {
            continue;
        }
        let text = std::fs::read_to_string(workspace::root().join(&file))?;
        let case: CaseFile = toml::from_str(&text).with_context(|| format!("reading {}", file.display()))?;
        cases.push(Case { name, folder, runs: case.run, made: case.made });
    }
    Ok(cases)
}

/// Asks the real Helm and writes its answers down, and ours where they are meant to differ.
pub(crate) fn record(filter: Option<&str>) -> anyhow::Result<bool> {
    let helms = tools::helms()?;
    let mut count = 0;
    for case in cases(filter)? {
        std::fs::create_dir_all(case.folder.join("expected"))?;
        for run in &case.runs {
            let helms_answer = if run.alone.is_none() { ask(&helms.helm4, &case, run)? } else { Parts::new() };
            write(&case.folder, &run.name, &helms_answer)?;
            let ours = if run.deviation().is_some() { ask(&binary::release()?, &case, run)? } else { Parts::new() };
            write(&case.folder, &format!("{}.pintle", run.name), &ours)?;
            count += 1;
        }
    }
    println!("oracle: {count} answers recorded");
    Ok(true)
}

/// Writes an answer's parts down, and deletes those that it has not.
fn write(folder: &Path, run: &str, parts: &Parts) -> anyhow::Result<()> {
    for part in PARTS {
        let file = folder.join("expected").join(format!("{run}.{part}"));
        match parts.get(part) {
            Some(content) => std::fs::write(file, content)?,
            None if file.exists() => std::fs::remove_file(file)?,
            None => {}
        }
    }
    Ok(())
}

/// Compares our answers with the recorded ones; false where one differs that should not, or the reverse.
pub(crate) fn compare(filter: Option<&str>) -> anyhow::Result<bool> {
    let helm = binary::release()?;
    let ledger = std::fs::read_to_string(workspace::root().join("COMPATIBILITY.md"))?;
    let (mut passed, mut failed, mut guarded) = (0, 0, 0);
    for case in cases(filter)? {
        for run in &case.runs {
            let name = format!("{}/{}", case.name, run.name);
            let got = ask(&helm, &case, run)?;
            let helms = expected(&case.folder, &run.name)?;
            let ours = expected(&case.folder, &format!("{}.pintle", run.name))?;
            let fault = match run.deviation() {
                None => difference(&helms, &got),
                Some(id) if !ledger.contains(&format!("\n| `{id}` |")) => {
                    Some(format!("  COMPATIBILITY.md does not explain {id}"))
                }
                Some(id) if got == helms => Some(format!("  the deviation {id} is no more")),
                Some(_) => difference(&ours, &got),
            };
            guarded += usize::from(!run.guards.is_empty());
            match fault {
                None => passed += 1,
                Some(fault) => {
                    failed += 1;
                    println!("WRONG oracle {name}: helm {}\n{fault}", run.args.join(" "));
                }
            }
        }
    }
    println!("oracle: {passed} passed, {failed} failed; {guarded} of them guard an advisory or a limit");
    anyhow::ensure!(
        passed + failed > 0,
        "there is no oracle case{}",
        filter.map_or(String::new(), |f| format!(" {f}"))
    );
    Ok(failed == 0)
}

fn expected(folder: &Path, run: &str) -> anyhow::Result<Parts> {
    let mut parts = Parts::new();
    for part in PARTS {
        let file = folder.join("expected").join(format!("{run}.{part}"));
        if file.exists() {
            parts.insert(part, std::fs::read(file)?);
        }
    }
    Ok(parts)
}

fn difference(want: &Parts, got: &Parts) -> Option<String> {
    let text =
        |parts: &Parts, part| String::from_utf8_lossy(parts.get(part).map_or(&[][..], Vec::as_slice)).into_owned();
    PARTS.into_iter().find_map(|part| {
        let (want, got) = (text(want, part), text(got, part));
        // What pintle adds on stderr stands behind Helm's words (COMPATIBILITY.md: extra-on-stderr).
        let extra = part == "stderr" && !want.is_empty() && got.starts_with(want.as_str());
        (want != got && !extra).then(|| format!("  {part}:\n{}", corpus::first_difference(&want, &got)))
    })
}

/// Runs one run of a case with a binary, in a fresh copy of the case's folder.
fn ask(helm: &Path, case: &Case, run: &Run) -> anyhow::Result<Parts> {
    let home = Home::new()?;
    let work = home.path().join("work");
    copy(&case.folder, &work)?;
    case.made.iter().try_for_each(|made| made.write(&work))?;
    let mut answer = None;
    for arguments in run.before.iter().chain([&run.args]) {
        let mut command = home.command(Path::new("/bin/sh"));
        command.args(["-c", LIMITS]).arg(helm).args(arguments).current_dir(&work).envs(&run.env);
        if let Some(text) = &run.stdin {
            let file = home.path().join("stdin");
            std::fs::write(&file, text)?;
            command.stdin(std::fs::File::open(file)?);
        }
        answer = Some(process::answer(&mut command)?);
    }
    let answer = answer.context("a run has arguments")?;
    let home_path = home.path().to_string_lossy().into_owned();
    let mut parts = Parts::new();
    parts.insert("stdout", mask(&answer.stdout, &home_path));
    parts.insert("stderr", mask(&answer.stderr, &home_path));
    if answer.exit != 0 {
        parts.insert("exit", format!("{}\n", answer.exit).into_bytes());
    }
    if let Some(folder) = &run.tree {
        let mut text = Vec::new();
        tree::append(&work, &work.join(folder), &mut text)?;
        parts.insert("tree", text);
    }
    parts.retain(|_, content| !content.is_empty());
    Ok(parts)
}

/// Takes the path of the temporary home out of an answer.
fn mask(text: &[u8], home: &str) -> Vec<u8> {
    match std::str::from_utf8(text) {
        Ok(text) => text.replace(home, "{home}").into_bytes(),
        Err(_) => text.to_vec(),
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, target)?;
        } else if kind.is_dir() {
            if name != "expected" {
                copy(&entry.path(), &target)?;
            }
        } else if name != "case.toml" {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
