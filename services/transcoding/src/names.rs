//! Names of a contract, looked up for every field of every request.

use crate::answer::Name;

/// Names and what each stands for. Of a name that is given twice the last one counts.
///
/// A hash that no caller can predict (as the standard library's) costs more than all else that is done with a name; here the names are the
/// contract's, so that nobody can choose them to fall together, and three bytes and the length tell most of them apart. All lie in a row,
/// with their letters: other work has pushed them out of the processor's caches by the next request.
#[derive(Debug)]
pub(crate) struct Names<T> {
    /// For each bucket, a power of two of them, where its entries begin; then where the last one's end.
    starts: Vec<u32>,
    /// By bucket.
    entries: Vec<(Name, T)>,
}

impl<T: Copy> Names<T> {
    pub(crate) fn new<'n>(names: impl IntoIterator<Item = (&'n str, T)>) -> Self {
        let mut kept: Vec<(&str, T)> = Vec::new();
        for (name, value) in names {
            kept.retain(|(other, _)| *other != name);
            kept.push((name, value));
        }
        let count = (kept.len() * 2).next_power_of_two();
        kept.sort_by_key(|(name, _)| bucket(name, count));
        let starts = (0..=count).map(|at| kept.partition_point(|(name, _)| bucket(name, count) < at) as u32).collect();
        Self { starts, entries: kept.into_iter().map(|(name, value)| (Name::new(name.as_bytes()), value)).collect() }
    }

    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<T> {
        let at = bucket(name, self.starts.len() - 1);
        let (start, end) = (*self.starts.get(at)?, *self.starts.get(at + 1)?);
        let entries = self.entries.get(start as usize..end as usize)?;
        entries.iter().find(|(other, _)| other.is(name.as_bytes())).map(|(_, value)| *value)
    }
}

#[inline]
fn bucket(name: &str, count: usize) -> usize {
    let bytes = name.as_bytes();
    let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
    let (length, middle, last) = (bytes.len(), byte(bytes.len() / 2), byte(bytes.len().saturating_sub(1)));
    (length ^ (byte(0) << 1) ^ (middle << 2) ^ (last << 4)) & (count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_and_no_other_and_the_last_of_two_counts() {
        let words: Vec<String> = (0..300).map(|number| format!("field{number}")).collect();
        let long = "x".repeat(70);
        let given = words.iter().enumerate().map(|(at, word)| (word.as_str(), at));
        let names = Names::new(given.chain([("field7", 1_000), ("", 2_000), (&long, 3_000)]));
        for (at, word) in words.iter().enumerate() {
            assert_eq!(names.get(word), Some(if at == 7 { 1_000 } else { at }), "{word}");
        }
        assert_eq!((names.get(""), names.get(&long)), (Some(2_000), Some(3_000)));
        for other in [&long[1..], &format!("{}y", &long[1..]), "field", "field300", "Field7", "心"] {
            assert_eq!(names.get(other), None, "{other}");
        }
        assert_eq!(Names::<usize>::new([]).get("x"), None);
    }
}
