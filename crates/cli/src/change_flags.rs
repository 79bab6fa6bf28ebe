//! What the flags of install, upgrade and rollback say on how objects are changed.

use pintle::{
    ChangeOptions, ChartRequest, ContentOptions, DependencyOptions, DryRun, GateOptions, Level, LogLine, ReuseValues,
    ServerSide,
};

use crate::{commands::fetching, error::Failure, invocation::Invocation, parse::parse_bool};

impl Invocation<'_> {
    /// `--dry-run`. Helm: pkg/cmd/helpers.go `cmdGetDryRunFlagStrategy`.
    pub(crate) fn dry_run(&mut self) -> Result<DryRun, Failure> {
        let text = self.flags.text("dry-run");
        let (strategy, warning) = match (text, parse_bool(text)) {
            ("client", _) => return Ok(DryRun::Client),
            ("server", _) => return Ok(DryRun::Server),
            ("none", _) => return Ok(DryRun::Off),
            ("unset", _) => {
                let warning = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
                (DryRun::Client, warning.to_owned())
            }
            (_, Ok(on)) => {
                let (strategy, name) = if on { (DryRun::Client, "client") } else { (DryRun::Off, "none") };
                let warning = format!(
                    "boolean '--dry-run={text}' flag is deprecated and must be replaced with '--dry-run={name}'"
                );
                (strategy, warning)
            }
            (_, Err(_)) => {
                let text = value::quote::quote(text.as_bytes());
                let allowed = "Must be \"none\", \"server\", or \"client\"";
                return Err(Failure::new(format!("invalid dry-run value ({text}). {allowed}")));
            }
        };
        self.output.log(&LogLine::new(Level::Warn, warning));
        Ok(strategy)
    }

    /// `--server-side` of upgrade and rollback. Helm: `getUpgradeServerSideValue`.
    pub(crate) fn server_side(&self) -> Result<ServerSide, Failure> {
        match self.flags.text("server-side") {
            "auto" => Ok(ServerSide::Auto),
            "true" => Ok(ServerSide::Yes),
            "false" => Ok(ServerSide::No),
            other => Err(Failure::new(format!("invalid/unknown release server-side apply method: {other}"))),
        }
    }

    /// Warns of passwords on the command line.
    pub(crate) fn warn_of_secrets(&mut self) {
        let keys = pintle::secret_keys(&self.values());
        if !keys.is_empty() {
            self.output.complain(&format!(
                "warning: {} given on the command line: it is in the shell's history, and in the release's, where \
                 whoever reads its Secrets or `helm get values` sees it\n",
                keys.join(", ")
            ));
        }
    }

    /// Which values of the last revision are taken again.
    pub(crate) fn reuse_values(&self) -> ReuseValues {
        match () {
            () if self.flags.bool("reset-values") => ReuseValues::No,
            () if self.flags.bool("reuse-values") => ReuseValues::WithDefaults,
            () if self.flags.bool("reset-then-reuse-values") => ReuseValues::OverNewDefaults,
            () => ReuseValues::UnlessGiven,
        }
    }

    /// A chart, as the flags say where it comes from, and their values.
    pub(crate) fn chart_request(&self, reference: &str) -> ChartRequest {
        let dependency_update: Option<DependencyOptions> = self.flags.bool("dependency-update").then(|| fetching(self));
        let warn_unused = self.flags.known_bool("warn-unused");
        ChartRequest { query: self.chart(reference), values: self.values(), dependency_update, warn_unused }
    }

    /// What a revision is made of.
    pub(crate) fn content_options(&self) -> Result<ContentOptions, Failure> {
        let flags = &self.flags;
        Ok(ContentOptions {
            skip_schema_validation: flags.bool("skip-schema-validation"),
            subchart_notes: flags.bool("render-subchart-notes"),
            hide_secret: flags.known_bool("hide-secret"),
            disable_openapi_validation: flags.bool("disable-openapi-validation"),
            labels: flags.pairs("labels"),
            description: flags.text("description").to_owned(),
            post_renderer: self.post_renderer()?,
        })
    }

    /// How objects are changed; who merges changes is for the command to tell.
    pub(crate) fn change_options(&self, dry_run: DryRun) -> ChangeOptions {
        let switch = |name: &str| self.flags.slot(name).is_some() && self.flags.bool(name);
        let mut change = ChangeOptions {
            dry_run,
            server_side: ServerSide::Auto,
            force_replace: switch("force-replace"),
            force_recreate: switch("force-recreate"),
            force_conflicts: switch("force-conflicts"),
            take_ownership: switch("take-ownership"),
            no_hooks: switch("no-hooks"),
            wait: self.wait_options(),
            rollback_on_failure: false,
            rollback_timeout: (self.flags.slot("rollback-timeout").is_some() && self.flags.changed("rollback-timeout"))
                .then(|| self.flags.duration("rollback-timeout")),
            test: switch("test"),
            cleanup_on_fail: switch("cleanup-on-fail"),
            history_max: self.flags.slot("history-max").map_or(0, |_| self.flags.int("history-max")),
            gates: GateOptions::default(),
        };
        if switch("rollback-on-failure") {
            change.undo_failures();
        }
        change
    }
}
