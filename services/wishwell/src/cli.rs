//! The command line. Flags that set something come from the table of settings.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::config::{ClientFlags, DevFlags, GatewayFlags, ServeFlags};

const AFTER_HELP: &str = "Without a command, development mode starts: an embedded store with demo data on this machine.
Every flag of dev, serve and of commands that ask a server can be given as WISHWELL_<FLAG>
in the environment; flags win over the environment, the environment wins over the file.

Exit codes: 0 done, 1 not all is well, 2 wrong command line, 69 server or database out of
reach, 74 a file cannot be used, 78 wrong configuration.";

/// Wishwell pairs needs with resources, and says why. 民生微心愿撮合服务。
#[derive(Debug, Parser)]
#[command(name = "wishwell", version, after_help = AFTER_HELP, max_term_width = 120)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = false)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Flags of development mode.
    #[command(flatten)]
    pub(crate) dev: DevFlags,
    /// Language of what is printed for people: en or zh [env: WISHWELL_LANG]
    #[arg(long, global = true, value_name = "en|zh")]
    pub(crate) lang: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start development mode: embedded store, demo data, demo keys, this machine only
    Dev(DevArgs),
    /// Start the matching service for a deployment
    Serve(ServeArgs),
    /// Serve pages and REST before a matching service elsewhere
    Gateway(GatewayArgs),
    /// Find resources for a need, with the reasons
    Find(FindArgs),
    /// List the needs that are stored
    Needs(NeedsArgs),
    /// Refer an item of a need: offer it to the best resource, or to a chosen one, and hold the capacity
    Refer(ReferArgs),
    /// List referrals and where they stand
    Referrals(ReferralsArgs),
    /// Take a step of a referral: accept, decline, deliver, confirm, ...
    Referral(ReferralArgs),
    /// Allocate many open needs at once, or call a round off
    Round(RoundArgs),
    /// List rounds and what they reached
    Rounds(RoundsArgs),
    /// Watch what happens, a line an event
    Watch(WatchArgs),
    /// List the categories of help, or those with a text in their name
    Categories(CategoriesArgs),
    /// Import a directory of services
    #[command(subcommand)]
    Import(ImportCommand),
    /// Check configuration, store, ports and server, and say what to do about what is wrong
    Doctor(DoctorArgs),
    /// Add up the ledger: figures of pools and needs against movements, holds and referrals
    Verify(AuditArgs),
    /// Make a referral's decision again from the log, and compare
    Replay(ReplayArgs),
    /// Make all tables again from the log, in a new store, and compare
    Rebuild(AuditArgs),
    /// Make API keys and master keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// Flags of `dev`.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// Settings.
    #[command(flatten)]
    pub(crate) flags: DevFlags,
}

/// Flags of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Settings.
    #[command(flatten)]
    pub(crate) flags: ServeFlags,
}

/// Flags of `gateway`.
#[derive(Debug, Args)]
pub(crate) struct GatewayArgs {
    /// Settings.
    #[command(flatten)]
    pub(crate) flags: GatewayFlags,
}

/// Flags of `find`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("question").args(["need", "category"]).required(true))]
pub(crate) struct FindArgs {
    /// A stored need by its name (`needs/...`), or by its external identity (`SOURCE/ID`, as `wishwell needs` shows it)
    #[arg(long, value_name = "NAME")]
    pub(crate) need: Option<String>,
    /// A category by its code, or by its name or a synonym in Chinese or English
    #[arg(long, value_name = "CODE|NAME")]
    pub(crate) category: Option<String>,
    /// What the need is, when it is not a stored one.
    #[command(flatten)]
    pub(crate) inline: InlineNeedArgs,
    /// Only this item of the need, from 1
    #[arg(long, value_name = "N", conflicts_with = "category")]
    pub(crate) item: Option<i32>,
    /// How many candidates, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: i32,
    /// How many near misses, 0 to 50: of what would be among the candidates if it fitted
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) near_misses: i32,
    /// Judge schedules and periods as of this instant (RFC 3339) instead of now
    #[arg(long, value_name = "INSTANT")]
    pub(crate) at: Option<String>,
    /// Print the answer as canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// A need that is not stored.
#[derive(Debug, Args)]
pub(crate) struct InlineNeedArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "need")]
    pub(crate) quantity: i64,
    /// Unit of the quantity; without it, the usual one of the category
    #[arg(long, value_name = "CODE", conflicts_with = "need")]
    pub(crate) unit: Option<String>,
    /// Where help is needed, in degrees: LATITUDE,LONGITUDE[,wgs84|gcj02|bd09]; without a datum, wgs84
    #[arg(long, value_name = "LAT,LON[,DATUM]", conflicts_with = "need", allow_hyphen_values = true)]
    pub(crate) place: Option<String>,
    /// Division in which help is needed; without --place, distances and areas are judged from its centre
    #[arg(long, value_name = "CODE", conflicts_with = "need")]
    pub(crate) division: Option<String>,
    /// How soon
    #[arg(long, value_enum, default_value_t = UrgencyArg::Normal, conflicts_with = "need")]
    pub(crate) urgency: UrgencyArg,
    /// How far the person can travel, in kilometres
    #[arg(long, value_name = "KM", conflicts_with = "need")]
    pub(crate) travel: Option<f64>,
    /// Someone may enter the home
    #[arg(long, conflicts_with = "need")]
    pub(crate) home_visit: bool,
    /// Goods may be brought to the door
    #[arg(long, conflicts_with = "need")]
    pub(crate) delivery: bool,
    /// By telephone or online is fine
    #[arg(long, conflicts_with = "need")]
    pub(crate) remote: bool,
    /// Minors will be met
    #[arg(long, conflicts_with = "need")]
    pub(crate) minors: bool,
    /// A fact that eligibility rules ask for, such as `age_years=67` or `has_disability_certificate=true`; may be repeated
    #[arg(long = "fact", value_name = "KEY=VALUE", conflicts_with = "need")]
    pub(crate) facts: Vec<String>,
}

/// How soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UrgencyArg {
    /// Life or limb
    Emergency,
    /// Within days
    Urgent,
    /// Within weeks
    Normal,
    /// When there is something left
    Low,
}

/// Flags of `needs`.
#[derive(Debug, Args)]
pub(crate) struct NeedsArgs {
    /// Only with an item of this category or below it, by code
    #[arg(long, value_name = "CODE")]
    pub(crate) category: Option<String>,
    /// Only in this division or below it
    #[arg(long, value_name = "CODE")]
    pub(crate) division: Option<String>,
    /// Also those that are served, withdrawn or closed
    #[arg(long)]
    pub(crate) all: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Print each need as one line of canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `refer`.
#[derive(Debug, Args)]
pub(crate) struct ReferArgs {
    /// The need by its name (`needs/...`), or by its external identity (`SOURCE/ID`, as `wishwell needs` shows it)
    #[arg(long, value_name = "NAME")]
    pub(crate) need: String,
    /// Which of its items, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) item: i32,
    /// The resource it is offered to; without one, the best that was not asked before
    #[arg(long = "to", value_name = "RESOURCE")]
    pub(crate) resource: Option<String>,
    /// How many, of each occurrence; without it, what is left of the item
    #[arg(long, value_name = "N", requires = "resource")]
    pub(crate) quantity: Option<i64>,
    /// Print the answer as canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `referrals`.
#[derive(Debug, Args)]
pub(crate) struct ReferralsArgs {
    /// Only of this need, by name or external identity
    #[arg(long, value_name = "NAME")]
    pub(crate) need: Option<String>,
    /// Only for needs in this division or below it
    #[arg(long, value_name = "CODE")]
    pub(crate) division: Option<String>,
    /// Only promised help that should have arrived by now
    #[arg(long)]
    pub(crate) overdue: bool,
    /// At most so many [default: 50; with --overdue, all]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print each referral as one line of canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `referral`.
#[derive(Debug, Args)]
pub(crate) struct ReferralArgs {
    /// The step
    #[arg(value_enum)]
    pub(crate) action: ReferralAction,
    /// The referral, `referrals/UUID` or the UUID alone
    #[arg(value_name = "REFERRAL")]
    pub(crate) referral: String,
    /// Why: for decline, withdraw, dispute, cancel and fail
    #[arg(long, value_enum, default_value_t = StepReasonArg::Other)]
    pub(crate) reason: StepReasonArg,
    /// How many units, over all occurrences: promised or arrived, for accept and deliver, without it all; arrived until then, for cancel and
    /// fail, without it none
    #[arg(long, value_name = "N")]
    pub(crate) quantity: Option<i64>,
    /// How many units of what did not arrive never left the provider, or are back with it, and are free again: for fail, of what is disputed,
    /// without it none
    #[arg(long, value_name = "N")]
    pub(crate) returned: Option<i64>,
    /// The provider says so, as by telephone, and a case worker records it; the next candidate is asked where the offer was automatic: for
    /// cancel and fail
    #[arg(long)]
    pub(crate) by_provider: bool,
    /// What the case worker should know, at most 512 characters, kept sealed: for deliver
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// How the help is rated, 1 (poor) to 5 (very good): for confirm
    #[arg(long, value_name = "1..5")]
    pub(crate) rating: Option<i32>,
    /// Print the answer as canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// A step of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReferralAction {
    /// The provider promises to help
    Accept,
    /// The provider says no
    Decline,
    /// The offering side takes the offer back
    Withdraw,
    /// The provider begins
    Start,
    /// The provider says that the help has arrived
    Deliver,
    /// The beneficiary's side says so too
    Confirm,
    /// The beneficiary's side says that it has not
    Dispute,
    /// Either side calls it off
    Cancel,
    /// It is settled that the help did not come about
    Fail,
}

/// Why a step is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepReasonArg {
    /// Nothing left after all
    NoCapacity,
    /// Too far, or not where the provider works
    OutsideArea,
    /// The provider's rules do not allow it
    NotEligible,
    /// The beneficiary could not be reached
    NotReachable,
    /// Not what was asked for
    WrongService,
    /// No time that suits both
    NoSuitableTime,
    /// Not wanted, or no longer
    NotWanted,
    /// Of poor quality or incomplete
    PoorQuality,
    /// Did not arrive
    NotDelivered,
    /// Something else
    Other,
}

/// Flags of `round`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct RoundArgs {
    /// Something else than a new round.
    #[command(subcommand)]
    pub(crate) command: Option<RoundCommand>,
    /// Only needs in this division or below it; may be repeated
    #[arg(long = "division", value_name = "CODE")]
    pub(crate) divisions: Vec<String>,
    /// Only items of this category or below it, by code, or by its name or a synonym; may be repeated
    #[arg(long = "category", value_name = "CODE|NAME")]
    pub(crate) categories: Vec<String>,
    /// Only needs of this group; may be repeated
    #[arg(long = "group", value_enum, value_name = "GROUP")]
    pub(crate) groups: Vec<GroupArg>,
    /// Offer what is planned to the partners; without it nothing is offered
    #[arg(long)]
    pub(crate) commit: bool,
    /// Also write a page of pictures about it to this file: one HTML file in Chinese and English that needs no network
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Print the round as canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// What else there is to do with a round.
#[derive(Debug, Subcommand)]
pub(crate) enum RoundCommand {
    /// Call a round off; offers made before that stand
    Cancel(RoundCancelArgs),
    /// Show a round that was asked for before
    Show(RoundShowArgs),
}

/// Flags of `round cancel`.
#[derive(Debug, Args)]
pub(crate) struct RoundCancelArgs {
    /// The round, `rounds/UUID` or the UUID alone
    #[arg(value_name = "ROUND")]
    pub(crate) round: String,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `round show`.
#[derive(Debug, Args)]
pub(crate) struct RoundShowArgs {
    /// The round, `rounds/UUID` or the UUID alone
    #[arg(value_name = "ROUND")]
    pub(crate) round: String,
    /// Also write a page of pictures about it to this file: one HTML file in Chinese and English that needs no network
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Print the round as canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// A group of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GroupArg {
    /// Old people (一老)
    Elderly,
    /// Children and minors (一小)
    Minor,
    /// People with a disability (一残)
    Disabled,
    /// People in economic difficulty (一困)
    InDifficulty,
    /// Veterans (退役军人)
    Veteran,
    /// People with a severe illness (重病患者)
    SevereIllness,
}

/// Flags of `rounds`.
#[derive(Debug, Args)]
pub(crate) struct RoundsArgs {
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Print each round as one line of canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// After this log position; 0 from the first event, -1 from now on
    #[arg(long, value_name = "POSITION", default_value_t = -1, allow_hyphen_values = true)]
    pub(crate) after: i64,
    /// Only of this need and its referrals, by name or external identity
    #[arg(long, value_name = "NAME")]
    pub(crate) need: Option<String>,
    /// Only in this division or below it
    #[arg(long, value_name = "CODE")]
    pub(crate) division: Option<String>,
    /// Also what happens in the catalogue: organizations, resources, figures of pools
    #[arg(long)]
    pub(crate) all: bool,
    /// End after so many events
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Print each event as one line of canonical protobuf JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of commands that look into a store.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Folder of development mode's store, looked into when no configuration of `serve` is given [default: wishwell-data] [env: WISHWELL_DATA_DIR]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Settings of the server whose store it is.
    #[command(flatten)]
    pub(crate) serve: ServeFlags,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// The referral, `referrals/UUID` or the UUID alone; or a round, `rounds/UUID`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The store.
    #[command(flatten)]
    pub(crate) store: AuditArgs,
}

/// Flags of `categories`.
#[derive(Debug, Args)]
pub(crate) struct CategoriesArgs {
    /// Text in the name or a synonym, in Chinese or English
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// What to import.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// A directory in the Human Services Data Specification, 1.1 or 3.x, as CSV tables or JSON
    Hsds(ImportArgs),
    /// A Link-SF file: one JSON array of service locations
    Linksf(ImportArgs),
}

/// Flags of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Folder or file
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,
    /// Name under which its entries are kept, so that importing again changes instead of doubling them
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// IANA time zone of its opening hours, when its places do not tell
    #[arg(long, value_name = "ZONE")]
    pub(crate) time_zone: Option<String>,
    /// What stands before each category code
    #[arg(long, value_name = "PREFIX")]
    pub(crate) category_prefix: Option<String>,
    /// New organizations wait for an operator to verify them, instead of being taken as verified by who publishes the directory
    #[arg(long)]
    pub(crate) unverified: bool,
    /// Resources of this source that the directory no longer has are paused; without it they stay on offer and are named
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) pause_vanished: bool,
    /// Where the report goes (JSON Lines) [default: wishwell-import-report.jsonl]: each row that was repaired or set aside, with field, value and rule
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Read, clean and report, but send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The server.
    #[command(flatten)]
    pub(crate) client: ClientFlags,
}

/// Flags of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Folder of development mode's store, checked when no configuration of `serve` is given [default: wishwell-data] [env: WISHWELL_DATA_DIR]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Settings of the server that is checked.
    #[command(flatten)]
    pub(crate) serve: ServeFlags,
}

/// What key to make.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Print a new API key, its digest and the configuration it goes into. The key is shown once and stored nowhere
    New(KeyNewArgs),
    /// Print the digest of an API key that is read from standard input
    Hash,
    /// Print a new master key, for the file that master_key_file names
    Master,
}

/// Flags of `key new`.
#[derive(Debug, Args)]
pub(crate) struct KeyNewArgs {
    /// Tenant whose data the caller sees
    #[arg(long, value_name = "TENANT", default_value = "main")]
    pub(crate) tenant: String,
    /// Stable name of the caller, for logs and events
    #[arg(long, value_name = "NAME", default_value = "hotline-12349")]
    pub(crate) name: String,
    /// Role: internal_service, partner, case_worker, operator, auditor or visitor
    #[arg(long, value_name = "ROLE", default_value = "internal_service")]
    pub(crate) role: String,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
