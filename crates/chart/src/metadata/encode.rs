//! `Chart.yaml` and `Chart.lock` as values, JSON and YAML.

use std::collections::BTreeMap;

use value::{Map, MapType, Value, json};

use crate::{Dependency, Error, Lock, Maintainer, Metadata, metadata::API_VERSION_1, ordered::Fields, rfc3339};

impl Metadata {
    /// `.Chart` without `IsRoot`: every field under its Go name (Helm: pkg/chart/common.go, `structToMap`).
    pub fn to_value(&self) -> Value {
        let annotations = match (self.annotations.is_empty(), self.marks.empty_annotations) {
            (true, false) => Map::new(MapType::NilString),
            _ => texts_map(&self.annotations),
        };
        Value::map([
            ("APIVersion", text(&self.api_version)),
            ("Annotations", Value::Map(annotations)),
            ("AppVersion", text(&self.app_version)),
            ("Condition", text(&self.condition)),
            ("Dependencies", Value::list(self.dependencies.iter().map(Dependency::to_value).collect())),
            ("Deprecated", Value::Bool(self.deprecated)),
            ("Description", text(&self.description)),
            ("Home", text(&self.home)),
            ("Icon", text(&self.icon)),
            ("Keywords", texts(&self.keywords)),
            ("KubeVersion", text(&self.kube_version)),
            ("Maintainers", Value::list(self.maintainers.iter().map(Maintainer::to_value).collect())),
            ("Name", text(&self.name)),
            ("Sources", texts(&self.sources)),
            ("Tags", text(&self.tags)),
            ("Type", text(self.chart_type.as_deref().unwrap_or_default())),
            ("Version", text(&self.version)),
        ])
    }

    /// The JSON that release records hold: the fields in the order of Helm's struct, without empty ones.
    pub fn to_json(&self) -> Result<Vec<u8>, json::Error> {
        self.fields().to_json()
    }

    /// The YAML that `show chart` prints and `package` writes.
    pub fn to_yaml(&self) -> Result<Vec<u8>, Error> {
        self.fields().into_yaml()
    }

    /// The YAML of a `Chart.yaml` on disk: the dependencies of a v1 chart stay in `requirements.yaml`
    /// (Helm: `chartutil.SaveChartfile`).
    pub fn to_chart_yaml(&self) -> Result<Vec<u8>, Error> {
        let mut fields = self.fields();
        if self.api_version == API_VERSION_1 {
            fields.remove("dependencies");
        }
        fields.into_yaml()
    }

    /// The fields in the order of Helm's struct, without empty ones.
    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.put_text("name", &self.name);
        fields.put_text("home", &self.home);
        fields.put_texts("sources", &self.sources);
        fields.put_text("version", &self.version);
        fields.put_text("description", &self.description);
        fields.put_texts("keywords", &self.keywords);
        fields.put_structs("maintainers", self.maintainers.iter().map(Maintainer::fields));
        fields.put_text("icon", &self.icon);
        fields.put_text("apiVersion", &self.api_version);
        fields.put_text("condition", &self.condition);
        fields.put_text("tags", &self.tags);
        fields.put_text("appVersion", &self.app_version);
        if self.deprecated {
            fields.put("deprecated", Value::Bool(true));
        }
        if !self.annotations.is_empty() {
            fields.put("annotations", Value::Map(texts_map(&self.annotations)));
        }
        fields.put_text("kubeVersion", &self.kube_version);
        fields.put_structs("dependencies", self.dependencies.iter().map(Dependency::fields));
        fields.put_text("type", self.chart_type.as_deref().unwrap_or_default());
        fields
    }
}

impl Maintainer {
    fn to_value(&self) -> Value {
        Value::map([("Email", text(&self.email)), ("Name", text(&self.name)), ("URL", text(&self.url))])
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.put_text("name", &self.name);
        fields.put_text("email", &self.email);
        fields.put_text("url", &self.url);
        fields
    }
}

impl Dependency {
    fn to_value(&self) -> Value {
        Value::map([
            ("Alias", text(&self.alias)),
            ("Condition", text(&self.condition)),
            ("Enabled", Value::Bool(self.enabled)),
            ("ImportValues", Value::list(self.import_values.clone())),
            ("Name", text(&self.name)),
            ("Repository", text(&self.repository)),
            ("Tags", texts(&self.tags)),
            ("Version", text(&self.version)),
        ])
    }

    /// The JSON that release records and lock digests hold, in the order of Helm's struct.
    pub fn to_json(&self) -> Result<Vec<u8>, json::Error> {
        self.fields().to_json()
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.put("name", text(&self.name));
        fields.put_text("version", &self.version);
        fields.put("repository", text(&self.repository));
        fields.put_text("condition", &self.condition);
        fields.put_texts("tags", &self.tags);
        if self.enabled {
            fields.put("enabled", Value::Bool(true));
        }
        if !self.import_values.is_empty() {
            fields.put("import-values", Value::list(self.import_values.clone()));
        }
        fields.put_text("alias", &self.alias);
        fields
    }
}

impl Lock {
    /// The JSON that release records hold.
    pub fn to_json(&self) -> Result<Vec<u8>, json::Error> {
        self.fields().to_json()
    }

    /// The YAML of a `Chart.lock`.
    pub fn to_yaml(&self) -> Result<Vec<u8>, Error> {
        self.fields().into_yaml()
    }

    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.put("generated", text(&rfc3339::normalize(&self.generated)));
        fields.put("digest", text(&self.digest));
        match self.dependencies.is_empty() {
            true if self.empty_dependencies => fields.put("dependencies", Value::list(Vec::new())),
            true => fields.put("dependencies", Value::Nil),
            false => fields.put_structs("dependencies", self.dependencies.iter().map(Dependency::fields)),
        }
        fields
    }
}

fn text(text: &str) -> Value {
    Value::string(text)
}

fn texts(texts: &[String]) -> Value {
    Value::list(texts.iter().map(|text| Value::string(text.as_str())).collect())
}

fn texts_map(texts: &BTreeMap<String, String>) -> Map {
    Map::from_entries(MapType::String, texts.iter().map(|(key, text)| (key.as_str(), Value::string(text.as_str()))))
}
