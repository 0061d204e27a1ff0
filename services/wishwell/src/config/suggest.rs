//! "Did you mean": the known name that is closest to an unknown one.

/// The closest of `known`, when it is close enough to be what was meant: few slips of the finger apart, or one name within
/// the other.
pub(crate) fn closest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = normal(unknown);
    known
        .into_iter()
        .filter_map(|name| {
            let candidate = normal(name);
            let slips = slips_between(&wanted, &candidate);
            let within = wanted.len() >= 4 && (candidate.contains(&wanted[..]) || wanted.contains(&candidate[..]));
            let near = slips <= (candidate.len().max(wanted.len()) / 3).clamp(1, 4);
            (near || within).then_some((slips, name))
        })
        .min()
        .map(|(_, name)| name)
}

fn normal(name: &str) -> String {
    name.trim_start_matches('-').replace('-', "_").to_ascii_lowercase()
}

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
fn slips_between(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = usize::from(a[i - 1] != b[j - 1]);
            let mut slips = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + substitution);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                slips = slips.min(before_last[j - 2] + 1);
            }
            row[j] = slips;
        }
        before_last = last;
        last = row;
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["listen", "admin_listen", "database_url", "log_format", "otlp_endpoint"];

    #[test]
    fn slips_of_the_finger_lead_to_the_name_that_was_meant() {
        let cases = [
            ("listn", Some("listen")),
            ("lsiten", Some("listen")),
            ("admin-listen", Some("admin_listen")),
            ("databse_url", Some("database_url")),
            ("database", Some("database_url")),
            ("logformat", Some("log_format")),
            ("OTLP_ENDPIONT", Some("otlp_endpoint")),
            ("colour", None),
            ("x", None),
        ];
        for (unknown, expected) in cases {
            assert_eq!(closest(unknown, KNOWN), expected, "{unknown}");
        }
    }

    #[test]
    fn distance_counts_insertions_deletions_substitutions_and_swaps() {
        for (a, b, slips) in [("", "", 0), ("a", "", 1), ("abc", "abd", 1), ("abc", "acb", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(slips_between(a, b), slips, "{a} {b}");
            assert_eq!(slips_between(b, a), slips, "{b} {a}");
        }
    }
}
