//! Unified social credit codes of Chinese organizations (GB 32100-2015).

use serde::{Deserialize, Serialize};

use crate::error::Violation;

/// A checked unified social credit code: 18 characters, the last a check character (modulo 31).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SocialCreditCode(Box<str>);

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl SocialCreditCode {
    /// Checks a code: 18 characters of the alphabet and a right check character.
    ///
    /// # Errors
    /// A violation naming `field`, the rule and the value.
    pub fn parse(field: &str, code: &str) -> Result<Self, Violation> {
        let violation = |message: &str| Violation::new(field, "social_credit_code", message).with_value(code);
        let values: Option<Vec<usize>> = code.bytes().map(|b| ALPHABET.iter().position(|a| *a == b)).collect();
        let values = values.filter(|values| values.len() == 18).ok_or_else(|| {
            violation("must be 18 digits or capital letters other than I, O, S, V and Z (GB 32100-2015)")
        })?;
        // Weights are 3^(i) mod 31 for the first 17 characters; the sum with the check character is 0 mod 31.
        let mut weight = 1;
        let mut sum = 0;
        for value in values.iter().take(17) {
            sum = (sum + value * weight) % 31;
            weight = weight * 3 % 31;
        }
        let expected = (31 - sum) % 31;
        if values.last() == Some(&expected) {
            Ok(Self(code.into()))
        } else {
            Err(violation("has a wrong check character (GB 32100-2015)"))
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SocialCreditCode {
    type Error = Violation;
    fn try_from(code: String) -> Result<Self, Violation> {
        Self::parse("social_credit_code", &code)
    }
}

impl From<SocialCreditCode> for String {
    fn from(code: SocialCreditCode) -> Self {
        code.0.into()
    }
}
