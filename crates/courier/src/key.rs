//! Signatures that a receiver checks with a public key: ECDSA over the curve P-521 with SHA-512.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use p521::{
    ecdsa::{Signature, SigningKey, signature::MultipartSigner},
    elliptic_curve::pkcs8::{EncodePublicKey, LineEnding},
};
use zeroize::Zeroizing;

/// Bytes of the private half: 521 bits.
pub const LENGTH: usize = 66;

/// The bytes are no key: none but those of [`Key::to_bytes`] are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no signing key")]
pub struct NotAKey;

/// A key of two halves.
pub struct Key(SigningKey);

impl Key {
    /// A new key, out of random bytes.
    pub fn draw(fill: impl Fn(&mut [u8])) -> Self {
        loop {
            let mut bytes = Zeroizing::new([0; LENGTH]);
            fill(bytes.as_mut_slice());
            // Of the first byte one bit counts. Hardly ever are they more than the curve's order, or nothing.
            bytes[0] &= 1;
            if let Ok(key) = SigningKey::from_slice(bytes.as_slice()) {
                return Self(key);
            }
        }
    }

    /// # Errors
    /// [`NotAKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAKey> {
        SigningKey::from_slice(bytes).map(Self).map_err(|_| NotAKey)
    }

    /// The private half.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// The public half, in PEM.
    ///
    /// # Errors
    /// [`NotAKey`], which does not happen.
    pub fn public_pem(&self) -> Result<String, NotAKey> {
        self.0.verifying_key().to_public_key_pem(LineEnding::LF).map_err(|_| NotAKey)
    }

    /// The signature of a time, a colon and the body: DER in base64.
    ///
    /// # Errors
    /// [`NotAKey`], which does not happen.
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> Result<String, NotAKey> {
        let parts: [&[u8]; 3] = [timestamp.as_bytes(), b":", body];
        let signature: Signature = self.0.try_multipart_sign(&parts).map_err(|_| NotAKey)?;
        Ok(BASE64_STANDARD.encode(signature.to_der().as_bytes()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use p521::ecdsa::{VerifyingKey, signature::Verifier};
    use p521::elliptic_curve::pkcs8::DecodePublicKey;

    use super::*;

    fn counted(bytes: &mut [u8]) {
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = i as u8 ^ 0xa5;
        }
    }

    fn is_good(pem: &str, signature: &str, message: &[u8]) -> bool {
        let key = VerifyingKey::from_public_key_pem(pem).unwrap();
        let signature = Signature::from_der(&BASE64_STANDARD.decode(signature).unwrap()).unwrap();
        key.verify(message, &signature).is_ok()
    }

    /// RFC 6979, A.2.7: with SHA-512, message "sample".
    #[test]
    fn the_published_example() {
        let private = "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16fcc1466\
                       f6d8fbec67db89ec0c08b0e996b83538";
        let key = Key::from_bytes(&hex::decode(private).unwrap()).unwrap();
        let signature: Signature = key.0.try_multipart_sign(&[b"sample"]).unwrap();
        let (r, s) = signature.split_bytes();
        let r_expected = "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931\
                          d7d4e8455cc91f9b15bf05ec36e377fa";
        let s_expected = "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a\
                          20f8ccb1dccc43997f1ee0e44da4a67a";
        assert_eq!((hex::encode(r), hex::encode(s)), (r_expected.to_owned(), s_expected.to_owned()));
    }

    #[test]
    fn the_public_half_knows_what_the_other_signed() {
        let key = Key::draw(counted);
        let again = Key::from_bytes(&key.to_bytes()).unwrap();
        let pem = again.public_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
        let signature = key.sign("1780315200.007", b"{}").unwrap();
        assert!(is_good(&pem, &signature, b"1780315200.007:{}"));
        for other in [&b"1780315200.008:{}"[..], b"1780315200.007:{} ", b"{}"] {
            assert!(!is_good(&pem, &signature, other));
        }
        assert_eq!(format!("{key:?}"), "Key(..)");
        assert_eq!(Key::from_bytes(&[0; LENGTH]).unwrap_err(), NotAKey);
        assert_eq!(Key::from_bytes(&[0xff; LENGTH]).unwrap_err(), NotAKey);
        assert_eq!(Key::from_bytes(&[1; 5]).unwrap_err(), NotAKey);
    }
}
