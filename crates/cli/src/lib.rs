//! The command line of `helm`: reads the words and the environment of the process, calls `pintle`, prints.
//!
//! `run` is the table of contents: the flags of every command are read first, then the command is found, its own
//! flags are read, and it runs. What a command is called and what it takes stands in `commands`.

mod change_flags;
mod commands;
mod complete;
mod connection;
mod downloads;
mod env;
mod error;
mod error_text;
mod execute;
mod exit;
mod filepath;
mod flags;
mod follow;
mod gate_flags;
mod help;
mod invocation;
mod kubeconfig;
mod log;
mod memory;
mod not_built;
mod output;
mod parse;
mod password;
mod pipeline;
mod plugins;
mod print;
mod progress;
mod reference;
mod serve;
mod signals;
mod spec;
mod surroundings;

use std::process::ExitCode;

use crate::{env::Environment, error_text::error_text, exit::Exit, output::Output};

/// Runs the command line of this process, prints what it has to say, and returns the exit code to end with.
pub fn main() -> ExitCode {
    run().into()
}

/// Runs the command line of this process.
fn run() -> Exit {
    let environment = Environment::of_process();
    let words = Environment::arguments_of_process();
    let mut output = Output::of_process();
    let result = execute::execute(&words, &environment, &mut output).and_then(|()| output.finish());
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            output.complain(&error_text(&failure.told));
            failure.exit
        }
    }
}
