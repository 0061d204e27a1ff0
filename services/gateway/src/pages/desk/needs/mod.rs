//! Needs: lists, the form for a new one, and a need's story.

pub(super) mod form;
pub(super) mod list;
mod ranking;
pub(super) mod story;
