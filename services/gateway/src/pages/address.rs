//! Addresses of pages.

use std::fmt::Write as _;

/// A path with parameters; those without a value are left out.
pub(super) fn of(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.len() == path.len() { '?' } else { '&' });
        let _ = write!(address, "{name}={}", percent_encoded(value));
    }
    address
}

/// The part of a resource name after its collection.
pub(super) fn id_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, id)| id)
}

/// A text as the value of a parameter.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded_and_empty_ones_left_out() {
        assert_eq!(of("/wishes", &[("category", ""), ("division", "")]), "/wishes");
        assert_eq!(
            of("/wishes", &[("category", ""), ("page", "a+b="), ("q", "书")]),
            "/wishes?page=a%2Bb%3D&q=%E4%B9%A6"
        );
        assert_eq!(id_of("needs/1"), "1");
    }
}
