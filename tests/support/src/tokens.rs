//! An issuer of tokens as tests need it: it signs whatever it is told to, right or wrong.

use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
    RsaEncoding,
};
use ring::{digest, hmac};
use serde_json::{Value, json};

/// An RSA key of 2,048 bits for tests alone: making one takes longer than most tests.
const RSA_KEY: &[u8] = include_bytes!("../keys/rsa_2048.pk8");

/// A signing key.
pub struct Signer {
    kid: String,
    algorithm: &'static str,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    /// The RSA key for tests, signing by RS256. It is always the same.
    ///
    /// # Panics
    /// When the committed key is damaged.
    #[must_use]
    pub fn rs256(kid: &str) -> Self {
        Self::rsa(kid, "RS256")
    }

    /// The RSA key for tests, signing by PS256. It is always the same.
    ///
    /// # Panics
    /// When the committed key is damaged.
    #[must_use]
    pub fn ps256(kid: &str) -> Self {
        Self::rsa(kid, "PS256")
    }

    fn rsa(kid: &str, algorithm: &'static str) -> Self {
        let key = RsaKeyPair::from_pkcs8(RSA_KEY).expect("the key for tests");
        Self { kid: kid.to_owned(), algorithm, key: Key::Rsa(key) }
    }

    /// A new P-256 key.
    ///
    /// # Panics
    /// When the system gives no randomness.
    #[must_use]
    pub fn es256(kid: &str) -> Self {
        let (scheme, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(scheme, &random).expect("randomness");
        let key = EcdsaKeyPair::from_pkcs8(scheme, pkcs8.as_ref(), &random).expect("a key");
        Self { kid: kid.to_owned(), algorithm: "ES256", key: Key::Ec(key) }
    }

    /// A new Ed25519 key.
    ///
    /// # Panics
    /// When the system gives no randomness.
    #[must_use]
    pub fn eddsa(kid: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("randomness");
        let key = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
        Self { kid: kid.to_owned(), algorithm: "EdDSA", key: Key::Ed(key) }
    }

    /// The public key as a JSON Web Key.
    #[must_use]
    pub fn jwk(&self) -> Value {
        match &self.key {
            Key::Rsa(key) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "kid": self.kid, "use": "sig", "n": base64url(&public.n), "e": base64url(&public.e)})
            }
            Key::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "x": base64url(x), "y": base64url(y)})
            }
            Key::Ed(key) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": base64url(key.public_key().as_ref())})
            }
        }
    }

    /// The header that its tokens have.
    #[must_use]
    pub fn header(&self) -> Value {
        json!({"alg": self.algorithm, "kid": self.kid, "typ": "JWT"})
    }

    /// A token with its own header.
    #[must_use]
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A token with any header, signed by this key.
    ///
    /// # Panics
    /// When the system gives no randomness.
    #[must_use]
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let (bytes, random) = (message.as_bytes(), SystemRandom::new());
        let signature = match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let scheme: &dyn RsaEncoding =
                    if self.algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                key.sign(scheme, &random, bytes, &mut signature).expect("signed");
                signature
            }
            Key::Ec(key) => key.sign(&random, bytes).expect("signed").as_ref().to_vec(),
            Key::Ed(key) => key.sign(bytes).as_ref().to_vec(),
        };
        format!("{message}.{}", base64url(&signature))
    }
}

/// A key set of these keys.
#[must_use]
pub fn key_set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A token whose authentication code is made with a secret.
#[must_use]
pub fn hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let code = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", base64url(code.as_ref()))
}

/// What is signed of a token.
#[must_use]
pub fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()))
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    digest
}

/// Bytes as tokens write them (RFC 4648, 5), without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_in_rfc_4648() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }
}
