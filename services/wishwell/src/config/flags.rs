//! Flags made from the table of settings, so that help, parser and table cannot part ways.

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

use super::layers::{Layers, Source};
use super::settings::{self, Form, Mode, Places, Setting};

/// The flags of one mode, as they were given. `MODE` is the index of the mode in [`MODES`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags<const MODE: usize>(Vec<(&'static Setting, String)>);

const MODES: [Mode; 4] = [Mode::Dev, Mode::Serve, Mode::Client, Mode::Gateway];
/// Flags of development mode.
pub(crate) type DevFlags = Flags<0>;
/// Flags of `serve`.
pub(crate) type ServeFlags = Flags<1>;
/// Flags of commands that talk to a server.
pub(crate) type ClientFlags = Flags<2>;
/// Flags of `gateway`.
pub(crate) type GatewayFlags = Flags<3>;

impl<const MODE: usize> Flags<MODE> {
    /// Adds the values to the layers.
    pub(crate) fn give_to(&self, layers: &mut Layers) {
        for (setting, text) in &self.0 {
            layers.give(setting, text.clone(), Source::Flag);
        }
    }

    /// Whether a flag was given that `mode` has not.
    pub(crate) fn go_beyond(&self, mode: Mode) -> bool {
        self.0.iter().any(|(given, _)| settings::of_mode(mode).all(|setting| setting.key != given.key))
    }

    fn settings() -> impl Iterator<Item = &'static Setting> {
        // `lang` is a flag of every command and defined once.
        settings::of_mode(MODES[MODE])
            .filter(|setting| setting.places != Places::EnvironmentOnly && setting.key != "lang")
    }
}

impl ServeFlags {
    /// Those that development mode has, too.
    pub(crate) fn of_development(&self) -> DevFlags {
        Flags(
            self.0
                .iter()
                .filter(|(given, _)| DevFlags::settings().any(|setting| setting.key == given.key))
                .cloned()
                .collect(),
        )
    }
}

impl<const MODE: usize> clap::Args for Flags<MODE> {
    fn augment_args(command: Command) -> Command {
        Self::settings().fold(command, |command, setting| command.arg(argument(setting)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const MODE: usize> FromArgMatches for Flags<MODE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let given = |setting: &Setting| matches.get_one::<String>(setting.key).cloned();
        self.0 = Self::settings().filter_map(|setting| Some((setting, given(setting)?))).collect();
        Ok(())
    }
}

fn argument(setting: &'static Setting) -> Arg {
    let default = if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
    let argument = Arg::new(setting.key)
        .long(setting.flag())
        .value_name(setting.value_name)
        .action(ArgAction::Set)
        .help(format!("{}{default} [env: {}]", setting.help, setting.variable()));
    match setting.form {
        Form::Switch => argument.num_args(0..=1).require_equals(true).default_missing_value("true"),
        Form::Text | Form::Number => argument,
    }
}
