//! From the claims of a verified token to a principal.

use serde::Deserialize;
use serde::de::{self, Deserializer, IntoDeserializer as _};
use serde_json::{Map, Value};

use wishwell_domain::error::Violations;
use wishwell_domain::principal::{Principal, Role};

use super::Refusal;
use super::entry::Rules;
use crate::access::credentials::{CredentialEntry, read_principal};

/// Divisions that a token may name.
pub const DIVISIONS_PER_TOKEN_MAX: usize = 64;
/// Longest name of a principal from a token, in characters.
pub const TOKEN_NAME_CHARS_MAX: usize = 128;

/// What a token says (RFC 7519). `aud` is checked by the library and stays among the others.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    sub: String,
    exp: NumericDate,
    nbf: Option<NumericDate>,
    iat: Option<NumericDate>,
    jti: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Seconds since 1970, whole or not; what is beyond a second is cut off.
#[derive(Debug, Clone, Copy)]
struct NumericDate(i64);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Within it sums with leeways cannot overflow, and a double is exact.
        const SECONDS_MAX: f64 = 9_007_199_254_740_992.0;
        let seconds = f64::deserialize(deserializer)?;
        if (0.0..SECONDS_MAX).contains(&seconds) {
            Ok(Self(seconds as i64))
        } else {
            Err(de::Error::custom("no instant"))
        }
    }
}

impl Claims {
    /// Holds the token to its times, and answers until when it holds, leeway included.
    pub(super) fn holds_until(&self, rules: &Rules, now: i64) -> Result<i64, Refusal> {
        let until = self.exp.0 + rules.leeway;
        if now >= until {
            return Err(Refusal::Expired);
        }
        let future = |date: Option<NumericDate>| date.is_some_and(|date| date.0 > now + rules.leeway);
        if future(self.nbf) {
            return Err(Refusal::Invalid("it does not hold yet"));
        }
        if future(self.iat) {
            return Err(Refusal::Invalid("it was made in the future"));
        }
        // A token that does not say since when it holds has all of its time before it.
        let since = self.iat.map_or(now, |iat| iat.0);
        if self.exp.0 - since > rules.lifetime_max {
            return Err(Refusal::Invalid("it holds for too long"));
        }
        Ok(until)
    }

    /// Whether the operator has taken it back.
    pub(super) fn is_denied(&self, rules: &Rules) -> bool {
        rules.denied.denies(self.jti.as_deref(), &self.sub, self.iat.map(|iat| iat.0))
    }

    /// The principal that these claims name: as complete as one of the configuration, or refused.
    pub(super) fn principal(&self, rules: &Rules) -> Result<Principal, Refusal> {
        let names = &rules.claims;
        let name = if names.name == "sub" { Some(self.sub.as_str()) } else { self.text(&names.name)? };
        let name = name.ok_or(Refusal::Invalid("it names nobody"))?;
        let name = format!("{}{name}", rules.name_prefix);
        let speakable =
            |name: &str| name.chars().count() <= TOKEN_NAME_CHARS_MAX && !name.chars().any(char::is_control);
        if self.sub.trim().is_empty() || !speakable(&name) {
            return Err(Refusal::Invalid("its name cannot be used"));
        }
        let tenant = match (self.text(&names.tenant)?, rules.tenants.as_slice()) {
            (Some(named), tenants) => tenants.iter().find(|tenant| tenant.as_str() == named),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let tenant = tenant.ok_or(Refusal::Invalid("its tenant is not one of its issuer's"))?;
        let role = self.role(&names.role)?;
        let entry = CredentialEntry {
            tenant: tenant.as_str().to_owned(),
            name,
            role,
            organization: self.text(&names.organization)?.map(ToOwned::to_owned),
            divisions: self.divisions(&names.divisions)?,
            key_sha256: Vec::new(),
            certificate_names: Vec::new(),
        };
        let mut violations = Violations::new();
        let principal = read_principal("token", &entry, &mut violations);
        principal.filter(|_| violations.is_empty()).ok_or(Refusal::Invalid("its organization or divisions do not fit"))
    }

    fn text(&self, claim: &str) -> Result<Option<&str>, Refusal> {
        match self.others.get(claim) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::Invalid("a claim that must be a text is none")),
        }
    }

    /// The role: a text, or a list of one, as some issuers write what may be several.
    fn role(&self, claim: &str) -> Result<Role, Refusal> {
        let text = match self.others.get(claim) {
            Some(Value::Array(list)) => match list.as_slice() {
                [Value::String(text)] => Some(text),
                _ => None,
            },
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let text = text.ok_or(Refusal::Invalid("it names no role, or several"))?;
        let role: Result<Role, de::value::Error> = Role::deserialize(text.as_str().into_deserializer());
        role.map_err(|_| Refusal::Invalid("its role is not known"))
    }

    fn divisions(&self, claim: &str) -> Result<Vec<String>, Refusal> {
        let divisions: Option<Vec<String>> = match self.others.get(claim) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(Value::String(text)) => Some(text.split_ascii_whitespace().map(ToOwned::to_owned).collect()),
            Some(Value::Array(list)) => list.iter().map(|code| code.as_str().map(ToOwned::to_owned)).collect(),
            Some(_) => None,
        };
        divisions
            .filter(|divisions| divisions.len() <= DIVISIONS_PER_TOKEN_MAX)
            .ok_or(Refusal::Invalid("its divisions are no list of codes, or too many"))
    }
}
