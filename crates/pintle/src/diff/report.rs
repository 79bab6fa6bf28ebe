//! The forms that differences are shown in. helm-diff: `diff/report.go`.

use std::rc::Rc;

use release::comparison::{Comparison, Form, key_parts, print};
use template::{Budget, Function, Functions, MissingKey, Surroundings, Templates};
use value::{Signature, Str, Type, Value};

use crate::{Error, ErrorKind};

/// In which form differences are shown.
#[derive(Clone, Debug)]
pub enum DiffForm {
    /// One of helm-diff's own.
    Plain(Form),
    /// What a template makes of a list with `API`, `Kind`, `Namespace`, `Name` and `Change` of each document.
    Template {
        /// The file it comes from.
        name: String,
        /// The template.
        text: Vec<u8>,
    },
}

/// Differences as text.
///
/// # Errors
/// A template that cannot be parsed.
pub fn diff_text(
    comparison: &Comparison,
    form: &DiffForm,
    colored: bool,
    surroundings: &dyn Surroundings,
) -> Result<Vec<u8>, Error> {
    match form {
        DiffForm::Plain(form) => Ok(print(comparison, *form, colored).into_bytes()),
        DiffForm::Template { name, text } => templated(comparison, (name, text), surroundings),
    }
}

fn templated(
    comparison: &Comparison,
    (name, text): (&str, &[u8]),
    surroundings: &dyn Surroundings,
) -> Result<Vec<u8>, Error> {
    let failed = |error: template::Error| {
        Error::new(ErrorKind::Usage, error.to_string()).hinted("HELM_DIFF_TPL names the template's file")
    };
    let mut functions = Functions::default();
    let last = |_: &mut template::Call<'_>, arguments: &[Value]| match arguments {
        [Value::Int(place, _), Value::List(list)] => {
            let length = i64::try_from(list.iter().count()).unwrap_or(i64::MAX);
            Ok(Value::Bool(*place == length - 1))
        }
        _ => Err(template::Failure::new("last: takes a place and a list")),
    };
    let signature = Signature::fixed(&[Type::Any, Type::Any]);
    functions.extend([Function::bound("last", signature, Rc::new(last))]);
    let mut templates = Templates::new(functions, MissingKey::Default);
    templates.parse(name, Str::from(text.to_vec())).map_err(failed)?;
    let entries = comparison.entries.iter().filter_map(|entry| {
        let parts = key_parts(&entry.name)?;
        Some(Value::map([
            ("API", Value::string(parts.api)),
            ("Change", Value::string(entry.change.name())),
            ("Kind", Value::string(parts.kind)),
            ("Name", Value::string(parts.name)),
            ("Namespace", Value::string(parts.namespace)),
        ]))
    });
    let data = Value::list(entries.collect());
    let mut text = templates.execute(name, &data, &Budget::default(), surroundings).map_err(failed)?;
    text.push(b'\n');
    Ok(text)
}
