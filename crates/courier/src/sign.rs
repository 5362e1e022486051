//! Signatures by which a receiver knows that a message is ours and unchanged.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a secret by the standard begins with; the rest is base64.
const PREFIX: &str = "whsec_";
/// Lengths of a key by the standard, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Receivers' libraries differ in whether they write the padding.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a message cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    #[error("there is no secret to sign with: give the endpoint one")]
    NoSecret,
    #[error("the secret is empty: give one of the form whsec_ and base64, or a text of your own")]
    EmptySecret,
    #[error("what follows whsec_ is not base64: copy the secret whole, or choose one without whsec_")]
    NotBase64,
    #[error("what follows whsec_ must be 24 to 64 bytes in base64: make a new secret")]
    KeyLength,
    #[error(
        "the message's id is empty or holds a full stop, which would let two messages have one signature"
    )]
    BadId,
}

/// The header `webhook-signature` of Standard Webhooks 1.0: one `v1,` and base64 of HMAC-SHA256 over
/// `id.timestamp.body` for each of `secrets`, in their order, with a space between. While a secret is being replaced,
/// both sign.
///
/// # Errors
/// Says which of the arguments cannot be used.
pub fn standard(id: &str, timestamp_s: i64, body: &[u8], secrets: &[&str]) -> Result<String, SignError> {
    if id.is_empty() || id.contains('.') {
        return Err(SignError::BadId);
    }
    if secrets.is_empty() {
        return Err(SignError::NoSecret);
    }
    let head = format!("{id}.{timestamp_s}.");
    let sign = |secret: &&str| {
        let code = hmac(&key(secret)?, &[head.as_bytes(), body]);
        Ok(format!("v1,{}", BASE64_STANDARD.encode(code)))
    };
    Ok(secrets.iter().map(sign).collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// HMAC-SHA256 of the body in lower-case hex, keyed with the secret's text as it is.
pub fn hex_hmac(secret: &str, body: &[u8]) -> String {
    hex::encode(hmac(secret.as_bytes(), &[body]))
}

/// The key that a secret stands for: a secret without the prefix was chosen by a customer and is taken as it is.
fn key(secret: &str) -> Result<Zeroizing<Vec<u8>>, SignError> {
    let Some(text) = secret.strip_prefix(PREFIX) else {
        return if secret.is_empty() {
            Err(SignError::EmptySecret)
        } else {
            Ok(secret.as_bytes().to_vec().into())
        };
    };
    let key = Zeroizing::new(FORGIVING.decode(text).map_err(|_| SignError::NotBase64)?);
    if KEY_BYTES.contains(&key.len()) { Ok(key) } else { Err(SignError::KeyLength) }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // The example published with Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn signed(secrets: &[&str]) -> Result<String, SignError> {
        standard(ID, 1_614_265_330, BODY, secrets)
    }

    #[test]
    fn the_published_example() {
        assert_eq!(signed(&[SECRET]).unwrap(), SIGNATURE);
    }

    #[test]
    fn each_secret_signs_in_its_place() {
        let own = signed(&["chosen by a customer"]).unwrap();
        assert_eq!(signed(&["chosen by a customer", SECRET]).unwrap(), format!("{own} {SIGNATURE}"));
    }

    #[test]
    fn padding_may_be_missing() {
        let whole = signed(&[&format!("whsec_{}=", "A".repeat(43))]).unwrap();
        assert_eq!(signed(&[&format!("whsec_{}", "A".repeat(43))]).unwrap(), whole);
    }

    #[test]
    fn secrets_that_cannot_be_used() {
        let of = |bytes: usize| format!("whsec_{}", BASE64_STANDARD.encode(vec![7; bytes]));
        for bytes in [24, 64] {
            assert!(signed(&[&of(bytes)]).is_ok(), "{bytes}");
        }
        for bytes in [0, 23, 65] {
            assert_eq!(signed(&[&of(bytes)]), Err(SignError::KeyLength), "{bytes}");
        }
        assert_eq!(signed(&[SECRET, "whsec_not base64!"]), Err(SignError::NotBase64));
        assert_eq!(signed(&[""]), Err(SignError::EmptySecret));
        assert_eq!(signed(&[]), Err(SignError::NoSecret));
        assert_eq!(standard("a.1", 2, BODY, &[SECRET]), Err(SignError::BadId));
        assert_eq!(standard("", 2, BODY, &[SECRET]), Err(SignError::BadId));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn hex_of_the_whole_body() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex_hmac("Jefe", b"what do ya want for nothing?"), expected);
    }

    proptest! {
        #[test]
        fn two_messages_never_share_a_signature(
            id in "[a-z0-9]{1,4}", other_id in "[a-z0-9]{1,4}", at in 0i64..99, other_at in 0i64..99,
            body in "[0-9.]{0,4}", other_body in "[0-9.]{0,4}",
        ) {
            let one = standard(&id, at, body.as_bytes(), &[SECRET]).unwrap();
            let other = standard(&other_id, other_at, other_body.as_bytes(), &[SECRET]).unwrap();
            prop_assert_eq!(one == other, (id, at, body) == (other_id, other_at, other_body));
        }
    }
}
