//! What pintle answers to the requests that the Go program answers.

use std::cell::{Cell, RefCell};

use chart::{Chart, File, Metadata};
use render::{Mode, Release, RenderOptions};
use template::{Limits, Surroundings};
use value::{Map, Str, Value, json, yaml};
use version::{Constraint, Version};

use super::{
    oracle::{Answer, Request},
    random::Random,
};

/// The named templates that generated templates include; the Go program has the same.
const PARTIALS: &str = r#"{{- define "upper" -}}{{ . | toString | upper }}{{- end -}}
{{- define "pair" -}}
{{ .a }}: {{ .b | quote }}
{{- end -}}
{{- define "fails" }}{{ .x.y.z }}{{ end -}}
{{- define "nested" }}<{{ include "upper" . }}>{{ end -}}"#;

thread_local! {
    static CURRENT: RefCell<Option<Request>> = const { RefCell::new(None) };
}

/// A fixed time, and random bytes that are the same in every run but go on from call to call.
struct World(Cell<u64>);

impl Surroundings for World {
    fn now(&self) -> i128 {
        1_700_000_000_000_000_000
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        let mut random = Random::new(self.0.get());
        for byte in bytes {
            *byte = random.next() as u8;
        }
        self.0.set(random.next());
    }
}

/// Lets a panic say which input it was about.
pub(crate) fn name_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        CURRENT.with_borrow(|request| println!("PANIC with {request:?}"));
        before(info);
    }));
}

pub(crate) fn answer(request: &Request, limits: Limits) -> Answer {
    CURRENT.set(Some(request.clone()));
    let result = match request.kind {
        "template" => render_text(&request.text, &request.values, limits),
        "yaml" => read_and_write(&request.text),
        "set" => set(&request.how, &String::from_utf8_lossy(&request.text)),
        _ => compare(&request.how, &String::from_utf8_lossy(&request.text)),
    };
    match result {
        Ok(output) => Answer { output, error: String::new() },
        Err(error) => Answer { output: Vec::new(), error },
    }
}

fn render_text(text: &[u8], values: &[u8], limits: Limits) -> Result<Vec<u8>, String> {
    let values = yaml::map_from_slice(values).map_err(|error| error.to_string())?;
    let file = |name: &str, data: &[u8]| File { name: name.to_owned(), data: Str::from(data), modified: None };
    let chart = Chart {
        metadata: Metadata {
            name: "fuzz".into(),
            version: "1.2.3".into(),
            api_version: "v2".into(),
            app_version: "4.5".into(),
            ..Metadata::default()
        },
        templates: vec![file("templates/_p.tpl", PARTIALS.as_bytes()), file("templates/t.yaml", text)],
        files: vec![file("a.txt", b"one\ntwo\n"), file("d/b.bin", &[0, 255, 10])],
        ..Chart::default()
    };
    let mut capabilities = chart::Capabilities::default();
    capabilities.helm_version.go_version = "go".into();
    let options = RenderOptions {
        release: Release { name: "rel".into(), namespace: "ns".into(), revision: 1, is_upgrade: false },
        capabilities: &capabilities,
        mode: Mode::Render,
        strict: false,
        lookup: None,
        surroundings: &World(Cell::new(1)),
        limits,
    };
    let rendered = render::render(&chart, values, &options).map_err(|error| error.to_string())?;
    let content = rendered.files.into_iter().find(|(path, _)| path == "fuzz/templates/t.yaml");
    Ok(content.map(|(_, content)| content.to_vec()).unwrap_or_default())
}

fn read_and_write(text: &[u8]) -> Result<Vec<u8>, String> {
    let value = yaml::from_slice(text).map_err(|error| error.to_string())?;
    let mut output = json::to_vec(&value).map_err(|error| error.to_string())?;
    output.push(b'\n');
    output.extend(yaml::to_vec(&value).unwrap_or_else(|_| b"error".to_vec()));
    Ok(output)
}

fn set(how: &str, text: &str) -> Result<Vec<u8>, String> {
    let base = Map::default();
    let inner = Value::map([("k", Value::string("v"))]);
    base.insert("list", Value::list(vec![Value::string("x"), inner]));
    base.insert("map", Value::map([("a", Value::string("b"))]));
    base.insert("word", Value::string("w"));
    let parsed = match how {
        "set" => chart::set(text, &base),
        "string" => chart::set_string(text, &base),
        "json" => chart::set_json(text, &base),
        _ => chart::set_literal(text, &base),
    };
    parsed.map_err(|error| error.to_string())?;
    json::to_vec(&Value::Map(base)).map_err(|error| error.to_string())
}

fn compare(version: &str, constraint: &str) -> Result<Vec<u8>, String> {
    let constraint = Constraint::parse(constraint).map_err(|error| error.to_string())?;
    let version = Version::parse(version).map_err(|error| error.to_string())?;
    let reasons = constraint.validate(&version).err().unwrap_or_default();
    let valid = constraint.validate(&version).is_ok();
    Ok(format!("{valid} {} {version} {}", constraint.check(&version), reasons.join("; ")).into_bytes())
}
