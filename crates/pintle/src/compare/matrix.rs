//! What environments have in common and what not.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    settings::{Setting, is_meant},
    state::EnvironmentState,
};

/// What a component or a setting is in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What it is; none where it is not there.
    pub value: Option<String>,
    /// Whether it was changed by hand.
    pub stray: bool,
}

/// Why a row differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Values of the environments differ: these.
    Values(Vec<String>),
    /// The versions of the chart do.
    Chart,
    /// Somebody changed it by hand.
    Hand,
    /// Nothing that is known.
    Unknown,
}

/// A component, or one of its settings.
#[derive(Clone, Debug)]
pub struct Row {
    /// `Kind/name`.
    pub component: String,
    /// The setting; empty for the component itself.
    pub path: String,
    /// What it is in each environment, in their order.
    pub cells: Vec<Cell>,
    /// Why it differs; none where it does not.
    pub cause: Option<Cause>,
}

/// A comparison of environments.
#[derive(Clone, Debug, Default)]
pub struct Matrix {
    /// The environments' names.
    pub environments: Vec<String>,
    /// Their charts.
    pub charts: Vec<String>,
    /// All components.
    pub components: Vec<Row>,
    /// The settings that differ.
    pub settings: Vec<Row>,
    /// How many settings are the same everywhere.
    pub same: usize,
    /// The values that differ, with what each environment says.
    pub values: Vec<(String, Vec<Option<String>>)>,
    /// Settings and components that should be the same, and are not.
    pub violations: Vec<String>,
}

/// Compares environments. `require_same` names settings that should be the same: `images`, `components`, or patterns of
/// paths such as `*.resources.limits`.
pub fn compare_environments(states: &[EnvironmentState], require_same: &[String]) -> Matrix {
    let mut matrix = Matrix {
        environments: states.iter().map(|state| state.name.clone()).collect(),
        charts: states.iter().map(|state| state.chart.clone()).collect(),
        values: values(states),
        ..Matrix::default()
    };
    let names: BTreeSet<&String> = states.iter().flat_map(|state| state.components.keys()).collect();
    for name in names {
        let cells = states.iter().map(|state| Cell {
            value: state.components.get(name).map(|_| "yes".to_owned()),
            stray: state.strays.contains(&(name.clone(), String::new())),
        });
        let row = Row { component: name.clone(), path: String::new(), cells: cells.collect(), cause: None };
        let row = caused(row, states, &matrix);
        if row.cause.is_some() && require_same.iter().any(|pattern| pattern == "components") {
            matrix.violations.push(format!("{name} is not in every environment"));
        }
        matrix.components.push(row);
        settings(name, states, &mut matrix);
    }
    for row in &matrix.settings {
        if let Some(pattern) = require_same.iter().find(|pattern| is_meant(pattern, &row.path)) {
            matrix.violations.push(format!("{} {} is not the same ({pattern})", row.component, row.path));
        }
    }
    matrix
}

/// The values that differ.
fn values(states: &[EnvironmentState]) -> Vec<(String, Vec<Option<String>>)> {
    let paths: BTreeSet<&String> = states.iter().flat_map(|state| state.values.keys()).collect();
    let said = |path: &String| states.iter().map(|state| state.values.get(path).cloned()).collect::<Vec<_>>();
    let rows = paths.into_iter().map(|path| (path.clone(), said(path)));
    rows.filter(|(_, said)| said.windows(2).any(|pair| pair.first() != pair.last())).collect()
}

/// The settings of a component in the environments that have it.
fn settings(name: &str, states: &[EnvironmentState], matrix: &mut Matrix) {
    let having: Vec<Option<&BTreeMap<String, Setting>>> =
        states.iter().map(|state| state.components.get(name)).collect();
    if having.iter().flatten().count() < 2 {
        return;
    }
    let paths: BTreeSet<&String> = having.iter().flatten().flat_map(|settings| settings.keys()).collect();
    for path in paths {
        let found: Vec<Option<&Setting>> =
            having.iter().map(|settings| settings.and_then(|all| all.get(path))).collect();
        let present = having.iter().zip(&found).filter(|(settings, _)| settings.is_some()).map(|(_, found)| found);
        let distinct: BTreeSet<&Option<&Setting>> = present.collect();
        if distinct.len() < 2 {
            matrix.same += 1;
            continue;
        }
        let secrets: Vec<&Setting> = distinct.iter().copied().flatten().copied().collect();
        let shown = |setting: &Setting| match setting {
            Setting::Plain(text) => text.clone(),
            // Which environments have the same secret can be seen, and nothing else.
            Setting::Secret(_) => {
                let place = secrets.iter().position(|other| *other == setting).unwrap_or(0);
                format!("secret {}", char::from(b'A' + u8::try_from(place % 26).unwrap_or(0)))
            }
        };
        let cells = states.iter().zip(&found).map(|(state, found)| Cell {
            value: found.map(shown),
            stray: state.strays.contains(&(name.to_owned(), path.clone())),
        });
        let row = Row { component: name.to_owned(), path: path.clone(), cells: cells.collect(), cause: None };
        let row = caused(row, states, matrix);
        matrix.settings.push(row);
    }
}

/// Finds out why a row differs.
fn caused(mut row: Row, states: &[EnvironmentState], matrix: &Matrix) -> Row {
    if row.cells.windows(2).all(|pair| pair.first().map(|cell| &cell.value) == pair.last().map(|cell| &cell.value)) {
        return row;
    }
    if row.cells.iter().any(|cell| cell.stray) {
        row.cause = Some(Cause::Hand);
        return row;
    }
    let used = |path: &String| {
        states.iter().any(|state| {
            let source = state.sources.get(&row.component);
            let names = source.and_then(|source| state.uses.get(source));
            names.is_some_and(|names| {
                names.iter().any(|name| {
                    path == name || path.starts_with(&format!("{name}.")) || name.starts_with(&format!("{path}."))
                })
            })
        })
    };
    let says = |said: &Vec<Option<String>>| {
        let pairs = said.iter().zip(&row.cells);
        let mut pairs = pairs.filter_map(|(said, cell)| Some((said.as_ref()?, cell.value.as_ref()?)));
        pairs.all(|(said, cell)| cell.contains(said.trim_matches('"')))
    };
    let candidates: Vec<&(String, Vec<Option<String>>)> =
        matrix.values.iter().filter(|(path, said)| used(path) || (!row.path.is_empty() && says(said))).collect();
    let exact: Vec<String> = candidates
        .iter()
        .filter(|(_, said)| !row.path.is_empty() && says(said))
        .map(|(path, _)| path.clone())
        .collect();
    let all: Vec<String> = candidates.iter().map(|(path, _)| path.clone()).collect();
    let same_chart = matrix.charts.windows(2).all(|pair| pair.first() == pair.last());
    row.cause = Some(match () {
        () if !exact.is_empty() => Cause::Values(exact),
        () if !same_chart => Cause::Chart,
        () if !all.is_empty() => Cause::Values(all),
        () => Cause::Unknown,
    });
    row
}
