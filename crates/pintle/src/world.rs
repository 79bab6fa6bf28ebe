//! What an operation may ask of the world around it.

use std::io::Read;

use template::Surroundings;

/// Clock, randomness and standard input, given by the caller.
pub struct World<'a> {
    /// Clock, randomness, names.
    pub surroundings: &'a dyn Surroundings,
    /// The standard input, which `-f -` reads.
    pub stdin: &'a mut dyn Read,
}
