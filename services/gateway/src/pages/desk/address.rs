//! Addresses of pages with what was asked for.

use std::fmt::Write as _;

/// A path with the parameters that say something.
pub(super) fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    let mut before = '?';
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        address.push(before);
        address.push_str(name);
        address.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(address, "%{byte:02X}");
            }
        }
        before = '&';
    }
    address
}

/// The part of a resource name after its collection.
pub(super) fn id_of(name: &str) -> &str {
    name.split_once('/').map_or(name, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_left_out_and_the_rest_is_encoded() {
        assert_eq!(
            address("/desk/needs", &[("state", ""), ("category", "a&b 书")]),
            "/desk/needs?category=a%26b%20%E4%B9%A6"
        );
        assert_eq!(address("/desk/needs", &[]), "/desk/needs");
        assert_eq!(id_of("needs/1"), "1");
    }
}
