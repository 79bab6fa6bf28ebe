//! The project's own tasks: `cargo xtask test|tidy|deny|oracle|corpus|fuzz|gen|difftest|testbed|sandbox|bench|tools`.

use std::process::ExitCode;

mod bench;
mod binary;
mod clients;
mod corpus;
mod difftest;
mod fuzz;
mod generate;
mod made;
mod oracle;
mod process;
mod test;
mod testbed;
mod tidy;
mod tools;
mod tree;
mod workspace;

const USAGE: &str = "\
usage: cargo xtask TASK

  test             all that CI runs; what was skipped, and why, is printed at the end
  tidy             crate arrows, file sizes, forgotten test files, words that stay out
  deny             licences, bans and sources of dependencies (cargo-deny)
  oracle [FILTER]  compares our answers with those recorded from the real Helm
  oracle record [FILTER]
                   asks the real Helm again and writes its answers down
  corpus [FILTER]  renders the corpus of public charts and compares with Helm's output
  fuzz [COUNT [SEED]]
                   generated templates, values, --set texts and constraints, through Go and through pintle
  gen [check]      the table of Kubernetes' types, and what Kubernetes' own libraries answer to tests/cases/release
  difftest [--record] [--binary PATH] [FILTER]
                   lifecycles on the test cluster, with the real Helm and with ours, compared
  testbed up|down|build
                   a real Kubernetes on loopback, with nodes and pods that KWOK plays
  sandbox [--binary PATH]
                   the real Helm and kubectl on `helm sandbox serve`
  bench render [--binary PATH] [--keep] [--runs N] [FILTER]
  bench release [--binary PATH] [--keep]
  bench see [--binary PATH] [--helm-diff PATH] [--keep]
  bench source [--binary PATH [FILTER]]
                   pintle beside the real Helm on the same work, in one run; --keep writes the table to benches/results
  bench sandbox [--binary PATH]
                   the sandbox beside the real Helm on a cluster, and while it fills; written to benches/results
  bench exporter [--binary PATH]
                   the exporter on 2,000 records of 50 KB; written to benches/results
  tools            builds the tools that tests need, and prints where they are
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a task; false where it ran and found something wrong.
fn run(arguments: &[String]) -> anyhow::Result<bool> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => test::run(),
        ["tidy"] => tidy::run(),
        ["deny"] => tools::deny(),
        ["oracle", "record", filter @ ..] => oracle::record(filter.first().copied()),
        ["oracle", filter @ ..] => oracle::compare(filter.first().copied()),
        ["corpus", filter @ ..] => corpus::run(filter.first().copied()),
        ["fuzz", rest @ ..] => {
            let number = |at: usize, default| rest.get(at).map_or(Ok(default), |word| word.parse::<u64>());
            fuzz::run(number(0, 100_000)?, number(1, 1)?)
        }
        ["difftest", rest @ ..] => difftest::command(rest),
        ["testbed", "up"] => testbed::up(),
        ["testbed", "down"] => testbed::down(),
        ["testbed", "build"] => testbed::build_only(),
        ["gen"] => generate::run(false),
        ["gen", "check"] => generate::run(true),
        ["bench", "render", rest @ ..] => bench::render(&bench::RenderOptions::parse(rest)?),
        ["bench", "one", program, arguments @ ..] => bench::time_one(program, arguments),
        ["bench", "release", rest @ ..] => bench::release(&bench::Options::parse(rest)?),
        ["bench", "see", rest @ ..] => bench::see(&bench::SeeOptions::parse(rest)?),
        ["bench", "source"] => bench::source(None, ""),
        ["bench", "source", "--binary", path] => bench::source(Some(std::path::absolute(path)?), ""),
        ["bench", "source", "--binary", path, filter] => bench::source(Some(std::path::absolute(path)?), filter),
        ["bench", "sandbox"] => bench::sandbox(None),
        ["bench", "sandbox", "--binary", path] => bench::sandbox(Some(std::path::absolute(path)?)),
        ["bench", "exporter"] => bench::exporter(None),
        ["bench", "exporter", "--binary", path] => bench::exporter(Some(std::path::absolute(path)?)),
        ["sandbox"] => clients::run(None),
        ["sandbox", "--binary", path] => clients::run(Some(std::path::absolute(path)?)),
        ["tools"] => tools::print(),
        _ => {
            eprint!("{USAGE}");
            Ok(false)
        }
    }
}
