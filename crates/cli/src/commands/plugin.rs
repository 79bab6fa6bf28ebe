//! `helm plugin` and what is below it.

use crate::{
    complete::ArgumentWords,
    flags::{CREDENTIALS, KEYRING, TLS},
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
    action: Action::NotBuilt,
    ..Command::BASE
};

static LIST: Command = Command {
    name: "list",
    aliases: &["ls"],
    short: "list installed Helm plugins",
    long: "Lists the plugins that are installed.",
    words: ArgumentWords::NoMore,
    flags: &[&[Flag::text("type", "list only plugins of this type")]],
    action: Action::NotBuilt,
    ..Command::BASE
};

static UNINSTALL: Command = Command {
    name: "uninstall",
    synopsis: "<plugin>...",
    aliases: &["rm", "remove"],
    short: "uninstall one or more Helm plugins",
    long: "Removes plugins.",
    words: ArgumentWords::Plugins,
    action: Action::NotBuilt,
    ..Command::BASE
};

static UPDATE: Command = Command {
    name: "update",
    synopsis: "<plugin>...",
    aliases: &["up"],
    short: "update one or more Helm plugins",
    long: "Updates plugins to their newest versions.",
    words: ArgumentWords::Plugins,
    action: Action::NotBuilt,
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
    action: Action::NotBuilt,
    ..Command::BASE
};

static VERIFY: Command = Command {
    name: "verify",
    synopsis: "[PATH]",
    short: "verify that a plugin at the given path has been signed and is valid",
    long: "Checks that the archive of a plugin is what its signature says.",
    arguments: Arguments::Exactly(1),
    flags: &[&[KEYRING]],
    action: Action::NotBuilt,
    ..Command::BASE
};
