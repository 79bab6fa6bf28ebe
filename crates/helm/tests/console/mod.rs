//! Texts of a console: commands behind `$ helm`, and below each what it says. They are run, and what they say is compared.

use std::{fs, path::Path};

use anyhow::ensure;
use testkit::{TestEnv, words};

const HELM: &str = env!("CARGO_BIN_EXE_helm");

/// One command, and what it says: standard output, then standard error.
pub(crate) struct Step {
    /// The command line.
    pub(crate) command: String,
    said: String,
}

/// The commands of a block, with what stands under each.
pub(crate) fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), said: String::new() }),
            (None, Some(step)) => {
                step.said.push_str(line);
                step.said.push('\n');
            }
            (None, None) => {}
        }
    }
    steps
}

/// Times are those of the run: in the README all are one and the same.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    // What is waited for for more than a second depends on the machine.
    for line in text.lines().filter(|line| !line.starts_with("waiting: ")) {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        // `Sat Nov 21 14:31:25 2026`: what stands between a day of the week and a year.
        let is_time = |word: &str| word.len() == 8 && word.split(':').filter(|part| part.len() == 2).count() == 3;
        while let Some(at) = words.iter().position(|word| is_time(word)) {
            let day = words[..at]
                .iter()
                .rposition(|word| !word.is_empty() && word.parse::<u32>().is_err() && word.len() == 3);
            let start = day.and_then(|month| month.checked_sub(1)).unwrap_or(at);
            let label = words[start].rsplit_once('\t').map(|(before, _)| format!("{before}\t")).unwrap_or_default();
            let rest = words[at + 1].split_once('\t').map(|(_, after)| format!("\t{after}")).unwrap_or_default();
            words.splice(start..=at + 1, [format!("{label}Sat Nov 21 12.00.00 2026{rest}")]);
        }
        masked.push_str(words.join(" ").replace("12.00.00", "12:00:00").trim_end());
        masked.push('\n');
    }
    masked
}

/// Runs the commands in an environment, and gives the text with what they say.
pub(crate) fn told(env: &TestEnv, steps: &[Step]) -> anyhow::Result<String> {
    let mut told = String::new();
    for step in steps {
        let words = words(&step.command);
        ensure!(words.first().is_some_and(|word| word == "helm"), "{}: a console runs helm", step.command);
        let outcome = env.run(Path::new(HELM), &words[1..], "")?;
        let said = masked(&format!("{}{}", outcome.stdout, outcome.stderr));
        told.push_str(&format!("$ {}\n{}\n\n", step.command, said.trim_end()));
    }
    Ok(format!("{}\n", told.trim_end()))
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy(&entry.path(), &target)? } else { _ = fs::copy(entry.path(), target)? }
    }
    Ok(())
}
