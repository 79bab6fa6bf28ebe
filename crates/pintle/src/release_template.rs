//! `helm get all --template`: a record as a template sees it, under the names of Helm's Go structs.

use std::{any::Any, rc::Rc};

use chart::File;
use release::{Hook, Info, Record, Timestamp};
use template::{Budget, Functions, MissingKey, Surroundings, Templates, time_value};
use value::{Kind, Map, MapType, Object, Value};

use crate::{Error, ErrorKind};

/// Executes a template that sees the record as `.Release`. Go's own functions are there, and no others.
///
/// # Errors
/// The template cannot be parsed or executed.
pub fn record_template(record: &Record, text: &str, surroundings: &dyn Surroundings) -> Result<Vec<u8>, Error> {
    let mut templates = Templates::new(Functions::default(), MissingKey::Default);
    let failed = |error: template::Error| Error::new(ErrorKind::Usage, error.to_string());
    templates.parse("_", text).map_err(failed)?;
    let data = Value::map([("Release", Shape { surroundings }.release(record))]);
    templates.execute("_", &data, &Budget::default(), surroundings).map_err(failed)
}

/// A Go struct, or a pointer to one.
struct GoStruct {
    go_type: &'static str,
    fields: Vec<(&'static str, Value)>,
    /// What methods without arguments give.
    methods: Vec<(&'static str, Value)>,
}

impl Object for GoStruct {
    fn go_type(&self) -> String {
        self.go_type.into()
    }

    fn kind(&self) -> Kind {
        if self.go_type.starts_with('*') { Kind::Ptr } else { Kind::Struct }
    }

    fn field(&self, name: &str) -> Option<Value> {
        let mut known = self.fields.iter().chain(&self.methods);
        known.find(|(field, _)| *field == name).map(|(_, value)| value.clone())
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn go_struct(go_type: &'static str, fields: Vec<(&'static str, Value)>) -> Value {
    Value::Object(Rc::new(GoStruct { go_type, fields, methods: Vec::new() }))
}

fn text(text: impl AsRef<str>) -> Value {
    Value::string(text.as_ref())
}

fn texts(texts: &[String]) -> Value {
    Value::strings(texts.iter().map(String::as_str))
}

/// The names of `chart.Metadata`.
const METADATA: [&str; 17] = [
    "Name",
    "Home",
    "Sources",
    "Version",
    "Description",
    "Keywords",
    "Maintainers",
    "Icon",
    "APIVersion",
    "Condition",
    "Tags",
    "AppVersion",
    "Deprecated",
    "Annotations",
    "KubeVersion",
    "Dependencies",
    "Type",
];

/// Gives records their Go shape.
struct Shape<'a> {
    surroundings: &'a dyn Surroundings,
}

impl Shape<'_> {
    fn time(&self, time: Option<Timestamp>) -> Value {
        time_value(time.map(|time| (time.nanoseconds, time.offset)), self.surroundings)
    }

    fn release(&self, record: &Record) -> Value {
        let labels = record.labels.iter().map(|(key, value)| (key.as_str(), text(value)));
        let apply_method = match record.apply_method {
            release::ApplyMethod::Unset => "",
            release::ApplyMethod::ClientSide => "csa",
            release::ApplyMethod::ServerSide => "ssa",
        };
        go_struct(
            "*v1.Release",
            vec![
                ("Name", text(&record.name)),
                ("Info", self.info(&record.info)),
                ("Chart", self.chart(record)),
                ("Config", Value::Map(record.config.clone())),
                ("Manifest", text(&record.manifest)),
                ("Hooks", Value::list(record.hooks.iter().map(|hook| self.hook(hook)).collect())),
                ("Version", Value::int(record.revision)),
                ("Namespace", text(&record.namespace)),
                ("Labels", Value::Map(Map::from_entries(MapType::String, labels))),
                ("ApplyMethod", text(apply_method)),
            ],
        )
    }

    fn info(&self, info: &Info) -> Value {
        go_struct(
            "*v1.Info",
            vec![
                ("FirstDeployed", self.time(info.first_deployed)),
                ("LastDeployed", self.time(info.last_deployed)),
                ("Deleted", self.time(info.deleted)),
                ("Description", text(&info.description)),
                ("Status", text(info.status.name())),
                ("Notes", text(&info.notes)),
                ("Resources", Value::Map(Map::new(MapType::NilAny))),
            ],
        )
    }

    fn chart(&self, record: &Record) -> Value {
        let chart = &record.chart;
        let known = chart.metadata.to_value();
        let known = known.as_map().cloned().unwrap_or_default();
        let metadata = METADATA.map(|name| (name, known.get(name).unwrap_or(Value::Nil)));
        let files = |files: &[File]| Value::list(files.iter().map(|file| self.file(file)).collect());
        Value::Object(Rc::new(GoStruct {
            go_type: "*v2.Chart",
            fields: vec![
                ("Raw", Value::list(Vec::new())),
                ("Metadata", go_struct("*v2.Metadata", metadata.to_vec())),
                ("Lock", Value::Nil),
                ("Templates", files(&chart.templates)),
                ("Values", Value::Map(chart.values.clone())),
                ("Schema", Value::Bytes(chart.schema.clone().unwrap_or_default())),
                ("SchemaModTime", self.time(None)),
                ("Files", files(&chart.files)),
                ("ModTime", self.time(None)),
            ],
            methods: vec![
                ("Name", text(&chart.metadata.name)),
                ("AppVersion", text(&chart.metadata.app_version)),
                ("ChartFullPath", text(&chart.metadata.name)),
                ("IsRoot", Value::Bool(true)),
            ],
        }))
    }

    fn file(&self, file: &File) -> Value {
        let modified = file.modified.and_then(Timestamp::from_system_time);
        go_struct(
            "*common.File",
            vec![
                ("Name", text(&file.name)),
                ("Data", Value::Bytes(file.data.clone())),
                ("ModTime", self.time(modified)),
            ],
        )
    }

    fn hook(&self, hook: &Hook) -> Value {
        let run = &hook.last_run;
        let last_run = vec![
            ("StartedAt", self.time(run.started_at)),
            ("CompletedAt", self.time(run.completed_at)),
            ("Phase", text(&run.phase)),
        ];
        go_struct(
            "*v1.Hook",
            vec![
                ("Name", text(&hook.name)),
                ("Kind", text(&hook.kind)),
                ("Path", text(&hook.path)),
                ("Manifest", Value::String(hook.manifest.clone())),
                ("Events", Value::strings(hook.events.iter().map(|event| event.name()))),
                ("LastRun", go_struct("v1.HookExecution", last_run)),
                ("Weight", Value::int(hook.weight)),
                ("DeletePolicies", texts(&hook.delete_policies)),
                ("OutputLogPolicies", texts(&hook.output_log_policies)),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use release::{Record, Timestamp};
    use template::Fixed;

    use super::record_template;

    #[test]
    fn records_have_the_names_of_go() {
        let mut record = Record { name: "r".into(), revision: 3, ..Record::default() };
        record.chart.metadata.name = "web".into();
        record.chart.metadata.version = "0.1.0".into();
        record.info.last_deployed = Timestamp::parse("2026-11-21T12:43:41.2Z");
        let print = |text: &str| match record_template(&record, text, &Fixed::default()) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(print("{{.Release.Name}}-{{.Release.Version}}"), "r-3");
        assert_eq!(print("{{.Release.Chart.Name}} {{.Release.Chart.Metadata.Version}}"), "web 0.1.0");
        assert_eq!(print("{{.Release.Info.LastDeployed.Year}} {{.Release.Info.Status}}"), "2026 unknown");
        assert_eq!(print("{{.Release.Info.Deleted.IsZero}} {{len .Release.Hooks}}"), "true 0");
        let text = print("{{.Release.Nothing}}");
        assert!(text.contains("can't evaluate field Nothing in type interface {}"), "{text}");
    }
}
