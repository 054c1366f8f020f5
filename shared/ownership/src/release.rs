//! A version of a package, as npm, `PyPI` and Cargo name it.

use registry::model::Package;

use crate::base::Base;
use crate::error::Refusal;
use crate::fields;

/// A version of a package in a registry.
#[derive(Clone, Copy)]
pub(crate) struct Release<'a> {
    pub(crate) base: &'a Base,
    pub(crate) id: &'a str,
    pub(crate) version: &'a str,
}

impl<'a> Release<'a> {
    /// Checks the fields: identifier and version are needed, a file hash is not for this kind (`no_hash` says so), and the base
    /// URL is none, `public`, or the operator's own.
    pub(crate) fn new(
        package: &'a Package,
        kind: &str,
        no_hash: &str,
        base: &'a Base,
        public: &str,
    ) -> Result<Self, Refusal> {
        let id = fields::identifier(package, kind)?;
        let version = fields::version(package, kind)?;
        fields::no_hash(package, no_hash)?;
        fields::base_url(package, base, public)?;
        Ok(Self { base, id, version })
    }
}
