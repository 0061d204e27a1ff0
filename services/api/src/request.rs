//! What every request message has in common.

use prost_protovalidate::Validate;

/// A message that one method takes. Implemented for exactly those, from the services themselves.
pub trait Request: prost::Message + prost::Name + Validate + Default {
    /// The entity and the fields of it that an update changes, for the requests that can have an update mask.
    fn masked(&self) -> Option<Masked<'_>> {
        None
    }
}

/// The part of an update request that is read.
#[derive(Debug, Clone, Copy)]
pub struct Masked<'a> {
    /// Name of the field that carries the new values.
    pub entity: &'static str,
    /// Paths in it that are changed; none when no mask was sent.
    pub paths: &'a [String],
}

impl Masked<'_> {
    /// Whether the field at this path of the request is read. What is not read need not hold its rules.
    pub(crate) fn reads(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(self.entity) else { return true };
        let Some(inner) = rest.strip_prefix('.') else {
            // A rule of the entity as a whole: an update cannot change what its required choices are about.
            return !rest.is_empty();
        };
        self.paths.iter().any(|masked| {
            let (longer, shorter) =
                if inner.len() >= masked.len() { (inner, masked.as_str()) } else { (masked.as_str(), inner) };
            longer.strip_prefix(shorter).is_some_and(|tail| tail.is_empty() || tail.starts_with(['.', '[']))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Masked;

    #[test]
    fn only_what_the_mask_names_is_read() {
        let paths = ["title".to_owned(), "areas".to_owned(), "contact.phone".to_owned()];
        let masked = Masked { entity: "resource", paths: &paths };
        for (path, read) in [
            ("name", true),
            ("resource_id", true),
            ("resource", false),
            ("resource.title", true),
            ("resource.title.zh", true),
            ("resource.titles", false),
            ("resource.areas[3].radius.metres", true),
            ("resource.contact", true),
            ("resource.contact.phone", true),
            ("resource.contact.email", false),
            ("resource.content", false),
        ] {
            assert_eq!(masked.reads(path), read, "{path}");
        }
    }
}
