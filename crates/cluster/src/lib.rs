//! The only crate that speaks to Kubernetes: configuration, discovery, objects, release records, waiting, logs.
//!
//! Asynchronous inside, synchronous at its door: a [`Cluster`] owns a runtime of one thread and blocks. Objects cross the
//! door as [`serde_json::Value`], releases as [`release::Record`]; no type of the Kubernetes client does, but the request
//! body that a service put in the place of a server ([`Cluster::over`]) must know.

mod client;
mod cluster;
mod connect;
mod discovery;
mod error;
mod interrupt;
mod kubeconfig;
mod logs;
mod lookup;
mod object;
mod objects;
mod options;
mod report;
mod request;
mod storage;
mod wait;

pub use kube::client::Body;

#[cfg(feature = "sql")]
pub use crate::storage::{Sql, SqlOptions};

pub use crate::{
    cluster::Cluster,
    discovery::Mapping,
    error::{ApiError, Error},
    interrupt::Interrupt,
    kubeconfig::configured_namespace,
    object::ObjectId,
    objects::{AccessCheck, Action, FIELD_MANAGER, FieldValidation, Form, PatchKind, Propagation, Selector, Write},
    options::{ClusterOptions, Proxies},
    report::{Explanation, LogTail, PodReport},
    storage::{
        ConfigMaps, Entry, Memory, Note, Notebook, RecordHead, RecordNews, RecordWatch, Secrets, SeenRecord, Storage,
        Summary, WatchCounts, storage_key,
    },
    wait::{ObjectStatus, OnStatus, Readiness, Unready, WaitFailure, WaitOptions, WaitStrategy, compute_status},
};
