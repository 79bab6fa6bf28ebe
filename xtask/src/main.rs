//! The project's own tasks: `cargo xtask test|oracle|bench|gen|tidy`.

fn main() -> anyhow::Result<()> {
    anyhow::bail!("no task is built yet")
}
