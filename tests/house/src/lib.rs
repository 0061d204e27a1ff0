//! Structure as a test.
