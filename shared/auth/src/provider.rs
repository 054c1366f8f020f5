//! Signatures by ring, for `jsonwebtoken`, whose own backends would bring another crypto library. The registry signs with
//! Ed25519 alone; what others sign is verified in all their usual ways.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind, new_error};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, Ed25519KeyPair, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};

/// A seed is an `EncodingKey`, raw, 32 bytes. A public key is a `DecodingKey`: the raw 32 bytes of Ed25519, the uncompressed
/// point of ECDSA, modulus and exponent of RSA.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(RingSigner::new(*algorithm, key)?)),
    verifier_factory: |algorithm, key| Ok(Box::new(RingVerifier::new(*algorithm, key)?)),
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| Err(unsupported()),
        rsa_pub_components_from_public_key: |_| Err(unsupported()),
        ec_pub_components_from_private_key: |_, _| Err(unsupported()),
        ed_pub_components_from_private_key: |_, _| Err(unsupported()),
        compute_digest: |_, _| Err(unsupported()),
    },
};

static INSTALLED: Once = Once::new();

/// Makes `jsonwebtoken` use ring. It knows one provider for the whole process.
pub fn install() {
    INSTALLED.call_once(|| {
        // Whoever was first decides; a provider that does not take raw keys refuses them.
        if PROVIDER.install_default().is_err() {
            tracing::warn!("tokens are signed by a crypto library that somebody else chose");
        }
    });
}

fn unsupported() -> Error {
    new_error(ErrorKind::UnsupportedAlgorithm)
}

struct RingSigner(Ed25519KeyPair);

impl RingSigner {
    fn new(algorithm: Algorithm, key: &EncodingKey) -> Result<Self, Error> {
        if algorithm != Algorithm::EdDSA || key.family() != algorithm.family() {
            return Err(unsupported());
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(key.as_bytes());
        pair.map(Self).map_err(|_| new_error(ErrorKind::InvalidEddsaKey))
    }
}

impl Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct RingVerifier {
    algorithm: Algorithm,
    key: PublicKey,
}

enum PublicKey {
    Rsa(&'static RsaParameters, RsaPublicKeyComponents<Vec<u8>>),
    Raw(UnparsedPublicKey<Vec<u8>>),
}

impl RingVerifier {
    fn new(algorithm: Algorithm, key: &DecodingKey) -> Result<Self, Error> {
        if key.family() != algorithm.family() {
            return Err(unsupported());
        }
        let key = match algorithm {
            Algorithm::RS256 => rsa(&RSA_PKCS1_2048_8192_SHA256, key)?,
            Algorithm::RS384 => rsa(&RSA_PKCS1_2048_8192_SHA384, key)?,
            Algorithm::RS512 => rsa(&RSA_PKCS1_2048_8192_SHA512, key)?,
            Algorithm::ES256 => raw(&ECDSA_P256_SHA256_FIXED, key)?,
            Algorithm::ES384 => raw(&ECDSA_P384_SHA384_FIXED, key)?,
            Algorithm::EdDSA => raw(&ED25519, key)?,
            _ => return Err(unsupported()),
        };
        Ok(Self { algorithm, key })
    }
}

fn rsa(parameters: &'static RsaParameters, key: &DecodingKey) -> Result<PublicKey, Error> {
    match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, e } => {
            Ok(PublicKey::Rsa(parameters, RsaPublicKeyComponents { n: n.clone(), e: e.clone() }))
        }
        DecodingKeyKind::SecretOrDer(_) => Err(unsupported()),
    }
}

fn raw(algorithm: &'static dyn VerificationAlgorithm, key: &DecodingKey) -> Result<PublicKey, Error> {
    Ok(PublicKey::Raw(UnparsedPublicKey::new(algorithm, key.try_get_as_bytes()?.to_vec())))
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match &self.key {
            PublicKey::Rsa(parameters, key) => key.verify(parameters, message, signature),
            PublicKey::Raw(key) => key.verify(message, signature),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::crypto;

    use super::*;

    #[test]
    fn no_shared_secret_signs_or_verifies() {
        install();
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let signed = crypto::sign(b"message", &EncodingKey::from_secret(&[0; 32]), algorithm);
            assert!(signed.is_err(), "{algorithm:?}");
            for key in [DecodingKey::from_secret(&[0; 32]), DecodingKey::from_rsa_raw_components(&[0xff; 256], &[3])] {
                assert!(crypto::verify("AAAA", b"message", &key, algorithm).is_err(), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn a_key_verifies_in_the_ways_of_its_family() {
        install();
        let rsa = DecodingKey::from_rsa_raw_components(&[0xff; 256], &[3]);
        let (ec, ed) = (DecodingKey::from_ec_der(&[4; 65]), DecodingKey::from_ed_der(&[1; 32]));
        let answers = |key, algorithm| crypto::verify("AAAA", b"message", key, algorithm).ok();
        for (algorithm, own) in [
            (Algorithm::RS256, &rsa),
            (Algorithm::RS384, &rsa),
            (Algorithm::RS512, &rsa),
            (Algorithm::ES256, &ec),
            (Algorithm::ES384, &ec),
            (Algorithm::EdDSA, &ed),
        ] {
            assert_eq!(answers(own, algorithm), Some(false), "{algorithm:?}");
            let others = [&rsa, &ec, &ed].into_iter().filter(|key| key.family() != own.family());
            assert!(others.into_iter().all(|other| answers(other, algorithm).is_none()), "{algorithm:?}");
        }
        assert_eq!(answers(&rsa, Algorithm::PS256), None);
        assert_eq!(answers(&DecodingKey::from_rsa_der(&[0; 64]), Algorithm::RS256), None);
    }
}
