//! The whole of the configuration, from flags, variables and files to values and problems.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write as _;

use clap::Parser as _;

use super::*;
use crate::cli::{Cli, Command};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A file that lives as long as the test.
fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn serve(flags: &[&str], environment: &[(&str, &str)]) -> Result<ServeConfig, Failure> {
    let line = ["wishwell", "serve"].iter().chain(flags);
    match Cli::try_parse_from(line).unwrap().command {
        Some(Command::Serve(arguments)) => ServeConfig::load(&arguments.flags, None, variables(environment)),
        other => panic!("{other:?}"),
    }
}

fn dev(flags: &[&str], environment: &[(&str, &str)]) -> Result<DevConfig, Failure> {
    let cli = Cli::try_parse_from(["wishwell"].iter().chain(flags)).unwrap();
    DevConfig::load(&cli.dev, cli.lang.as_deref(), variables(environment))
}

fn problems<T>(result: Result<T, Failure>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(failure) => failure.problems.into_iter().map(|p| format!("{} -> {}", p.what, p.remedy)).collect(),
    }
}

/// The least with which `serve` starts.
const LEAST: [(&str, &str); 2] = [("WISHWELL_DATABASE_URL", "sqlite:w.db"), ("WISHWELL_MASTER_KEY", KEY)];

#[test]
fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let config = file("listen = \"127.0.0.1:3\"\nlog_level = \"debug\"\ntrace_sample_ratio = 0.3\n");
    let path = config.path().to_str().unwrap();
    // flag, variable, whether the file counts, expected
    let cases = [
        (None, None, false, "127.0.0.1:50051"),
        (None, None, true, "127.0.0.1:3"),
        (None, Some("127.0.0.1:2"), false, "127.0.0.1:2"),
        (None, Some("127.0.0.1:2"), true, "127.0.0.1:2"),
        (Some("127.0.0.1:1"), None, true, "127.0.0.1:1"),
        (Some("127.0.0.1:1"), Some("127.0.0.1:2"), false, "127.0.0.1:1"),
        (Some("127.0.0.1:1"), Some("127.0.0.1:2"), true, "127.0.0.1:1"),
    ];
    for (flag, variable, with_file, expected) in cases {
        let mut flags = Vec::new();
        flags.extend(flag.iter().flat_map(|value| ["--listen", value]));
        flags.extend(with_file.then_some(["--config", path]).iter().flatten());
        let mut environment = LEAST.to_vec();
        environment.extend(variable.map(|value| ("WISHWELL_LISTEN", value)));
        let loaded = serve(&flags, &environment).unwrap();
        assert_eq!(loaded.common.listen.to_string(), expected, "{flag:?} {variable:?} {with_file}");
        let ratio = if with_file { 0.3 } else { 0.01 };
        assert!((loaded.common.telemetry.trace_sample_ratio - ratio).abs() < 1e-12);
    }
}

#[test]
fn the_file_may_itself_be_named_by_a_variable_and_hold_everything_but_secrets() {
    let key_file = file(KEY);
    let digest = wishwell_matching::access::hash_key("secret");
    let text = format!(
        "database_url = \"postgres://u@h/d\"\nmaster_key_file = \"{}\"\nlisten = \"0.0.0.0:50051\"\nadmin_listen = \"off\"\n\
         [[principals]]\ntenant = \"main\"\nname = \"hotline\"\nrole = \"operator\"\nkey_sha256 = [\"{digest}\"]\n",
        key_file.path().display()
    );
    let config = file(&text);
    let loaded = serve(&[], &[("WISHWELL_CONFIG", config.path().to_str().unwrap())]).unwrap();
    assert_eq!(loaded.database, Database::Postgres("postgres://u@h/d".to_owned()));
    assert_eq!(loaded.common.admin_listen, None);
    assert_eq!(loaded.credentials.principal(b"secret").unwrap().name, "hotline");
    assert!(!loaded.demo_principals);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let told = problems(serve(
        &["--listen", "nowhere", "--trace-sample-ratio=7", "--log-format", "xml", "--relaxed-durability=perhaps"],
        &[
            ("WISHWELL_DATABASE_URL", "mysql://u:secret@h/d"),
            ("WISHWELL_MASTER_KEY", "hunter2"),
            ("WISHWELL_LISTN", "x"),
        ],
    ));
    let expected = [
        "the environment variable WISHWELL_LISTN is no setting",
        "--listen \"nowhere\" must be an address and a port",
        "--relaxed-durability \"perhaps\" must be true or false",
        "--trace-sample-ratio \"7\" must be a number from 0 to 1",
        "--log-format \"xml\" must be json or text",
        "WISHWELL_DATABASE_URL \"mysql://u:***@h/d\" is no store Wishwell knows",
        "WISHWELL_MASTER_KEY must be 64 hexadecimal digits",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
    assert!(!told.iter().any(|told| told.contains("hunter2") || told.contains("secret")), "{told:#?}");
}

#[test]
fn what_is_missing_is_asked_for_by_name() {
    let told = problems(serve(&[], &[]));
    assert!(told[0].contains("database_url is not set") && told[0].contains("--database-url"), "{told:#?}");
    assert!(told[1].contains("no master key") && told[1].contains("wishwell key master"), "{told:#?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn other_machines_are_not_let_in_without_api_keys() {
    let bind = |address, flags: &[&str]| {
        let flags: Vec<&str> = ["--listen", address].into_iter().chain(flags.iter().copied()).collect();
        problems(serve(&flags, &LEAST))
    };
    for address in ["0.0.0.0:1", "[::]:1", "10.1.2.3:1"] {
        let told = bind(address, &[]);
        assert!(
            told.len() == 1 && told[0].contains("no API keys") && told[0].contains("wishwell key new"),
            "{told:#?}"
        );
        let told = bind(address, &["--demo-principals"]);
        assert!(told.len() == 1 && told[0].contains("the demo keys are public"), "{told:#?}");
        let told = problems(dev(&["--listen", address], &[]));
        assert!(told.len() == 1 && told[0].contains("on this machine only"), "{told:#?}");
        // REST takes the same keys.
        let told = bind("127.0.0.1:1", &["--http-listen", address]);
        assert!(told.len() == 1 && told[0].contains("no API keys"), "{told:#?}");
        let told = bind("127.0.0.1:1", &["--http-listen", address, "--demo-principals"]);
        assert!(told.len() == 1 && told[0].contains("the demo keys are public"), "{told:#?}");
    }
    for address in ["127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1"] {
        assert_eq!(bind(address, &[]), Vec::<String>::new());
        assert_eq!(bind(address, &["--demo-principals", "--http-listen", "localhost:2"]), Vec::<String>::new());
    }
}

#[test]
fn mistakes_in_principals_are_told_by_field() {
    let config =
        file("[[principals]]\ntenant = \"Main Office\"\nname = \"x\"\nrole = \"partner\"\nkey_sha256 = [\"12\"]\n");
    let told = problems(serve(&["--principals-file", config.path().to_str().unwrap()], &LEAST));
    let fields = ["principals[0].tenant \"Main Office\"", "principals[0].organization"];
    for field in fields {
        assert!(told.iter().any(|told| told.starts_with(field)), "{field}\n{told:#?}");
    }
}

#[test]
fn two_principals_of_one_name_are_told_with_both_places() {
    let table = |key: &str| {
        let digest = wishwell_matching::access::hash_key(key);
        format!(
            "[[principals]]\ntenant = \"main\"\nname = \"portal\"\nrole = \"operator\"\nkey_sha256 = [\"{digest}\"]\n"
        )
    };
    let config = file(&(table("one") + &table("other")));
    let told = problems(serve(&["--principals-file", config.path().to_str().unwrap()], &LEAST));
    let expected = "principals[1].name \"portal\" is the name of principals[0] in the same tenant";
    assert!(told.iter().any(|told| told.starts_with(expected)), "{told:#?}");
}

#[test]
fn an_issuer_of_tokens_is_read_from_the_file_and_its_mistakes_are_told_by_line() {
    let set = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    let keys = file(set);
    let issuer = |more: &str| {
        let table = format!(
            "[[token_issuers]]\nissuer = \"https://id\"\naudiences = [\"w\"]\nalgorithms = [\"EdDSA\"]\n{more}"
        );
        let config = file(&table);
        serve(&["--principals-file", config.path().to_str().unwrap(), "--listen", "10.0.0.1:1"], &LEAST)
    };
    let by_file = format!("jwks_file = \"{}\"\n", keys.path().display());
    let loaded = issuer(&format!("{by_file}tenant = \"main\"\nleeway_seconds = 5\nrole_claim = \"role\"\n")).unwrap();
    assert_eq!(
        loaded.credentials.tenants()[0].as_str(),
        "main",
        "an issuer is enough to be reached from other machines"
    );
    for (more, expected) in [
        (by_file.clone(), "line 1: a token issuer lacks the tenants"),
        (
            format!("{by_file}tenant = \"a\"\ntenants = [\"b\"]\n"),
            "line 1: a token issuer has either `tenant` or `tenants`",
        ),
        (format!("{by_file}tenant = \"a\"\ntenats = 1\n"), "line 7: `tenats` is no field of a token issuer"),
        (
            format!("{by_file}tenant = \"a\"\nleeway_seconds = \"5\"\n"),
            "line 7: `leeway_seconds` must be a whole number",
        ),
        (
            format!("{by_file}tenant = \"a\"\njwks_url = \"x\"\n"),
            "line 1: a token issuer has either `jwks_file` or `jwks_url`",
        ),
        ("tenant = \"a\"\n".to_owned(), "line 1: a token issuer has either `jwks_file` or `jwks_url`"),
        ("tenant = \"a\"\njwks_file = \"/nowhere.json\"\n".to_owned(), "jwks_file /nowhere.json cannot be read"),
        (
            "tenant = \"a\"\njwks_url = \"http://id/keys\"\n".to_owned(),
            "token_issuers[0].jwks_url must begin with https://",
        ),
        (format!("{by_file}tenant = \"a\"\nleeway_seconds = 301\n"), "token_issuers[0].leeway_seconds"),
        (
            format!("{by_file}tenant = \"a\"\ndenied_file = \"/nowhere/denied.json\"\n"),
            "token_issuers[0].denied_file /nowhere/denied.json cannot be read",
        ),
    ] {
        let told = problems(issuer(&more));
        assert!(told.iter().any(|told| told.contains(expected)), "{expected}\n{told:#?}");
    }
}

#[test]
fn networks_and_authorities_of_webhooks_are_read_and_their_mistakes_are_told() {
    let with = |more: &[&str]| serve(&[more, &["--listen", "127.0.0.1:1"]].concat(), &LEAST);
    assert_eq!(with(&[]).unwrap().webhooks.reach, wishwell_matching::Reach::Public);
    let reach = with(&["--webhook-networks", "10.20.0.0/16, fd12::/16"]).unwrap().webhooks.reach;
    assert!(reach.allows("10.20.3.4".parse().unwrap()) && !reach.allows("10.21.3.4".parse().unwrap()), "{reach:?}");
    let no_certificate = file("nothing");
    let many = vec!["10.0.0.1"; 33].join(",");
    for (setting, value, expected) in [
        ("--webhook-networks", "10.20.0.0/33", "must be a network"),
        ("--webhook-networks", "10.20.0.1/16", "must begin with the network's first address"),
        ("--webhook-networks", "10.20.0.0/16,0.0.0.0/0", "must not be every address there is"),
        ("--webhook-networks", &many, "names too many networks"),
        ("--webhook-ca", "/nowhere.pem", "webhook_ca /nowhere.pem cannot be read"),
        ("--webhook-ca", no_certificate.path().to_str().unwrap(), "there is none in PEM form"),
    ] {
        let told = problems(with(&[setting, value]));
        assert!(told.iter().any(|told| told.contains(expected)), "{expected}\n{told:#?}");
    }
}

#[test]
fn tiles_of_maps_are_read_and_all_that_is_wrong_with_them_is_told() {
    let given = dev(&["--map-tiles", "https://a.example/{z}/{x}/{y}.png", "--map-tiles-credit", "© A"], &[]).unwrap();
    assert_eq!(given.map_tiles.unwrap().origin(), "https://a.example");
    assert!(dev(&[], &[]).unwrap().map_tiles.is_none());
    let wrong = problems(dev(&["--map-tiles", "http://a.example/{z}"], &[]));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(
        wrong[0].contains("https://") && wrong[1].contains("{x}") && wrong[2].contains("map_tiles_credit"),
        "{wrong:?}"
    );
    let alone = problems(dev(&["--map-tiles-credit", "© A"], &[]));
    assert!(alone[0].contains("without map_tiles"), "{alone:?}");
}

#[test]
fn whom_partners_may_ask_is_read_from_a_file_and_all_that_is_wrong_with_it_is_told() {
    let contacts = |text: &str| {
        let named = file(text);
        dev(&["--contacts-file", named.path().to_str().unwrap()], &[])
    };
    let named = "[[contacts]]\ndivision = \"640104\"\nname = { zh = \"区社工站\" }\nphone = \"0951-1\"\n";
    assert!(contacts(named).is_ok());
    let wrong = problems(contacts(&format!("{named}{named}[[contacts]]\nname = {{}}\nphone = \"-\"\n")));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    assert!(wrong[0].contains("contacts[1].division is named before"), "{wrong:?}");
    assert!(wrong[1].contains("contacts[2].name") && wrong[2].contains("contacts[2].phone"), "{wrong:?}");
    let misspelt = problems(contacts("[[contacts]]\nname = { zh = \"x\" }\ntelephone = \"1\"\n"));
    assert!(misspelt[0].contains("contacts_file") && misspelt[0].contains("line 3"), "{misspelt:?}");
    let nowhere = problems(dev(&["--contacts-file", "/nowhere.toml"], &[]));
    assert!(nowhere[0].contains("contacts_file /nowhere.toml cannot be read"), "{nowhere:?}");
}

#[test]
fn a_master_key_given_twice_is_refused() {
    let key_file = file(KEY);
    let told = problems(serve(&["--master-key-file", key_file.path().to_str().unwrap()], &LEAST));
    assert!(told.len() == 1 && told[0].contains("given twice"), "{told:#?}");
}

#[test]
fn development_mode_has_defaults_for_everything() {
    let config = dev(&[], &[("LANG", "zh_CN.UTF-8")]).unwrap();
    assert_eq!(config.common.listen.to_string(), "127.0.0.1:50051");
    assert_eq!(config.data_dir, PathBuf::from("wishwell-data"));
    assert_eq!(config.common.lang, Lang::Zh);
    assert_eq!(config.common.telemetry.log_format, LogFormat::Text);
    assert!(config.demo && !config.common.relaxed_durability && !config.common.admin_listen_given);
    let config = dev(&["--lang", "en", "--demo=false", "--relaxed-durability"], &[("LANG", "zh_CN.UTF-8")]).unwrap();
    assert_eq!(config.common.lang, Lang::En);
    assert!(!config.demo && config.common.relaxed_durability);
}

#[test]
fn a_server_on_this_machine_is_asked_with_the_demo_key_and_others_never_are() {
    let client = |server: &str, environment: &[(&str, &str)]| {
        let line = ["wishwell", "find", "--need", "needs/x", "--server", server];
        match Cli::try_parse_from(line).unwrap().command {
            Some(Command::Find(arguments)) => ClientConfig::load(&arguments.client, None, variables(environment)),
            other => panic!("{other:?}"),
        }
    };
    for server in ["http://127.0.0.1:50051", "http://localhost:1", "http://[::1]:50051"] {
        assert_eq!(client(server, &[]).unwrap().api_key, crate::demo::OPERATOR_KEY, "{server}");
        assert_eq!(client(server, &[("WISHWELL_API_KEY", " own\n")]).unwrap().api_key, "own", "{server}");
    }
    for server in ["http://10.0.0.1:50051", "https://example.org", "http://localhost.example.org"] {
        assert!(problems(client(server, &[])).iter().all(|told| told.contains("no API key")), "{server}");
        assert!(client(server, &[]).is_err(), "{server}");
    }
}

#[test]
fn what_is_commented_out_in_examples_is_toml_once_it_is_not() {
    let mut seen = 0;
    for path in ["deploy/wishwell.example.toml", "docs/operations.md", "docs/security.md"] {
        let text = std::fs::read_to_string(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("# ")) {
            let name = line.split(" = ").next().unwrap_or_default();
            if name.len() < line.len() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                seen += 1;
                assert!(toml::de::DeTable::parse(line).is_ok(), "{path}: {line}");
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn the_example_file_is_a_valid_configuration_once_its_keys_are_filled_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/wishwell.example.toml");
    let key_file = file(KEY);
    let text =
        std::fs::read_to_string(path).unwrap().replace("/etc/wishwell/master.key", key_file.path().to_str().unwrap());
    let config = file(&text);
    let loaded = serve(&["--config", config.path().to_str().unwrap()], &[]);
    assert_eq!(problems(loaded), Vec::<String>::new());
}

#[test]
fn pages_are_served_by_the_names_that_are_listed_and_without_tls_by_those_of_this_machine() {
    use wishwell_gateway::Hosts;
    let hosts = |flags: &[&str]| {
        let flags = [&["--http-listen", "127.0.0.1:0"], flags].concat();
        serve(&flags, &LEAST).unwrap().web.unwrap().hosts
    };
    let named = |names: &[&str], this_machine| Hosts::Named {
        names: names.iter().map(ToString::to_string).collect(),
        this_machine,
    };
    assert_eq!(hosts(&[]), Hosts::Any);
    assert_eq!(hosts(&["--http-hosts", " ,"]), Hosts::Any, "a variable that is not set names nobody");
    assert_eq!(hosts(&["--http-hosts", " Wish.example , 10.0.0.7"]), named(&["wish.example", "10.0.0.7"], false));
    assert_eq!(hosts(&["--http-secure=false"]), named(&[], true));
    assert_eq!(hosts(&["--http-secure=false", "--http-hosts=wish.example"]), named(&["wish.example"], true));
    for (more, expected) in [
        (&["--http-hosts", "https://wish.example"][..], "without https:// and without a port"),
        (&["--http-hosts", "wish.example", "--demo-principals"], "the demo keys are public"),
    ] {
        let told = problems(serve(&[&["--http-listen", "127.0.0.1:0"], more].concat(), &LEAST));
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
}

#[test]
fn people_come_back_from_signing_in_by_a_name_that_is_listed() {
    let sign_in = file(
        "public_url = \"https://wish.example\"\n[[providers]]\nid = \"a\"\nissuer = \"http://127.0.0.1:1\"\n\
         title = { zh = \"甲\", en = \"A\" }\nclient_id = \"w\"\n",
    );
    let path = sign_in.path().to_str().unwrap();
    let load = |hosts| serve(&["--http-listen", "127.0.0.1:0", "--sign-in-file", path, "--http-hosts", hosts], &LEAST);
    assert_eq!(problems(load("wish.example")), Vec::<String>::new());
    let told = problems(load("other.example"));
    assert!(told.len() == 1 && told[0].contains("does not list wish.example"), "{told:?}");
}
