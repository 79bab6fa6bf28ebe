//! The one place that reads the process environment: `HELM_*`, `KUBE*`, `XDG_*`, home, colours.

use std::{
    cell::OnceCell,
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use pintle::Plugin;

use jiff::{Timestamp, tz::TimeZone};
use value::number::format_float;

use crate::{
    filepath::join,
    parse::{parse_bool, parse_decimal},
    pipeline::Pipeline,
};

/// What the environment says, before any flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// The name that the program was called by.
    pub(crate) program: String,
    variables: Vec<(String, String)>,
    /// The plugins on this machine, once they were looked for.
    pub(crate) plugins: OnceCell<Vec<Plugin>>,
}

impl Environment {
    /// The environment of this process.
    pub(crate) fn of_process() -> Environment {
        let program = env::args_os().next().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let variables = env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Environment { program, variables, plugins: OnceCell::new() }
    }

    /// The words of this process's command line, without the program's name.
    pub(crate) fn arguments_of_process() -> Vec<String> {
        env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
    }

    /// A variable, if it is set; the first one where the environment has it twice.
    pub(crate) fn look_up(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A variable, empty where it is not set.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.look_up(name).unwrap_or_default()
    }

    fn text_or(&self, name: &str, default: impl FnOnce() -> String) -> String {
        self.look_up(name).map_or_else(default, str::to_owned)
    }

    /// The user's home folder.
    pub(crate) fn home(&self) -> &str {
        self.text(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
    }

    /// A path below the folder for things that can be fetched again.
    pub(crate) fn cache_path(&self, path: &str) -> String {
        let default = match () {
            () if cfg!(windows) => self.text("TEMP").to_owned(),
            () if cfg!(target_os = "macos") => join(&[self.home(), "Library", "Caches"]),
            () => join(&[self.home(), ".cache"]),
        };
        self.home_path("HELM_CACHE_HOME", "XDG_CACHE_HOME", default, path)
    }

    /// A path below the folder for configuration.
    pub(crate) fn config_path(&self, path: &str) -> String {
        let default = match () {
            () if cfg!(windows) => self.text("APPDATA").to_owned(),
            () if cfg!(target_os = "macos") => join(&[self.home(), "Library", "Preferences"]),
            () => join(&[self.home(), ".config"]),
        };
        self.home_path("HELM_CONFIG_HOME", "XDG_CONFIG_HOME", default, path)
    }

    /// A path below the folder for plugins, starters and such.
    pub(crate) fn data_path(&self, path: &str) -> String {
        let default = match () {
            () if cfg!(windows) => self.text("APPDATA").to_owned(),
            () if cfg!(target_os = "macos") => join(&[self.home(), "Library"]),
            () => join(&[self.home(), ".local", "share"]),
        };
        self.home_path("HELM_DATA_HOME", "XDG_DATA_HOME", default, path)
    }

    /// Helm: pkg/helmpath/lazypath.go `path`.
    fn home_path(&self, helm: &str, xdg: &str, default: String, path: &str) -> String {
        match (self.text(helm), self.text(xdg)) {
            ("", "") => join(&[&default, "helm", path]),
            ("", base) => join(&[base, "helm", path]),
            (base, _) => join(&[base, path]),
        }
    }

    /// `PINTLE_SANDBOX`: whether the embedded cluster is used.
    pub(crate) fn sandbox(&self) -> bool {
        self.is_true("PINTLE_SANDBOX")
    }

    /// `GITHUB_ACTIONS`, `GITLAB_CI`: the pipeline that runs us.
    pub(crate) fn pipeline(&self) -> Option<Pipeline> {
        match (self.text("GITHUB_ACTIONS"), self.text("GITLAB_CI")) {
            ("true", _) => Some(Pipeline::GitHub),
            (_, "true") => Some(Pipeline::GitLab),
            _ => None,
        }
    }

    /// `HELM_DEBUG`.
    pub(crate) fn debug(&self) -> bool {
        self.is_true("HELM_DEBUG")
    }

    /// `HELM_MAX_HISTORY`: how many revisions of a release are kept.
    pub(crate) fn max_history(&self) -> i64 {
        self.int_or("HELM_MAX_HISTORY", 10)
    }

    /// `HELM_BURST_LIMIT`.
    pub(crate) fn burst_limit(&self) -> i64 {
        self.int_or("HELM_BURST_LIMIT", 100)
    }

    /// `HELM_QPS`, as the text of a number of single precision.
    pub(crate) fn queries_per_second(&self) -> String {
        let number = crate::parse::parse_float(self.text("HELM_QPS")).unwrap_or(0.0);
        format_float(f64::from(number), b'g', None, 32)
    }

    /// `HELM_KUBEASGROUPS`: groups, between commas.
    pub(crate) fn as_groups(&self) -> Vec<&str> {
        match self.text("HELM_KUBEASGROUPS").trim_matches([',', ' ']) {
            "" => Vec::new(),
            groups => groups.split(',').collect(),
        }
    }

    /// `HELM_KUBEINSECURE_SKIP_TLS_VERIFY`.
    pub(crate) fn skips_tls_verification(&self) -> bool {
        self.is_true("HELM_KUBEINSECURE_SKIP_TLS_VERIFY")
    }

    /// All variables: what programs that are run see.
    pub(crate) fn all(&self) -> Vec<(String, String)> {
        let mut first: Vec<(String, String)> = self.variables.clone();
        // Of a name that is there twice the first counts.
        first.reverse();
        first
    }

    /// `HELM_NO_PLUGINS`: no plugin becomes a command.
    pub(crate) fn leaves_plugins_alone(&self) -> bool {
        self.text("HELM_NO_PLUGINS") == "1"
    }

    /// `PINTLE_PREFER_BUILTIN`: a command of ours that Helm has not goes before a plugin of its name.
    pub(crate) fn prefers_builtin(&self) -> bool {
        self.text("PINTLE_PREFER_BUILTIN") == "1"
    }

    /// `HELM_PLUGINS`: the folder of plugins.
    pub(crate) fn plugins(&self) -> String {
        self.text_or("HELM_PLUGINS", || self.data_path("plugins"))
    }

    /// `HELM_REGISTRY_CONFIG`.
    pub(crate) fn registry_config(&self) -> String {
        self.text_or("HELM_REGISTRY_CONFIG", || self.config_path("registry/config.json"))
    }

    /// A folder of this run's own, which is not there yet: below `TMPDIR`.
    pub(crate) fn temporary_path(&self) -> String {
        let folder = self.text_or("TMPDIR", || "/tmp".to_owned());
        join(&[&folder, &format!("helm-{}-{}", std::process::id(), self.now())])
    }

    /// Docker's file with the credentials of registries: `DOCKER_CONFIG`.
    pub(crate) fn docker_config(&self) -> String {
        match self.text("DOCKER_CONFIG") {
            "" => join(&[self.home(), ".docker", "config.json"]),
            folder => join(&[folder, "config.json"]),
        }
    }

    /// `HELM_REPOSITORY_CONFIG`.
    pub(crate) fn repository_config(&self) -> String {
        self.text_or("HELM_REPOSITORY_CONFIG", || self.config_path("repositories.yaml"))
    }

    /// `HELM_REPOSITORY_CACHE`.
    pub(crate) fn repository_cache(&self) -> String {
        self.text_or("HELM_REPOSITORY_CACHE", || self.cache_path("repository"))
    }

    /// `HELM_CONTENT_CACHE`.
    pub(crate) fn content_cache(&self) -> String {
        self.text_or("HELM_CONTENT_CACHE", || self.cache_path("content"))
    }

    /// `NO_COLOR`, `HELM_COLOR`: never, auto or always.
    pub(crate) fn color(&self) -> &'static str {
        if !self.text("NO_COLOR").is_empty() {
            return "never";
        }
        match self.text("HELM_COLOR").to_lowercase().as_str() {
            "never" => "never",
            "always" => "always",
            _ => "auto",
        }
    }

    /// `HELM_DRIVER`: where release records are stored.
    pub(crate) fn driver(&self) -> &str {
        self.text("HELM_DRIVER")
    }

    /// `HELM_DRIVER_SQL_CONNECTION_STRING`: the database that holds release records, for the driver `sql`.
    #[cfg(feature = "sql")]
    pub(crate) fn sql_connection(&self) -> &str {
        self.text("HELM_DRIVER_SQL_CONNECTION_STRING")
    }

    /// What the environment says of databases: variables that begin with `PG`, and `SSLPG`.
    #[cfg(feature = "sql")]
    pub(crate) fn postgres(&self) -> Vec<(String, String)> {
        let known = |name: &str| name.starts_with("PG") || name.starts_with("SSLPG");
        self.variables.iter().filter(|(name, _)| known(name)).cloned().collect()
    }

    /// Who runs this program.
    #[cfg(feature = "sql")]
    pub(crate) fn user(&self) -> &str {
        self.look_up("USER").or_else(|| self.look_up("LOGNAME")).unwrap_or_default()
    }

    /// `HELM_MEMORY_DRIVER_DATA`: the files with the records that the driver `memory` begins with.
    pub(crate) fn memory_data(&self) -> impl Iterator<Item = &str> {
        self.text("HELM_MEMORY_DRIVER_DATA").split(':')
    }

    /// The keyring of GnuPG's public keys.
    pub(crate) fn keyring(&self) -> String {
        match self.look_up("GNUPGHOME") {
            Some(folder) => join(&[folder, "pubring.gpg"]),
            None => join(&[self.home(), ".gnupg", "pubring.gpg"]),
        }
    }

    /// The kubeconfig files in use when no flag names one, first wins.
    pub(crate) fn kubeconfig_files(&self) -> Vec<String> {
        match self.text("KUBECONFIG") {
            "" => vec![join(&[self.home(), ".kube", "config"])],
            list => list.split(if cfg!(windows) { ';' } else { ':' }).map(str::to_owned).collect(),
        }
    }

    /// `SOURCE_DATE_EPOCH`: the seconds since 1970 that archives carry, for builds that can be repeated.
    pub(crate) fn source_date_epoch(&self) -> Option<i64> {
        parse_decimal(self.text("SOURCE_DATE_EPOCH")).ok()
    }

    /// `HELM_EXPERIMENTAL_CHART_V3`: whether charts of apiVersion v3 may be made.
    pub(crate) fn chart_v3(&self) -> bool {
        !self.text("HELM_EXPERIMENTAL_CHART_V3").is_empty()
    }

    /// The time, in nanoseconds since 1970 in UTC.
    pub(crate) fn now(&self) -> i128 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i128::try_from(since.as_nanos()).unwrap_or(i128::MAX),
            Err(before) => i128::try_from(before.duration().as_nanos()).map_or(i128::MIN, |nanoseconds| -nanoseconds),
        }
    }

    /// The local time zone's name in the tz database; `UTC` where the system does not say.
    pub(crate) fn time_zone(&self) -> String {
        TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
    }

    /// How many seconds local time is ahead of UTC.
    pub(crate) fn utc_offset(&self) -> i32 {
        TimeZone::system().to_offset(Timestamp::now()).seconds()
    }

    /// Whether completions come with descriptions: `HELM_COMPLETION_DESCRIPTIONS`, `COBRA_COMPLETION_DESCRIPTIONS`.
    pub(crate) fn completion_descriptions(&self) -> bool {
        let own = self.text("HELM_COMPLETION_DESCRIPTIONS");
        let text = if own.is_empty() { self.text("COBRA_COMPLETION_DESCRIPTIONS") } else { own };
        parse_bool(text).unwrap_or(true)
    }

    /// Whether completions come with advice: `HELM_ACTIVE_HELP`, `COBRA_ACTIVE_HELP`.
    pub(crate) fn active_help(&self) -> bool {
        self.text("COBRA_ACTIVE_HELP") != "0" && self.text("HELM_ACTIVE_HELP") != "0"
    }

    /// Where completion writes what it does: `BASH_COMP_DEBUG_FILE`.
    pub(crate) fn completion_log(&self) -> &str {
        self.text("BASH_COMP_DEBUG_FILE")
    }

    fn is_true(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or(false)
    }

    fn int_or(&self, name: &str, default: i64) -> i64 {
        // Go's Atoi: decimal, no underscores.
        parse_decimal(self.text(name)).unwrap_or(default)
    }
}
