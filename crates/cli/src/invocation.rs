//! A command that was called, with all that it was given.

use pintle::{ChartQuery, Level, LogLine, Report, ValuesFlags, WaitOptions, WaitStrategy};

use crate::{env::Environment, error::Failure, kubeconfig, output::Output, parse::FlagSet};

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
    /// The namespace to work in: the flag's, or that of the kubeconfig's context, or `default`.
    pub(crate) fn namespace(&self) -> String {
        kubeconfig::namespace(&self.flags, self.environment)
    }

    /// What the flags that set values say.
    pub(crate) fn values(&self) -> ValuesFlags {
        let list = |name: &str| self.flags.list(name).to_vec();
        ValuesFlags {
            files: list("values"),
            set_json: list("set-json"),
            set: list("set"),
            set_string: list("set-string"),
            set_file: list("set-file"),
            set_literal: list("set-literal"),
        }
    }

    /// How and how long to wait: `--wait` and `--timeout`, where the command has them.
    pub(crate) fn wait_options(&self) -> WaitOptions {
        let is_known = |name: &str| self.flags.slot(name).is_some();
        let strategy = match is_known("wait").then(|| self.flags.text("wait")) {
            Some("legacy") => WaitStrategy::Legacy,
            Some("watcher") | None => WaitStrategy::Watcher,
            Some(_) => WaitStrategy::HookOnly,
        };
        let switch = |name: &str| is_known(name) && self.flags.bool(name);
        WaitOptions {
            strategy,
            timeout: self.flags.duration("timeout"),
            jobs: switch("wait-for-jobs"),
            fail_fast: switch("fail-fast"),
        }
    }

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

    /// Tells, with --debug, which version of a chart is wanted.
    pub(crate) fn tell_version(&mut self, message: &str) {
        let version = self.flags.text("version");
        self.output.log(&LogLine::new(Level::Debug, message).with("version", version));
        if version.is_empty() && self.flags.bool("devel") {
            self.output.log(&LogLine::new(Level::Debug, "setting version to >0.0.0-0"));
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
