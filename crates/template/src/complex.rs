//! Go's `complex128`, which only a constant of a template can be.

use std::any::Any;

use value::Object;

/// A complex constant such as `2i`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub(crate) real: f64,
    pub(crate) imaginary: f64,
}

impl Object for Complex {
    fn go_type(&self) -> String {
        "complex128".into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
