//! The tests of this crate that need a server: a service in this process, a database, and a real cluster
//! where one is named.

#[cfg(all(unix, feature = "sql"))]
mod database;
mod in_process;
mod testbed;
