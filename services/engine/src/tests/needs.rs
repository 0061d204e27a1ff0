//! The reverse question.
