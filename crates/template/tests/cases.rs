//! Compares with Go's answers: each line of a case file is one JSON object.

mod calls;
mod engine;
mod sprig;
