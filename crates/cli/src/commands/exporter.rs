//! `helm exporter`: metrics of releases for Prometheus.

use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::StatusCode;
use metrics::exporter::{RulesForm, RulesOptions, rules};
use pintle::{Exporter, ExporterOptions, ReleaseLabels, WatchedReleases};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    invocation::Invocation,
    serve::{Page, serve},
    spec::{Action, Arguments, Command, Flag, Kind},
};

/// What Prometheus knows its text format by.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) static EXPORTER: Command = Command {
    name: "exporter",
    short: "serve metrics of releases to Prometheus",
    long: "\
Serves metrics of releases on /metrics until it is interrupted, and whether it is well on /healthz and /readyz. It lists
the records of releases once and then watches their metadata: a record is read when it is new, and never again.

    helm_release_info                       a series for each kept revision: 1 for the newest, 0 for older ones
    helm_release_last_deployed_timestamp    when a revision that did not fail was last deployed
    helm_release_rollback_total             rollbacks, from 0 on for every release
    helm_upgrade_failed_total               upgrades that failed, from 0 on for every release
    helm_release_revisions                  how many revisions are kept
    helm_release_record_bytes               the size of the newest record, of which a Secret takes 1048576
    helm_release_pending_age_seconds        how long the operation has been under way that has not ended
    helm_release_operation_duration_seconds how long the last operation took
    helm_operation_duration_seconds         a histogram of the operations that ended meanwhile
    helm_release_drifted_objects            objects changed by hand, with --drift-interval

The counters come from the history. With --state they are kept in a ConfigMap, so that they do not go down over a restart
when old revisions are pruned.

    $ helm exporter --all-namespaces --listen 0.0.0.0:9571 --state monitoring/helm-exporter-state",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::text("listen", "the address to listen on; port 0 picks a free one").default("127.0.0.1:9571"),
        Flag::switch("all-namespaces", "watch the releases of all namespaces").short('A'),
        Flag::new("namespaces", Kind::Strings, "the namespaces to watch, where it is not the one of --namespace alone"),
        Flag::new("release-label", Kind::Array, "a label of releases that series get; may be given several times"),
        Flag::text("state", "the ConfigMap that keeps the counters over a restart, as NAMESPACE/NAME or NAME"),
        Flag::new("max-series", Kind::Uint, "leave out the oldest revisions above so many series of them; 0 for none")
            .default("50000"),
        Flag::new("drift-interval", Kind::Duration, "how often to look for objects changed by hand; 0 for never"),
        Flag::switch("helm-exporter-names", "serve the two metrics of sstarcher/helm-exporter too"),
    ]],
    exclusive: &["all-namespaces namespaces"],
    action: Action::Run(run),
    commands: &[&RULES],
    ..Command::BASE
};

static RULES: Command = Command {
    name: "rules",
    short: "print alert rules for the exporter's metrics",
    long: "\
Prints alert rules for the metrics of `helm exporter`: rollbacks, releases that failed, releases with many revisions,
operations that do not end, and objects changed by hand. They are a rule file of Prometheus:

    $ helm exporter rules > helm-rules.yaml
    $ promtool check rules helm-rules.yaml

For its operator they are a PrometheusRule; a ServiceMonitor has the exporter scraped, with the labels that it gives:

    $ helm exporter rules --format prometheusrule --labels release=kube-prometheus-stack | kubectl apply -f -
    $ helm exporter rules --format servicemonitor | kubectl apply -f -",
    arguments: Arguments::None,
    words: ArgumentWords::NoMore,
    flags: &[&[
        Flag::text("format", "rules, prometheusrule or servicemonitor").default("rules"),
        Flag::text("name", "the name of the object").default("helm-exporter"),
        Flag::new("labels", Kind::Pairs, "labels of the object, by which the operator picks it"),
    ]],
    action: Action::Run(print_rules),
    ..Command::BASE
};

fn print_rules(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let format = flags.text("format");
    let form = RulesForm::parse(format).ok_or_else(|| {
        Failure::new(format!("--format {format:?} is none of rules, prometheusrule and servicemonitor"))
    })?;
    let namespace = if flags.changed("namespace") { flags.text("namespace") } else { "" };
    let options = RulesOptions {
        form,
        name: flags.text("name").to_owned(),
        namespace: namespace.to_owned(),
        labels: flags.pairs("labels"),
    };
    invocation.output.print(rules(&options))
}

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let labels = ReleaseLabels::choose(flags.list("release-label")).map_err(|error| Failure::new(error.to_string()))?;
    let options = ExporterOptions {
        labels,
        helm_exporter_names: flags.bool("helm-exporter-names"),
        max_series: usize::try_from(flags.uint("max-series")).unwrap_or(usize::MAX),
    };
    let drift_interval = flags.duration("drift-interval");
    let watched = WatchedReleases {
        namespaces: match (flags.bool("all-namespaces"), flags.list("namespaces")) {
            (true, _) => vec![String::new()],
            (false, []) => vec![invocation.namespace()],
            (false, some) => distinct(some),
        },
        state: state(flags.text("state"), invocation)?,
        drift_interval: Some(drift_interval).filter(|interval| !interval.is_zero()),
    };
    let address = flags.text("listen").to_owned();
    let exporter = Exporter::new(options, env!("CARGO_PKG_VERSION"));
    let address = listen(&address, &exporter)?;
    invocation.output.print(format!("Serving metrics on http://{address}/metrics\n"))?;
    invocation.output.finish()?;
    invocation.on_cluster(|session| exporter.run(&watched, session))
}

fn distinct(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}

fn state(text: &str, invocation: &Invocation<'_>) -> Result<Option<(String, String)>, Failure> {
    let (namespace, name) = match text.split_once('/') {
        None if text.is_empty() => return Ok(None),
        None => (invocation.namespace(), text.to_owned()),
        Some((namespace, name)) => (namespace.to_owned(), name.to_owned()),
    };
    if namespace.is_empty() || name.is_empty() || name.contains('/') {
        return Err(Failure::new(format!("--state {text:?} is neither NAMESPACE/NAME nor NAME")));
    }
    Ok(Some((namespace, name)))
}

/// Begins to serve, and gives the address.
fn listen(address: &str, exporter: &Exporter) -> Result<std::net::SocketAddr, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("listening on {address}: {error}"));
    // `:9571` is any address of this machine, as in Go.
    let whole = if address.starts_with(':') { format!("0.0.0.0{address}") } else { address.to_owned() };
    let listener = TcpListener::bind(&whole).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let exporter = exporter.clone();
    let pages = move |path: &str| {
        Some(match path {
            "/metrics" => Page { status: StatusCode::OK, content_type: TEXT_FORMAT, body: exporter.metrics(now()) },
            "/healthz" => Page::line(StatusCode::OK, "ok"),
            "/readyz" => match exporter.readiness() {
                Ok(()) => Page::line(StatusCode::OK, "ok"),
                Err(why) => Page::line(StatusCode::SERVICE_UNAVAILABLE, &why),
            },
            "/" => Page::line(StatusCode::OK, "helm exporter: /metrics, /healthz, /readyz"),
            _ => return None,
        })
    };
    serve(listener, Arc::new(pages)).map_err(failed)?;
    Ok(bound)
}

/// Nanoseconds since 1970.
fn now() -> i128 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
}
