//! `import-values`: what a chart takes from the values of its subcharts.
//!
//! Helm: pkg/chart/v2/util/dependencies.go, `processImportValues`.

use value::{Map, MapType, Value};

use crate::{
    Chart, Dependency, Error, Warning,
    coalesce::{Coalescer, IMPORT_BUDGET, copy_map, merge_values},
    path, print,
};

/// Imports values from children into their parents, from the bottom up.
pub(crate) fn import_values(chart: &mut Chart, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    let mut budget = IMPORT_BUDGET;
    import_all(chart, &mut budget, warnings)
}

fn import_all(chart: &mut Chart, budget: &mut usize, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    for child in &mut chart.dependencies {
        import_all(child, budget, warnings)?;
    }
    if !chart.metadata.names_dependencies() {
        return Ok(());
    }
    let values = merge_values(chart, &Map::default(), warnings)?;
    let imported = Map::default();
    for dependency in &mut chart.metadata.dependencies {
        import_from(dependency, &values, &imported, budget, warnings);
    }
    // The parent's own values win over what it imports.
    let values = copy_map(&values, budget);
    if *budget == 0 {
        return Err(Error::ImportTooLarge(chart.name().into()));
    }
    Coalescer::guarded(warnings, budget).merge(&values, &imported);
    chart.values = values;
    Ok(())
}

fn import_from(
    dependency: &mut Dependency,
    values: &Map,
    imported: &Map,
    budget: &mut usize,
    warnings: &mut Vec<Warning>,
) {
    for import in std::mem::take(&mut dependency.import_values) {
        let Some(import) = Import::read(&import) else { continue };
        match path::table(values, &format!("{}.{}", dependency.name, import.child)) {
            Ok(table) => {
                // An empty table is replaced by a fresh one in Helm too, so that it is not changed.
                let table = if table.is_empty() { Map::default() } else { table };
                Coalescer::guarded(warnings, budget).merge(imported, &import.place(table));
            }
            Err(error) => warnings.push(import.missing(&dependency.name, error)),
        }
        dependency.import_values.push(import.to_value());
    }
}

/// One item of `import-values`.
struct Import {
    /// The path of the table in the child's values.
    child: String,
    /// The path in the parent's values, `.` for their top.
    parent: String,
    /// Whether it was a text: a name below the child's `exports`.
    is_export: bool,
}

impl Import {
    /// Anything but a text or a map is ignored, a map that was read before included.
    fn read(value: &Value) -> Option<Import> {
        match value {
            Value::String(name) => {
                Some(Import { child: format!("exports.{name}"), parent: ".".into(), is_export: true })
            }
            Value::Map(map) if map.map_type() == MapType::Any => {
                let text = |key: &str| print::plain(&map.get(key).unwrap_or_default());
                Some(Import { child: text("child"), parent: text("parent"), is_export: false })
            }
            _ => None,
        }
    }

    /// The table below the parent's path.
    fn place(&self, table: Map) -> Map {
        if self.is_export || self.parent == "." {
            return table;
        }
        let nest = |inner: Map, key: &str| Map::from_entries(MapType::Any, [(key, Value::Map(inner))]);
        self.parent.rsplit('.').take(Value::MAX_DEPTH).fold(table, nest)
    }

    fn missing(&self, chart: &str, error: String) -> Warning {
        if self.is_export {
            return Warning::warn("ImportValues missing table", vec![("error", error)]);
        }
        Warning::warn("ImportValues missing table from chart", vec![("chart", chart.into()), ("error", error)])
    }

    fn to_value(&self) -> Value {
        let entries = [("child", Value::string(self.child.as_str())), ("parent", Value::string(self.parent.as_str()))];
        Value::Map(Map::from_entries(MapType::String, entries))
    }
}

#[cfg(test)]
mod tests {
    use value::json;

    use super::*;
    use crate::{File, process_dependencies};

    fn processed(imports: &str, values: &str) -> Result<Chart, Error> {
        let file = |name: &str, data: String| File { name: name.into(), data: data.into(), modified: None };
        let dependency = format!("{{name: c, version: 1.0.0, repository: '', import-values: [{imports}]}}");
        let files = vec![
            file("Chart.yaml", format!("apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies: [{dependency}]\n")),
            file("charts/c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n".into()),
            file("charts/c/values.yaml", values.into()),
        ];
        let mut chart = Chart::from_files(files, &mut Vec::new())?;
        process_dependencies(&mut chart, &Map::default(), &mut Vec::new())?;
        Ok(chart)
    }

    /// Helm overflows its stack here.
    #[test]
    fn table_imported_into_itself_is_copied() {
        let imports = "{child: a, parent: .}, {child: a.b, parent: b.c}";
        let chart = processed(imports, "a: {b: {x: 1}}\n").unwrap();
        let values = json::to_vec(&Value::Map(chart.values)).unwrap();
        let values = String::from_utf8(values).unwrap();
        assert_eq!(values, r#"{"b":{"c":{"x":1},"x":1},"c":{"a":{"b":{"c":{"x":1},"x":1}},"global":{}}}"#);
    }

    #[test]
    fn imports_that_double_again_and_again_end_with_an_error() {
        let double = |index: usize| {
            format!("{{child: all.d{index}, parent: d{0}.x}}, {{child: all.d{index}, parent: d{0}.y}}", index + 1)
        };
        let imports: Vec<String> = (1..40).map(double).collect();
        let tables: Vec<String> = (1..42).map(|index| format!("d{index}: {{k: {{v: 1}}}}")).collect();
        let imports = format!("{{child: all, parent: .}}, {}", imports.join(", "));
        let error = processed(&imports, &format!("all: {{{}}}\n", tables.join(", "))).unwrap_err();
        assert_eq!(error, Error::ImportTooLarge("p".into()));
    }
}
