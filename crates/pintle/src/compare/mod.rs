//! `helm compare`: which components and settings environments have, on one page.

mod matrix;
mod settings;
mod state;
mod text;

pub use self::{
    matrix::{Cause, Cell, Matrix, Row, compare_environments},
    state::{ComparedEnvironment, EnvironmentState, environment_of_chart, environment_of_release},
    text::{compare_json, compare_text},
};
