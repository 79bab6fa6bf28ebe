//! From the words of a command line to a command that runs.

use pintle::{Level, LogLine};

use crate::{
    commands::ROOT,
    env::Environment,
    error::Failure,
    flags,
    help::help_page,
    invocation::Invocation,
    memory, not_built,
    output::Output,
    parse::{FlagError, FlagSet, Found, find},
    plugins,
    spec::{Action, path_of, usage_line},
};

/// Runs a command line.
///
/// cobra: command.go `ExecuteC`; Helm: pkg/cmd/root.go `newRootCmdWithConfig`.
pub(crate) fn execute(words: &[String], environment: &Environment, output: &mut Output) -> Result<(), Failure> {
    let mut flags = FlagSet::new(flags::GLOBAL, environment);
    // Settings are wanted before the command is known. Whatever is wrong is found when it is.
    let _ = flags.parse_globals(words);
    output.set_debug(flags.bool("debug"));
    output.set_terminal(environment);
    let root = plugins::root(environment, words, output);
    let found = find(root, flags::GLOBAL, words);
    if !found.as_ref().is_ok_and(|found| found.command().has_own("color")) {
        check_color(flags.text("color"), output)?;
    }
    let found = found.map_err(|line| Failure::new(line).advice("Run 'helm --help' for usage."))?;
    call(&found, flags, environment, output)
}

/// Helm ends like this, without a word on usage.
fn check_color(color: &str, output: &mut Output) -> Result<(), Failure> {
    if ["never", "auto", "always"].contains(&color) {
        return Ok(());
    }
    let color = value::quote::quote(color.as_bytes());
    let error = format!("invalid color mode {color}: must be one of: never, auto, always");
    output.log(&LogLine::new(Level::Warn, "command failed").with("error", error));
    Err(Failure::logged())
}

/// Reads the flags of a command, and runs it.
///
/// cobra: command.go `execute`.
fn call(found: &Found, mut flags: FlagSet<'_>, environment: &Environment, output: &mut Output) -> Result<(), Failure> {
    let command = found.command();
    let mut arguments = found.words.clone();
    if !command.raw {
        flags.add(command.flags, false);
        flags.add(&[flags::HELP], false);
        let lenient = (command.lenient)(environment);
        let parsed = if lenient { flags.parse_globals(&found.words) } else { flags.parse(&found.words) };
        for remark in std::mem::take(&mut flags.remarks) {
            output.log(&LogLine::new(Level::Warn, remark));
        }
        match parsed {
            Ok(()) => {}
            Err(FlagError::Help) => return output.print(help_page(&found.path, environment)),
            Err(FlagError::Message(line)) => return Err(Failure::new(line)),
        }
        for notice in &flags.notices {
            output.complain(&format!("{notice}\n"));
        }
        if flags.bool("help") || !command.runs() {
            return output.print(help_page(&found.path, environment));
        }
        arguments = flags.arguments().to_vec();
    }
    check_driver(environment, output)?;
    let path = path_of(&found.path);
    command.arguments.check(arguments.len(), &path, &usage_line(&found.path)).map_err(Failure::new)?;
    flags.check_exclusive(command.exclusive).map_err(Failure::new)?;
    not_built::check(&path, &flags)?;
    match command.action {
        // A group has shown its help.
        Action::Group => Ok(()),
        Action::Run(run) => {
            let root = found.path.first().copied().unwrap_or(&ROOT);
            run(&mut Invocation { called: &found.called, root, arguments, flags, environment, output })
        }
        Action::Plugin(plugin) => plugins::run(plugin, &found.words, flags, (environment, output)),
    }
}

/// Helm: pkg/action/action.go `Init`, which every command goes through.
fn check_driver(environment: &Environment, output: &mut Output) -> Result<(), Failure> {
    match environment.driver() {
        "" | "secret" | "secrets" | "configmap" | "configmaps" | "sql" => Ok(()),
        "memory" => memory::storage(environment, "").map(drop).map_err(|text| {
            output.log(&LogLine::new(Level::Info, text));
            Failure::logged()
        }),
        driver => {
            let driver = value::quote::quote(driver.as_bytes());
            output.log(&LogLine::new(Level::Info, format!("unknown driver {driver}")));
            Err(Failure::logged())
        }
    }
}
