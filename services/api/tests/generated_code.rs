//! The committed code is what the protos say. `WISHWELL_REGENERATE=1 cargo test -p wishwell-api` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generate;

use std::fs;

#[test]
fn the_committed_code_is_what_the_protos_generate() {
    let rewrite = std::env::var_os("WISHWELL_REGENERATE").is_some_and(|value| value == "1");
    let mut drifted = Vec::new();
    for (path, expected) in generate::everything().expect("the protos compile") {
        let absolute = generate::root().join(&path);
        if fs::read(&absolute).ok().as_deref() == Some(expected.as_slice()) {
            continue;
        }
        if rewrite {
            fs::create_dir_all(absolute.parent().unwrap()).unwrap();
            fs::write(&absolute, expected).unwrap();
        } else {
            drifted.push(path);
        }
    }
    assert!(
        drifted.is_empty(),
        "run WISHWELL_REGENERATE=1 cargo test -p wishwell-api: {drifted:?} differ from the protos"
    );
}
