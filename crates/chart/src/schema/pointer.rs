//! JSON pointers, and the URLs that name places in schemas.

use value::{
    quote::quote,
    url::{Encoding, Url, escape, unescape},
};

use super::json::Json;

/// A pointer with one step more.
pub(crate) fn append(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", escape_step(step))
}

/// A step as it stands in a pointer.
pub(crate) fn escape_step(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

fn unescape_step(step: &str) -> Option<String> {
    let mut parts = step.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut rest = part.chars();
        match rest.next() {
            Some('0') => text.push('~'),
            Some('1') => text.push('/'),
            _ => return None,
        }
        text.push_str(rest.as_str());
    }
    Some(text)
}

/// A place as messages name it: the document's URL and the pointer as its fragment.
pub(crate) fn location(url: &str, pointer: &str) -> String {
    format!("{url}#{}", encode(pointer))
}

fn encode(fragment: &str) -> String {
    let steps = fragment
        .split('/')
        .map(|step| String::from_utf8_lossy(&escape(step.as_bytes(), Encoding::PathSegment)).into_owned());
    steps.collect::<Vec<_>>().join("/")
}

/// What a pointer leads to in a document.
pub(crate) fn lookup<'a>(document: &'a Json, url: &str, pointer: &str) -> Result<&'a Json, String> {
    let missing = || format!("json-pointer in {} not found", quote(location(url, pointer).as_bytes()));
    let mut found = document;
    for step in pointer.split('/').skip(1) {
        let step = unescape_step(step)
            .ok_or_else(|| format!("invalid json-pointer {}", quote(location(url, pointer).as_bytes())))?;
        let next = match found {
            Json::Object(object) => object.get(step.as_str()),
            Json::List(list) => index(&step).and_then(|index| list.get(index)),
            _ => None,
        };
        found = next.ok_or_else(missing)?;
    }
    Ok(found)
}

/// An index as `strconv.Atoi` reads it.
fn index(step: &str) -> Option<usize> {
    let digits = step.strip_prefix('+').unwrap_or(step);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return if step == "-0" { Some(0) } else { None };
    }
    digits.parse().ok()
}

/// A URL without its fragment, and the fragment, decoded.
pub(crate) fn split_fragment(text: &str) -> Result<(&str, String), String> {
    let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
    match unescape(fragment.as_bytes(), Encoding::PathSegment) {
        Ok(fragment) => Ok((url, String::from_utf8_lossy(&fragment).into_owned())),
        Err(error) => Err(parsing_error(text, &error.0)),
    }
}

fn parsing_error(text: &str, reason: &str) -> String {
    format!("error in parsing {}: {reason}", quote(text.as_bytes()))
}

/// What a reference means in the document `base`: a URL without its fragment, and the fragment, decoded.
pub(crate) fn join(base: &str, reference: &str) -> Result<(String, String), String> {
    let base_url = Url::parse(base).map_err(|error| parsing_error(base, &error.0))?;
    let (reference, fragment) = split_fragment(reference)?;
    let url = Url::parse(reference).map_err(|error| parsing_error(reference, &error.0))?;
    let mut resolved = base_url.resolve(&url);
    // Go's own ResolveReference forgets the opaque part.
    if !url.is_absolute() && !base_url.opaque.is_empty() {
        resolved.opaque = base_url.opaque;
    }
    Ok((String::from_utf8_lossy(&resolved.to_bytes()).into_owned(), fragment))
}
