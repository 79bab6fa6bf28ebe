//! The release labels that become labels of series: few, chosen, and with names that Prometheus takes.

/// More would make too many series.
const MAX_LABELS: usize = 16;

/// The release labels that were chosen.
#[derive(Clone, Debug, Default)]
pub struct ReleaseLabels {
    /// As the object has it, and as the series has it.
    names: Vec<(String, String)>,
}

/// Why labels cannot be chosen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// Too many.
    #[error("{0} release labels are too many: {MAX_LABELS} may be chosen")]
    TooMany(usize),
    /// Two that cannot be told apart.
    #[error("the release labels {0:?} and {1:?} would have the same name in Prometheus")]
    Same(String, String),
}

impl ReleaseLabels {
    /// Chooses labels. Prometheus sees `example.com/team` as `label_example_com_team`.
    ///
    /// # Errors
    /// They are too many, or cannot be told apart.
    pub fn choose(chosen: &[String]) -> Result<ReleaseLabels, LabelError> {
        if chosen.len() > MAX_LABELS {
            return Err(LabelError::TooMany(chosen.len()));
        }
        let mut names: Vec<(String, String)> = Vec::new();
        for label in chosen {
            let clean = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
            let name: String = "label_".chars().chain(label.chars().map(clean)).collect();
            if let Some((other, _)) = names.iter().find(|(_, known)| *known == name) {
                return Err(LabelError::Same(other.clone(), label.clone()));
            }
            names.push((label.clone(), name));
        }
        Ok(ReleaseLabels { names })
    }

    /// The values of the chosen labels, in their order; empty where there is none.
    pub(super) fn values(&self, labels: &std::collections::BTreeMap<String, String>) -> Vec<String> {
        self.names.iter().map(|(label, _)| labels.get(label).cloned().unwrap_or_default()).collect()
    }

    /// The names in Prometheus with these values.
    pub(super) fn with<'a>(&'a self, values: &'a [String]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.names.iter().zip(values).map(|((_, name), value)| (name.as_str(), value.as_str()))
    }
}
