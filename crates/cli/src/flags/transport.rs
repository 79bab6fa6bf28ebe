//! How a chart, plugin or index is downloaded.

use crate::spec::Flag;

/// Certificates and their checks.
pub(crate) const TLS: &[Flag] = &[
    Flag::text("cert-file", "the certificate to show to the server"),
    Flag::text("key-file", "the key of the certificate to show to the server"),
    Flag::text("ca-file", "the certificate authorities to check the server's certificate against"),
    Flag::switch("insecure-skip-tls-verify", "do not check the server's certificate"),
];

/// A user name, a password and plain HTTP.
pub(crate) const CREDENTIALS: &[Flag] = &[
    Flag::text("username", "the user name for the server"),
    Flag::text("password", "the password for the server"),
    Flag::switch("plain-http", "talk to the server over HTTP without encryption"),
];
