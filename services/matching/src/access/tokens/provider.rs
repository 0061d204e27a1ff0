//! Signatures, checked by ring: the cryptography that is in the process already, behind `jsonwebtoken`'s door for it.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result, new_error};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, signature};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

/// Verifies the four algorithms that are accepted, and can do nothing else: it neither signs nor knows a symmetric algorithm.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    verifier_factory: verifier,
    // Only for making key sets, which is for issuers.
    key_utils: KeyUtils::new_unimplemented(),
};

/// Gives the library its cryptography. Once is enough; more often does nothing.
pub(super) fn install() {
    // An error says that it was installed before, by this very function: nobody else in the process has one.
    let _ = PROVIDER.install_default();
}

enum Scheme {
    Rsa(&'static RsaParameters),
    Other(&'static dyn VerificationAlgorithm),
}

struct Verifier {
    algorithm: Algorithm,
    scheme: Scheme,
    key: DecodingKey,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let (scheme, family) = match algorithm {
        Algorithm::RS256 => (Scheme::Rsa(&RSA_PKCS1_2048_8192_SHA256), AlgorithmFamily::Rsa),
        Algorithm::PS256 => (Scheme::Rsa(&RSA_PSS_2048_8192_SHA256), AlgorithmFamily::Rsa),
        Algorithm::ES256 => (Scheme::Other(&ECDSA_P256_SHA256_FIXED), AlgorithmFamily::Ec),
        Algorithm::EdDSA => (Scheme::Other(&ED25519), AlgorithmFamily::Ed),
        _ => return Err(new_error(ErrorKind::UnsupportedAlgorithm)),
    };
    if key.family() != family {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    }
    Ok(Box::new(Verifier { algorithm: *algorithm, scheme, key: key.clone() }))
}

impl signature::Verifier<Vec<u8>> for Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let verified = match (&self.scheme, self.key.kind()) {
            (Scheme::Rsa(parameters), DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signature)
            }
            (Scheme::Other(algorithm), DecodingKeyKind::SecretOrDer(bytes)) => {
                UnparsedPublicKey::new(*algorithm, bytes).verify(message, signature)
            }
            _ => Err(ring::error::Unspecified),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Verifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
