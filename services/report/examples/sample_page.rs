//! Writes a page with made-up figures, and the figures themselves as JSON beside it: `sample_page FILE.html [ITEMS] [SEED]`, or
//! `sample_page FILE.html hostile` for a page whose every name looks like markup.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::path::PathBuf;

use wishwell_report::{Language, render};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = PathBuf::from(arguments.next().expect("the file to write"));
    let picture = match arguments.next().as_deref() {
        Some("hostile") => {
            sample::hostile("\"><script>document.title = 'hostile'</script><img src=x onerror=alert(1)>")
        }
        items => {
            let items = items.map_or(320, |items| items.parse().expect("a number of items"));
            sample::round(arguments.next().map_or(7, |seed| seed.parse().expect("a seed")), items)
        }
    };
    std::fs::write(&file, render(&picture, Language::Zh)).unwrap();
    std::fs::write(file.with_extension("json"), serde_json::to_string_pretty(&picture).unwrap()).unwrap();
}
