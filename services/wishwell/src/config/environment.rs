//! Settings from environment variables. An unknown one is refused: a typing error must not silently mean the default.

use super::layers::{Layers, Source};
use super::settings::{self, Mode, SETTINGS, VARIABLE_PREFIX};
use super::suggest::closest;
use crate::exit::Problem;

/// Variables of this project's own tests, which share the prefix.
const TESTS: [&str; 2] = ["WISHWELL_TEST_", "WISHWELL_DATA"];

/// Reads every variable with the prefix. Problems are unknown ones, and those of another mode that takes its place.
pub(crate) fn read(
    variables: impl IntoIterator<Item = (String, String)>,
    mode: Mode,
    layers: &mut Layers,
    problems: &mut Vec<Problem>,
) {
    let mut variables: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with(VARIABLE_PREFIX)).collect();
    variables.sort();
    for (name, value) in variables {
        match SETTINGS.iter().find(|setting| setting.variable() == name) {
            Some(setting) if setting.modes.contains(&mode) => layers.give(setting, value, Source::Environment),
            // Whoever points at a production database and types `wishwell` must not find a demo somewhere else.
            Some(setting) if mode == Mode::Dev && setting.modes == [Mode::Serve] => problems.push(Problem::new(
                format!("{name} is set, but development mode keeps a store of its own"),
                format!("start `wishwell serve`, or `unset {name}`"),
            )),
            Some(_) => {}
            None if is_service_link(&name, &value) || TESTS.iter().any(|test| name.starts_with(test)) => {}
            None => problems.push(unknown(&name)),
        }
    }
}

fn unknown(name: &str) -> Problem {
    let bare = name.trim_start_matches(VARIABLE_PREFIX);
    let remedy = match closest(bare, SETTINGS.iter().map(|setting| setting.key)).and_then(settings::by_key) {
        Some(setting) => format!("did you mean {}?", setting.variable()),
        None => format!("`unset {name}`; `wishwell help serve` lists what there is"),
    };
    Problem::new(format!("the environment variable {name} is no setting of Wishwell"), remedy)
}

/// Kubernetes puts the addresses of all services of a namespace into the environment of its pods. A service called
/// `wishwell` or `wishwell-...` gives names that begin like ours.
fn is_service_link(name: &str, value: &str) -> bool {
    let words: Vec<&str> = name.split('_').collect();
    let port = |word: &&str| word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty();
    match words.as_slice() {
        [.., "PORT", number, "TCP" | "UDP"] => port(number),
        [.., "PORT", number, "TCP" | "UDP", "PROTO" | "PORT" | "ADDR"] => port(number),
        [.., "SERVICE", "HOST"] | [.., "SERVICE", "PORT"] | [.., "SERVICE", "PORT", _] => true,
        [.., "PORT"] => value.contains("://"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_for(mode: Mode, names: &[&str]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let variables = names.iter().map(|name| ((*name).to_owned(), "tcp://10.0.0.1:50051".to_owned()));
        read(variables, mode, &mut Layers::default(), &mut problems);
        problems
    }

    #[test]
    fn an_unknown_variable_is_refused_with_a_suggestion() {
        let problems = read_for(Mode::Serve, &["WISHWELL_LISTN", "PATH"]);
        assert_eq!(
            problems,
            [Problem::new(
                "the environment variable WISHWELL_LISTN is no setting of Wishwell",
                "did you mean WISHWELL_LISTEN?"
            )]
        );
        assert!(read_for(Mode::Serve, &["WISHWELL_COLOUR"])[0].remedy.contains("unset WISHWELL_COLOUR"));
    }

    #[test]
    fn service_links_of_kubernetes_and_variables_of_the_tests_are_left_alone() {
        let links = [
            "WISHWELL_SERVICE_HOST",
            "WISHWELL_SERVICE_PORT",
            "WISHWELL_SERVICE_PORT_GRPC",
            "WISHWELL_PORT",
            "WISHWELL_PORT_50051_TCP",
            "WISHWELL_PORT_50051_TCP_ADDR",
            "WISHWELL_GATEWAY_SERVICE_HOST",
            "WISHWELL_DATA",
            "WISHWELL_TEST_POSTGRES_URL",
        ];
        assert_eq!(read_for(Mode::Serve, &links), []);
    }

    #[test]
    fn development_mode_refuses_variables_that_only_serve_takes() {
        let problems = read_for(Mode::Dev, &["WISHWELL_DATABASE_URL", "WISHWELL_API_KEY", "WISHWELL_LISTEN"]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].what.contains("WISHWELL_DATABASE_URL"), "{problems:?}");
        assert_eq!(read_for(Mode::Serve, &["WISHWELL_DATABASE_URL", "WISHWELL_API_KEY"]), []);
    }
}
