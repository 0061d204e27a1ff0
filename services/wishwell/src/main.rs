//! The one binary: development mode, serve, find, import, doctor. The only place that names concrete backends.

mod admin;
mod audit;
mod cli;
mod client;
mod config;
mod demo;
mod doctor;
mod exit;
mod import;
mod key;
mod lang;
mod progress;
mod run;
mod table;
mod telemetry;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use cli::{Cli, Command, DevArgs, RoundCommand};
use config::{ClientConfig, ClientFlags, DevConfig, GatewayConfig, ServeConfig};
use exit::{Exit, Failure};

/// Why not the system's: `docs/adr/0010-dependencies.md`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return end(Err(Failure::one(Exit::Defect, "no runtime can be started", error.to_string(), ""))),
    };
    let ended = runtime.block_on(run(cli));
    // What still runs has been given its time already.
    runtime.shutdown_background();
    end(ended)
}

/// Does what was asked; what comes back goes to standard output.
async fn run(cli: Cli) -> Result<String, Failure> {
    // Foreign variables may be in any encoding; what ours mean is told by their text.
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    let variables = || std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
    let lang = cli.lang.as_deref();
    let client = |flags: &ClientFlags| ClientConfig::load(flags, lang, variables());
    let Some(command) = cli.command else {
        return run::dev(DevConfig::load(&cli.dev, lang, variables())?).await.map(|()| String::new());
    };
    match command {
        Command::Dev(DevArgs { flags }) => {
            run::dev(DevConfig::load(&flags, lang, variables())?).await.map(|()| String::new())
        }
        Command::Serve(arguments) => {
            run::serve(ServeConfig::load(&arguments.flags, lang, variables())?).await.map(|()| String::new())
        }
        Command::Gateway(arguments) => {
            run::gateway(GatewayConfig::load(&arguments.flags, lang, variables())?).await.map(|()| String::new())
        }
        // Who does not see where people live finds by their divisions.
        Command::Find(arguments) => {
            client::find::run(&arguments, &client(&arguments.client)?.with_demo_key(demo::CHANNEL_KEY)).await
        }
        Command::Needs(arguments) => client::needs::run(&arguments, &client(&arguments.client)?).await,
        Command::Refer(arguments) => {
            client::referrals::refer(&arguments, &client(&arguments.client)?.with_demo_key(demo::CASE_WORKER_KEY)).await
        }
        Command::Referral(arguments) => {
            client::referrals::step(&arguments, &client(&arguments.client)?.with_demo_key(demo::CASE_WORKER_KEY)).await
        }
        Command::Referrals(arguments) => client::referrals::list(&arguments, &client(&arguments.client)?).await,
        Command::Round(arguments) => match &arguments.command {
            None => client::rounds::run(&arguments, &client(&arguments.client)?).await,
            Some(RoundCommand::Cancel(cancel)) => client::rounds::cancel(cancel, &client(&cancel.client)?).await,
            Some(RoundCommand::Show(show)) => client::rounds::show(show, &client(&show.client)?).await,
        },
        Command::Rounds(arguments) => client::rounds::list(&arguments, &client(&arguments.client)?).await,
        Command::Watch(arguments) => client::watch::run(&arguments, &client(&arguments.client)?).await,
        Command::Verify(arguments) => audit::verify(&arguments, lang, variables()).await,
        Command::Replay(arguments) => audit::replay(&arguments, lang, variables()).await,
        Command::Rebuild(arguments) => audit::rebuild(&arguments, lang, variables()).await,
        Command::Categories(arguments) => client::categories::run(&arguments, &client(&arguments.client)?).await,
        Command::Import(command) => import::run(&command, client).await,
        Command::Doctor(arguments) => doctor::run(&arguments, lang, variables()).await,
        Command::Key(command) => key::run(&command),
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(arguments.shell, &mut Cli::command(), "wishwell", &mut script);
            Ok(String::from_utf8_lossy(&script).into_owned())
        }
    }
}

fn end(ended: Result<String, Failure>) -> ExitCode {
    match ended {
        Ok(text) => {
            exit::say(&text);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprint!("{failure}");
            failure.exit.into()
        }
    }
}
