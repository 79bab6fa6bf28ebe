//! URLs and host names. Sprig: `url.go`, `network.go`.

use value::{Map, MapType, Signature, Str, Type, Value, url::Url};

use super::arguments::{NIL_DEREFERENCE, Outcome, map, text};
use crate::{Call, Failure, Function};

/// The family's functions.
pub(crate) fn functions() -> Vec<Function> {
    const TEXT: Signature = Signature::fixed(&[Type::String]);
    vec![
        Function::native("urlParse", TEXT, url_parse),
        Function::native("urlJoin", Signature::fixed(&[Type::Map]), url_join),
        Function::native("getHostByName", TEXT, |call, args| {
            let name = String::from_utf8_lossy(text(args, 0)).into_owned();
            Ok(call.surroundings.resolve_host(&name).unwrap_or_default().into())
        }),
    ]
}

fn url_parse(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let text = text(args, 0);
    call.budget.bytes(text.len().saturating_mul(4))?;
    let url = Url::parse(text).map_err(|error| Failure::new(format!("unable to parse url: {error}")))?;
    let hostname = url.hostname().to_vec();
    let userinfo = url.user.as_ref().map(|user| user.encoded()).unwrap_or_default();
    let parts = [
        ("scheme", url.scheme),
        ("host", url.host),
        ("hostname", hostname),
        ("path", url.path),
        ("query", url.raw_query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", userinfo),
    ];
    Ok(Value::Map(Map::from_entries(MapType::Any, parts.map(|(name, part)| (name, Value::string(part))))))
}

fn url_join(call: &mut Call<'_>, args: &[Value]) -> Outcome {
    let parts = map(args, 0);
    let part = |key: &str| part_or_empty(&parts, key);
    let mut url = Url {
        scheme: part("scheme")?.to_vec(),
        host: part("host")?.to_vec(),
        path: part("path")?.to_vec(),
        raw_query: part("query")?.to_vec(),
        opaque: part("opaque")?.to_vec(),
        fragment: part("fragment")?.to_vec(),
        ..Url::default()
    };
    let userinfo = part("userinfo")?;
    let size = [&url.scheme, &url.host, &url.path, &url.raw_query, &url.opaque, &url.fragment].map(Vec::len);
    // Each byte may be escaped by three.
    call.budget.bytes((size.iter().sum::<usize>() + userinfo.len() * 2).saturating_mul(3))?;
    if !userinfo.is_empty() {
        let example = [b"proto://", &*userinfo, b"@host"].concat();
        let example = Url::parse(example);
        let example = example.map_err(|error| Failure::new(format!("unable to parse userinfo in dict: {error}")))?;
        url.user = example.user;
    }
    Ok(Value::string(url.to_bytes()))
}

/// The string at a key. Sprig: `dictGetOrEmpty`.
fn part_or_empty(parts: &Map, key: &str) -> Result<Str, Failure> {
    let Some(value) = parts.get(key) else { return Ok(Str::default()) };
    let plain = match &value {
        Value::Object(object) => object.underlying().unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    };
    match (plain, value) {
        (Value::String(text), _) => Ok(text),
        (_, Value::Nil) => Err(Failure::new(NIL_DEREFERENCE)),
        (_, value) => {
            let kind = value.kind().name();
            Err(Failure::new(format!("unable to parse {key} key, must be of type string, but {kind} found")))
        }
    }
}
