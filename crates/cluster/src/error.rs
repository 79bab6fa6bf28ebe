//! What can go wrong with a cluster, in Helm's words.

use std::fmt;

use serde_json::Value;

use crate::{object::ObjectId, wait::WaitFailure};

/// Go's words for an operation that was stopped.
pub(crate) const INTERRUPTED: &str = "context canceled";

/// Anything that can go wrong between us and a cluster. Its text is Helm's, causes included.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The configuration does not say how to reach a cluster, or none answers there.
    Unreachable(Box<Error>),
    /// The configuration is wrong.
    Config(String),
    /// A request got no answer.
    Connection(String),
    /// The server refused.
    Api(Box<ApiError>),
    /// The server's answer makes no sense.
    Answer(String),
    /// The server serves no such kind.
    NoMatch {
        /// The `apiVersion` asked for.
        api_version: String,
        /// The kind asked for.
        kind: String,
    },
    /// An object of a kind that the server does not serve.
    NoMapping {
        /// The object.
        id: ObjectId,
    },
    /// An object that is none: no `kind`, no `apiVersion`, no name.
    Malformed(String),
    /// No such release.
    ReleaseNotFound,
    /// The revision is there already.
    ReleaseExists,
    /// A release without a revision that is deployed.
    NoDeployedReleases(String),
    /// A record that cannot be read or written.
    Codec(release::codec::CodecError),
    /// Objects did not become what they should have become in time.
    Wait(Box<WaitFailure>),
    /// Somebody outside wished the operation to stop. Go: `context.Canceled`.
    Interrupted,
    /// An error, and what was being done.
    Context {
        /// What was being done.
        doing: String,
        /// What went wrong.
        error: Box<Error>,
    },
    /// Several errors, as apimachinery's `Aggregate` lists them.
    Several(Vec<Error>),
}

impl Error {
    /// Says what was being done.
    #[must_use]
    pub fn during(self, doing: impl Into<String>) -> Error {
        Error::Context { doing: doing.into(), error: Box::new(self) }
    }

    /// What the server said, where it said something.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Error::Api(error) => Some(error),
            Error::Context { error, .. } | Error::Unreachable(error) => error.api(),
            _ => None,
        }
    }

    fn has_reason(&self, reason: &str) -> bool {
        self.api().is_some_and(|error| error.reason == reason)
    }

    /// Whether the object, or the kind's place on the server, is not there.
    pub fn is_not_found(&self) -> bool {
        self.has_reason("NotFound")
    }

    /// Whether the server knows nothing of such a path: a kind that it does not serve, or no longer.
    pub(crate) fn is_unknown_path(&self) -> bool {
        self.api().is_some_and(|error| error.code == 404 && error.message == error.generic)
    }

    /// Whether the object is there already.
    pub fn is_already_exists(&self) -> bool {
        self.has_reason("AlreadyExists")
    }

    /// Whether somebody else changed it, or owns the fields.
    pub fn is_conflict(&self) -> bool {
        self.has_reason("Conflict")
    }

    /// Whether the user may not do this.
    pub fn is_forbidden(&self) -> bool {
        self.has_reason("Forbidden")
    }

    /// Whether the object itself was refused.
    pub fn is_invalid(&self) -> bool {
        self.has_reason("Invalid")
    }

    /// Whether no cluster answers.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Error::Unreachable(_) | Error::Connection(_) => true,
            Error::Context { error, .. } => error.is_unreachable(),
            _ => false,
        }
    }

    /// Whether a release record is there, but cannot be decoded.
    pub fn is_unreadable(&self) -> bool {
        match self {
            Error::Codec(_) => true,
            Error::Context { error, .. } => error.is_unreadable(),
            _ => false,
        }
    }

    /// Whether the server does not know the kind.
    pub fn is_no_match(&self) -> bool {
        match self {
            Error::NoMatch { .. } | Error::NoMapping { .. } => true,
            Error::Context { error, .. } => error.is_no_match(),
            _ => false,
        }
    }

    /// Which objects did not become what they should have become.
    pub fn wait_failure(&self) -> Option<&WaitFailure> {
        match self {
            Error::Wait(failure) => Some(failure),
            Error::Context { error, .. } => error.wait_failure(),
            _ => None,
        }
    }

    /// One error out of several; none out of none.
    pub fn join(mut errors: Vec<Error>) -> Option<Error> {
        match errors.len() {
            0 | 1 => errors.pop(),
            _ => Some(Error::Several(errors)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Unreachable(error) => write!(f, "kubernetes cluster unreachable: {error}"),
            Error::Config(text) | Error::Connection(text) | Error::Answer(text) | Error::Malformed(text) => {
                f.write_str(text)
            }
            Error::Api(error) => error.fmt(f),
            Error::NoMatch { api_version, kind } => {
                write!(f, "no matches for kind {kind:?} in version {api_version:?}")
            }
            Error::NoMapping { id } => write!(
                f,
                "resource mapping not found for name: {:?} namespace: {:?} from \"\": no matches for kind {:?} in version \
                 {:?}\nensure CRDs are installed first",
                id.name, id.namespace, id.kind, id.api_version
            ),
            Error::ReleaseNotFound => f.write_str("release: not found"),
            Error::ReleaseExists => f.write_str("release: already exists"),
            Error::NoDeployedReleases(name) => write!(f, "{name:?} has no deployed releases"),
            Error::Codec(error) => error.fmt(f),
            Error::Wait(failure) => failure.fmt(f),
            Error::Interrupted => f.write_str(INTERRUPTED),
            Error::Context { doing, error } => write!(f, "{doing}: {error}"),
            Error::Several(errors) => {
                let mut seen: Vec<String> = Vec::new();
                for text in errors.iter().map(ToString::to_string) {
                    if !seen.contains(&text) {
                        seen.push(text);
                    }
                }
                if let [only] = seen.as_slice() { f.write_str(only) } else { write!(f, "[{}]", seen.join(", ")) }
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<release::object::Anonymous> for Error {
    fn from(error: release::object::Anonymous) -> Error {
        Error::Malformed(error.to_string())
    }
}

/// What the API server said when it refused.
#[derive(Clone, Debug, Default)]
pub struct ApiError {
    /// The HTTP status.
    pub code: u16,
    /// The machine's word for it, such as `NotFound`.
    pub reason: String,
    /// The server's own words.
    pub message: String,
    /// The fields, and what is wrong with each: `details.causes` of the answer.
    pub causes: Vec<Value>,
    /// What client-go says about the status alone, where it does not look at the answer.
    pub(crate) generic: String,
    /// Seconds after which to ask again.
    pub(crate) retry_after: Option<u64>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ApiError {
    /// Reads a refusal. `subject` is the resource and name asked for, such as `configmaps x`.
    /// apimachinery: `errors.NewGenericServerResponse`; client-go: `rest.Result.Error`.
    pub(crate) fn read(code: u16, verb: &str, subject: &str, body: &[u8]) -> ApiError {
        let text = String::from_utf8_lossy(body);
        let words = text.trim();
        let words = if words.is_empty() { "unknown" } else { words };
        let (reason, generic) = generic_response(code, verb, words);
        let generic =
            if subject.is_empty() { generic } else { format!("{generic} ({} {subject})", verb.to_ascii_lowercase()) };
        let status: Option<Value> = serde_json::from_slice(body).ok();
        let Some(status) = status.filter(|status| status.get("kind").is_some_and(|kind| kind == "Status")) else {
            return ApiError { code, reason: reason.into(), message: generic.clone(), generic, ..ApiError::default() };
        };
        let field = |name: &str| status.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let message = field("message");
        let given = field("reason");
        let details = status.get("details");
        let causes = details.and_then(|details| details.get("causes")).and_then(Value::as_array).cloned();
        ApiError {
            code,
            reason: if given.is_empty() { reason.into() } else { given },
            message: if message.is_empty() { generic.clone() } else { message },
            causes: causes.unwrap_or_default(),
            generic,
            retry_after: details.and_then(|details| details.get("retryAfterSeconds")).and_then(Value::as_u64),
        }
    }
}

/// The reason and the words for a status. apimachinery: `errors.NewGenericServerResponse`.
fn generic_response(code: u16, verb: &str, body: &str) -> (&'static str, String) {
    let (reason, text) = match code {
        409 if verb == "POST" => ("AlreadyExists", "the server reported a conflict"),
        409 => ("Conflict", "the server reported a conflict"),
        404 => ("NotFound", "the server could not find the requested resource"),
        400 => ("BadRequest", "the server rejected our request for an unknown reason"),
        401 => ("Unauthorized", "the server has asked for the client to provide credentials"),
        403 => ("Forbidden", body),
        406 if body == "unknown" => {
            ("NotAcceptable", "the server was unable to respond with a content type that the client supports")
        }
        406 => ("NotAcceptable", body),
        415 => ("UnsupportedMediaType", body),
        405 => ("MethodNotAllowed", "the server does not allow this method on the requested resource"),
        422 => ("Invalid", "the server rejected our request due to an error in our request"),
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        504 => (
            "Timeout",
            "the server was unable to return a response in the time allotted, but may still be processing the request",
        ),
        429 => ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
        500.. => {
            return (
                "InternalError",
                format!("an error on the server ({body:?}) has prevented the request from succeeding"),
            );
        }
        _ => {
            return (
                "",
                format!("the server responded with the status code {code} but did not return more information"),
            );
        }
    };
    (reason, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{ApiError, Error};

    #[test]
    fn refusals_are_worded_as_client_go_words_them() {
        let error = ApiError::read(404, "GET", "configmaps x", b"404 page not found\n");
        assert_eq!(error.to_string(), "the server could not find the requested resource (get configmaps x)");
        let status = br#"{"kind":"Status","reason":"Conflict","message":"Apply failed with 1 conflict: conflict"}"#;
        let error = ApiError::read(409, "PATCH", "", status);
        assert_eq!(
            (error.to_string().as_str(), error.reason.as_str()),
            ("Apply failed with 1 conflict: conflict", "Conflict")
        );
        let error = ApiError::read(502, "GET", "", b"bad \"gateway\"");
        assert_eq!(
            error.to_string(),
            r#"an error on the server ("bad \"gateway\"") has prevented the request from succeeding"#
        );
    }

    #[test]
    fn several_errors_are_listed_once_each() {
        let errors = ["a", "b", "a"].map(|text| Error::Config(text.into()));
        assert_eq!(Error::join(errors.into()).unwrap().to_string(), "[a, b]");
        assert_eq!(Error::join(vec![Error::ReleaseExists]).unwrap().to_string(), "release: already exists");
        assert!(Error::join(Vec::new()).is_none());
    }
}
