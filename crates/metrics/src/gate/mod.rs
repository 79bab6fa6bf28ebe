//! Gates: what is measured after a release is ready, how often, and which numbers are good.
//!
//! The words are those of Argo Rollouts' AnalysisTemplates (docs/features/analysis.md), and so is the judging, with two
//! differences: a NaN and an empty answer are never good unless the condition asks for them, and what never ends there
//! (an interval without a count) ends here after `--gate-for`.

mod file;
mod flag;
mod judge;

use std::time::Duration;

use crate::condition::{Condition, Measured};

pub use self::{
    file::from_file,
    flag::from_flag,
    judge::{Judged, Sample, Trial, Verdict},
};

/// What a gate may take longer than its samples, at the least.
const SPARE: Duration = Duration::from_secs(30);

/// What is wrong with a specification of gates, or with what is to be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Error {
    /// An error in these words.
    pub fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }
}

/// Something that is measured, and what it must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// How it is called in reports.
    pub name: String,
    /// What is measured.
    pub probe: Probe,
    /// When.
    pub schedule: Schedule,
    /// What a good sample is.
    pub success: Option<Condition>,
    /// What a bad sample is.
    pub failure: Option<Condition>,
    /// How many bad ones are borne.
    pub limits: Limits,
    /// What an empty answer means.
    pub on_no_data: OnNoData,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// An instant query: a number for each series.
    Prometheus {
        /// The server; empty for the one that was given with `--prometheus`.
        address: String,
        /// PromQL.
        query: String,
    },
    /// A GET of a URL: the status.
    Http {
        /// The URL.
        url: String,
    },
    /// A command in the shell: its exit code.
    Exec {
        /// The command.
        command: String,
    },
}

/// When samples are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// How long to wait for the first one.
    pub initial_delay: Duration,
    /// How long to wait between two; none where the user did not say.
    pub interval: Option<Duration>,
    /// How many; none where the user did not say.
    pub count: Option<u32>,
}

/// How many samples of a kind are borne. Argo Rollouts: `failureLimit`, `inconclusiveLimit`, `consecutiveErrorLimit`,
/// `consecutiveSuccessLimit`; none bears any number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bad samples.
    pub failure: Option<u32>,
    /// Samples that are neither good nor bad.
    pub inconclusive: Option<u32>,
    /// Measurements in a row that failed.
    pub consecutive_error: Option<u32>,
    /// So many good samples in a row are enough; 0 asks for all.
    pub consecutive_success: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { failure: Some(0), inconclusive: Some(0), consecutive_error: Some(4), consecutive_success: 0 }
    }
}

/// What an empty answer means: no series, or NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnNoData {
    /// It is a bad sample.
    #[default]
    Fail,
    /// It is a good one.
    Pass,
    /// It is none: the next one may have data. Without any until the end, the gate fails.
    Wait,
}

/// What the flags say for gates that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// `--prometheus`
    pub prometheus: String,
    /// `--gate-for`: how long samples are taken.
    pub time: Duration,
    /// `--gate-interval`
    pub interval: Duration,
}

/// Whoever can measure.
pub trait Instruments {
    /// The numbers that a probe gives; the error is for people.
    fn measure(&mut self, probe: &Probe) -> Result<Vec<f64>, String>;
}

impl Gate {
    /// The same gate with everything told that the flags say: address, interval and count.
    ///
    /// # Errors
    /// A query without a server to send it to.
    pub fn completed(mut self, defaults: &Defaults) -> Result<Gate, Error> {
        if let Probe::Prometheus { address, .. } = &mut self.probe
            && address.is_empty()
        {
            if defaults.prometheus.is_empty() {
                return Err(Error(format!("gate {:?} asks Prometheus, but nobody said where it is", self.name)));
            }
            address.clone_from(&defaults.prometheus);
        }
        let interval = self.schedule.interval.unwrap_or(defaults.interval);
        let count = match (self.schedule.count, self.schedule.interval) {
            (Some(count), _) => count.max(1),
            (None, _) if interval.is_zero() => 1,
            (None, _) => {
                let times = defaults.time.as_nanos() / interval.as_nanos().max(1);
                u32::try_from(times).unwrap_or(u32::MAX).saturating_add(1)
            }
        };
        self.schedule = Schedule { interval: Some(interval), count: Some(count), ..self.schedule };
        Ok(self)
    }

    /// How long all of its samples take, if none of them fails.
    pub fn duration(&self) -> Duration {
        let times = self.schedule.count.unwrap_or(1).saturating_sub(1);
        let interval = self.schedule.interval.unwrap_or_default();
        self.schedule.initial_delay.saturating_add(interval.saturating_mul(times))
    }

    /// How long it may take: its own time, and as much again, half a minute at the least, for measurements that fail or
    /// have no data.
    pub fn at_most(&self) -> Duration {
        let time = self.duration();
        time.saturating_add(time.max(SPARE))
    }

    /// Whether it compares with what was before the operation.
    pub fn needs_before(&self) -> bool {
        self.success.iter().chain(&self.failure).any(Condition::needs_before)
    }

    /// What the numbers of a sample mean.
    pub fn judge(&self, measured: Measured<'_>) -> Judged {
        let conditions = || self.success.iter().chain(&self.failure);
        let blind = measured.result.is_empty() && !conditions().any(Condition::judges_nothing)
            || measured.result.iter().any(|number| number.is_nan()) && !conditions().any(Condition::judges_nan);
        if blind {
            return match self.on_no_data {
                OnNoData::Fail => Judged::Bad,
                OnNoData::Pass => Judged::Good,
                OnNoData::Wait => Judged::Nothing,
            };
        }
        let holds = |condition: &Option<Condition>| condition.as_ref().map(|condition| condition.holds(measured));
        match (holds(&self.success), holds(&self.failure)) {
            (Some(Err(error)), _) | (_, Some(Err(error))) => Judged::Error(error.to_string()),
            (Some(Ok(true)), None | Some(Ok(false))) | (None, Some(Ok(false)) | None) => Judged::Good,
            (None | Some(Ok(false)), Some(Ok(true))) | (Some(Ok(false)), None) => Judged::Bad,
            (Some(Ok(true)), Some(Ok(true))) | (Some(Ok(false)), Some(Ok(false))) => Judged::Inconclusive,
        }
    }

    /// What a good sample is, in the user's words.
    pub fn wanted(&self) -> String {
        match (&self.success, &self.failure) {
            (Some(good), None) => good.to_string(),
            (None, Some(bad)) => format!("not {bad}"),
            (Some(good), Some(bad)) => format!("{good}, not {bad}"),
            (None, None) => "any answer".to_owned(),
        }
    }
}
