//! The structs and named types of the recorder.

use std::{any::Any, rc::Rc};

use value::{Kind, Map, MapType, Method, Object, Signature, Type, Value};

/// The object that data call by this name.
pub(super) fn named(kind: &str) -> Rc<dyn Object> {
    let point = |go_type, kind, a, b, stringer| Rc::new(Point { go_type, kind, a, b, stringer });
    let plain = |go_type, kind, value| Rc::new(Named { go_type, kind, value });
    match kind {
        "struct" => point("main.Pt", Kind::Struct, 3, "b c", false),
        "pointer" => point("*main.Pt", Kind::Ptr, 5, "r", false),
        "stringer" => point("main.St", Kind::Struct, 4, "q", true),
        "stringer-pointer" => point("*main.St", Kind::Ptr, 6, "r", true),
        "named-list" => plain("main.Vs", Kind::Slice, Value::strings(["v1", "apps/v1"])),
        "named-string" => plain("main.Ns", Kind::String, Value::string("a")),
        "named-map" => {
            let files = [("a", Value::Bytes("AA".into())), ("b.c", Value::Bytes("x\ny".into()))];
            plain("main.Fs", Kind::Map, Value::Map(Map::from_entries(MapType::Bytes, files)))
        }
        other => panic!("{other}"),
    }
}

/// A struct of the fields A, B and C.
struct Point {
    go_type: &'static str,
    kind: Kind,
    a: i64,
    b: &'static str,
    stringer: bool,
}

impl Object for Point {
    fn go_type(&self) -> String {
        self.go_type.into()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields().into_iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("A", Value::int(self.a)), ("B", Value::string(self.b)), ("C", Value::Nil)]
    }

    fn method(&self, name: &str) -> Option<Method> {
        match name {
            "Sum" => Some(Method { signature: Signature::fixed(&[Type::Int]), call: sum }),
            "Join" => Some(Method { signature: Signature::variadic(&[Type::String], Type::String), call: join }),
            _ => None,
        }
    }

    fn display(&self) -> Option<String> {
        self.stringer.then(|| format!("<{}:{}>", self.a, self.b))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn sum(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let point: &Point = receiver.as_any().downcast_ref().unwrap();
    match arguments {
        [Value::Int(number, _)] if *number < 0 => Err("negative".into()),
        [Value::Int(number, _)] => Ok(Value::int(point.a + number)),
        other => panic!("{other:?}"),
    }
}

fn join(_: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let texts: Vec<_> = arguments.iter().map(|text| text.as_str().unwrap().to_vec()).collect();
    let (separator, texts) = texts.split_first().unwrap();
    Ok(Value::string(texts.join(separator.as_slice())))
}

/// A named list, map or string.
struct Named {
    go_type: &'static str,
    kind: Kind,
    value: Value,
}

impl Object for Named {
    fn go_type(&self) -> String {
        self.go_type.into()
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.value.clone())
    }

    fn method(&self, name: &str) -> Option<Method> {
        let signature = Signature::fixed(&[Type::String]);
        match (name, self.kind) {
            ("Has", Kind::Slice) => Some(Method { signature, call: has }),
            ("Get", Kind::Map) => Some(Method { signature, call: get }),
            _ => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn has(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let list = receiver.underlying();
    let found =
        list.as_ref().and_then(Value::as_list).unwrap().iter().any(|item| item.as_str() == arguments[0].as_str());
    Ok(Value::Bool(found))
}

fn get(receiver: &dyn Object, arguments: &[Value]) -> Result<Value, String> {
    let map = receiver.underlying();
    Ok(match map.as_ref().and_then(Value::as_map).unwrap().get(arguments[0].as_str().unwrap()) {
        Some(Value::Bytes(bytes)) => Value::String(bytes),
        _ => Value::string(""),
    })
}
