//! A command that was called, with all that it was given.

use pintle::{
    Access, ChartQuery, Level, LogLine, OutputForm, Places, Report, Secret, ValuesFlags, WaitOptions, WaitStrategy,
};

use crate::{env::Environment, error::Failure, kubeconfig, output::Output, parse::FlagSet, spec::Command};

/// One call of a command.
pub(crate) struct Invocation<'a> {
    /// The word that called it: its name or an alias.
    pub(crate) called: &'a str,
    /// The root of all commands, those of plugins included.
    pub(crate) root: &'static Command,
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
            places: self.places(),
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
            keyring: flags.known_text("keyring").to_owned(),
            places: self.places(),
            access: self.access(),
        }
    }

    /// Where things are kept on this machine.
    pub(crate) fn places(&self) -> Places {
        let text = |name: &str| self.flags.text(name).to_owned();
        Places {
            repository_config: text("repository-config"),
            repository_cache: text("repository-cache"),
            content_cache: text("content-cache"),
            registry_config: text("registry-config"),
            docker_config: self.environment.docker_config(),
            getters: self.getters(),
            watch: self.output.watch(),
        }
    }

    /// How servers are talked to; a command without a flag for something does without it.
    pub(crate) fn access(&self) -> Access {
        let text = |name: &str| self.flags.known_text(name).to_owned();
        let switch = |name: &str| self.flags.known_bool(name);
        Access {
            username: text("username"),
            password: Secret(text("password")),
            pass_credentials: switch("pass-credentials"),
            cert_file: text("cert-file"),
            key_file: text("key-file"),
            ca_file: text("ca-file"),
            insecure_skip_tls_verify: switch("insecure-skip-tls-verify"),
            plain_http: switch("plain-http"),
        }
    }

    /// The form of `--output`.
    pub(crate) fn form(&self) -> OutputForm {
        match self.flags.text("output") {
            "json" => OutputForm::Json,
            "yaml" => OutputForm::Yaml,
            _ => OutputForm::Table,
        }
    }

    /// `--max-col-width`.
    pub(crate) fn max_column_width(&self) -> usize {
        usize::try_from(self.flags.uint("max-col-width")).unwrap_or(usize::MAX)
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
