//! Path templates of `google.api.http`: what one is made of, and whether a path fits it.

use std::fmt;

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// The segment itself.
    Literal(String),
    /// `*`: any one segment.
    Any,
    /// `**`: all that is left, also nothing. Stands last.
    Rest,
}

/// A variable and the segments it captures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Path of the field it sets, such as `need.name`.
    pub(crate) field_path: String,
    /// Its first segment.
    pub(crate) start: usize,
    /// The segment after its last one.
    pub(crate) end: usize,
    /// Whether it may capture several segments, so that an encoded slash must stay encoded.
    pub(crate) multi: bool,
}

/// A parsed template such as `/v1/{name=needs/*}:withdraw`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) text: String,
    pub(crate) segments: Vec<Segment>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) verb: String,
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Template {
    /// Parses a template by the grammar of `google/api/http.proto`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.strip_prefix('/').ok_or("must begin with a slash")?;
        let mut verb = "";
        // A colon inside braces cannot be: neither field paths nor literals have one.
        if let Some((path, after)) = rest.rsplit_once(':') {
            if after.is_empty() || after.contains(['/', '}', '*', '{']) {
                return Err("a colon must be followed by a verb at the end".to_owned());
            }
            (rest, verb) = (path, after);
        }
        let mut template =
            Self { text: text.to_owned(), segments: Vec::new(), variables: Vec::new(), verb: verb.to_owned() };
        loop {
            rest = template.take_segment(rest)?;
            match rest.strip_prefix('/') {
                Some(after) => rest = after,
                None if rest.is_empty() => break,
                None => return Err(format!("`{rest}` should begin with a slash")),
            }
        }
        let before_last = template.segments.len().saturating_sub(1);
        if template.segments.iter().take(before_last).any(|segment| *segment == Segment::Rest) {
            return Err("`**` must stand last".to_owned());
        }
        Ok(template)
    }

    fn take_segment<'t>(&mut self, text: &'t str) -> Result<&'t str, String> {
        let Some(inside) = text.strip_prefix('{') else {
            let end = text.find('/').unwrap_or(text.len());
            let (segment, rest) = text.split_at(end);
            self.segments.push(plain_segment(segment)?);
            return Ok(rest);
        };
        let (variable, rest) = inside.split_once('}').ok_or("a brace is not closed")?;
        let (field_path, pattern) = variable.split_once('=').unwrap_or((variable, "*"));
        let is_path = field_path.split('.').all(|part| {
            part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        });
        if !is_path {
            return Err(format!("`{field_path}` is no path of a field"));
        }
        if self.variables.iter().any(|other| other.field_path == field_path) {
            return Err(format!("`{field_path}` is bound twice"));
        }
        let start = self.segments.len();
        for segment in pattern.split('/') {
            self.segments.push(plain_segment(segment)?);
        }
        let end = self.segments.len();
        let multi = end - start > 1 || self.segments.last() == Some(&Segment::Rest);
        self.variables.push(Variable { field_path: field_path.to_owned(), start, end, multi });
        Ok(rest)
    }

    /// Whether the segments of a path, still percent-encoded and without the verb, fit.
    pub(crate) fn fits(&self, path: &[&str]) -> bool {
        let has_rest = self.segments.last() == Some(&Segment::Rest);
        let fixed = self.segments.len() - usize::from(has_rest);
        let enough = if has_rest { path.len() >= fixed } else { path.len() == fixed };
        enough
            && self.segments.iter().zip(path).all(|(segment, part)| match segment {
                Segment::Literal(literal) => literal == part,
                Segment::Any | Segment::Rest => true,
            })
    }

    /// The segments of a fitting path that a variable captures.
    pub(crate) fn captured<'p>(&self, variable: &Variable, path: &'p [&'p str]) -> &'p [&'p str] {
        let is_open = variable.end == self.segments.len() && self.segments.last() == Some(&Segment::Rest);
        let end = if is_open { path.len() } else { variable.end };
        path.get(variable.start..end).unwrap_or_default()
    }

    /// Whether there is a path that both fit.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let pairs = self.segments.iter().zip(&other.segments);
        let agree = pairs.clone().all(|pair| match pair {
            (Segment::Literal(left), Segment::Literal(right)) => left == right,
            _ => true,
        });
        let (left, right) = (self.reach(), other.reach());
        agree && left.0 <= right.1 && right.0 <= left.1
    }

    /// Fewest and most segments of a path that fits.
    fn reach(&self) -> (usize, usize) {
        match self.segments.last() {
            Some(Segment::Rest) => (self.segments.len() - 1, usize::MAX),
            _ => (self.segments.len(), self.segments.len()),
        }
    }

    /// Whether every path that fits this one fits the other, too.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.reach(), other.reach());
        ours.0 >= theirs.0
            && ours.1 <= theirs.1
            && other.segments.iter().enumerate().all(|(at, theirs)| match (theirs, self.segments.get(at)) {
                (Segment::Rest, _) | (Segment::Any, Some(Segment::Any | Segment::Literal(_))) => true,
                (Segment::Literal(theirs), Some(Segment::Literal(ours))) => theirs == ours,
                _ => false,
            })
    }

    /// Orders templates so that of two where one is within the other, the inner one comes first.
    pub(crate) fn specificity(&self) -> Vec<u8> {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Any => 1,
                Segment::Rest => 2,
            })
            .chain([3])
            .collect()
    }
}

fn plain_segment(text: &str) -> Result<Segment, String> {
    match text {
        "" => Err("a segment is empty".to_owned()),
        "*" => Ok(Segment::Any),
        "**" => Ok(Segment::Rest),
        literal if literal.contains(['*', '{', '}', '=', ':', '%', '?', '#']) => {
            Err(format!("`{literal}` is no segment of a template"))
        }
        literal => Ok(Segment::Literal(literal.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::parse(text).unwrap()
    }

    fn fits(text: &str, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        template(text).fits(&segments)
    }

    #[test]
    fn a_template_has_segments_variables_and_a_verb() {
        let parsed = template("/v1/{name=needs/*/items/**}:withdraw");
        assert_eq!(parsed.verb, "withdraw");
        assert_eq!(parsed.segments.len(), 5);
        let expected = Variable { field_path: "name".to_owned(), start: 1, end: 5, multi: true };
        assert_eq!(parsed.variables, [expected]);
        assert!(!template("/v1/{need.id}").variables[0].multi);
        assert!(template("/v1/{path=**}").variables[0].multi);
    }

    #[test]
    fn what_the_grammar_does_not_know_is_refused() {
        for text in [
            "",
            "v1",
            "/",
            "//a",
            "/a/",
            "/a//b",
            "/{a",
            "/{a=}",
            "/{=a}",
            "/{1a}",
            "/{a}{b}",
            "/{a}b",
            "/a*",
            "/**/a",
            "/{a=**}/b",
            "/a:",
            "/a:b/c",
            "/{a}/{a}",
            "/a%2Fb",
            "/{a={b}}",
        ] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_fits_one_segment_and_two_stars_fit_any_number() {
        for (text, path, expected) in [
            ("/v1/needs", "/v1/needs", true),
            ("/v1/needs", "/v1/need", false),
            ("/v1/*", "/v1/a", true),
            ("/v1/*", "/v1", false),
            ("/v1/*", "/v1/a/b", false),
            ("/v1/**", "/v1", true),
            ("/v1/**", "/v1/a/b/c", true),
            ("/v1/{name=a/*/b/**}", "/v1/a/x/b", true),
            ("/v1/{name=a/*/b/**}", "/v1/a/x/c/y", false),
        ] {
            assert_eq!(fits(text, path), expected, "{text} {path}");
        }
    }

    #[test]
    fn templates_that_fit_a_common_path_overlap_and_the_narrower_is_within_the_wider() {
        for (left, right, overlap, within) in [
            ("/a/*", "/a/b", true, false),
            ("/a/b", "/a/*", true, true),
            ("/a/*", "/*/b", true, false),
            ("/a/**", "/a/*/c", true, false),
            ("/a/*/c", "/a/**", true, true),
            ("/a", "/a/**", true, true),
            ("/a/b", "/a/c", false, false),
            ("/a/{x=b/*}", "/a/b/{y}", true, true),
        ] {
            assert_eq!(template(left).overlaps(&template(right)), overlap, "{left} {right}");
            assert_eq!(template(left).is_within(&template(right)), within, "{left} {right}");
        }
    }
}
