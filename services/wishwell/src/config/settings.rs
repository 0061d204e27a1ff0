//! The one table of settings. Flags, environment variables, keys of the file, `--help` and the page for people who run
//! servers all come from it or are held to it by a test.

/// What a setting is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `wishwell` and `wishwell dev`.
    Dev,
    /// `wishwell serve`.
    Serve,
    /// `wishwell gateway`.
    Gateway,
    /// Commands that talk to a running server.
    Client,
}

/// Which form its value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text.
    Text,
    /// `true` or `false`; as a flag, its name alone means `true`.
    Switch,
    /// A decimal number.
    Number,
}

/// Where a setting may be given, besides the environment, where every one may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    /// As a flag and in the file.
    FlagAndFile,
    /// As a flag only.
    Flag,
    /// Neither: secrets would show in process lists and end up in repositories.
    EnvironmentOnly,
}

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name in the file. The flag is the same with hyphens, the variable the same in capitals after `WISHWELL_`.
    pub(crate) key: &'static str,
    /// What takes it.
    pub(crate) modes: &'static [Mode],
    /// Form of its value.
    pub(crate) form: Form,
    /// Where it may be given.
    pub(crate) places: Places,
    /// What stands for its value in the help.
    pub(crate) value_name: &'static str,
    /// What it does, in a sentence or two.
    pub(crate) help: &'static str,
    /// What holds without it, as the help says it; empty when nothing does.
    pub(crate) default: &'static str,
}

impl Setting {
    /// Name of its environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.key.to_ascii_uppercase())
    }

    /// Its flag, without the hyphens in front.
    pub(crate) fn flag(&self) -> String {
        self.key.replace('_', "-")
    }

    /// Whether the file may hold it.
    pub(crate) fn in_file(&self) -> bool {
        self.places == Places::FlagAndFile && self.modes.contains(&Mode::Serve)
    }
}

/// What every variable of this program begins with.
pub(crate) const VARIABLE_PREFIX: &str = "WISHWELL_";
/// The tables of the file that hold callers and the digests of their keys.
pub(crate) const PRINCIPALS: &str = "principals";
/// The tables of the file that hold issuers of tokens.
pub(crate) const TOKEN_ISSUERS: &str = "token_issuers";

const BOTH: &[Mode] = &[Mode::Dev, Mode::Serve];
const SERVE: &[Mode] = &[Mode::Serve];
const WEB: &[Mode] = &[Mode::Serve, Mode::Gateway];
const EVERY_SERVER: &[Mode] = &[Mode::Dev, Mode::Serve, Mode::Gateway];
const DEV: &[Mode] = &[Mode::Dev];
const CLIENT: &[Mode] = &[Mode::Client];

const fn setting(
    key: &'static str,
    modes: &'static [Mode],
    value_name: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting { key, modes, form: Form::Text, places: Places::FlagAndFile, value_name, help, default }
}

/// Every setting.
pub(crate) const SETTINGS: &[Setting] = &[
    setting("listen", BOTH, "ADDRESS:PORT", "127.0.0.1:50051", "Where gRPC is served. Port 0 takes a free one."),
    setting(
        "admin_listen",
        EVERY_SERVER,
        "ADDRESS:PORT",
        "127.0.0.1:9464 (gateway: off)",
        "Where /metrics, /healthz and /readyz are served, without authentication. `off` serves none.",
    ),
    setting(
        "http_listen",
        EVERY_SERVER,
        "ADDRESS:PORT",
        "127.0.0.1:8080 (serve: off)",
        "Where pages and REST are served. `off` serves none.",
    ),
    setting(
        "session_key_file",
        WEB,
        "FILE",
        "",
        "File with the key that seals sessions of pages, 64 hexadecimal digits. Without one, sessions end with the process.",
    ),
    setting(
        "visitor_key_file",
        WEB,
        "FILE",
        "",
        "File with the API key of a visitor, in whose name the public wishing pool is read. Without one it is not public.",
    ),
    setting(
        "sign_in_file",
        WEB,
        "FILE",
        "",
        "TOML file with the identity providers by which staff of organizations sign in to pages.",
    ),
    Setting {
        form: Form::Switch,
        ..setting(
            "http_secure",
            WEB,
            "BOOL",
            "true",
            "Browsers reach pages over TLS: cookies travel over nothing else.",
        )
    },
    setting(
        "http_hosts",
        WEB,
        "NAMES",
        "",
        "Names by which pages and REST are served, such as `wishwell.example.org`; a request by another is refused. Without any, every \
         name is taken, and with http_secure = false this machine's alone.",
    ),
    setting(
        "http_allowed_origins",
        WEB,
        "ORIGINS",
        "",
        "Other sites whose scripts may ask the REST side, such as `https://a.example,https://b.example`.",
    ),
    setting(
        "map_tiles",
        EVERY_SERVER,
        "URL",
        "",
        "Tile server below the maps of pages, with {z}, {x} and {y} in its address. Without one maps ask no other server.",
    ),
    setting("map_tiles_credit", EVERY_SERVER, "TEXT", "", "Whose tiles they are: stands below each map."),
    setting(
        "contacts_file",
        EVERY_SERVER,
        "FILE",
        "",
        "TOML file that says, by division, whom partners may ask about a referral, and their telephone.",
    ),
    Setting {
        form: Form::Number,
        ..setting(
            "http_requests_per_second",
            EVERY_SERVER,
            "N",
            "50 (dev: 1000)",
            "Requests of pages and REST by one principal; four times as many at once. More are answered 429.",
        )
    },
    setting(
        "upstream",
        &[Mode::Gateway],
        "URL",
        "http://127.0.0.1:50051",
        "The matching service before which a gateway of its own stands.",
    ),
    setting(
        "upstream_ca",
        &[Mode::Gateway],
        "FILE",
        "",
        "PEM file with the certificates by which an `https://` upstream is trusted, in place of the system's.",
    ),
    setting(
        "tls_cert",
        SERVE,
        "FILE",
        "",
        "PEM file with the server's certificate and those between it and its authority: gRPC is served over TLS.",
    ),
    setting("tls_key", SERVE, "FILE", "", "PEM file with the private key of tls_cert."),
    setting(
        "tls_client_ca",
        SERVE,
        "FILE",
        "",
        "PEM file with the authorities by which certificates of callers are believed: they are asked for. A principal's \
         `certificate_names` says whose they are.",
    ),
    Setting {
        form: Form::Switch,
        ..setting(
            "tls_client_required",
            SERVE,
            "BOOL",
            "false",
            "Turn callers without a certificate of tls_client_ca away in the handshake.",
        )
    },
    setting("data_dir", DEV, "DIR", "wishwell-data", "Folder of the embedded store and its master key."),
    Setting {
        form: Form::Switch,
        ..setting("demo", DEV, "BOOL", "true", "Load the demo when the store is empty; `--demo=false` leaves it empty.")
    },
    setting(
        "database_url",
        SERVE,
        "URL",
        "",
        "The store: `sqlite:PATH` or `postgres://USER@HOST/DATABASE`. A password belongs in the variable or in PGPASSFILE.",
    ),
    Setting {
        form: Form::Switch,
        ..setting(
            "relaxed_durability",
            BOTH,
            "BOOL",
            "false",
            "Answer writes before they are on disk: faster, and the last ones are lost when the power goes.",
        )
    },
    setting(
        "redis_url",
        WEB,
        "URL",
        "",
        "Redis that carries hints between replicas and counts requests for all of them. Without it replicas poll the store.",
    ),
    setting(
        "master_key_file",
        SERVE,
        "FILE",
        "",
        "File with the master key, 64 hexadecimal digits (`wishwell key master`).",
    ),
    Setting {
        places: Places::EnvironmentOnly,
        ..setting("master_key", SERVE, "HEX", "", "The master key itself, in place of a file.")
    },
    setting(
        "principals_file",
        SERVE,
        "FILE",
        "",
        "TOML file with `[[principals]]` and `[[token_issuers]]`, besides those of the configuration.",
    ),
    Setting {
        form: Form::Switch,
        ..setting("demo_principals", SERVE, "BOOL", "false", "Accept the well-known demo keys too. Loopback only.")
    },
    setting(
        "otlp_endpoint",
        EVERY_SERVER,
        "URL",
        "",
        "OTLP/gRPC receiver of traces, such as `http://127.0.0.1:4317`. Without it none are sent.",
    ),
    Setting {
        form: Form::Number,
        ..setting(
            "trace_sample_ratio",
            EVERY_SERVER,
            "0..1",
            "0.01 (dev: 1)",
            "Share of traces that begin here and are recorded. A caller's own sampling decision is followed.",
        )
    },
    Setting {
        form: Form::Number,
        ..setting(
            "calls_active_max",
            BOTH,
            "N",
            "4096",
            "Calls under way at once. The next is refused at once, with RESOURCE_EXHAUSTED, instead of waiting.",
        )
    },
    Setting {
        form: Form::Switch,
        ..setting(
            "look_ahead",
            BOTH,
            "BOOL",
            "true",
            "Decide single needs by what was scarce in the last round about everything, for two weeks after it.",
        )
    },
    Setting {
        form: Form::Switch,
        ..setting("webhooks", BOTH, "BOOL", "true", "Send notifications to the webhooks that partners subscribe with.")
    },
    setting(
        "webhook_networks",
        SERVE,
        "NETWORKS",
        "",
        "Networks of your own that webhooks may be in besides public addresses, such as `10.20.0.0/16,fd12:3456::/32`.",
    ),
    setting(
        "webhook_ca",
        SERVE,
        "FILE",
        "",
        "PEM file with authorities that vouch for webhooks, besides those that browsers trust.",
    ),
    setting(
        "log_format",
        EVERY_SERVER,
        "json|text",
        "json (dev: text)",
        "How log lines are written to standard error.",
    ),
    setting(
        "log_level",
        EVERY_SERVER,
        "LEVEL",
        "info",
        "error, warn, info, debug or trace; or directives such as `info,wishwell_store=debug`.",
    ),
    Setting {
        places: Places::Flag,
        ..setting(
            "config",
            SERVE,
            "FILE",
            "",
            "TOML file with any of these settings, `[[principals]]` and `[[token_issuers]]`.",
        )
    },
    Setting {
        places: Places::Flag,
        ..setting("server", CLIENT, "URL", "http://127.0.0.1:50051", "The running server to ask.")
    },
    Setting {
        places: Places::Flag,
        ..setting(
            "tls_ca",
            CLIENT,
            "FILE",
            "",
            "PEM file with the certificates by which an https:// server is trusted, in place of the system's.",
        )
    },
    Setting {
        places: Places::Flag,
        ..setting(
            "api_key_file",
            CLIENT,
            "FILE",
            "",
            "File that holds the API key. Without a key, a server on this machine is asked with a demo key: the hotline's by find, the case \
             worker's by refer and referral, the operator's by others.",
        )
    },
    Setting {
        places: Places::EnvironmentOnly,
        ..setting("api_key", CLIENT, "KEY", "", "The API key itself, in place of a file.")
    },
    Setting {
        places: Places::Flag,
        ..setting(
            "lang",
            &[Mode::Dev, Mode::Serve, Mode::Gateway, Mode::Client],
            "en|zh",
            "from LC_ALL, LC_MESSAGES, LANG",
            "Language of what is printed for people.",
        )
    },
];

/// The setting of that name.
pub(crate) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// Settings that `mode` takes, in the order of the table.
pub(crate) fn of_mode(mode: Mode) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.modes.contains(&mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_one_name_in_all_its_spellings() {
        let mut keys: Vec<_> = SETTINGS.iter().map(|setting| setting.key).collect();
        assert!(keys.iter().all(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{keys:?}");
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key stands twice");
        let listen = by_key("admin_listen").map(|setting| (setting.variable(), setting.flag()));
        assert_eq!(listen, Some(("WISHWELL_ADMIN_LISTEN".to_owned(), "admin-listen".to_owned())));
    }

    #[test]
    fn secrets_are_neither_flags_nor_in_the_file() {
        for key in ["master_key", "api_key"] {
            assert_eq!(by_key(key).map(|setting| setting.places), Some(Places::EnvironmentOnly), "{key}");
        }
    }

    #[test]
    fn the_page_for_people_who_run_servers_lists_every_setting() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        for setting in SETTINGS {
            assert!(page.contains(&format!("`{}`", setting.key)), "{} is missing in docs/operations.md", setting.key);
            assert!(page.contains(&setting.variable()), "{} is missing in docs/operations.md", setting.variable());
        }
    }

    #[test]
    fn the_example_file_names_every_setting_a_file_may_hold() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/wishwell.example.toml");
        let example = std::fs::read_to_string(path).unwrap_or_default();
        for setting in SETTINGS.iter().filter(|setting| setting.in_file()) {
            assert!(example.contains(&format!("{} = ", setting.key)), "{} is missing in the example", setting.key);
        }
    }
}
