//! A command that was called, with all that it was given.

use pintle::{ChartQuery, Report, ValuesFlags};

use crate::{env::Environment, error::Failure, output::Output, parse::FlagSet};

/// One call of a command.
pub(crate) struct Invocation<'a> {
    /// The word that called it: its name or an alias.
    pub(crate) called: &'a str,
    /// What was not a flag.
    pub(crate) arguments: Vec<String>,
    /// The flags.
    pub(crate) flags: FlagSet<'a>,
    /// What the environment says.
    pub(crate) environment: &'a Environment,
    /// Where to print.
    pub(crate) output: &'a mut Output,
}

impl Invocation<'_> {
    /// The first argument, empty where there is none.
    pub(crate) fn first_argument(&self) -> String {
        self.arguments.first().cloned().unwrap_or_default()
    }

    /// Which chart a reference and the flags on its source mean.
    ///
    /// Helm: pkg/cmd/install.go `runInstall`, for --devel.
    pub(crate) fn chart(&self, reference: &str) -> ChartQuery {
        let flags = &self.flags;
        let version = match flags.text("version") {
            "" if flags.bool("devel") => ">0.0.0-0",
            version => version,
        };
        ChartQuery {
            reference: reference.to_owned(),
            repository_url: flags.text("repo").to_owned(),
            version: version.to_owned(),
            verify: flags.bool("verify"),
            repository_config: flags.text("repository-config").to_owned(),
        }
    }

    /// The flags that set a chart's values.
    pub(crate) fn values(&self) -> ValuesFlags {
        let list = |name| self.flags.list(name).to_vec();
        ValuesFlags {
            files: list("values"),
            set_json: list("set-json"),
            set: list("set"),
            set_string: list("set-string"),
            set_file: list("set-file"),
            set_literal: list("set-literal"),
        }
    }

    /// Prints what an operation gave: its log, its output, its failure.
    pub(crate) fn report(&mut self, report: Report) -> Result<(), Failure> {
        for line in &report.log {
            self.output.log(line);
        }
        self.output.print(&report.stdout)?;
        Ok(report.outcome?)
    }
}
