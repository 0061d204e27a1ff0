//! Sealing: encrypted and authenticated with AES-256-GCM (NIST SP 800-38D), a random nonce in front, in URL-safe characters.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// Seals sessions: 256 random bits, a secret.
#[derive(Clone)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// A key from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A key of its own for this process: its sessions end with it. None when the system gives no random numbers.
    #[must_use]
    pub fn random() -> Option<Self> {
        let mut bytes = [0; 32];
        SystemRandom::new().fill(&mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey")
    }
}

/// Seals and opens.
#[derive(Debug)]
pub(super) struct Sealer {
    key: Option<LessSafeKey>,
    random: SystemRandom,
}

impl Sealer {
    pub(super) fn new(key: &SessionKey) -> Self {
        // 32 bytes are a key of this algorithm; ring has no infallible way to say so.
        let key = UnboundKey::new(&AES_256_GCM, &key.0).ok().map(LessSafeKey::new);
        Self { key, random: SystemRandom::new() }
    }

    /// Seals for a purpose: it cannot be taken for anything else that the same key seals. None when the system gives no random numbers.
    pub(super) fn seal(&self, purpose: &str, content: &[u8]) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).ok()?;
        let mut sealed = content.to_vec();
        let key = self.key.as_ref()?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .ok()?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(whole))
    }

    /// None for anything that this key did not seal for this purpose.
    pub(super) fn open(&self, purpose: &str, text: &str) -> Option<Vec<u8>> {
        let whole = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = whole.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let key = self.key.as_ref()?;
        let opened =
            key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        Some(opened.to_vec())
    }
}
