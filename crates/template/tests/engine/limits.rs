//! Templates without measure end in an error, never in a crash.

use template::{Budget, Error, Fixed, Limits, MissingKey, Templates};
use value::{Map, MapType, Value};

use super::functions;

fn run_with(text: &str, data: &Value, limits: Limits) -> Result<Vec<u8>, Error> {
    let mut templates = Templates::new(functions::all(), MissingKey::Zero);
    templates.parse("t.yaml", text)?;
    templates.execute("t.yaml", data, &Budget::new(limits), &Fixed::default())
}

fn run(text: &str) -> Result<Vec<u8>, Error> {
    run_with(text, &Value::map([("a", Value::int(5))]), Limits::default())
}

fn message(text: &str) -> String {
    run(text).unwrap_err().to_string()
}

#[test]
fn a_template_that_calls_itself_ends_where_gos_does() {
    assert_eq!(
        message("{{ define \"x\" }}{{ if true }}{{ template \"x\" . }}{{ end }}{{ end }}{{ template \"x\" . }}"),
        "template: t.yaml:1:41: executing \"x\" at <{{template \"x\" .}}>: exceeded maximum template depth (100000)"
    );
}

#[test]
fn parentheses_are_nested_as_deep_as_in_go() {
    let nested = |count: usize| format!("{{{{ {}1{} }}}}", "(".repeat(count), ")".repeat(count));
    assert_eq!(run(&nested(9_999)).unwrap(), b"1");
    assert_eq!(message(&nested(10_001)), "template: t.yaml:1: max expression depth exceeded");
}

#[test]
fn blocks_may_be_nested_without_end() {
    let count = 200_000;
    let text = format!("{}x{}", "{{ if . }}".repeat(count), "{{ end }}".repeat(count));
    assert_eq!(run(&text).unwrap(), b"x");
    let text = format!("{}x{}", "{{ with 1 }}{{ range 1 }}".repeat(count), "{{ end }}{{ end }}".repeat(count));
    assert_eq!(run(&text).unwrap(), b"x");
    assert_eq!(message(&"{{ if . }}".repeat(count)), "template: t.yaml:1: unexpected EOF");
    let text = format!("{{{{ if false }}}}{}{{{{ end }}}}", "{{ else if false }}".repeat(count));
    assert_eq!(run(&text).unwrap(), b"");
}

#[test]
fn loops_use_up_steps() {
    let limits = Limits { steps: 100_000, ..Limits::default() };
    for text in [
        "{{ range 9223372036854775807 }}{{ end }}",
        "{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}",
        "{{ range 1000 }}{{ range 1000 }}{{ continue }}{{ end }}{{ end }}",
        "{{ define \"x\" }}{{ range 10 }}{{ include \"x\" . }}{{ end }}{{ end }}{{ range 3000 }}{{ and (include \"x\" .) }}{{ end }}",
    ] {
        let error = run_with(text, &Value::Nil, limits).unwrap_err();
        assert!(error.exhausted() || error.to_string().contains("too deep"), "{text}: {error}");
    }
}

#[test]
fn output_uses_up_bytes() {
    let limits = Limits { bytes: 1_000, ..Limits::default() };
    for text in [
        "{{ range 1000 }}some text{{ end }}",
        "{{ range 1000 }}{{ . }}{{ end }}",
        "{{ printf \"%2000d\" 1 }}",
        "{{ html (printf \"%900s\" \"<\") }}",
        "{{ $x := \"0123456789\" }}{{ range 20 }}{{ $x = print $x $x }}{{ end }}",
        "{{ range 1000 }}{{ $x := tpl \"some text\" . }}{{ end }}",
    ] {
        let error = run_with(text, &Value::Nil, limits).unwrap_err();
        assert!(error.exhausted(), "{text}: {error}");
    }
}

#[test]
fn values_that_hold_themselves_are_not_printed() {
    let map = Map::new(MapType::Any);
    map.insert("self", Value::Map(map.clone()));
    map.insert("again", Value::Map(map.clone()));
    for text in ["{{ . }}", "{{ print . }}", "{{ printf \"%#v\" . }}", "{{ html . }}"] {
        let error = run_with(text, &Value::Map(map.clone()), Limits::default()).unwrap_err();
        assert!(error.exhausted(), "{text}: {error}");
    }
    map.remove("self");
    map.remove("again");
}

#[test]
fn an_error_knows_its_places() {
    let error = run("{{ define \"inner\" }}\n  {{ .a.b }}{{ end }}{{ include \"inner\" . }}").unwrap_err();
    let places: Vec<_> = error.chain().map(|error| error.location().unwrap()).collect();
    assert_eq!(places, ["t.yaml:2:24", "t.yaml:2:7"]);
    assert_eq!(error.executing(), Some("\"t.yaml\""));
    assert_eq!(error.context(), Some("include \"inner\" ."));
    assert_eq!(error.message(), "error calling include: ");
    assert_eq!(error.failed_call(), Some(""));
    let cause = error.cause().unwrap();
    assert_eq!(
        (cause.line(), cause.column(), cause.line_text()),
        (Some(2), Some(7), "  {{ .a.b }}{{ end }}{{ include \"inner\" . }}")
    );
    assert_eq!(cause.message(), "can't evaluate field b in type interface {}");
    assert_eq!(cause.failed_call(), None);
}

#[test]
fn an_empty_template_replaces_none() {
    let mut templates = Templates::new(functions::all(), MissingKey::Zero);
    templates.parse("a", "{{ define \"x\" }}first{{ end }}").unwrap();
    templates.parse("b", "{{ define \"x\" }} {{/* nothing */}}\n{{ end }}{{ define \"y\" }} {{ end }}").unwrap();
    templates.parse("c", "{{ define \"y\" }}second{{ end }}{{ template \"x\" }} {{ template \"y\" }}").unwrap();
    let output = templates.execute("c", &Value::Nil, &Budget::default(), &Fixed::default()).unwrap();
    assert_eq!(output, b"first second");
    assert_eq!(templates.names().len(), 5);
    assert!(templates.contains("y") && !templates.contains("z"));
}

#[test]
fn a_mistake_leaves_the_set_as_it_was() {
    let mut templates = Templates::new(functions::all(), MissingKey::Zero);
    templates.parse("a", "{{ define \"x\" }}first{{ end }}").unwrap();
    assert!(templates.parse("a", "{{ define \"x\" }}second{{ end }}{{ nofunc }}").unwrap_err().is_parse());
    assert_eq!(templates.execute("x", &Value::Nil, &Budget::default(), &Fixed::default()).unwrap(), b"first");
}

/// Subcharts bring the same library under names of their own: the last one counts, and is what errors name.
#[test]
fn a_text_that_comes_again_replaces_what_it_defined() {
    const LIBRARY: &str = "{{ define \"x\" }}first {{ .a.b }}{{ end }}\n{{ define \"y\" }}{{ end }}";
    let render = |between: &[(&str, &str)]| {
        let mut templates = Templates::new(functions::all(), MissingKey::Zero);
        let texts = [&[("one", LIBRARY)], between, &[("two", LIBRARY), ("main", "{{ template \"x\" . }}")]].concat();
        texts.iter().for_each(|(name, text)| templates.parse(name, *text).unwrap());
        let data = value::json::from_slice(b"{\"a\": \"text\"}").unwrap();
        let run = |name, data: &Value| templates.execute(name, data, &Budget::default(), &Fixed::default());
        assert_eq!(run("x", &Value::Nil).unwrap_or_default(), b"first <no value>");
        assert_eq!([run("one", &data).unwrap(), run("two", &data).unwrap()], [b"\n", b"\n"]);
        assert_eq!(templates.names().len(), 5 + between.iter().filter(|(name, _)| *name != "one").count());
        run("main", &data).unwrap_err().to_string()
    };
    let alone = render(&[]);
    assert!(alone.starts_with("template: two:1:"), "{alone}");
    assert_eq!(render(&[("between", "{{ define \"x\" }}second{{ end }}")]), alone);
    assert_eq!(render(&[("between", LIBRARY)]), alone);
    assert_eq!(render(&[("one", LIBRARY)]), alone);
}
