//! The one binary: development mode, serve, import, find, doctor.
fn main() {}
