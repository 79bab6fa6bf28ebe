//! `.Files`: a chart's files as templates see them. Helm: `pkg/engine/files.go`.

use std::any::Any;

use value::{Cost, Elem, Kind, List, Map, MapType, Method, Object, Signature, Str, Type, Value, yaml};

use crate::glob::{Fault, Glob};

/// What a short text takes in a list: the value, and where its bytes lie.
const VALUE: usize = size_of::<Value>() + 32;

/// `.Files`: a map of names to contents, with methods.
pub(crate) struct Files(Map);

impl Files {
    /// The files of a chart.
    pub(crate) fn new(files: &[chart::File]) -> Files {
        let entries = files.iter().map(|file| (file.name.as_str(), Value::Bytes(file.data.clone())));
        Files(Map::from_entries(MapType::Bytes, entries))
    }

    fn content(&self, name: &[u8]) -> Option<Str> {
        match self.0.get(name) {
            Some(Value::Bytes(data)) => Some(data),
            _ => None,
        }
    }

    /// The YAML of base names to what `change` makes of the contents; empty where it cannot be written.
    fn to_yaml(&self, change: impl Fn(&Str) -> Str) -> Value {
        let entries = self.0.entries().into_iter().filter_map(|(name, content)| match content {
            Value::Bytes(data) => Some((base(&name), Value::String(change(&data)))),
            _ => None,
        });
        let map = Value::Map(Map::from_entries(MapType::String, entries));
        let text = yaml::to_vec(&map).unwrap_or_default();
        Value::string(text.strip_suffix(b"\n").unwrap_or(&text))
    }
}

/// Go's `path.Base` of a cleaned name.
fn base(name: &Str) -> Str {
    Str::from(name.rsplit(|byte| *byte == b'/').next().unwrap_or_default())
}

impl Object for Files {
    fn go_type(&self) -> String {
        "engine.files".into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Map(self.0.clone()))
    }

    fn method(&self, name: &str) -> Option<Method> {
        let (params, call): (&'static [Type], _) = match name {
            "Get" => (&[Type::String], get as MethodBody),
            "GetBytes" => (&[Type::String], get_bytes as MethodBody),
            "Glob" => (&[Type::String], glob as MethodBody),
            "Lines" => (&[Type::String], lines as MethodBody),
            "AsConfig" => (&[], as_config as MethodBody),
            "AsSecrets" => (&[], as_secrets as MethodBody),
            _ => return None,
        };
        Some(Method { signature: Signature::fixed(params), call })
    }

    fn cost(&self, method: &str, arguments: &[Value]) -> Cost {
        let argument = arguments.first().and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default();
        match method {
            "Glob" => {
                let entries = self.0.entries();
                let costs = entries.iter().map(|(name, _)| Glob::cost(argument, name));
                let steps = costs.fold(0, usize::saturating_add) as u64;
                Cost { steps, bytes: entries.len() * size_of::<(Str, Value)>() }
            }
            "AsConfig" | "AsSecrets" => {
                let sizes = self.0.entries().into_iter().map(|(name, content)| match content {
                    Value::Bytes(data) => name.len() + data.len(),
                    _ => name.len(),
                });
                let bytes = sizes.sum();
                Cost { steps: bytes as u64 / 8, bytes }
            }
            "Lines" => {
                let content = self.content(argument).unwrap_or_default();
                let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
                Cost { steps: lines as u64, bytes: content.len() + lines * VALUE }
            }
            _ => Cost::default(),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

type MethodBody = fn(&dyn Object, &[Value]) -> Result<Value, String>;

/// The receiver, and the first argument where it is a string.
fn take<'a>(receiver: &'a dyn Object, arguments: &'a [Value]) -> Result<(&'a Files, &'a [u8]), String> {
    let files = receiver.as_any().downcast_ref::<Files>().ok_or("the receiver is no engine.files")?;
    let name = arguments.first().and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default();
    Ok((files, name))
}

fn get(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let (files, name) = take(receiver, arguments)?;
    Ok(Value::String(files.content(name).unwrap_or_default()))
}

fn get_bytes(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let (files, name) = take(receiver, arguments)?;
    Ok(Value::Bytes(files.content(name).unwrap_or_default()))
}

fn glob(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let (files, pattern) = take(receiver, arguments)?;
    let glob = match Glob::parse(pattern) {
        Ok(glob) => glob,
        Err(Fault::Malformed) => Glob::everything(),
        Err(Fault::Deep) => return Err("the pattern's braces are nested too deep".into()),
    };
    let entries = files.0.entries().into_iter().filter(|(name, _)| glob.matches(name));
    Ok(Value::Object(std::rc::Rc::new(Files(Map::from_entries(MapType::Bytes, entries)))))
}

/// The lines of a file without the final line end. Where Helm 4.2.4 panics, on an empty file, there are none.
fn lines(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let (files, name) = take(receiver, arguments)?;
    let content = files.content(name).unwrap_or_default();
    if content.is_empty() {
        return Ok(Value::List(List::new(Elem::String, Vec::new())));
    }
    let text = content.strip_suffix(b"\n").unwrap_or(&content);
    Ok(Value::strings(text.split(|byte| *byte == b'\n')))
}

fn as_config(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let (files, _) = take(receiver, arguments)?;
    Ok(files.to_yaml(Str::clone))
}

fn as_secrets(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (files, _) = take(receiver, arguments)?;
    Ok(files.to_yaml(|data| Str::from(STANDARD.encode(data.as_bytes()))))
}
