//! What went wrong in a render.
