//! A tenant of two halves that are alike: in each an organization with a pool and a resource, and a division with somebody who lives there,
//! a household, a published need and a referral. Whoever belongs to one half is a stranger to the other, and to both from another tenant.
//!
//! Callers come with tokens, so that any role of any organization and division can ask.

use std::fmt::Write as _;

use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use tonic::Status;
use wishwell_test_support::tokens::{Signer, key_set};

use crate::Served;
use crate::deployment::{self, CALLERS};
use crate::told::seconds_now;

const ISSUER: &str = "https://id.example.org";
/// Divisions of the two halves.
pub const DIVISIONS: [&str; 2] = ["640104", "640221"];
/// The text that stands in everything personal.
pub const SECRET: &str = "secret-of-a-person";
/// The one category.
pub const CATEGORY: &str = "c1";

/// What one half holds, by full names.
#[derive(Debug, Clone, Default)]
pub struct Half {
    /// `organizations/{uuid}`.
    pub organization: String,
    /// `capacityPools/{uuid}`.
    pub pool: String,
    /// `resources/{uuid}`.
    pub resource: String,
    /// `beneficiaries/{uuid}`.
    pub beneficiary: String,
    /// `households/{uuid}`.
    pub household: String,
    /// `needs/{uuid}`.
    pub need: String,
    /// `wishes/{uuid}`.
    pub wish: String,
    /// `referrals/{uuid}`.
    pub referral: String,
    /// Code of its division.
    pub division: &'static str,
}

/// The server and both halves.
pub struct Halves {
    /// The server.
    pub served: Served,
    /// The halves.
    pub halves: [Half; 2],
    signer: Signer,
}

/// A role of the first half, of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Who {
    /// `main`, or `other`.
    pub tenant: &'static str,
    /// The role's name.
    pub role: &'static str,
}

/// The method of that name, `Service/Method`.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn method(name: &str) -> MethodDescriptor {
    let (service, method) = name.split_once('/').expect("a service and a method");
    let service = wishwell_api::descriptor_pool().get_service_by_name(&format!("wishwell.v1.{service}"));
    service
        .and_then(|service| service.methods().find(|found| found.name() == method))
        .expect("a method of the contract")
}

impl Halves {
    /// Starts a server and fills it.
    ///
    /// # Panics
    /// When something cannot be put into it.
    pub async fn start() -> Self {
        Self::start_on("sqlite:wishwell.db", &[]).await
    }

    /// As [`Halves::start`], on the store of this URL and with more arguments.
    ///
    /// # Panics
    /// When something cannot be put into it.
    pub async fn start_on(database_url: &str, more: &[&str]) -> Self {
        let signer = Signer::eddsa("key");
        let folder = deployment::folder(CALLERS);
        std::fs::write(folder.path().join("keys.json"), key_set(&[signer.jwk()])).expect("written");
        let file = folder.path().join("principals.toml");
        let mut text = std::fs::read_to_string(&file).expect("callers");
        let issuer = format!(
            "[[token_issuers]]\nissuer = \"{ISSUER}\"\naudiences = [\"wishwell\"]\nalgorithms = [\"EdDSA\"]\n\
             tenants = [\"main\", \"other\"]\njwks_file = \"keys.json\"\n"
        );
        text.write_str(&issuer).expect("a String takes everything");
        std::fs::write(file, text).expect("written");
        let served = deployment::serve(folder, database_url, more).await;
        let mut world = Self { served, halves: Default::default(), signer };
        let division =
            |code: &str, parent: &str| json!({"code": code, "edition": 2020, "parent": parent, "title": {"zh": code}});
        let tree = [("64", ""), ("6401", "64"), ("640104", "6401"), ("6402", "64"), ("640221", "6402")];
        for tenant in ["main", "other"] {
            let operator = Who { tenant, role: "operator" };
            let divisions: Vec<_> = tree.iter().map(|(code, parent)| division(code, parent)).collect();
            world.must(operator, "CatalogService/BatchUpsertDivisions", json!({"divisions": divisions})).await;
            let categories = json!({"categories": [{"code": CATEGORY, "title": {"zh": "书桌"}}]});
            world.must(operator, "CatalogService/BatchUpsertCategories", categories).await;
        }
        for (index, division) in DIVISIONS.into_iter().enumerate() {
            world.halves[index] = world.fill(division).await;
        }
        world
    }

    async fn fill(&self, division: &'static str) -> Half {
        let (operator, hotline) =
            (Who { tenant: "main", role: "operator" }, Who { tenant: "main", role: "internal_service" });
        let organization =
            json!({"title": {"zh": division}, "kind": "ORGANIZATION_KIND_SOCIAL_WORK_AGENCY", "division": division});
        let organization =
            self.made(operator, "CatalogService/CreateOrganization", json!({"organization": organization})).await;
        self.must(operator, "CatalogService/VerifyOrganization", json!({"name": organization})).await;
        let pool = pool(&organization);
        let pool = self.made(operator, "CatalogService/CreateCapacityPool", json!({"capacityPool": pool})).await;
        let resource = resource(&organization, &pool);
        let resource = self.made(operator, "CatalogService/CreateResource", json!({"resource": resource})).await;
        let beneficiary = json!({"beneficiary": beneficiary(division)});
        let beneficiary = self.made(hotline, "NeedService/CreateBeneficiary", beneficiary).await;
        let household = json!({"household": {"members": [beneficiary], "residenceDivision": division}});
        let household = self.made(hotline, "NeedService/CreateHousehold", household).await;
        let need = json!({"need": need(division, &beneficiary)});
        let need = self.made(hotline, "NeedService/SubmitNeed", need).await;
        let offer = json!({"offer": {"need": need, "itemOrdinal": 1, "resource": resource, "quantity": "1"}});
        let answer = self.must(hotline, "ReferralService/CreateReferral", offer).await;
        let referral = answer["referral"]["name"].as_str().expect("a name").to_owned();
        // Which wish is whose, no list tells: it is the one that was not there before.
        let listed = self.must(hotline, "ReferralService/ListWishes", json!({})).await;
        let mut wishes = listed["items"].as_array().expect("items").iter().filter_map(|item| item["wish"].as_str());
        let known = |wish: &&str| self.halves.iter().any(|half| half.wish == **wish);
        let wish = wishes.find(|wish| !known(wish)).expect("a new one").to_owned();
        Half { organization, pool, resource, beneficiary, household, need, wish, referral, division }
    }

    /// The token of a role: that of the first half, where it belongs to one.
    #[must_use]
    pub fn token(&self, who: Who) -> String {
        let now = seconds_now();
        let mut claims = json!({
            "iss": ISSUER, "aud": "wishwell", "sub": format!("{}-{}", who.tenant, who.role),
            "iat": now - 10, "exp": now + 3_600,
            "wishwell_tenant": who.tenant, "wishwell_role": who.role,
        });
        match who.role {
            "partner" => claims["wishwell_organization"] = json!(self.halves[0].organization),
            "case_worker" => claims["wishwell_divisions"] = json!([DIVISIONS[0]]),
            _ => {}
        }
        self.signer.token(&claims)
    }

    /// Calls a method with a message in JSON.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the JSON is not the method's message.
    pub async fn call(&self, who: Who, name: &str, message: Value) -> Result<DynamicMessage, Status> {
        let answer = self.call_for_bytes(who, name, &message).await?;
        Ok(DynamicMessage::decode(method(name).output(), answer.as_slice()).expect("the method's answer"))
    }

    /// As [`Halves::call`], with the answer as it came.
    ///
    /// # Errors
    /// The refusal.
    ///
    /// # Panics
    /// When the JSON is not the method's message.
    pub async fn call_for_bytes(&self, who: Who, name: &str, message: &Value) -> Result<Vec<u8>, Status> {
        let text = message.to_string();
        let message = DynamicMessage::deserialize(method(name).input(), &mut serde_json::Deserializer::from_str(&text));
        let message = message.unwrap_or_else(|error| panic!("{name} {text}: {error}"));
        let path = format!("/wishwell.v1.{name}");
        self.served.call_raw(&path, &self.token(who), message.encode_to_vec()).await
    }

    /// As [`Halves::call`], where the answer, in JSON, must come.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn must(&self, who: Who, name: &str, message: Value) -> Value {
        let answer = self.call(who, name, message).await;
        let answer = answer.unwrap_or_else(|status| panic!("{name} by {who:?}: {status:?}"));
        serde_json::to_value(answer).expect("JSON")
    }

    /// The name of the one entity in the answer.
    ///
    /// # Panics
    /// When it is refused, or there is none.
    pub async fn made(&self, who: Who, name: &str, message: Value) -> String {
        let answer = self.must(who, name, message).await;
        let entities = answer.as_object().expect("a message").values();
        entities.filter_map(|entity| entity["name"].as_str()).next().expect("an entity with a name").to_owned()
    }
}

/// A pool of an organization.
#[must_use]
pub fn pool(organization: &str) -> Value {
    json!({"organization": organization, "title": "desks", "kind": "CAPACITY_KIND_STOCK", "unit": "piece", "total": "1000"})
}

/// A resource that draws on a pool.
#[must_use]
pub fn resource(organization: &str, pool: &str) -> Value {
    json!({
        "organization": organization, "title": {"zh": "书桌"}, "content": "desks", "responsibleParty": "the centre",
        "serviceStandard": "within a week", "categories": [CATEGORY], "areas": [{"everywhere": {}}],
        "modes": ["DELIVERY_MODE_DELIVERY"], "draws": [{"pool": pool, "quantityPerUnit": "1"}],
    })
}

/// Somebody who lives in a division.
#[must_use]
pub fn beneficiary(division: &str) -> Value {
    let consent = |purpose: &str| json!({"purpose": purpose, "giveTime": "2026-01-01T00:00:00Z", "givenBy": SECRET});
    json!({
        "personal": {"name": SECRET, "phone": "000-1", "address": SECRET}, "residenceDivision": division,
        "consents": [consent("CONSENT_PURPOSE_MATCHING"), consent("CONSENT_PURPOSE_CONTACT_SHARING")],
    })
}

/// A published need of five desks.
#[must_use]
pub fn need(division: &str, beneficiary: &str) -> Value {
    json!({
        "items": [{"category": CATEGORY, "quantity": {"value": "5", "unit": "piece"}, "splittable": true}],
        "urgency": "URGENCY_NORMAL", "channel": "CHANNEL_HOTLINE", "mobility": {"delivery": true}, "division": division,
        "beneficiary": beneficiary, "description": SECRET, "place": {"latitude": 38.4, "longitude": 106.2, "datum": "DATUM_WGS84"},
        "wish": {"title": "a desk", "consentTime": "2026-01-01T00:00:00Z", "consentGivenBy": SECRET},
    })
}
