//! `.Capabilities`. Helm: `pkg/chart/common/capabilities.go`.

use std::{any::Any, rc::Rc};

use chart::{ApiVersions, Capabilities, HelmVersion, KubeVersion};
use value::{Elem, Kind, List, Method, Object, Signature, Type, Value};

/// `.Capabilities`: a pointer to a struct.
pub(crate) fn capabilities(capabilities: &Capabilities) -> Value {
    Value::Object(Rc::new(CapabilitiesObject {
        kube_version: object(KubeVersionObject(capabilities.kube_version.clone())),
        api_versions: object(ApiVersionsObject::new(&capabilities.api_versions)),
        helm_version: object(HelmVersionObject(capabilities.helm_version.clone())),
    }))
}

fn object(object: impl Object) -> Value {
    Value::Object(Rc::new(object))
}

struct CapabilitiesObject {
    kube_version: Value,
    api_versions: Value,
    helm_version: Value,
}

impl Object for CapabilitiesObject {
    fn go_type(&self) -> String {
        "*common.Capabilities".into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "KubeVersion" => Some(self.kube_version.clone()),
            "APIVersions" => Some(self.api_versions.clone()),
            "HelmVersion" => Some(self.helm_version.clone()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("KubeVersion", self.kube_version.clone()),
            ("APIVersions", self.api_versions.clone()),
            ("HelmVersion", self.helm_version.clone()),
        ]
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct KubeVersionObject(KubeVersion);

impl Object for KubeVersionObject {
    fn go_type(&self) -> String {
        "common.KubeVersion".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Version" => Some(self.0.version.as_str().into()),
            "Major" => Some(self.0.major.as_str().into()),
            "Minor" => Some(self.0.minor.as_str().into()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", self.0.version.as_str().into()),
            ("normalizedVersion", self.0.normalized.as_str().into()),
            ("Major", self.0.major.as_str().into()),
            ("Minor", self.0.minor.as_str().into()),
        ]
    }

    fn method(&self, name: &str) -> Option<Method> {
        let call: fn(&dyn Object, &[Value]) -> Result<Value, String> = match name {
            "String" => |receiver, _| kube_version(receiver).map(|version| version.to_string().into()),
            "GitVersion" => |receiver, _| kube_version(receiver).map(|version| version.version.as_str().into()),
            _ => return None,
        };
        Some(Method { signature: Signature::fixed(&[]), call })
    }

    fn display_in_place(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields().into_iter().filter(|(name, _)| *name != "normalizedVersion").collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn kube_version(receiver: &dyn Object) -> Result<&KubeVersion, String> {
    let receiver = receiver.as_any().downcast_ref::<KubeVersionObject>();
    receiver.map(|object| &object.0).ok_or_else(|| "the receiver is no common.KubeVersion".to_owned())
}

struct ApiVersionsObject {
    list: List,
}

impl ApiVersionsObject {
    fn new(versions: &ApiVersions) -> ApiVersionsObject {
        let items = versions.0.iter().map(|version| Value::string(version.as_str())).collect();
        ApiVersionsObject { list: List::new(Elem::String, items) }
    }
}

impl Object for ApiVersionsObject {
    fn go_type(&self) -> String {
        "common.VersionSet".into()
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::List(self.list.clone()))
    }

    fn method(&self, name: &str) -> Option<Method> {
        (name == "Has").then_some(Method { signature: Signature::fixed(&[Type::String]), call: has })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn has(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let versions = receiver.as_any().downcast_ref::<ApiVersionsObject>().ok_or("the receiver is no VersionSet")?;
    let wanted = arguments.first().and_then(Value::as_str);
    Ok(Value::Bool(versions.list.iter().any(|version| version.as_str() == wanted)))
}

struct HelmVersionObject(HelmVersion);

impl Object for HelmVersionObject {
    fn go_type(&self) -> String {
        "version.BuildInfo".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("Version", self.0.version.as_str().into()),
            ("GitCommit", self.0.git_commit.as_str().into()),
            ("GitTreeState", self.0.git_tree_state.as_str().into()),
            ("GoVersion", self.0.go_version.as_str().into()),
            ("KubeClientVersion", self.0.kube_client_version.as_str().into()),
        ]
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        let names = ["version", "git_commit", "git_tree_state", "go_version", "kube_client_version"];
        let fields = names.into_iter().zip(self.fields()).map(|(name, (_, value))| (name, value));
        Some(fields.filter(|(_, value)| value.is_true()).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
