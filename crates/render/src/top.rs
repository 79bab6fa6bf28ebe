//! What a template sees as `.`: one map a chart, subcharts' tables of values within their parents'.

use chart::{Chart, File};
use value::{Map, MapType, Str, Value};

use crate::{Mode, Release, files::Files};

/// A template to be rendered, and the map that it sees.
pub(crate) struct Renderable {
    /// The path, such as `demo/charts/redis/templates/service.yaml`.
    pub(crate) path: String,
    /// The text.
    pub(crate) text: Str,
    /// `.`
    pub(crate) top: Map,
    /// `.Template.BasePath`
    pub(crate) base_path: String,
}

impl Renderable {
    /// Puts `.Template` into the map, which a chart's templates share.
    pub(crate) fn describe(&self) {
        let about = Map::from_entries(
            MapType::Values,
            [("Name", Value::string(self.path.as_str())), ("BasePath", Value::string(self.base_path.as_str()))],
        );
        self.top.insert("Template", Value::Map(about));
    }
}

/// What all charts of a render share.
pub(crate) struct Shared {
    pub(crate) release: Value,
    pub(crate) capabilities: Value,
}

/// `.Release`; lint is neither an upgrade nor an install.
pub(crate) fn release(release: &Release, mode: Mode) -> Value {
    Value::map([
        ("Name", Value::string(release.name.as_str())),
        ("Namespace", Value::string(release.namespace.as_str())),
        ("IsUpgrade", Value::Bool(release.is_upgrade)),
        ("IsInstall", Value::Bool(!release.is_upgrade && mode == Mode::Render)),
        ("Revision", Value::int(release.revision)),
        ("Service", Value::string("Helm")),
    ])
}

/// Collects the templates of a chart and its subcharts. Helm: `pkg/engine/engine.go`, `recAllTpls`.
///
/// `values` is the chart's own table. Gives the chart's map, which its parent shows under `.Subcharts`.
pub(crate) fn collect(chart: &Chart, path: &str, values: Map, shared: &Shared, templates: &mut Vec<Renderable>) -> Map {
    let metadata = chart.metadata.to_value();
    if let Value::Map(metadata) = &metadata {
        metadata.insert("IsRoot", Value::Bool(!path.contains('/')));
    }
    let subcharts = Map::default();
    let top = Map::from_entries(
        MapType::Values,
        [
            ("Chart", metadata),
            ("Files", Value::Object(std::rc::Rc::new(Files::new(&chart.files)))),
            ("Release", shared.release.clone()),
            ("Capabilities", shared.capabilities.clone()),
            ("Values", Value::Map(values.with_type(MapType::Values))),
            ("Subcharts", Value::Map(subcharts.clone())),
        ],
    );
    for child in &chart.dependencies {
        let table = table(&values, child.name()).unwrap_or_else(|| Map::new(MapType::Values));
        let child_path = Chart::subchart_path(path, child.name());
        let child_top = collect(child, &child_path, table, shared, templates);
        subcharts.insert(child.name(), Value::Map(child_top.with_type(MapType::Any)));
    }
    let wanted = |file: &&File| !chart.is_library() || base(&file.name).starts_with('_');
    for file in chart.templates.iter().filter(wanted) {
        templates.push(Renderable {
            path: format!("{path}/{}", file.name),
            text: file.data.clone(),
            top: top.clone(),
            base_path: format!("{path}/templates"),
        });
    }
    top
}

/// The table at a path of names separated by dots. Helm: `pkg/chart/common/values.go`, `Values.Table`.
fn table(values: &Map, path: &str) -> Option<Map> {
    path.split('.').try_fold(values.clone(), |table, name| match table.get(name) {
        Some(Value::Map(inner)) => Some(inner),
        _ => None,
    })
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}
