//! The flags of one `%` directive.

/// Flags, width and precision of one directive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`, which clears `plus`.
    pub(super) plus_v: bool,
    /// `%#v`, which clears `sharp`.
    pub(super) sharp_v: bool,
}

impl Flags {
    /// Takes note of a verb `v`: `+` and `#` then mean another form of the whole value.
    pub(super) fn note_v(&mut self) {
        self.sharp_v = std::mem::take(&mut self.sharp);
        self.plus_v = std::mem::take(&mut self.plus);
    }

    /// The sign that a number which is not negative gets.
    pub(super) fn positive_sign(&self) -> Option<u8> {
        if self.plus {
            Some(b'+')
        } else if self.space {
            Some(b' ')
        } else {
            None
        }
    }
}
