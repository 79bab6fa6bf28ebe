//! `helm version`: which Helm this stands for. Helm: pkg/cmd/version.go and internal/version/version.go.

use std::{any::Any, rc::Rc};

use chart::HelmVersion;
use template::{Budget, Fixed, Functions, MissingKey, Templates};
use value::{Object, Value};

use crate::{Error, ErrorKind, Report};

/// What `version` needs.
#[derive(Clone, Debug, Default)]
pub struct VersionOptions {
    /// The version of the program that is built on this library.
    pub own: String,
    /// `--short`
    pub short: bool,
    /// `--template`; empty where it is not given.
    pub template: String,
}

/// Tells the version in Helm's form, with our own behind a plus; charts are never shown that.
pub fn version(options: &VersionOptions) -> Report {
    let mut helm = HelmVersion::default();
    helm.version = format!("{}+pintle-{}", helm.version, options.own);
    let stdout = match options.template.as_str() {
        "" if options.short => format!("{}\n", helm.version).into_bytes(),
        "" => format!("{}\n", go_syntax(&helm)).into_bytes(),
        text => match templated(text, helm) {
            Ok(stdout) => stdout,
            Err(error) => return Report::failed(Error::new(ErrorKind::Usage, error.to_string())),
        },
    };
    Report { stdout, log: Vec::new(), outcome: Ok(()) }
}

/// Go's `%#v`.
fn go_syntax(helm: &HelmVersion) -> String {
    let fields = fields(helm).map(|(name, text)| format!("{name}:{}", value::quote::quote(text.as_bytes())));
    format!("version.BuildInfo{{{}}}", fields.join(", "))
}

fn templated(text: &str, helm: HelmVersion) -> Result<Vec<u8>, template::Error> {
    let mut templates = Templates::new(Functions::default(), MissingKey::Default);
    templates.parse("_", text)?;
    templates.execute("_", &Value::Object(Rc::new(BuildInfo(helm))), &Budget::default(), &Fixed::default())
}

fn fields(helm: &HelmVersion) -> [(&'static str, &str); 5] {
    [
        ("Version", &helm.version),
        ("GitCommit", &helm.git_commit),
        ("GitTreeState", &helm.git_tree_state),
        ("GoVersion", &helm.go_version),
        ("KubeClientVersion", &helm.kube_client_version),
    ]
}

struct BuildInfo(HelmVersion);

impl Object for BuildInfo {
    fn go_type(&self) -> String {
        "version.BuildInfo".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        fields(&self.0).into_iter().find(|(field, _)| *field == name).map(|(_, text)| Value::string(text))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        fields(&self.0).map(|(name, text)| (name, Value::string(text))).to_vec()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
