//! `helm compare`.

use std::io;

use pintle::{ChartRequest, ComparedEnvironment, EnvironmentState, ValuesFlags, World};
use value::{Map, Value, yaml};

use crate::{
    complete::ArgumentWords,
    connection::Printer,
    error::Failure,
    flags::{CHART_SOURCE, CREDENTIALS, DEVEL, OUTPUT, TLS, VALUES},
    invocation::Invocation,
    print::{self, Format},
    spec::{Action, Arguments, Command, Flag, Kind},
    surroundings::Machine,
};

pub(super) static COMPARE: Command = Command {
    name: "compare",
    synopsis: "[CHART]",
    short: "show what differs between environments",
    long: "\
Shows on one page which components environments have and which of their settings differ, and why: because values do, or
the chart's version, or because somebody changed something by hand.

An environment is a chart with values files, or a release:

    $ helm compare ./demo --env dev= --env staging=values-staging.yaml --env prod=values-prod.yaml
    $ helm compare --env staging=release:demo@staging --env prod=release:demo@prod@prod-context

All may stand in a file:

    environments:
      dev: {}
      staging: {values: [values-staging.yaml], set: [image.tag=1.2]}
      prod: {release: demo, namespace: prod, context: prod-context}

--require-same names settings that must not differ: `images`, `components`, or patterns of paths such as
*.resources.limits; the exit code is 2 where one does.",
    arguments: Arguments::AtMost(1),
    words: ArgumentWords::OneChart,
    flags: &[
        &[
            Flag::new("env", Kind::Array, "an environment: NAME=FILES, or NAME=release:RELEASE@NAMESPACE@CONTEXT"),
            Flag::text("environments", "a file with environments"),
            Flag::new("require-same", Kind::Strings, "settings that must be the same, between commas"),
            Flag::text("release-name", "the name of the release to render for; the chart's name if it is not given"),
            DEVEL,
            Flag::switch("dependency-update", "fetch the chart's dependencies first if some are missing"),
            OUTPUT,
        ],
        VALUES,
        CHART_SOURCE,
        TLS,
        CREDENTIALS,
    ],
    action: Action::Run(run),
    ..Command::BASE
};

/// An environment of the command line or of a file.
#[derive(Default)]
struct Given {
    name: String,
    files: Vec<String>,
    set: Vec<String>,
    release: String,
    namespace: String,
    context: String,
}

fn run(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let given = environments(invocation)?;
    if given.len() < 2 {
        let mut failure = Failure::new("two environments or more are compared");
        failure.told.hints.push("--env NAME=FILE names one, or --environments FILE several".into());
        return Err(failure);
    }
    let mut states = Vec::new();
    for environment in &given {
        states.push(state(invocation, environment)?);
    }
    let matrix = pintle::compare_environments(&states, invocation.flags.list("require-same"));
    let text = match Format::of(&invocation.flags) {
        Format::Table => {
            pintle::compare_text(&matrix, print::page(&invocation.flags, invocation.environment)).into_bytes()
        }
        Format::Json => pintle::compare_json(&matrix)?,
        Format::Yaml => print::yaml_of(&pintle::compare_json(&matrix)?)?,
    };
    invocation.output.print(text)?;
    match matrix.violations.len() {
        0 => Ok(()),
        1 => Err(Failure::differs("1 setting differs that must not (--require-same)")),
        count => Err(Failure::differs(format!("{count} settings differ that must not (--require-same)"))),
    }
}

fn state(invocation: &mut Invocation<'_>, given: &Given) -> Result<EnvironmentState, Failure> {
    if !given.release.is_empty() {
        let namespace = if given.namespace.is_empty() { invocation.namespace() } else { given.namespace.clone() };
        let context = Some(given.context.clone()).filter(|context| !context.is_empty());
        let (name, release) = (given.name.clone(), given.release.clone());
        return invocation
            .on_cluster_of(namespace, context, |session| pintle::environment_of_release(&name, &release, session));
    }
    let reference = invocation.first_argument();
    if reference.is_empty() {
        return Err(Failure::new(format!("environment {}: a chart is needed, or a release", given.name)));
    }
    let base = reference.trim_end_matches('/').rsplit('/').next().unwrap_or(&reference).to_owned();
    let own = invocation.values();
    // What is common to all stands below what an environment has of its own.
    let values = ValuesFlags {
        files: own.files.iter().chain(&given.files).cloned().collect(),
        set: own.set.iter().chain(&given.set).cloned().collect(),
        ..own
    };
    let flags = &invocation.flags;
    let release = if flags.text("release-name").is_empty() { base } else { flags.text("release-name").to_owned() };
    let environment = ComparedEnvironment {
        name: given.name.clone(),
        chart: ChartRequest { values, ..invocation.chart_request(&reference) },
        release,
        namespace: if given.namespace.is_empty() { invocation.namespace() } else { given.namespace.clone() },
    };
    let surroundings = Machine::new(invocation.environment, false);
    let mut world = World { surroundings: &surroundings, stdin: &mut io::stdin().lock() };
    Ok(pintle::environment_of_chart(&environment, &mut world, &mut Printer::new(invocation.output))?)
}

fn environments(invocation: &Invocation<'_>) -> Result<Vec<Given>, Failure> {
    let mut given = Vec::new();
    let file = invocation.flags.text("environments");
    if !file.is_empty() {
        let bytes = std::fs::read(file).map_err(|error| Failure::new(pintle::path_error("open", file, &error)))?;
        given = of_file(&bytes).map_err(|text| Failure::new(text).during(&format!("environments file {file}")))?;
    }
    for text in invocation.flags.list("env") {
        let Some((name, what)) = text.split_once('=') else {
            return Err(Failure::new(format!("--env {text}: an environment is NAME=FILES or NAME=release:RELEASE")));
        };
        let mut environment = Given { name: name.to_owned(), ..Given::default() };
        match what.strip_prefix("release:") {
            Some(release) => {
                let mut parts = release.split('@').map(str::to_owned);
                environment.release = parts.next().unwrap_or_default();
                environment.namespace = parts.next().unwrap_or_default();
                environment.context = parts.next().unwrap_or_default();
            }
            None => environment.files = what.split(',').filter(|file| !file.is_empty()).map(str::to_owned).collect(),
        }
        given.push(environment);
    }
    Ok(given)
}

fn of_file(bytes: &[u8]) -> Result<Vec<Given>, String> {
    let document = yaml::map_from_slice(bytes).map_err(|error| error.message)?;
    let Some(Value::Map(environments)) = document.get("environments") else {
        return Err("it has no map `environments`".to_owned());
    };
    let text = |map: &Map, key: &str| map.get(key).and_then(|value| value.as_str().map(ToString::to_string));
    let texts = |map: &Map, key: &str| match map.get(key) {
        Some(Value::List(list)) => list.iter().filter_map(|item| item.as_str().map(ToString::to_string)).collect(),
        Some(Value::String(text)) => vec![text.to_string()],
        _ => Vec::new(),
    };
    // In the order of the file.
    let order = yaml::spanned(bytes).ok().flatten();
    let place = |name: &str| {
        order.as_ref().and_then(|order| Some(order.entry("environments")?.value.entry(name)?.position.line))
    };
    let mut given: Vec<Given> = environments
        .entries()
        .into_iter()
        .map(|(name, what)| {
            let map = what.as_map().cloned().unwrap_or_default();
            Given {
                name: name.to_string(),
                files: texts(&map, "values"),
                set: texts(&map, "set"),
                release: text(&map, "release").unwrap_or_default(),
                namespace: text(&map, "namespace").unwrap_or_default(),
                context: text(&map, "context").unwrap_or_default(),
            }
        })
        .collect();
    given.sort_by_key(|given| place(&given.name));
    Ok(given)
}
