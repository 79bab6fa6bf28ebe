//! `helm show`: what a chart says about itself. Helm: pkg/action/show.go.

use chart::{Chart, File};
use source::ChartQuery;

use crate::{Error, LogLine, Report, json_path::JsonPath};

/// Which part of a chart is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShowPart {
    /// Everything.
    All,
    /// `Chart.yaml`, written anew.
    Chart,
    /// `values.yaml` as it is, or what a JSONPath finds in it.
    Values,
    /// The first of README.md, README.txt and README.
    Readme,
    /// The files in `crds/`.
    Crds,
}

/// What `show` needs.
#[derive(Clone, Debug)]
pub struct ShowOptions {
    /// Which chart.
    pub chart: ChartQuery,
    /// Which part of it.
    pub part: ShowPart,
    /// `--jsonpath`; empty where it is not given.
    pub json_path: String,
}

/// Shows a part of a chart.
pub fn show(options: &ShowOptions) -> Report {
    let (mut stdout, mut log) = (Vec::new(), Vec::new());
    let outcome = load(options, &mut log).and_then(|chart| write(&chart, options, &mut stdout));
    if outcome.is_err() {
        stdout.clear();
    }
    Report { stdout, log, outcome }
}

fn load(options: &ShowOptions, log: &mut Vec<LogLine>) -> Result<Chart, Error> {
    let path = source::locate(&options.chart, &mut |note| log.push(LogLine::from(note)))?;
    let mut warnings = Vec::new();
    let loaded = source::load_v2(&path, &mut warnings);
    log.extend(warnings.into_iter().map(LogLine::from));
    Ok(loaded?)
}

fn write(chart: &Chart, options: &ShowOptions, out: &mut Vec<u8>) -> Result<(), Error> {
    let metadata = chart.metadata.to_yaml()?;
    let all = options.part == ShowPart::All;
    if all || options.part == ShowPart::Chart {
        line(out, &metadata);
    }
    if (all || options.part == ShowPart::Values) && has_values(chart) {
        if all {
            line(out, b"---");
        }
        if options.json_path.is_empty() {
            for file in chart.raw.iter().filter(|file| file.name == "values.yaml") {
                line(out, &file.data);
            }
        } else {
            JsonPath::parse(&options.json_path)?.write(&chart.values, out);
        }
    }
    if (all || options.part == ShowPart::Readme)
        && let Some(readme) = chart.files.iter().find(|file| is_readme(file))
    {
        if all {
            line(out, b"---");
        }
        line(out, &readme.data);
    }
    if all || options.part == ShowPart::Crds {
        for crd in chart.crds() {
            if !crd.data.starts_with(b"---") {
                line(out, b"---");
            }
            line(out, &crd.data);
        }
    }
    Ok(())
}

/// Whether there is a values.yaml: without it the values are Go's nil map.
fn has_values(chart: &Chart) -> bool {
    chart.raw.iter().any(|file| file.name == "values.yaml")
}

fn is_readme(file: &File) -> bool {
    ["readme.md", "readme.txt", "readme"].iter().any(|name| file.name.eq_ignore_ascii_case(name))
}

fn line(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(text);
    out.push(b'\n');
}
