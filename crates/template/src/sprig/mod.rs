//! Sprig 3.3, a file for each family of functions.

mod arguments;
mod convert;
mod date;
mod defaults;
mod dicts;
mod encode;
mod lists;
mod math;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod strings;
mod text;
mod unicode;
mod words;

use crate::Function;

/// All of sprig's text functions, `env` and `expandenv` included (they see an empty environment).
pub fn functions() -> Vec<Function> {
    let families = [
        convert::functions(),
        date::functions(),
        defaults::functions(),
        dicts::functions(),
        encode::functions(),
        lists::functions(),
        math::functions(),
        paths::functions(),
        random::functions(),
        reflect::functions(),
        regex::functions(),
        semver::functions(),
        strings::functions(),
        words::functions(),
    ];
    families.into_iter().flatten().collect()
}
