//! Takes templates and values of the corpus, and changes them a little.

use std::io::Read as _;

use super::{Counts, Request, random::Random};
use crate::workspace;

/// The corpus's texts; empty where there is no corpus.
#[derive(Default)]
pub(crate) struct Mutations {
    templates: Vec<Vec<u8>>,
    documents: Vec<Vec<u8>>,
}

/// How many charts are read, and how large a text may be.
const CHARTS: usize = 120;
const MAX_TEXT: usize = 6_000;

impl Mutations {
    pub(crate) fn load() -> anyhow::Result<Mutations> {
        let mut found = Mutations::default();
        let Some(corpus) = workspace::corpus() else {
            println!("fuzz: no corpus lies beside this checkout, at ../shared/corpus: nothing of it is mutated");
            return Ok(found);
        };
        let mut charts: Vec<_> = std::fs::read_dir(corpus.join("charts"))?
            .collect::<Result<Vec<_>, _>>()?
            .iter()
            .map(|e| e.path())
            .collect();
        charts.sort();
        for chart in charts.iter().step_by(charts.len().div_ceil(CHARTS)) {
            let unzipped = flate2::read::MultiGzDecoder::new(std::fs::File::open(chart)?);
            let mut archive = tar::Archive::new(unzipped);
            for entry in archive.entries()? {
                let mut entry = entry?;
                let name = entry.path()?.to_string_lossy().into_owned();
                if entry.size() as usize > MAX_TEXT {
                    continue;
                }
                let mut text = Vec::new();
                entry.read_to_end(&mut text)?;
                if name.contains("/templates/") {
                    found.templates.push(text);
                } else if name.ends_with(".yaml") {
                    found.documents.push(text);
                }
            }
        }
        Ok(found)
    }

    /// What the counts call the mutations that there are texts for.
    pub(crate) fn constructs(&self) -> Vec<String> {
        let pairs = [("template", &self.templates), ("yaml", &self.documents)];
        let filled = pairs.iter().filter(|(_, texts)| !texts.is_empty());
        filled.map(|(kind, _)| format!("mutated {kind}")).collect()
    }

    /// A mutated template or document; a generated document where there is no corpus.
    pub(crate) fn generate(&self, random: &mut Random, counts: &mut Counts) -> Request {
        let (kind, texts) = if random.one_in(2) { ("template", &self.templates) } else { ("yaml", &self.documents) };
        if texts.is_empty() {
            return super::documents::generate(random, counts);
        }
        *counts.entry(format!("mutated {kind}")).or_default() += 1;
        let mut text = random.pick(texts).clone();
        for _ in 0..random.below(4) {
            mutate(random, &mut text);
        }
        let values = if kind == "template" { random.pick(&self.documents).clone() } else { Vec::new() };
        Request { values, ..Request::new(kind, text) }
    }
}

fn mutate(random: &mut Random, text: &mut Vec<u8>) {
    if text.is_empty() {
        return;
    }
    let at = random.below(text.len());
    match random.below(5) {
        0 => {
            text.remove(at);
        }
        1 => text.insert(at, *random.pick(b"{}()|.-\"'`: \n\t$#&*[],0a")),
        2 => text[at] = *random.pick(b"{}()|.-\"'`: \n\t$#&*[],0a"),
        3 => {
            let end = text.len().min(at + 1 + random.below(30));
            text.drain(at..end);
        }
        _ => {
            let end = text.len().min(at + 1 + random.below(30));
            let piece = text[at..end].to_vec();
            let to = random.below(text.len());
            text.splice(to..to, piece);
        }
    }
}
