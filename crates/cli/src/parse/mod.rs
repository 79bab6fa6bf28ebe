//! Reads a command line as pflag and cobra do.

mod csv;
mod find;
mod flag_set;
mod number;
mod suggest;
mod value;

pub(crate) use self::{
    find::{Found, find},
    flag_set::{FlagError, FlagSet, Slot},
    number::{parse_bool, parse_decimal, parse_float},
    value::{Value, write_list},
};
