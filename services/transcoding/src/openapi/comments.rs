//! Comments of the protos, from the source information of a descriptor set.

use std::collections::HashMap;

use prost_reflect::DescriptorPool;

/// What stands above each part of the contract, as running text.
#[derive(Debug, Default)]
pub(super) struct Comments(HashMap<(String, Vec<i32>), String>);

impl Comments {
    pub(super) fn of(pool: &DescriptorPool) -> Self {
        let mut comments = HashMap::new();
        for file in pool.file_descriptor_protos() {
            for location in file.source_code_info.iter().flat_map(|info| &info.location) {
                let text = running(location.leading_comments());
                if !text.is_empty() {
                    comments.insert((file.name().to_owned(), location.path.clone()), text);
                }
            }
        }
        Self(comments)
    }

    /// The comment of what is at this path of a file; empty when there is none.
    pub(super) fn get(&self, file: &str, path: &[i32]) -> &str {
        self.0.get(&(file.to_owned(), path.to_vec())).map(String::as_str).unwrap_or_default()
    }
}

/// Lines that were broken for width become one; an empty line begins a paragraph, and a bullet a line.
fn running(comment: &str) -> String {
    let mut text = String::new();
    for line in comment.lines().map(str::trim) {
        if line.is_empty() {
            if !text.is_empty() && !text.ends_with("\n\n") {
                text.push_str("\n\n");
            }
            continue;
        }
        if line.starts_with("- ") && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        } else if !text.is_empty() && !text.ends_with('\n') {
            text.push(' ');
        }
        text.push_str(line);
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::running;

    #[test]
    fn lines_become_running_text_and_paragraphs_stay() {
        assert_eq!(running(" One\n two.\n\n Three:\n - a\n - b\n   c\n"), "One two.\n\nThree:\n- a\n- b c");
        assert_eq!(running("\n"), "");
    }
}
