//! The flags of one command line: which there are, what was given, what is left over.

use std::{collections::BTreeMap, time::Duration};

use value::quote::quote;

use crate::{
    env::Environment,
    parse::{Value, value::Remark},
    spec::Flag,
};

/// Longer than anybody waits.
const NO_LIMIT: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// One flag and its value.
pub(crate) struct Slot {
    /// The flag's entry in the table.
    pub(crate) flag: &'static Flag,
    /// Whether it was given.
    pub(crate) changed: bool,
    /// Whether it belongs to the root, and so to every command.
    pub(crate) global: bool,
    /// Its value, unless it is another spelling of a flag.
    value: Value,
}

/// Why a command line was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FlagError {
    /// Help was asked for before the command was known.
    Help,
    /// The error, as pflag words it.
    Message(String),
}

/// The flags that a command line may use, with the values that were given so far.
pub(crate) struct FlagSet<'a> {
    environment: &'a Environment,
    slots: Vec<Slot>,
    arguments: Vec<String>,
    /// Lines for the log, as values are read.
    pub(crate) remarks: Vec<Remark>,
    /// Lines on flags that are going away. Kept between parses, as cobra keeps them.
    pub(crate) notices: Vec<String>,
}

impl<'a> FlagSet<'a> {
    /// A set with the flags that every command has.
    pub(crate) fn new(globals: &[&'static [Flag]], environment: &'a Environment) -> FlagSet<'a> {
        let mut set =
            FlagSet { environment, slots: Vec::new(), arguments: Vec::new(), remarks: Vec::new(), notices: Vec::new() };
        set.add(globals, true);
        set
    }

    /// Adds the flags of a command, which hide global ones of the same name.
    pub(crate) fn add(&mut self, groups: &[&'static [Flag]], global: bool) {
        for flag in groups.iter().copied().flatten() {
            let value = Value::from_default(flag.kind, &flag.default_text(self.environment));
            self.slots.push(Slot { flag, changed: false, global, value });
        }
    }

    /// All flags, by name.
    pub(crate) fn sorted(&self) -> Vec<&Slot> {
        let mut slots: Vec<_> = self.slots.iter().collect();
        slots.sort_by_key(|slot| slot.flag.name);
        slots
    }

    /// What was not a flag.
    pub(crate) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The flag of this name.
    pub(crate) fn slot(&self, name: &str) -> Option<&Slot> {
        self.slots.iter().rev().find(|slot| slot.flag.name == name)
    }

    /// The flag with this letter.
    pub(crate) fn slot_of_letter(&self, letter: u8) -> Option<&Slot> {
        self.slots.iter().rev().find(|slot| slot.flag.short == Some(char::from(letter)))
    }

    /// Whether the flag was given.
    pub(crate) fn changed(&self, name: &str) -> bool {
        self.slot(name).is_some_and(|slot| slot.changed)
    }

    /// Whether the flag was given, with more than nothing: neither false nor an empty text.
    pub(crate) fn is_given(&self, name: &str) -> bool {
        let nothing = [Value::Bool(false), Value::Text(String::new())];
        self.changed(name) && self.value(name).is_some_and(|value| !nothing.contains(value))
    }

    fn value(&self, name: &str) -> Option<&Value> {
        let value = self.slot(name).map(|slot| &slot.value);
        debug_assert!(value.is_some(), "no flag --{name}");
        value
    }

    /// The text of a flag that not every command has; empty where it has not.
    pub(crate) fn known_text(&self, name: &str) -> &str {
        if self.slot(name).is_some() { self.text(name) } else { "" }
    }

    /// The value of a switch that not every command has; off where it has not.
    pub(crate) fn known_bool(&self, name: &str) -> bool {
        self.slot(name).is_some() && self.bool(name)
    }

    /// The value of a switch.
    pub(crate) fn bool(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Bool(true)))
    }

    /// The value of a flag with a text.
    pub(crate) fn text(&self, name: &str) -> &str {
        match self.value(name) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The value of a flag with a whole number.
    pub(crate) fn int(&self, name: &str) -> i64 {
        match self.value(name) {
            Some(Value::Int(number)) => *number,
            _ => 0,
        }
    }

    /// The value of a flag with a whole number that is not negative.
    pub(crate) fn uint(&self, name: &str) -> u64 {
        match self.value(name) {
            Some(Value::Uint(number)) => *number,
            _ => 0,
        }
    }

    /// The value of a flag with a number of single precision.
    pub(crate) fn float(&self, name: &str) -> f32 {
        match self.value(name) {
            Some(Value::Float(number)) => *number,
            _ => 0.0,
        }
    }

    /// The value of a flag with a time. One that is negative is no limit, as in Kubernetes' own library.
    pub(crate) fn duration(&self, name: &str) -> Duration {
        match self.value(name) {
            Some(Value::Duration(nanoseconds)) => u64::try_from(*nanoseconds).map_or(NO_LIMIT, Duration::from_nanos),
            _ => Duration::ZERO,
        }
    }

    /// The values of a flag that may be given several times.
    pub(crate) fn list(&self, name: &str) -> &[String] {
        match self.value(name) {
            Some(Value::List(list)) => list,
            _ => &[],
        }
    }

    /// The keys of a flag with pairs.
    pub(crate) fn keys(&self, name: &str) -> Vec<&str> {
        match self.value(name) {
            Some(Value::Pairs(pairs)) => pairs.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The pairs of a flag with pairs.
    pub(crate) fn pairs(&self, name: &str) -> BTreeMap<String, String> {
        match self.value(name) {
            Some(Value::Pairs(pairs)) => pairs.clone(),
            _ => BTreeMap::new(),
        }
    }

    /// Reads a command line: sets flags, collects arguments.
    ///
    /// pflag: flag.go `Parse`. Errors are pflag's.
    pub(crate) fn parse(&mut self, words: &[String]) -> Result<(), FlagError> {
        self.read(words, false)
    }

    /// Reads a command line whose command is not known yet: flags that are not global are skipped, with the word
    /// behind them, and so nothing can be said about arguments.
    pub(crate) fn parse_globals(&mut self, words: &[String]) -> Result<(), FlagError> {
        self.read(words, true)
    }

    fn read(&mut self, words: &[String], lenient: bool) -> Result<(), FlagError> {
        self.arguments.clear();
        let mut rest = words;
        while let [word, after @ ..] = rest {
            rest = after;
            if word == "--" {
                self.arguments.extend_from_slice(rest);
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                rest = self.read_long(long, rest, lenient)?;
            } else if word.len() > 1 && word.starts_with('-') {
                rest = self.read_short(word, rest, lenient)?;
            } else {
                self.arguments.push(word.clone());
            }
        }
        Ok(())
    }

    fn read_long<'w>(&mut self, word: &str, rest: &'w [String], lenient: bool) -> Result<&'w [String], FlagError> {
        if word.is_empty() || word.starts_with(['-', '=']) {
            return Err(message(format!("bad flag syntax: --{word}")));
        }
        let (name, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let Some(slot) = self.slot(name) else {
            return match () {
                () if name == "help" => Err(FlagError::Help),
                () if lenient && given.is_some() => Ok(rest),
                () if lenient => Ok(without_value(rest)),
                () => Err(message(format!("unknown flag: --{name}"))),
            };
        };
        let flag = slot.flag;
        match (given, flag.bare, rest) {
            (Some(value), _, _) => self.set(flag, value).map(|()| rest),
            (None, Some(value), _) => self.set(flag, value).map(|()| rest),
            (None, None, [value, rest @ ..]) => self.set(flag, value).map(|()| rest),
            (None, None, []) => Err(message(format!("flag needs an argument: --{name}"))),
        }
    }

    fn read_short<'w>(&mut self, word: &str, words: &'w [String], lenient: bool) -> Result<&'w [String], FlagError> {
        let letters = word.get(1..).unwrap_or_default();
        let mut left = letters.as_bytes();
        // What follows the word, as the last letter leaves it.
        let mut rest = words;
        while let [letter, after @ ..] = left {
            // The letters from here on; pflag cuts words at bytes, so this need not be text.
            let from_here = String::from_utf8_lossy(left).into_owned();
            // pflag: golangflag.go `isGotestShorthandFlag`
            if from_here.starts_with("test.") {
                return Ok(words);
            }
            let Some(slot) = self.slot_of_letter(*letter) else {
                match () {
                    () if *letter == b'h' => return Err(FlagError::Help),
                    () if lenient && after.len() > 1 && after.starts_with(b"=") => return Ok(words),
                    () if lenient => {
                        rest = without_value(words);
                        left = after;
                        continue;
                    }
                    () => {
                        let letter = quote_letter(*letter);
                        return Err(message(format!("unknown shorthand flag: {letter} in -{from_here}")));
                    }
                }
            };
            let flag = slot.flag;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            rest = words;
            match (after, flag.bare, words) {
                ([b'=', value @ ..], _, _) if !value.is_empty() => {
                    return self.set(flag, &text(value)).map(|()| words);
                }
                (_, Some(value), _) => self.set(flag, value)?,
                ([_, ..], None, _) => return self.set(flag, &text(after)).map(|()| words),
                ([], None, [value, others @ ..]) => {
                    self.set(flag, value)?;
                    rest = others;
                }
                ([], None, []) => {
                    let letter = quote_letter(*letter);
                    return Err(message(format!("flag needs an argument: {letter} in -{from_here}")));
                }
            }
            left = after;
        }
        Ok(rest)
    }

    fn set(&mut self, flag: &'static Flag, text: &str) -> Result<(), FlagError> {
        let target = flag.sets.unwrap_or(flag.name);
        let result = match self.slots.iter_mut().rev().find(|slot| slot.flag.name == target) {
            Some(slot) => {
                // Two spellings of a list would each start it anew; there are none.
                let set = slot.changed && slot.flag.kind.repeats();
                slot.value.set(slot.flag.kind, text, set)
            }
            None => Ok(None),
        };
        match result {
            Ok(remark) => self.remarks.extend(remark),
            Err(reason) => {
                let name = match flag.short {
                    Some(letter) => format!("-{letter}, --{}", flag.name),
                    None => format!("--{}", flag.name),
                };
                let text = quote(text.as_bytes());
                return Err(message(format!("invalid argument {text} for \"{name}\" flag: {reason}")));
            }
        }
        if let Some(slot) = self.slots.iter_mut().rev().find(|slot| std::ptr::eq(slot.flag, flag)) {
            slot.changed = true;
        }
        if let Some(advice) = flag.deprecated {
            self.notices.push(format!("Flag --{} has been deprecated, {advice}", flag.name));
        }
        Ok(())
    }

    /// The complaint about flags of which only one may be given.
    ///
    /// cobra: flag_groups.go `ValidateFlagGroups`.
    pub(crate) fn check_exclusive(&self, groups: &[&str]) -> Result<(), String> {
        let mut groups = groups.to_vec();
        groups.sort_unstable();
        for group in groups {
            let mut given: Vec<_> = group.split(' ').filter(|name| self.changed(name)).collect();
            if given.len() > 1 {
                given.sort_unstable();
                let given = given.join(" ");
                return Err(format!(
                    "if any flags in the group [{group}] are set none of the others can be; [{given}] were all set"
                ));
            }
        }
        Ok(())
    }
}

fn message(text: String) -> FlagError {
    FlagError::Message(text)
}

/// What follows an unknown flag that may have a value. pflag: flag.go `stripUnknownFlagValue`.
fn without_value(rest: &[String]) -> &[String] {
    match rest {
        [value, after @ ..] if !value.starts_with('-') => after,
        _ => rest,
    }
}

/// A letter as Go's `%q` shows it; of a letter beyond ASCII pflag shows the first byte.
fn quote_letter(letter: u8) -> String {
    let mut buffer = [0; 4];
    let first = char::from(letter).encode_utf8(&mut buffer).bytes().next().unwrap_or_default();
    let quoted = quote(char::from(first).encode_utf8(&mut [0; 4]).as_bytes());
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    match inner {
        "'" => "'\\''".to_owned(),
        "\\\"" => "'\"'".to_owned(),
        _ => format!("'{inner}'"),
    }
}
