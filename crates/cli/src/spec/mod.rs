//! The words of the command line as data: commands, their arguments, their flags.
//!
//! One table drives parsing, help, completion and the generated reference. Everything in it is constant, so
//! that starting the program costs nothing for the commands that are not asked for.

mod arguments;
mod command;
mod flag;

pub(crate) use self::{
    arguments::Arguments,
    command::{Action, Command, path_of, usage_line},
    flag::{Flag, Kind, Visibility},
};
