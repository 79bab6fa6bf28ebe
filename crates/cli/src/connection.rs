//! From flags and environment to a session with a cluster.

use std::{
    io,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use pintle::{
    Cluster, ClusterOptions, ConfigMaps, Event, Fault, Level, LogLine, Observer, Proxies, Sandbox, SandboxOptions,
    Secrets, Session, Storage, World,
};
#[cfg(feature = "sql")]
use pintle::{Sql, SqlOptions};

use crate::{
    env::Environment, error::Failure, invocation::Invocation, kubeconfig, memory, output::Output, parse::FlagSet,
    progress::Progress, signals, surroundings::Machine,
};

/// How long what is known of a server's kinds is taken for true. client-go: `disk.NewCachedDiscoveryClient`.
const DISCOVERY_TTL: Duration = Duration::from_secs(600);
/// How long somebody who waits for completions waits. Helm: pkg/cmd/root.go.
const PATIENCE: Duration = Duration::from_secs(3);

impl Invocation<'_> {
    /// Runs an operation that needs no cluster, and prints what it tells on the way.
    pub(crate) fn observed<T>(
        &mut self,
        operation: impl FnOnce(&mut dyn Observer) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        Ok(operation(&mut Printer::new(self.output))?)
    }

    /// Connects to the cluster, runs an operation in the namespace of the flags, and prints what it tells on the way.
    pub(crate) fn on_cluster<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        let namespace = self.namespace();
        self.on_cluster_in(namespace, operation)
    }

    /// Does so in another namespace; in all of them where it is empty.
    pub(crate) fn on_cluster_in<T>(
        &mut self,
        namespace: String,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        self.check_faults()?;
        self.connected(namespace, None, operation)
    }

    /// Does so on the cluster of another context, where one is named.
    pub(crate) fn on_cluster_of<T>(
        &mut self,
        namespace: String,
        context: Option<String>,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        self.check_faults()?;
        self.connected(namespace, context, operation)
    }

    /// As [`Invocation::on_cluster`], for what is played in a sandbox of its own: there pods may fail.
    pub(crate) fn on_stage<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        let namespace = self.namespace();
        self.connected(namespace, None, operation)
    }

    fn connected<T>(
        &mut self,
        namespace: String,
        context: Option<String>,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        let mut options = cluster_options(&self.flags, self.environment, self.namespace());
        options.context = context.or(options.context);
        let cluster = connect(&self.flags, self.environment, options)?;
        signals::listen(cluster.interrupt());
        let storage = match storage(self.environment, &cluster, &namespace) {
            Ok(storage) => storage,
            Err(text) => {
                // Helm goes through Go's log here, and ends.
                self.output.log(&LogLine::new(Level::Info, text));
                return Err(Failure::logged());
            }
        };
        let resolves = self.flags.slot("enable-dns").is_some() && self.flags.bool("enable-dns");
        let surroundings = Machine::new(self.environment, resolves);
        let mut printer = Printer::new(self.output);
        let mut session = Session {
            cluster: &cluster,
            storage: storage.as_ref(),
            namespace,
            world: World { surroundings: &surroundings, stdin: &mut io::stdin().lock() },
            observer: &mut printer,
        };
        let result = operation(&mut session);
        // The table of what is waited for makes room for what follows.
        drop(printer);
        for warning in cluster.take_warnings() {
            // client-go: rest/warnings.go; klog's prefix of date and place is left out.
            self.output.complain(&format!("Warning: {warning}\n"));
        }
        for remark in storage.take_remarks() {
            self.output.complain(&format!("warning: {remark}\n"));
        }
        Ok(result?)
    }
}

impl Invocation<'_> {
    /// `--simulate`: whose pods are to fail.
    pub(crate) fn faults(&self) -> Result<Vec<Fault>, Failure> {
        faults(&self.flags)
    }

    /// Nobody makes pods of a real cluster fail.
    fn check_faults(&self) -> Result<(), Failure> {
        if self.flags.bool("sandbox") || self.flags.pairs("simulate").is_empty() {
            return Ok(());
        }
        let mut failure = Failure::new("--simulate goes with --sandbox and with `helm rehearse` only");
        failure.told.hints.push("the pods of a real cluster fail on their own account".into());
        Err(failure)
    }
}

fn faults(flags: &FlagSet<'_>) -> Result<Vec<Fault>, Failure> {
    let pairs = flags.pairs("simulate");
    pairs.iter().map(|(workload, how)| Fault::new(workload, how).map_err(Failure::new)).collect()
}

/// The cluster of the flags.
fn connect(flags: &FlagSet<'_>, environment: &Environment, options: ClusterOptions) -> Result<Cluster, Failure> {
    if environment.driver() == "memory" {
        return memory::cluster(options);
    }
    let cluster = if flags.bool("sandbox") {
        Cluster::over(open_sandbox(environment, faults(flags)?)?, &ClusterOptions { cache_dir: None, ..options })
    } else {
        Cluster::connect(&options)
    };
    cluster.map_err(|error| Failure::from(pintle::Error::from(error)))
}

/// Asks a cluster for completions, with little patience; none where anything goes wrong.
pub(crate) fn ask<T>(
    flags: &FlagSet<'_>,
    environment: &Environment,
    operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
) -> Option<T> {
    let namespace = kubeconfig::namespace(flags, environment);
    let options = cluster_options(flags, environment, namespace.clone());
    let options = ClusterOptions { request_timeout: Some(PATIENCE), ..options };
    let cluster = connect(flags, environment, options).ok()?;
    let storage = storage(environment, &cluster, &namespace).ok()?;
    let mut session = Session {
        cluster: &cluster,
        storage: storage.as_ref(),
        namespace,
        world: World { surroundings: &Machine::new(environment, false), stdin: &mut io::empty() },
        observer: &mut (),
    };
    operation(&mut session).ok()
}

/// The file of the sandbox.
pub(crate) fn sandbox_file(environment: &Environment) -> String {
    environment.data_path("sandbox/store.redb")
}

/// Opens the sandbox, which is made where there is none.
pub(crate) fn open_sandbox(environment: &Environment, faults: Vec<Fault>) -> Result<Sandbox, Failure> {
    let options = SandboxOptions::new(Some(sandbox_file(environment).into()), SystemTime::now);
    Sandbox::open(&SandboxOptions { faults, ..options }).map_err(|error| {
        let mut failure = Failure::new(error.to_string());
        failure.told.hints.push("`helm sandbox reset` starts anew with an empty one".into());
        failure
    })
}

/// Helm: pkg/action/action.go `Init`.
fn storage<'a>(
    environment: &Environment,
    cluster: &'a Cluster,
    namespace: &str,
) -> Result<Box<dyn Storage + 'a>, String> {
    match environment.driver() {
        "configmap" | "configmaps" => Ok(Box::new(ConfigMaps::new(cluster, namespace))),
        "memory" => Ok(Box::new(memory::storage(environment, namespace)?)),
        "sql" => sql(environment, namespace),
        _ => Ok(Box::new(Secrets::new(cluster, namespace))),
    }
}

#[cfg(feature = "sql")]
fn sql(environment: &Environment, namespace: &str) -> Result<Box<dyn Storage>, String> {
    let home = Some(environment.home()).filter(|home| !home.is_empty());
    let options = SqlOptions {
        connection: environment.sql_connection().to_owned(),
        environment: environment.postgres(),
        home: home.map(PathBuf::from),
        user: environment.user().to_owned(),
        clock: SystemTime::now,
    };
    match Sql::connect(&options, namespace) {
        Ok(storage) => Ok(Box::new(storage)),
        Err(error) => Err(format!("unable to instantiate SQL driver: {error}")),
    }
}

#[cfg(not(feature = "sql"))]
fn sql(_: &Environment, _: &str) -> Result<Box<dyn Storage>, String> {
    Err("unable to instantiate SQL driver: this program was built without it (feature `sql`)".into())
}

/// Helm: pkg/cli/environment.go `EnvSettings.RESTClientGetter`.
fn cluster_options(flags: &FlagSet<'_>, environment: &Environment, namespace: String) -> ClusterOptions {
    let text = |name: &str| Some(flags.text(name).to_owned()).filter(|text| !text.is_empty());
    let variable = |upper: &str, lower: &str| {
        let value = environment.look_up(upper).or_else(|| environment.look_up(lower));
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let service = (environment.text("KUBERNETES_SERVICE_HOST"), environment.text("KUBERNETES_SERVICE_PORT"));
    ClusterOptions {
        kubeconfig: text("kubeconfig"),
        kubeconfig_paths: environment.kubeconfig_files(),
        context: text("kube-context"),
        api_server: text("kube-apiserver"),
        as_user: text("kube-as-user"),
        as_groups: flags.list("kube-as-group").to_vec(),
        ca_file: text("kube-ca-file"),
        insecure_skip_tls_verify: flags.bool("kube-insecure-skip-tls-verify"),
        tls_server_name: text("kube-tls-server-name"),
        token: text("kube-token"),
        namespace: Some(namespace),
        qps: flags.float("qps"),
        burst_limit: flags.int("burst-limit").try_into().unwrap_or(100),
        request_timeout: None,
        cache_dir: Some(PathBuf::from(environment.cache_path("discovery"))),
        cache_ttl: DISCOVERY_TTL,
        proxies: Proxies {
            https: variable("HTTPS_PROXY", "https_proxy"),
            http: variable("HTTP_PROXY", "http_proxy"),
            none: variable("NO_PROXY", "no_proxy"),
        },
        in_cluster: (!service.0.is_empty() && !service.1.is_empty())
            .then(|| (service.0.to_owned(), service.1.to_owned())),
        master: variable("KUBERNETES_MASTER", "KUBERNETES_MASTER"),
        clock: SystemTime::now,
    }
}

/// Prints what an operation tells.
pub(crate) struct Printer<'a> {
    output: &'a mut Output,
    progress: Progress,
}

impl<'a> Printer<'a> {
    /// One that prints there.
    pub(crate) fn new(output: &'a mut Output) -> Printer<'a> {
        let progress = Progress::new(output.is_dumb());
        Printer { output, progress }
    }
}

impl Observer for Printer<'_> {
    fn event(&mut self, event: Event<'_>) {
        if matches!(&event, Event::Log(line) if !self.output.shows(line)) {
            return;
        }
        self.output.note(&event);
        match event {
            Event::Status { id, status } => return self.progress.note(id, status),
            Event::Progress(_) => return,
            _ => {}
        }
        self.progress.clear();
        match event {
            Event::Log(line) => self.output.log(&line),
            // That nobody reads any more is found out when the rest is printed.
            Event::Output(bytes) => drop(self.output.print(bytes)),
            Event::Remark(text) => self.output.complain(&format!("{text}\n")),
            Event::Flush => drop(self.output.finish()),
            _ => {}
        }
    }
}
