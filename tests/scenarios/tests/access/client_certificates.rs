//! Certificates of callers: whoever shows one of the configured names is that principal, and says so before anything else is asked.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rcgen::string::Ia5String;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose, SanType};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Code, Request, Status};
use wishwell_api::v1;
use wishwell_api::v1::catalog_service_client::CatalogServiceClient;
use wishwell_scenarios::deployment::{self, HOTLINE};
use wishwell_scenarios::told::reason;
use wishwell_test_support::ports::free_address;
use wishwell_test_support::process::Wishwell;

const PATIENCE: Duration = Duration::from_secs(60);
/// Who may create organizations, known by a certificate alone.
const IMPORTER: &str = "spiffe://example.org/importer";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

/// Certificate and key for some names: URIs where there is a scheme, DNS names and addresses otherwise.
fn certificate(authority: &Authority, names: &[&str]) -> (String, String) {
    let (uris, hosts): (Vec<String>, Vec<String>) =
        names.iter().map(ToString::to_string).partition(|name| name.contains("://"));
    let mut params = CertificateParams::new(hosts).expect("names");
    let uris = uris.into_iter().map(|uri| SanType::URI(Ia5String::try_from(uri).expect("ASCII")));
    params.subject_alt_names.extend(uris);
    let key = KeyPair::generate().expect("a key");
    (params.signed_by(&key, authority).expect("signed").pem(), key.serialize_pem())
}

struct Secured {
    process: Wishwell,
    address: SocketAddr,
    authority: String,
    callers: Authority,
}

impl Secured {
    async fn start(required: bool) -> Self {
        let folder = deployment::folder(deployment::CALLERS);
        let (servers, callers) = (authority(), authority());
        let (pem, key) = certificate(&servers, &["127.0.0.1"]);
        let file = folder.path().join("principals.toml");
        let principals = std::fs::read_to_string(&file).expect("callers");
        let table = format!(
            "{principals}[[principals]]\ntenant = \"main\"\nname = \"importer\"\nrole = \"operator\"\n\
             certificate_names = [\"{IMPORTER}\", \"importer.example.org\"]\n"
        );
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("principals.toml", &table);
        write("server.pem", &pem);
        write("server.key", &key);
        write("callers.pem", &callers.pem());
        let (address, authority) = (free_address(), servers.pem());
        let (listen, required) = (address.to_string(), format!("--tls-client-required={required}"));
        let arguments = ["serve", "--master-key-file", "master.key", "--principals-file", "principals.toml"];
        let tls = ["--tls-cert", "server.pem", "--tls-key", "server.key", "--tls-client-ca", "callers.pem", &required];
        let places = ["--admin-listen", "off", "--listen", &listen];
        let arguments = arguments.into_iter().chain(tls).chain(places);
        let environment = [("WISHWELL_DATABASE_URL", "sqlite:wishwell.db")];
        let process = Wishwell::spawn_in(folder, arguments.collect::<Vec<_>>(), &environment);
        let secured = Self { process, address, authority, callers };
        let known = certificate(&secured.callers, &[IMPORTER]);
        let started = Instant::now();
        while secured.list(Some(&known), None).await.is_err() {
            assert!(started.elapsed() < PATIENCE, "it does not serve:\n{}", secured.process.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        secured
    }

    async fn connect(&self, shown: Option<&(String, String)>) -> Result<Channel, Status> {
        let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&self.authority));
        if let Some((certificate, key)) = shown {
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        let endpoint = Endpoint::from_shared(format!("https://{}", self.address)).expect("a URI");
        let endpoint = endpoint.tls_config(tls).expect("a configuration").connect_timeout(Duration::from_secs(5));
        endpoint.connect().await.map_err(|error| Status::unavailable(format!("{error:?}")))
    }

    /// Lists categories, which all members may.
    async fn list(&self, shown: Option<&(String, String)>, key: Option<&str>) -> Result<(), Status> {
        let mut catalog = CatalogServiceClient::new(self.connect(shown).await?);
        catalog.list_categories(with_key(v1::ListCategoriesRequest::default(), key)).await.map(|_| ())
    }

    /// Creates categories, which operators may; an empty batch is refused by its rules, but only where the role is let in.
    async fn operate(&self, shown: Option<&(String, String)>, key: Option<&str>) -> Code {
        let mut catalog = CatalogServiceClient::new(self.connect(shown).await.expect("connected"));
        let request = with_key(v1::BatchUpsertCategoriesRequest::default(), key);
        catalog.batch_upsert_categories(request).await.map_or_else(|status| status.code(), |_| Code::Ok)
    }
}

fn with_key<T>(message: T, key: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(key) = key {
        request.metadata_mut().insert("authorization", format!("Bearer {key}").parse().expect("ASCII"));
    }
    request
}

#[tokio::test]
async fn a_certificate_is_its_principal_unless_a_key_is_shown_and_other_certificates_are_nobody() {
    let secured = Secured::start(false).await;
    let by_uri = certificate(&secured.callers, &[IMPORTER]);
    let by_host = certificate(&secured.callers, &["IMPORTER.example.org", "spiffe://example.org/other"]);
    for known in [&by_uri, &by_host] {
        secured.list(Some(known), None).await.expect("known by its certificate");
        assert_eq!(secured.operate(Some(known), None).await, Code::InvalidArgument, "an operator");
        // A gateway has one connection for everybody: the key says who calls.
        assert_eq!(secured.operate(Some(known), Some(HOTLINE)).await, Code::PermissionDenied, "the hotline's key");
        let status = secured.list(Some(known), Some("nobodys-key")).await.expect_err("no key of anybody");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
    }
    let strange = ["spiffe://example.org/Importer", "spiffe://example.org/importer/", "importer.example.com"];
    for names in strange.iter().map(std::slice::from_ref).chain([&[][..]]) {
        let unknown = certificate(&secured.callers, names);
        let status = secured.list(Some(&unknown), None).await.expect_err("of nobody that is configured");
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"), "{names:?}");
        secured.list(Some(&unknown), Some(HOTLINE)).await.expect("its key is good");
    }
    let status = secured.list(None, None).await.expect_err("nothing shown");
    assert_eq!(status.code(), Code::Unauthenticated);
    secured.list(None, Some(HOTLINE)).await.expect("a key is enough");
    // An authority that is not believed vouches for nobody, whatever the name.
    let forged = certificate(&authority(), &[IMPORTER]);
    let status = secured.list(Some(&forged), Some(HOTLINE)).await.expect_err("not even with a key");
    assert_ne!(status.code(), Code::Unauthenticated, "the handshake fails: {status:?}");
}

#[tokio::test]
async fn where_certificates_are_required_nobody_is_served_without_one() {
    let secured = Secured::start(true).await;
    let status = secured.list(None, Some(HOTLINE)).await.expect_err("a key alone is not enough");
    assert_ne!(status.code(), Code::Unauthenticated, "the handshake fails: {status:?}");
    let unknown = certificate(&secured.callers, &["desk.example.org"]);
    secured.list(Some(&unknown), Some(HOTLINE)).await.expect("a certificate and a key");
    let status = secured.list(Some(&unknown), None).await.expect_err("a certificate of nobody");
    assert_eq!(status.code(), Code::Unauthenticated);
}
