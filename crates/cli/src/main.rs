//! The binary `helm`.

fn main() {
    eprintln!("Error: no command is built yet");
    std::process::exit(1);
}
