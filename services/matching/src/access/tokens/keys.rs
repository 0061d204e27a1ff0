//! The keys of an issuer, from a JSON Web Key Set (RFC 7517).

use std::collections::HashMap;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize as _;
use serde_json::Value;

/// Largest key set, in bytes.
pub const JWKS_BYTES_MAX: usize = 256 * 1024;
/// Keys of one issuer.
pub const KEYS_PER_ISSUER_MAX: usize = 64;
/// Longest key identifier, in bytes.
pub(super) const KID_BYTES_MAX: usize = 256;
/// Members of a key that nobody but its issuer may hold (RFC 7518, 6.2.2 and 6.3.2).
const PRIVATE_MEMBERS: [&str; 4] = ["d", "p", "q", "oth"];
/// Bytes of an RSA modulus, 2,048 to 8,192 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1_024;
/// Bytes of a coordinate on P-256, and of an Ed25519 key.
const COORDINATE_BYTES: usize = 32;

/// A key, and what it may verify.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The algorithms that fit its type, or the one that the set names for it.
    algorithms: Vec<Algorithm>,
    /// The key itself.
    pub(super) decoding: DecodingKey,
}

impl Key {
    /// Whether the key is for this algorithm.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }
}

/// The keys of an issuer by their identifiers.
#[derive(Debug, Clone, Default)]
pub(super) struct KeySet {
    by_kid: HashMap<String, Key>,
}

impl KeySet {
    /// Reads a set. Keys that are for something else (encryption, other algorithms, symmetric ones, keys without a `kid`) are passed over.
    ///
    /// # Errors
    /// Why the set cannot be used as a whole, in words; nothing of a key is in them.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        if json.len() > JWKS_BYTES_MAX {
            return Err(format!("has {} bytes; at most {JWKS_BYTES_MAX} are read", json.len()));
        }
        let set: Value = serde_json::from_slice(json).map_err(|error| format!("is not JSON: {error}"))?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or("holds no list `keys`")?;
        if keys.len() > KEYS_PER_ISSUER_MAX {
            return Err(format!("holds {} keys; at most {KEYS_PER_ISSUER_MAX} are read", keys.len()));
        }
        let mut by_kid = HashMap::new();
        for key in keys {
            if PRIVATE_MEMBERS.iter().any(|member| key.get(member).is_some()) {
                return Err("holds a private key, which belongs to its issuer alone".to_owned());
            }
            let Some((kid, key)) = read_key(key) else { continue };
            if by_kid.insert(kid, key).is_some() {
                return Err("holds two keys with the same `kid`".to_owned());
            }
        }
        if by_kid.is_empty() {
            return Err(
                "holds no key that can be used: RSA of 2,048 bits or more, P-256 or Ed25519, with a `kid`".to_owned()
            );
        }
        Ok(Self { by_kid })
    }

    /// The key of that identifier.
    pub(super) fn get(&self, kid: &str) -> Option<&Key> {
        self.by_kid.get(kid)
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.by_kid.len()
    }
}

fn read_key(value: &Value) -> Option<(String, Key)> {
    let jwk = Jwk::deserialize(value).ok()?;
    let common = &jwk.common;
    let kid = common.key_id.clone().filter(|kid| !kid.is_empty() && kid.len() <= KID_BYTES_MAX)?;
    if common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
        return None;
    }
    if common.key_operations.as_ref().is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(&jwk).ok()?;
    let fitting = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) if modulus_bytes(&decoding).is_some_and(|n| MODULUS_BYTES.contains(&n)) => {
            vec![Algorithm::RS256, Algorithm::PS256]
        }
        AlgorithmParameters::EllipticCurve(parameters)
            if parameters.curve == EllipticCurve::P256 && has_bytes(&decoding, 1 + 2 * COORDINATE_BYTES) =>
        {
            vec![Algorithm::ES256]
        }
        AlgorithmParameters::OctetKeyPair(parameters)
            if parameters.curve == EllipticCurve::Ed25519 && has_bytes(&decoding, COORDINATE_BYTES) =>
        {
            vec![Algorithm::EdDSA]
        }
        _ => return None,
    };
    let algorithms = match common.key_algorithm {
        None => fitting,
        Some(named) => fitting.into_iter().filter(|algorithm| named == (*algorithm).into()).collect(),
    };
    (!algorithms.is_empty()).then_some((kid, Key { algorithms, decoding }))
}

fn modulus_bytes(key: &DecodingKey) -> Option<usize> {
    match key.kind() {
        jsonwebtoken::DecodingKeyKind::RsaModulusExponent { n, .. } => {
            Some(n.iter().skip_while(|byte| **byte == 0).count())
        }
        jsonwebtoken::DecodingKeyKind::SecretOrDer(_) => None,
    }
}

fn has_bytes(key: &DecodingKey, bytes: usize) -> bool {
    key.try_get_as_bytes().is_ok_and(|key| key.len() == bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 32 bytes, and 256, as base64url; what they say does not matter here.
    fn bytes(count: usize) -> String {
        let digits = (count * 4).div_ceil(3);
        let mut text = "q".repeat(digits);
        // The bits beyond the last byte are zero.
        text.pop();
        text.push('g');
        if count % 3 == 2 {
            text.pop();
            text.push('s');
        }
        text
    }

    fn ed(kid: &str) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": bytes(32)})
    }

    fn read(keys: &[Value]) -> Result<KeySet, String> {
        KeySet::read(json!({ "keys": keys }).to_string().as_bytes())
    }

    #[test]
    fn each_type_of_key_is_for_its_own_algorithms() {
        let set = read(&[
            json!({"kty": "RSA", "kid": "rsa", "n": bytes(256), "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "pss", "alg": "PS256", "use": "sig", "n": bytes(256), "e": "AQAB"}),
            json!({"kty": "EC", "crv": "P-256", "kid": "ec", "key_ops": ["verify"], "x": bytes(32), "y": bytes(32)}),
            ed("ed"),
        ])
        .unwrap();
        let all = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA, Algorithm::HS256];
        let of = |kid: &str| all.map(|algorithm| set.get(kid).unwrap().fits(algorithm));
        assert_eq!(of("rsa"), [true, true, false, false, false]);
        assert_eq!(of("pss"), [false, true, false, false, false]);
        assert_eq!(of("ec"), [false, false, true, false, false]);
        assert_eq!(of("ed"), [false, false, false, true, false]);
    }

    #[test]
    fn keys_that_are_for_something_else_are_passed_over() {
        let others = [
            json!({"kty": "oct", "kid": "symmetric", "k": bytes(32)}),
            json!({"kty": "RSA", "kid": "short", "n": bytes(128), "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "encrypts", "use": "enc", "n": bytes(256), "e": "AQAB"}),
            json!({"kty": "RSA", "kid": "other", "alg": "RS512", "n": bytes(256), "e": "AQAB"}),
            json!({"kty": "EC", "crv": "P-384", "kid": "p384", "x": bytes(48), "y": bytes(48)}),
            json!({"kty": "EC", "crv": "P-256", "kid": "short point", "x": bytes(31), "y": bytes(32)}),
            json!({"kty": "OKP", "crv": "Ed448", "kid": "ed448", "x": bytes(57)}),
            json!({"kty": "OKP", "crv": "Ed25519", "kid": "signs", "key_ops": ["sign"], "x": bytes(32)}),
            json!({"kty": "OKP", "crv": "Ed25519", "x": bytes(32)}),
            json!({"kty": "of tomorrow", "kid": "new"}),
            json!(7),
        ];
        assert!(read(&others).unwrap_err().contains("no key that can be used"));
        let set = read(&[&others[..], &[ed("ed")]].concat()).unwrap();
        assert_eq!(set.len(), 1);
    }

    #[test]
    fn a_set_that_cannot_be_right_is_refused_as_a_whole() {
        let private = json!({"kty": "OKP", "crv": "Ed25519", "kid": "leaked", "x": bytes(32), "d": bytes(32)});
        assert!(read(&[ed("one"), private]).unwrap_err().contains("private key"));
        assert!(read(&[ed("one"), ed("one")]).unwrap_err().contains("same `kid`"));
        let many: Vec<_> = (0..=KEYS_PER_ISSUER_MAX).map(|n| ed(&n.to_string())).collect();
        assert!(read(&many).unwrap_err().contains("at most 64"));
        assert!(KeySet::read(b"{}").unwrap_err().contains("no list"));
        assert!(KeySet::read(b"<html>").unwrap_err().contains("not JSON"));
        assert!(KeySet::read(&vec![b' '; JWKS_BYTES_MAX + 1]).unwrap_err().contains("at most"));
    }
}
