//! One flag of the table.

use crate::{complete::FlagWords, env::Environment};

/// What a flag's value is, and how its text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`; alone it means true.
    Bool,
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A whole number that is not negative.
    Uint,
    /// A number of single precision.
    Float,
    /// A time such as `5m0s`.
    Duration,
    /// Texts, given several times or separated by commas as in a line of CSV.
    Strings,
    /// Texts, one each time it is given.
    Array,
    /// `key=value` pairs.
    Pairs,
    /// A wait strategy; true and false are read as watcher and hookOnly.
    Wait,
    /// An output format: table, json or yaml.
    Format,
    /// A post-renderer; may be given once.
    PostRenderer,
    /// Arguments of the post-renderer.
    PostRendererArgs,
    /// The verbosity of the Kubernetes client library.
    Level,
    /// A whole number of Go's own flag package, whose errors say little.
    GoUint,
    /// A switch of Go's own flag package.
    GoBool,
    /// A severity of the Kubernetes client's log.
    Severity,
}

impl Kind {
    /// The type as help shows it behind the flag's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Bool | Kind::GoBool => "",
            Kind::Text => "string",
            Kind::Int => "int",
            Kind::Uint | Kind::GoUint => "uint",
            Kind::Float => "float32",
            Kind::Duration => "duration",
            Kind::Strings => "strings",
            Kind::Array => "stringArray",
            Kind::Pairs => "stringToString",
            Kind::Wait => "WaitStrategy",
            Kind::Format => "format",
            Kind::PostRenderer => "postRendererString",
            Kind::PostRendererArgs => "postRendererArgsSlice",
            Kind::Level => "Level",
            Kind::Severity => "severity",
        }
    }

    /// Whether giving the flag again adds a value instead of replacing it.
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Kind::Strings | Kind::Array | Kind::Pairs | Kind::PostRendererArgs)
    }
}

/// A flag's value when it is not given.
#[derive(Clone, Copy)]
pub(crate) enum Default {
    /// False, zero or empty.
    Zero,
    /// A fixed text, read as if it had been typed.
    Text(&'static str),
    /// What the environment says.
    Environment(fn(&Environment) -> String),
}

/// Where a flag is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// In help and in completions.
    Listed,
    /// In help, not in completions: old spellings.
    HelpOnly,
    /// Nowhere, but it is accepted.
    Hidden,
}

/// A flag, as it is typed and explained.
#[derive(Clone, Copy)]
pub(crate) struct Flag {
    /// The long name, without dashes.
    pub(crate) name: &'static str,
    /// The letter, if there is one.
    pub(crate) short: Option<char>,
    /// What its value is.
    pub(crate) kind: Kind,
    /// The value when it is not given.
    pub(crate) default: Default,
    /// The value when it is given without one; such a flag takes a value only behind `=`.
    pub(crate) bare: Option<&'static str>,
    /// What it does.
    pub(crate) about: &'static str,
    /// What to use instead, if it is going away.
    pub(crate) deprecated: Option<&'static str>,
    /// Where it is shown.
    pub(crate) visibility: Visibility,
    /// The flag whose value it sets, when it is another spelling of that.
    pub(crate) sets: Option<&'static str>,
    /// What completes its value.
    pub(crate) words: FlagWords,
}

impl Flag {
    /// A flag of a kind; a flag that is not boolean wants a value.
    pub(crate) const fn new(name: &'static str, kind: Kind, about: &'static str) -> Flag {
        let bare = match kind {
            Kind::Bool | Kind::GoBool => Some("true"),
            _ => None,
        };
        Flag {
            name,
            short: None,
            kind,
            default: Default::Zero,
            bare,
            about,
            deprecated: None,
            visibility: Visibility::Listed,
            sets: None,
            words: FlagWords::Default,
        }
    }

    /// A flag that is on or off.
    pub(crate) const fn switch(name: &'static str, about: &'static str) -> Flag {
        Flag::new(name, Kind::Bool, about)
    }

    /// A flag with a text.
    pub(crate) const fn text(name: &'static str, about: &'static str) -> Flag {
        Flag::new(name, Kind::Text, about)
    }

    /// The flag with a letter.
    pub(crate) const fn short(mut self, letter: char) -> Flag {
        self.short = Some(letter);
        self
    }

    /// The flag with a fixed default.
    pub(crate) const fn default(mut self, text: &'static str) -> Flag {
        self.default = Default::Text(text);
        self
    }

    /// The flag with a default from the environment.
    pub(crate) const fn default_from(mut self, read: fn(&Environment) -> String) -> Flag {
        self.default = Default::Environment(read);
        self
    }

    /// The flag with a value for when it is given alone.
    pub(crate) const fn bare(mut self, text: &'static str) -> Flag {
        self.bare = Some(text);
        self
    }

    /// The flag, marked as going away in favour of what `advice` names.
    pub(crate) const fn deprecated(mut self, advice: &'static str) -> Flag {
        self.deprecated = Some(advice);
        self.visibility = Visibility::HelpOnly;
        self
    }

    /// The flag, shown in help only or nowhere.
    pub(crate) const fn visibility(mut self, visibility: Visibility) -> Flag {
        self.visibility = visibility;
        self
    }

    /// The flag, as another spelling of `name`.
    pub(crate) const fn sets(mut self, name: &'static str) -> Flag {
        self.sets = Some(name);
        self
    }

    /// The flag with completions for its value.
    pub(crate) const fn words(mut self, words: FlagWords) -> Flag {
        self.words = words;
        self
    }

    /// The text of its default in this environment.
    pub(crate) fn default_text(&self, environment: &Environment) -> String {
        match (self.default, self.kind) {
            (Default::Text(text), _) => text.to_owned(),
            (Default::Environment(read), _) => read(environment),
            (Default::Zero, Kind::Bool | Kind::GoBool) => "false".to_owned(),
            (Default::Zero, Kind::Int | Kind::Uint | Kind::Float | Kind::Level | Kind::GoUint) => "0".to_owned(),
            (Default::Zero, Kind::Duration) => "0s".to_owned(),
            (Default::Zero, Kind::Strings | Kind::Array | Kind::Pairs | Kind::PostRendererArgs) => "[]".to_owned(),
            (Default::Zero, Kind::Text | Kind::Wait | Kind::Format | Kind::PostRenderer | Kind::Severity) => {
                String::new()
            }
        }
    }

    /// Whether a default is not worth showing. pflag: flag.go `defaultIsZeroValue`.
    pub(crate) fn is_zero(&self, default: &str) -> bool {
        match self.kind {
            Kind::Bool => default == "false" || default.is_empty(),
            Kind::Duration => default == "0" || default == "0s",
            Kind::Int | Kind::Uint | Kind::Float => default == "0",
            Kind::Text => default.is_empty(),
            Kind::Strings | Kind::Array => default == "[]",
            _ => matches!(default, "false" | "<nil>" | "" | "0"),
        }
    }
}
