//! What Kubernetes allows as the name of an object. Kubernetes: apimachinery, api/validation and util/validation.

use value::quote::quote;

const SUBDOMAIN_LENGTH: usize = 253;
const LABEL_LENGTH: usize = 63;

/// Checks an object's name by the rules of its kind; an error is Helm's text.
pub(super) fn check(kind: &str, name: &str) -> Result<(), String> {
    let problems = match kind.to_lowercase().as_str() {
        "service" => dns_1035_label(name),
        "namespace" => dns_1123_label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let shown = quote(name.as_bytes());
    let problems: Vec<String> =
        problems.iter().map(|problem| format!("metadata.name: Invalid value: {shown}: {problem}")).collect();
    match problems.as_slice() {
        [] => Ok(()),
        [one] => Err(format!("object name does not conform to Kubernetes naming requirements: {shown}: {one}")),
        many => Err(format!(
            "object name does not conform to Kubernetes naming requirements: {shown}: [{}]",
            many.join(", ")
        )),
    }
}

fn is_label(text: &str, first: fn(&u8) -> bool) -> bool {
    let word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(first)
        && bytes.last().is_some_and(word)
        && bytes.iter().all(|byte| word(byte) || *byte == b'-')
}

fn starts_label(byte: &u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(|label| is_label(label, starts_label))
}

fn too_long(name: &str, limit: usize) -> Vec<String> {
    if name.len() > limit { vec![format!("must be no more than {limit} characters")] } else { Vec::new() }
}

fn subdomain(name: &str) -> Vec<String> {
    let mut problems = too_long(name, SUBDOMAIN_LENGTH);
    if !is_subdomain(name) {
        problems.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .into(),
        );
    }
    problems
}

fn dns_1123_label(name: &str) -> Vec<String> {
    let mut problems = too_long(name, LABEL_LENGTH);
    if !is_label(name, starts_label) {
        problems.push(if is_subdomain(name) {
            "must not contain dots".into()
        } else {
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and \
             end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .into()
        });
    }
    problems
}

fn dns_1035_label(name: &str) -> Vec<String> {
    let mut problems = too_long(name, LABEL_LENGTH);
    if !is_label(name, u8::is_ascii_lowercase) {
        problems.push(
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
             character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
             validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
                .into(),
        );
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'")];
    }
    let parts = ["/", "%"];
    parts.into_iter().filter(|part| name.contains(part)).map(|part| format!("may not contain '{part}'")).collect()
}
