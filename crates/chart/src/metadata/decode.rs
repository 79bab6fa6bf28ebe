//! `Chart.yaml` from YAML.

use std::collections::BTreeMap;

use value::yaml;

use crate::{
    Dependency, Error, Maintainer, Metadata,
    metadata::Marks,
    shape::{self, Fields, Fitted, Record, Shape, Unknown},
};

static METADATA: Record = Record { name: "Metadata", go_type: "v2.Metadata", fields: &METADATA_FIELDS };

/// The fields of `Chart.yaml`.
pub(crate) const METADATA_FIELDS: [(&str, Shape); 17] = [
    ("name", Shape::Text),
    ("home", Shape::Text),
    ("sources", Shape::List("[]string", &Shape::Text)),
    ("version", Shape::Text),
    ("description", Shape::Text),
    ("keywords", Shape::List("[]string", &Shape::Text)),
    ("maintainers", Shape::List("[]*v2.Maintainer", &Shape::Record(&MAINTAINER))),
    ("icon", Shape::Text),
    ("apiVersion", Shape::Text),
    ("condition", Shape::Text),
    ("tags", Shape::Text),
    ("appVersion", Shape::Text),
    ("deprecated", Shape::Flag),
    ("annotations", Shape::Texts),
    ("kubeVersion", Shape::Text),
    ("dependencies", Shape::List("[]*v2.Dependency", &Shape::Record(&DEPENDENCY))),
    ("type", Shape::Text),
];

/// A maintainer.
pub(crate) static MAINTAINER: Record = Record {
    name: "Maintainer",
    go_type: "v2.Maintainer",
    fields: &[("name", Shape::Text), ("email", Shape::Text), ("url", Shape::Text)],
};

/// A dependency.
pub(crate) static DEPENDENCY: Record = Record {
    name: "Dependency",
    go_type: "v2.Dependency",
    fields: &[
        ("name", Shape::Text),
        ("version", Shape::Text),
        ("repository", Shape::Text),
        ("condition", Shape::Text),
        ("tags", Shape::List("[]string", &Shape::Text)),
        ("enabled", Shape::Flag),
        ("import-values", Shape::List("[]interface {}", &Shape::Any)),
        ("alias", Shape::Text),
    ],
};

/// Where Helm looks for the apiVersion alone (Helm: pkg/chart/loader, `chartBase`).
static CHART_BASE: Record =
    Record { name: "chartBase", go_type: "loader.chartBase", fields: &[("apiVersion", Shape::Text)] };

/// A `Chart.yaml` that is being read: documents are laid over each other (`requirements.yaml` over `Chart.yaml`)
/// as Go lays them over one struct, null items included.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    metadata: Metadata,
    annotations: Option<BTreeMap<String, String>>,
    maintainers: Vec<Option<Maintainer>>,
    dependencies: Option<Vec<Option<Dependency>>>,
}

impl Draft {
    /// Lays a document over what was read before.
    pub(crate) fn read(&mut self, bytes: &[u8], unknown: Unknown) -> Result<(), String> {
        let value = read_yaml(bytes, unknown)?;
        if let Some(fields) = shape::fit(&value, &METADATA, unknown)? {
            fields.into_iter().for_each(|(name, field)| self.set(name, field));
        }
        Ok(())
    }

    /// The apiVersion read so far.
    pub(crate) fn api_version(&mut self) -> &mut String {
        &mut self.metadata.api_version
    }

    /// The metadata, with marks where nulls and empty lists were.
    pub(crate) fn finish(self) -> Metadata {
        let Draft { mut metadata, annotations, maintainers, dependencies } = self;
        metadata.marks = Marks {
            empty_annotations: annotations.as_ref().is_some_and(BTreeMap::is_empty),
            empty_dependencies: dependencies.as_ref().is_some_and(Vec::is_empty),
            null_maintainer: maintainers.iter().any(Option::is_none),
            null_dependency: dependencies.as_ref().and_then(|items| items.iter().position(Option::is_none)),
        };
        metadata.annotations = annotations.unwrap_or_default();
        metadata.maintainers = maintainers.into_iter().flatten().collect();
        metadata.dependencies = dependencies.unwrap_or_default().into_iter().flatten().collect();
        metadata
    }

    /// Sets a field, over what was there.
    pub(crate) fn set(&mut self, name: &str, field: Fitted) {
        let metadata = &mut self.metadata;
        match name {
            "name" => set_text(&mut metadata.name, field),
            "home" => set_text(&mut metadata.home, field),
            "sources" => metadata.sources = texts(field, std::mem::take(&mut metadata.sources)),
            "version" => set_text(&mut metadata.version, field),
            "description" => set_text(&mut metadata.description, field),
            "keywords" => metadata.keywords = texts(field, std::mem::take(&mut metadata.keywords)),
            "icon" => set_text(&mut metadata.icon, field),
            "apiVersion" => set_text(&mut metadata.api_version, field),
            "condition" => set_text(&mut metadata.condition, field),
            "tags" => set_text(&mut metadata.tags, field),
            "appVersion" => set_text(&mut metadata.app_version, field),
            "deprecated" => set_flag(&mut metadata.deprecated, field),
            "kubeVersion" => set_text(&mut metadata.kube_version, field),
            "type" => {
                let mut kind = metadata.chart_type.take().unwrap_or_default();
                set_text(&mut kind, field);
                metadata.chart_type = Some(kind).filter(|kind| !kind.is_empty());
            }
            "annotations" => self.set_annotations(field),
            "maintainers" => {
                let old = std::mem::take(&mut self.maintainers);
                self.maintainers = overlay(field, old, set_maintainer).unwrap_or_default();
            }
            "dependencies" => {
                let old = self.dependencies.take().unwrap_or_default();
                self.dependencies = overlay(field, old, set_dependency);
            }
            _ => {}
        }
    }

    fn set_annotations(&mut self, field: Fitted) {
        match field {
            Fitted::Texts(entries) => {
                let annotations = self.annotations.get_or_insert_default();
                annotations.extend(entries.into_iter().map(|(key, text)| (key, text.unwrap_or_default())));
            }
            _ => self.annotations = None,
        }
    }
}

/// Reads the document; the error is what `yaml.Unmarshal` says.
pub(super) fn read_yaml(bytes: &[u8], unknown: Unknown) -> Result<value::Value, String> {
    let read = match unknown {
        Unknown::Skip => yaml::from_slice_typed(bytes),
        Unknown::Refuse => yaml::from_slice_typed_strict(bytes),
    };
    read.map_err(|error| error.message)
}

/// Go ignores null for a text, and so keeps what was there.
pub(crate) fn set_text(target: &mut String, field: Fitted) {
    if let Fitted::Text(text) = field {
        *target = text;
    }
}

pub(crate) fn set_flag(target: &mut bool, field: Fitted) {
    if let Fitted::Flag(flag) = field {
        *target = flag;
    }
}

pub(crate) fn texts(field: Fitted, old: Vec<String>) -> Vec<String> {
    let Fitted::List(items) = field else { return Vec::new() };
    let mut old = old.into_iter();
    let merge = |item| {
        let mut text = old.next().unwrap_or_default();
        set_text(&mut text, item);
        text
    };
    items.into_iter().map(merge).collect()
}

/// Go decodes the items of a list into the structs that are there already, place by place.
pub(super) fn overlay<T: Default>(
    field: Fitted,
    old: Vec<Option<T>>,
    set: fn(&mut T, &str, Fitted),
) -> Option<Vec<Option<T>>> {
    let Fitted::List(items) = field else { return None };
    let mut old = old.into_iter();
    let merge = |item| {
        let before = old.next().flatten();
        let Fitted::Record(fields) = item else { return None };
        let mut record = before.unwrap_or_default();
        set_all(&mut record, fields, set);
        Some(record)
    };
    Some(items.into_iter().map(merge).collect())
}

fn set_all<T>(record: &mut T, fields: Fields, set: fn(&mut T, &str, Fitted)) {
    fields.into_iter().for_each(|(name, field)| set(record, name, field));
}

fn set_maintainer(maintainer: &mut Maintainer, name: &str, field: Fitted) {
    match name {
        "name" => set_text(&mut maintainer.name, field),
        "email" => set_text(&mut maintainer.email, field),
        "url" => set_text(&mut maintainer.url, field),
        _ => {}
    }
}

pub(super) fn set_dependency(dependency: &mut Dependency, name: &str, field: Fitted) {
    match name {
        "name" => set_text(&mut dependency.name, field),
        "version" => set_text(&mut dependency.version, field),
        "repository" => set_text(&mut dependency.repository, field),
        "condition" => set_text(&mut dependency.condition, field),
        "tags" => dependency.tags = texts(field, std::mem::take(&mut dependency.tags)),
        "enabled" => set_flag(&mut dependency.enabled, field),
        "import-values" => {
            let Fitted::List(items) = field else { return dependency.import_values.clear() };
            let any = |item| if let Fitted::Any(value) = item { value } else { value::Value::Nil };
            dependency.import_values = items.into_iter().map(any).collect();
        }
        "alias" => set_text(&mut dependency.alias, field),
        _ => {}
    }
}

impl Metadata {
    /// Reads a `Chart.yaml` as `yaml.Unmarshal` into `chart.Metadata` does; nothing is checked or filled in.
    pub fn from_yaml(bytes: &[u8]) -> Result<Metadata, Error> {
        let mut draft = Draft::default();
        draft.read(bytes, Unknown::Skip).map_err(Error::Yaml)?;
        Ok(draft.finish())
    }

    /// As [`Metadata::from_yaml`], with unknown and duplicate fields as errors (`yaml.UnmarshalStrict`).
    pub fn from_yaml_strict(bytes: &[u8]) -> Result<Metadata, Error> {
        let mut draft = Draft::default();
        draft.read(bytes, Unknown::Refuse).map_err(Error::Yaml)?;
        Ok(draft.finish())
    }

    /// Reads the apiVersion alone, which tells Helm whose chart it is.
    /// The error is what Helm says when `Chart.yaml` cannot be read or names an unknown apiVersion
    /// (Helm: pkg/chart/loader/load.go).
    pub fn check_api_version(bytes: &[u8]) -> Result<(), Error> {
        let failed = |reason| Error::CannotLoad { file: "Chart.yaml", reason };
        let value = read_yaml(bytes, Unknown::Skip).map_err(failed)?;
        let fields = shape::fit(&value, &CHART_BASE, Unknown::Skip).map_err(failed)?;
        let mut api_version = String::new();
        fields.unwrap_or_default().into_iter().for_each(|(_, field)| set_text(&mut api_version, field));
        match api_version.as_str() {
            "v1" | "v2" | "" => Ok(()),
            "v3" => Err(Error::ChartVersionThree),
            _ => Err(Error::UnsupportedChartVersion),
        }
    }
}
