//! Why a command failed.

use std::error::Error as _;

use crate::exit::Exit;

/// A failure: what is printed of it, and how the program ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// What is printed.
    pub(crate) told: Box<Told>,
    /// How the program ends.
    pub(crate) exit: Exit,
}

/// What is printed of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Helm's line, behind `Error: `; nothing where the log has said it all.
    pub(crate) line: String,
    /// What lies behind it, outermost first, where the line does not say so.
    pub(crate) causes: Vec<String>,
    /// The lines of a file that it is about.
    pub(crate) snippet: String,
    /// What is wrong with objects that it is about, lines for each.
    pub(crate) explanations: Vec<Vec<String>>,
    /// What to do.
    pub(crate) hints: Vec<String>,
    /// What is printed last, as it stands.
    pub(crate) advice: String,
}

impl Failure {
    /// A failure with Helm's line.
    pub(crate) fn new(line: impl Into<String>) -> Failure {
        Failure { told: Box::new(Told { line: line.into(), ..Told::default() }), exit: Exit::Failed }
    }

    /// A failure that the log has told of already.
    pub(crate) fn logged() -> Failure {
        Failure::new("")
    }

    /// What is told where everything was done and something differs.
    pub(crate) fn differs(line: impl Into<String>) -> Failure {
        Failure { exit: Exit::Differs, ..Failure::new(line) }
    }

    /// The failure with what was being done in front of Helm's line.
    pub(crate) fn during(mut self, doing: &str) -> Failure {
        if !self.told.line.is_empty() {
            self.told.line = format!("{doing}: {}", self.told.line);
        }
        self
    }

    /// The failure with a sentence on what to do.
    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Failure {
        self.told.hints.push(hint.into());
        self
    }

    /// The failure with a last line.
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Failure {
        self.told.advice = advice.into();
        self
    }
}

impl From<pintle::Error> for Failure {
    fn from(error: pintle::Error) -> Failure {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let told = Told {
            line: error.to_string(),
            causes,
            snippet: error.snippet().unwrap_or_default().to_owned(),
            explanations: error.explanations().to_vec(),
            hints: error.hints().to_vec(),
            advice: String::new(),
        };
        Failure { told: Box::new(told), exit: Exit::Failed }
    }
}
