//! What a package says of itself.

use registry::model::Package;

use crate::base::Base;
use crate::error::{Refusal, brief};
use crate::limits;

/// The identifier, which every kind of package needs.
pub(crate) fn identifier<'a>(package: &'a Package, registry: &str) -> Result<&'a str, Refusal> {
    let identifier = package.identifier.as_str();
    if identifier.is_empty() {
        return Err(Refusal::last(format!("package identifier is required for {registry} packages")));
    }
    if identifier.len() > limits::IDENTIFIER_BYTES {
        let max = limits::IDENTIFIER_BYTES;
        return Err(Refusal::last(format!(
            "package identifier must have at most {max} bytes, got {}",
            identifier.len()
        )));
    }
    safe(identifier, "identifier")
}

/// The version, where a kind of package needs one.
pub(crate) fn version<'a>(package: &'a Package, registry: &str) -> Result<&'a str, Refusal> {
    let Some(version) = package.version.as_deref().filter(|version| !version.is_empty()) else {
        return Err(Refusal::last(format!("package version is required for {registry} packages")));
    };
    safe(version, "version")
}

/// What no package registry has in a name, and what a path would not keep as it is.
fn safe<'a>(text: &'a str, field: &str) -> Result<&'a str, Refusal> {
    if text.chars().any(char::is_control) {
        return Err(Refusal::last(format!("package {field} must not contain control characters: {}", brief(text))));
    }
    if text.split(['/', '\\']).any(|segment| matches!(segment, "." | "..")) {
        return Err(Refusal::last(format!(
            "package {field} must not contain '.' or '..' as a segment: {}",
            brief(text)
        )));
    }
    Ok(text)
}

/// Refuses a file hash.
pub(crate) fn no_hash(package: &Package, message: &str) -> Result<(), Refusal> {
    absent(package.file_sha256.as_deref(), message)
}

/// Refuses a field that has a value.
pub(crate) fn absent(field: Option<&str>, message: &str) -> Result<(), Refusal> {
    if field.is_some_and(|value| !value.is_empty()) { Err(Refusal::last(message)) } else { Ok(()) }
}

/// Takes no base URL, the public one, and the operator's own.
pub(crate) fn base_url(package: &Package, base: &Base, public: &str) -> Result<(), Refusal> {
    let given = package.registry_base_url.as_deref().unwrap_or_default();
    let own = base.is_named().then(|| base.url().as_str().trim_end_matches('/'));
    if given.is_empty() || given == public || own.is_some_and(|own| own == given.trim_end_matches('/')) {
        return Ok(());
    }
    let or_own = own.map(|own| format!(" or {own}")).unwrap_or_default();
    Err(Refusal::last(format!(
        "registry type and base URL do not match: '{}' is not valid for registry type '{}'. Expected: {public}{or_own}",
        brief(given),
        package.registry_type
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(identifier: &str) -> Package {
        Package { registry_type: "npm".to_owned(), identifier: identifier.to_owned(), ..Package::default() }
    }

    #[test]
    fn identifiers_that_no_registry_has() {
        for bad in ["", "..", "a/../b", "@a/..", "a\\..\\b", ".", "a\nb", "a\0", &"x".repeat(2049)] {
            assert!(identifier(&package(bad), "NPM").is_err(), "{bad:?}");
        }
        for good in ["@acme/widget", "a..b", "Acme.Widget", "ä", "a?b#c%2e"] {
            assert_eq!(identifier(&package(good), "NPM"), Ok(good));
        }
    }

    #[test]
    fn base_urls() {
        let public = Base::public("https://registry.npmjs.org").unwrap();
        let mirror = Base::named("https://npm.corp/all/".parse().unwrap());
        let check = |given: &str, base: &Base| {
            let package = Package { registry_base_url: Some(given.to_owned()), ..package("a") };
            base_url(&package, base, "https://registry.npmjs.org").map_err(|refusal| refusal.reason)
        };
        assert_eq!(check("", &public), Ok(()));
        assert_eq!(check("https://registry.npmjs.org", &public), Ok(()));
        assert_eq!(
            check("https://registry.npmjs.org/", &public),
            Err("registry type and base URL do not match: 'https://registry.npmjs.org/' is not valid for registry \
                 type 'npm'. Expected: https://registry.npmjs.org"
                .to_owned())
        );
        assert_eq!(check("https://npm.corp/all", &mirror), Ok(()));
        assert_eq!(check("https://npm.corp/all/", &mirror), Ok(()));
        assert_eq!(check("https://registry.npmjs.org", &mirror), Ok(()));
        assert!(
            check("https://npm.corp/other", &mirror)
                .unwrap_err()
                .ends_with("Expected: https://registry.npmjs.org or https://npm.corp/all")
        );
        assert!(check("https://npm.corp/all", &public).is_err());
    }
}
