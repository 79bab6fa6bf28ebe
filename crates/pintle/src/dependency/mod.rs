//! `helm dependency`: what a chart depends on, and fetching it. Helm: pkg/action/dependency.go and
//! pkg/downloader/manager.go.

mod fetch;
mod keep;
mod list;
mod lock;
mod remote;
mod resolve;
mod sums;

pub(crate) use self::lock::local_time;
pub use self::{
    fetch::{DependencyOptions, dependency_build, dependency_update},
    list::{DependencyListOptions, dependency_list},
};
