//! From flags and environment to a session with a cluster.

use std::{
    io,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use pintle::{
    Cluster, ClusterOptions, ConfigMaps, Event, Fault, Memory, Observer, Proxies, Sandbox, SandboxOptions, Secrets,
    Session, Storage, World,
};

use crate::{
    env::Environment, error::Failure, invocation::Invocation, output::Output, parse::FlagSet, surroundings::Machine,
};

/// How long what is known of a server's kinds is taken for true. client-go: `disk.NewCachedDiscoveryClient`.
const DISCOVERY_TTL: Duration = Duration::from_secs(600);

impl Invocation<'_> {
    /// Runs an operation that needs no cluster, and prints what it tells on the way.
    pub(crate) fn observed<T>(
        &mut self,
        operation: impl FnOnce(&mut dyn Observer) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        Ok(operation(&mut Printer { output: self.output })?)
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
        self.connected(namespace, operation)
    }

    /// As [`Invocation::on_cluster`], for what is played in a sandbox of its own: there pods may fail.
    pub(crate) fn on_stage<T>(
        &mut self,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        let namespace = self.namespace();
        self.connected(namespace, operation)
    }

    fn connected<T>(
        &mut self,
        namespace: String,
        operation: impl FnOnce(&mut Session<'_>) -> Result<T, pintle::Error>,
    ) -> Result<T, Failure> {
        let options = cluster_options(&self.flags, self.environment, self.namespace());
        let cluster = if self.flags.bool("sandbox") {
            let sandbox = open_sandbox(self.environment, self.faults()?)?;
            Cluster::over(sandbox, &ClusterOptions { cache_dir: None, ..options })
        } else {
            Cluster::connect(&options)
        };
        let cluster = cluster.map_err(|error| Failure::from(pintle::Error::from(error)))?;
        let storage = storage(self.environment.driver(), &cluster, &namespace)?;
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
        for warning in cluster.take_warnings() {
            // client-go: rest/warnings.go; klog's prefix of date and place is left out.
            self.output.complain(&format!("Warning: {warning}\n"));
        }
        Ok(result?)
    }
}

impl Invocation<'_> {
    /// `--simulate`: whose pods are to fail.
    pub(crate) fn faults(&self) -> Result<Vec<Fault>, Failure> {
        let pairs = self.flags.pairs("simulate");
        pairs.iter().map(|(workload, how)| Fault::new(workload, how).map_err(Failure::new)).collect()
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
fn storage<'a>(driver: &str, cluster: &'a Cluster, namespace: &str) -> Result<Box<dyn Storage + 'a>, Failure> {
    match driver {
        "configmap" | "configmaps" => Ok(Box::new(ConfigMaps::new(cluster, namespace))),
        "memory" => Ok(Box::new(Memory::new(namespace))),
        "sql" => Err(Failure::new("HELM_DRIVER=sql is not built yet")),
        _ => Ok(Box::new(Secrets::new(cluster, namespace))),
    }
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
}

impl<'a> Printer<'a> {
    /// One that prints there.
    pub(crate) fn new(output: &'a mut Output) -> Printer<'a> {
        Printer { output }
    }
}

impl Observer for Printer<'_> {
    fn event(&mut self, event: Event<'_>) {
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
