//! Getter plugins: they fetch URLs of schemes that Helm does not know itself. Helm: pkg/getter/plugingetter.go.

use plugin::{GetOptions, Plugin, Stderr, Variables};
use value::{quote::quote, url::Url};

use crate::{Access, Error, ErrorKind};

/// The plugins that fetch, and the environment that they see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Getters {
    /// The plugins, in the order in which they are asked.
    pub plugins: Vec<Plugin>,
    /// The environment.
    pub variables: Variables,
}

impl Getters {
    /// The plugin that fetches a URL; nothing where none does, and where no plugin is needed.
    pub(crate) fn of(&self, url: &Url) -> Option<&Plugin> {
        if matches!(url.scheme.as_slice(), b"" | b"http" | b"https" | b"oci") {
            return None;
        }
        let scheme = std::str::from_utf8(&url.scheme).ok()?;
        self.plugins.iter().find(|plugin| plugin.fetches(scheme))
    }

    /// Has a URL fetched, if there is a plugin for it; at most `limit` bytes.
    pub(crate) fn fetch(&self, url: &str, access: &Access, limit: u64) -> Option<Result<Vec<u8>, Error>> {
        let parsed = Url::parse(url).ok()?;
        let plugin = self.of(&parsed)?;
        let options = GetOptions {
            url: url.to_owned(),
            username: access.username.clone(),
            password: access.password.0.clone(),
            pass_credentials: access.pass_credentials,
            cert_file: access.cert_file.clone(),
            key_file: access.key_file.clone(),
            ca_file: access.ca_file.clone(),
        };
        Some(self.run(plugin, &options, limit))
    }

    fn run(&self, plugin: &Plugin, options: &GetOptions, limit: u64) -> Result<Vec<u8>, Error> {
        let name = quote(plugin.name.as_bytes());
        let failed = |text: String| Error::network(format!("plugin {name} failed to invoke: {text}"));
        let call = plugin.get_call(options, self.variables.clone());
        let ran = call.and_then(|call| call.run_kept(None, Stderr::Shared, limit));
        let ran = ran.map_err(|error| {
            let failed = failed(error.to_string());
            match error.hint() {
                Some(hint) => failed.hinted(hint),
                None => failed,
            }
        })?;
        match ran.exit {
            0 => Ok(ran.stdout),
            exit => Err(failed(format!("plugin {name} exited with error"))
                .hinted(format!("it ended with exit code {exit}, asked for {}", options.url))),
        }
    }
}

/// The failure of a URL that nothing fetches.
pub(crate) fn unknown_scheme(url: &Url) -> Error {
    let scheme = String::from_utf8_lossy(&url.scheme).into_owned();
    Error::new(ErrorKind::Network, format!("scheme {} not supported", quote(scheme.as_bytes())))
        .hinted("a getter plugin may bring it: `helm plugin list` shows those that are installed")
}
