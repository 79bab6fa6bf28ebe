//! What a `Chart.yaml` may say.

use std::collections::BTreeSet;

use value::quote::quote;
use version::Version;

use crate::{Dependency, Error, Metadata};

impl Metadata {
    /// Cleans every text (white space becomes a blank, what cannot be printed goes) and checks the whole.
    /// Helm: `chart.Metadata.Validate`.
    pub fn validate(&mut self) -> Result<(), Error> {
        let texts = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        texts.into_iter().for_each(sanitize);
        self.sources.iter_mut().for_each(sanitize);
        self.keywords.iter_mut().for_each(sanitize);
        self.check_identity()?;
        if self.marks.null_maintainer {
            return invalid("maintainers must not contain empty or null nodes");
        }
        for maintainer in &mut self.maintainers {
            [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url].into_iter().for_each(sanitize);
        }
        self.check_dependencies()
    }

    fn check_identity(&self) -> Result<(), Error> {
        let quoted = quote(self.name.as_bytes());
        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required");
        }
        if self.name == "." || self.name == ".." {
            return invalid(format!("chart.metadata.name {quoted} is not allowed"));
        }
        if self.name.contains('/') {
            return invalid(format!("chart.metadata.name {quoted} is invalid"));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required");
        }
        if Version::parse(&self.version).is_err() {
            return invalid(format!("chart.metadata.version {} is invalid", quote(self.version.as_bytes())));
        }
        match self.chart_type.as_deref() {
            None | Some("" | "application" | "library") => Ok(()),
            Some(_) => invalid("chart.metadata.type must be application or library"),
        }
    }

    fn check_dependencies(&mut self) -> Result<(), Error> {
        let null = self.marks.null_dependency;
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (index, dependency) in self.dependencies.iter_mut().enumerate() {
            if null == Some(index) {
                break;
            }
            dependency.validate()?;
            let key = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(key) {
                return invalid(format!("more than one dependency with name or alias {}", quote(key.as_bytes())));
            }
        }
        match null {
            Some(_) => invalid("dependencies must not contain empty or null nodes"),
            None => Ok(()),
        }
    }
}

impl Dependency {
    /// Cleans the texts and checks the alias. Helm: `chart.Dependency.Validate`.
    pub fn validate(&mut self) -> Result<(), Error> {
        let texts = [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition];
        texts.into_iter().for_each(sanitize);
        self.tags.iter_mut().for_each(sanitize);
        if self.alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
            return Ok(());
        }
        let name = quote(self.name.as_bytes());
        invalid(format!("dependency {name} has disallowed characters in the alias"))
    }
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::Validation(message.into()))
}

fn sanitize(text: &mut String) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return;
    }
    *text = text.chars().filter_map(printable).collect();
}

/// Go's `unicode.IsSpace` and `unicode.IsPrint`.
fn printable(letter: char) -> Option<char> {
    if letter.is_whitespace() {
        return Some(' ');
    }
    // strconv.Quote leaves alone exactly what can be printed, quotes and backslashes aside.
    let plain = letter == '"' || letter == '\\' || quote(letter.to_string().as_bytes()).chars().nth(1) == Some(letter);
    if plain { Some(letter) } else { None }
}
