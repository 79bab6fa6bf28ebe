//! Sprig 3.3, a file for each family of functions.

mod arguments;
mod bcrypt;
mod certificates;
mod cipher;
mod convert;
mod date;
mod defaults;
mod dicts;
mod encode;
mod hashes;
mod lists;
mod master_password;
mod math;
mod paths;
mod random;
mod reflect;
mod regex;
mod scrypt;
mod semver;
mod strings;
mod text;
mod unicode;
mod url;
mod words;

pub(crate) use self::encode::{base_64, from_base_64};
use crate::Function;

/// All of sprig's text functions, `env` and `expandenv` included (they see an empty environment).
pub fn functions() -> Vec<Function> {
    let families = [
        certificates::functions(),
        cipher::functions(),
        convert::functions(),
        date::functions(),
        defaults::functions(),
        dicts::functions(),
        encode::functions(),
        hashes::functions(),
        lists::functions(),
        math::functions(),
        paths::functions(),
        random::functions(),
        reflect::functions(),
        regex::functions(),
        semver::functions(),
        strings::functions(),
        url::functions(),
        words::functions(),
    ];
    families.into_iter().flatten().collect()
}
