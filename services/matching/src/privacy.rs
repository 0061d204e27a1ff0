//! Sealing personal fields: a key per beneficiary from the first day, so that erasing is destroying the key.
//!
//! AES-256-GCM (NIST SP 800-38D) with random 96-bit nonces; a beneficiary's key seals far fewer than the 2^32 messages at
//! which random nonces become a risk. Keys of the tenant are derived from the master key by HKDF-SHA-256 (RFC 5869), so
//! that one tenant's material never opens another's. The subject's name is bound in as associated data: ciphertext moved
//! to another row does not open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use wishwell_domain::Error;
use wishwell_domain::beneficiary::{Sealed, WrappedKey};
use wishwell_domain::event::Mark;
use wishwell_domain::ids::{LogPosition, TenantId};

const KEY_BYTES: usize = 32;
/// Bytes of a keyed digest that make a mark of the log: enough that nobody hits upon another's, and short enough for an address.
const LOG_MARK_BYTES: usize = 12;
/// Tenants whose derived keys are kept at most.
const DERIVED_KEYS_MAX: usize = 1_024;
/// Rounds that make a permutation nobody can tell from a random one, also whoever may ask for inverses.
const WISH_ROUNDS: u8 = 4;

/// The installation's master key: 32 random bytes from a file or the environment. Wraps the beneficiaries' keys.
#[derive(Clone)]
pub struct MasterKey([u8; KEY_BYTES]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// Length in bytes.
    pub const BYTES: usize = KEY_BYTES;

    /// Takes the key's bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`Error::Internal`] when the operating system gives no randomness.
    pub fn random() -> Result<Self, Error> {
        random_bytes().map(Self)
    }

    /// The bytes, for keeping them in a file of their own.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The keys of one tenant.
    #[must_use]
    pub fn tenant(&self, tenant: &TenantId) -> TenantKeys {
        TenantKeys {
            tenant: tenant.clone(),
            wrapping: self.derive(b"wishwell wrapping key v1", tenant),
            digesting: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell identity digest v1", tenant)),
            paging: PageKey {
                sealing: self.derive(b"wishwell page cursors v1", tenant),
                nonces: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell page cursor nonces v1", tenant)),
            },
            wishes: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell wish names v1", tenant)),
            lots: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell publication names v1", tenant)),
            sharers: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell sharers of places v1", tenant)),
            marks: hmac::Key::new(hmac::HMAC_SHA256, &self.derive(b"wishwell marks of logs v1", tenant)),
        }
    }

    fn derive(&self, purpose: &[u8], tenant: &TenantId) -> [u8; KEY_BYTES] {
        let mut key = [0; KEY_BYTES];
        let pseudo_random = Salt::new(HKDF_SHA256, purpose).extract(&self.0);
        let info = [tenant.as_str().as_bytes()];
        let filled = pseudo_random.expand(&info, HKDF_SHA256).and_then(|output| output.fill(&mut key));
        // HKDF refuses only lengths above 255 blocks; one block is asked for.
        debug_assert!(filled.is_ok());
        key
    }
}

/// Keys derived for one tenant.
pub struct TenantKeys {
    tenant: TenantId,
    wrapping: [u8; KEY_BYTES],
    digesting: hmac::Key,
    paging: PageKey,
    wishes: hmac::Key,
    lots: hmac::Key,
    sharers: hmac::Key,
    marks: hmac::Key,
}

/// Keys of tenants that were derived before: deriving them takes dozens of digests, and each call needs some.
#[derive(Debug, Default)]
pub(crate) struct DerivedKeys(Mutex<HashMap<TenantId, Arc<TenantKeys>>>);

impl DerivedKeys {
    /// The keys of a tenant.
    pub(crate) fn of(&self, master_key: &MasterKey, tenant: &TenantId) -> Arc<TenantKeys> {
        let mut derived = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = derived.get(tenant) {
            return Arc::clone(keys);
        }
        if derived.len() >= DERIVED_KEYS_MAX {
            derived.clear();
        }
        let keys = Arc::new(master_key.tenant(tenant));
        derived.insert(tenant.clone(), Arc::clone(&keys));
        keys
    }
}

impl std::fmt::Debug for TenantKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TenantKeys({})", self.tenant)
    }
}

impl TenantKeys {
    /// A new key for a subject (a full resource name), and the same wrapped for keeping.
    ///
    /// # Errors
    /// [`Error::Internal`] when the operating system gives no randomness.
    pub fn new_key(&self, subject: &str) -> Result<(SubjectKey, WrappedKey), Error> {
        let bytes: [u8; KEY_BYTES] = random_bytes()?;
        let wrapped = seal_bytes(&self.wrapping, &self.binding(subject), &bytes)?;
        Ok((SubjectKey { bytes, binding: self.binding(subject) }, WrappedKey(wrapped)))
    }

    /// Unwraps a kept key.
    ///
    /// # Errors
    /// [`Error::DataLoss`] when the key was wrapped with another master key, for another subject, or is damaged.
    pub fn unwrap_key(&self, subject: &str, wrapped: &WrappedKey) -> Result<SubjectKey, Error> {
        let opened = open_bytes(&self.wrapping, &self.binding(subject), &wrapped.0);
        let bytes = opened
            .and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes).ok())
            .ok_or_else(|| Error::DataLoss(format!("the key of {subject} does not open with this master key")))?;
        Ok(SubjectKey { bytes, binding: self.binding(subject) })
    }

    /// Keyed digest of an identity number, 64 hexadecimal digits: equal numbers, however spaced or cased, have equal digests.
    #[must_use]
    pub fn identity_digest(&self, id_number: &str) -> Option<String> {
        let normalized: String =
            id_number.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
        (!normalized.is_empty()).then(|| {
            let tag = hmac::sign(&self.digesting, normalized.as_bytes());
            tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        })
    }

    /// What page tokens are sealed with.
    #[must_use]
    pub fn page_key(self) -> PageKey {
        self.paging
    }

    /// A name for one publication, drawn from an identifier that is used for nothing else: tells neither of which need it is nor when
    /// that was submitted or published, and nothing that any other name has to do with.
    #[must_use]
    pub fn wish_name(&self, drawn: Uuid) -> Uuid {
        let tag = hmac::sign(&self.lots, drawn.as_bytes());
        let bytes = tag.as_ref().iter().take(size_of::<Uuid>());
        Uuid::from_u128(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }

    /// Digest of a household, for remembering that it shared the place of a need's wish. Of each need it is another, so that what is
    /// kept with two of them cannot be compared.
    #[must_use]
    pub fn sharer(&self, need: Uuid, who: Uuid) -> u64 {
        let mut digest = hmac::Context::with_key(&self.sharers);
        digest.update(need.as_bytes());
        digest.update(who.as_bytes());
        digest.sign().as_ref().iter().take(size_of::<u64>()).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A mark of the log at a position, as it is told to whoever follows the log: keyed, because of an event that somebody may not see
    /// it says nothing, not even when that happened.
    #[must_use]
    pub fn log_mark(&self, position: LogPosition, mark: Option<&Mark>) -> String {
        let mut digest = hmac::Context::with_key(&self.marks);
        digest.update(&position.0.to_be_bytes());
        if let Some(mark) = mark {
            digest.update(&mark.at.as_microsecond().to_be_bytes());
            digest.update(mark.subject.as_bytes());
        }
        let tag = digest.sign();
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..LOG_MARK_BYTES).unwrap_or_default())
    }

    /// The name that a need's wish had before each publication had one of its own; wishes that were published then keep it. A
    /// permutation of all UUIDs: four Feistel rounds of HMAC-SHA-256 (Luby and Rackoff 1988).
    #[must_use]
    pub fn wish_of(&self, need: Uuid) -> Uuid {
        let (mut left, mut right) = need.as_u64_pair();
        for round in 0..WISH_ROUNDS {
            (left, right) = (right, left ^ self.wish_round(round, right));
        }
        Uuid::from_u64_pair(left, right)
    }

    /// The need behind a wish: the inverse of [`Self::wish_of`]. Whether there is such a need, the store says.
    #[must_use]
    pub fn need_of(&self, wish: Uuid) -> Uuid {
        let (mut left, mut right) = wish.as_u64_pair();
        for round in (0..WISH_ROUNDS).rev() {
            (left, right) = (right ^ self.wish_round(round, left), left);
        }
        Uuid::from_u64_pair(left, right)
    }

    fn wish_round(&self, round: u8, half: u64) -> u64 {
        let mut input = [round; 9];
        input[1..].copy_from_slice(&half.to_be_bytes());
        let tag = hmac::sign(&self.wishes, &input);
        tag.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn binding(&self, subject: &str) -> Vec<u8> {
        format!("{}/{subject}", self.tenant).into_bytes()
    }
}

/// Seals page cursors. The nonce is a keyed digest of all that is sealed and bound (as in the SIV construction, RFC 5297), so
/// that the same page has the same token, and a nonce comes again only with the same content.
pub struct PageKey {
    sealing: [u8; KEY_BYTES],
    nonces: hmac::Key,
}

impl std::fmt::Debug for PageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageKey(..)")
    }
}

impl PageKey {
    /// Seals a cursor for one list.
    ///
    /// # Errors
    /// [`Error::Internal`] when sealing fails.
    pub fn seal(&self, list: &[u8], cursor: &[u8]) -> Result<Vec<u8>, Error> {
        let mut digest = hmac::Context::with_key(&self.nonces);
        digest.update(&(list.len() as u64).to_be_bytes());
        digest.update(list);
        digest.update(cursor);
        let mut nonce = [0; NONCE_LEN];
        for (byte, digested) in nonce.iter_mut().zip(digest.sign().as_ref()) {
            *byte = *digested;
        }
        seal_with(&self.sealing, nonce, list, cursor)
    }

    /// Opens a cursor that was sealed for this list; none for any other.
    #[must_use]
    pub fn open(&self, list: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open_bytes(&self.sealing, list, sealed)
    }
}

/// The key of one beneficiary (or of a need that names none), or the secret of a subscription, in the clear. Lives only in memory.
pub struct SubjectKey {
    bytes: [u8; KEY_BYTES],
    binding: Vec<u8>,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(..)")
    }
}

impl SubjectKey {
    /// Its bytes, for those that are no key of sealed fields but a secret to be handed out.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }

    /// Seals a value.
    ///
    /// # Errors
    /// [`Error::Internal`] when it cannot be encoded or there is no randomness.
    pub fn seal<T: Serialize>(&self, value: &T) -> Result<Sealed, Error> {
        let clear = serde_json::to_vec(value).map_err(|e| Error::Internal(format!("encoding for sealing: {e}")))?;
        seal_bytes(&self.bytes, &self.binding, &clear).map(Sealed)
    }

    /// Opens a sealed value.
    ///
    /// # Errors
    /// [`Error::DataLoss`] when it was not sealed with this key or is damaged. The message holds nothing of the value.
    pub fn open<T: DeserializeOwned>(&self, sealed: &Sealed) -> Result<T, Error> {
        let clear = open_bytes(&self.bytes, &self.binding, &sealed.0)
            .ok_or_else(|| Error::DataLoss("sealed fields do not open with their key".to_owned()))?;
        serde_json::from_slice(&clear).map_err(|_| Error::DataLoss("sealed fields have an unknown form".to_owned()))
    }
}

fn random_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::Internal("the operating system gives no randomness".to_owned()))?;
    Ok(bytes)
}

fn cipher(key: &[u8; KEY_BYTES]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

fn seal_bytes(key: &[u8; KEY_BYTES], binding: &[u8], clear: &[u8]) -> Result<Vec<u8>, Error> {
    seal_with(key, random_bytes()?, binding, clear)
}

/// Nonce, then ciphertext and tag.
fn seal_with(key: &[u8; KEY_BYTES], nonce: [u8; NONCE_LEN], binding: &[u8], clear: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = || Error::Internal("sealing failed".to_owned());
    let mut body = clear.to_vec();
    cipher(key)
        .ok_or_else(failed)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding), &mut body)
        .map_err(|_| failed())?;
    let mut sealed = Vec::with_capacity(NONCE_LEN + body.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

fn open_bytes(key: &[u8; KEY_BYTES], binding: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = body.to_vec();
    let length = cipher(key)?.open_in_place(nonce, Aad::from(binding), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use wishwell_domain::beneficiary::PersonalFields;

    fn keys(byte: u8, tenant: &str) -> TenantKeys {
        MasterKey::from_bytes([byte; 32]).tenant(&TenantId::parse("tenant", tenant).unwrap())
    }

    fn fields() -> PersonalFields {
        PersonalFields { name: "示例甲".to_owned(), ..PersonalFields::default() }
    }

    #[test]
    fn what_is_sealed_opens_again_after_unwrapping_its_key() {
        let tenant = keys(1, "a");
        let (key, wrapped) = tenant.new_key("beneficiaries/1").unwrap();
        let sealed = key.seal(&fields()).unwrap();
        assert!(!String::from_utf8_lossy(&sealed.0).contains("示例甲"));
        let key = tenant.unwrap_key("beneficiaries/1", &wrapped).unwrap();
        assert_eq!(key.open::<PersonalFields>(&sealed).unwrap(), fields());
    }

    #[test]
    fn nothing_opens_for_another_subject_tenant_master_key_or_after_damage() {
        let tenant = keys(1, "a");
        let (key, wrapped) = tenant.new_key("beneficiaries/1").unwrap();
        assert!(tenant.unwrap_key("beneficiaries/2", &wrapped).is_err());
        assert!(keys(1, "b").unwrap_key("beneficiaries/1", &wrapped).is_err());
        assert!(keys(2, "a").unwrap_key("beneficiaries/1", &wrapped).is_err());
        let sealed = key.seal(&fields()).unwrap();
        for index in 0..sealed.0.len() {
            let mut damaged = sealed.clone();
            damaged.0[index] ^= 1;
            assert!(key.open::<PersonalFields>(&damaged).is_err(), "byte {index}");
        }
        assert!(key.open::<PersonalFields>(&Sealed(vec![1, 2, 3])).is_err());
    }

    #[test]
    fn a_page_cursor_opens_for_its_own_list_and_tenant_and_shows_nothing() {
        let key = |tenant| keys(1, tenant).page_key();
        let sealed = key("a").seal(b"needs of 1", b"needs/1, 3350 m").unwrap();
        assert_eq!(key("a").seal(b"needs of 1", b"needs/1, 3350 m").unwrap(), sealed, "the same page, the same token");
        assert!(!sealed.windows(4).any(|bytes| bytes == b"3350"));
        assert_eq!(key("a").open(b"needs of 1", &sealed).as_deref(), Some(&b"needs/1, 3350 m"[..]));
        assert_eq!(key("a").open(b"needs of 2", &sealed), None);
        assert_eq!(key("b").open(b"needs of 1", &sealed), None);
        for index in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[index] ^= 1;
            assert_eq!(key("a").open(b"needs of 1", &damaged), None, "byte {index}");
        }
        let other = key("a").seal(b"needs of 1", b"needs/1, 3351 m").unwrap();
        assert_ne!(sealed[..NONCE_LEN], other[..NONCE_LEN]);
    }

    #[test]
    fn names_of_publications_and_digests_of_sharers_are_the_same_for_the_same_alone() {
        let (a, one, two) = (keys(1, "a"), Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(a.wish_name(one), keys(1, "a").wish_name(one));
        let names = [a.wish_name(one), a.wish_name(two), keys(1, "b").wish_name(one), keys(2, "a").wish_name(one), one];
        let digests = [a.sharer(one, two), a.sharer(two, one), a.sharer(one, one), keys(1, "b").sharer(one, two)];
        assert_eq!(a.sharer(one, two), keys(1, "a").sharer(one, two));
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name) && *name != a.wish_of(one));
        }
        for (at, digest) in digests.iter().enumerate() {
            assert!(!digests[..at].contains(digest), "of another need the same household has another");
        }
    }

    #[test]
    fn marks_of_a_log_are_the_same_for_the_same_event_at_the_same_position_alone() {
        let mark = |second, subject: &str| {
            let at = jiff::Timestamp::from_second(second).unwrap();
            Some(Mark { at, subject: subject.to_owned() })
        };
        let of = |byte, tenant, position, mark: Option<Mark>| {
            keys(byte, tenant).log_mark(LogPosition(position), mark.as_ref())
        };
        let marks = [
            of(1, "a", 0, None),
            of(1, "a", 7, None),
            of(1, "a", 7, mark(1, "needs/1")),
            of(1, "a", 8, mark(1, "needs/1")),
            of(1, "a", 7, mark(2, "needs/1")),
            of(1, "a", 7, mark(1, "needs/2")),
            of(1, "b", 7, mark(1, "needs/1")),
            of(2, "a", 7, mark(1, "needs/1")),
        ];
        assert_eq!(marks[2], of(1, "a", 7, mark(1, "needs/1")));
        for (at, mark) in marks.iter().enumerate() {
            assert_eq!(mark.len(), 16);
            assert!(!marks[..at].contains(mark), "{mark}");
        }
    }

    #[test]
    fn digests_link_spellings_of_one_number_and_differ_between_tenants() {
        let digest = keys(1, "a").identity_digest("0000 0000 0000 000x").unwrap();
        assert_eq!(keys(1, "a").identity_digest("000000000000000X").unwrap(), digest);
        assert_ne!(keys(1, "b").identity_digest("000000000000000X").unwrap(), digest);
        assert_eq!(keys(1, "a").identity_digest("  "), None);
    }
}
