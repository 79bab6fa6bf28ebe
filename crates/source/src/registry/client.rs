//! One registry, talked to. Helm: pkg/registry/client.go.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use value::{Value, json, quote::quote};
use version::Version;

use super::{
    auth::{self, Challenge},
    credentials::{self, Credential},
    reference::{RegistryReference, server},
};
use crate::{
    Access, Error, Loudness, Note, Notes, Places, Secret,
    http::{self, Answer, Authorization, Http, Request},
};

/// How long one request may take, a blob of any size included.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// More than this is no list of tags and no manifest.
pub(super) const MAX_METADATA: u64 = 4 << 20;

/// How many pages of tags are read.
const MAX_PAGES: usize = 1000;

/// A client for registries, with the credentials of this machine.
pub struct Registry {
    places: Places,
    access: Access,
    http: Http,
    /// What hosts were told before: the `Authorization` header for a scope.
    known: RefCell<BTreeMap<(String, String), String>>,
}

/// What `registry login` needs.
#[derive(Clone, Debug, Default)]
pub struct LoginOptions {
    /// The registry's host.
    pub host: String,
    /// The user's name.
    pub username: String,
    /// The password.
    pub password: Secret,
}

/// What is asked of a registry.
#[derive(Clone, Default)]
pub(super) struct Ask<'a> {
    /// The method; empty for GET.
    pub(super) method: &'a str,
    /// The URL.
    pub(super) url: &'a str,
    /// The `Accept` header.
    pub(super) accept: &'a str,
    /// The type of the body.
    pub(super) content_type: &'a str,
    /// The body.
    pub(super) body: Option<&'a [u8]>,
    /// How many bytes an answer may have.
    pub(super) limit: u64,
    /// What it is for: `repository:NAME:pull`.
    pub(super) scope: &'a str,
}

impl Registry {
    /// A client; it connects to nothing yet.
    pub fn new(places: &Places, access: &Access) -> Registry {
        let http = Http::new(access, Some(TIMEOUT)).watched(&places.watch);
        Registry { places: places.clone(), access: access.clone(), http, known: RefCell::default() }
    }

    /// The URL of a registry's API.
    pub(super) fn api(&self, host: &str) -> String {
        let scheme = if self.access.plain_http { "http" } else { "https" };
        format!("{scheme}://{}/v2/", server(host))
    }

    fn credential(&self, host: &str) -> Result<Credential, Error> {
        let Access { username, password, .. } = &self.access;
        if !username.is_empty() && !password.0.is_empty() {
            return Ok(Credential { username: username.clone(), password: password.clone(), ..Credential::default() });
        }
        credentials::find(&self.places, host)
            .map_err(|error| error.map_message(|text| format!("failed to resolve credential: {text}")))
    }

    /// Asks a registry, and tells it who asks if it wants to know.
    pub(super) fn ask(&self, host: &str, ask: &Ask<'_>) -> Result<Answer, Error> {
        let api = self.api(host);
        let key = (host.to_owned(), ask.scope.to_owned());
        let known = self.known.borrow().get(&key).cloned();
        let first = self.send(ask, &api, known)?;
        if first.status != 401 {
            return Ok(first);
        }
        let method = if ask.method.is_empty() { "GET" } else { ask.method };
        // A challenge from another origin is not ours to answer.
        let same = |url: &str| url.split('/').take(3).eq(api.split('/').take(3));
        let Some(challenge) = Challenge::parse(first.header("www-authenticate")).filter(|_| same(&first.url)) else {
            return Ok(first);
        };
        let failed =
            |error: Error| error.map_message(|text| format!("{method} {}: {text}", quote(first.url.as_bytes())));
        let credential = self.credential(host).map_err(failed)?;
        let header = match challenge {
            Challenge::Basic => basic(&credential).map_err(failed)?,
            Challenge::Bearer { realm, service, scope } => {
                let mut scopes: Vec<String> = [ask.scope, &scope]
                    .into_iter()
                    .flat_map(|scopes| scopes.split(' '))
                    .filter(|scope| !scope.is_empty())
                    .map(str::to_owned)
                    .collect();
                scopes.sort();
                scopes.dedup();
                let token = auth::token(&self.http, &api, (&realm, &service, &scopes), &credential).map_err(failed)?;
                format!("Bearer {token}")
            }
        };
        self.known.borrow_mut().insert(key, header.clone());
        self.send(ask, &api, Some(header))
    }

    fn send(&self, ask: &Ask<'_>, api: &str, authorization: Option<String>) -> Result<Answer, Error> {
        let mut headers = Vec::new();
        if !ask.accept.is_empty() {
            headers.push(("Accept", ask.accept.to_owned()));
        }
        if !ask.content_type.is_empty() {
            headers.push(("Content-Type", ask.content_type.to_owned()));
        }
        self.http.send(&Request {
            method: ask.method,
            url: ask.url,
            headers,
            body: ask.body,
            authorization: authorization.map(|value| Authorization { value, owner: api, anywhere: false }),
            limit: ask.limit,
        })
    }

    /// Tries credentials, and keeps them. Helm: `Login`.
    pub fn login(&self, options: &LoginOptions, notes: Notes<'_>) -> Result<(), Error> {
        let host = &options.host;
        if host.contains('/') {
            let text = "registry login currently only supports registry hostname, not a repository path";
            let suggested = host.split('/').next().unwrap_or_default();
            notes(Note::log(Loudness::Warn, text).with("host", host).with("suggested", suggested));
        }
        super::reference::check_host(host)?;
        let access =
            Access { username: options.username.clone(), password: options.password.clone(), ..self.access.clone() };
        let credential = Credential {
            username: options.username.clone(),
            password: options.password.clone(),
            ..Credential::default()
        };
        let failed = |error: Error| {
            let host = quote(host.as_bytes());
            error.map_message(|text| format!("authenticating to {host}: {text}"))
        };
        let registry = Registry::new(&self.places, &access);
        let url = registry.api(host);
        let answer = registry.ask(host, &Ask { url: &url, limit: MAX_METADATA, ..Ask::default() }).map_err(failed)?;
        match answer.status {
            200 => {}
            404 => return Err(failed(Error::network("not found"))),
            _ => return Err(failed(auth::refused("GET", &answer))),
        }
        credentials::keep(&self.places, host, &credential)?;
        notes(Note::Print("Login Succeeded\n".into()));
        Ok(())
    }

    /// Removes the credentials that were kept for a host. Helm: `Logout`.
    pub fn logout(&self, host: &str, notes: Notes<'_>) -> Result<(), Error> {
        credentials::remove(&self.places, host)?;
        notes(Note::Print(format!("Removing login credentials for {host}\n")));
        Ok(())
    }

    /// The tags of a repository that are versions, the newest first; underscores are plus signs. Helm: `Tags`.
    pub fn tags(&self, reference: &RegistryReference) -> Result<Vec<String>, Error> {
        let RegistryReference { host, repository, .. } = reference;
        let scope = format!("repository:{repository}:pull");
        let mut url = format!("{}{repository}/tags/list", self.api(host));
        let mut versions = Vec::new();
        for _ in 0..MAX_PAGES {
            let answer = self.ask(host, &Ask { url: &url, limit: MAX_METADATA, scope: &scope, ..Ask::default() })?;
            if answer.status != 200 {
                return Err(auth::refused("GET", &answer));
            }
            let map = json::from_slice(&answer.body).ok().and_then(|value| value.as_map().cloned()).unwrap_or_default();
            let tags = map.get("tags").and_then(|tags| tags.as_list().cloned());
            for tag in tags.iter().flat_map(|tags| tags.iter()).filter_map(Value::as_str) {
                let text = tag.to_text().replace('_', "+");
                versions.extend(Version::parse_strict(&text).ok().map(|_| text));
            }
            match next_page(&answer) {
                Some(next) => url = next,
                None => break,
            }
        }
        chart::sort_versions(&mut versions, |text| text);
        Ok(versions)
    }
}

/// The `Authorization` header for a user name and a password.
fn basic(credential: &Credential) -> Result<String, Error> {
    if credential.is_empty() {
        return Err(Error::network("basic credential not found")
            .hinted("`helm registry login` keeps a user name and a password for a registry"));
    }
    if credential.username.is_empty() || credential.password.0.is_empty() {
        return Err(Error::network("missing username or password for basic auth"));
    }
    Ok(http::basic(&credential.username, &credential.password.0))
}

/// The `Link` to the next page: `</v2/x/tags/list?last=y>; rel="next"`, on the same host.
fn next_page(answer: &Answer) -> Option<String> {
    let link = answer.header("link");
    let target = link.strip_prefix('<')?.split_once('>')?.0;
    let base = value::url::Url::parse(&answer.url).ok()?;
    let next = base.resolve(&value::url::Url::parse(target).ok()?);
    if (&next.scheme, &next.host) != (&base.scheme, &base.host) {
        return None;
    }
    Some(String::from_utf8_lossy(&next.to_bytes()).into_owned())
}
