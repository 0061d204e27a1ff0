//! `deploy/compose.yaml` as it stands: its steps make what its replicas read, and each replica starts by its command and environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_scenarios::Served;
use wishwell_test_support::postgres::TestDatabase;
use wishwell_test_support::redis;

const COMPOSE: &str = include_str!("../../../../deploy/compose.yaml");
/// Where containers find their secrets.
const SECRETS: &str = "/run/secrets/";

#[derive(Deserialize)]
struct Compose {
    services: BTreeMap<String, Service>,
    secrets: BTreeMap<String, Secret>,
}

#[derive(Deserialize)]
struct Service {
    image: String,
    command: Option<Vec<String>>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default)]
    secrets: Vec<String>,
}

#[derive(Deserialize)]
struct Secret {
    file: PathBuf,
}

/// The steps of the file's head that are done before `docker compose`, in the order they stand in.
fn steps() -> String {
    let steps = COMPOSE.lines().filter_map(|line| line.strip_prefix("#   ")).filter(|step| !step.contains("docker"));
    steps.collect::<Vec<_>>().join("\n")
}

/// Does them where the repository would be; tells what they show.
fn prepare(repository: &Path) -> String {
    let program = wishwell_test_support::process::binary();
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    std::fs::create_dir(repository.join("deploy")).unwrap();
    let done = Command::new("sh").args(["-euc", &steps()]).current_dir(repository).env("PATH", path).output().unwrap();
    let shown = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{shown}");
    shown
}

/// A replica, on ports that are free; its containers' addresses are put as this machine has them.
async fn start(service: &Service, compose: &Compose, repository: &Path, database: &str, bus: &str) -> Served {
    let command = service.command.as_ref().expect("a replica has a command");
    let arguments: Vec<_> = command.iter().map(|argument| listening_on_a_free_port(argument)).collect();
    let environment = service.environment.iter().map(|(name, value)| {
        let value = match value.strip_prefix(SECRETS) {
            Some(secret) => {
                assert!(service.secrets.iter().any(|given| given == secret), "{secret} is given to the replica");
                repository.join("deploy").join(&compose.secrets[secret].file).display().to_string()
            }
            None if value.starts_with("postgres://") => database.to_owned(),
            None if value.starts_with("redis://") => bus.to_owned(),
            None => value.clone(),
        };
        (name.as_str(), value)
    });
    let environment: Vec<_> = environment.collect();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Served::start_as(TempDir::new().unwrap(), &arguments, &environment).await
}

fn listening_on_a_free_port(argument: &str) -> String {
    match argument.rsplit_once(':') {
        Some((address, _)) => format!("{address}:0"),
        None => argument.to_owned(),
    }
}

#[tokio::test]
async fn the_replicas_of_the_file_start_upon_what_its_steps_make() {
    let compose: Compose = serde_saphyr::from_str(COMPOSE).expect("it is YAML, with services and secrets");
    let repository = TempDir::new().unwrap();
    let shown = prepare(repository.path());
    let key = shown.lines().find(|line| line.starts_with("wishwell_")).expect("the caller's key is shown");
    let database = TestDatabase::create().await;
    let replicas: Vec<_> = compose.services.values().filter(|service| service.image.starts_with("wishwell")).collect();
    assert_eq!(replicas.len(), 3);
    let mut started = Vec::new();
    for replica in replicas {
        started.push(start(replica, &compose, repository.path(), database.url(), &redis::url()).await);
    }
    for replica in &started {
        let mut request = tonic::Request::new(v1::ListOrganizationsRequest::default());
        request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
        let listed = CatalogServiceClient::new(replica.channel()).list_organizations(request).await;
        assert_eq!(listed.expect("the key is known").into_inner().organizations, []);
    }
}
