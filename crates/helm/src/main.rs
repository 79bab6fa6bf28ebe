//! The binary `helm`. All of it is in `cli`: as a package of its own the binary says how the linked whole is
//! optimised (Cargo.toml, `profile.release`), while the code of the command line itself is built for size.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
