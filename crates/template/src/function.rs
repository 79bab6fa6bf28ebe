//! Functions that templates can call.

use std::{collections::HashMap, rc::Rc};

use value::{Signature, Str, Value};

use crate::{Budget, Error, Surroundings};

/// A function written in Rust. The engine has checked the arguments against the signature.
pub type Native = fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

/// A function that templates can call.
#[derive(Clone)]
pub struct Function {
    /// The name in templates, such as `toYaml`.
    pub name: &'static str,
    /// What it takes.
    pub signature: Signature,
    /// What it does.
    pub body: Body,
}

/// What a [`Function`] does.
#[derive(Clone)]
pub enum Body {
    /// A plain function.
    Native(Native),
    /// A closure over state of the render.
    Bound(Rc<BoundFunction>),
}

/// The closure of a [`Body::Bound`].
pub type BoundFunction = dyn Fn(&mut Call<'_>, &[Value]) -> Result<Value, Failure>;

impl Function {
    /// A plain function.
    pub const fn native(name: &'static str, signature: Signature, native: Native) -> Function {
        Function { name, signature, body: Body::Native(native) }
    }

    /// A function over state of the render.
    pub fn bound(name: &'static str, signature: Signature, body: Rc<BoundFunction>) -> Function {
        Function { name, signature, body: Body::Bound(body) }
    }

    /// Runs it on checked arguments.
    pub fn run(&self, call: &mut Call<'_>, arguments: &[Value]) -> Result<Value, Failure> {
        match &self.body {
            Body::Native(native) => native(call, arguments),
            Body::Bound(bound) => bound(call, arguments),
        }
    }
}

/// The functions that a set of templates may call, by name.
#[derive(Clone, Default)]
pub struct Functions(HashMap<&'static str, Rc<Function>>);

impl Functions {
    /// Adds functions; a later one replaces an earlier one of the same name.
    pub fn extend(&mut self, functions: impl IntoIterator<Item = Function>) {
        self.0.extend(functions.into_iter().map(|function| (function.name, Rc::new(function))));
    }

    /// Takes a function away.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The function of this name.
    pub fn get(&self, name: &str) -> Option<&Rc<Function>> {
        self.0.get(name)
    }
}

/// What a function can use while it runs.
pub struct Call<'a> {
    /// What the render may still use up.
    pub budget: &'a Budget,
    /// Clock, randomness, names.
    pub surroundings: &'a dyn Surroundings,
    /// The templates that are being executed.
    pub executor: &'a mut dyn Executor,
}

/// Runs templates on behalf of a function (`include`, `tpl`).
pub trait Executor {
    /// Executes the template `name`, as Go's `ExecuteTemplate`.
    fn execute(&mut self, name: &str, data: &Value) -> Result<Vec<u8>, Error>;

    /// Parses `text` under the name of the set's root template into a copy of the set, and executes it; the templates
    /// that it defines are seen by what it calls and forgotten afterwards, as with Helm's `tpl`.
    /// The error of the outer result is about parsing, that of the inner one about executing.
    fn execute_text(&mut self, text: &Str, data: &Value) -> Result<Result<Vec<u8>, Error>, Error>;
}

/// Why a function failed: the text of the Go error it would return (or panic with), and the template error that
/// caused it, if one did.
#[derive(Debug)]
pub struct Failure {
    /// The whole text, the cause's included.
    pub message: String,
    /// The cause, which Go would find by unwrapping.
    pub source: Option<Box<Error>>,
    /// Whether the budget ran out, which no function may turn into a result.
    pub exhausted: bool,
}

impl Failure {
    /// A failure with this text.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), source: None, exhausted: false }
    }

    /// The budget ran out.
    pub fn exhausted(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), source: None, exhausted: true }
    }

    /// A failure caused by a template's: `prefix` and the cause's text.
    pub fn wrap(prefix: &str, source: Error) -> Failure {
        let exhausted = source.exhausted();
        Failure { message: format!("{prefix}{source}"), source: Some(Box::new(source)), exhausted }
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Failure {
        Failure::new(message)
    }
}
