//! `helm plugin` and what is below it.

use pintle::{PluginInstallOptions, PluginPackageOptions};

use crate::{
    complete::ArgumentWords,
    error::Failure,
    flags::{CREDENTIALS, KEYRING, TLS},
    invocation::Invocation,
    password, plugins,
    spec::{Action, Arguments, Command, Flag},
};

pub(super) static PLUGIN: Command = Command {
    name: "plugin",
    short: "install, list, or uninstall Helm plugins",
    long: "Installs, lists and removes plugins on this machine.",
    commands: &[&INSTALL, &LIST, &UNINSTALL, &UPDATE, &PACKAGE, &VERIFY],
    ..Command::BASE
};

static INSTALL: Command = Command {
    name: "install",
    synopsis: "[options] <path|url>",
    aliases: &["add"],
    short: "install a Helm plugin",
    long: "Installs a plugin from a folder, an archive, a Git repository or a registry.",
    arguments: Arguments::Exactly(1),
    words: ArgumentWords::OnePath,
    flags: &[
        &[
            Flag::text("version", "the plugin's version, or a range; the newest one if it is not given"),
            Flag::switch("verify", "check the plugin's signature before it is installed").default("true"),
            KEYRING,
        ],
        TLS,
        CREDENTIALS,
    ],
    action: Action::Run(install),
    ..Command::BASE
};

static LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    short: "list installed Helm plugins",
    long: "Lists the plugins that are installed.",
    words: ArgumentWords::NoMore,
    flags: &[&[Flag::text("type", "list only plugins of this type")]],
    action: Action::Run(list),
    ..Command::BASE
};

static UNINSTALL: Command = Command {
    name: "uninstall",
    synopsis: "<plugin>...",
    aliases: &["rm", "remove"],
    short: "uninstall one or more Helm plugins",
    long: "Removes plugins.",
    words: ArgumentWords::Plugins,
    action: Action::Run(uninstall),
    ..Command::BASE
};

static UPDATE: Command = Command {
    name: "update",
    synopsis: "<plugin>...",
    aliases: &["up"],
    short: "update one or more Helm plugins",
    long: "Updates plugins to their newest versions.",
    words: ArgumentWords::Plugins,
    action: Action::Run(update),
    ..Command::BASE
};

static PACKAGE: Command = Command {
    name: "package",
    synopsis: "[PATH]",
    short: "package a plugin directory into a plugin archive",
    long: "Packs the folder of a plugin into an archive, and signs it unless --sign=false is given.",
    arguments: Arguments::Exactly(1),
    flags: &[&[
        Flag::switch("sign", "sign the archive with a private key").default("true"),
        Flag::text("key", "the name of the key to sign with"),
        KEYRING,
        Flag::text("passphrase-file", "a file with the passphrase of the key; - reads it from the input"),
        Flag::text("destination", "the folder that the archive is written to").short('d').default("."),
    ]],
    action: Action::Run(package),
    ..Command::BASE
};

static VERIFY: Command = Command {
    name: "verify",
    synopsis: "[PATH]",
    short: "verify that a plugin at the given path has been signed and is valid",
    long: "Checks that the archive of a plugin is what its signature says.",
    arguments: Arguments::Exactly(1),
    flags: &[&[KEYRING]],
    action: Action::Run(verify),
    ..Command::BASE
};

/// Helm: pkg/cmd/plugin_install.go.
fn install(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = PluginInstallOptions {
        source: invocation.first_argument(),
        version: flags.text("version").to_owned(),
        verify: flags.bool("verify"),
        keyring: flags.text("keyring").to_owned(),
        places: invocation.plugin_places(),
    };
    invocation.observed(|observer| pintle::plugin_install(&options, observer))
}

/// Helm: pkg/cmd/plugin_list.go.
fn list(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let folders = invocation.environment.plugins_folder();
    let kind = invocation.flags.text("type").to_owned();
    invocation.observed(|observer| pintle::plugin_list(&folders, &kind, observer))?;
    for name in plugins::hidden(invocation.root) {
        let line = format!(
            "note: plugin \"{name}\" is used instead of pintle's own command of that name; with \
             PINTLE_PREFER_BUILTIN=1 pintle's own is\n"
        );
        invocation.output.complain(&line);
    }
    Ok(())
}

/// Helm: pkg/cmd/plugin_uninstall.go.
fn uninstall(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (names, places) = (invocation.arguments.clone(), invocation.plugin_places());
    invocation.observed(|observer| pintle::plugin_uninstall(&names, &places, observer))
}

/// Helm: pkg/cmd/plugin_update.go.
fn update(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (names, places) = (invocation.arguments.clone(), invocation.plugin_places());
    invocation.observed(|observer| pintle::plugin_update(&names, &places, observer))
}

/// Helm: pkg/cmd/plugin_package.go.
fn package(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let flags = &invocation.flags;
    let options = PluginPackageOptions {
        folder: invocation.first_argument(),
        sign: flags.bool("sign"),
        key: flags.text("key").to_owned(),
        keyring: flags.text("keyring").to_owned(),
        destination: flags.text("destination").to_owned(),
        now: invocation.environment.now(),
    };
    let file = flags.text("passphrase-file").to_owned();
    let mut told = Vec::new();
    let packed = pintle::plugin_package(
        &options,
        &mut |key| password::of_key(invocation.output, &file, key),
        &mut Told(&mut told),
    );
    invocation.output.print(&told)?;
    Ok(packed?)
}

/// Keeps what is printed: the passphrase is asked for on the same output.
struct Told<'a>(&'a mut Vec<u8>);

impl pintle::Observer for Told<'_> {
    fn event(&mut self, event: pintle::Event<'_>) {
        if let pintle::Event::Output(bytes) = event {
            self.0.extend_from_slice(bytes);
        }
    }
}

/// Helm: pkg/cmd/plugin_verify.go.
fn verify(invocation: &mut Invocation<'_>) -> Result<(), Failure> {
    let (archive, keyring) = (invocation.first_argument(), invocation.flags.text("keyring").to_owned());
    invocation.observed(|observer| pintle::plugin_verify(&archive, &keyring, observer))
}
