//! Release records in numbers, for lists and histories: written to the cluster without a client in between.

use anyhow::Context as _;
use cluster::{Action, Cluster, ObjectId, Write};
use serde_json::{Value, json};

use crate::difftest::{decode_record, encode_record};

/// How large a record lies in its secret, about.
const SIZE: usize = 100 * 1024;

/// How many records are written at once.
const BATCH: usize = 20;

/// Records that are copies of one that Helm wrote.
pub(super) struct Records<'a> {
    cluster: &'a Cluster,
    namespace: String,
    release: Value,
}

/// One record to write.
pub(super) struct Copy {
    pub(super) name: String,
    pub(super) revision: usize,
    pub(super) status: &'static str,
}

impl<'a> Records<'a> {
    /// Takes the first revision of `name` as the pattern, and gives its chart a file that does not compress.
    pub(super) fn like(cluster: &'a Cluster, namespace: &str, name: &str) -> anyhow::Result<Records<'a>> {
        let id = id(namespace, name, 1);
        let secret = cluster.get(&id)?.with_context(|| format!("there is no record {}", id.name))?;
        let mut release = decode_record(&secret)?;
        let files = release.pointer_mut("/chart/files").context("a record has a chart with files")?;
        // A record is base64 twice; the file in it once more, which gzip takes back for the most part.
        let data = base64(&noise(SIZE * 9 / 16));
        let file = json!({"name": "noise", "data": data});
        match files.as_array_mut() {
            Some(files) => files.push(file),
            None => *files = json!([file]),
        }
        Ok(Records { cluster, namespace: namespace.to_owned(), release })
    }

    /// Writes copies, and gives the size of one.
    pub(super) fn write(&mut self, copies: &[Copy]) -> anyhow::Result<usize> {
        let mut size = 0;
        for batch in copies.chunks(BATCH) {
            let mut writes = Vec::new();
            for copy in batch {
                let Copy { name, revision, status } = copy;
                self.release["name"] = json!(name);
                self.release["namespace"] = json!(self.namespace);
                self.release["version"] = json!(revision);
                self.release["info"]["status"] = json!(status);
                let data = encode_record(&self.release)?;
                size = data.len();
                let id = id(&self.namespace, name, *revision);
                let labels = json!({"name": name, "owner": "helm", "status": status, "version": revision.to_string(),
                    "modifiedAt": "1700000000"});
                let secret = json!({"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
                    "metadata": {"name": id.name, "labels": labels}, "data": {"release": data}});
                writes.push(Write::new(id, Action::Create(secret)));
            }
            for result in self.cluster.write_all(&writes) {
                result.context("writing a record")?;
            }
        }
        Ok(size)
    }
}

fn id(namespace: &str, name: &str, revision: usize) -> ObjectId {
    ObjectId {
        api_version: "v1".into(),
        kind: "Secret".into(),
        namespace: namespace.to_owned(),
        name: format!("sh.helm.release.v1.{name}.v{revision}"),
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
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
