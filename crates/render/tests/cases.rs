//! Compares whole templates with Helm's engine: each line of a case file is one JSON object with the template, and
//! either Helm's output or its error. Found by the differential fuzz.

use std::{fs, path::Path};

use chart::{Chart, File, Metadata};
use render::{Mode, Release, RenderOptions};
use serde_json::Value as Json;
use template::{Fixed, Limits};
use value::{Str, yaml};

const PARTIALS: &str = r#"{{- define "upper" -}}{{ . | toString | upper }}{{- end -}}
{{- define "pair" -}}
{{ .a }}: {{ .b | quote }}
{{- end -}}
{{- define "fails" }}{{ .x.y.z }}{{ end -}}
{{- define "nested" }}<{{ include "upper" . }}>{{ end -}}"#;

fn render_text(text: &str, values: &str) -> Result<String, String> {
    render_within(text, values, Limits { steps: 1_000_000, bytes: 16 << 20 })
}

fn render_within(text: &str, values: &str, limits: Limits) -> Result<String, String> {
    let values = yaml::map_from_slice(values.as_bytes()).map_err(|error| error.to_string())?;
    let file = |name: &str, text: &str| File { name: name.into(), data: Str::from(text.as_bytes()), modified: None };
    let chart = Chart {
        metadata: Metadata { name: "fuzz".into(), version: "1.2.3".into(), ..Metadata::default() },
        templates: vec![file("templates/_p.tpl", PARTIALS), file("templates/t.yaml", text)],
        ..Chart::default()
    };
    let options = RenderOptions {
        release: Release { name: "rel".into(), namespace: "ns".into(), revision: 1, is_upgrade: false },
        capabilities: &chart::Capabilities::default(),
        mode: Mode::Render,
        strict: false,
        lookup: None,
        surroundings: &Fixed { now: 1_700_000_000_000_000_000 },
        limits,
    };
    let rendered = render::render(&chart, values, &options).map_err(|error| error.to_string())?;
    let content = rendered.files.into_iter().find(|(path, _)| path == "fuzz/templates/t.yaml");
    Ok(content.map(|(_, content)| content.to_string()).unwrap_or_default())
}

#[test]
fn fuzz() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/render/fuzz");
    let default_values = fs::read_to_string(folder.join("values.yaml")).unwrap();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let text = read("templates.jsonl") + &read("toml.jsonl");
    let mut count = 0;
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let values = case["values"].as_str().unwrap_or(&default_values);
        match render_text(case["text"].as_str().unwrap(), values) {
            Ok(output) => assert_eq!(Some(output.as_str()), case["output"].as_str(), "{line}"),
            Err(error) => assert_eq!(Some(error.as_str()), case["error"].as_str(), "{line}"),
        }
        count += 1;
    }
    assert!(count > 10, "only {count} cases");
}

/// Each takes `$l`, a list that is shared many times over, or `$d`, such a map.
const READERS: [&str; 40] = [
    "$l",
    "$d",
    "print $l",
    "println $d",
    "print 1 $l",
    "printf \"%v\" $l",
    "printf \"%s\" $l",
    "printf \"%d\" $l",
    "printf \"%q\" $d",
    "printf \"%#v\" $l",
    "printf \"%+v\" $d",
    "printf \"%x\" $l",
    "html $l",
    "js $d",
    "urlquery $l",
    "toString $l",
    "toStrings $l",
    "quote $l",
    "squote $d",
    "cat \"a\" $l",
    "join \",\" $l",
    "sortAlpha $l",
    "toDecimal $l",
    "dict $l 1",
    "toYaml $l",
    "mustToYaml $d",
    "toYamlPretty $l",
    "toJson $l",
    "mustToJson $d",
    "toPrettyJson $l",
    "toRawJson $d",
    "toToml $d",
    "mustToToml $d",
    "deepCopy $l",
    "deepCopy $d",
    "deepEqual $l $m",
    "has $m (list $l)",
    "uniq (list $l $m)",
    "without (list $l) $m",
    "merge $d $e",
];

/// A value that is shared many times over costs what it takes to go through it: the budget is for that, too.
#[test]
fn sharing_is_paid_for() {
    for start in ["list", "list (repeat 50 \"x\")"] {
        let doubled = format!(
            "{{{{ $l := {start} }}}}{{{{ $m := {start} }}}}{{{{ $d := dict }}}}{{{{ $e := dict }}}}{{{{ range until 60 }}}}\
             {{{{ $l = list $l $l }}}}{{{{ $m = list $m $m }}}}{{{{ $d = dict \"a\" $d \"b\" $d }}}}\
             {{{{ $e = dict \"a\" $e \"b\" $e }}}}{{{{ end }}}}"
        );
        for reader in READERS {
            let limits = Limits { steps: 50_000, bytes: 16 << 20 };
            let error = render_within(&format!("{doubled}{{{{ {reader} }}}}"), "{}", limits).unwrap_err();
            assert!(
                error.contains("the templates need more than") || error.contains("the templates produce more than"),
                "{reader}: {error}"
            );
        }
    }
    let long = "{{ $l := repeat 100000 \"x\" }}{{ $m := list }}{{ range until 5000 }}{{ $m = append $m $l }}{{ end }}";
    let error = render_text(&format!("{long}{{{{ toJson $m | len }}}}"), "{}").unwrap_err();
    assert!(error.contains("the templates"), "{error}");
    let own = "{{ range until 60 }}{{ $_ := set $.Values \"a\" (dict \"a\" $.Values.a \"b\" $.Values.a) }}{{ end }}";
    let error = render_text(&format!("{own}{{{{ .Values.YAML }}}}"), "a: {}").unwrap_err();
    assert!(error.contains("the templates"), "{error}");
}

/// So does what is small as a text.
#[test]
fn texts_are_paid_for_as_often_as_they_are_read() {
    let bomb = "bomb: 'a: &a [x,x,x,x,x,x,x,x,x]\n\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n\n  \
                d: [*c,*c,*c,*c,*c,*c,*c,*c]'";
    for body in [
        "fromYaml $.Values.bomb",
        "fromYamlArray $.Values.bomb",
        "contains \"y\" $s",
        "trim $s",
        "eq $s $t",
        "sha256sum $s",
        "kebabcase $s",
        "sortAlpha (list $s $t)",
    ] {
        let text = format!(
            "{{{{ $s := repeat 100000 \"x\" }}}}{{{{ $t := repeat 100000 \"x\" }}}}{{{{ range 100000 }}}}{{{{ $_ := {body} }}}}{{{{ end }}}}"
        );
        let error = render_text(&text, bomb).unwrap_err();
        assert!(error.contains("the templates"), "{body}: {error}");
    }
}
