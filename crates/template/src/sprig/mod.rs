//! Sprig 3.3, a file for each family of functions.

mod regex;

use crate::Function;

/// All of sprig's text functions, `env` and `expandenv` included (they see an empty environment).
pub fn functions() -> Vec<Function> {
    let families = [regex::functions()];
    families.into_iter().flatten().collect()
}
