//! Structs and named types: what Helm 4.2.4 prints for them.

use std::{any::Any, rc::Rc};

use value::{Object, Value, json, yaml};

/// Helm's `common.KubeVersion`, a struct without tags and with a hidden field.
struct KubeVersion;

impl Object for KubeVersion {
    fn go_type(&self) -> String {
        "common.KubeVersion".into()
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::string(text);
        vec![
            ("Version", text("v1.36.0")),
            ("normalizedVersion", text("v1.36.0")),
            ("Major", text("1")),
            ("Minor", text("36")),
        ]
    }

    fn json_fields(&self) -> Option<Vec<(&'static str, Value)>> {
        Some(self.fields().into_iter().filter(|(name, _)| *name != "normalizedVersion").collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A map with a name of its own.
struct Files;

impl Object for Files {
    fn go_type(&self) -> String {
        "engine.files".into()
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::map([("f.txt", Value::Bytes("hi\n".into()))]))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A type that writes itself as text.
struct Time;

impl Object for Time {
    fn go_type(&self) -> String {
        "time.Time".into()
    }

    fn to_plain(&self) -> Value {
        Value::string("2026-11-21T10:26:59.780480757Z")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn text<E: std::fmt::Debug>(result: Result<Vec<u8>, E>) -> String {
    String::from_utf8(result.unwrap()).unwrap()
}

#[test]
fn structs_keep_the_order_of_their_fields_in_json_only() {
    let value = Value::Object(Rc::new(KubeVersion));
    assert_eq!(text(json::to_vec(&value)), r#"{"Version":"v1.36.0","Major":"1","Minor":"36"}"#);
    assert_eq!(text(yaml::to_vec(&value)), "Major: \"1\"\nMinor: \"36\"\nVersion: v1.36.0\n");
    assert_eq!(text(yaml::to_vec_pretty(&value)), "version: v1.36.0\nmajor: \"1\"\nminor: \"36\"\n");
}

#[test]
fn named_maps_are_written_as_maps() {
    let value = Value::Object(Rc::new(Files));
    assert_eq!(text(json::to_vec(&value)), r#"{"f.txt":"aGkK"}"#);
    assert_eq!(text(yaml::to_vec(&value)), "f.txt: aGkK\n");
    assert_eq!(text(yaml::to_vec_pretty(&value)), "f.txt:\n  - 104\n  - 105\n  - 10\n");
}

#[test]
fn times_are_plain_to_version_3_only() {
    let value = Value::map([("t", Value::Object(Rc::new(Time)))]);
    assert_eq!(text(yaml::to_vec_pretty(&value)), "t: 2026-11-21T10:26:59.780480757Z\n");
    assert_eq!(text(yaml::to_vec(&value)), "t: \"2026-11-21T10:26:59.780480757Z\"\n");
}
