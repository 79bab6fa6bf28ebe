//! What a pipeline shows of an operation: annotations of GitHub Actions, sections of GitLab's log. On standard error.

use metrics::gate::{Sample, Verdict};
use pintle::Progress;

/// The pipeline that runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pipeline {
    /// GitHub Actions: "Workflow commands for GitHub Actions".
    GitHub,
    /// GitLab CI: "Custom collapsible sections".
    GitLab,
}

/// Writes for a pipeline.
#[derive(Debug)]
pub(crate) struct Annotations {
    pipeline: Pipeline,
    /// The operations that have begun: title and section. One within another undoes it.
    running: Vec<(String, String)>,
    /// Whether a failure was annotated.
    failed: bool,
}

impl Annotations {
    /// Nothing has happened yet.
    pub(crate) fn new(pipeline: Pipeline) -> Annotations {
        Annotations { pipeline, running: Vec::new(), failed: false }
    }

    /// What is written of something that happened at a time, in seconds since 1970.
    pub(crate) fn note(&mut self, progress: &Progress<'_>, now: i64) -> String {
        match progress {
            Progress::Begun { operation, release, namespace, revision } => {
                let title = format!("helm {operation} {release}");
                let section = format!("helm_{operation}_{namespace}_{release}_{revision}").replace('-', "_");
                let text = match self.pipeline {
                    Pipeline::GitHub => String::new(),
                    Pipeline::GitLab => {
                        format!("\u{1b}[0Ksection_start:{now}:{section}\r\u{1b}[0K{title}: revision {revision}\n")
                    }
                };
                self.running.push((title, section));
                text
            }
            Progress::Failed(error) => {
                let reason = error.reason().filter(|reason| !error.to_string().contains(*reason));
                let text = format!("{error}{}", reason.map(|reason| format!("\nwhy: {reason}")).unwrap_or_default());
                self.failure(&text)
            }
            Progress::Judged(trial) if self.pipeline == Pipeline::GitHub => match trial.verdict() {
                Some(Verdict::Passed) => {
                    let samples: Vec<String> = trial.samples.iter().map(Sample::to_string).collect();
                    command("notice", &format!("gate {} passed", trial.gate.name), &samples.join("; "))
                }
                // The failure of the operation says why.
                _ => String::new(),
            },
            Progress::Ended { status } => {
                let Some((title, section)) = self.running.pop() else { return String::new() };
                match self.pipeline {
                    Pipeline::GitLab => format!("\u{1b}[0Ksection_end:{now}:{section}\r\u{1b}[0K\n"),
                    Pipeline::GitHub if !self.running.is_empty() => {
                        command("warning", &title, &format!("it is {status}"))
                    }
                    Pipeline::GitHub => String::new(),
                }
            }
            _ => String::new(),
        }
    }

    /// What is written where the whole command failed, and nothing was said of it.
    pub(crate) fn done(&mut self, failure: Option<&str>) -> String {
        match failure {
            Some(line) if !self.failed && !line.is_empty() => self.failure(line),
            _ => String::new(),
        }
    }

    fn failure(&mut self, text: &str) -> String {
        self.failed = true;
        let title = self.running.last().map_or("helm", |(title, _)| title.as_str());
        match self.pipeline {
            Pipeline::GitHub => command("error", title, text),
            // The error itself stands in the log; GitLab has no annotations.
            Pipeline::GitLab => String::new(),
        }
    }
}

/// A workflow command. GitHub: actions/toolkit, packages/core/src/command.ts.
fn command(level: &str, title: &str, text: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let title = data(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{level} title={title}::{}\n", data(text))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn a_workflow_command_is_one_line() {
        assert_eq!(command("error", "a: b, c", "100%\nof ::it"), "::error title=a%3A b%2C c::100%25%0Aof ::it\n");
    }
}
