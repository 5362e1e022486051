//! The certificates that seals are verified with.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use x509_cert::{
    Certificate,
    der::{Decode, asn1::ObjectIdentifier, oid::db::rfc5912},
    name::Name,
};

use super::content::Seal;

/// The authority of the specification's examples. Its private keys are public.
const EXAMPLES: &str = "FR00";

/// Certificates of those who sign seals, by the names of their authority and their own. Whoever puts one here trusts it: what the
/// authority itself signed is not looked at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates(BTreeMap<String, Signer>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Signer {
    /// Who signs with it.
    organization: Option<String>,
    from: Date,
    to: Date,
    curve: Curve,
    /// A point on it (SEC 1).
    key: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Curve {
    P256,
    P384,
    P521,
}

/// Why a file holds no certificates that seals can be verified with.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CertificateError {
    #[error("it holds no certificate, neither in PEM nor in DER")]
    NoCertificate,
    #[error("the names of its subject and its issuer have to be the four characters that seals have")]
    Name,
    #[error("its key is none of the curves P-256, P-384 and P-521")]
    Key,
    #[error("it is of FR00, whose keys are published with the specification: anybody can sign with them")]
    Example,
}

/// What became of a signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verified<'a> {
    /// It is the signer's, whose organization this is.
    Valid(Option<&'a str>),
    /// It is not.
    Forged,
    /// The certificate is not there.
    Unknown,
    /// The certificate was not valid on the day of the signature.
    NotValidThen,
}

impl Certificates {
    /// Takes in the certificates of a file: several in PEM, or one in DER.
    ///
    /// # Errors
    /// When one of them is of no use; then none is taken in.
    pub fn add(&mut self, file: &[u8]) -> Result<(), CertificateError> {
        let all = read(file)?;
        if all.iter().any(|(name, _)| name.starts_with(EXAMPLES)) {
            return Err(CertificateError::Example);
        }
        self.0.extend(all);
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn verify(&self, seal: &Seal) -> Verified<'_> {
        let Some(signer) = self.0.get(&format!("{}{}", seal.authority, seal.certificate)) else {
            return Verified::Unknown;
        };
        if !signer.curve.verifies(&signer.key, &seal.signed, &seal.signature) {
            return Verified::Forged;
        }
        if (signer.from..=signer.to).contains(&seal.signed_on) {
            Verified::Valid(signer.organization.as_deref())
        } else {
            Verified::NotValidThen
        }
    }

    /// With those of the examples, which tests verify.
    #[cfg(test)]
    pub(super) fn with_examples(file: &[u8]) -> Result<Self, CertificateError> {
        Ok(Self(read(file)?.into_iter().collect()))
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificates({})", self.0.len())
    }
}

impl Curve {
    /// The curve of a key and the key, where it is one of these and a point on it.
    fn of(certificate: &Certificate) -> Option<(Self, Vec<u8>)> {
        let info = certificate.tbs_certificate().subject_public_key_info();
        let parameters: ObjectIdentifier = info.algorithm.parameters.as_ref()?.decode_as().ok()?;
        let key = info.subject_public_key.as_bytes()?;
        let curve = match (info.algorithm.oid, parameters) {
            (rfc5912::ID_EC_PUBLIC_KEY, rfc5912::SECP_256_R_1) => Self::P256,
            (rfc5912::ID_EC_PUBLIC_KEY, rfc5912::SECP_384_R_1) => Self::P384,
            (rfc5912::ID_EC_PUBLIC_KEY, rfc5912::SECP_521_R_1) => Self::P521,
            _ => return None,
        };
        let is_point = match curve {
            Self::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(key).is_ok(),
            Self::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(key).is_ok(),
            Self::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(key).is_ok(),
        };
        is_point.then(|| (curve, key.to_vec()))
    }

    /// Each curve has a hash of its own strength, and signatures of one length.
    fn verifies(self, key: &[u8], signed: &[u8], signature: &[u8]) -> bool {
        macro_rules! by {
            ($curve:ident) => {{
                use $curve::ecdsa::{Signature, VerifyingKey, signature::Verifier};
                match (VerifyingKey::from_sec1_bytes(key), Signature::from_slice(signature)) {
                    (Ok(key), Ok(signature)) => key.verify(signed, &signature).is_ok(),
                    _ => false,
                }
            }};
        }
        match self {
            Self::P256 => by!(p256),
            Self::P384 => by!(p384),
            Self::P521 => by!(p521),
        }
    }
}

fn read(file: &[u8]) -> Result<Vec<(String, Signer)>, CertificateError> {
    let pem = file.windows(11).any(|part| part == b"-----BEGIN ");
    let certificates = if pem {
        Certificate::load_pem_chain(file)
    } else {
        Certificate::from_der(file).map(|one| vec![one])
    };
    let certificates =
        certificates.ok().filter(|all| !all.is_empty()).ok_or(CertificateError::NoCertificate)?;
    certificates.iter().map(signer).collect()
}

fn signer(certificate: &Certificate) -> Result<(String, Signer), CertificateError> {
    let about = certificate.tbs_certificate();
    let name = |name: &Name| {
        let common = name.common_name().ok().flatten()?.value().trim().to_owned();
        (common.len() == 4 && common.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(common)
    };
    let (Some(authority), Some(own)) = (name(about.issuer()), name(about.subject())) else {
        return Err(CertificateError::Name);
    };
    let day = |time: x509_cert::time::Time| {
        let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        at.to_zoned(TimeZone::UTC).date()
    };
    let validity = about.validity();
    let organization = about.subject().organization().ok().flatten().map(|name| name.value().into_owned());
    let (curve, key) = Curve::of(certificate).ok_or(CertificateError::Key)?;
    let (from, to) = (day(validity.not_before), day(validity.not_after));
    Ok((authority + &own, Signer { organization, from, to, curve, key }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_document::seal::published;

    const TEST: &str = include_str!("test.pem");

    /// The certificates of the file, one by one: that of the examples, two of other curves, one of a curve that is not taken.
    fn test(which: usize) -> String {
        let end = "-----END CERTIFICATE-----\n";
        TEST.split_inclusive(end).nth(which).unwrap().to_owned()
    }

    fn examples() -> Certificates {
        Certificates::with_examples(test(0).as_bytes()).unwrap()
    }

    #[test]
    fn the_published_signatures_hold_and_one_character_breaks_them() {
        let certificates = examples();
        for text in [published::PROOF, published::BILL, published::STATEMENT, published::OLD] {
            let seal = Seal::parse(text).unwrap();
            assert_eq!(certificates.verify(&seal), Verified::Valid(Some("CERTIFICAT DE TEST")), "{text}");
            for (from, to) in [("SPECIMEN", "SPECIMAN"), ("SAMPLE", "SIMPLE"), ("000001", "000001")] {
                let seal = Seal::parse(&text.replacen(from, to, 1)).unwrap();
                let expected = if text.contains(from) && from != to { Verified::Forged } else { continue };
                assert_eq!(certificates.verify(&seal), expected, "{from}");
            }
            let mut short = seal.clone();
            short.signature.pop();
            assert_eq!(certificates.verify(&short), Verified::Forged);
            let zeros = Seal { signature: vec![0; 64], ..seal };
            assert_eq!(certificates.verify(&zeros), Verified::Forged);
        }
        // Signed before its certificate began.
        let early =
            Seal { signed_on: jiff::civil::date(2012, 10, 31), ..Seal::parse(published::BILL).unwrap() };
        assert_eq!(certificates.verify(&early), Verified::NotValidThen);
        let other = Seal { certificate: "0002".into(), ..Seal::parse(published::BILL).unwrap() };
        assert_eq!(certificates.verify(&other), Verified::Unknown);
        assert_eq!(Certificates::default().verify(&other), Verified::Unknown);
    }

    /// The private key of the test's own certificates: as many of these bytes as the curve has.
    fn secret(length: usize) -> Vec<u8> {
        let bytes = b"A key of specimens, known to all".repeat(3);
        let zeros = usize::from(length == 66);
        [vec![0; zeros], bytes[..length - zeros].to_vec()].concat()
    }

    #[test]
    fn each_of_the_three_curves_verifies_its_own() {
        let mut certificates = Certificates::default();
        assert!(certificates.is_empty());
        for which in [1, 2] {
            certificates.add(test(which).as_bytes()).unwrap();
        }
        assert_eq!(certificates.len(), 2);
        let of = |certificate: &str, signature: Vec<u8>| Seal {
            authority: "FR99".into(),
            certificate: certificate.into(),
            signed: b"what is signed".to_vec(),
            signed_on: jiff::civil::date(2026, 6, 1),
            signature,
            ..Seal::parse(published::BILL).unwrap()
        };
        let p384 = {
            use p384::ecdsa::{Signature, SigningKey, signature::Signer};
            let signature: Signature = SigningKey::from_slice(&secret(48)).unwrap().sign(b"what is signed");
            signature.to_bytes().to_vec()
        };
        let p521 = {
            use p521::ecdsa::{Signature, SigningKey, signature::Signer};
            let signature: Signature = SigningKey::from_slice(&secret(66)).unwrap().sign(b"what is signed");
            signature.to_bytes().to_vec()
        };
        let valid = Verified::Valid(Some("Lumenor Énergie SA"));
        assert_eq!(certificates.verify(&of("SP38", p384.clone())), valid);
        assert_eq!(certificates.verify(&of("SP52", p521.clone())), valid);
        assert_eq!(certificates.verify(&of("SP38", p521)), Verified::Forged);
        assert_eq!(certificates.verify(&of("SP52", p384)), Verified::Forged);
    }

    #[test]
    fn what_is_of_no_use_is_not_taken_in() {
        let mut certificates = Certificates::default();
        let both = [test(1), test(3)].concat();
        let broken = test(1).replace('M', "N");
        for (file, why) in [
            (test(0).as_bytes(), CertificateError::Example),
            (test(3).as_bytes(), CertificateError::Key),
            (both.as_bytes(), CertificateError::Key),
            (b"", CertificateError::NoCertificate),
            (b"-----BEGIN CERTIFICATE-----", CertificateError::NoCertificate),
            (broken.as_bytes(), CertificateError::NoCertificate),
        ] {
            assert_eq!(certificates.add(file), Err(why));
        }
        assert!(certificates.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_certificates_or_not(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = Certificates::default().add(&bytes);
        }
    }
}
