//! How `install` and `template` name a release. Helm: `pkg/action/install.go`, `NameAndChart`.

use template::{Budget, Functions, MissingKey, Surroundings, Templates};
use value::{Str, Value};

use crate::{Error, ErrorKind};

/// What the command line says about the name.
#[derive(Clone, Debug, Default)]
pub struct NameOptions {
    /// `[NAME] [CHART]`
    pub arguments: Vec<String>,
    /// `--generate-name`
    pub generate_name: bool,
    /// `--name-template`; empty where it is not given.
    pub name_template: String,
    /// The name where none is given: `template` has one, `install` has none.
    pub default_name: Option<String>,
}

/// A release name and a chart reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedChart {
    /// The release's name.
    pub name: String,
    /// The chart reference.
    pub chart: String,
}

impl NameOptions {
    /// Tells name and chart apart, and makes up the name where it is asked for.
    ///
    /// Fails with Helm's message where the arguments and flags do not go together, and where the name template
    /// cannot be rendered.
    pub fn resolve(&self, surroundings: &dyn Surroundings) -> Result<NamedChart, Error> {
        let usage = |message: String| Err(Error::new(ErrorKind::Usage, message));
        let named = |name: &str, chart: &str| Ok(NamedChart { name: name.to_owned(), chart: chart.to_owned() });
        match self.arguments.as_slice() {
            [] => usage("a chart is needed".into()),
            [_, _, rest @ ..] if !rest.is_empty() => {
                usage(format!("expected at most two arguments, unexpected arguments: {}", rest.join(", ")))
            }
            [_, _, ..] if self.generate_name => usage("cannot set --generate-name and also specify a name".into()),
            [_, _, ..] if !self.name_template.is_empty() => {
                usage("cannot set --name-template and also specify a name".into())
            }
            [name, chart, ..] => named(name, chart),
            [chart] if !self.name_template.is_empty() => named(&self.templated(surroundings)?, chart),
            [chart] => match &self.default_name {
                Some(name) => named(name, chart),
                None if self.generate_name => named(&generated(chart, surroundings), chart),
                None => Err(Error::new(ErrorKind::Usage, "must either provide a name or specify --generate-name")
                    .hinted(format!("`helm install NAME {chart}` names the release"))),
            },
        }
    }

    fn templated(&self, surroundings: &dyn Surroundings) -> Result<String, Error> {
        let mut functions = Functions::default();
        functions.extend(template::sprig::functions());
        let mut templates = Templates::new(functions, MissingKey::Default);
        let text = Str::from(self.name_template.as_str());
        let failed = |error: template::Error| Error::new(ErrorKind::Usage, error.to_string());
        templates.parse("name-template", text).map_err(failed)?;
        let name = templates.execute("name-template", &Value::Nil, &Budget::default(), surroundings).map_err(failed)?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }
}

/// The chart's base name up to the first dot, and the time in seconds.
fn generated(chart: &str, surroundings: &dyn Surroundings) -> String {
    let base = match chart.trim_end_matches('/').rsplit('/').next() {
        None | Some("" | ".") => "chart",
        Some(base) => base.split('.').next().unwrap_or(base),
    };
    format!("{base}-{}", surroundings.now().div_euclid(1_000_000_000))
}

/// Checks a release's name. Helm: `pkg/chart/v2/util/validate_name.go`.
pub(crate) fn validate(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("no name provided".into());
    }
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let label = |label: &str| {
        let bytes = label.as_bytes();
        edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
    };
    if name.len() > 53 || !name.split('.').all(label) {
        return Err("invalid release name, must match regex \
                    ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ \
                    and the length must not be longer than 53"
            .into());
    }
    Ok(())
}
