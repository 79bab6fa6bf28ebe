//! Keys and certificates: what sprig's `genPrivateKey`, `genCA` and their like make.
//!
//! All randomness is the caller's. Prime numbers are found by code of our own, because finding them takes nearly all
//! the time of making a certificate; the elliptic curves come from crates.

mod certificate;
mod der;
mod dsa;
mod elliptic;
mod key;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod montgomery;
mod parse;
mod pem;
mod prime;
mod rsa;

pub(crate) use self::{
    certificate::{Issuer, Request},
    key::PrivateKey,
    parse::Certificate,
    pem::Pem,
};

/// Fills bytes with randomness.
pub(crate) type Random<'r> = &'r dyn Fn(&mut [u8]);
