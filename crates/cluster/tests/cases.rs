//! The tests of this crate that need a server: a service in this process, and a real cluster where one is named.

mod in_process;
mod testbed;
