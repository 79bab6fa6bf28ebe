//! `semver` and `semverCompare`, and the version that `semver` gives to templates.

use std::{any::Any, rc::Rc};

use value::{Kind, Method, Object, Signature, Type, UintKind, Value};
use version::{Constraint, Version};

use super::arguments::{Outcome, text};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    const TEXT: Signature = Signature::fixed(&[Type::String]);
    vec![
        Function::native("semver", TEXT, semver),
        Function::native("semverCompare", Signature::fixed(&[Type::String, Type::String]), semver_compare),
    ]
}

fn failed(error: version::Error) -> Failure {
    Failure::new(error.to_string())
}

fn semver(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let version = Version::parse(text(args, 0)).map_err(failed)?;
    Ok(Value::Object(Rc::new(VersionObject { version, form: Form::Pointer })))
}

fn semver_compare(_: &mut Call<'_>, args: &[Value]) -> Outcome {
    let constraint = Constraint::parse(text(args, 0)).map_err(failed)?;
    let version = Version::parse(text(args, 1)).map_err(failed)?;
    Ok(constraint.check(&version).into())
}

/// Go's `semver.Version` in a template.
struct VersionObject {
    version: Version,
    form: Form,
}

/// `semver` gives a pointer, the methods that count up give a struct, which has fewer methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Pointer,
    Struct,
}

/// What copystructure makes of a version: the fields cannot be seen from outside, and are left at their zeros.
pub(super) fn without_content(object: &dyn Object) -> Option<Value> {
    let VersionObject { form, .. } = object.as_any().downcast_ref()?;
    let version = Version { original: String::new(), ..Version::new((0, 0, 0), "", "") };
    Some(Value::Object(Rc::new(VersionObject { version, form: *form })))
}

impl Object for VersionObject {
    fn go_type(&self) -> String {
        match self.form {
            Form::Pointer => "*semver.Version".into(),
            Form::Struct => "semver.Version".into(),
        }
    }

    fn kind(&self) -> Kind {
        match self.form {
            Form::Pointer => Kind::Ptr,
            Form::Struct => Kind::Struct,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let Version { major, minor, patch, pre, metadata, original } = &self.version;
        vec![
            ("major", number(*major)),
            ("minor", number(*minor)),
            ("patch", number(*patch)),
            ("pre", pre.as_str().into()),
            ("metadata", metadata.as_str().into()),
            ("original", original.as_str().into()),
        ]
    }

    fn method(&self, name: &str) -> Option<Method> {
        value_method(name).or_else(|| if self.form == Form::Pointer { pointer_method(name) } else { None })
    }

    fn display(&self) -> Option<String> {
        Some(self.version.to_string())
    }

    fn to_plain(&self) -> Value {
        self.version.to_string().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

const NO_ARGUMENTS: Signature = Signature::fixed(&[]);
const ONE_TEXT: Signature = Signature::fixed(&[Type::String]);
const ONE_VERSION: Signature = Signature::fixed(&[Type::Named("*semver.Version")]);

type Run = fn(&dyn Object, &[Value]) -> Result<Value, String>;

/// The methods of the struct, which the pointer has too.
fn value_method(name: &str) -> Option<Method> {
    let (signature, call): (Signature, Run) = match name {
        "Major" => (NO_ARGUMENTS, |it, _| read(it, |version| number(version.major))),
        "Minor" => (NO_ARGUMENTS, |it, _| read(it, |version| number(version.minor))),
        "Patch" => (NO_ARGUMENTS, |it, _| read(it, |version| number(version.patch))),
        "Prerelease" => (NO_ARGUMENTS, |it, _| read(it, |version| version.pre.as_str().into())),
        "Metadata" => (NO_ARGUMENTS, |it, _| read(it, |version| version.metadata.as_str().into())),
        "String" | "Value" => (NO_ARGUMENTS, |it, _| read(it, |version| version.to_string().into())),
        "MarshalText" => (NO_ARGUMENTS, |it, _| read(it, |version| bytes(version.to_string()))),
        "MarshalJSON" => (NO_ARGUMENTS, |it, _| read(it, |version| bytes(format!("\"{version}\"")))),
        "IncMajor" => (NO_ARGUMENTS, |it, _| derive(it, Version::next_major)),
        "IncMinor" => (NO_ARGUMENTS, |it, _| derive(it, Version::next_minor)),
        "IncPatch" => (NO_ARGUMENTS, |it, _| derive(it, Version::next_patch)),
        "SetPrerelease" => (ONE_TEXT, |it, args| derive(it, |version| version.with_pre(text(args, 0)))),
        "SetMetadata" => (ONE_TEXT, |it, args| derive(it, |version| version.with_metadata(text(args, 0)))),
        _ => return None,
    };
    Some(Method { signature, call })
}

/// The methods that only the pointer has.
fn pointer_method(name: &str) -> Option<Method> {
    let (signature, call): (Signature, Run) = match name {
        "Original" => (NO_ARGUMENTS, |it, _| read(it, |version| version.original.as_str().into())),
        "Compare" => (ONE_VERSION, |it, args| compare(it, args, |order| Value::int(order as i64))),
        "Equal" => (ONE_VERSION, |it, args| compare(it, args, |order| order.is_eq().into())),
        "LessThan" => (ONE_VERSION, |it, args| compare(it, args, |order| order.is_lt().into())),
        "LessThanEqual" => (ONE_VERSION, |it, args| compare(it, args, |order| order.is_le().into())),
        "GreaterThan" => (ONE_VERSION, |it, args| compare(it, args, |order| order.is_gt().into())),
        "GreaterThanEqual" => (ONE_VERSION, |it, args| compare(it, args, |order| order.is_ge().into())),
        _ => return None,
    };
    Some(Method { signature, call })
}

fn number(number: u64) -> Value {
    Value::Uint(number, UintKind::Uint64)
}

fn bytes(text: String) -> Value {
    Value::Bytes(text.into())
}

fn version_of(object: &dyn Object) -> Result<&Version, String> {
    let object = object.as_any().downcast_ref::<VersionObject>();
    object.map(|object| &object.version).ok_or_else(|| super::arguments::NIL_DEREFERENCE.into())
}

fn read(object: &dyn Object, read: impl FnOnce(&Version) -> Value) -> Result<Value, String> {
    version_of(object).map(read)
}

fn derive(
    object: &dyn Object,
    derive: impl FnOnce(&Version) -> Result<Version, version::Error>,
) -> Result<Value, String> {
    let version = derive(version_of(object)?).map_err(|error| error.to_string())?;
    Ok(Value::Object(Rc::new(VersionObject { version, form: Form::Struct })))
}

fn compare(
    object: &dyn Object,
    args: &[Value],
    answer: impl FnOnce(std::cmp::Ordering) -> Value,
) -> Result<Value, String> {
    let other = match args.first() {
        Some(Value::Object(other)) => version_of(other.as_ref())?,
        _ => return Err(super::arguments::NIL_DEREFERENCE.into()),
    };
    Ok(answer(version_of(object)?.compare(other)))
}
