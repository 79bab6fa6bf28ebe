//! The layers that values are merged from, the strongest first, each with the places of its keys.

use chart::Chart;
use value::{Map, Value, yaml, yaml::Spanned};

use super::usage::at;
use crate::{Error, ValuesFlags};

/// One source of values.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// What it is: a file, a flag, a chart's defaults.
    pub(super) origin: String,
    /// What its keys lie below, for the defaults of a subchart.
    prefix: Vec<String>,
    values: Map,
    /// The file with the places of its keys, where it is one.
    document: Option<Spanned>,
}

impl Layer {
    fn plain(origin: impl Into<String>, values: Map) -> Layer {
        Layer { origin: origin.into(), prefix: Vec::new(), values, document: None }
    }

    fn file(origin: String, bytes: &[u8], values: Map) -> Layer {
        let document = yaml::spanned(bytes).ok().flatten();
        Layer { origin, prefix: Vec::new(), values, document }
    }

    /// All that it says.
    pub(super) fn all(&self) -> Map {
        self.values.clone()
    }

    /// What it says of a value.
    pub(super) fn get(&self, path: &[String]) -> Option<Value> {
        at(&self.values, path.strip_prefix(self.prefix.as_slice())?)
    }

    /// Where it says so: the file and the line, or the flag.
    pub(super) fn place(&self, path: &[String]) -> String {
        let line = || {
            let mut place = self.document.as_ref()?;
            let mut line = None;
            for key in path.strip_prefix(self.prefix.as_slice())? {
                let entry = place.entry(key)?;
                line = Some(entry.position.line);
                place = &entry.value;
            }
            line
        };
        line().map_or_else(|| self.origin.clone(), |line| format!("{}:{line}", self.origin))
    }

    /// The values of the flags, the strongest first.
    pub(super) fn of_flags(flags: &ValuesFlags, stdin: &mut dyn std::io::Read) -> Result<Vec<Layer>, Error> {
        let mut layers = Vec::new();
        for name in &flags.files {
            let bytes = source::read_file(name, &flags.places, stdin)?;
            let values = chart::read_values(&bytes)
                .map_err(|error| Error::new(crate::ErrorKind::Values, error.to_string()).during(name))?;
            layers.push(Layer::file(name.clone(), &bytes, values));
        }
        let only = || ValuesFlags { places: flags.places.clone(), ..ValuesFlags::default() };
        let mut one = |flag: &str, text: &String, values: ValuesFlags| -> Result<(), Error> {
            layers.push(Layer::plain(format!("--{flag} {text}"), values.merge(stdin)?));
            Ok(())
        };
        for text in &flags.set_json {
            one("set-json", text, ValuesFlags { set_json: vec![text.clone()], ..only() })?;
        }
        for text in &flags.set {
            one("set", text, ValuesFlags { set: vec![text.clone()], ..only() })?;
        }
        for text in &flags.set_string {
            one("set-string", text, ValuesFlags { set_string: vec![text.clone()], ..only() })?;
        }
        for text in &flags.set_file {
            one("set-file", text, ValuesFlags { set_file: vec![text.clone()], ..only() })?;
        }
        for text in &flags.set_literal {
            one("set-literal", text, ValuesFlags { set_literal: vec![text.clone()], ..only() })?;
        }
        layers.reverse();
        Ok(layers)
    }

    /// The values that a revision was given.
    pub(super) fn of_revision(revision: i64, values: Map) -> Layer {
        Layer::plain(format!("given to revision {revision}"), values)
    }

    /// The defaults of a chart and of its subcharts; a parent's are stronger.
    pub(super) fn of_chart(chart: &Chart, place: &str, prefix: &[String], layers: &mut Vec<Layer>) {
        let raw = chart.raw.iter().find(|file| file.name == "values.yaml");
        let origin = format!("{place}/values.yaml");
        let mut layer = match raw {
            Some(file) => Layer::file(origin, file.data.as_bytes(), chart.values.clone()),
            None => Layer::plain(origin, chart.values.clone()),
        };
        layer.prefix = prefix.to_vec();
        layers.push(layer);
        for below in &chart.dependencies {
            let aliases = chart.metadata.dependencies.iter().filter(|dependency| dependency.name == below.name());
            let names: Vec<&str> = aliases
                .map(|dependency| if dependency.alias.is_empty() { below.name() } else { dependency.alias.as_str() })
                .collect();
            let names = if names.is_empty() { vec![below.name()] } else { names };
            for name in names {
                let prefix: Vec<String> = prefix.iter().cloned().chain([name.to_owned()]).collect();
                Layer::of_chart(below, &format!("{place}/charts/{}", below.name()), &prefix, layers);
            }
        }
    }
}
