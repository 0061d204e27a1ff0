//! That a certificate ends is seen before callers see it: in the figures, in the log, and by `wishwell doctor`.

use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair};
use wishwell_scenarios::told::seconds_now;
use wishwell_scenarios::{admin, deployment};
use wishwell_test_support::ports::free_address;
use wishwell_test_support::process::{self, Wishwell};

const PATIENCE: Duration = Duration::from_secs(60);
const DAY: i64 = 24 * 60 * 60;
const TLS: [&str; 6] = ["--tls-cert", "server.pem", "--tls-key", "server.key", "--tls-client-ca", "callers.pem"];
const DEPLOYMENT: [&str; 4] = ["--master-key-file", "master.key", "--principals-file", "principals.toml"];

/// Writes a certificate that ends then, in seconds since 1970, and its key.
fn write(folder: &Path, name: &str, ends: i64) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let since = Duration::from_secs(u64::try_from(ends).expect("after 1970"));
    params.not_after = rcgen::date_time_ymd(1970, 1, 1) + since;
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("signed");
    std::fs::write(folder.join(format!("{name}.pem")), certificate.pem()).expect("written");
    std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).expect("written");
}

/// What `doctor` says of certificates, and whether all is well.
fn doctor(folder: &Path, lang: &str) -> (bool, Vec<String>) {
    let mut command = process::command();
    command.env_clear().env("WISHWELL_DATABASE_URL", "sqlite:wishwell.db").current_dir(folder);
    let listen = free_address().to_string();
    let places = ["--admin-listen", "off", "--listen", &listen, "--lang", lang];
    let output = command.arg("doctor").args(DEPLOYMENT).args(TLS).args(places).output().expect("the binary starts");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    let of_certificates = said.lines().filter(|line| line.contains("tls_c")).map(str::to_owned);
    (output.status.success(), of_certificates.collect())
}

#[tokio::test]
async fn what_ends_soon_is_in_figures_log_and_doctor() {
    let folder = deployment::folder(deployment::CALLERS);
    let now = seconds_now();
    let (soon, later) = (now + 10 * DAY, now + 100 * DAY);
    write(folder.path(), "server", soon);
    write(folder.path(), "callers", later);
    let (listen, admin) = (free_address(), free_address());
    let places = ["--listen".to_owned(), listen.to_string(), "--admin-listen".to_owned(), admin.to_string()];
    let arguments = ["serve"].into_iter().chain(DEPLOYMENT).chain(TLS).map(str::to_owned).chain(places);
    let environment = [("WISHWELL_DATABASE_URL", "sqlite:wishwell.db")];
    let serving = Wishwell::spawn_in(folder, arguments.collect::<Vec<_>>(), &environment);
    let started = std::time::Instant::now();
    while !serving.output().contains("\"serving\"") {
        assert!(started.elapsed() < PATIENCE, "it does not serve:\n{}", serving.output());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (_, figures) = admin::get(admin, "/metrics").await;
    for (setting, ends) in [("tls_cert", soon), ("tls_client_ca", later)] {
        let name = "wishwell_certificate_expiration_timestamp_seconds{";
        let figure = admin::figure(&figures, &[name, &format!("setting=\"{setting}\"")]);
        assert_eq!(figure as i64, ends, "{setting}");
    }
    let said = serving.output();
    let warned: Vec<&str> = said.lines().filter(|line| line.contains("a certificate ends soon")).collect();
    assert!(matches!(warned[..], [line] if line.contains("tls_cert") && line.contains("WARN")), "{said}");

    let (well, told) = doctor(serving.folder(), "en");
    assert!(well, "{told:?}");
    assert!(told[0].starts_with("warn  certificates   tls_cert ends at "), "{told:?}");
    assert!(told[1].starts_with("ok    certificates   tls_client_ca ends at "), "{told:?}");
}

#[test]
fn doctor_fails_once_the_servers_certificate_has_ended_and_not_for_an_authority_that_has() {
    let folder = deployment::folder(deployment::CALLERS);
    let now = seconds_now();
    write(folder.path(), "server", now + 100 * DAY);
    write(folder.path(), "callers", now - DAY);
    let (well, told) = doctor(folder.path(), "en");
    assert!(well, "{told:?}");
    assert!(told[1].starts_with("warn  certificates   tls_client_ca has ended at "), "{told:?}");
    write(folder.path(), "server", now - DAY);
    let (well, told) = doctor(folder.path(), "zh");
    assert!(!well && told[0].starts_with("失败  证书           tls_cert 已于 "), "{told:?}");
}
