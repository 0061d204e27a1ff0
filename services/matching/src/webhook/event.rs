//! What a message says (CloudEvents 1.0, structured JSON) and how it is signed (as Standard Webhooks describe).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

/// Media type of a message.
pub(super) const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";
/// Type of a message that tells of a wish.
pub(super) const WISH_FITS: &str = "wishwell.wish.fits.v1";
/// Type of a message that tells of an offer.
pub(super) const OFFER_MADE: &str = "wishwell.offer.made.v1";
/// Type of a message that is sent on trial.
pub(super) const TEST: &str = "wishwell.subscription.test.v1";

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Event {
    /// Unique for what happened: the same however often it is sent.
    pub(super) id: String,
    pub(super) kind: &'static str,
    /// The subscription's name.
    pub(super) subscription: String,
    /// What it is about, if about one thing.
    pub(super) subject: Option<String>,
    /// When it happened.
    pub(super) time: Timestamp,
    pub(super) data: Value,
}

impl Event {
    /// The message's body.
    pub(super) fn body(&self) -> String {
        let mut event = json!({
            "specversion": "1.0",
            "id": self.id,
            "source": format!("/v1/{}", self.subscription),
            "type": self.kind,
            "time": self.time.to_string(),
            "datacontenttype": "application/json",
            "data": self.data,
        });
        if let (Some(subject), Some(members)) = (&self.subject, event.as_object_mut()) {
            members.insert("subject".to_owned(), json!(subject));
        }
        event.to_string()
    }
}

/// The header that signs a message: one signature for each secret, the newest first.
pub(super) fn signatures(secrets: &[[u8; 32]], id: &str, sent_at: i64, body: &str) -> String {
    let signed = format!("{id}.{sent_at}.{body}");
    let sign = |secret: &[u8; 32]| {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    };
    secrets.iter().map(sign).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_that_openssl_makes() {
        // printf 'notifications/1.1700000000.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101..01 -binary | base64
        let header = signatures(&[[1; 32], [2; 32]], "notifications/1", 1_700_000_000, r#"{"a":1}"#);
        assert_eq!(
            header,
            "v1,t7JhRw3vhVSN+yzKO51qwZx1Cd0vEvwW/QR73rBgfJc= v1,yR3fSjvB/Qv6jFtsJij21mAaYZO+g5ijLRlfZpDXHt0="
        );
    }

    #[test]
    fn a_message_has_what_cloud_events_require() {
        let event = Event {
            id: "notifications/1".to_owned(),
            kind: WISH_FITS,
            subscription: "subscriptions/2".to_owned(),
            subject: None,
            time: Timestamp::UNIX_EPOCH,
            data: json!({"resource": "resources/3"}),
        };
        let body: Value = serde_json::from_str(&event.body()).unwrap_or_default();
        let expected = json!({
            "specversion": "1.0",
            "id": "notifications/1",
            "source": "/v1/subscriptions/2",
            "type": "wishwell.wish.fits.v1",
            "time": "1970-01-01T00:00:00Z",
            "datacontenttype": "application/json",
            "data": {"resource": "resources/3"},
        });
        assert_eq!(body, expected);
    }
}
