//! What an API server refuses: unknown fields, wrong types, missing fields, bad names, changes of what cannot change.

mod immutable;
mod internal;

use serde_json::{Map, Value};

use crate::{
    failure::{Cause, Failure},
    object::{name_of, text_at, value_at},
    resource::Resource,
    schema::{Scalar, Shape, Type},
};

/// What a walk through an object found.
#[derive(Default)]
pub(crate) struct Findings {
    /// Paths of fields that nobody declared: `spec.template.foo`.
    pub(crate) unknown: Vec<String>,
    /// Values of a wrong type: path, what is wanted, what is there, and the struct that the field is of.
    pub(crate) mistyped: Vec<Mistyped>,
    /// Required fields that are missing, and values that are none of those allowed.
    pub(crate) causes: Vec<Cause>,
}

/// A value of a wrong type.
pub(crate) struct Mistyped {
    pub(crate) path: String,
    /// `int32`, `string`, `bool`, …, as Go names it.
    wanted: String,
    found: &'static str,
    /// The Go struct.
    holder: String,
}

impl Mistyped {
    /// encoding/json: `UnmarshalTypeError`.
    pub(crate) fn decoding(&self) -> String {
        format!(
            "json: cannot unmarshal {} into Go struct field {}.{} of type {}",
            self.found, self.holder, self.path, self.wanted
        )
    }

    /// structured-merge-diff's words.
    pub(crate) fn typed(&self) -> String {
        let wanted = match self.wanted.as_str() {
            "int32" | "int64" | "int" | "float64" => "numeric (int or float)",
            "bool" => "boolean",
            "string" => "string",
            wanted if wanted.starts_with("[]") => "list",
            _ => "map",
        };
        format!(".{}: expected {wanted}, got {}", self.path, self.found)
    }
}

/// Walks through an object along its type. `drop_unknown` takes away what nobody declared.
pub(crate) fn check(object: &mut Value, of: Type<'_>, drop_unknown: bool) -> Findings {
    let mut walk = Walk { findings: Findings::default(), drop_unknown };
    walk.value(object, of, "", "");
    walk.findings
}

struct Walk {
    findings: Findings,
    drop_unknown: bool,
}

impl Walk {
    fn value(&mut self, value: &mut Value, of: Type<'_>, path: &str, holder: &str) {
        if value.is_null() {
            return;
        }
        match (of.shape(), value) {
            (Shape::Struct(of) | Shape::Atomic(of), Value::Object(map)) if of.has_fields() => {
                let named = if of.go_name().is_empty() { holder_of(path) } else { of.go_name().to_owned() };
                self.fields(map, of, path, &named);
            }
            (Shape::Map(Some(of)), Value::Object(map)) => {
                for (name, value) in map {
                    self.value(value, of, &join(path, name), holder);
                }
            }
            (Shape::Keyed(_, Some(of)), Value::Array(items)) => self.items(items, of, path, holder),
            (Shape::Atomic(list), Value::Array(items)) => {
                if let Some(of) = list.items() {
                    self.items(items, of, path, holder);
                }
            }
            (Shape::Scalar(of), value) => self.scalar(value, of, path, holder),
            (Shape::Struct(_) | Shape::Map(_), value) => self.mistyped(value, "map[string]interface {}", path, holder),
            (Shape::Keyed(..) | Shape::Set, value) if !value.is_array() => {
                self.mistyped(value, "[]interface {}", path, holder);
            }
            (Shape::Atomic(of), value) if of.is_list() && !value.is_array() => {
                self.mistyped(value, "[]string", path, holder);
            }
            _ => {}
        }
    }

    fn items(&mut self, items: &mut [Value], of: Type<'_>, path: &str, holder: &str) {
        for (place, item) in items.iter_mut().enumerate() {
            self.value(item, of, &format!("{path}[{place}]"), holder);
        }
    }

    fn fields(&mut self, map: &mut Map<String, Value>, of: Type<'_>, path: &str, holder: &str) {
        let open = of.is_open();
        let unknown: Vec<String> = map.keys().filter(|name| of.field(name).is_none() && !open).cloned().collect();
        for name in unknown {
            self.findings.unknown.push(join(path, &name));
            if self.drop_unknown {
                map.remove(&name);
            }
        }
        for (name, value) in map.iter_mut() {
            if let Some(field) = of.field(name) {
                self.value(value, field, &join(path, name), holder);
            }
        }
        let nested = !path.is_empty() && path != "metadata";
        for name in of.required().into_iter().filter(|_| nested) {
            if map.get(name).is_none_or(Value::is_null) {
                self.findings.causes.push(Cause::required(join(path, name), ""));
            }
        }
    }

    fn scalar(&mut self, value: &mut Value, of: Type<'_>, path: &str, holder: &str) {
        let Some(scalar) = of.scalar() else { return };
        let fits = match (scalar, &*value) {
            (Scalar::Text | Scalar::Quantity | Scalar::IntegerOrText, Value::String(_))
            | (Scalar::Boolean, Value::Bool(_))
            | (Scalar::Number | Scalar::Quantity, Value::Number(_)) => true,
            (Scalar::Integer | Scalar::IntegerOrText, Value::Number(number)) => number.is_i64() || number.is_u64(),
            _ => false,
        };
        if !fits {
            let wanted = match scalar {
                Scalar::Integer if of.is_long() => "int64",
                Scalar::Integer => "int32",
                Scalar::Boolean => "bool",
                Scalar::Number => "float64",
                Scalar::Text | Scalar::Quantity | Scalar::IntegerOrText => "string",
            };
            self.mistyped(value, wanted, path, holder);
        } else if let Some(allowed) = of.refuses(value) {
            self.findings.causes.push(Cause::unsupported(path, value, &allowed));
        }
    }

    fn mistyped(&mut self, value: &Value, wanted: &str, path: &str, holder: &str) {
        let found = match value {
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "bool",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Null => "null",
        };
        let mistyped = Mistyped { path: path.to_owned(), wanted: wanted.to_owned(), found, holder: holder.to_owned() };
        self.findings.mistyped.push(mistyped);
    }
}

/// Go's names of structs for the first levels: what their fields' errors are told with.
fn holder_of(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    let mut letters = last.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What is wrong with an object as such. `live` is what it is to take the place of.
pub(crate) fn invalid(resource: &Resource, object: &Value, live: Option<&Value>) -> Vec<Cause> {
    let mut causes = Vec::new();
    names(resource, object, &mut causes);
    let pod = match (resource.group.as_str(), resource.kind.as_str()) {
        ("", "Pod") => Some("spec"),
        ("apps", _) | ("batch", "Job") => Some("spec.template.spec"),
        ("batch", "CronJob") => Some("spec.jobTemplate.spec.template.spec"),
        _ => None,
    };
    if let Some(path) = pod {
        containers(object, path, &mut causes);
    }
    if resource.group == "apps" && resource.kind != "ControllerRevision" {
        selector(object, &mut causes);
    }
    if resource.qualified() == "services" {
        ports(object, &mut causes);
    }
    if let Some(live) = live {
        immutable::check(resource, object, live, &mut causes);
    }
    causes
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
                         and must start and end with an alphanumeric character (e.g. 'example.com', regex used for \
                         validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must \
                     start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for \
                     validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an \
                       alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', \
                       regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

fn names(resource: &Resource, object: &Value, causes: &mut Vec<Cause>) {
    let name = name_of(object);
    let shown = Value::from(name);
    if name.is_empty() {
        causes.push(Cause::required("metadata.name", "name or generateName is required"));
        return;
    }
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
    };
    let (rule, limit, fits) = match resource.qualified().as_str() {
        "services" => {
            let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
            (SERVICE, 63, is_label(name) && starts)
        }
        "namespaces" => (LABEL, 63, is_label(name)),
        name_ if name_.ends_with("rbac.authorization.k8s.io") => {
            let fits = !name.contains(['/', '%']) && name != "." && name != "..";
            ("may not contain '/'", usize::MAX, fits)
        }
        _ => (SUBDOMAIN, 253, name.split('.').all(is_label)),
    };
    if name.len() > limit {
        causes.push(Cause::invalid("metadata.name", &shown, &format!("must be no more than {limit} bytes")));
    } else if !fits {
        causes.push(Cause::invalid("metadata.name", &shown, rule));
    }
}

fn containers(object: &Value, path: &str, causes: &mut Vec<Cause>) {
    let steps: Vec<&str> = path.split('.').collect();
    let Some(spec) = value_at(object, &steps) else { return };
    let mut seen: Vec<&str> = Vec::new();
    let list = spec.get("containers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if list.is_empty() {
        causes.push(Cause::required(format!("{path}.containers"), ""));
    }
    for (place, container) in list.iter().enumerate() {
        let name = text_at(container, &["name"]);
        let at = format!("{path}.containers[{place}]");
        if seen.contains(&name) {
            causes.push(Cause::invalid(format!("{at}.name"), &Value::from(name), "Duplicate value"));
        }
        seen.push(name);
        if text_at(container, &["image"]).is_empty() {
            causes.push(Cause::required(format!("{at}.image"), ""));
        }
        let ports = container.get("ports").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (index, port) in ports.iter().enumerate() {
            port_number(port.get("containerPort"), &format!("{at}.ports[{index}].containerPort"), causes);
        }
    }
}

fn port_number(value: Option<&Value>, path: &str, causes: &mut Vec<Cause>) {
    if let Some(value) = value.filter(|value| value.as_i64().is_some_and(|port| !(1..=65535).contains(&port))) {
        causes.push(Cause::invalid(path, value, "must be between 1 and 65535, inclusive"));
    }
}

fn ports(object: &Value, causes: &mut Vec<Cause>) {
    let headless = text_at(object, &["spec", "clusterIP"]) == "None";
    let external = text_at(object, &["spec", "type"]) == "ExternalName";
    let ports = crate::object::array_at(object, &["spec", "ports"]);
    if ports.is_empty() && !headless && !external {
        causes.push(Cause::required("spec.ports", ""));
    }
    for (place, port) in ports.iter().enumerate() {
        if ports.len() > 1 && text_at(port, &["name"]).is_empty() {
            causes.push(Cause::required(format!("spec.ports[{place}].name"), ""));
        }
        port_number(port.get("port"), &format!("spec.ports[{place}].port"), causes);
    }
}

fn selector(object: &Value, causes: &mut Vec<Cause>) {
    let Some(wanted) = value_at(object, &["spec", "selector", "matchLabels"]).and_then(Value::as_object) else {
        return;
    };
    let labels = value_at(object, &["spec", "template", "metadata", "labels"]).and_then(Value::as_object);
    let missing = wanted.iter().any(|(name, value)| labels.and_then(|labels| labels.get(name)) != Some(value));
    if missing {
        let labels = labels.map_or(Value::Null, |labels| Value::Object(labels.clone()));
        causes.push(Cause::invalid(
            "spec.template.metadata.labels",
            &labels,
            "`selector` does not match template `labels`",
        ));
    }
}

/// What is sent and comes to nothing: Go leaves empty texts, lists and maps out when it writes.
pub(crate) fn tidy(value: &mut Value, of: Option<Type<'_>>) {
    const ZERO: [&str; 14] = [
        "hostNetwork",
        "hostPID",
        "hostIPC",
        "stdin",
        "stdinOnce",
        "tty",
        "readOnly",
        "paused",
        "publishNotReadyAddresses",
        "minReadySeconds",
        "initialDelaySeconds",
        "hostPort",
        "nodePort",
        "unschedulable",
    ];
    let required = of.map_or_else(Vec::new, Type::required);
    match value {
        Value::Object(map) => {
            map.retain(|name, value| {
                let field = of.and_then(|of| of.field(name));
                tidy(value, field);
                let empty = match (&*value, field.map(Type::shape)) {
                    (Value::Null, _) => true,
                    (Value::Array(items), Some(_)) => items.is_empty(),
                    (Value::Object(map), Some(Shape::Map(_))) => map.is_empty(),
                    (Value::Bool(false), _) | (Value::Number(_), _) if ZERO.contains(&name.as_str()) => {
                        value == &Value::Bool(false) || value.as_i64() == Some(0)
                    }
                    (Value::String(text), Some(_)) => {
                        text.is_empty() && ["value", "namespace", "subPath"].contains(&name.as_str())
                    }
                    _ => false,
                };
                !empty || required.contains(&name.as_str())
            });
        }
        Value::Array(items) => {
            let of = of.and_then(Type::items);
            for item in items {
                tidy(item, of);
            }
        }
        _ => {}
    }
}

/// The refusal of what was found; none where all is well.
pub(crate) fn refusal(resource: &Resource, name: &str, causes: &[Cause]) -> Option<Failure> {
    (!causes.is_empty()).then(|| Failure::invalid(&resource.kind, &resource.group, name, causes))
}
