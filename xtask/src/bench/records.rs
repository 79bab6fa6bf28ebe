//! Release records in numbers, for lists and histories: copies of one that Helm wrote, their fields in Helm's order.

use anyhow::Context as _;
use cluster::{Cluster, Secrets, Storage as _};
use release::{Record, Status};

/// Records that are copies of one that Helm wrote.
pub(super) struct Records<'a> {
    secrets: Secrets<'a>,
    record: Record,
}

/// One record to write.
pub(super) struct Copy {
    pub(super) name: String,
    pub(super) revision: i64,
    pub(super) status: Status,
}

impl<'a> Records<'a> {
    /// Takes the first revision of `name` as the pattern, and gives its chart a file that does not compress, so that a
    /// record takes about `size` bytes of its secret.
    pub(super) fn like(cluster: &'a Cluster, namespace: &str, name: &str, size: usize) -> anyhow::Result<Records<'a>> {
        let secrets = Secrets::new(cluster, namespace);
        let mut record = secrets.get(name, 1).with_context(|| format!("reading the record of {name}"))?;
        // A record is base64 twice; the file in it once more, which gzip takes back for the most part.
        let mut file = record.chart.templates.first().context("a chart has templates")?.clone();
        (file.name, file.data) = ("noise".to_owned(), noise(size * 9 / 16).into());
        record.chart.files.push(file);
        Ok(Records { secrets, record })
    }

    /// Writes copies, and gives the size of one.
    pub(super) fn write(&mut self, copies: Vec<Copy>) -> anyhow::Result<usize> {
        for Copy { name, revision, status } in copies {
            (self.record.name, self.record.revision, self.record.info.status) = (name, revision, status);
            self.secrets.create(&self.record).with_context(|| format!("writing a record of {}", self.record.name))?;
        }
        Ok(Cluster::record_size(&self.record)?)
    }
}

/// Bytes without pattern; the same ones every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}
