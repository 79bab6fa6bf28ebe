//! Calls of the builtin functions.

use value::{Str, Type, Value};

use super::{Machine, Reflected, call::Named};
use crate::{
    Error, Failure,
    builtin::{Builtin, equal, html, index, javascript, length, less, slice, url_query},
    fmt,
    tree::{Node, Operand, Tree},
};

impl Machine<'_> {
    /// Calls a builtin function.
    pub(super) fn builtin(
        &mut self,
        tree: &Tree,
        builtin: Builtin,
        named: Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let (fixed, variadic) = builtin.arity();
        self.count(tree, named.1, fixed, variadic, (arguments.len(), last.is_some()))?;
        match builtin {
            Builtin::And | Builtin::Or => self.and_or(tree, builtin, arguments, last),
            Builtin::Print | Builtin::Println | Builtin::Printf | Builtin::Html | Builtin::Js | Builtin::UrlQuery => {
                self.printing(tree, builtin, named, arguments, last)
            }
            Builtin::Call => self.call_value(tree, named, arguments, last),
            _ => {
                let mut values = Vec::with_capacity(arguments.len() + 1);
                for argument in arguments {
                    values.push(self.reflected_argument(tree, argument)?);
                }
                values.extend(last);
                let paid = values.iter().try_for_each(|value| self.budget.texts(std::slice::from_ref(&value.value)));
                paid.and_then(|()| Ok(compute(builtin, values)?)).map_err(|failure| self.failed(tree, named, failure))
            }
        }
    }

    /// `and` and `or` evaluate no further than they must.
    fn and_or(
        &mut self,
        tree: &Tree,
        builtin: Builtin,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let mut value = Reflected::invalid();
        for argument in arguments {
            value = self.reflected_argument(tree, argument)?;
            if value.is_true() == (builtin == Builtin::Or) {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn printing(
        &mut self,
        tree: &Tree,
        builtin: Builtin,
        named: Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let mut values = self.spare.pop().unwrap_or_default();
        for argument in arguments {
            let is_format = builtin == Builtin::Printf && values.is_empty();
            let wanted = if is_format { Type::String } else { Type::Any };
            values.push(self.argument(tree, wanted, argument)?);
        }
        if let Some(last) = last {
            let is_format = builtin == Builtin::Printf && values.is_empty();
            values.push(self.validate(tree, last, if is_format { Type::String } else { Type::Any })?);
        }
        let result = self.budget.texts(&values).and_then(|()| self.print_to_text(builtin, &values));
        self.recycle(values);
        match result {
            Ok(text) => Ok(Reflected::concrete(Value::String(Str::from(text)))),
            Err(failure) => Err(self.failed(tree, named, failure)),
        }
    }

    fn print_to_text(&self, builtin: Builtin, values: &[Value]) -> Result<Vec<u8>, Failure> {
        let escape: fn(&[u8]) -> Vec<u8> = match builtin {
            Builtin::Println => return fmt::try_sprintln(values, self.budget),
            Builtin::Printf => {
                let Some((Value::String(format), operands)) = values.split_first() else {
                    return Ok(Vec::new());
                };
                return fmt::try_sprintf(format, operands, self.budget);
            }
            Builtin::Html => html,
            Builtin::Js => javascript,
            Builtin::UrlQuery => url_query,
            _ => return fmt::try_sprint(values, self.budget),
        };
        let text = match values {
            [Value::String(text)] => escape(text),
            _ => escape(&fmt::try_sprint_in_place(values, self.budget)?),
        };
        self.budget.bytes(text.len())?;
        Ok(text)
    }

    /// `call`: no value of a template is a function, so this only ever fails.
    fn call_value(
        &mut self,
        tree: &Tree,
        named: Named<'_>,
        arguments: &[Operand],
        last: Option<Reflected>,
    ) -> Result<Reflected, Error> {
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            values.push(self.reflected_argument(tree, argument)?);
        }
        values.extend(last);
        let Some(function) = values.into_iter().next() else {
            return Ok(Reflected::invalid());
        };
        let name = match arguments.first() {
            Some(operand) => tree.describe(Node::Operand(operand.id)),
            None => reflected_text(&function),
        };
        let function = function.dig();
        let message = if function.is_valid() {
            format!("non-function {name} of type {}", function.value.go_type())
        } else {
            "call of nil".into()
        };
        Err(self.failed(tree, named, Failure::new(message)))
    }
}

/// Go's `reflect.Value.String`.
fn reflected_text(value: &Reflected) -> String {
    match &value.value {
        Value::String(text) => text.to_text().into_owned(),
        _ if value.is_valid() => format!("<{} Value>", value.type_name()),
        _ => "<invalid Value>".into(),
    }
}

fn compute(builtin: Builtin, values: Vec<Reflected>) -> Result<Reflected, String> {
    let flag = |flag: bool| Reflected::concrete(Value::Bool(flag));
    if let (Builtin::Index | Builtin::Slice, [_, indexes @ ..]) = (builtin, values.as_slice()) {
        let item = values.first().cloned().unwrap_or_else(Reflected::invalid);
        return if builtin == Builtin::Index { index(item, indexes) } else { slice(item, indexes) };
    }
    match (builtin, values.as_slice()) {
        (Builtin::Len, [item]) => length(item).map(|length| Reflected::concrete(Value::int(length as i64))),
        (Builtin::Not, [item]) => Ok(flag(!item.is_true())),
        (Builtin::Eq, [first, others @ ..]) => equal(first, others).map(flag),
        (Builtin::Ne, [first, second]) => equal(first, std::slice::from_ref(second)).map(|equal| flag(!equal)),
        (Builtin::Lt, [first, second]) => less(first, second).map(flag),
        (Builtin::Le, [first, second]) => less_or_equal(first, second).map(flag),
        (Builtin::Gt, [first, second]) => less_or_equal(first, second).map(|less| flag(!less)),
        (Builtin::Ge, [first, second]) => less(first, second).map(|less| flag(!less)),
        _ => Ok(Reflected::invalid()),
    }
}

fn less_or_equal(first: &Reflected, second: &Reflected) -> Result<bool, String> {
    Ok(less(first, second)? || equal(first, std::slice::from_ref(second))?)
}
