//! An authority of our own, and a server's certificate from it.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use crate::Outcome;

/// What the functions trust on AWS.
const AMAZON_ROOTS: &str = include_str!("../../../../shared/src/aws/roots.pem");

/// Writes the roots that a function has to trust: Amazon's, because it reads them at each start, and ours. The server has
/// its certificate from an authority between, as those of AWS do.
pub(crate) fn acceptor(name: &str, roots: &Path) -> Outcome<TlsAcceptor> {
    let root = CertifiedIssuer::self_signed(authority("root"), KeyPair::generate()?)?;
    let between = CertifiedIssuer::signed_by(authority("between"), KeyPair::generate()?, &root)?;
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new([name.to_owned()])?.signed_by(&key, &between)?;
    std::fs::write(roots, format!("{AMAZON_ROOTS}{}", root.pem()))?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone(), between.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
