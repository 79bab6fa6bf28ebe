//! The case files under `tests/cases/template`.

#[path = "cases/sprig.rs"]
mod sprig;
