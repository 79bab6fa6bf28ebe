//! Values that the user gives and that nothing uses: misspelt keys, most of all.

use chart::Chart;
use value::Map;

use super::{
    path_text,
    usage::{Usage, at, leaves},
};

/// A value that nothing uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// Where it is.
    pub path: String,
    /// The key that there is and that is spelled nearly the same; empty where there is none.
    pub nearest: String,
}

impl Unused {
    /// A warning.
    pub fn text(&self) -> String {
        match self.nearest.as_str() {
            "" => format!("warning: nothing uses the value {}", self.path),
            nearest => format!("warning: nothing uses the value {}; did you mean {nearest}?", self.path),
        }
    }
}

/// The values of the user that no template of the chart names and that the chart has no default for. The chart's
/// dependencies have not been processed yet.
pub fn unused_values(chart: &Chart, values: &Map) -> Vec<Unused> {
    let usage = Usage::of(chart);
    let mut known: Vec<String> = usage.references.iter().map(|reference| path_text(&reference.path)).collect();
    known.extend(leaves(&chart.values).iter().map(|(path, _)| path_text(path)));
    for below in &chart.dependencies {
        known.extend(leaves(&below.values).iter().map(|(path, _)| format!("{}.{}", below.name(), path_text(path))));
    }
    known.sort();
    known.dedup();
    let unknown = leaves(values).into_iter().map(|(path, _)| path);
    let unknown = unknown.filter(|path| !usage.uses(path) && !has_default(chart, path));
    unknown.map(|path| unused(path_text(&path), &known)).collect()
}

/// The same of a chart on disk; one that cannot be read has none.
pub fn unused_in(path: &str, values: &Map) -> Vec<Unused> {
    source::load(path, &mut Vec::new()).map(|chart| unused_values(&chart, values)).unwrap_or_default()
}

/// Whether a chart or the subchart that a path leads to has a default there.
fn has_default(chart: &Chart, path: &[String]) -> bool {
    if at(&chart.values, path).is_some() {
        return true;
    }
    let Some((first, rest)) = path.split_first() else { return false };
    chart.dependencies.iter().filter(|below| below.name() == first).any(|below| has_default(below, rest))
}

fn unused(path: String, known: &[String]) -> Unused {
    let near = |other: &&String| {
        let distance = render::edit_distance(&path, other);
        (distance > 0 && distance <= (path.chars().count() / 4).max(2)).then_some((distance, (*other).clone()))
    };
    let nearest = known.iter().filter_map(|other| near(&other)).min();
    Unused { nearest: nearest.map(|(_, other)| other).unwrap_or_default(), path }
}
